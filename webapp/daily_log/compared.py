"""A day beside the day before and the same weekday of the week before: figures only, seven queries for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db
from webapp.daily_log import readings
from webapp.daily_log.points import points_of
from webapp.people.models import Duty
from webapp.sites.models import Site


@dataclass(frozen=True)
class Totals:
    """What a day comes to: points due and seen, missed, late; doubtful scans; work orders finished, and in time; people who were there;
    requests that came, complaints among them; inspections made, and failed; maintenance done; incidents.
    """

    due: int = 0
    seen: int = 0
    missed: int = 0
    late: int = 0
    doubtful: int = 0
    finished: int = 0
    in_time: int = 0
    staff: int = 0
    reported: int = 0
    complaints: int = 0
    inspected: int = 0
    failed: int = 0
    maintained: int = 0
    incidents: int = 0

    @property
    def share(self) -> str:
        """Points seen of points due (clause 7.2), in per cent."""
        return f"{100 * self.seen / self.due:.1f}%" if self.due else "–"


def totals_of(site: Site, days: Iterable[date], now: datetime) -> dict[date, Totals]:
    """The figures of those days, as they stand now."""
    days = list(days)
    points = points_of(site, days, now)
    spans = [day_bounds(day, site.zone) for day in days]
    finished = readings.finished_on(site.id, spans)
    there = duty_of(site, spans)
    complaints = readings.complained_on(site, spans)
    came, checks = readings.reported_on(site.id, spans), readings.checked_on(site.id, spans)
    found = {}
    for day in days:
        own = points[day]
        jobs = [each for each in finished if local_day(each.at, site.zone) == day]
        requests = [each for each in came if local_day(each.at, site.zone) == day]
        made = [each for each in checks if local_day(each.at, site.zone) == day]
        found[day] = Totals(
            due=own.due,
            seen=own.seen,
            missed=own.missed,
            late=own.late,
            doubtful=own.doubtful,
            finished=len(jobs),
            in_time=sum(each.at <= each.due for each in jobs),
            staff=len(own.people | there.get(day, set())),
            reported=len(requests),
            complaints=sum(local_day(at, site.zone) == day for at in complaints),
            inspected=len(made),
            failed=sum(not each.passed for each in made),
            maintained=sum(each.is_planned for each in jobs),
            incidents=sum(each.is_grave for each in requests) + sum(each.is_grave for each in made),
        )
    return found


def duty_of(site: Site, spans: list[tuple[datetime, datetime]]) -> dict[date, set[UUID]]:
    """Who clocked on or off, by day."""
    within = sa.or_(*(sa.and_(Duty.at >= start, Duty.at < end) for start, end in spans))
    found: dict[date, set[UUID]] = {}
    for person_id, at in db.session.execute(sa.select(Duty.person_id, Duty.at).where(Duty.site_id == site.id, within)):
        found.setdefault(local_day(at, site.zone), set()).add(person_id)
    return found
