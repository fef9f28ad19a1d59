"""H3: when something is due next, over years, month ends, leap days, early and late completion (users' complaint 20: dates that drift)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from webapp.equipment.due import MOST, UNITS, BadInterval, Interval, history, next_due

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
intervals = st.builds(
    Interval,
    every=st.integers(1, 10),
    unit=st.sampled_from(UNITS),
    begins_on=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    from_completion=st.booleans(),
    months=st.one_of(st.just(frozenset()), st.frozensets(st.integers(1, 12), min_size=1)),
)


def month(day: int, every: int = 1, **more: object) -> Interval:
    return Interval(every, "month", date(2026, 1, day), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("interval", "done", "due"),
    [
        (month(31), [], date(2026, 1, 31)),
        (month(31), [date(2026, 1, 31)], date(2026, 2, 28)),
        (month(31), [date(2026, 2, 28)], date(2026, 3, 31)),  # February does not pull March back
        (month(31), [date(2026, 2, 26)], date(2026, 3, 31)),  # done early, the grid stays
        (month(31), [date(2026, 3, 9)], date(2026, 3, 31)),  # done late, still that one
        (Interval(1, "year", date(2024, 2, 29)), [date(2024, 2, 29)], date(2025, 2, 28)),
        (Interval(1, "year", date(2024, 2, 29)), [date(2027, 2, 28)], date(2028, 2, 29)),
        (Interval(15, "day", date(2026, 1, 1), from_completion=True), [date(2026, 1, 12)], date(2026, 1, 27)),  # early moves it
        (Interval(15, "day", date(2026, 1, 1), from_completion=True), [date(2026, 1, 20)], date(2026, 2, 4)),  # and so does late
        (Interval(1, "month", date(2026, 1, 31), from_completion=True), [date(2026, 1, 31)], date(2026, 2, 28)),
        (Interval(1, "week", date(2026, 1, 5), months=frozenset({5, 6, 7, 8, 9})), [], date(2026, 5, 4)),
        (Interval(1, "week", date(2026, 1, 5), months=frozenset({5, 6, 7, 8, 9})), [date(2026, 9, 28)], date(2027, 5, 3)),
        (Interval(3, "day", date(2026, 1, 5), True, frozenset({6})), [date(2026, 6, 29)], date(2027, 6, 1)),
    ],
)
def test_the_next_date(interval: Interval, done: list[date], due: date) -> None:
    assert next_due(interval, done) == due


@pytest.mark.parametrize(("every", "unit"), [(0, "day"), (-1, "week"), (MOST["month"] + 1, "month"), (1, "decade")])
def test_what_is_no_interval_is_refused(every: int, unit: str) -> None:
    with pytest.raises(BadInterval):
        Interval(every, unit, date(2026, 1, 1))  # type: ignore[arg-type]
    with pytest.raises(BadInterval):
        Interval(1, "day", date(2026, 1, 1), months=frozenset({13}))


@given(intervals, st.lists(days, max_size=12))
def test_it_comes_after_what_was_done_in_its_season_and_not_before_it_begins(interval: Interval, done: list[date]) -> None:
    due = next_due(interval, done)
    if due is None:
        assert interval.unit in ("month", "year")
        assert not any(interval.in_season(interval.nth(n)) for n in range(24))
        return
    assert due >= interval.begins_on
    assert interval.in_season(due)
    if done and interval.from_completion:
        assert due > max(done) or due == interval.begins_on


@given(st.integers(1, 12), st.integers(1, 31), st.integers(0, 200))
def test_a_grid_of_months_never_drifts(every: int, day: int, n: int) -> None:
    interval = Interval(every, "month", date(2024, 1, day))
    one = interval.nth(n)
    last_of_month = one + timedelta(days=1)
    assert one.day == day or (last_of_month.day == 1 and one.day < day)


@given(intervals.filter(lambda i: not i.from_completion), st.integers(0, 12))
def test_done_a_little_early_or_late_the_grid_stays(interval: Interval, n: int) -> None:
    """Each time settled within a third of the way to its neighbours leads to the next one of the grid."""
    due = interval.nth(n)
    if not interval.in_season(due):
        return
    slack = ((interval.nth(n + 1) - due).days - 1) // 3
    on_time = next_due(interval, [due])
    for moved in (due - timedelta(days=slack), due + timedelta(days=slack)):
        assert next_due(interval, [moved]) == on_time


@given(intervals, st.lists(days, max_size=8), days)
def test_the_history_settles_each_time_once_and_in_order(interval: Interval, done: list[date], today: date) -> None:
    lines = history(interval, [day for day in done if day <= today], today)
    dues = [line.due_on for line in lines]
    assert dues == sorted(dues)
    settled = [line.done_on for line in lines if line.done_on]
    assert len(settled) == len(set(settled))
    assert all(line.state in ("done", "late") for line in lines if line.done_on)
    assert sum(line.state == "overdue" for line in lines) <= 1


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.lists(st.integers(1, 15), max_size=40))
def test_by_law_at_least_every_fifteen_days(begin: date, gaps: list[int]) -> None:
    """Whoever keeps each date is never more than fifteen days from one maintenance to the next."""
    interval, day, done = Interval(15, "day", begin, from_completion=True), begin, [begin]
    for gap in gaps:
        due = next_due(interval, done)
        assert due == day + relativedelta(days=15)
        day += timedelta(days=gap)
        done.append(day)
    assert all((b - a).days <= 15 for a, b in pairwise(done))


@given(intervals, st.dates(date(2024, 1, 1), date(2036, 12, 31)))
def test_the_grid_is_counted_as_a_calendar_counts(interval: Interval, day: date) -> None:
    """Written out for speed; dateutil says the same, date by date."""
    dates = [interval.begins_on + relativedelta(**{f"{interval.unit}s": interval.every * n}) for n in range(60)]
    assert [interval.nth(n) for n in range(60)] == dates
    wanted = next((one for one in dates if one >= day and interval.in_season(one)), None)
    plain = Interval(interval.every, interval.unit, interval.begins_on, months=interval.months)
    if wanted is not None:
        assert next_due(plain, []) == next((one for one in dates if interval.in_season(one)), None)
        assert next_due(plain, [day]) != day or interval.in_season(day)


@given(intervals, st.lists(days, max_size=12), days, st.integers(0, 800))
def test_a_history_looked_at_from_a_day_on_is_the_end_of_the_whole(interval: Interval, done: list[date], today: date, back: int) -> None:
    since = today - timedelta(days=back)
    whole = history(interval, done, today)
    assert history(interval, done, today, since) == [line for line in whole if line.due_on >= since]
