"""H3 where clocks change: what was done at an hour of a day leads to the same next date in plans of equipment and of inspections,
and that date is the calendar's, whatever the hour, the zone, and whether the clocks moved in between (users' complaint 20)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.clock import day_bounds, from_wall, local_day
from webapp.equipment.due import Interval, next_wanted
from webapp.inspections.planned import Doing, Planned, Storms, lines_of

ZONES = ("Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")  # Lord Howe's clocks move by half an hour
A, ANN = uuid4(), uuid4()
hours = st.times(min_value=time(0, 0), max_value=time(23, 59))
edges = st.sampled_from([time(0, 0), time(0, 30), time(1, 59), time(2, 30), time(3, 0), time(23, 59)])
begins = st.dates(date(2024, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2026, 1, 31), date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2026, 12, 31)]
)
steps = st.sampled_from([("day", 1), ("day", 15), ("week", 1), ("month", 1), ("month", 6), ("year", 1)])
doings = st.lists(st.tuples(st.integers(-12, 20), hours | edges), min_size=1, max_size=14)


def expected(begins_on: date, every: int, unit: str, from_completion: bool, done: date | None) -> date:
    """By the calendar, not by the code: dateutil, date by date."""

    def nth(n: int, since: date) -> date:
        return since + relativedelta(**{f"{unit}s": every * n})  # type: ignore[arg-type]

    if done is None:
        return begins_on
    if from_completion:
        return max(nth(1, done), begins_on)
    grid = [nth(n, begins_on) for n in range((done.year - begins_on.year + 2) * 370 if unit == "day" else 800)]
    settles = min(grid, key=lambda one: (abs((one - done).days), -one.toordinal()))
    return next(one for one in grid if one > settles)


def by_the_inspections(interval: Interval, moments: list[datetime], zone: str, now: datetime) -> date:
    """The next date that a plan of inspections shows after these doings."""
    local = ZoneInfo(zone)
    done = [Doing(A, ANN, moment.astimezone(local).replace(tzinfo=None)) for moment in moments]
    lines = lines_of(Planned(interval, (A,)), done, now.astimezone(local).replace(tzinfo=None), Storms())
    return next(line.due_on for line in lines if line.done_on is None and line.due_on >= max(day.at.date() for day in done))


@given(st.sampled_from(ZONES), steps, st.booleans(), begins, doings)
def test_both_kinds_of_plans_keep_to_the_calendar_early_and_late(
    zone: str, step: tuple[Any, int], from_completion: bool, begins_on: date, offsets: list[tuple[int, time]]
) -> None:
    """Years of doings, each some days before or after it was due, at any hour: also at one that the clocks skip or show twice."""
    unit, every = step
    interval = Interval(every, unit, begins_on, from_completion)
    moments: list[datetime] = []
    due = begins_on
    for off, hour in offsets:
        day = max(due + timedelta(days=off), begins_on, *(local_day(one, zone) for one in moments[-1:]))
        moments.append(from_wall(datetime.combine(day, hour), zone))
        assert local_day(moments[-1], zone) == day
        due = expected(begins_on, every, unit, from_completion, day)
        assert next_wanted(interval, [local_day(one, zone) for one in moments]) == due
        if due > day:
            assert by_the_inspections(interval, moments, zone, moments[-1]) == due


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2032, 12, 31)), hours | edges)
def test_a_day_ends_at_midnight_of_its_place_however_long_it_is(zone: str, day: date, hour: time) -> None:
    """Till when an order of that day is in time: 23 to 25 hours, none of them another day's."""
    start, end = day_bounds(day, zone)
    assert start <= from_wall(datetime.combine(day, hour), zone) < end
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)
    assert (local_day(start, zone), local_day(end - timedelta(microseconds=1), zone), local_day(end, zone)) == (
        day,
        day,
        day + timedelta(days=1),
    )
