"""The phone's clock cannot move the work (promise P8): raw time is kept, corrected time judges, doubts are flagged."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.records.rules import CLOCK_OK, OLDEST, BadTime, Mark, correct, parse_wall, ran_against

RECEIVED = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
errors = st.timedeltas(timedelta(days=-9000), timedelta(days=9000))
ages = st.timedeltas(timedelta(0), OLDEST - timedelta(minutes=5))


@given(errors, ages)
def test_whatever_the_clocks_error_the_time_is_right_within_two_minutes(error: timedelta, age: timedelta) -> None:
    really = RECEIVED - age
    corrected = correct(really + error, error, RECEIVED)
    assert abs(corrected.at - really) <= CLOCK_OK
    assert corrected.grade == ("ok" if abs(error) < CLOCK_OK else "corrected")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("three hours ahead", timedelta(hours=3)),
        ("a day behind", -timedelta(days=1)),
        ("the year 2001", datetime(2001, 1, 1, tzinfo=UTC) - RECEIVED),
    ],
)
def test_h1_a_wrong_clock_is_put_right_and_named(name: str, error: timedelta) -> None:
    really = RECEIVED - timedelta(hours=2)
    assert correct(really + error, error, RECEIVED) == correct(really, timedelta(0), RECEIVED).__class__(really, "corrected")


@pytest.mark.parametrize(("seconds", "grade"), [(0, "ok"), (119, "ok"), (-119, "ok"), (120, "corrected"), (-120, "corrected")])
def test_under_two_minutes_a_clock_is_right_enough(seconds: int, grade: str) -> None:
    wall = RECEIVED - timedelta(hours=1)
    corrected = correct(wall, timedelta(seconds=seconds), RECEIVED)
    assert corrected.grade == grade
    assert corrected.at == (wall if grade == "ok" else wall - timedelta(seconds=seconds))


def test_nothing_happens_after_it_was_received() -> None:
    assert correct(RECEIVED + timedelta(seconds=90), timedelta(0), RECEIVED).at == RECEIVED
    assert correct(RECEIVED + timedelta(seconds=90), timedelta(0), RECEIVED).grade == "ok"
    late = correct(RECEIVED + timedelta(hours=5), timedelta(0), RECEIVED)
    assert (late.at, late.grade) == (RECEIVED, "suspect")


@pytest.mark.parametrize(
    "wall",
    [
        RECEIVED - OLDEST - timedelta(seconds=1),
        RECEIVED + timedelta(days=1, seconds=1),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
    ],
)
def test_an_impossible_moment_is_refused_not_guessed(wall: datetime) -> None:
    with pytest.raises(BadTime):
        correct(wall, timedelta(0), RECEIVED)


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas())
def test_no_moment_whatever_upsets_the_correction(wall: datetime, error: timedelta) -> None:
    try:
        at = correct(wall, error, RECEIVED).at
    except BadTime:
        return
    assert RECEIVED - OLDEST <= at <= RECEIVED


# ---------------------------------------------------------------- a clock set in between (H2, H5)


def mark(seq: int, wall_s: float, mono: float | None = None, boot: str | None = "b1") -> Mark:
    return Mark(seq, RECEIVED + timedelta(seconds=wall_s), mono, boot)


@pytest.mark.parametrize(
    ("name", "before", "now", "suspicious"),
    [
        ("the first record", None, mark(1, 0, 0), False),
        ("time goes on", mark(1, 0, 0), mark(2, 600, 600), False),
        ("the wall goes back", mark(1, 0, 0), mark(2, -600, 5), True),
        ("half a second back is jitter", mark(1, 0, None), mark(2, -0.5, None), False),
        ("the wall stands while monotonic time passes", mark(1, 0, 0), mark(2, 60, 1200), True),
        ("the phone slept: monotonic time stood", mark(1, 0, 0), mark(2, 8 * 3600, 30), False),
        ("up to two minutes are forgiven", mark(1, 0, 0), mark(2, 60, 180), False),
        ("another boot: monotonic times cannot be compared", mark(1, 0, 9000, "b1"), mark(2, 60, 1, "b2"), False),
        ("no monotonic clock", mark(1, 0, None), mark(2, 60, None), False),
        ("no boot named", mark(1, 0, 0, None), mark(2, 60, 9000, None), False),
        ("the same seq says nothing", mark(2, 0, 0), mark(2, -600, 0), False),
        ("an older seq that came late says nothing", mark(3, 0, 0), mark(2, -600, 0), False),
    ],
)
def test_a_clock_set_between_two_records_is_noticed(name: str, before: Mark | None, now: Mark, suspicious: bool) -> None:
    assert ran_against(now, before) is suspicious


def test_a_tampered_clock_is_flagged_never_refused() -> None:
    assert correct(RECEIVED - timedelta(hours=1), timedelta(0), RECEIVED, tampered=True).grade == "suspect"


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_no_reading_of_a_monotonic_clock_upsets_the_judge(before: float, now: float) -> None:
    ran_against(mark(2, 60, now), mark(1, 0, before))


# ---------------------------------------------------------------- reading the phone's time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T15:12:09.000+08:00", datetime(2026, 11, 23, 7, 12, 9, tzinfo=UTC)),
        ("2026-11-23T07:12:09Z", datetime(2026, 11, 23, 7, 12, 9, tzinfo=UTC)),
        ("2024-02-29T23:59:59.999-05:00", datetime(2024, 3, 1, 4, 59, 59, 999000, tzinfo=UTC)),
    ],
)
def test_the_phones_time_is_read_with_its_offset(text: str, moment: datetime) -> None:
    assert parse_wall(text) == moment


def test_the_offset_is_kept() -> None:
    assert parse_wall("2026-11-23T15:12:09+05:45").tzinfo == timezone(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-23T15:12:09", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "2026-11-23T25:00:00Z"],
)
def test_a_time_without_offset_or_sense_is_bad(text: str) -> None:
    with pytest.raises(BadTime):
        parse_wall(text)


@given(st.text(max_size=40))
def test_no_text_whatever_upsets_the_reader_of_times(text: str) -> None:
    with contextlib.suppress(BadTime):
        assert parse_wall(text).tzinfo is not None
