"""What state a round and its points are in: truth tables, and what must hold whatever was scanned in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.plans import COLLEAGUE, GUARD, A, B, C, D, one_round, plan_point, seen
from webapp.patrols.rules import Round, choose_round, rounds_open
from webapp.patrols.states import Step, point_states, round_state, scan_state

ROUND = one_round()  # 22:00 UTC, early from 21:45, due until 23:00, closes 23:15
POINT = ROUND.points[0]


def at(minutes: float) -> datetime:
    """So many minutes after the round's start."""
    return ROUND.starts_at + timedelta(minutes=minutes)


def step(verb: str, minutes: float, person: UUID = GUARD, to: UUID | None = None) -> Step:
    return Step(verb, at(minutes), person, to, "why")


# ---------------------------------------------------------------- points


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-15.01, "early"), (-15, "on_time"), (0, "on_time"), (60, "on_time"), (60.01, "late"), (75, "late"), (75.01, "after")],
)
def test_a_scan_is_early_on_time_late_or_after(minutes: float, state: str) -> None:
    assert scan_state(ROUND, POINT, at(minutes)) == state


def test_a_point_with_its_own_beginning_is_early_before_it() -> None:
    round_ = one_round(plan_point(A, 1, not_before=10))
    states = [scan_state(round_, round_.points[0], at(m)) for m in (0, 9.9, 10)]
    assert states == ["early", "early", "on_time"]


@pytest.mark.parametrize(
    ("scans", "now", "state"),
    [
        ([], 30, "open"),
        ([], 75, "open"),
        ([], 75.01, "missed"),
        ([-20], 30, "early"),
        ([5], 30, "on_time"),
        ([65], 70, "late"),
        ([80], 90, "missed"),
        ([-20, 5], 30, "on_time"),  # an early one counts only when none follows in time
        ([-20, 65], 70, "late"),
        ([5, 65], 70, "on_time"),
        ([65, 5], 70, "on_time"),  # whatever order they arrived in
        ([-20, -18], 90, "early"),
    ],
)
def test_what_becomes_of_a_point(scans: list[float], now: float, state: str) -> None:
    assert point_states(ROUND, [seen(A, at(m)) for m in scans], at(now))[0].state == state


def test_a_missed_point_still_shows_the_scan_that_came_too_late() -> None:
    state = point_states(ROUND, [seen(A, at(80))], at(90))[0]
    assert state.state == "missed"
    assert state.scan is not None


@pytest.mark.parametrize(("minutes", "late_by"), [(60.5, 1), (61, 2), (64.99, 5), (75, 16)])
def test_lateness_is_told_in_begun_minutes(minutes: float, late_by: int) -> None:
    assert point_states(ROUND, [seen(A, at(minutes))], at(80))[0].late_by == late_by


def test_a_withdrawn_scan_does_not_count() -> None:
    assert point_states(ROUND, [seen(A, at(5), withdrawn=True)], at(30))[0].state == "open"
    assert point_states(ROUND, [seen(A, at(5), withdrawn=True), seen(A, at(65))], at(70))[0].state == "late"


def test_ending_early_misses_what_is_open_at_once() -> None:
    states = [p.state for p in point_states(ROUND, [seen(A, at(5))], at(30), ended_at=at(20))]
    assert states == ["on_time", "missed", "missed"]


def test_fixed_points_out_of_order_are_flagged_free_ones_are_not() -> None:
    round_ = one_round(
        plan_point(A, 1, order_fixed=True), plan_point(B, 2), plan_point(C, 3, order_fixed=True), plan_point(D, 4, order_fixed=True)
    )
    scans = [seen(A, at(10)), seen(B, at(1)), seen(C, at(5)), seen(D, at(7))]
    assert [p.out_of_order for p in point_states(round_, scans, at(30))] == [False, False, True, True]


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize(
    ("scans", "steps", "now", "state"),
    [
        ([], [], -16, "upcoming"),
        ([], [], -15, "due"),
        ([], [], 75, "due"),
        ([], [], 76, "missed"),
        ([(A, 5)], [], 10, "running"),
        ([], [("start", 1)], 10, "running"),
        ([], [("start", 1), ("pause", 5)], 10, "paused"),
        ([], [("start", 1), ("pause", 5), ("resume", 7)], 10, "running"),
        ([(A, 5)], [("pause", 6)], 10, "paused"),
        ([(A, 5)], [], 76, "incomplete"),
        ([(A, 80)], [], 90, "missed"),
        ([(A, 5), (B, 6), (C, 7)], [], 10, "done"),
        ([(A, 5), (B, 6), (C, 70)], [], 90, "done"),
        ([(A, 5)], [("end", 20)], 30, "ended"),
        ([(A, 5)], [("end", 20)], 90, "ended"),
        ([(A, 5), (B, 6), (C, 7)], [("end", 8)], 10, "done"),
    ],
)
def test_what_becomes_of_a_round(scans: list[tuple[UUID, float]], steps: list[tuple[str, float]], now: float, state: str) -> None:
    found = round_state(ROUND, [seen(c, at(m)) for c, m in scans], [step(v, m) for v, m in steps], at(now))
    assert found.state == state


def test_begin_and_end_come_from_the_first_and_last_scan_that_count() -> None:
    state = round_state(ROUND, [seen(B, at(3)), seen(A, at(1)), seen(C, at(9))], [], at(30))
    assert (state.started_at, state.finished_at, state.seen) == (at(1), at(9), 3)


@pytest.mark.parametrize(
    ("scans", "steps", "holder"),
    [
        ([], [], None),
        ([(A, 5, GUARD)], [], GUARD),
        ([(A, 5, COLLEAGUE), (B, 4, GUARD)], [], GUARD),
        ([(A, 5, GUARD)], [("start", 6, COLLEAGUE, None)], COLLEAGUE),
        ([(A, 5, GUARD)], [("hand_over", 7, GUARD, COLLEAGUE)], COLLEAGUE),
        ([], [("hand_over", 7, GUARD, COLLEAGUE), ("hand_over", 8, COLLEAGUE, GUARD)], GUARD),
    ],
)
def test_who_has_the_round(scans: list[Any], steps: list[Any], holder: UUID | None) -> None:
    folded = round_state(ROUND, [seen(c, at(m), p) for c, m, p in scans], [step(v, m, p, to) for v, m, p, to in steps], at(30))
    assert folded.holder_id == holder


def test_a_round_for_one_person_is_that_persons() -> None:
    assert round_state(one_round(person_id=GUARD), [], [], at(0)).holder_id == GUARD


events = st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(-60, 120), st.booleans()), max_size=12)


@settings(deadline=None)
@given(events, st.randoms(), st.integers(-60, 180))
def test_the_order_of_arrival_changes_nothing(scans: list[tuple[UUID, int, bool]], chance: Any, now: int) -> None:
    """A step that arrives three hours late lands where it happened."""
    facts = [seen(c, at(m), withdrawn=w) for c, m, w in dict.fromkeys(scans)]
    facts = list({(f.checkpoint_id, f.at): f for f in facts}.values())
    steps = [step("start", 0), step("pause", 10), step("resume", 20)]
    mixed, mixed_steps = list(facts), list(steps)
    chance.shuffle(mixed)
    chance.shuffle(mixed_steps)
    assert round_state(ROUND, mixed, mixed_steps, at(now)) == round_state(ROUND, facts, steps, at(now))


@settings(deadline=None)
@given(events, st.integers(-60, 180))
def test_every_point_is_in_exactly_one_state_and_none_is_open_after_the_close(scans: list[tuple[UUID, int, bool]], now: int) -> None:
    state = round_state(ROUND, [seen(c, at(m), withdrawn=w) for c, m, w in scans], [], at(now))
    known = ("early", "on_time", "late", "missed", "open")
    assert sum(state.count(word) for word in known) == len(ROUND.points)
    assert state.count("open") == 0 or now <= 75
    assert state.seen + state.count("missed", "open") == len(ROUND.points)


# ---------------------------------------------------------------- which round a scan counts to


EVENING = one_round()
EARLIER = one_round(rule="FREQ=DAILY;BYHOUR=21;BYMINUTE=30")  # closes at 22:45: overlaps
FOR_GUARD = one_round(rule="FREQ=DAILY;BYHOUR=22;BYMINUTE=5", person_id=GUARD)
FOR_COOKS = one_round(rule="FREQ=DAILY;BYHOUR=21;BYMINUTE=50", trade="cleaner")


def chosen(
    rounds: list[Round],
    minutes: float,
    *,
    wanted: str | None = None,
    done: set[str] | None = None,
    trade: str = "guard",
    checkpoint: UUID = A,
) -> str | None:
    candidates = rounds_open([r for r in rounds if r.point(checkpoint)], at(minutes), wanted)
    found = choose_round(candidates, wanted, trade, GUARD, done or set())
    return found.id[-4:] if found else None


def test_a_scan_counts_to_the_open_round_that_closes_first() -> None:
    assert chosen([EVENING, EARLIER], 10) == "2130"


def test_a_round_that_has_the_point_already_comes_after_one_that_has_not() -> None:
    assert chosen([EVENING, EARLIER], 10, done={EARLIER.id}) == "2200"


def test_a_round_for_somebody_else_comes_last() -> None:
    for_other = one_round(rule="FREQ=DAILY;BYHOUR=21;BYMINUTE=30", person_id=COLLEAGUE)
    assert chosen([for_other, EVENING], 10) == "2200"
    assert chosen([for_other], 10) == "2130"


def test_a_round_for_another_trade_comes_after_ones_own() -> None:
    assert chosen([FOR_COOKS, EVENING], 10) == "2200"
    assert chosen([FOR_COOKS, FOR_GUARD], 10) == "2205"


def test_the_round_the_phone_names_wins_if_it_is_near() -> None:
    assert chosen([EVENING, EARLIER], 10, wanted=EVENING.id) == "2200"
    assert chosen([EVENING], 75 + 11 * 60, wanted=EVENING.id) == "2200"
    assert chosen([EVENING], 75 + 13 * 60, wanted=EVENING.id) is None


def test_no_round_without_the_point_or_out_of_its_time() -> None:
    assert chosen([EVENING], 10, checkpoint=D) is None
    assert chosen([EVENING], 10, checkpoint=D, wanted=EVENING.id) is None
    assert chosen([EVENING], -16) is None
    assert chosen([EVENING], 76) is None
