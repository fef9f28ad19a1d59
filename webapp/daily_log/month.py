"""A month of a site as a calendar of days, and a week of its checkpoints by the hour. Derived; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core.clock import DAY, day_bounds, local_day
from webapp.core.db import db
from webapp.daily_log.points import Points, points_of
from webapp.patrols.models import Scan
from webapp.sites.models import Checkpoint, Site

HEAT_DAYS = 7
WANTED = 0.98
HOURS = 24


def state_of(sum_: Points) -> str:
    """A day's state: missed when fewer points were seen than the handbook wants (clause 7.2: 98 % of those due), late or doubtful when
    anything was odd, on_time, or none when nothing was due.
    """
    is_short = sum_.seen < WANTED * sum_.due
    marks = (("missed", is_short), ("late", sum_.late + sum_.missed), ("doubtful", sum_.doubtful), ("on_time", sum_.due))
    return next((state for state, count in marks if count), "none")


@dataclass(frozen=True)
class Month:
    """A month: its first day, and a sum for each day up to today."""

    first: date
    sums: dict[date, Points]

    @property
    def weeks(self) -> list[list[date | None]]:
        """Weeks from Monday to Sunday; None outside the month."""
        days = [self.first + timedelta(days=n) for n in range(_length(self.first))]
        cells: list[date | None] = [None] * self.first.weekday() + days
        cells += [None] * (-len(cells) % 7)
        return [cells[start : start + 7] for start in range(0, len(cells), 7)]

    @property
    def before(self) -> date:
        """The first of the month before."""
        return (self.first - DAY).replace(day=1)

    @property
    def after(self) -> date:
        """The first of the month after."""
        return self.first + timedelta(days=_length(self.first))

    def total(self, name: str) -> int:
        """The month's sum of one of the figures."""
        return sum(getattr(each, name) for each in self.sums.values())


def _length(first: date) -> int:
    following = (first + timedelta(days=31)).replace(day=1)
    return (following - first).days


def month_of(site: Site, first: date, now: datetime) -> Month:
    """The month that begins with `first`, up to today."""
    last = min(first + timedelta(days=_length(first) - 1), local_day(now, site.zone))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Month(first, points_of(site, days, now))


# ---------------------------------------------------------------- a week by the hour


@dataclass(frozen=True)
class Heat:
    """Scans by checkpoint and hour of the day, over a week. `most`: the largest cell."""

    first: date
    last: date
    rows: list[tuple[Checkpoint, list[int]]]

    @property
    def most(self) -> int:
        return max((count for _point, counts in self.rows for count in counts), default=0)

    def grade(self, count: int) -> int:
        """0 (none) to 4 (the most), for the picture."""
        return 0 if not count else 1 + min(3, 4 * (count - 1) // max(1, self.most))


def heat_of(site: Site, last: date) -> Heat:
    """The week that ends with `last`. Withdrawn scans are scans too: somebody was there."""
    first = last - timedelta(days=HEAT_DAYS - 1)
    start, end = day_bounds(first, site.zone)[0], day_bounds(last, site.zone)[1]
    zone, counts = ZoneInfo(site.zone), dict[UUID, list[int]]()
    # By the day's index; a night's round may reach over midnight.
    near = sa.select(Scan.checkpoint_id, Scan.at).where(Scan.site_id == site.id, Scan.day.between(first - DAY, last))
    for checkpoint_id, at in db.session.execute(near.where(Scan.at >= start, Scan.at < end)):
        counts.setdefault(checkpoint_id, [0] * HOURS)[at.astimezone(zone).hour] += 1
    points = db.session.scalars(
        sa.select(Checkpoint)
        .where(Checkpoint.site_id == site.id, sa.or_(Checkpoint.retired_at.is_(None), Checkpoint.id.in_(list(counts))))
        .order_by(Checkpoint.number)
    )
    return Heat(first, last, [(point, counts.get(point.id, [0] * HOURS)) for point in points])
