"""What an exception can be looked at by, where deriving it has not read that: inspections, plans, maintenance, handovers. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.db import db
from webapp.core.i18n import named
from webapp.daily_log.lines import Line, Proof
from webapp.equipment.models import MaintenanceDue
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.photos.queries import stored
from webapp.records.queries import photos_of
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder, WorkStep

UPKEEP = ("upkeep", "upkeep-late")
SHOWN = 6  # photos of a line


@dataclass
class Read:
    """What is read for the lines. `pictures`: of inspections; `orders`: of maintenance, by line; `work`: photos of their steps."""

    pictures: dict[UUID, list[str]]
    orders: dict[str, WorkOrder]
    work: dict[UUID, list[str]]
    people: dict[UUID, Person]


def proved(site: Site, day: date, lines: list[Line]) -> list[Line]:
    """The lines, those of inspections, plans, maintenance and handovers with their evidence and the people who may be asked."""
    pictures = _pictures(UUID(line.subject) for line in lines if line.kind == "failed")
    orders = _orders_of([line.subject for line in lines if line.kind in UPKEEP])
    people = names({order.assignee_id for order in orders.values() if order.assignee_id})
    read = Read(pictures, orders, _work_photos([order.id for order in orders.values()]), people)
    return [_proved(line, read, f"/log/{site.slug}/{day}") for line in lines]


def _proved(line: Line, read: Read, log: str) -> Line:
    if line.kind == "failed":
        return _with(line, read.pictures.get(UUID(line.subject), []), Proof("page", _("Open the inspection"), line.href))
    if line.kind == "unseen":
        return _with(line, [], Proof("page", _("Open the plan"), line.href))
    if line.kind == "handover":
        return _with(line, [], Proof("page", _("See the handovers"), f"{log}#handovers"))
    if line.kind not in UPKEEP:
        return line
    piece, order = Proof("page", _("Open the equipment"), line.href), read.orders.get(line.subject)
    if order is None:
        return _with(line, [], piece)
    return _with(
        _asked(line, order, read.people),
        read.work.get(order.id, []),
        piece,
        Proof("page", _("Open the work order"), f"/work-orders/{order.id}"),
    )


def _with(line: Line, photos: list[str], *pages: Proof) -> Line:
    shown = [Proof("photo", _("Photo %(number)s", number=number), href) for number, href in enumerate(photos[:SHOWN], 1)]
    return line if line.proofs else replace(line, proofs=(*shown, *pages))


def _asked(line: Line, order: WorkOrder, people: dict[UUID, Person]) -> Line:
    """With whoever has its order."""
    who = people.get(order.assignee_id) if order.assignee_id else None
    return line if line.people or who is None else replace(line, people=(who.id,), sub=f"{line.sub} · {named(who)}")


def _pictures(record_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Where the photos of these records are handed out, of those that are here."""
    named_by = photos_of(record_ids)
    here = stored([sha for photos in named_by.values() for sha in photos]) if named_by else set()
    return {key: [f"/records/{key}/photos/{sha}" for sha in photos if sha in here] for key, photos in named_by.items()}


def _orders_of(subjects: list[str]) -> dict[str, WorkOrder]:
    """The orders that were raised for these times of plans, by the line's subject (plan:piece:day)."""
    if not subjects:
        return {}
    plans, pieces, days = zip(*(subject.split(":") for subject in subjects), strict=True)
    rows = db.session.execute(
        sa.select(MaintenanceDue, WorkOrder)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(
            MaintenanceDue.plan_id.in_({UUID(plan) for plan in plans}), MaintenanceDue.equipment_id.in_({UUID(piece) for piece in pieces})
        )
        .where(MaintenanceDue.due_on.in_({date.fromisoformat(day) for day in days}))
    )
    return {f"{due.plan_id}:{due.equipment_id}:{due.due_on}": order for due, order in rows}


def _work_photos(order_ids: list[UUID]) -> dict[UUID, list[str]]:
    """Photos of these orders' steps, by order."""
    if not order_ids:
        return {}
    steps = sa.select(WorkStep.id, WorkStep.order_id).where(WorkStep.order_id.in_(order_ids)).order_by(WorkStep.at)
    of_order = {row.id: row.order_id for row in db.session.execute(steps)}
    found: dict[UUID, list[str]] = {}
    for step_id, shown in _pictures(of_order).items():
        found.setdefault(of_order[step_id], []).extend(shown)
    return found
