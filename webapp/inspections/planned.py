"""What a plan asks for and what became of it: due, done, late, missed, overdue. Pure: a plan, what was done and storms in; lines out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from webapp.equipment.due import Due, Interval, history

LOOK_BACK = timedelta(days=62)  # a grid by days or weeks is counted from here: what lies before is nobody's task any more
MODES = ("always", "storm", "calm")


Span = tuple[date, date | None]


@dataclass(frozen=True)
class Planned:
    """A plan. `people`: who all must do it, empty when one of them does it for all; `weekdays`: 0 is Monday, empty: every day;
    `spans`: from when until when (not included) each point is an area of the kind and grade it is for; None: its points are its own."""

    interval: Interval
    points: tuple[UUID, ...]
    from_time: time = time()
    until_time: time = time(23, 59)
    weekdays: frozenset[int] = frozenset()
    people: tuple[UUID, ...] = ()
    mode: str = "always"
    ends_on: date | None = None
    spans: Mapping[UUID, tuple[Span, ...]] | None = None


@dataclass(frozen=True)
class Doing:
    """Somebody did it at a point. `at`: local."""

    point: UUID
    person: UUID
    at: datetime


@dataclass(frozen=True)
class Line:
    """One time at one point, of one person where everybody must."""

    point: UUID
    person: UUID | None
    due_on: date
    done_on: date | None
    state: str


@dataclass(frozen=True)
class Storms:
    """Days on which the site was in storm mode, and whether it is now."""

    days: frozenset[date] = field(default_factory=frozenset)
    now: bool = False


def lines_of(plan: Planned, done: Iterable[Doing], now: datetime, storms: Storms) -> list[Line]:
    """Every time that a plan asked for, up to today and the next one, by point and date. `now`: local."""
    by: dict[tuple[UUID, UUID | None], list[Doing]] = {}
    for one in done:
        by.setdefault((one.point, one.person if plan.people else None), []).append(one)
    interval = _recent(plan.interval, now.date())
    found: list[Line] = []
    for point in plan.points:
        for person in plan.people or (None,):
            doings = by.get((point, person), [])
            found += _lines(plan, interval, point, person, doings, now, storms)
    return sorted(found, key=lambda line: (line.due_on, plan.points.index(line.point)))


def _lines(
    plan: Planned, interval: Interval, point: UUID, person: UUID | None, doings: list[Doing], now: datetime, storms: Storms
) -> list[Line]:
    last = {one.at.date(): one.at for one in sorted(doings, key=lambda one: one.at, reverse=True)}  # the first of each day
    if plan.spans is not None and interval.from_completion:  # an area owes nothing for the time before it was one
        interval = replace(interval, begins_on=max(interval.begins_on, plan.spans[point][-1][0]))
    lines = history(interval, [day for day in last if day >= interval.begins_on], now.date())
    return [
        Line(point, person, one.due_on, one.done_on, _state(plan, one, last, now)) for one in lines if _asked(plan, point, one, now, storms)
    ]


def _asked(plan: Planned, point: UUID, one: Due, now: datetime, storms: Storms) -> bool:
    """Was it asked for at that point on that day: its weekday, before its end, while it was such an area, and in its weather?"""
    if one.done_on is not None:
        return True
    if (plan.weekdays and one.due_on.weekday() not in plan.weekdays) or (plan.ends_on and one.due_on >= plan.ends_on):
        return False
    if plan.spans is not None and not any(begin <= one.due_on and (end is None or one.due_on < end) for begin, end in plan.spans[point]):
        return False
    stormy = storms.now if one.due_on >= now.date() else one.due_on in storms.days
    return plan.mode == "always" or stormy == (plan.mode == "storm")


def _state(plan: Planned, one: Due, done: Mapping[date, datetime], now: datetime) -> str:
    """As `history` says; within its day the hours count too. A daily one of a day that is over was missed: nobody sweeps yesterday."""
    if one.done_on is not None:
        return "late" if one.done_on == one.due_on and done[one.done_on].time() > plan.until_time else one.state
    if one.due_on == now.date() and now.time() > plan.until_time:
        return "overdue"
    if one.state == "overdue" and plan.interval.unit == "day" and plan.interval.every == 1:
        return "missed"
    return one.state


def _recent(interval: Interval, today: date) -> Interval:
    """The same grid from some weeks ago on; months and years are few, and would drift if they were counted from elsewhere."""
    since = today - LOOK_BACK
    if interval.from_completion or interval.unit not in ("day", "week") or interval.begins_on >= since:
        return interval
    step = interval.every * (7 if interval.unit == "week" else 1)
    return replace(interval, begins_on=interval.begins_on + timedelta(days=step * ((since - interval.begins_on).days // step)))


def storm_days(spans: Iterable[tuple[date, date]]) -> frozenset[date]:
    """All days of these spans, both ends included."""
    return frozenset(begin + timedelta(days=n) for begin, end in spans for n in range((end - begin).days + 1))
