"""What becomes of a work order: truth tables, and what must hold whatever was done by whom, and in whatever order it arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.gate import RANKS
from webapp.work_orders.rules import Fault, allowed, burning, next_in_turn, same_fault, urgent_on_site_due
from webapp.work_orders.states import fold
from webapp.work_orders.steps import STATES, VERBS, WORK, Order, Standing, Step

RAISED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ORDER = Order(UUID(int=1), RAISED)
ANN, BEN, CLEO, DESK, BOSS = (UUID(int=n) for n in range(101, 106))
REMAINDER = UUID(int=900)
DAY = timedelta(days=1)


def at(minutes: float) -> datetime:
    """So many minutes after the order was raised."""
    return RAISED + timedelta(minutes=minutes)


def step(minutes: int, verb: str, person: UUID = ANN, **more: Any) -> Step:
    """Its id is its minute, so `about=by(7)` means the step made at minute 7."""
    return Step(by(minutes), verb, at(minutes), person, **{"reason": "why"} | more)


def by(minutes: int) -> UUID:
    return UUID(int=10_000 + minutes)


def told(*steps: tuple[Any, ...]) -> list[Step]:
    """Steps from (verb, person, to): one a minute, from the first minute on."""
    return [step(n, s[0], *s[1:2], to=s[2] if len(s) > 2 else None) for n, s in enumerate(steps, 1)]


ASSIGNED = ("assign", DESK, ANN)
FINISHED = (ASSIGNED, ("accept",), ("start",), ("finish",))
BEFORE: dict[str, tuple[tuple[Any, ...], ...]] = {
    "new": (),
    "offered": (("offer", DESK),),
    "assigned": (ASSIGNED,),
    "accepted": (ASSIGNED, ("accept",)),
    "on_the_way": (ASSIGNED, ("accept",), ("on_the_way",)),
    "on_site": (ASSIGNED, ("accept",), ("on_site",)),
    "running": (ASSIGNED, ("accept",), ("start",)),
    "paused": (ASSIGNED, ("accept",), ("start",), ("pause",)),
    "waiting_parts": (ASSIGNED, ("accept",), ("start",), ("need_parts",)),
    "waiting_contractor": (ASSIGNED, ("accept",), ("start",), ("need_contractor",)),
    "finished": FINISHED,
    "verified": (*FINISHED, ("verify", BOSS)),
    "cancelled": (ASSIGNED, ("cancel", DESK)),
}


def words(standing: Standing) -> list[str]:
    return [remark.word for remark in standing.remarks]


def conflicts(standing: Standing) -> list[tuple[str, UUID, UUID]]:
    return [(c.word, c.first.id, c.other.id) for c in standing.conflicts]


# ---------------------------------------------------------------- one step more


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_without_a_remark(state: str) -> None:
    standing = fold(ORDER, told(*BEFORE[state]))
    assert (standing.state, words(standing), standing.conflicts) == (state, [], ())


NOTHING = None
# From each state, what each step of the assignee (of ANN where nobody has it) leads to; NOTHING: no effect, only a remark.
LEADS: dict[str, dict[str, str | None]] = {
    "accept": {
        "new": "accepted", "offered": "accepted", "assigned": "accepted", "accepted": NOTHING, "on_the_way": NOTHING, "on_site": NOTHING,
        "running": NOTHING, "paused": NOTHING, "waiting_parts": NOTHING, "waiting_contractor": NOTHING,
    },
    "take": {
        "new": "accepted", "offered": "accepted", "assigned": "accepted", "accepted": NOTHING, "on_the_way": NOTHING, "on_site": NOTHING,
        "running": NOTHING, "paused": NOTHING, "waiting_parts": NOTHING, "waiting_contractor": NOTHING,
    },
    "decline": {
        "new": NOTHING, "offered": NOTHING, "assigned": "new", "accepted": "new", "on_the_way": "new", "on_site": "new",
        "running": "new", "paused": "new", "waiting_parts": "new", "waiting_contractor": "new",
    },
    "on_the_way": {
        "new": "on_the_way", "offered": "on_the_way", "assigned": "on_the_way", "accepted": "on_the_way", "on_the_way": NOTHING,
        "on_site": "on_site", "running": "running", "paused": "on_the_way", "waiting_parts": "on_the_way",
        "waiting_contractor": "on_the_way",
    },
    "on_site": {
        "new": "on_site", "offered": "on_site", "assigned": "on_site", "accepted": "on_site", "on_the_way": "on_site",
        "on_site": NOTHING, "running": "running", "paused": "on_site", "waiting_parts": "on_site", "waiting_contractor": "on_site",
    },
    "start": {state: NOTHING if state == "running" else "running" for state in STATES[:10]},
    "resume": {state: NOTHING if state == "running" else "running" for state in STATES[:10]},
    "pause": {state: NOTHING if state == "paused" else "paused" for state in STATES[:10]},
    "need_parts": {state: NOTHING if state == "waiting_parts" else "waiting_parts" for state in STATES[:10]},
    "need_contractor": {state: NOTHING if state == "waiting_contractor" else "waiting_contractor" for state in STATES[:10]},
    "finish": dict.fromkeys(STATES[:10], "finished"),
    "part_finish": dict.fromkeys(STATES[:10], "finished"),
    "verify": dict.fromkeys(STATES[:10], NOTHING) | {"finished": "verified", "verified": NOTHING, "cancelled": NOTHING},
    "reopen": dict.fromkeys(STATES[:10], NOTHING) | dict.fromkeys(STATES[10:], "assigned"),
    "cancel": dict.fromkeys(STATES[:10], "cancelled") | dict.fromkeys(STATES[10:], NOTHING),
    "decide": dict.fromkeys(STATES, NOTHING),
    "dance": dict.fromkeys(STATES, NOTHING),
}  # fmt: skip


@pytest.mark.parametrize(("verb", "state"), [(verb, state) for verb, row in LEADS.items() for state in row])
def test_where_a_step_leads(verb: str, state: str) -> None:
    before = told(*BEFORE[state])
    last = step(50, verb, about=REMAINDER)
    standing = fold(ORDER, [*before, last])
    wanted = LEADS[verb][state]
    assert standing.state == (wanted or state)
    assert (last in standing.counted) is (wanted is not NOTHING)
    if wanted is NOTHING:
        assert [r.step for r in standing.remarks] == [last]


@pytest.mark.parametrize("state", STATES[:10])
@pytest.mark.parametrize("verb", ["assign", "hand_over"])
def test_who_gets_an_order_has_to_accept_it(verb: str, state: str) -> None:
    standing = fold(ORDER, [*told(*BEFORE[state]), step(50, verb, to=BEN)])
    assert (standing.state, standing.assignee_id) == ("assigned", BEN)


@pytest.mark.parametrize("state", STATES[2:10])
def test_offering_takes_it_back_from_the_assignee(state: str) -> None:
    standing = fold(ORDER, [*told(*BEFORE[state]), step(50, "offer", DESK, trade="plumber")])
    assert (standing.state, standing.assignee_id, standing.trade) == ("offered", None, "plumber")


@pytest.mark.parametrize("verb", [v for v in VERBS if v not in ("reopen", "verify", "finish", "part_finish")])
def test_after_a_finish_only_verifying_and_reopening_mean_something(verb: str) -> None:
    standing = fold(ORDER, [*told(*FINISHED), step(50, verb, to=BEN, about=by(99))])
    assert (standing.state, standing.assignee_id, len(standing.remarks)) == ("finished", ANN, 1)


@pytest.mark.parametrize(
    ("before", "last", "word", "counts"),
    [
        ("new", step(50, "assign", DESK), "nobody_named", False),
        ("running", step(50, "assign", DESK, to=ANN), "repeated", False),
        ("offered", step(50, "offer", DESK), "repeated", False),
        ("new", step(50, "take"), "not_offered", True),
        ("assigned", step(50, "take", BEN), "not_theirs", False),
        ("assigned", step(50, "accept", BEN), "not_theirs", False),
        ("assigned", step(50, "decline", BEN), "not_theirs", False),
        ("running", step(50, "decline"), "late_decline", True),
        ("running", step(50, "hand_over", BEN, to=CLEO), "not_theirs", True),
        ("new", step(50, "start"), "unassigned", True),
        ("assigned", step(50, "start", BEN), "not_theirs", True),
        ("running", step(50, "on_site"), "repeated", False),
        ("running", step(50, "on_the_way"), "out_of_order", True),
        ("accepted", step(50, "resume"), "without_start", True),
        ("accepted", step(50, "finish"), "without_start", True),
        ("running", step(50, "pause", reason=" "), "no_reason", True),
        ("running", step(50, "cancel", DESK, reason=""), "no_reason", True),
        ("finished", step(50, "reopen", DESK, reason=""), "no_reason", True),
        ("running", step(50, "part_finish"), "no_remainder", True),
        ("finished", step(50, "finish"), "finished_again", False),
        ("finished", step(50, "part_finish", about=REMAINDER), "finished_again", True),
        ("finished", step(50, "start"), "already_finished", False),
        ("finished", step(50, "verify"), "own_work", True),
        ("running", step(50, "verify", BOSS), "not_finished", False),
        ("verified", step(50, "verify", BOSS), "repeated", False),
        ("cancelled", step(50, "accept"), "already_cancelled", False),
        ("running", step(50, "decide", BOSS, about=by(3)), "nothing_to_decide", False),
        ("running", step(50, "dance"), "unknown_verb", False),
        ("new", step(-1, "assign", DESK, to=ANN), "before_raised", True),
    ],
)
def test_what_is_odd_gets_a_word(before: str, last: Step, word: str, counts: bool) -> None:
    steps = told(*BEFORE[before])
    if before == "running":
        steps.insert(0, step(0, "on_site")._replace(at=at(2.5)))
    standing = fold(ORDER, [*steps, last])
    assert words(standing) == [word]
    assert (last in standing.counted) is counts


# ---------------------------------------------------------------- milestones and working time


def test_milestones_are_the_first_of_the_run_and_work_is_counted_without_pauses() -> None:
    steps = [
        step(2, "offer", DESK, trade="plumber"),
        step(4, "take"),
        step(6, "on_the_way"),
        step(10, "on_site"),
        step(12, "start"),
        step(20, "need_parts"),
        step(60, "on_the_way"),
        step(70, "on_site"),
        step(72, "resume"),
        step(90, "pause"),
        step(95, "resume"),
        step(100, "finish"),
        step(130, "verify", BOSS),
    ]
    done = fold(ORDER, steps)
    assert (done.offered_at, done.assigned_at, done.accepted_at) == (at(2), at(4), at(4))
    assert (done.on_the_way_at, done.on_site_at, done.started_at) == (at(6), at(10), at(12))
    assert (done.finished_at, done.verified_at, done.closed_at, done.since) == (at(100), at(130), at(130), at(130))
    assert (done.finished_by_id, done.assignee_id, done.worked) == (ANN, ANN, timedelta(minutes=8 + 18 + 5))


def test_a_stretch_that_still_runs_is_told_apart() -> None:
    running = fold(ORDER, told(*BEFORE["running"]))
    assert (running.worked, running.running_since) == (timedelta(0), at(3))
    assert running.worked_until(at(10)) == timedelta(minutes=7)
    assert running.worked_until(at(1)) == timedelta(0)
    assert fold(ORDER, told(*BEFORE["paused"])).worked_until(at(10)) == timedelta(minutes=1)


@pytest.mark.parametrize(("verb", "minutes"), [("hand_over", 7), ("assign", 7), ("decline", 7), ("cancel", 7), ("offer", 7)])
def test_work_ends_when_the_order_goes_away(verb: str, minutes: int) -> None:
    standing = fold(ORDER, [*told(*BEFORE["running"]), step(10, verb, to=BEN)])
    assert (standing.worked, standing.running_since) == (timedelta(minutes=minutes), None)


def test_milestones_that_nobody_witnessed_stay_empty() -> None:
    done = fold(ORDER, [step(5, "finish")])
    assert (done.state, done.assignee_id, done.finished_at) == ("finished", ANN, at(5))
    assert (done.assigned_at, done.accepted_at, done.on_site_at, done.started_at) == (None, None, None, None)
    assert words(done) == ["unassigned", "without_start"]


def test_coming_on_site_after_the_start_is_witnessed_all_the_same() -> None:
    standing = fold(ORDER, [*told(*BEFORE["running"]), step(9, "on_site")])
    assert (standing.state, standing.on_site_at, words(standing)) == ("running", at(9), ["out_of_order"])


def test_a_phone_two_minutes_slow_accepts_before_the_office_assigns() -> None:
    standing = fold(ORDER, [step(3, "accept"), step(4, "assign", DESK, to=ANN), step(5, "start")])
    assert (standing.state, standing.assignee_id) == ("running", ANN)
    assert (standing.accepted_at, standing.assigned_at) == (at(3), at(4))
    assert words(standing) == ["unassigned", "out_of_order"]


def test_finished_before_it_was_started_is_finished() -> None:
    standing = fold(ORDER, [step(1, "assign", DESK, to=ANN), step(9, "start"), step(8, "finish")])
    assert (standing.state, standing.finished_at, standing.worked) == ("finished", at(8), timedelta(0))
    assert words(standing) == ["without_start", "already_finished"]


def test_steps_that_arrive_hours_late_land_where_they_happened() -> None:
    steps = [
        step(1, "assign", DESK, to=ANN),
        step(10, "accept"),
        step(20, "on_site"),
        step(25, "start"),
        step(50, "finish"),
        step(300, "verify", BOSS),
    ]
    whole = fold(ORDER, steps)
    assert (whole.state, words(whole)) == ("verified", [])
    assert fold(ORDER, [steps[0], steps[5]]).state == "assigned"  # verified too early for what had arrived
    assert all(fold(ORDER, mixed) == whole for mixed in permutations(steps))


# ---------------------------------------------------------------- partly done, again, or given back


def test_partly_done_is_finished_and_names_where_the_rest_is() -> None:
    standing = fold(ORDER, [*told(*BEFORE["running"]), step(9, "part_finish", about=REMAINDER)])
    assert (standing.state, standing.partly, standing.remainder_id, words(standing)) == ("finished", True, REMAINDER, [])


def test_who_finished_may_still_say_that_something_remains() -> None:
    standing = fold(ORDER, [*told(*FINISHED), step(9, "part_finish", about=REMAINDER)])
    assert (standing.finished_at, standing.partly, standing.remainder_id) == (at(4), True, REMAINDER)


@pytest.mark.parametrize("state", ["finished", "verified", "cancelled"])
def test_reopening_begins_a_run_with_the_same_person(state: str) -> None:
    again = fold(ORDER, [*told(*BEFORE[state]), step(50, "reopen", DESK)])
    assert (again.state, again.assignee_id, again.reopened, again.opened_at) == ("assigned", ANN, 1, at(50))
    assert (again.assigned_at, again.accepted_at, again.started_at, again.finished_at, again.closed_at) == (at(50), None, None, None, None)
    assert again.worked == (timedelta(0) if state == "cancelled" else timedelta(minutes=1))
    twice = fold(ORDER, [*told(*BEFORE[state]), step(50, "reopen"), step(55, "finish"), step(60, "reopen")])
    assert twice.reopened == 2


def test_an_order_cancelled_before_anybody_had_it_reopens_as_new() -> None:
    assert fold(ORDER, [step(1, "offer", DESK), step(2, "cancel", DESK), step(3, "reopen", DESK)]).state == "new"


def test_declining_what_was_taken_from_an_offer_leaves_it_to_the_others() -> None:
    standing = fold(ORDER, [step(1, "offer", DESK, trade="plumber"), step(2, "take"), step(3, "decline")])
    assert (standing.state, standing.trade, standing.assignee_id) == ("offered", "plumber", None)


def test_an_offer_ends_when_the_office_names_somebody_or_a_new_run_begins() -> None:
    taken = [step(1, "offer", DESK, trade="plumber"), step(2, "take")]
    named = fold(ORDER, [*taken, step(3, "assign", DESK, to=BEN), step(4, "decline", BEN)])
    again = fold(ORDER, [*taken, step(3, "finish"), step(4, "reopen", DESK), step(5, "decline")])
    assert [(s.state, s.trade, s.assignee_id) for s in (named, again)] == [("new", None, None)] * 2


# ---------------------------------------------------------------- conflicts and decisions


TWO_FINISHES = [
    step(1, "assign", DESK, to=ANN),
    step(10, "start", ANN),
    step(12, "start", BEN),
    step(30, "finish", ANN),
    step(40, "finish", BEN),
]


def test_two_finish_the_same_order_offline() -> None:
    standing = fold(ORDER, TWO_FINISHES)
    assert (standing.state, standing.finished_at, standing.finished_by_id) == ("finished", at(30), ANN)
    assert conflicts(standing) == [("finished_twice", by(30), by(40))]


@pytest.mark.parametrize(("counts", "person", "worked"), [(30, ANN, 20), (40, BEN, 30)])
def test_a_decision_says_which_finish_counts(counts: int, person: UUID, worked: int) -> None:
    decision = step(60, "decide", BOSS, about=by(counts))
    standing = fold(ORDER, [*TWO_FINISHES, decision])
    assert (standing.state, standing.finished_at, standing.finished_by_id) == ("finished", at(counts), person)
    assert (standing.conflicts, standing.worked) == ((), timedelta(minutes=worked))
    (settled,) = standing.settled
    assert (settled.decision, settled.conflict.first.id, settled.conflict.other.id) == (decision, by(30), by(40))
    assert [r.step.id for r in standing.remarks if r.word == "overruled"] == [by(70 - counts)]


def test_three_who_finish_are_two_conflicts_and_one_question() -> None:
    steps = [*TWO_FINISHES, step(45, "finish", CLEO), step(46, "finish", BEN)]
    standing = fold(ORDER, steps)
    assert [(c.first.id, [s.id for s in c.others]) for c in standing.conflicts] == [(by(30), [by(40), by(46)]), (by(30), [by(45)])]
    decided = fold(ORDER, [*steps, step(60, "decide", BOSS, about=by(45))])
    assert (decided.finished_by_id, decided.conflicts, len(decided.settled)) == (CLEO, (), 2)


def test_a_finish_after_the_decision_is_a_new_question() -> None:
    standing = fold(ORDER, [*TWO_FINISHES, step(60, "decide", BOSS, about=by(40)), step(70, "finish", CLEO)])
    assert conflicts(standing) == [("finished_twice", by(40), by(70))]


def test_each_run_has_its_own_question() -> None:
    steps = [*TWO_FINISHES, step(45, "reopen", DESK), step(50, "finish", CLEO), step(55, "finish", BEN)]
    assert conflicts(fold(ORDER, steps)) == [("finished_twice", by(30), by(40)), ("finished_twice", by(50), by(55))]
    decided = fold(ORDER, [*steps, step(60, "decide", BOSS, about=by(40))])
    assert conflicts(decided) == [("finished_twice", by(50), by(55))]
    assert (decided.finished_by_id, decided.reopened) == (CLEO, 1)


def test_what_was_verified_must_be_verified_again_when_another_finish_counts() -> None:
    steps = [*TWO_FINISHES, step(35, "verify", BOSS)]
    assert fold(ORDER, steps).state == "verified"
    assert fold(ORDER, [*steps, step(60, "decide", BOSS, about=by(40))]).state == "finished"
    assert fold(ORDER, [*steps, step(60, "decide", BOSS, about=by(30))]).state == "verified"


CANCELLED_MEANWHILE = [
    step(1, "assign", DESK, to=ANN),
    step(10, "cancel", DESK),
    step(20, "start"),
    step(30, "finish"),
    step(31, "finish"),
]


def test_work_on_an_order_cancelled_meanwhile_is_one_conflict_about_the_finish() -> None:
    standing = fold(ORDER, CANCELLED_MEANWHILE)
    assert (standing.state, conflicts(standing)) == ("cancelled", [("cancelled_meanwhile", by(10), by(30))])
    assert [s.id for s in standing.conflicts[0].also] == [by(20), by(31)]


@pytest.mark.parametrize(("counts", "state", "worked"), [(10, "cancelled", 0), (30, "finished", 10), (20, "finished", 10)])
def test_a_decision_says_whether_the_work_counts_or_the_cancelling(counts: int, state: str, worked: int) -> None:
    standing = fold(ORDER, [*CANCELLED_MEANWHILE, step(60, "decide", BOSS, about=by(counts))])
    assert (standing.state, standing.worked, standing.conflicts) == (state, timedelta(minutes=worked), ())


def test_work_still_going_on_goes_on_when_it_counts() -> None:
    steps = [*CANCELLED_MEANWHILE[:3], step(25, "decide", BOSS, about=by(20))]
    assert fold(ORDER, steps).state == "running"
    assert fold(ORDER, [*steps, step(40, "finish")]).state == "finished"


def test_work_after_the_cancelling_was_confirmed_is_a_new_question() -> None:
    steps = [*CANCELLED_MEANWHILE[:3], step(25, "decide", BOSS, about=by(10)), step(40, "finish")]
    assert conflicts(fold(ORDER, steps)) == [("cancelled_meanwhile", by(10), by(40))]


def test_people_who_both_went_on_working_do_not_contradict_each_other() -> None:
    steps = [*CANCELLED_MEANWHILE[:3], step(21, "on_site", BEN), step(30, "finish"), step(60, "decide", BOSS, about=by(30))]
    standing = fold(ORDER, steps)
    assert (standing.state, standing.conflicts, [r.word for r in standing.remarks if r.step.id == by(10)]) == (
        "finished",
        (),
        ["overruled"],
    )
    assert standing.on_site_at == at(21)


def test_cancelling_what_was_finished_on_a_phone_without_signal_changes_nothing() -> None:
    standing = fold(ORDER, [*told(*FINISHED), step(10, "cancel", DESK)])
    assert (standing.state, words(standing), standing.conflicts) == ("finished", ["already_finished"], ())


def test_a_decision_wins_against_what_it_brings_to_light() -> None:
    """Without the first finish the cancelling would count, and contradict the second."""
    steps = [*TWO_FINISHES, step(35, "cancel", DESK), step(60, "decide", BOSS, about=by(40))]
    standing = fold(ORDER, steps)
    assert (standing.state, standing.finished_by_id, standing.conflicts) == ("finished", BEN, ())


TAKEN_TWICE = [step(1, "offer", DESK, trade="plumber"), step(5, "take", ANN), step(6, "on_the_way", ANN), step(7, "take", BEN)]


def test_the_first_who_takes_it_has_it() -> None:
    standing = fold(ORDER, TAKEN_TWICE)
    assert (standing.state, standing.assignee_id) == ("on_the_way", ANN)
    assert conflicts(standing) == [("taken_twice", by(5), by(7))]


@pytest.mark.parametrize(("counts", "state", "person"), [(5, "on_the_way", ANN), (7, "accepted", BEN)])
def test_a_decision_says_who_has_it(counts: int, state: str, person: UUID) -> None:
    standing = fold(ORDER, [*TAKEN_TWICE, step(8, "take", CLEO), step(9, "decide", BOSS, about=by(counts))])
    assert (standing.state, standing.assignee_id, standing.conflicts, len(standing.settled)) == (state, person, (), 2)
    assert [by(n) in {s.id for s in standing.counted} for n in (5, 7, 8)] == [True, counts == 7, False]
    assert {r.step.id for r in standing.remarks if r.word == "overruled"} == {by(5), by(7), by(8)} - {by(counts)}


def test_a_decision_that_work_counts_also_says_who_has_it() -> None:
    """Without the cancelling, one had begun what the other took."""
    steps = [step(1, "cancel", DESK), step(2, "start", BEN), step(3, "take", ANN), step(9, "decide", BOSS, about=by(2))]
    standing = fold(ORDER, steps)
    assert (standing.state, standing.assignee_id, standing.conflicts) == ("running", BEN, ())
    assert [s.conflict.word for s in standing.settled] == ["cancelled_meanwhile", "taken_twice"]


@pytest.mark.parametrize("verb", ["assign", "offer", "hand_over", "decline", "finish", "part_finish", "cancel"])
def test_who_took_it_first_is_no_question_once_it_went_elsewhere_or_is_over(verb: str) -> None:
    standing = fold(ORDER, [*TAKEN_TWICE, step(9, verb, ANN, to=CLEO, about=REMAINDER)])
    assert standing.conflicts == ()
    assert [r.step.id for r in standing.remarks if r.word == "came_second"] == [by(7)]


# ---------------------------------------------------------------- whatever happens


def any_steps(verbs: tuple[str, ...], most: int = 14) -> st.SearchStrategy[list[Step]]:
    """Steps with ids of their own, some at the same minute; decisions are about a step that may be there."""
    one = st.builds(
        lambda n, verb, minutes, person, to, reason, about: Step(by(n), verb, at(minutes), person, to, reason, by(about), "plumber"),
        st.integers(0, 40),
        st.sampled_from(verbs),
        st.integers(-5, 30),
        st.sampled_from([ANN, BEN, CLEO]),
        st.sampled_from([None, ANN, BEN]),
        st.sampled_from(["", "why"]),
        st.integers(0, 40),
    )
    return st.lists(one, max_size=most, unique_by=lambda s: s.id)


anything = any_steps((*VERBS, "dance")) | any_steps(("offer", "take", "start", "finish", "cancel", "reopen", "verify", "decide"))


@settings(deadline=None)
@given(anything, st.randoms())
def test_order_of_arrival_and_repeats_change_nothing(steps: list[Step], chance: Any) -> None:
    mixed = steps + chance.sample(steps, len(steps) // 2)
    chance.shuffle(mixed)
    assert fold(ORDER, mixed) == fold(ORDER, steps)


@settings(deadline=None)
@given(anything)
def test_whatever_has_arrived_folds_into_a_known_state_and_loses_nothing(steps: list[Step]) -> None:
    for count in range(len(steps) + 1):
        standing = fold(ORDER, steps[:count])
        assert standing.state in STATES
        assert (standing.assignee_id is None) <= (standing.state in ("new", "offered", "cancelled"))
        told_of = {s.id for s in standing.counted} | {r.step.id for r in standing.remarks}
        told_of |= {s.id for c in standing.conflicts for s in (c.first, *c.others)}
        assert told_of == {s.id for s in steps[:count]}
        assert len(standing.counted) == len(set(standing.counted))


@settings(deadline=None)
@given(anything)
def test_working_time_is_never_negative_nor_longer_than_everything(steps: list[Step]) -> None:
    times = [s.at for s in steps] or [RAISED]
    standing = fold(ORDER, steps)
    assert timedelta(0) <= standing.worked <= standing.worked_until(max(times)) <= max(times) - min(times)


@settings(deadline=None)
@given(anything, st.booleans())
def test_a_decided_conflict_is_closed_and_deciding_comes_to_an_end(steps: list[Step], for_first: bool) -> None:
    standing = fold(ORDER, steps)
    for minutes in range(100, 100 + 3 * len(steps)):
        if not standing.conflicts:
            break
        conflict = standing.conflicts[0]
        counts = conflict.first if for_first else conflict.other
        steps = [*steps, step(minutes, "decide", BOSS, about=counts.id)]
        standing = fold(ORDER, steps)
        assert (conflict, steps[-1]) in standing.settled
        assert not any(open_.names(counts.id) for open_ in standing.conflicts)
    assert standing.conflicts == ()


@settings(deadline=None)
@given(any_steps(WORK), st.integers(31, 60))
def test_a_finish_that_counts_finishes(steps: list[Step], minutes: int) -> None:
    """Whatever work there was, and although the order was cancelled before it."""
    steps = [step(-10, "cancel", DESK), *steps, step(minutes, "finish", ANN), step(99, "decide", BOSS, about=by(minutes))]
    standing = fold(ORDER, list({s.id: s for s in steps}.values()))
    assert standing.state == "finished"


# ---------------------------------------------------------------- what a page offers


@pytest.mark.parametrize(
    ("state", "mine", "rank", "first"),
    [
        ("new", False, "worker", None),
        ("new", False, "desk", "assign"),
        ("offered", False, "worker", "take"),
        ("offered", False, "supervisor", "take"),
        ("assigned", True, "worker", "accept"),
        ("assigned", False, "worker", None),
        ("accepted", True, "worker", "on_the_way"),
        ("on_the_way", True, "worker", "on_site"),
        ("on_site", True, "worker", "start"),
        ("running", True, "worker", "finish"),
        ("running", False, "supervisor", "assign"),
        ("paused", True, "worker", "resume"),
        ("waiting_parts", True, "worker", "resume"),
        ("waiting_contractor", True, "supervisor", "resume"),
        ("finished", True, "worker", None),
        ("finished", False, "desk", "reopen"),
        ("finished", False, "supervisor", "verify"),
        ("finished", True, "supervisor", "reopen"),
        ("verified", False, "supervisor", "reopen"),
        ("cancelled", False, "desk", "reopen"),
        ("cancelled", True, "worker", None),
    ],
)
def test_the_one_next_step(state: str, mine: bool, rank: str, first: str | None) -> None:
    verbs = allowed(fold(ORDER, told(*BEFORE[state])), mine, RANKS[rank], trade="plumber")
    assert (verbs[0] if verbs else None) == first
    assert len(verbs) == len(set(verbs))


def test_an_offer_is_for_its_trade() -> None:
    offered = fold(ORDER, [step(1, "offer", DESK, trade="plumber")])
    takers = {trade: allowed(offered, False, RANKS["worker"], trade) for trade in ("plumber", "cleaner", None)}
    assert takers == {"plumber": ["take"], "cleaner": [], None: []}


def test_a_supervisor_first_decides() -> None:
    standing = fold(ORDER, TWO_FINISHES)
    assert allowed(standing, False, RANKS["supervisor"]) == ["decide", "verify", "reopen"]
    assert allowed(standing, False, RANKS["desk"]) == ["reopen"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("mine", [True, False])
def test_whatever_a_page_offers_counts(state: str, mine: bool) -> None:
    steps = told(*BEFORE[state])
    person = ANN if mine else BOSS
    for verb in allowed(fold(ORDER, steps), mine and state not in ("new", "offered"), RANKS["supervisor"], trade="plumber"):
        last = step(50, verb, person, to=BEN, about=REMAINDER)
        assert last in fold(ORDER, [*steps, last]).counted


# ---------------------------------------------------------------- clocks, repeats, turns, urgency


def test_urgent_is_on_site_within_the_agreed_minutes() -> None:
    assert urgent_on_site_due(RAISED, 30) == at(30)


PLACE, TYPE, OTHER = UUID(int=11), UUID(int=12), UUID(int=13)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("place", "type_", "raised", "finished", "repeat"),
    [
        (PLACE, TYPE, RAISED + 5 * DAY, RAISED + DAY, True),
        (PLACE, TYPE, RAISED + 31 * DAY - SECOND, RAISED + DAY, True),
        (PLACE, TYPE, RAISED + 31 * DAY, RAISED + DAY, False),
        (PLACE, TYPE, RAISED + 30 * DAY - SECOND, None, True),
        (PLACE, TYPE, RAISED + 30 * DAY, None, False),
        (PLACE, TYPE, RAISED + DAY, RAISED + 5 * DAY, True),  # while the first was still open
        (PLACE, TYPE, RAISED, None, True),
        (PLACE, TYPE, RAISED + 29 * DAY, RAISED - DAY, True),  # a finish before its own raising moves nothing
        (OTHER, TYPE, RAISED + DAY, None, False),
        (PLACE, OTHER, RAISED + DAY, None, False),
        (None, TYPE, RAISED + DAY, None, False),
    ],
)
def test_the_same_fault_within_thirty_days(
    place: UUID | None, type_: UUID, raised: datetime, finished: datetime | None, repeat: bool
) -> None:
    first, second = Fault(PLACE, TYPE, RAISED, finished), Fault(place, type_, raised)
    assert same_fault(first, second) is repeat
    assert same_fault(second, first) is repeat


def test_faults_at_no_known_place_are_never_the_same() -> None:
    assert not same_fault(Fault(None, TYPE, RAISED), Fault(None, TYPE, RAISED))
    assert not same_fault(Fault(PLACE, None, RAISED), Fault(PLACE, None, RAISED))


@pytest.mark.parametrize(
    ("persons", "last", "load", "turn"),
    [
        ([], {}, {}, None),
        ([CLEO, BEN, ANN], {}, {}, ANN),
        ([ANN, BEN], {}, {ANN: 1}, BEN),
        ([ANN, BEN], {ANN: at(0)}, {}, BEN),  # never had one
        ([ANN, BEN], {ANN: at(5), BEN: at(0)}, {}, BEN),
        ([ANN, BEN], {ANN: at(5), BEN: at(0)}, {ANN: 1, BEN: 2}, ANN),
        ([BEN], {ANN: None}, {ANN: 0, BEN: 9}, BEN),  # only who is on duty
    ],
)
def test_whose_turn_it_is(persons: list[UUID], last: dict[UUID, datetime | None], load: dict[UUID, int], turn: UUID | None) -> None:
    assert next_in_turn(persons, last, load) == turn


def test_what_burns_comes_first() -> None:
    now = at(100)
    wanted = [
        Order(UUID(int=9), at(0), due_at=at(10)),
        Order(UUID(int=8), at(0), due_at=at(90), urgent=True),
        Order(UUID(int=7), at(0), due_at=at(99)),
        Order(UUID(int=6), at(0), due_at=at(100), urgent=True),
        Order(UUID(int=5), at(0), due_at=at(200), urgent=True),
        Order(UUID(int=4), at(0), urgent=True),
        Order(UUID(int=3), at(0), due_at=at(100)),
        Order(UUID(int=2), at(0), due_at=at(150)),
        Order(UUID(int=20), at(1)),
        Order(UUID(int=10), at(2)),
        Order(UUID(int=11), at(2)),
    ]
    assert sorted(sorted(wanted, key=lambda o: o.id), key=lambda o: burning(o, now)) == wanted
