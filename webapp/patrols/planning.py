"""Making and changing routes and schedules. A change is a new version from a moment on. Nothing here commits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import ids
from webapp.core.db import changed, db
from webapp.core.problems import Problem
from webapp.patrols import rules
from webapp.patrols.models import PlanRevision, Route, RoutePoint, RouteVersion, Schedule, ScheduleVersion
from webapp.sites.models import Checkpoint, Site
from webapp.sites.rules import LETTERS


def plan_changed(site_id: UUID) -> None:
    """Make every process read the site's plan anew."""
    bump = sa.update(PlanRevision).where(PlanRevision.site_id == site_id).values(revision=PlanRevision.revision + 1)
    if changed(bump) == 0:
        db.session.add(PlanRevision(site_id=site_id))


def create_route(site: Site, name: str, name_en: str | None, service: str = "security") -> Route:
    """A route without points yet."""
    route = Route(site_id=site.id, name=name, name_en=name_en, service=service)
    db.session.add(route)
    db.session.flush()
    return route


def set_points(route: Route, points: list[dict[str, Any]], by: UUID | None, at: datetime) -> RouteVersion:
    """The route's points from `at` on. Each is a dict of RoutePoint's columns without version and rank.

    Raises Problem not-found when a checkpoint is of another site or retired.
    """
    wanted = {p["checkpoint_id"] for p in points}
    own = sa.select(sa.func.count()).where(Checkpoint.id.in_(wanted), Checkpoint.site_id == route.site_id, Checkpoint.retired_at.is_(None))
    if db.session.scalar(own) != len(wanted):
        raise Problem("not-found")
    version = RouteVersion(route_id=route.id, from_at=at, made_by=by, made_at=at)
    version.points = [RoutePoint(rank=rank, **point) for rank, point in enumerate(points, 1)]
    db.session.add(version)
    db.session.flush()
    plan_changed(route.site_id)
    return version


def create_schedule(site: Site, route: Route, rule: str, begins_on: date, by: UUID | None, at: datetime, **terms: Any) -> Schedule:
    """Walk the route by a rule from `begins_on` on. `terms`: columns of ScheduleVersion. Raises ValueError for a bad rule."""
    rules.check_rule(rule)
    schedule = Schedule(code=_new_code(), site_id=site.id, route_id=route.id)
    db.session.add(schedule)
    db.session.flush()
    db.session.add(ScheduleVersion(schedule_id=schedule.id, from_at=at, begins_on=begins_on, rule=rule, made_by=by, made_at=at, **terms))
    db.session.flush()
    plan_changed(site.id)
    return schedule


def change_schedule(schedule: Schedule, rule: str, begins_on: date, by: UUID | None, at: datetime, **terms: Any) -> ScheduleVersion:
    """Another rule from `at` on; rounds planned before stay as they were. Raises ValueError for a bad rule."""
    rules.check_rule(rule)
    version = ScheduleVersion(schedule_id=schedule.id, from_at=at, begins_on=begins_on, rule=rule, made_by=by, made_at=at, **terms)
    db.session.add(version)
    db.session.flush()
    db.session.expire(schedule, ["versions"])
    plan_changed(schedule.site_id)
    return version


def end_schedule(schedule: Schedule, at: datetime) -> None:
    """No rounds from `at` on. Raises Problem conflict when it has ended."""
    if changed(sa.update(Schedule).where(Schedule.id == schedule.id, Schedule.ended_at.is_(None)).values(ended_at=at)) == 0:
        raise Problem("conflict")
    plan_changed(schedule.site_id)


def retire_route(route: Route, at: datetime) -> None:
    """Take a route out of use, and its schedules with it."""
    if changed(sa.update(Route).where(Route.id == route.id, Route.retired_at.is_(None)).values(retired_at=at)) == 0:
        raise Problem("conflict")
    db.session.execute(sa.update(Schedule).where(Schedule.route_id == route.id, Schedule.ended_at.is_(None)).values(ended_at=at))
    plan_changed(route.site_id)


def _new_code() -> str:
    while True:
        bits = ids.random_bits(25)
        code = "R" + "".join(LETTERS[bits >> shift & 31] for shift in (20, 15, 10, 5, 0))
        if not db.session.scalar(sa.select(Schedule.id).where(Schedule.code == code)):
            return code


def rule_of(times: list[str], weekdays: list[str] | None = None) -> str:
    """An RRULE from times of day ("22:00", several hours with their own minutes) and weekdays ("MO" … "SU"; none: every day).

    RRULE's BYHOUR × BYMINUTE is a product, so times that differ in their minutes become minutes of the day by BYSETPOS.
    """
    parts = sorted({(int(t[:2]), int(t[3:5])) for t in times})
    hours, minutes = sorted({h for h, _m in parts}), sorted({m for _h, m in parts})
    product = [(h, m) for h in hours for m in minutes]
    days = f";BYDAY={','.join(weekdays)}" if weekdays and len(weekdays) < 7 else ""
    rule = f"FREQ=DAILY{days};BYHOUR={','.join(map(str, hours))};BYMINUTE={','.join(map(str, minutes))}"
    if len(product) != len(parts):
        rule += f";BYSETPOS={','.join(str(product.index(p) + 1) for p in parts)}"
    return rule
