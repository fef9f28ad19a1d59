"""Which checklists a person is offered where and when: what plans ask for today, and what may be inspected besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.equipment.models import Equipment
from webapp.equipment.queries import interval_of
from webapp.inspections import queries
from webapp.inspections.models import Area, Checklist, Inspection, InspectionPlan, SiteMode
from webapp.inspections.planned import LOOK_BACK, Doing, Line, Planned, Span, Storms, lines_of, storm_days
from webapp.people.models import Person
from webapp.people.queries import Membered, rank_at, staff_of
from webapp.sites.models import Checkpoint, Site

OPEN = ("due", "overdue")
LONG_AGO = timedelta(days=800)  # plans by months and years remember longer than those by days


@dataclass(frozen=True)
class Offer:
    """A checklist somebody may fill in. `points`: where (None: anywhere at the site); `due`: at which of them it is due today or overdue;
    `done`: at how many of those it is done already."""

    checklist: Checklist
    plan: InspectionPlan | None
    site: Site
    points: tuple[UUID, ...] | None
    due: tuple[UUID, ...] = ()
    done: int = 0


def may_inspect(person: Membered, trade: str, checklist: Checklist) -> bool:
    """Staff of its site whose trade it is, or who supervise there."""
    rank = rank_at(person, checklist.site_id)
    return rank is not None and (checklist.trade in (None, trade) or rank >= RANKS["supervisor"])


def plans_of(site_id: UUID, now: datetime) -> list[InspectionPlan]:
    """Plans of a site that have not ended, oldest first."""
    today = now.date()
    return list(
        db.session.scalars(
            sa.select(InspectionPlan)
            .where(InspectionPlan.site_id == site_id, sa.or_(InspectionPlan.ends_on.is_(None), InspectionPlan.ends_on > today))
            .order_by(InspectionPlan.made_at, InspectionPlan.id)
        )
    )


def areas_of(site_id: UUID, plans: Iterable[InspectionPlan] | None = None) -> list[Area]:
    """A site's areas, ended ones included, by number of their place; none, unasked, when no plan of these is for areas."""
    if plans is not None and not any(plan.area_kind for plan in plans):
        return []
    rows = sa.select(Area).join(Checkpoint, Checkpoint.id == Area.checkpoint_id).where(Area.site_id == site_id)
    return list(db.session.scalars(rows.order_by(Checkpoint.number, Area.begins_on)))


def spans_of(plan: InspectionPlan, areas: Iterable[Area]) -> dict[UUID, tuple[Span, ...]] | None:
    """From when until when which places are areas of the plan's kind and grade; None for a plan with places of its own."""
    if not plan.area_kind:
        return None
    found: dict[UUID, tuple[Span, ...]] = {}
    for area in areas:
        if area.kind == plan.area_kind and plan.area_grade in (None, area.grade):
            found[area.checkpoint_id] = (*found.get(area.checkpoint_id, ()), (area.begins_on, area.ends_on))
    return found


def points_of(plan: InspectionPlan, areas: Iterable[Area]) -> tuple[UUID, ...]:
    """Where a plan is done now."""
    spans = spans_of(plan, areas)
    if spans is None:
        return tuple(UUID(point) for point in plan.points)
    return tuple(point for point, times in spans.items() if times[-1][1] is None)


def planned(plan: InspectionPlan, staff: Iterable[UUID] = (), areas: Iterable[Area] = ()) -> Planned:
    """A plan's row as the rules take it. `staff`: those of its trade, for a plan that everybody must do; `areas`: the site's."""
    spans = spans_of(plan, areas)
    people = () if plan.shared else ((plan.person_id,) if plan.person_id else tuple(staff))
    return Planned(
        interval_of(plan), tuple(spans) if spans is not None else tuple(UUID(point) for point in plan.points), time.fromisoformat(plan.from_time), time.fromisoformat(plan.until_time),
        frozenset(plan.weekdays), people, plan.mode, plan.ends_on, spans,
    )  # fmt: skip


def standing(site: Site, plans: list[InspectionPlan], now: datetime) -> dict[UUID, list[Line]]:
    """What became of every time each plan asked for, by plan: four queries, however many plans there are."""
    zone = ZoneInfo(site.zone)
    local = now.astimezone(zone)
    since = now - (LONG_AGO if any(plan.unit in ("month", "year") for plan in plans) else LOOK_BACK + timedelta(days=8))
    done: dict[UUID, list[Doing]] = {}
    rows = sa.select(Inspection.plan_id, Inspection.checkpoint_id, Inspection.person_id, Inspection.at).where(
        Inspection.plan_id.in_([plan.id for plan in plans]),
        Inspection.at >= since,
        Inspection.at <= now,
        Inspection.checkpoint_id.is_not(None),
    )
    for plan_id, point, person, at in db.session.execute(rows):
        if plan_id is None or point is None:
            continue
        done.setdefault(plan_id, []).append(Doing(point, person, at.astimezone(zone).replace(tzinfo=None)))
    storms, areas = storms_of(site, now), areas_of(site.id, plans)
    found = {}
    for plan in plans:
        staff = [one.id for one in staff_of(site.id, plan.trade)] if not plan.shared and not plan.person_id else []
        found[plan.id] = lines_of(planned(plan, staff, areas), done.get(plan.id, []), local.replace(tzinfo=None), storms)
    return found


def storms_of(site: Site, now: datetime) -> Storms:
    """The site's stormy days of late, and whether it is in storm mode."""
    rows = db.session.scalars(sa.select(SiteMode).where(SiteMode.site_id == site.id, SiteMode.from_at <= now)).all()
    spans = [(clock.local_day(row.from_at, site.zone), clock.local_day(row.until_at or now, site.zone)) for row in rows]
    return Storms(storm_days(spans), any(row.until_at is None or row.until_at > now for row in rows))


def offers_for(person: Person, site: Site, now: datetime) -> list[Offer]:
    """What this person may fill in at the site: planned lists first, in the order of their hours; then lists without a plan."""
    lists = {
        one.id: one for one in queries.checklists_of(site.id) if may_inspect(person, person.trade, one) and queries.version_at(one, now)
    }
    today = clock.local_day(now, site.zone)
    plans = [plan for plan in plans_of(site.id, now) if plan.checklist_id in lists and plan.begins_on <= today and _theirs(plan, person)]
    lines, areas = standing(site, plans, now), areas_of(site.id, plans)
    offers = []
    for plan in sorted(plans, key=lambda plan: (plan.from_time, plan.name)):
        mine = [line for line in lines[plan.id] if line.person in (None, person.id)]
        due = tuple(dict.fromkeys(line.point for line in mine if line.state in OPEN and line.due_on <= today))
        done = sum(1 for line in mine if line.done_on == today)
        if due or done or (plan.mode == "always" and plan.unit != "day"):
            offers.append(Offer(lists[plan.checklist_id], plan, site, points_of(plan, areas), due, done))
    classed = _points_by_class(site.id) if any(one.class_code for one in lists.values()) else {}
    free = [one for one in lists.values() if one.id not in {plan.checklist_id for plan in plans}]
    return [*offers, *(Offer(one, None, site, tuple(classed.get(one.class_code, ())) if one.class_code else None) for one in free)]


def _theirs(plan: InspectionPlan, person: Person) -> bool:
    return plan.person_id == person.id if plan.person_id else plan.trade in (None, person.trade)


def _points_by_class(site_id: UUID) -> dict[str, list[UUID]]:
    rows = sa.select(Equipment.class_code, Equipment.checkpoint_id).where(
        Equipment.site_id == site_id, Equipment.retired_at.is_(None), Equipment.checkpoint_id.is_not(None)
    )
    found: dict[str, list[UUID]] = {}
    for code, point in db.session.execute(rows):
        if point is not None:
            found.setdefault(code, []).append(point)
    return found
