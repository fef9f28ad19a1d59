"""Areas as they stand: what their plans ask for, their last scores, pictures of before and after, and the year by months. Derived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.inspections import queries, rules
from webapp.inspections.content import Content
from webapp.inspections.grades import KINDS, Rate, Standard, rates_of, standards_of
from webapp.inspections.models import Area, Checklist, ChecklistVersion, Inspection, InspectionPlan
from webapp.inspections.offering import OPEN, areas_of, plans_of, points_of, standing
from webapp.inspections.planned import Line
from webapp.photos.queries import stored
from webapp.sites.models import Site

SCORES = 6  # of the last spot checks, for the small picture
SCORED_SINCE = timedelta(days=200)
PAIRS_SINCE = timedelta(days=120)
MOST_PAIRS = 6


@dataclass
class Standing:
    """An area today. `state`: the worst of its plans' lines: missed within a week, overdue, due, done, or none where no plan asks."""

    area: Area
    plans: list[InspectionPlan] = field(default_factory=list)
    lines: dict[UUID, list[Line]] = field(default_factory=dict)
    scores: list[tuple[datetime, int, UUID]] = field(default_factory=list)
    keep_off: Inspection | None = None

    def state_on(self, today: date) -> str:
        """See above."""
        lines = [line for found in self.lines.values() for line in found]
        if any(line.state == "overdue" for line in lines):
            return "overdue"
        if any(line.state == "missed" and line.due_on > today - timedelta(days=7) for line in lines):
            return "missed"
        if any(line.state in OPEN and line.due_on <= today for line in lines):
            return "due"
        return "done" if lines else "none"

    @property
    def last_done(self) -> date | None:
        """When anything was last done here."""
        return max((line.done_on for found in self.lines.values() for line in found if line.done_on), default=None)


def standings(site: Site, service: str, now: datetime) -> list[Standing]:
    """The site's areas of a service in use, by kind and number: a fixed number of queries."""
    areas = [area for area in areas_of(site.id) if area.ends_on is None and KINDS[area.kind].service == service]
    return stand(site, areas, now)


def stand(site: Site, areas: list[Area], now: datetime) -> list[Standing]:
    """These areas with their plans' lines, scores and whether people keep off them."""
    points = {area.checkpoint_id for area in areas}
    every = areas_of(site.id)
    plans = [plan for plan in plans_of(site.id, now) if points & set(points_of(plan, every))]
    lines = standing(site, plans, now)
    scores = scores_at(site.id, points, now)
    kept_off = {one.checkpoint_id: one for one in queries.kept_off([site.id], now)}
    kinds = list(KINDS)
    found = []
    for area in sorted(areas, key=lambda one: (kinds.index(one.kind), one.checkpoint.number)):
        here = [plan for plan in plans if area.checkpoint_id in points_of(plan, every) and plan.area_kind in (None, area.kind)]
        own = {plan.id: [line for line in lines[plan.id] if line.point == area.checkpoint_id] for plan in here}
        found.append(Standing(area, here, own, scores.get(area.checkpoint_id, []), kept_off.get(area.checkpoint_id)))
    return found


def scores_at(site_id: UUID, points: set[UUID], now: datetime) -> dict[UUID, list[tuple[datetime, int, UUID]]]:
    """The last spot checks' scores by place, the newest first."""
    if not points:
        return {}
    spots = sa.select(Checklist.id).where(Checklist.site_id == site_id, Checklist.purpose == "spot")
    rank = sa.func.row_number().over(partition_by=Inspection.checkpoint_id, order_by=Inspection.at.desc()).label("rank")
    lately = (
        sa.select(Inspection.checkpoint_id, Inspection.at, Inspection.score, Inspection.id, rank)
        .where(Inspection.checklist_id.in_(spots), Inspection.at > now - SCORED_SINCE, Inspection.at <= now)
        .where(Inspection.checkpoint_id.in_(points), Inspection.score.is_not(None))
        .subquery()
    )
    found: dict[UUID, list[tuple[datetime, int, UUID]]] = {}
    for point, at, score, own_id, _rank in db.session.execute(
        sa.select(lately).where(lately.c.rank <= SCORES).order_by(lately.c.at.desc())
    ):
        found.setdefault(point, []).append((at, score, own_id))
    return found


@dataclass(frozen=True)
class Asked:
    """What areas of a kind and grade are asked for: plans in force, proposals that no plan has taken up, and what standards say in words."""

    kind: str
    grade: int
    plans: list[InspectionPlan]
    proposals: list[Rate]
    standards: list[Standard]


def asked_of(site: Site, areas: Iterable[Area], now: datetime) -> list[Asked]:
    """By kind and grade of these areas."""
    plans = [plan for plan in plans_of(site.id, now) if plan.area_kind]
    found = []
    for kind, grade in sorted({(area.kind, area.grade) for area in areas}, key=lambda one: (list(KINDS).index(one[0]), one[1])):
        own = [plan for plan in plans if plan.area_kind == kind and plan.area_grade in (None, grade)]
        found.append(
            Asked(
                kind,
                grade,
                own,
                [rate for rate in rates_of(kind, grade) if rate.task not in {plan.name for plan in own}],
                standards_of(kind, grade),
            )
        )
    return found


# ---------------------------------------------------------------- before and after


@dataclass(frozen=True)
class Pair:
    """Photos of before and after, of one record of work."""

    inspection: Inspection
    before: str
    after: str


def pair_of(content: Content, found: Inspection) -> Pair | None:
    """The record's first photo of before and of after; None where one of them is missing."""
    shots = [rules.told(content, found.answers, role) for role in ("before", "after")]
    first = [(found.answers.get(one[0].id) or {}).get("photos") or [""] for one in shots if one]
    if len(first) < 2 or not first[0][0] or not first[1][0]:
        return None
    return Pair(found, first[0][0], first[1][0])


def pairs_at(area: Area, now: datetime) -> list[Pair]:
    """The last pairs of an area whose photos are here, the newest first."""
    versions = (
        sa.select(ChecklistVersion).join(Checklist, Checklist.id == ChecklistVersion.checklist_id).where(Checklist.site_id == area.site_id)
    )
    paired = {one.id: queries.content_of(one) for one in db.session.scalars(versions) if _has_pair(one.content)}
    if not paired:
        return []
    rows = db.session.scalars(
        sa.select(Inspection)
        .where(Inspection.checkpoint_id == area.checkpoint_id, Inspection.at > now - PAIRS_SINCE, Inspection.version_id.in_(paired))
        .order_by(Inspection.at.desc())
        .limit(40)
    )
    pairs = [pair for row in rows if (pair := pair_of(paired[row.version_id], row))]
    here = stored(sha for pair in pairs for sha in (pair.before, pair.after))
    return [pair for pair in pairs if {pair.before, pair.after} <= here][:MOST_PAIRS]


def _has_pair(content: dict[str, Any]) -> bool:
    roles = {question.get("role") for section in content["sections"] for question in section["questions"]}
    return {"before", "after"} <= roles


# ---------------------------------------------------------------- the year by months


@dataclass
class Month:
    """A task in a month. `days`: on which it was done, with how often; `planned`: a plan asks for it then; `season`: a plan that runs would."""

    days: dict[int, int] = field(default_factory=dict)
    failed: int = 0
    planned: bool = False
    season: bool = False

    @property
    def done(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True)
class Task:
    """A row of the calendar: a checklist with its twelve months."""

    checklist: Checklist
    months: list[Month]


def calendar_of(site: Site, service: str, year: int, point: UUID | None = None) -> list[Task]:
    """Twelve months of each of the service's checklists, at the whole site or at one place: four queries."""
    rows = sa.select(Checklist).where(Checklist.site_id == site.id, Checklist.service == service).order_by(Checklist.name)
    tasks = {one.id: Task(one, [Month() for _n in range(12)]) for one in db.session.scalars(rows)}
    since, until = day_bounds(date(year, 1, 1), site.zone)[0], day_bounds(date(year, 12, 31), site.zone)[1]
    done = sa.select(Inspection.checklist_id, Inspection.at, Inspection.passed).where(
        Inspection.checklist_id.in_(tasks), Inspection.at >= since, Inspection.at < until
    )
    for checklist_id, at, passed in db.session.execute(done.where(Inspection.checkpoint_id == point) if point else done):
        day = clock.local_day(at, site.zone)
        month = tasks[checklist_id].months[day.month - 1]
        month.days[day.day] = month.days.get(day.day, 0) + 1
        month.failed += not passed
    areas = areas_of(site.id)
    for plan in db.session.scalars(sa.select(InspectionPlan).where(InspectionPlan.checklist_id.in_(tasks))):
        if point is None or point in points_of(plan, areas):
            for n in months_planned(plan, year):
                tasks[plan.checklist_id].months[n - 1].planned = True
            for n in plan.months if plan.ends_on is None else ():
                tasks[plan.checklist_id].months[n - 1].season = True
    return [task for task in tasks.values() if _is_shown(task, point)]


def _is_shown(task: Task, point: UUID | None) -> bool:
    """Tasks of the site in use; at one place those that are done or asked for there."""
    if any(month.done or month.planned for month in task.months):
        return True
    return point is None and task.checklist.retired_at is None


def months_planned(plan: InspectionPlan, year: int) -> list[int]:
    """In which months of the year a plan asks for something."""
    found = []
    for n in plan.months or range(1, 13):
        first, after = date(year, n, 1), date(year + n // 12, n % 12 + 1, 1)
        if plan.begins_on < after and (plan.ends_on is None or plan.ends_on > first):
            found.append(n)
    return found
