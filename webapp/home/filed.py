"""Search among what grows with the years: work orders, requests, notes, findings, what was said; by the words filed of them, and of field staff's own
by looking through the latest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import clock, search
from webapp.core.clock import local_day
from webapp.core.db import Base, db
from webapp.core.i18n import day_and_time, named
from webapp.daily_log import settling
from webapp.daily_log.models import DayRemark, ExceptionDecision
from webapp.handover.models import Handover
from webapp.handover.queries import of_person
from webapp.home.hits import MOST, Asked, Hit
from webapp.inspections.models import Checklist, Finding, Inspection
from webapp.people.queries import names
from webapp.records.models import Note
from webapp.service.models import Request
from webapp.sites.models import Site
from webapp.work_orders.listing import says
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import may_see
from webapp.work_orders.showing import state_mark, where_words

Row = TypeVar("Row", bound=Base)
OWN_LOOKED_THROUGH = 300  # a worker's own: the latest
OWN_INSPECTIONS = timedelta(days=180)  # the index goes by site and time


def ids_of(asked: Asked) -> dict[str, list[UUID]]:
    """Ids of what the index knows, by kind, the latest first, each once: what the desk and what supervisors may see."""
    desk, led = asked.at_least("desk"), asked.at_least("supervisor")
    filed: dict[str, list[UUID]] = {}
    for kind, sites in (("order", desk), ("request", desk), ("note", led), ("finding", led), ("log", led)):
        entries = search.found(asked.words, kind, sites, MOST * 2) if sites else []
        filed[kind] = list(dict.fromkeys(entry.subject_id for entry in entries))[:MOST]
    return filed


def _rows(model: type[Row], keys: list[UUID]) -> list[Row]:
    """The rows of these ids, in their order."""
    key = model.__table__.c.id
    rows = {found.id: found[0] for found in db.session.execute(sa.select(model, key.label("id")).where(key.in_(keys)))} if keys else {}
    return [rows[key] for key in keys if key in rows]


def orders(asked: Asked, filed: dict[str, list[UUID]]) -> list[Hit]:
    """For the desk what is filed; of field staff what is theirs or on offer to them."""
    orders = _rows(WorkOrder, filed["order"])
    if not asked.at_least("desk"):
        mine = (
            sa.select(WorkOrder.id)
            .where(WorkOrder.assignee_id == asked.person.id)
            .order_by(WorkOrder.raised_at.desc())
            .limit(OWN_LOOKED_THROUGH)
        )
        offered = sa.select(WorkOrder.id).where(
            WorkOrder.site_id.in_(list(asked.sites)),
            WorkOrder.state == "offered",
            sa.or_(WorkOrder.offered_trade == asked.person.trade, WorkOrder.offered_trade.is_(None)),
        )
        found = sa.select(WorkOrder).where(sa.or_(WorkOrder.id.in_(mine), WorkOrder.id.in_(offered)), says(asked.words))
        rows = db.session.scalars(found.order_by(WorkOrder.raised_at.desc()).limit(MOST))
        orders = [order for order in rows if may_see(asked.person, order)]
    return [_order_hit(order) for order in orders]


def _order_hit(order: WorkOrder) -> Hit:
    state, word = state_mark(order)
    sub = " · ".join(filter(None, (order.number, where_words(order), day_and_time(order.raised_at, order.site.zone))))
    return Hit(order.text or where_words(order), sub, f"/work-orders/{order.id}", state, word)


def requests(filed: dict[str, list[UUID]]) -> list[Hit]:
    """For the desk."""
    return [
        Hit(made.text or made.number, " · ".join(filter(None, (made.number, _where(made), day_and_time(made.received_at, made.site.zone)))),
            f"/requests/{made.id}")
        for made in _rows(Request, filed["request"])
    ]  # fmt: skip


def _where(made: Request) -> str:
    return " · ".join(filter(None, (named(made.place) if made.place else "", made.spot)))


def notes(asked: Asked, filed: dict[str, list[UUID]]) -> Iterator[Hit]:
    """For supervisors what is filed; of field staff their own."""
    notes = _rows(Note, filed["note"])
    if not asked.at_least("supervisor"):
        mine = sa.select(Note).where(Note.person_id == asked.person.id, Note.text != "").order_by(Note.at.desc()).limit(OWN_LOOKED_THROUGH)
        notes = [note for note in db.session.scalars(mine) if all(word in note.text.casefold() for word in asked.words.casefold().split())][
            :MOST
        ]
    people = names({note.person_id for note in notes})
    for note in notes:
        site = asked.sites.get(note.site_id)
        if site:
            by = named(people[note.person_id]) if note.person_id in people else ""
            yield Hit(note.text, f"{by} · {named(site)} · {day_and_time(note.at, site.zone)}", _page_of(asked, note, site))


def _page_of(asked: Asked, note: Note, site: Site) -> str:
    if note.round_id:
        return f"/rounds/{note.round_id}"
    day = local_day(note.at, site.zone)
    return f"/log/{site.slug}/{day}" if site.id in asked.at_least("supervisor") else f"/my-day?day={day}"


def findings(asked: Asked, filed: dict[str, list[UUID]]) -> Iterator[Hit]:
    """Inspections: for supervisors what is filed; of field staff their own."""
    wanted = filed["finding"] if asked.at_least("supervisor") else _own_findings(asked)
    if not wanted:
        return
    found = sa.select(Inspection.id, Inspection.at, Inspection.site_id, Checklist).join(Checklist, Checklist.id == Inspection.checklist_id)
    for made in db.session.execute(found.where(Inspection.id.in_(wanted)).order_by(Inspection.at.desc()).limit(MOST)):
        zone = asked.sites[made.site_id].zone
        yield Hit(named(made.Checklist), day_and_time(made.at, zone), f"/inspections/{made.id}")


def _own_findings(asked: Asked) -> list[UUID]:
    """Of field staff: the latest inspections of their own that found or say something with these words."""
    since = clock.now() - OWN_INSPECTIONS
    mine = sa.select(Inspection.id, Inspection.text).where(
        Inspection.site_id.in_(list(asked.sites)), Inspection.at >= since, Inspection.person_id == asked.person.id
    )
    rows = db.session.execute(mine.order_by(Inspection.at.desc()).limit(OWN_LOOKED_THROUGH)).all()
    said: dict[UUID, str] = {row.id: row.text for row in rows}
    for found in db.session.execute(sa.select(Finding.inspection_id, Finding.text).where(Finding.inspection_id.in_(list(said)))):
        said[found.inspection_id] += f" {found.text}"
    words = asked.words.casefold().split()
    return [key for key, text in said.items() if all(word in text.casefold() for word in words)][:MOST]


def said(asked: Asked, filed: dict[str, list[UUID]]) -> Iterator[Hit]:
    """What supervisors wrote and were answered, and what was said at handovers: on the page of its day."""
    keys = filed["log"]
    if not keys:
        return
    found = [
        *(_Said(row.person_id, row.site_id, row.at, row.day, "remarks", row.text) for row in _rows(DayRemark, keys)),
        *(_Said(row.person_id, row.site_id, row.at, row.day, "settled", _decided(row)) for row in _rows(ExceptionDecision, keys)),
        *(_Said(row.person_id, row.site_id, row.at, None, "handovers", row.text or named_handover()) for row in _rows(Handover, keys)),
    ]
    people = names({each.person_id for each in found})
    for each in found:
        site = asked.sites[each.site_id]
        sub = f"{named(people.get(each.person_id))} · {named(site)} · {day_and_time(each.at, site.zone)}"
        yield Hit(each.text, sub, f"/log/{site.slug}/{each.day or local_day(each.at, site.zone)}#{each.where}")


class _Said(NamedTuple):
    person_id: UUID
    site_id: UUID
    at: datetime
    day: date | None
    where: str
    text: str


def _decided(row: ExceptionDecision) -> str:
    """The exception and what was said of it: an answer may have been found."""
    return " · ".join(part for part in (settling.line_of([row]).title, row.reason) if part)


def named_handover() -> str:
    """Of one that was found by what was answered."""
    return _("Handover")


def own_handovers(asked: Asked) -> Iterator[Hit]:
    """Of field staff: what they gave or were given of late, and what was said to it."""
    if asked.at_least("supervisor"):
        return
    words = asked.words.casefold().split()
    for given in of_person(asked.person, clock.now() - OWN_INSPECTIONS, OWN_LOOKED_THROUGH):
        text = " ".join(part for part in (given.text, *(answer.text for answer in given.answers)) if part)
        if given.site_id in asked.sites and text and all(word in text.casefold() for word in words):
            yield Hit(text, day_and_time(given.at, asked.sites[given.site_id].zone), "/handover")
