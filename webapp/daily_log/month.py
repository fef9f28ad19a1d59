"""A month of a site as a calendar of days, and a week of its checkpoints by the hour. Derived; nothing of it is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core.clock import DAY, day_bounds, local_day
from webapp.core.db import db
from webapp.daily_log.busy import is_busy
from webapp.daily_log.models import DaySignature
from webapp.daily_log.monthly import kinds_of
from webapp.daily_log.points import Points, points_of
from webapp.patrols.models import Scan
from webapp.sites.models import Checkpoint, Site

HEAT_DAYS = 7
WANTED = 0.98
HOURS = 24


LEFT_OUT = ("unseen", "induction")  # what ought to have been done, and was not
TOO_LATE = ("late", "missed", "clock", "upkeep", "upkeep-late")  # overdue for weeks, a machine would redden them all


@dataclass(frozen=True)
class Sum:
    """A day of the calendar. `kinds`: its exceptions by kind; `signed`: signed, unsigned, or none while nothing asks for a signature."""

    points: Points
    kinds: Counter[str]
    signed: str

    @property
    def state(self) -> str:
        """missed: fewer points seen than the handbook wants (clause 7.2: 98 % of those due), or something else left out; late: anything too late;
        doubtful: anything else that asks for a look; on_time; none where nothing was due.
        """
        is_short = self.points.seen < WANTED * self.points.due
        marks = (
            ("missed", is_short or any(self.kinds[kind] for kind in LEFT_OUT)),
            ("late", any(self.kinds[kind] for kind in TOO_LATE)),
            ("doubtful", bool(self.kinds)),
            ("on_time", self.points.due or self.signed != "none"),
        )
        return next((state for state, holds in marks if holds), "none")

    @property
    def others(self) -> int:
        """Exceptions besides points missed, late and doubtful."""
        return sum(self.kinds.values()) - sum(self.kinds[kind] for kind in ("missed", "late", "doubtful"))


@dataclass(frozen=True)
class Month:
    """A month: its first day, and a sum for each day up to today."""

    first: date
    sums: dict[date, Sum]

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
        return sum(getattr(each.points, name) for each in self.sums.values())

    @property
    def unsigned(self) -> int:
        """Days that nobody has signed."""
        return sum(each.signed == "unsigned" for each in self.sums.values())


def _length(first: date) -> int:
    following = (first + timedelta(days=31)).replace(day=1)
    return (following - first).days


def month_of(site: Site, first: date, now: datetime) -> Month:
    """The month that begins with `first`, up to today."""
    today = local_day(now, site.zone)
    last = min(first + timedelta(days=_length(first) - 1), today)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    points = points_of(site, days, now)
    kinds, signatures = kinds_of(site, points, now), signed_on(site, days)
    sums = {}
    for day in days:
        wants_one = day < today and (points[day].due or points[day].people or kinds[day] or is_busy(site, day))
        sums[day] = Sum(points[day], kinds[day], "signed" if day in signatures else "unsigned" if wants_one else "none")
    return Month(first, sums)


def signed_on(site: Site, days: list[date]) -> set[date]:
    """Which of these days have a signature."""
    found = sa.select(DaySignature.day).where(DaySignature.site_id == site.id, DaySignature.day.in_(days))
    return set(db.session.scalars(found))


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
