"""Reading the register, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.equipment.due import Interval
from webapp.equipment.models import Equipment, EquipmentStatus, MaintenanceDue, MaintenancePlan, Meter, Reading
from webapp.equipment.rules import Change, Read
from webapp.people.models import Person
from webapp.sites.queries import reach
from webapp.work_orders.models import WorkOrder


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


def equipment_of(site_id: UUID) -> list[Equipment]:
    """Equipment in use at a site, by class and number."""
    found = sa.select(Equipment).where(Equipment.site_id == site_id, Equipment.retired_at.is_(None))
    return list(db.session.scalars(found.order_by(Equipment.class_code, Equipment.number)))


def changes_of(equipment_ids: Iterable[UUID]) -> dict[UUID, list[Change]]:
    """What was said of each one's status, one query."""
    found: dict[UUID, list[Change]] = {}
    rows = sa.select(EquipmentStatus.equipment_id, EquipmentStatus.at, EquipmentStatus.status)
    for equipment_id, at, status in db.session.execute(rows.where(EquipmentStatus.equipment_id.in_(list(equipment_ids)))):
        found.setdefault(equipment_id, []).append(Change(at, status))
    return found


MISREAD = ("below_last", "too_long")  # what cannot be: the next readings are not compared with it
LATELY = 200  # readings that the next one is compared with


def reads_of(meter_id: UUID, most: int = LATELY) -> list[Read]:
    """What a meter showed of late, in order, without what was misread."""
    sound = sa.or_(Reading.doubt.is_(None), Reading.doubt.not_in(MISREAD))
    found = sa.select(Reading.at, Reading.value).where(Reading.meter_id == meter_id, sound).order_by(Reading.at.desc()).limit(most)
    return [Read(at, value) for at, value in reversed(db.session.execute(found).all())]


def doubted_before(meter_id: UUID, at: datetime) -> Read | None:
    """The reading before that moment, if it was doubted for being lower than the one before."""
    found = sa.select(Reading.at, Reading.value, Reading.doubt).where(Reading.meter_id == meter_id, Reading.at < at)
    last = db.session.execute(found.order_by(Reading.at.desc()).limit(1)).first()
    return Read(last.at, last.value) if last and last.doubt == "below_last" else None


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


def finished(plan_ids: Iterable[UUID]) -> sa.Select[UUID, UUID, datetime | None]:
    """When the plans' work orders were finished, by plan and equipment; to be narrowed."""
    return (
        sa.select(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, WorkOrder.finished_at)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(MaintenanceDue.plan_id.in_(list(plan_ids)), WorkOrder.finished_at.isnot(None), WorkOrder.state != "cancelled")
    )


def done_by_plan(plan_ids: Iterable[UUID], zone: str, equipment_id: UUID | None = None) -> dict[tuple[UUID, UUID], list[date]]:
    """The local days on which each plan was done, by plan and equipment. One query."""
    found: dict[tuple[UUID, UUID], list[date]] = {}
    rows = finished(plan_ids).order_by(WorkOrder.finished_at)
    if equipment_id:
        rows = rows.where(MaintenanceDue.equipment_id == equipment_id)
    for plan_id, about_id, finished_at in db.session.execute(rows):
        assert finished_at is not None  # asked for above
        found.setdefault((plan_id, about_id), []).append(local_day(finished_at, zone))
    return found


def last_done(plan_ids: Iterable[UUID], zone: str, before: datetime | None = None) -> dict[tuple[UUID, UUID], date]:
    """The local day on which each plan was last done, by plan and equipment; before a moment, if one is given. One query."""
    rows = finished(plan_ids)
    if before:
        rows = rows.where(WorkOrder.finished_at < before)
    last = rows.with_only_columns(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, sa.func.max(WorkOrder.finished_at))
    rows_ = db.session.execute(last.group_by(MaintenanceDue.plan_id, MaintenanceDue.equipment_id))
    return {(plan_id, about_id): local_day(at, zone) for plan_id, about_id, at in rows_ if at}


def called_off(plan_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], set[date]]:
    """The times whose work orders were cancelled, by plan and equipment. One query."""
    found: dict[tuple[UUID, UUID], set[date]] = {}
    rows = (
        sa.select(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, MaintenanceDue.due_on)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(MaintenanceDue.plan_id.in_(list(plan_ids)), WorkOrder.state == "cancelled")
    )
    for plan_id, about_id, due_on in db.session.execute(rows):
        found.setdefault((plan_id, about_id), set()).add(due_on)
    return found


def dues_of(plan_ids: Iterable[UUID], since: date) -> list[tuple[MaintenanceDue, WorkOrder]]:
    """The times from a day on for which orders were raised, and those of before whose order is still open. One query."""
    is_open = sa.and_(WorkOrder.finished_at.is_(None), WorkOrder.closed_at.is_(None))
    found = sa.select(MaintenanceDue, WorkOrder).join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
    wanted = (MaintenanceDue.plan_id.in_(list(plan_ids)), sa.or_(MaintenanceDue.due_on >= since, is_open))
    return [(due, order) for due, order in db.session.execute(found.where(*wanted))]
