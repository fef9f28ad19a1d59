"""A work order as the field's pages show it: its steps in words, its photos, what the phone needs to go on without signal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.core.i18n import clock_time, day_and_time, iso, named
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.photos.models import Photo
from webapp.work_orders import pricing, queries, rules
from webapp.work_orders.arrival import Arrival, spots_of
from webapp.work_orders.charges import NoPrice
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.pricing import item_of
from webapp.work_orders.spans import against
from webapp.work_orders.steps import Conflict, Remark, Standing, Step
from webapp.work_orders.types import WorkType
from webapp.work_orders.words import CAUSE_WORDS, CONFLICT_WORDS, DONE_WORDS, REMARK_WORDS, STATE_WORDS

WAITING = ("paused", "waiting_parts", "waiting_contractor")
FIELD_RANK = 0  # what the page offers to a technician, whatever else the person may do


@dataclass(frozen=True)
class StepView:
    """One step of the history. `words`: what was done; `more`: whom it names, the cause, own words; `remarks`: what is odd about it; `stage`: where its
    photos are shown, "" beside it."""

    id: UUID
    verb: str
    at: datetime
    who: str
    words: str
    more: str
    remarks: str
    photos: tuple[str, ...]
    stage: str


@dataclass(frozen=True)
class ConflictView:
    """Steps that contradict each other: what about, the version that stands until a decision, and the other one."""

    words: str
    stands: StepView
    others: tuple[StepView, ...]


@dataclass(frozen=True)
class OrderView:
    """Everything the page of one order shows besides the order itself."""

    type: WorkType
    where: str
    steps: tuple[StepView, ...]
    conflicts: tuple[ConflictView, ...]
    stages: dict[str, tuple[str, ...]]
    photos: tuple[str, ...]
    before: WorkOrder | None
    remainders: tuple[WorkOrder, ...]
    repeat: WorkOrder | None
    history: tuple[WorkOrder, ...]
    is_mine: bool
    is_offered: bool
    verbs: tuple[str, ...]


def order_view(order: WorkOrder, standing: Standing, person: Person) -> OrderView:
    """The order, for this person."""
    mine = order.assignee_id == person.id
    types = queries.types_of(order.site_id)
    steps = step_views(order, standing)
    by_id = {view.id: view for view in steps}
    verbs = rules.allowed(standing, mine, FIELD_RANK, person.trade)
    arrived = _arrived({photo.sha256 for photo in order.photos})
    return OrderView(
        types[order.type_code],
        where_words(order),
        steps,
        tuple(_conflict(conflict, by_id) for conflict in standing.conflicts),
        {stage: _photos_of(steps, stage) for stage in ("before", "after")},
        tuple(photo.sha256 for photo in order.photos if photo.sha256 in arrived),
        db.session.get(WorkOrder, order.part_of_id) if order.part_of_id else None,
        tuple(db.session.scalars(sa.select(WorkOrder).where(WorkOrder.part_of_id == order.id).order_by(WorkOrder.raised_at))),
        db.session.get(WorkOrder, order.repeat_of_id) if order.repeat_of_id else None,
        tuple(queries.history_of(order)),
        mine,
        "take" in verbs,
        tuple(verbs),
    )


def where_words(order: WorkOrder) -> str:
    """The place as people say it: its name, the point there, and where exactly."""
    parts = (named(order.place), named(order.checkpoint), order.spot)
    return " · ".join(dict.fromkeys(part for part in parts if part))


def when_words(moment: datetime, zone: str, now: datetime) -> str:
    """The time, with its day unless that is today."""
    return clock_time(moment, zone) if local_day(moment, zone) == local_day(now, zone) else day_and_time(moment, zone)


def state_mark(order: WorkOrder) -> tuple[str, str]:
    """(state for a pill, words): where the order stands, whether in time or not."""
    if order.conflicts:
        return "held", _("Two versions")
    shape = {"cancelled": "neutral", "finished": "done", "verified": "done"}.get(order.state)
    return shape or ("paused" if order.state in WAITING else "running" if order.on_site_at else "open"), str(STATE_WORDS[order.state])


def due_words(order: WorkOrder, now: datetime) -> str:
    """By when somebody has to be there, or to have finished; what is late is said as late."""
    zone = order.site.zone
    if order.finished_at is not None:
        return _("Finished %(when)s", when=when_words(order.finished_at, zone, now))
    arrival, due = order.on_site_due(now), order.due(now)
    if arrival is not None and order.on_site_held_at is None:
        when = when_words(arrival, zone, now)
        return _("Was due on site %(when)s", when=when) if arrival < now else _("On site by %(when)s", when=when)
    if order.held_at is not None:
        return _("Clock stands still, %(left)s", left=against(due, now))
    when = when_words(due, zone, now)
    return _("Was due %(when)s", when=when) if due < now else _("Due %(when)s", when=when)


def is_late(order: WorkOrder, now: datetime) -> bool:
    """Is anybody kept waiting longer than was promised?"""
    arrival = order.on_site_due(now)
    return order.finished_at is None and (order.due(now) < now or (arrival is not None and arrival < now))


def field_words() -> dict[str, dict[str, str]]:
    """The words that scripts show where this phone's own steps have brought an order further than the server knows."""
    return {"states": {k: str(v) for k, v in STATE_WORDS.items()}, "done": {k: str(v) for k, v in DONE_WORDS.items()}}


# ---------------------------------------------------------------- steps


def step_views(order: WorkOrder, standing: Standing) -> tuple[StepView, ...]:
    """The order's steps in order of their corrected time."""
    people = names({row.person_id for row in order.steps} | {row.to_id for row in order.steps if row.to_id})
    photos = queries.step_photos(order)
    arrived = _arrived({sha256 for found in photos.values() for sha256 in found})
    remarks: dict[UUID, list[Remark]] = {}
    for remark in standing.remarks:
        remarks.setdefault(remark.step.id, []).append(remark)
    spots = spots_of(order) if any(row.verb == "on_site" for row in order.steps) else []
    proofs = {row.id: Arrival(row, order, spots).words for row in order.steps if row.verb == "on_site"}
    return tuple(
        StepView(
            row.id, row.verb, row.at, named(people.get(row.person_id)), str(DONE_WORDS.get(row.verb, row.verb)),
            _joined(_more(row, people), proofs.get(row.id, ("", ""))[0]), _joined(_remarks(row, remarks.get(row.id, [])), proofs.get(row.id, ("", ""))[1]),
            tuple(sha256 for sha256 in photos.get(row.id, ()) if sha256 in arrived), row.stage or "",
        )
        for row in order.steps
    )  # fmt: skip


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _more(row: WorkStep, people: dict[UUID, Person]) -> str:
    to = f"→ {named(people.get(row.to_id))}" if row.to_id else ""
    cause = str(CAUSE_WORDS.get(row.cause, "")) if row.cause and row.verb in ("pause", "stop") else ""
    stage = {"before": _("Before"), "after": _("After")}.get(row.stage or "", "") if row.verb == "photo" else ""
    return " · ".join(part for part in (to, stage, cause, row.reason) if part)


def _remarks(row: WorkStep, remarks: list[Remark]) -> str:
    """What is odd about a step. A pause with a cause from the list needs no further words."""
    odd = [remark.word for remark in remarks if not (remark.word == "no_reason" and row.cause)]
    return " · ".join(str(REMARK_WORDS.get(word, word)) for word in odd)


def _conflict(conflict: Conflict, by_id: dict[UUID, StepView]) -> ConflictView:
    def view(step: Step) -> StepView:
        return by_id[step.id]

    return ConflictView(str(CONFLICT_WORDS[conflict.word]), view(conflict.first), tuple(view(step) for step in conflict.others))


def _photos_of(steps: Iterable[StepView], stage: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sha256 for step in steps if step.stage == stage for sha256 in step.photos))


def _arrived(named_photos: set[str]) -> set[str]:
    """Those of the photos whose bytes are here."""
    return set(db.session.scalars(sa.select(Photo.sha256).where(Photo.sha256.in_(named_photos)))) if named_photos else set()


def photos_shown(order: WorkOrder) -> list[str]:
    """Digests of the photos on the order's page that are here."""
    found = [photo.sha256 for photo in order.photos]
    found += [sha256 for photos in queries.step_photos(order).values() for sha256 in photos]
    arrived = _arrived(set(found))
    return [sha256 for sha256 in dict.fromkeys(found) if sha256 in arrived]


def own_steps(orders: Iterable[WorkOrder], person: Person) -> dict[UUID, list[str]]:
    """Ids of this person's steps that are counted already, by order: what the phone must not add once more.

    Whose a step is, is asked here: asked in the query, a database may read all the steps that person ever took.
    """
    found: dict[UUID, list[str]] = {}
    rows = db.session.execute(
        sa.select(WorkStep.order_id, WorkStep.id, WorkStep.person_id).where(WorkStep.order_id.in_([order.id for order in orders]))
    )
    for order_id, step_id, person_id in rows:
        if person_id == person.id:
            found.setdefault(order_id, []).append(str(step_id))
    return found


# ---------------------------------------------------------------- what the phone needs to work a charge out


def charge_facts(order: WorkOrder, now: datetime) -> dict[str, Any]:
    """Price list, terms and what was used so far, for the phone to work the charge out as `pricing.charge_of` does."""
    used = order.uses[-1].lines if order.uses else []
    terms = pricing.terms_of(order.site_id)
    at = order.on_site_at or order.raised_at
    return {
        "order": str(order.id),
        "payer": order.payer,
        "waived": order.waived,
        "zone": order.site.zone,
        "raisedAt": iso(order.raised_at),
        "onSiteAt": iso(order.on_site_at) if order.on_site_at else None,
        "currency": (pricing.terms_at(terms, at) or pricing.terms_at(terms, now) or _NoTerms).currency,
        "items": _items(order, used, now),
        "used": {line["item"]: line["quantity"] for line in used},

        "terms": [
            {
                "from_at": iso(v.from_at), "currency": v.currency, "day": v.day, "night": v.night, "holiday": v.holiday,
                "night_from": v.night_from, "night_until": v.night_until, "holidays": v.holidays,
            }
            for v in terms
        ],
        "signed": [signed.charge for signed in order.signatures],
    }  # fmt: skip


class _NoTerms:
    """A site that has said nothing about money."""

    currency = pricing.DEFAULT_CURRENCY


def _items(order: WorkOrder, used: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The price list at this moment. What the latest list used keeps its price of then: it was shown with it."""
    kept = {line["item"]: line["minor"] for line in used}
    found = []
    for row in pricing.items_of(order.site_id).values():
        try:
            minor = kept[str(row.id)] if str(row.id) in kept else item_of(row).price_at(now)
        except NoPrice:
            continue
        found.append({"item": str(row.id), "part": row.part, "unit": row.unit, "name": row.name, "name_en": row.name_en, "minor": minor})
    return found
