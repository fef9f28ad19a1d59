"""What people do about equipment; and the plans that raise work by themselves. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db
from webapp.equipment import queries
from webapp.equipment.bodies import ReadingBody
from webapp.equipment.due import next_due
from webapp.equipment.models import Equipment, EquipmentStatus, MaintenanceDue, MaintenancePlan, Meter, Reading
from webapp.equipment.rules import Read, doubt
from webapp.people.authors import Author
from webapp.people.queries import rank_at
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.sites.models import Site
from webapp.sites.queries import LabelRead
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of

LATELY = 200  # readings that the next one is compared with


def set_status(
    equipment: Equipment, status: str, reason: str, person_id: UUID, at: datetime, order_id: UUID | None = None
) -> EquipmentStatus:
    """Say how it fares from a moment on."""
    change = EquipmentStatus(equipment_id=equipment.id, status=status, reason=reason, person_id=person_id, at=at, order_id=order_id)
    db.session.add(change)
    db.session.flush()
    return change


def record_reading(arrived: Arrived, author: Author, body: ReadingBody, label: LabelRead | None) -> Reading:
    """Keep what a meter showed, with a doubt where it does not fit what it showed before.

    Raises Held: unknown-meter, no-access, unknown-code.
    """
    meter = db.session.get(Meter, body.meter)
    if meter is None:
        raise Held("unknown-meter")
    if rank_at(author, meter.site_id) is None:
        raise Held("no-access")
    if body.code and label is None:
        raise Held("unknown-code")
    before = queries.reads_of(meter.id)[-LATELY:]
    reading = Reading(
        id=arrived.id, site_id=meter.site_id, meter_id=meter.id, person_id=author.id, at=arrived.at, value=body.value,
        doubt=doubt(before, Read(arrived.at, body.value), meter.digits), text=body.text or arrived.envelope.note,
    )  # fmt: skip
    db.session.add(reading)
    db.session.flush()
    return reading


# ---------------------------------------------------------------- plans


@dataclass(frozen=True)
class Coming:
    """A time at which a plan wants something done with a piece of equipment."""

    plan: MaintenancePlan
    equipment: Equipment
    due_on: date


def coming(site: Site, today: date) -> Iterator[Coming]:
    """The next time of every plan for each piece of equipment it is about: a fixed number of queries."""
    plans = queries.plans_of(site.id, today)
    equipment = queries.equipment_of(site.id)
    done = queries.done_by_plan([plan.id for plan in plans], site.zone)
    for plan in plans:
        about = [
            one for one in equipment if one.id == plan.equipment_id or (plan.equipment_id is None and one.class_code == plan.class_code)
        ]
        for one in about:
            due = next_due(queries.interval_of(plan), done.get((plan.id, one.id), ()))
            if due is not None and (plan.ends_on is None or due <= plan.ends_on):
                yield Coming(plan, one, due)


def raise_due(site: Site, now: datetime) -> list[WorkOrder]:
    """Raise the work orders of every plan whose time comes within its lead, each once however often this runs."""
    today = local_day(now, site.zone)
    wanted = [one for one in coming(site, today) if one.due_on - timedelta(days=one.plan.lead_days) <= today]
    there = set(db.session.execute(sa.select(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, MaintenanceDue.due_on).where(
        MaintenanceDue.plan_id.in_([one.plan.id for one in wanted])
    )).tuples())  # fmt: skip
    raised = []
    for one in wanted:
        if (one.plan.id, one.equipment.id, one.due_on) not in there and not _open(one):
            raised.append(_raise(one, now))
    return raised


def _open(one: Coming) -> bool:
    """Is the order of an earlier time of this plan still open? Then that one is done first: two at once would be one too many."""
    return db.session.scalar(
        sa.select(sa.func.count())
        .select_from(MaintenanceDue)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(
            MaintenanceDue.plan_id == one.plan.id, MaintenanceDue.equipment_id == one.equipment.id, WorkOrder.finished_at.is_(None),
            WorkOrder.closed_at.is_(None),
        )
    ) != 0  # fmt: skip


def _raise(one: Coming, now: datetime) -> WorkOrder:
    plan, equipment = one.plan, one.equipment
    types = types_of(plan.site_id)
    raised = work.Raised(
        plan.site_id, types.get(plan.type_code) or types["damage"], plan.person_id, f"{plan.name} · {equipment.name}" + (f"\n{plan.text}" if plan.text else ""),
        place_id=equipment.place_id, checkpoint_id=equipment.checkpoint_id, origin="plan",
    )  # fmt: skip
    order = work.raise_order(raised, now)
    order.due_at = end_of(one.due_on, equipment.site.zone)
    db.session.add(MaintenanceDue(plan_id=plan.id, equipment_id=equipment.id, due_on=one.due_on, order_id=order.id))
    db.session.flush()
    return order


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a local day."""
    return day_bounds(day, zone)[1]
