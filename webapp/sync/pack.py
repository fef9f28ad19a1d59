"""The page pack: what one person needs of today's work without signal.

Labels travel as the first 32 bits of a salted digest. That is enough to recognise a label that was read; but a code
holds 40 random bits, so each digest fits hundreds of codes: the pack gives no code away.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app

from webapp.core.clock import local_day
from webapp.core.i18n import iso, language, named, text_of
from webapp.core.static import bundle
from webapp.daily_log.answers import questions_for
from webapp.equipment import offline as equipment
from webapp.handover.queries import waiting_for
from webapp.inspections.keeping_off import Treatment, treated_now
from webapp.inspections.offering import Offer, offers_for
from webapp.inspections.queries import storms_over, version_at
from webapp.patrols.mine import rounds_of
from webapp.patrols.rules import Point
from webapp.patrols.showing import RoundView
from webapp.people.models import Device, Person
from webapp.people.queries import staff_of
from webapp.sites.models import Checkpoint, Label, Site
from webapp.sites.queries import checkpoints_of, labels_of, sites_for
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import done_lately, mine, types_of
from webapp.work_orders.showing import own_steps, photos_shown

PAGES = ("/today", "/scan", "/outbox", "/me", "/my-day", "/report", "/handover", "/here", "/work-orders/mine")
MOST_OWN, MOST_OFFERED, MOST_DONE = 40, 10, 10  # orders whose pages a phone keeps
MOST_PHOTOS = 40  # of all orders together: a phone has other things to keep
MOST_GUIDES = 60  # pictures that show how to check, about 100 kB each
DIGEST_HEX = 8


def pack_for(person: Person, device: Device, now: datetime) -> dict[str, Any]:
    """The pack as JSON. `revision` changes whenever anything in it does."""
    sites = sites_for(person)
    views = [view for site in sites for view in rounds_of(person, site, now)]
    offers = [offer for site in sites for offer in offers_for(person, site, now)]
    salt = hashlib.sha256(f"{current_app.secret_key!s}:{person.id}".encode()).hexdigest()[:32]
    orders = _orders_to_keep(person, now)
    treated = {one.inspection.checkpoint_id: one for one in treated_now([site.id for site in sites], now)}
    colleagues = {p.id: p for site in sites for p in staff_of(site.id) if p.id != person.id}
    content: dict[str, Any] = {
        "person": {"id": str(person.id), "name": named(person)},
        "device": str(device.id),
        "language": language(),
        "build": bundle().build,
        "day": local_day(now, sites[0].zone if sites else "UTC").isoformat(),
        "photos": [*_guides(offers, now), *_photos(orders)],
        "pages": [
            *PAGES,
            *(f"/rounds/{view.round.id}" for view in views),
            *(f"/work-orders/{order.id}" for order in orders),
            *dict.fromkeys(f"/inspect/{offer.checklist.id}" for offer in offers),
            *equipment.pages_for(person, [order for order in orders if order.assignee_id == person.id], sites),
        ],
        "salt": salt,
        "labels": {digest(salt, label.code): _label(label) for label in labels_of([s.id for s in sites])},
        "checkpoints": {str(c.id): _checkpoint(c, site, treated.get(c.id)) for site in sites for c in checkpoints_of(site.id)},
        "rounds": [_round(view) for view in views],
        "orders": _orders(orders, person),
        "lists": [_offer(offer) for offer in offers],
        "here": equipment.here_at(person, sites, now),
        "storms": [str(mode.id) for mode in storms_over([site.id for site in sites], now)],
        "waiting": _waiting(person, now),
        "colleagues": [{"id": str(p.id), "name": named(p)} for p in colleagues.values()],
        "sites": [{"slug": site.slug, "name": named(site)} for site in sites],
    }
    revision = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    # Not part of the revision: what the server knows of this phone's numbers, so that a phone that lost its memory finds out.
    return content | {"revision": revision, "made_at": iso(now), "seq": device.max_seq}


def _waiting(person: Person, now: datetime) -> list[str]:
    """Ids of what waits for the person's word: a page that shows one the pack does not know is newer than the pack."""
    asked, given = questions_for(person, now), waiting_for(person, now)
    return sorted([*(str(question.id) for question in asked), *(str(handover.id) for handover in given)])


def _orders_to_keep(person: Person, now: datetime) -> list[WorkOrder]:
    """The person's own orders, the first of those on offer (what is taken in the basement is one of them), and those just finished:
    the resident may sign where there is no signal either."""
    orders = mine(person, now)
    own = [order for order in orders if order.assignee_id == person.id]
    offered = [order for order in orders if order.assignee_id != person.id]
    return own[:MOST_OWN] + offered[:MOST_OFFERED] + done_lately(person, now - timedelta(days=1), MOST_DONE)


def _orders(orders: list[WorkOrder], person: Person) -> list[dict[str, Any]]:
    """What the scanner wants to know of a person's orders: at which labels they are, and how far each is."""
    counted = own_steps(orders, person)
    types = {site_id: types_of(site_id) for site_id in {order.site_id for order in orders}}
    points = {site_id: checkpoints_of(site_id) for site_id in types}
    return [
        {
            "id": str(order.id),
            "number": order.number,
            "type": named(types[order.site_id][order.type_code]),
            "text": order.text[:120],
            "state": order.state,
            "mine": order.assignee_id == person.id,
            "steps": counted.get(order.id, []),
            "changed": iso(order.since),
            "checkpoints": [str(c.id) for c in points[order.site_id] if c.id == order.checkpoint_id or c.place_id == order.place_id],
        }
        for order in orders
    ]


def _photos(orders: list[WorkOrder]) -> list[str]:
    """Addresses of the photos that the orders' pages show, what burns first: kept as far as that succeeds."""
    found = [f"/work-orders/{order.id}/photos/{sha256}" for order in orders for sha256 in photos_shown(order)]
    return found[:MOST_PHOTOS]


def _guides(offers: list[Offer], now: datetime) -> list[str]:
    """Addresses of the pictures that show how to check, of the lists on offer, once each."""
    found: dict[str, None] = {}
    for offer in offers:
        version = version_at(offer.checklist, now)
        for section in version.content["sections"] if version else ():
            for question in section["questions"]:
                if question.get("picture"):
                    found[f"/inspect/pictures/{offer.site.slug}/{question['picture']}"] = None
    return list(found)[:MOST_GUIDES]


def digest(salt: str, code: str) -> str:
    """What stands for a code in the pack."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()[:DIGEST_HEX]


def _label(label: Label) -> dict[str, Any]:
    return {"checkpoint": str(label.checkpoint_id), "version": label.version, "current": label.superseded_at is None}


def _checkpoint(checkpoint: Checkpoint, site: Site, treated: Treatment | None) -> dict[str, Any]:
    return ({"keep_off": {"until": iso(treated.until), "what": treated.agent}} if treated else {}) | {
        "name": named(checkpoint),
        "place": named(checkpoint.place),
        "number": checkpoint.number,
        "instructions": text_of(checkpoint, "instructions"),
        "site": site.slug,
        "lat": checkpoint.lat,
        "lon": checkpoint.lon,
        "fence_m": checkpoint.fence_m or site.fence_m,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": str(offer.checklist.id),
        "plan": str(offer.plan.id) if offer.plan else None,
        "name": named(offer.plan or offer.checklist),
        "site": offer.site.slug,
        "points": None if offer.points is None else [str(point) for point in offer.points],
        "due": [str(point) for point in offer.due],
        "from": offer.plan.from_time if offer.plan else None,
        "until": offer.plan.until_time if offer.plan else None,
    }


def _round(view: RoundView) -> dict[str, Any]:
    round_ = view.round
    scanned: dict[UUID, datetime] = {p.state.point.checkpoint_id: p.state.scan.at for p in view.points if p.state.scan}
    return {
        "id": round_.id,
        "name": view.name,
        "site": view.site.slug,
        "starts_at": iso(round_.starts_at),
        "early_from": iso(round_.early_from),
        "due_until": iso(round_.due_until),
        "closes_at": iso(round_.closes_at),
        "state": view.state.state,
        "points": [_point(point, round_.early_from, scanned.get(point.checkpoint_id)) for point in round_.points],
    }


def _point(point: Point, early_from: datetime, scanned_at: datetime | None) -> dict[str, Any]:
    return {
        "checkpoint": str(point.checkpoint_id),
        "order": point.rank,
        "order_fixed": point.order_fixed,
        "not_before": iso(point.early_until) if point.early_until > early_from else None,
        "due_until": iso(point.due_until),
        "min_interval_s": int(point.min_interval.total_seconds()),
        "scanned_at": iso(scanned_at) if scanned_at else None,
        "questions": [_question(q) for q in point.questions],
    }


def _question(question: dict[str, Any]) -> dict[str, Any]:
    english = language() == "en" and question.get("text_en")
    keys = ("id", "kind", "choices", "unit", "required")
    return {key: question.get(key) for key in keys} | {"text": question["text_en"] if english else question["text"]}
