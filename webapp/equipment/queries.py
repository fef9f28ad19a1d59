"""Reading the register, always for somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.equipment.due import Interval
from webapp.equipment.models import (
    Equipment,
    EquipmentLife,
    EquipmentStatus,
    MaintenanceDue,
    MaintenancePlan,
    Meter,
    Reading,
    ReadingVerdict,
)
from webapp.equipment.rules import Change, Read, Verdict, settled
from webapp.people.models import Person
from webapp.sites.queries import reach
from webapp.work_orders.models import CALLED_OFF, WorkOrder


def equipment_for(person: Person, equipment_id: UUID, at_least: str = "worker") -> Equipment:
    """The equipment, for this person; refusals as in `reach`."""
    found = db.session.get(Equipment, equipment_id)
    if found is None:
        raise Problem("not-found")
    reach(person, found.site, at_least)
    return found


def meter_for(person: Person, meter_id: UUID, at_least: str = "worker") -> Meter:
    """The meter, for this person; refusals as in `reach`."""
    found = db.session.get(Meter, meter_id)
    if found is None:
        raise Problem("not-found")
    reach(person, found.site, at_least)
    return found


def meters_by_number(site_id: UUID, numbers: Iterable[str]) -> dict[str, Meter]:
    """A site's meters in use that have these numbers."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    found = sa.select(Meter).where(Meter.site_id == site_id, Meter.number.in_(wanted), Meter.retired_at.is_(None))
    return {meter.number: meter for meter in db.session.scalars(found)}


def equipment_of(site_id: UUID, at: datetime | None = None) -> list[Equipment]:
    """Equipment in use at a site, now or at a moment that is past, by class and number."""
    in_use = Equipment.retired_at.is_(None) if at is None else sa.or_(Equipment.retired_at.is_(None), Equipment.retired_at > at)
    found = sa.select(Equipment).where(Equipment.site_id == site_id, in_use)
    return list(db.session.scalars(found.order_by(Equipment.class_code, Equipment.number)))


def parts_of(one: Equipment) -> list[Equipment]:
    """What is a part of it, by number."""
    found = sa.select(Equipment).where(Equipment.parent_id == one.id, Equipment.retired_at.is_(None))
    return list(db.session.scalars(found.order_by(Equipment.number)))


def lives_of(one: Equipment) -> list[EquipmentLife]:
    """When it was taken out of use and back into it, in order."""
    return list(
        db.session.scalars(
            sa.select(EquipmentLife).where(EquipmentLife.equipment_id == one.id).order_by(EquipmentLife.at, EquipmentLife.id)
        )
    )


def predecessors_of(one: Equipment) -> list[Equipment]:
    """What it replaced, and what is still out of use."""
    replaced = sa.select(EquipmentLife.equipment_id).where(EquipmentLife.successor_id == one.id)
    return list(
        db.session.scalars(
            sa.select(Equipment).where(Equipment.id.in_(replaced), Equipment.retired_at.isnot(None)).order_by(Equipment.number)
        )
    )


def retired_at(site_id: UUID, most: int) -> list[Equipment]:
    """Equipment out of use, the latest first."""
    found = sa.select(Equipment).where(Equipment.site_id == site_id, Equipment.retired_at.isnot(None))
    return list(db.session.scalars(found.order_by(Equipment.retired_at.desc(), Equipment.number).limit(most)))


def changes_of(equipment_ids: Iterable[UUID], since: datetime) -> dict[UUID, list[Change]]:
    """What was said of each one's status since then, and the last thing before. Two queries, each from the index."""
    found: dict[UUID, list[Change]] = {}
    wanted, said = list(equipment_ids), sa.select(EquipmentStatus.equipment_id, EquipmentStatus.at, EquipmentStatus.status)
    before = (
        sa.select(EquipmentStatus.id)
        .where(EquipmentStatus.equipment_id == Equipment.id, EquipmentStatus.at < since)
        .order_by(EquipmentStatus.at.desc(), EquipmentStatus.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    last = sa.select(before).select_from(Equipment).where(Equipment.id.in_(wanted))
    for which in (EquipmentStatus.id.in_(last), sa.and_(EquipmentStatus.equipment_id.in_(wanted), EquipmentStatus.at >= since)):
        for equipment_id, at, status in db.session.execute(said.where(which)):
            found.setdefault(equipment_id, []).append(Change(at, status))
    return found


MISREAD = ("below_last", "too_long", "aside")  # what cannot be, or was set aside: the next readings are not compared with it
LATELY = 200  # readings that the next one is compared with


def verdicts_of(readings: sa.Select[UUID]) -> dict[UUID, list[ReadingVerdict]]:
    """What the office said of these readings (a question for their ids), by reading, in order. One query."""
    found: dict[UUID, list[ReadingVerdict]] = {}
    rows = sa.select(ReadingVerdict).where(ReadingVerdict.reading_id.in_(readings)).order_by(ReadingVerdict.at, ReadingVerdict.id)
    for one in db.session.scalars(rows):
        found.setdefault(one.reading_id, []).append(one)
    return found


@dataclass(frozen=True)
class Showed:
    """A reading as it counts: with the value and the doubt that the office left it."""

    id: UUID
    meter_id: UUID
    at: datetime
    value: Decimal
    doubt: str | None


def as_settled(rows: Iterable[Reading], said: Mapping[UUID, list[ReadingVerdict]]) -> list[Showed]:
    """These readings as they count."""
    found = []
    for row in rows:
        last = said[row.id][-1] if row.id in said else None
        value, doubt = settled(row.value, row.doubt, Verdict(last.verb, last.value) if last else None)
        found.append(Showed(row.id, row.meter_id, row.at, value, doubt))
    return found


def reads_of(meter_id: UUID, most: int = LATELY) -> list[Read]:
    """What a meter showed of late, in order, without what was misread. Two queries."""
    rows = db.session.scalars(sa.select(Reading).where(Reading.meter_id == meter_id).order_by(Reading.at.desc()).limit(most)).all()
    said = verdicts_of(sa.select(Reading.id).where(Reading.meter_id == meter_id))
    return [Read(one.at, one.value) for one in as_settled(reversed(rows), said) if one.doubt not in MISREAD]


def doubted_before(meter_id: UUID, at: datetime) -> Read | None:
    """The reading before that moment, if it is doubted for being lower than the one before, and the office has not said what it is."""
    last = db.session.scalar(
        sa.select(Reading).where(Reading.meter_id == meter_id, Reading.at < at).order_by(Reading.at.desc(), Reading.id.desc()).limit(1)
    )
    is_open = last is not None and last.doubt == "below_last" and not verdicts_of(sa.select(Reading.id).where(Reading.id == last.id))
    return Read(last.at, last.value) if last and is_open else None


def doubted_at(site_id: UUID, most: int) -> list[tuple[Reading, Meter]]:
    """Doubted readings of a site of which the office has said nothing yet, the latest first."""
    said = sa.exists().where(ReadingVerdict.reading_id == Reading.id)
    found = sa.select(Reading, Meter).join(Meter, Meter.id == Reading.meter_id)
    wanted = found.where(Reading.site_id == site_id, Reading.doubt.isnot(None), ~said, Meter.retired_at.is_(None))
    return [(reading, meter) for reading, meter in db.session.execute(wanted.order_by(Reading.at.desc()).limit(most))]


class Recurring(Protocol):
    """A plan of any kind that comes back."""

    @property
    def every(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def begins_on(self) -> date: ...
    @property
    def from_completion(self) -> bool: ...
    @property
    def months(self) -> list[Any]: ...


def interval_of(plan: Recurring) -> Interval:
    """A plan's interval as the rules know it."""
    return Interval(plan.every, plan.unit, plan.begins_on, plan.from_completion, frozenset(plan.months))  # type: ignore[arg-type]


def plans_of(site_id: UUID, today: date) -> list[MaintenancePlan]:
    """The site's plans in force."""
    return list(
        db.session.scalars(
            sa.select(MaintenancePlan)
            .where(MaintenancePlan.site_id == site_id, sa.or_(MaintenancePlan.ends_on.is_(None), MaintenancePlan.ends_on >= today))
            .order_by(MaintenancePlan.name)
        )
    )


def called_off(plans: Iterable[MaintenancePlan]) -> dict[tuple[UUID, UUID], dict[date, datetime]]:
    """The times whose work orders were cancelled, and when they were, by plan and equipment.

    Two queries: from the few cancelled orders, not from all times.
    """
    found: dict[tuple[UUID, UUID], dict[date, datetime]] = {}
    ids = {plan.id: plan.site_id for plan in plans}
    ended = sa.select(WorkOrder.id, WorkOrder.closed_at).where(WorkOrder.site_id.in_(set(ids.values())), sa.text(CALLED_OFF))
    cancelled = {order_id: at for order_id, at in db.session.execute(ended) if at}
    order_ids = list(cancelled)
    for first in range(0, len(order_ids), MOST_NAMED):
        for due in dues_of_orders(order_ids[first : first + MOST_NAMED]):
            if due.plan_id in ids:
                found.setdefault((due.plan_id, due.equipment_id), {})[due.due_on] = cancelled[due.order_id]
    return found


MOST_NAMED = 5_000  # ids in one statement


def open_dues(plans: Iterable[MaintenancePlan]) -> list[tuple[MaintenanceDue, WorkOrder]]:
    """The times whose orders are open. One query, from the index of open orders."""
    ids = {plan.id: plan.site_id for plan in plans}
    is_open = (WorkOrder.closed_at.is_(None), WorkOrder.finished_at.is_(None), WorkOrder.site_id.in_(set(ids.values())))
    found = sa.select(MaintenanceDue, WorkOrder).join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id).where(*is_open)
    return [(due, order) for due, order in db.session.execute(found) if due.plan_id in ids]


def dues_of_orders(order_ids: Collection[UUID]) -> list[MaintenanceDue]:
    """The times for which these orders were raised. One query; none for no orders."""
    if not order_ids:
        return []
    return list(db.session.scalars(sa.select(MaintenanceDue).where(MaintenanceDue.order_id.in_(order_ids))))


def dues_since(plans: Iterable[MaintenancePlan], since: date) -> list[tuple[MaintenanceDue, WorkOrder]]:
    """The times from a day on for which orders were raised. One query."""
    found = sa.select(MaintenanceDue, WorkOrder).join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
    wanted = (MaintenanceDue.plan_id.in_([plan.id for plan in plans]), MaintenanceDue.due_on >= since)
    return [(due, order) for due, order in db.session.execute(found.where(*wanted))]
