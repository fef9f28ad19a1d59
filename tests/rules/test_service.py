"""Requests of residents: how urgent, by which agreement, where each stands whatever order its events came in, and who may post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.service.rules import (
    MOVES,
    VERBS,
    Answers,
    Event,
    Limit,
    Limits,
    closed_well,
    first_name,
    looks_automatic,
    may_reopen,
    next_state,
    rating_ok,
    standing,
    too_many,
    urgency,
)
from webapp.standards.rules import HANDBOOK, Agreement, ByUrgency, in_force

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
STATES = ("received", "answered", "in_hand", "resolved", "closed", "withdrawn")


def at(minutes: float) -> datetime:
    """So many minutes after the report."""
    return START + timedelta(minutes=minutes)


def history(*verbs: str, every: float = 10) -> list[Event]:
    """Received at 0, then one event after another. "rated5" is a rating of five stars."""
    events = []
    for n, word in enumerate(("received", *verbs)):
        verb, stars = ("rated", int(word[5:])) if word.startswith("rated") else (word, None)
        events.append(Event(UUID(int=n + 1), verb, at(n * every), stars))
    return events


# ---------------------------------------------------------------- urgent or routine


@pytest.mark.parametrize("danger", [False, True])
@pytest.mark.parametrize("outage", [False, True])
@pytest.mark.parametrize("trapped", [False, True])
def test_any_yes_is_urgent_and_somebody_trapped_means_a_call(danger: bool, outage: bool, trapped: bool) -> None:
    answers = Answers(danger, outage, trapped)
    assert urgency(answers) == ("urgent" if danger or outage or trapped else "routine")
    assert answers.calls_at_once is trapped


# ---------------------------------------------------------------- the service agreement


def test_the_defaults_are_the_handbooks() -> None:
    assert (HANDBOOK.reply_minutes, HANDBOOK.on_site_minutes) == (60, 30)
    assert (HANDBOOK.dispatch_minutes.of("routine"), HANDBOOK.dispatch_minutes.of("urgent")) == (15, 5)


FIRST, SECOND = Agreement(at(0)), Agreement(at(60), reply_minutes=30)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-1, HANDBOOK), (-0.01, HANDBOOK), (0, FIRST), (59.99, FIRST), (60, SECOND), (9999, SECOND)]
)
def test_a_moment_is_judged_by_the_version_in_force_then(minutes: float, expected: Agreement) -> None:
    assert in_force([SECOND, FIRST], at(minutes)) is expected
    assert in_force(iter([FIRST, SECOND]), at(minutes)) is expected


def test_a_type_may_have_its_own_set_time() -> None:
    agreement = Agreement(START, handle_minutes=ByUrgency(600, 120), handle_by_type={"lift": ByUrgency(60, 30)})
    assert [agreement.handle(t, u) for t in ("lift", "tap") for u in ("routine", "urgent")] == [60, 30, 600, 120]


def test_an_urgency_that_is_none_has_no_minutes() -> None:
    with pytest.raises(KeyError):
        HANDBOOK.handle("lift", "medium")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reply_minutes": 0},
        {"on_site_minutes": -1},
        {"dispatch_minutes": ByUrgency(15, 0)},
        {"silence_minutes": ByUrgency(0, 60)},
        {"handle_by_type": {"lift": ByUrgency(60, 0)}},
        {"reopen_days": -1},
        {"induction_days": -1},
    ],
)
def test_a_time_of_no_length_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Agreement(START, **wrong)


# ---------------------------------------------------------------- where a request stands


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        ([], "received"),
        (["answered"], "answered"),
        (["told"], "answered"),  # news is a reply, whichever button was pressed
        (["rated4"], "received"),
        (["assigned"], "in_hand"),
        (["arrived"], "in_hand"),
        (["investigated"], "in_hand"),
        (["assigned", "answered"], "in_hand"),
        (["answered", "assigned", "told"], "in_hand"),
        (["resolved"], "resolved"),
        (["resolved", "told"], "resolved"),
        (["resolved", "assigned"], "resolved"),
        (["resolved", "result_told"], "resolved"),
        (["resolved", "withdrawn"], "resolved"),
        (["answered", "closed"], "closed"),
        (["resolved", "closed"], "closed"),
        (["closed", "resolved"], "closed"),
        (["closed", "withdrawn"], "closed"),
        (["withdrawn"], "withdrawn"),
        (["withdrawn", "assigned", "resolved", "closed", "reopened"], "withdrawn"),
        (["reopened"], "received"),
        (["assigned", "reopened"], "in_hand"),  # nothing to reopen
        (["resolved", "reopened"], "received"),
        (["resolved", "closed", "reopened"], "received"),
        (["closed", "reopened", "told"], "answered"),
        (["closed", "reopened", "assigned", "resolved"], "resolved"),
    ],
)
def test_where_a_request_stands(verbs: list[str], state: str) -> None:
    assert standing(history(*verbs)).state == state


def test_a_request_without_events_has_only_been_received() -> None:
    found = standing([])
    assert (found.state, found.received_at, found.first_reply_at, found.last_heard_at) == ("received", None, None, None)


def test_a_verb_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError):
        Event(UUID(int=1), "forgotten", START)


@pytest.mark.parametrize(
    ("verbs", "first", "last"),
    [
        ([], None, None),
        (["assigned", "resolved"], None, None),  # what we do among ourselves is no news
        (["answered"], 10, 10),
        (["assigned", "told", "resolved", "result_told"], 20, 40),
        (["answered", "told", "closed", "reopened", "told"], 10, 50),
    ],
)
def test_what_the_resident_heard(verbs: list[str], first: float | None, last: float | None) -> None:
    found = standing(history(*verbs))
    assert found.first_reply_at == (None if first is None else at(first))
    assert found.last_heard_at == (None if last is None else at(last))


def test_a_reopening_begins_a_turn_and_the_old_one_stays_as_it_was() -> None:
    found = standing(history("assigned", "resolved", "result_told", "closed", "reopened", "assigned"))
    assert found.reopened == 1
    assert (found.result_told_at, found.closed_at) == (None, None)  # who reopens did not accept it
    before, present = found.turns
    assert (before.since, before.assigned_at, before.resolved_at, before.closed_at) == (at(0), at(10), at(20), at(40))
    assert (present.since, present.assigned_at, present.resolved_at) == (at(50), at(60), None)


def test_a_turn_keeps_when_each_thing_first_happened() -> None:
    turn = standing(history("assigned", "assigned", "arrived", "arrived", "investigated", "investigated")).turns[0]
    assert (turn.assigned_at, turn.arrived_at, turn.investigated_at) == (at(10), at(30), at(50))


def test_what_changes_nothing_leaves_no_moment() -> None:
    turn = standing(history("withdrawn", "closed", "resolved")).turns[0]
    assert (turn.withdrawn_at, turn.closed_at, turn.resolved_at) == (at(10), None, None)


@pytest.mark.parametrize(
    ("verbs", "stars"),
    [([], None), (["rated5"], 5), (["rated5", "rated1"], 1), (["rated3", "rated0"], 3), (["rated6"], None), (["rated2", "closed"], 2)],
)
def test_the_last_rating_that_is_one_counts(verbs: list[str], stars: int | None) -> None:
    assert standing(history(*verbs)).satisfaction == stars


@pytest.mark.parametrize(("stars", "ok"), [(-1, False), (0, False), (1, True), (3, True), (5, True), (6, False)])
def test_a_rating_is_one_to_five(stars: int, ok: bool) -> None:
    assert rating_ok(stars) is ok


@pytest.mark.parametrize(
    ("kind", "verbs", "well"),
    [
        ("complaint", ["resolved", "closed"], False),
        ("complaint", ["resolved", "told", "closed"], False),
        ("complaint", ["resolved", "result_told", "closed"], True),
        ("complaint", ["resolved", "closed", "result_told"], True),
        ("complaint", ["resolved", "result_told"], False),
        ("complaint", ["result_told", "closed", "reopened", "closed"], False),  # the new result was not told
        ("complaint", ["withdrawn"], False),
        ("repair", ["resolved", "closed"], True),
        ("repair", ["resolved"], False),
    ],
)
def test_a_complaint_is_closed_well_only_when_its_result_was_told(kind: str, verbs: list[str], well: bool) -> None:
    assert closed_well(kind, standing(history(*verbs))) is well


@pytest.mark.parametrize(
    ("verbs", "now", "may"),
    [
        (["resolved"], at(99 * 24 * 60), True),
        (["closed"], at(10), True),
        (["closed"], at(10) + timedelta(days=7), True),
        (["closed"], at(10) + timedelta(days=7, microseconds=1), False),
        (["closed", "reopened"], at(30), False),  # it is open
        (["closed", "reopened", "closed"], at(30) + timedelta(days=7), True),
        (["withdrawn"], at(20), False),
        (["assigned"], at(20), False),
    ],
)
def test_a_resident_may_reopen_within_the_agreed_days(verbs: list[str], now: datetime, may: bool) -> None:
    assert may_reopen(standing(history(*verbs)), HANDBOOK, now) is may


def test_every_move_is_between_known_states() -> None:
    for befores, after in MOVES.values():
        assert {*befores, after} <= set(STATES)
    assert next_state("received", "rated") is None
    assert next_state("received", "no such verb") is None


@pytest.mark.parametrize(("closed", "reopened", "state"), [(2, 3, "received"), (3, 2, "closed")])
def test_at_the_same_moment_the_earlier_id_came_first(closed: int, reopened: int, state: str) -> None:
    events = [Event(UUID(int=closed), "closed", at(5)), Event(UUID(int=reopened), "reopened", at(5))]
    assert standing(events).state == standing(reversed(events)).state == state


event_facts = st.lists(st.tuples(st.integers(1, 8), st.sampled_from(VERBS), st.integers(0, 6), st.integers(0, 6)), max_size=14)


def made(facts: list[tuple[int, str, int, int]]) -> list[Event]:
    """Few ids and moments, so that equal ones are common: also one id with two contents, which the intake holds."""
    return [Event(UUID(int=n), verb, at(minute), stars if verb == "rated" else None) for n, verb, minute, stars in facts]


@settings(deadline=None)
@given(event_facts, st.randoms(), st.integers(1, 3))
def test_order_and_repetition_of_arrival_change_nothing(facts: list[tuple[int, str, int, int]], chance: Any, times: int) -> None:
    """An event that arrives three hours late, or three times, lands where it happened, once."""
    events = made(facts)
    mixed = events * times
    chance.shuffle(mixed)
    assert standing(mixed) == standing(events)


@settings(deadline=None)
@given(event_facts)
def test_a_request_is_always_somewhere_and_its_turns_follow_each_other(facts: list[tuple[int, str, int, int]]) -> None:
    found = standing(made(facts))
    assert found.state in STATES
    assert list(found.heard) == sorted(set(found.heard))
    assert found.reopened == sum(turn.since is not None for turn in found.turns[1:])
    assert all(turn.closed_at or turn.resolved_at for turn in found.turns[:-1])
    assert (found.state == "closed") == (found.closed_at is not None)
    assert (found.state == "withdrawn") == (found.turns[-1].withdrawn_at is not None)


# ---------------------------------------------------------------- the public form

LIMITS = Limits(address=Limit(3, timedelta(seconds=60)), label=Limit(5, timedelta(seconds=600)))


def seconds(*moments: float) -> list[datetime]:
    return [START + timedelta(seconds=s) for s in moments]


@pytest.mark.parametrize(
    ("address", "label", "now", "wait"),
    [
        ([], [], 0, None),
        ([0, 1], [0, 1], 2, None),
        ([0, 1, 2], [], 2, 58),
        ([2, 0, 1], [], 2, 58),  # in any order
        ([0, 1, 2], [], 59.5, 1),  # told in begun seconds
        ([0, 1, 2], [], 59.999, 1),
        ([0, 1, 2], [], 60, None),  # one as old as the window has left it
        ([0, 1, 2, 3], [], 60, 1),  # four, taken under an older limit: the third last must go
        ([0, 1, 2, 3, 4], [], 5, 57),
        ([-100, -90, 1, 2], [], 3, None),
        ([], [0, 1, 2, 3, 4], 5, 595),
        ([0, 1, 2], [0, 1, 2, 3, 4], 5, 595),  # the longer wait
        ([], [0, 1, 2, 3, 4], 600, None),
    ],
)
def test_the_public_form_takes_so_many(address: list[float], label: list[float], now: float, wait: int | None) -> None:
    assert too_many(seconds(*address), seconds(*label), *seconds(now), LIMITS) == wait


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), max_size=12), st.lists(st.integers(0, 300), max_size=12), st.integers(300, 400))
def test_after_the_wait_it_is_taken_and_not_a_second_earlier(address: list[int], label: list[int], now: int) -> None:
    taken = seconds(*address), seconds(*label)
    wait = too_many(*taken, *seconds(now), LIMITS)
    if wait is not None:
        assert too_many(*taken, *seconds(now + wait), LIMITS) is None
        assert too_many(*taken, *seconds(now + wait - 1), LIMITS) is not None


def test_a_bot_at_a_hundred_a_minute_gets_ten_through() -> None:
    taken: list[datetime] = []
    for moment in seconds(*(n * 0.6 for n in range(100))):
        if too_many(taken, [], moment, Limits()) is None:
            taken.append(moment)
    assert len(taken) == 10


@pytest.mark.parametrize(("filled", "automatic"), [("", False), ("x", True), (" ", True)])
def test_only_a_machine_fills_what_nobody_sees(filled: str, automatic: bool) -> None:
    assert looks_automatic(filled) is automatic


# ---------------------------------------------------------------- what residents see of staff


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王伟", "王师傅"),
        ("王小明", "王师傅"),
        ("王 伟", "王师傅"),
        ("王", "王师傅"),
        ("王师傅", "王师傅"),
        ("欧阳雪", "欧阳师傅"),
        ("欧阳", "欧阳师傅"),
        ("欧雪", "欧师傅"),
        ("司马光", "司马师傅"),
        ("諸葛亮", "諸葛师傅"),
        ("上官婉儿", "上官师傅"),
        ("买买提·吐尔逊", "买买提师傅"),
        ("Ann Lee", "Ann"),
        ("  Ann  Lee ", "Ann"),
        ("Ann", "Ann"),
        ("Jean-Luc de la Tour", "Jean-Luc"),
        ("Şule Öz", "Şule"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_residents_see_a_first_name_only(name: str, shown: str) -> None:
    assert first_name(name) == shown
