"""When maintenance plans were done: by the work orders raised for them, as these stand now or as they stood at a moment of the past."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.equipment.models import Equipment, MaintenanceDue, MaintenancePlan
from webapp.work_orders.models import WorkOrder, WorkRun

Pair = tuple[UUID, UUID]  # a plan, and a piece of equipment


def finished(plan_ids: Iterable[UUID]) -> sa.Select[UUID, UUID, datetime | None]:
    """When the plans' work orders were finished, by plan and equipment; to be narrowed."""
    return (
        sa.select(MaintenanceDue.plan_id, MaintenanceDue.equipment_id, WorkOrder.finished_at)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(MaintenanceDue.plan_id.in_(list(plan_ids)), WorkOrder.finished_at.isnot(None), WorkOrder.state != "cancelled")
    )


def done_by_plan(plan_ids: Iterable[UUID], zone: str, equipment_id: UUID, since: date) -> dict[UUID, list[date]]:
    """The local days on which each plan was done with a piece, by plan, of the times due since then. One query."""
    found: dict[UUID, list[date]] = {}
    rows = finished(plan_ids).where(MaintenanceDue.equipment_id == equipment_id, MaintenanceDue.due_on >= since)
    for plan_id, _about, finished_at in db.session.execute(rows.order_by(WorkOrder.finished_at)):
        assert finished_at is not None  # asked for above
        found.setdefault(plan_id, []).append(local_day(finished_at, zone))
    return found


LATEST = 3  # times of a plan: the last doing is among them, were even the one before reopened and finished once more


def last_done(plan_ids: Iterable[UUID], zone: str, before: datetime | None = None, without: Collection[UUID] = ()) -> dict[Pair, date]:
    """The local day on which each plan was last done, by plan and equipment; before a moment, if one is given, and not by these orders.

    One query, which looks at the latest times of each pair only: over all of them it would grow with every year.
    """
    plan, about = MaintenancePlan, Equipment
    done_at = finished_before(before) if before else sa.case((WorkOrder.state != "cancelled", WorkOrder.finished_at))
    others = [MaintenanceDue.order_id.not_in(list(without))] if without else []
    latest = (
        sa.select(done_at.label("finished_at"))
        .select_from(MaintenanceDue)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(MaintenanceDue.plan_id == plan.id, MaintenanceDue.equipment_id == about.id, done_at.isnot(None), *others)
        .order_by(MaintenanceDue.due_on.desc())
        .limit(LATEST)
        .correlate(plan, about)
        .subquery()
    )
    last = sa.select(sa.func.max(latest.c.finished_at)).scalar_subquery()
    of_class = sa.and_(plan.equipment_id.is_(None), plan.class_code == about.class_code)
    rows = (
        sa.select(plan.id, about.id, sa.type_coerce(last, WorkOrder.finished_at.type))
        .join(about, sa.and_(about.site_id == plan.site_id, sa.or_(plan.equipment_id == about.id, of_class)))
        .where(plan.id.in_(list(plan_ids)))
    )
    return {(plan_id, about_id): local_day(at, zone) for plan_id, about_id, at in db.session.execute(rows) if at}


def finished_before(moment: datetime) -> sa.ColumnElement[datetime | None]:
    """When an order stood as finished at that moment, though it may have been opened again since; NULL where it did not."""
    then = sa.select(WorkRun.finished_at).where(
        WorkRun.order_id == WorkOrder.id, WorkRun.finished_at < moment, WorkRun.reopened_at >= moment
    )
    stands = sa.and_(WorkOrder.finished_at < moment, WorkOrder.state != "cancelled")
    return sa.case((stands, WorkOrder.finished_at), else_=then.limit(1).correlate(WorkOrder).scalar_subquery())


@dataclass
class Doings:
    """When a plan was done with a piece, over some days: the local day of the last time before them (`before`), and what was finished later or
    did not stay finished: when, and when it was opened again.
    """

    before: date | None = None
    stints: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def last(self, moment: datetime, zone: str) -> date | None:
        """The local day on which it had last been done, as it stood at a moment of these days."""
        then = [local_day(at, zone) for at, again in self.stints if at < moment and (again is None or again >= moment)]
        return max([*then, *([self.before] if self.before else [])], default=None)


def doings_between(site_id: UUID, plan_ids: Collection[UUID], zone: str, start: datetime, end: datetime) -> dict[Pair, Doings]:
    """What was done of a site's plans in [start, end), and last before it. Three queries, however many days."""
    due, run = MaintenanceDue, WorkRun
    again = (
        sa.select(due.plan_id, due.equipment_id, due.order_id, run.finished_at, run.reopened_at)
        .join(due, due.order_id == run.order_id)
        .where(run.site_id == site_id, run.finished_at < end, run.reopened_at >= start)
    )
    once = (
        sa.select(due.plan_id, due.equipment_id, WorkOrder.finished_at)
        .join(due, due.order_id == WorkOrder.id)
        .where(WorkOrder.site_id == site_id, WorkOrder.finished_at >= start, WorkOrder.finished_at < end, WorkOrder.state != "cancelled")
    )
    found: dict[Pair, Doings] = {}
    unsettled: set[UUID] = set()
    for plan_id, about_id, order_id, finished_at, reopened_at in db.session.execute(again):
        assert finished_at is not None  # asked for, here and below
        unsettled.add(order_id)
        found.setdefault((plan_id, about_id), Doings()).stints.append((finished_at, reopened_at))
    for plan_id, about_id, finished_at in db.session.execute(once):
        assert finished_at is not None
        found.setdefault((plan_id, about_id), Doings()).stints.append((finished_at, None))
    for pair, day in last_done(plan_ids, zone, start, unsettled).items():
        found.setdefault(pair, Doings()).before = day
    return found
