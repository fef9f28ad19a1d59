"""Patterns in somebody's scans: what is one, and what only looks like one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from webapp.daily_log.patterns import Pattern, Trace, patterns_of

GUARD, COLLEAGUE = UUID(int=1), UUID(int=2)
POINTS = [UUID(int=100 + n) for n in range(8)]
START = datetime(2026, 11, 23, 14, tzinfo=UTC)


def walk(gaps: list[float], number: int = 0, person: UUID = GUARD, doubts: dict[int, str] | None = None) -> list[Trace]:
    """One round: a scan at each of the points, so many seconds apart; `doubts` by the scan's place."""
    at, found = START + timedelta(days=number), []
    for place, gap in enumerate([0, *gaps]):
        at += timedelta(seconds=gap)
        doubt = (doubts or {}).get(place)
        found.append(Trace(person, POINTS[place % len(POINTS)], f"R-{number}", at, frozenset({doubt} if doubt else ())))
    return found


def even(seconds: float, jitter: float, rounds: int = 3, seed: int = 7) -> list[Trace]:
    """Rounds of eight points at nearly the same interval."""
    chance = random.Random(seed)
    return [trace for n in range(rounds) for trace in walk([seconds * (1 + chance.uniform(-jitter, jitter)) for _ in range(7)], n)]


def names(traces: list[Trace]) -> list[str]:
    return [pattern.name for pattern in patterns_of(traces)]


def test_always_the_same_interval() -> None:
    assert patterns_of(even(70, 0.02)) == [Pattern("steady", GUARD, 21, 21, 70)]


@pytest.mark.parametrize("jitter", [0.15, 0.3, 0.8])
def test_a_walk_as_people_walk_is_not_steady(jitter: float) -> None:
    assert names(even(70, jitter)) == []


def test_a_few_even_intervals_are_chance() -> None:
    assert names(even(70, 0.0, rounds=1)) == []


def test_breaks_and_the_same_label_twice_say_nothing() -> None:
    traces = even(70, 0.01)
    pause = walk([70, 70, 3600, 70], 9)
    twice = [Trace(GUARD, POINTS[0], "R-0", START + timedelta(seconds=2))]
    assert names(traces + pause + twice) in (["steady"], [])  # never an error
    assert patterns_of(traces + pause)[0].of == 24  # the hour is no interval


def test_too_fast_again_and_again() -> None:
    hasty = [trace for n in range(4) for trace in walk([60, 90, 6, 130], n, doubts={3: "walk"})]
    found = patterns_of(hasty)
    assert [(p.name, p.count, p.of) for p in found] == [("fast", 4, 20), ("point", 4, 4)]
    assert found[1].checkpoint_id == POINTS[3]


def test_three_in_a_hundred_are_no_habit() -> None:
    chance = random.Random(1)
    traces = [t for n in range(20) for t in walk([chance.uniform(40, 200) for _ in range(4)], n, doubts={n % 5: "walk"} if n < 3 else None)]
    assert "fast" not in names(traces)


def test_the_same_doubtful_point_whatever_the_doubt() -> None:
    kinds = ["position", "label", "position"]
    traces = [t for n, doubt in enumerate(kinds) for t in walk([61, 140, 85], n, doubts={2: doubt})]
    assert [(p.name, p.checkpoint_id, p.count, p.of) for p in patterns_of(traces)] == [("point", POINTS[2], 3, 3)]
    assert names(traces[:8]) == []  # twice is not often


def test_everybody_has_their_own_patterns() -> None:
    mine = [t for n in range(3) for t in walk([61, 140, 85], n, doubts={2: "position"})]
    theirs = [t for n in range(2) for t in walk([61, 140, 85], n, COLLEAGUE, doubts={2: "position"})]
    assert {p.person_id for p in patterns_of(mine + theirs)} == {GUARD}


def test_no_scans_no_patterns() -> None:
    assert patterns_of([]) == []
