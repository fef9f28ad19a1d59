"""When something that comes back is due next. Pure: dates in, dates out; the same for maintenance, cleaning and watering.

Two anchors. From the schedule: a grid of dates counted from the first one, so that months of 31 and of 28 days do not make it drift; doing
it early or late never moves the grid. From completion: so long after it was last done. What the law asks for is done from completion
and never later (a lift: "at least every 15 days").
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

Unit = Literal["day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
MOST = {"day": 3_660, "week": 520, "month": 120, "year": 10}  # ten years: what is rarer is no plan
STEPS = 400  # of the grid: after so many the season of a plan never comes


class BadInterval(ValueError):
    """An interval that is none: not above nought, longer than ten years, or a season without a month."""


@dataclass(frozen=True)
class Interval:
    """Every `every` units, from `begins_on` on. `months`: the season in which it is done (empty: all year); `from_completion`: see above."""

    every: int
    unit: Unit
    begins_on: date
    from_completion: bool = False
    months: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Raise BadInterval."""
        if self.unit not in UNITS or not 1 <= self.every <= MOST[self.unit] or not self.months <= set(range(1, 13)):
            raise BadInterval(self)

    def in_season(self, day: date) -> bool:
        """Is it done in that month?"""
        return not self.months or day.month in self.months

    def nth(self, n: int) -> date:
        """The n-th date of the grid, from 0: counted from the first one, so that the 31st comes back after February."""
        return _plus(self.begins_on, self.every * n, self.unit)

    def after(self, day: date) -> date:
        """So long after that day."""
        return _plus(day, self.every, self.unit)


DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def _plus(day: date, count: int, unit: Unit) -> date:
    """So many units later; of a month that is too short its last day. Written out: a list of plans asks it thousands of times."""
    if unit in DAYS:
        return day + timedelta(days=count * DAYS[unit])
    year, month = divmod(day.year * 12 + day.month - 1 + count * MONTHS[unit], 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Due(NamedTuple):
    """One time it was or is to be done. `done_on`: None while it is not; `state`: done, late (done after it), missed, due, overdue."""

    due_on: date
    done_on: date | None
    state: str


def next_due(interval: Interval, done: Iterable[date]) -> date | None:
    """The first date on which it is to be done after what was done; None when its grid never meets its season."""
    last = max(done, default=None)
    if last is None:
        return _from_grid(interval, interval.begins_on)
    if interval.from_completion:
        return _in_season(interval, max(interval.after(last), interval.begins_on))
    return _from_grid(interval, _settles(interval, last) + timedelta(days=1))


def next_wanted(interval: Interval, done: Iterable[date], called_off: Collection[date] = (), since: date = date.min) -> date | None:
    """`next_due`, past the times that were called off and those of before the thing was there."""
    due = next_due(interval, done)
    while due is not None and (due in called_off or due < since):
        due = _in_season(interval, interval.after(due)) if interval.from_completion else _from_grid(interval, due + timedelta(days=1))
    return due


def history(interval: Interval, done: Iterable[date], today: date, since: date = date.min) -> list[Due]:
    """Every time it was to be done up to today, and the next one; each doing settles one time. `since`: without the times before."""
    days = sorted(set(done))
    if interval.from_completion:
        return [line for line in _chain(interval, days, today) if line.due_on >= since]
    settled: dict[date, date] = {}
    for day in days:
        settled.setdefault(_settles(interval, day), day)
    found, due = [], _from_grid(interval, max(interval.begins_on, since))
    while due is not None and due <= today:
        found.append(due)
        due = _from_grid(interval, due + timedelta(days=1))
    ahead = sorted({one for one in settled if one > today})
    last = found[-1] if found else None
    lines = [_line(one, settled.get(one), today, one == last) for one in [*found, *ahead] if one >= since]
    following = next_due(interval, days)
    return [*lines, Due(following, None, "due")] if following and following > today and following not in settled else lines


def _chain(interval: Interval, days: list[date], today: date) -> list[Due]:
    """From completion each doing sets the next date."""
    lines: list[Due] = []
    due = _in_season(interval, interval.begins_on)
    for day in days:
        lines.append(Due(due, day, "done" if day <= due else "late"))
        due = _in_season(interval, max(interval.after(day), interval.begins_on))
    return [*lines, Due(due, None, "due" if due >= today else "overdue")]


def _line(due: date, done: date | None, today: date, is_last: bool) -> Due:
    if done is not None:
        return Due(due, done, "done" if done <= due else "late")
    if due >= today:
        return Due(due, None, "due")
    return Due(due, None, "overdue" if is_last else "missed")  # the next one has come: nobody will do this one any more


def _settles(interval: Interval, day: date) -> date:
    """The time that a doing settles: the nearest of the grid, the later one when two are as near."""
    dates = _grid_around(interval, day)
    return min(dates, key=lambda one: (abs((one - day).days), -one.toordinal()))


def _grid_around(interval: Interval, day: date) -> list[date]:
    n, near = _index(interval, day), 14 if interval.months else 1
    around = [one for each in range(max(0, n - near), n + near + 1) if interval.in_season(one := interval.nth(each))]
    return around or [_from_grid(interval, day) or interval.begins_on]


def _from_grid(interval: Interval, day: date) -> date | None:
    """The first date of the grid on or after that day, in season."""
    n = _index(interval, day)
    dates = (interval.nth(step) for step in range(n, n + STEPS))
    return next((one for one in dates if one >= day and interval.in_season(one)), None)


def _index(interval: Interval, day: date) -> int:
    """The number of the first date of the grid on or after that day."""
    if day <= interval.begins_on:
        return 0
    if interval.unit in DAYS:
        return -(-(day - interval.begins_on).days // (interval.every * DAYS[interval.unit]))
    months = (day.year - interval.begins_on.year) * 12 + day.month - interval.begins_on.month
    n = months // (interval.every * MONTHS[interval.unit])
    return n if interval.nth(n) >= day else n + 1


def _in_season(interval: Interval, day: date) -> date:
    """That day, or the first day of the season after it."""
    while not interval.in_season(day):
        day = _plus(day.replace(day=1), 1, "month")
    return day
