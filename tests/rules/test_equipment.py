"""How equipment fares and what meters say: downtime at its boundaries, meters that go round, readings that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.equipment.classes import CLASSES, LEGAL
from webapp.equipment.rules import STATUSES, Change, Read, doubt, downtime, status_at, usages

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


FAULT = [Change(at(2), "fault"), Change(at(5), "repair"), Change(at(8), "running"), Change(at(30), "out_of_service")]


@pytest.mark.parametrize(
    ("hours", "status"), [(0, "running"), (1.99, "running"), (2, "fault"), (5, "repair"), (8, "running"), (31, "out_of_service")]
)
def test_it_has_the_status_said_last(hours: float, status: str) -> None:
    assert status_at(FAULT, at(hours)) == status


@pytest.mark.parametrize(("start", "end", "hours"), [(0, 24, 6), (0, 2, 0), (3, 4, 1), (2, 8, 6), (24, 48, 18), (40, 41, 1), (10, 20, 0)])
def test_downtime_is_what_falls_within(start: float, end: float, hours: float) -> None:
    assert downtime(FAULT, at(start), at(end)) == timedelta(hours=hours)
    assert downtime(reversed(FAULT), at(start), at(end)) == timedelta(hours=hours)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from(STATUSES)), max_size=9), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100)
)
def test_downtime_of_parts_is_downtime_of_the_whole(said: list[tuple[float, str]], a: float, b: float, c: float) -> None:
    changes = [Change(at(hours), status) for hours, status in said]
    one, two, three = sorted((a, b, c))
    parts = downtime(changes, at(one), at(two)) + downtime(changes, at(two), at(three))
    assert parts == downtime(changes, at(one), at(three))


def reads(*values: float) -> list[Read]:
    """One a day."""
    return [Read(START + n * DAY, Decimal(str(value))) for n, value in enumerate(values)]


def test_a_meter_that_goes_round_goes_on_counting() -> None:
    found = usages(reads(99_980, 99_995, 10), 5)
    assert [(usage.amount, usage.rolled) for usage in found] == [(15, False), (15, True)]
    assert found[1].per_day == 15


@pytest.mark.parametrize(
    ("before", "new", "why"),
    [
        ((), 5, None),
        ((100, 110), 105, "below_last"),
        ((100, 110, 120, 130), 140, None),
        ((100, 110, 120, 130), 125, "below_last"),
        ((100, 110, 120, 130), 190, "jump"),
        ((100, 110, 120, 130), 131, "jump"),
        ((99_970, 99_980, 99_990, 99_995), 5, None),  # went round
        ((100, 110, 120, 130), 100_000, "too_long"),
        ((100, 110, 120, 130), -1, "too_long"),
        ((100, 100, 100, 100), 100, None),
    ],
)
def test_a_reading_that_cannot_be_is_doubted(before: tuple[float, ...], new: float, why: str | None) -> None:
    assert doubt(reads(*before), Read(START + len(before) * DAY, Decimal(str(new))), 5) == why


def test_what_the_law_asks_names_its_class_and_source() -> None:
    for rule in LEGAL.values():
        assert rule.class_code in CLASSES
        assert rule.source
        assert rule.confidence in ("A", "B")  # nothing unconfirmed
