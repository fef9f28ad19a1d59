"""Which checklists a person is offered where and when: what plans ask for today, and what may be inspected besides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.equipment.models import Equipment
from webapp.equipment.queries import interval_of
from webapp.inspections import queries
from webapp.inspections.models import Area, Checklist, Inspection, InspectionPlan, SiteMode
from webapp.inspections.planned import ALWAYS, LOOK_BACK, Doing, Line, Planned, Span, Storms, Term, lines_of, read_from
from webapp.people.models import Person
from webapp.people.queries import Membered, Worked, rank_at, worked_since
from webapp.sites.models import Checkpoint, Site

OPEN = ("due", "overdue")


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


def plans_of(site_id: UUID, now: datetime, since: date | None = None) -> list[InspectionPlan]:
    """Plans of a site that have not ended, or not before `since`, oldest first."""
    today = since or now.date()
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


def people_of(plan: InspectionPlan, staff: Iterable[Worked], zone: ZoneInfo) -> dict[UUID, tuple[Term, ...]]:
    """Who all must do a plan, and when they were there; nobody, when one does it for all. `staff`: the site's, of any trade."""
    if plan.shared:
        return {}
    if plan.person_id:
        return {plan.person_id: (ALWAYS,)}
    found: dict[UUID, tuple[Term, ...]] = {}
    for one in staff:
        if plan.trade in (None, one.person.trade):
            came, left = (at.astimezone(zone).replace(tzinfo=None) if at else None for at in (one.begun_at, one.ended_at))
            found[one.person.id] = (*found.get(one.person.id, ()), (came, left))
    return found


def planned(plan: InspectionPlan, people: Mapping[UUID, tuple[Term, ...]], areas: Iterable[Area], zone: str) -> Planned:
    """A plan's row as the rules take it. `people`: see `people_of`; `areas`: the site's."""
    spans = spans_of(plan, areas)
    return Planned(
        interval_of(plan), tuple(spans) if spans is not None else tuple(UUID(point) for point in plan.points), time.fromisoformat(plan.from_time), time.fromisoformat(plan.until_time),
        frozenset(plan.weekdays), people, plan.mode, plan.ends_on, spans, local_day(plan.made_at, zone),
    )  # fmt: skip


def standing(site: Site, plans: list[InspectionPlan], now: datetime, since: date | None = None) -> dict[UUID, list[Line]]:
    """What became of every time each plan asked for, by plan, as it stood at `now`; of the times due from `since` on, else of late.

    A fixed number of queries, however many plans there are and however long they run.
    """
    zone = ZoneInfo(site.zone)
    local = now.astimezone(zone).replace(tzinfo=None)
    first = since or local.date() - LOOK_BACK
    areas = areas_of(site.id, plans)
    storms = storms_of(site, day_bounds(first, site.zone)[0], now) if any(plan.mode != "always" for plan in plans) else Storms()
    everybody = any(not plan.shared and not plan.person_id for plan in plans)
    staff = worked_since(site.id, day_bounds(first, site.zone)[0]) if everybody else []
    asked = {plan.id: planned(plan, people_of(plan, staff, zone), areas, site.zone) for plan in plans}
    done = doings(site, plans, asked, first, now)
    return {plan.id: lines_of(asked[plan.id], done.get(plan.id, []), local, storms, first) for plan in plans}


def doings(site: Site, plans: list[InspectionPlan], asked: Mapping[UUID, Planned], since: date, now: datetime) -> dict[UUID, list[Doing]]:
    """What was done by each plan that its times since then depend on (`planned.read_from`), up to `now`."""
    zone = ZoneInfo(site.zone)
    from_day: dict[date, list[UUID]] = {}
    for plan in plans:
        from_day.setdefault(read_from(asked[plan.id].interval, since), []).append(plan.id)
    lately = [sa.and_(Inspection.plan_id.in_(ids), Inspection.at >= day_bounds(day, site.zone)[0]) for day, ids in from_day.items()]
    own = (Inspection.plan_id, Inspection.checkpoint_id, Inspection.person_id, Inspection.at)
    recent = sa.select(*own).where(sa.or_(sa.false(), *lately), Inspection.at <= now)
    counted = [plan for plan in plans if plan.from_completion]
    each = [plan for plan in counted if asked[plan.id].people]
    last = _last_of(site.id, [plan for plan in counted if plan not in each], now)
    last += _last_of(site.id, each, now, {person for plan in each for person in asked[plan.id].people})
    found: dict[UUID, list[Doing]] = {}
    for plan_id, point, person, at in [*db.session.execute(recent), *last]:
        if plan_id is not None and point is not None:
            found.setdefault(plan_id, []).append(Doing(point, person, at.astimezone(zone).replace(tzinfo=None)))
    return found


def _last_of(
    site_id: UUID, plans: list[InspectionPlan], now: datetime, people: Collection[UUID] = ()
) -> list[sa.Row[UUID | None, UUID | None, UUID, datetime]]:
    """The last doing of each of these plans at each place, however old, by each of these people if any: one look into the index each."""
    if not plans:
        return []
    at_it = [Inspection.plan_id == InspectionPlan.id, Inspection.checkpoint_id == Checkpoint.id, Inspection.at <= now]
    pairs = sa.select(InspectionPlan.id).join(Checkpoint, Checkpoint.site_id == site_id)
    if people:
        pairs = pairs.join(Person, Person.id.in_(people))
        at_it.append(Inspection.person_id == Person.id)
    one = sa.select(Inspection.id).where(*at_it).order_by(Inspection.at.desc()).limit(1)
    one = one.correlate(InspectionPlan, Checkpoint, *([Person] if people else []))
    ids = pairs.where(InspectionPlan.id.in_([plan.id for plan in plans])).with_only_columns(one.scalar_subquery().label("id")).subquery()
    own = (Inspection.plan_id, Inspection.checkpoint_id, Inspection.person_id, Inspection.at)
    return list(db.session.execute(sa.select(*own).join(ids, ids.c.id == Inspection.id)))


def storms_of(site: Site, since: datetime, now: datetime) -> Storms:
    """The site's storm modes since then, as they stood at `now`."""
    own = (SiteMode.site_id == site.id, SiteMode.from_at <= now, sa.or_(SiteMode.until_at.is_(None), SiteMode.until_at > since))
    zone = ZoneInfo(site.zone)

    def local(at: datetime) -> datetime:
        return at.astimezone(zone).replace(tzinfo=None)

    rows = db.session.scalars(sa.select(SiteMode).where(*own))
    return Storms(tuple((local(row.from_at), local(row.until_at) if row.until_at else None) for row in rows))


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
