"""The flow chart's counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.service.flow import STEPS, Box, Passage, Taken, standing_now, times_between

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def passage(is_over: bool = False, **minutes_ago: float) -> Passage:
    return Passage({step: NOW - timedelta(minutes=ago) for step, ago in minutes_ago.items()}, is_over)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_each_stands_at_the_furthest_step_it_came_through() -> None:
    found = standing_now([passage(received=30), passage(received=50, answered=20), passage(received=90, answered=80, on_site=10)], NOW)
    assert found["received"] == Box(1, minutes(30))
    assert found["answered"] == Box(1, minutes(20))
    assert found["dispatched"] == Box(0, None)
    assert found["on_site"] == Box(1, minutes(10))


def test_what_is_over_stands_nowhere_and_still_tells_how_long_it_took() -> None:
    over = passage(is_over=True, received=60, answered=50, done=20, closed=5)
    assert all(box.many == 0 for box in standing_now([over], NOW).values())
    assert times_between([over])["closed"] == Taken(1, minutes(15))


def test_a_step_that_was_left_out_is_measured_from_the_one_before_it() -> None:
    found = times_between([passage(received=60, on_site=20), passage(received=60, dispatched=50, on_site=45)])
    assert found["dispatched"] == Taken(1, minutes(10))
    assert found["on_site"] == Taken(2, minutes(22.5))
    assert found["received"] == Taken(0, None)


@pytest.mark.parametrize(("ages", "middle"), [([10], 10), ([10, 30], 20), ([10, 20, 600], 20)])
def test_the_age_is_the_median(ages: list[int], middle: int) -> None:
    assert standing_now([passage(received=age) for age in ages], NOW)["received"] == Box(len(ages), minutes(middle))


def test_a_step_that_came_after_a_later_one_was_no_station_on_the_way() -> None:
    found = times_between([passage(received=60, answered=10, dispatched=40, on_site=5)])
    assert found["answered"] == Taken(0, None)
    assert found["dispatched"] == Taken(1, minutes(20))
    assert found["on_site"] == Taken(1, minutes(35))


@given(
    st.lists(
        st.builds(
            lambda steps, over: passage(over, **steps), st.dictionaries(st.sampled_from(STEPS), st.integers(-50, 5000)), st.booleans()
        )
    )
)
def test_nothing_is_counted_twice_and_no_time_is_negative(passages: list[Passage]) -> None:
    boxes = standing_now(passages, NOW)
    assert sum(box.many for box in boxes.values()) == sum(1 for p in passages if not p.is_over and p.moments)
    assert all(box.age is None or box.age >= minutes(0) for box in boxes.values())
    assert all(taken.time is None or taken.time >= minutes(0) for taken in times_between(passages).values())
