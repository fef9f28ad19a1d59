"""Reading the register, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

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


def reads_of(meter_id: UUID, since: datetime | None = None) -> list[Read]:
    """What a meter showed, in order."""
    found = sa.select(Reading.at, Reading.value).where(Reading.meter_id == meter_id)
    if since:
        found = found.where(Reading.at >= since)
    return [Read(at, value) for at, value in db.session.execute(found.order_by(Reading.at))]


def interval_of(plan: MaintenancePlan) -> Interval:
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


def done_by_plan(plan_ids: Iterable[UUID], zone: str) -> dict[tuple[UUID, UUID], list[date]]:
    """The local days on which each plan was done, by plan and equipment: the days its work orders were finished. One query."""
    found: dict[tuple[UUID, UUID], list[date]] = {}
    rows = (
        sa.select(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, WorkOrder.finished_at)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(MaintenanceDue.plan_id.in_(list(plan_ids)), WorkOrder.finished_at.isnot(None), WorkOrder.state != "cancelled")
        .order_by(WorkOrder.finished_at)
    )
    for plan_id, equipment_id, finished_at in db.session.execute(rows):
        assert finished_at is not None
        found.setdefault((plan_id, equipment_id), []).append(finished_at.astimezone(ZoneInfo(zone)).date())
    return found
