"""The picture's measure: minutes that have passed, on days of 23, 24 and 25 hours; and blocks of work that touch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.core.clock import day_bounds
from webapp.daily_log.lanes import Scale
from webapp.daily_log.teams import merged

BERLIN = "Europe/Berlin"


def scale(day: date, zone: str = BERLIN) -> Scale:
    return Scale(*day_bounds(day, zone), zone)


@pytest.mark.parametrize(
    ("day", "length", "hours"),
    [
        (date(2026, 6, 1), 1440, list(range(25))),
        (date(2026, 3, 29), 1380, [0, 1, *range(3, 25)]),  # two o'clock is skipped
        (date(2026, 10, 25), 1500, [0, 1, 2, 2, *range(3, 25)]),  # and comes twice
    ],
)
def test_a_day_is_as_long_as_it_is_and_each_hour_is_named_where_it_lies(day: date, length: int, hours: list[int]) -> None:
    measured = scale(day)
    assert measured.length == length
    assert [hour for _at, hour in measured.hours] == hours
    assert [at for at, _hour in measured.hours] == [60 * n for n in range(len(hours))]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)])
@pytest.mark.parametrize("hour", [1, 4, 12, 23])
def test_a_moment_lies_under_the_hour_that_the_clock_shows(day: date, hour: int) -> None:
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    assert (scale(day).minute(moment), hour) in scale(day).hours


def test_a_clock_that_is_moved_by_half_an_hour_names_full_hours_only() -> None:
    """Lord Howe Island: at two o'clock it is half past one again."""
    measured = scale(date(2026, 4, 5), "Australia/Lord_Howe")
    assert measured.length == 1470
    assert (210, 3) in measured.hours
    assert [hour for _at, hour in measured.hours] == list(range(25))


def test_blocks_that_touch_are_one_and_name_an_order_only_if_it_is_one() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def block(start: int, end: int, href: str) -> tuple[datetime, datetime, str]:
        return noon + timedelta(minutes=start), noon + timedelta(minutes=end), href

    assert merged([block(30, 40, "/b"), block(0, 30, "/a"), block(50, 60, "/c"), block(55, 58, "/c")]) == [
        block(0, 40, ""),
        block(50, 60, "/c"),
    ]
