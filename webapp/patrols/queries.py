"""Reading routes, schedules, rounds and scans."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.patrols import rules, states
from webapp.patrols.models import PlanRevision, RoundStep, Route, RouteVersion, Scan, Schedule
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.records.models import Correction
from webapp.sites.models import Site


class SiteLike(Protocol):
    """A Site, or the facts of one."""

    @property
    def id(self) -> UUID: ...
    @property
    def zone(self) -> str: ...


_plans: dict[tuple[str, UUID], tuple[int, tuple[rules.Plan, ...]]] = {}
_plans_lock = threading.Lock()
REVISION = sa.select(PlanRevision.revision).where(PlanRevision.site_id == sa.bindparam("site"))


def plans_of(site: SiteLike) -> tuple[rules.Plan, ...]:
    """Everything the site's rounds follow from; kept in memory until the site's plan revision changes."""
    revision = db.session.connection().scalar(REVISION, {"site": site.id}) or 0
    key = (str(db.engine.url), site.id)
    kept = _plans.get(key)
    if kept and kept[0] == revision:
        return kept[1]
    plans = _load_plans(site)
    with _plans_lock:
        _plans[key] = (revision, plans)
    return plans


def _load_plans(site: SiteLike) -> tuple[rules.Plan, ...]:
    schedules = db.session.scalars(
        sa.select(Schedule)
        .where(Schedule.site_id == site.id)
        .order_by(Schedule.code)
        .options(
            selectinload(Schedule.versions),
            selectinload(Schedule.route).selectinload(Route.versions).selectinload(RouteVersion.points),
        )
    )
    return tuple(_plan(site, schedule) for schedule in schedules)


def _plan(site: SiteLike, schedule: Schedule) -> rules.Plan:
    return rules.Plan(
        code=schedule.code,
        site_id=site.id,
        schedule_id=schedule.id,
        route_id=schedule.route_id,
        zone=site.zone,
        ended_at=schedule.ended_at,
        rules=tuple(
            rules.RuleFrom(
                v.from_at, v.begins_on, v.rule, v.window, v.early, v.grace, v.random_start, v.random_order, v.seed, v.trade, v.person_id
            )
            for v in schedule.versions
        ),
        routes=tuple(rules.RouteFrom(v.from_at, _plan_points(v)) for v in schedule.route.versions),
    )


def _plan_points(version: RouteVersion) -> tuple[rules.PlanPoint, ...]:
    return tuple(
        rules.PlanPoint(
            p.checkpoint_id, p.rank, p.order_fixed, p.expected_minutes, p.not_before_minutes, p.min_interval_minutes, tuple(p.questions)
        )
        for p in version.points
    )


def rounds_on(site: SiteLike, day: date) -> tuple[rules.Round, ...]:
    """The rounds that begin on that local day, in order of their start."""
    return _rounds_of(plans_of(site), day)


def rounds_by_day(site: SiteLike, days: Iterable[date]) -> dict[date, tuple[rules.Round, ...]]:
    """The rounds that begin on each of those local days: the plan is asked for once."""
    plans = plans_of(site)
    return {day: _rounds_of(plans, day) for day in days}


@lru_cache(maxsize=1024)
def _rounds_of(plans: tuple[rules.Plan, ...], day: date) -> tuple[rules.Round, ...]:
    found = [round_ for plan in plans for round_ in rules.occurrences(plan, day)]
    return tuple(sorted(found, key=lambda r: (r.starts_at, r.id)))


def rounds_near(site: SiteLike, moment: datetime, plans: tuple[rules.Plan, ...], checkpoint_id: UUID) -> list[rules.Round]:
    """The rounds of `plans_of(site)` with the point that a scan at `moment` could count to: of its day and the neighbours."""
    return _rounds_by_point(plans, clock.local_day(moment, site.zone)).get(checkpoint_id, [])


@lru_cache(maxsize=512)
def _rounds_by_point(plans: tuple[rules.Plan, ...], day: date) -> dict[UUID, list[rules.Round]]:
    """Rounds of the day and of its neighbours by checkpoint."""
    found: dict[UUID, list[rules.Round]] = {}
    for near in (day - clock.DAY, day, day + clock.DAY):
        for round_ in _rounds_of(plans, near):
            for point in round_.points:
                found.setdefault(point.checkpoint_id, []).append(round_)
    return found


def find_round(round_id: str) -> tuple[Site, rules.Round] | None:
    """The round of that id and its site, or None."""
    try:
        code, day = rules.read_round_id(round_id)
    except ValueError:
        return None
    schedule = db.session.scalar(sa.select(Schedule).where(Schedule.code == code))
    site = db.session.get(Site, schedule.site_id) if schedule else None
    if site is None:
        return None
    found = next((r for r in rounds_on(site, day) if r.id == round_id), None)
    return (site, found) if found else None


def questions_at(round_id: str | None, checkpoint_id: UUID | None) -> tuple[Any, ...]:
    """What is asked at a point of that round; nothing where it is not on it."""
    found = find_round(round_id) if round_id and checkpoint_id else None
    return next((point.questions for point in found[1].points if point.checkpoint_id == checkpoint_id), ()) if found else ()


def round_for(person: Person, round_id: str) -> tuple[Site, rules.Round]:
    """The round, for this person. Raises Problem not-found for a stranger."""
    found = find_round(round_id)
    if found is None or rank_at(person, found[0].id) is None:
        raise Problem("not-found")
    return found


def meant_for(round_: rules.Round, person: Person) -> bool:
    """Is the round this person's work: by name, by trade, or anybody's?"""
    if round_.person_id is not None:
        return round_.person_id == person.id
    return round_.trade is None or round_.trade == person.trade


OF_THE_DAY = (
    Scan.id, Scan.checkpoint_id, Scan.person_id, Scan.round_id, Scan.day, Scan.at, Scan.frame_sha256, Scan.repeat, Scan.doubtful, Scan.trust,
)  # fmt: skip


def scans_of_day(site_id: UUID, day: date) -> list[Scan]:
    """All scans of a site's day, in order of corrected time: as rows of what a day shows of them, for they are hundreds."""
    found = sa.select(*OF_THE_DAY).where(Scan.site_id == site_id, Scan.day == day).order_by(Scan.at)
    return cast("list[Scan]", db.session.execute(found).all())


def scans_of_rounds(round_ids: Iterable[str]) -> list[Scan]:
    """Scans counted to those rounds, in order of corrected time."""
    wanted = list(round_ids)
    if not wanted:
        return []
    return list(db.session.scalars(sa.select(Scan).where(Scan.round_id.in_(wanted)).order_by(Scan.at)))


def scans_of_person(person_id: UUID, start: datetime, end: datetime) -> list[Scan]:
    """A person's scans in [start, end), in order of corrected time."""
    return list(db.session.scalars(sa.select(Scan).where(Scan.person_id == person_id, Scan.at >= start, Scan.at < end).order_by(Scan.at)))


def steps_of_rounds(round_ids: Iterable[str]) -> list[RoundStep]:
    """Steps of those rounds, in order of corrected time."""
    wanted = list(round_ids)
    if not wanted:
        return []
    return list(db.session.scalars(sa.select(RoundStep).where(RoundStep.round_id.in_(wanted)).order_by(RoundStep.at)))


def withdrawn(scans: Iterable[Scan]) -> set[UUID]:
    """Which of the scans were withdrawn."""
    wanted = [scan.id for scan in scans]
    found: set[UUID] = set()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found.update(db.session.scalars(sa.select(Correction.about).where(Correction.about.in_(part), Correction.verb == "withdraw")))
    return found


def seen(scan: Scan, is_withdrawn: bool) -> states.Seen:
    """A scan as the rules need it."""
    return states.Seen(scan.id, scan.checkpoint_id, scan.person_id, scan.at, is_withdrawn, scan.repeat, scan.doubtful)


def states_of(
    rounds: Iterable[rules.Round], now: datetime, scans: list[Scan] | None = None, gone: Collection[UUID] | None = None
) -> list[states.RoundState]:
    """The states of rounds at `now`, in the order given: three queries at most. `scans`, and which are `gone` (withdrawn), if they have been read."""
    rounds = list(rounds)
    ids = [r.id for r in rounds]
    if scans is None:
        scans = scans_of_rounds(ids)
    if gone is None:
        gone = withdrawn(scans)
    by_round: dict[str, list[states.Seen]] = {}
    for scan in scans:
        if scan.round_id:
            by_round.setdefault(scan.round_id, []).append(seen(scan, scan.id in gone))
    steps: dict[str, list[states.Step]] = {}
    for step in steps_of_rounds(ids):
        steps.setdefault(step.round_id, []).append(states.Step(step.verb, step.at, step.person_id, step.to_person_id, step.reason, step.id))
    return [states.round_state(r, by_round.get(r.id, []), steps.get(r.id, []), now) for r in rounds]


def routes_of(site_id: UUID) -> list[Route]:
    """Routes in use at a site with their versions, by name."""
    return list(
        db.session.scalars(
            sa.select(Route)
            .where(Route.site_id == site_id, Route.retired_at.is_(None))
            .options(selectinload(Route.versions))
            .order_by(Route.name)
        )
    )


def schedules_of(site_id: UUID) -> list[Schedule]:
    """Schedules at a site that have not ended, with their routes and versions."""
    return list(
        db.session.scalars(sa.select(Schedule).where(Schedule.site_id == site_id, Schedule.ended_at.is_(None)).order_by(Schedule.code))
    )


def route_names(site_id: UUID) -> dict[UUID, Route]:
    """All routes of a site by id, retired ones included."""
    return {r.id: r for r in db.session.scalars(sa.select(Route).where(Route.site_id == site_id))}


def handed_to(person_id: UUID, round_ids: list[str]) -> set[str]:
    """Which of these rounds were handed over to the person."""
    found = sa.select(RoundStep.round_id).where(RoundStep.round_id.in_(round_ids), RoundStep.to_person_id == person_id)
    return set(db.session.scalars(found)) if round_ids else set()
