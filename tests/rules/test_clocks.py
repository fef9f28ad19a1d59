"""Clocks of requests: truth tables at their exact boundaries, and what must hold whatever the pauses were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.service.clocks import Facts, clocks_of
from webapp.service.rules import Event, standing
from webapp.standards.clocks import STOPS, WARNINGS, Clock, Pause, counts, due_at, elapsed, fraction, held, state, warnings_due
from webapp.standards.rules import STOP_REASONS, Agreement, ByUrgency

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
EARLY = timedelta(microseconds=1)


def at(minutes: float) -> datetime:
    """So many minutes after the report."""
    return START + timedelta(minutes=minutes)


def pause(since: float, until: float | None, reason: str = "waiting_parts") -> Pause:
    return Pause(at(since), None if until is None else at(until), reason)


def clock(*pauses: Pause, stop: float | None = None, name: str = "handle", minutes: int = 60) -> Clock:
    """Sixty minutes to handle, from START."""
    return Clock(name, START, minutes, None if stop is None else at(stop), pauses)


def ran(clock_: Clock, now: float) -> float:
    return elapsed(clock_, at(now)).total_seconds() / 60


# ---------------------------------------------------------------- how long it has run


@pytest.mark.parametrize(
    ("pauses", "stop", "now", "minutes"),
    [
        ([], None, 0, 0),
        ([], None, 45, 45),
        ([], None, -5, 0),  # not begun
        ([], 30, 45, 30),
        ([], 30, 20, 20),  # stopped later than we look: it still ran
        ([], -5, 45, 0),  # stopped before its start, by another clock than ours
        ([(10, 20)], None, 45, 35),
        ([(10, 20)], None, 10, 10),
        ([(10, 20)], None, 15, 10),
        ([(10, 20)], None, 20, 10),
        ([(10, None)], None, 45, 10),
        ([(10, None)], 30, 45, 10),  # an open pause ends with the clock
        ([(10, 30), (20, 40)], None, 45, 15),  # overlapping ones count once
        ([(10, 40), (20, 30)], None, 45, 15),
        ([(10, 20), (10, 20)], None, 45, 35),
        ([(10, 20), (20, 30)], None, 45, 25),
        ([(10, None), (15, None)], None, 45, 10),
        ([(-20, -10)], None, 45, 45),  # before its life
        ([(-20, 10)], None, 45, 35),
        ([(35, 40)], 30, 45, 30),  # after it
        ([(25, 40)], 30, 45, 25),
        ([(50, None)], None, 45, 45),  # not begun
        ([(40, 100)], None, 45, 40),  # agreed to last longer
        ([(20, 10)], None, 45, 45),  # ended before it began
        ([(10, 10)], None, 45, 45),
    ],
)
def test_how_long_a_clock_has_run(pauses: list[tuple[float, float | None]], stop: float | None, now: float, minutes: float) -> None:
    assert ran(clock(*(pause(*p) for p in pauses), stop=stop), now) == minutes


@pytest.mark.parametrize("name", STOPS)
@pytest.mark.parametrize("reason", [*STOP_REASONS, "lunch", "busy", ""])
def test_only_the_reasons_on_its_list_hold_a_clock(name: str, reason: str) -> None:
    held = clock(pause(10, 20, reason), name=name)
    assert ran(held, 45) == (35 if reason in STOPS[name] else 45)
    assert counts(held, held.pauses[0]) is (reason in STOPS[name])


def test_nothing_holds_the_reply_and_everything_on_the_list_holds_the_handling() -> None:
    assert STOPS["reply"] == STOPS["dispatch"] == ()
    assert STOPS["handle"] == STOP_REASONS
    assert {reason for reasons in STOPS.values() for reason in reasons} == set(STOP_REASONS)


def test_a_clock_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError):
        clock(minutes=0)


# ---------------------------------------------------------------- when it is due


@pytest.mark.parametrize(
    ("pauses", "stop", "now", "due"),
    [
        ([], None, 0, 60),
        ([], None, 99, 60),
        ([(10, 20)], None, 5, 70),  # agreed ahead
        ([(10, 20)], None, 45, 70),
        ([(10, None)], None, 10, 60),
        ([(10, None)], None, 25, 75),  # moves with now
        ([(10, None)], None, 5, 60),  # as known then
        ([(10, 20), (65, 75)], None, 45, 80),
        ([(60, 75)], None, 80, 60),  # its time had run when that began
        ([(59, 75)], None, 80, 76),
        ([(10, None)], 30, 99, 80),
        ([], 30, 99, 60),
        ([(-20, 10)], None, 45, 70),
    ],
)
def test_when_a_clock_is_due(pauses: list[tuple[float, float | None]], stop: float | None, now: float, due: float) -> None:
    assert due_at(clock(*(pause(*p) for p in pauses), stop=stop), at(now)) == at(due)


# ---------------------------------------------------------------- its state


@pytest.mark.parametrize(
    ("clock_", "now", "expected"),
    [
        (clock(), at(-1), "running"),
        (clock(), at(0), "running"),
        (clock(), at(45) - EARLY, "running"),
        (clock(), at(45), "warned"),
        (clock(), at(60), "warned"),  # exactly at the limit it can still be kept
        (clock(), at(60) + EARLY, "overdue"),
        (clock(stop=0), at(99), "kept"),
        (clock(stop=60), at(60), "kept"),
        (clock(stop=60), at(99), "kept"),
        (Clock("handle", START, 60, at(60) + EARLY), at(99), "missed"),
        (clock(stop=50), at(50) - EARLY, "warned"),  # as known then
        (clock(stop=80), at(70), "overdue"),
        (clock(stop=80), at(80), "missed"),
        (clock(pause(10, None)), at(10) - EARLY, "running"),
        (clock(pause(10, None)), at(10), "paused"),
        (clock(pause(10, None)), at(999), "paused"),
        (clock(pause(10, 20)), at(20) - EARLY, "paused"),
        (clock(pause(10, 20)), at(20), "running"),
        (clock(pause(50, None)), at(999), "paused"),
        (clock(pause(60, None)), at(999), "paused"),
        (clock(pause(61, None)), at(999), "overdue"),  # too late to wait for anything
        (clock(pause(10, 30)), at(65), "warned"),
        (clock(pause(10, 30)), at(80), "warned"),
        (clock(pause(10, 30)), at(80) + EARLY, "overdue"),
        (clock(pause(10, 30), stop=80), at(99), "kept"),
        (clock(pause(10, None), stop=99), at(99), "kept"),
        (clock(pause(10, None, "lunch")), at(30), "running"),
        (clock(pause(10, None), name="reply"), at(61), "overdue"),
    ],
)
def test_the_state_of_a_clock(clock_: Clock, now: datetime, expected: str) -> None:
    assert state(clock_, now) == expected


@pytest.mark.parametrize(("now", "part"), [(0, 0.0), (15, 0.25), (60, 1.0), (90, 1.5)])
def test_how_much_of_its_time_has_run(now: float, part: float) -> None:
    assert fraction(clock(), at(now)) == part


# ---------------------------------------------------------------- warnings


@pytest.mark.parametrize(
    ("clock_", "now", "due"),
    [
        (clock(), at(45) - EARLY, []),
        (clock(), at(45), [("technician", 45)]),
        (clock(), at(60), [("technician", 45), ("supervisor", 60)]),
        (clock(), at(999), [("technician", 45), ("supervisor", 60), ("manager", 90)]),  # nobody looked in between
        (clock(stop=44), at(999), []),
        (clock(stop=45), at(999), []),  # stopped before its moment had passed
        (clock(stop=60), at(999), [("technician", 45)]),  # exactly at the limit is kept
        (clock(stop=70), at(999), [("technician", 45), ("supervisor", 60)]),
        (clock(pause(30, 50)), at(999), [("technician", 65), ("supervisor", 80), ("manager", 110)]),
        (clock(pause(50, 55)), at(999), [("technician", 45), ("supervisor", 65), ("manager", 95)]),
        (clock(pause(50, None)), at(999), [("technician", 45)]),
        (clock(pause(50, None, "lunch")), at(60), [("technician", 45), ("supervisor", 60)]),
    ],
)
def test_which_warnings_are_due(clock_: Clock, now: datetime, due: list[tuple[str, float]]) -> None:
    found = warnings_due(clock_, now)
    assert [(w.role, w.at) for w in found] == [(role, at(minutes)) for role, minutes in due]
    assert [w.fraction for w in found] == [part for part, _ in WARNINGS][: len(found)]


# ---------------------------------------------------------------- what must hold for all clocks

LAST = 200
minutes = st.integers(-60, LAST)
pauses_made = st.lists(
    st.builds(pause, minutes, st.none() | minutes, st.sampled_from([*STOP_REASONS, "lunch"])),
    max_size=6,
)
clocks_made = st.builds(
    lambda pauses, stop, name, length: clock(*pauses, stop=stop, name=name, minutes=length),
    pauses_made,
    st.none() | minutes,
    st.sampled_from(list(STOPS)),
    st.sampled_from([4, 20, 60, 100]),
)


def counted(clock_: Clock, now: int) -> int:
    """Every minute of its life looked at by itself."""
    found = 0
    for minute in range(-60, LAST):
        moment = at(minute)
        alive = clock_.started_at <= moment < at(now) and (clock_.stopped_at is None or moment < clock_.stopped_at)
        held = any(p.from_at <= moment and (p.until is None or moment < p.until) for p in clock_.pauses if p.reason in STOPS[clock_.name])
        found += alive and not held
    return found


@settings(deadline=None)
@given(clocks_made, minutes)
def test_it_ran_as_many_minutes_as_can_be_counted(clock_: Clock, now: int) -> None:
    assert ran(clock_, now) == counted(clock_, now)


@settings(deadline=None)
@given(clocks_made, minutes, minutes)
def test_it_never_runs_backwards_nor_faster_than_time(clock_: Clock, one: int, other: int) -> None:
    before, after = sorted((one, other))
    assert 0 <= ran(clock_, before) <= ran(clock_, after) <= max(0, after)
    assert ran(clock_, after) - ran(clock_, before) <= after - before


@settings(deadline=None)
@given(clocks_made, st.randoms(), minutes)
def test_the_order_of_pauses_changes_nothing(clock_: Clock, chance: Any, now: int) -> None:
    mixed = list(clock_.pauses)
    chance.shuffle(mixed)
    other = Clock(clock_.name, clock_.started_at, clock_.minutes, clock_.stopped_at, tuple(mixed))
    assert everything(other, now) == everything(clock_, now)


@settings(deadline=None)
@given(clocks_made, st.data(), minutes)
def test_one_pause_or_two_that_touch_are_the_same(clock_: Clock, data: st.DataObject, now: int) -> None:
    split: list[Pause] = []
    for since, until, reason in clock_.pauses:
        last = at(LAST) if until is None else until
        cut = since + (last - since) * data.draw(st.sampled_from([0, 0.25, 0.5, 1]))
        parts = [Pause(since, cut, reason), Pause(cut, until, reason)]
        split += parts if since <= cut <= at(now) else [Pause(since, until, reason)]  # nobody resumes ahead of time
    other = Clock(clock_.name, clock_.started_at, clock_.minutes, clock_.stopped_at, tuple(split))
    assert everything(other, now) == everything(clock_, now)


@settings(deadline=None)
@given(clocks_made, st.integers(-60, 100), st.integers(1, 100))
def test_a_deadline_written_down_tells_how_it_stands_later_as_long_as_nothing_happens(clock_: Clock, known: int, later: int) -> None:
    past = tuple(p if p.until is None or p.until <= at(known) else p._replace(until=None) for p in clock_.pauses if p.from_at < at(known))
    stop = clock_.stopped_at if clock_.stopped_at is not None and clock_.stopped_at <= at(known) else None
    known_clock = Clock(clock_.name, clock_.started_at, clock_.minutes, stop, past)
    due, held_at = held(known_clock, at(known))
    moment = at(known + later)
    assert due + (moment - held_at if held_at else timedelta(0)) == due_at(known_clock, moment)


def test_an_agreed_pause_moves_a_deadline_once_and_one_that_came_too_late_not_at_all() -> None:
    assert held(clock(pause(10, 30)), at(12)) == (at(80), None)
    assert held(clock(pause(10, None)), at(12)) == (at(62), at(12))
    assert held(clock(pause(61, None)), at(90)) == (at(60), None)


def everything(clock_: Clock, now: int) -> tuple[Any, ...]:
    moment = at(now)
    return elapsed(clock_, moment), due_at(clock_, moment), state(clock_, moment), warnings_due(clock_, moment)


@settings(deadline=None)
@given(clocks_made, minutes, minutes)
def test_a_warning_once_due_stays_due_with_its_moment(clock_: Clock, one: int, other: int) -> None:
    before, after = sorted((one, other))
    assert set(warnings_due(clock_, at(before))) <= set(warnings_due(clock_, at(after)))


@settings(deadline=None)
@given(clocks_made, minutes, minutes)
def test_a_stop_that_comes_to_light_takes_back_only_warnings_from_its_moment_on(clock_: Clock, stop: int, now: int) -> None:
    running = Clock(clock_.name, clock_.started_at, clock_.minutes, None, clock_.pauses)
    stopped = Clock(clock_.name, clock_.started_at, clock_.minutes, at(stop), clock_.pauses)
    left = [w for w in warnings_due(running, at(now)) if w.at < at(stop)]
    assert set(left) <= set(warnings_due(stopped, at(now)))
    assert all(w.at < at(stop) for w in warnings_due(stopped, at(now)))


@settings(deadline=None)
@given(clocks_made, minutes)
def test_state_share_due_moment_and_warnings_agree(clock_: Clock, now: int) -> None:
    moment = at(now)
    share, found, word = fraction(clock_, moment), warnings_due(clock_, moment), state(clock_, moment)
    assert (word in ("overdue", "missed")) == (share > 1)
    assert (word in ("kept", "missed")) == (clock_.stopped_at is not None and clock_.stopped_at <= moment)
    assert [w.at for w in found] == sorted(w.at for w in found)
    if word in ("running", "warned", "overdue"):
        assert [w.fraction for w in found] == [part for part, _ in WARNINGS if share >= part]
        assert (due_at(clock_, moment) < moment) == (word == "overdue")
    if word in ("overdue", "missed"):
        assert any(w.role == "supervisor" for w in found)
    if word == "kept":
        assert all(w.role == "technician" for w in found)


# ---------------------------------------------------------------- which clocks a request has

AGREEMENT = Agreement(
    START,
    handle_minutes=ByUrgency(600, 120),
    silence_minutes=ByUrgency(300, 40),
    handle_by_type={"lift": ByUrgency(200, 50)},
)


def told(*events: tuple[str, float], kind: str = "repair", urgency: str = "routine", type_code: str = "", now: float = 1000) -> list[Any]:
    """The request's clocks as (name, start, minutes, stop), with minutes from the report. Received at 0."""
    made = [Event(UUID(int=n + 1), verb, at(minute)) for n, (verb, minute) in enumerate((("received", 0), *events))]
    found = clocks_of(Facts(kind, urgency, type_code), standing(made), AGREEMENT, at(now))
    return [(c.name, _after(c.started_at), c.minutes, _after(c.stopped_at)) for c in found]


def _after(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - START).total_seconds() / 60


def only(name: str, clocks: list[Any]) -> list[Any]:
    """Start and stop of the clocks of that name."""
    return [(start, stop) for own, start, _, stop in clocks if own == name]


@pytest.mark.parametrize(
    ("kind", "urgency", "names"),
    [
        ("repair", "routine", {"dispatch": 15, "handle": 600, "silence": 300}),
        ("repair", "urgent", {"dispatch": 5, "on_site": 30, "handle": 120, "silence": 40}),
        ("complaint", "routine", {"reply": 60, "dispatch": 15, "handle": 600, "silence": 300}),
        ("complaint", "urgent", {"reply": 60, "dispatch": 5, "on_site": 30, "handle": 120, "silence": 40}),
        ("enquiry", "routine", {"reply": 60, "handle": 600, "silence": 300}),
        ("suggestion", "routine", {"dispatch": 15, "handle": 600, "silence": 300}),
    ],
)
def test_which_clocks_begin_with_a_request(kind: str, urgency: str, names: dict[str, int]) -> None:
    assert told(kind=kind, urgency=urgency) == [(name, 0, minutes, None) for name, minutes in names.items()]


def test_a_type_with_its_own_time_has_it() -> None:
    assert ("handle", 0, 200, None) in told(type_code="lift")
    assert ("handle", 0, 50, None) in told(type_code="lift", urgency="urgent")


@pytest.mark.parametrize(
    ("name", "events", "stop"),
    [
        ("reply", [("answered", 5)], 5),
        ("reply", [("told", 5)], 5),
        ("reply", [("assigned", 5), ("resolved", 20), ("result_told", 30)], 30),
        ("reply", [("closed", 5)], None),  # closing in silence is no reply
        ("reply", [("withdrawn", 5)], 5),
        ("reply", [("answered", 5), ("closed", 6), ("reopened", 7)], 5),
        ("dispatch", [("answered", 5)], None),
        ("dispatch", [("assigned", 5), ("assigned", 9)], 5),
        ("dispatch", [("arrived", 5), ("assigned", 9)], 5),  # who is there was sent
        ("dispatch", [("resolved", 5)], 5),
        ("on_site", [("assigned", 5)], None),
        ("on_site", [("assigned", 5), ("arrived", 9)], 9),
        ("on_site", [("withdrawn", 9)], 9),
        ("handle", [("assigned", 5), ("arrived", 9)], None),
        ("handle", [("assigned", 5), ("resolved", 9), ("closed", 20)], 9),
        ("handle", [("closed", 20)], 20),
    ],
)
def test_what_stops_each_clock(name: str, events: list[tuple[str, float]], stop: float | None) -> None:
    assert only(name, told(*events, kind="complaint", urgency="urgent"))[0] == (0, stop)


@pytest.mark.parametrize(
    ("events", "silences"),
    [
        ([], [(0, None)]),
        ([("assigned", 5), ("arrived", 9)], [(0, None)]),
        ([("answered", 0)], [(0, None)]),  # told on the telephone, as it was reported
        ([("answered", 5), ("told", 20)], [(0, 5), (5, 20), (20, None)]),
        ([("answered", 5), ("resolved", 20)], [(0, 5), (5, None)]),  # resolved, but not told
        ([("answered", 5), ("resolved", 20), ("result_told", 30)], [(0, 5), (5, 30)]),
        ([("resolved", 20), ("result_told", 30), ("told", 40)], [(0, 30)]),
        ([("answered", 5), ("closed", 20)], [(0, 5), (5, 20)]),
        ([("withdrawn", 20)], [(0, 20)]),
        ([("closed", 20), ("reopened", 50), ("told", 60)], [(0, 20), (50, 60), (60, None)]),
        ([("resolved", 20), ("reopened", 50)], [(0, 50), (50, None)]),
    ],
)
def test_the_silence_clock_begins_again_with_each_news(events: list[tuple[str, float]], silences: list[Any]) -> None:
    assert only("silence", told(*events)) == silences


def test_a_reopening_begins_new_clocks_and_leaves_the_old_ones_as_they_were() -> None:
    first = [("assigned", 5), ("resolved", 20), ("result_told", 25), ("closed", 30)]
    before = told(*first, urgency="urgent")
    clocks = told(*first, ("reopened", 90), ("assigned", 92), urgency="urgent")
    assert clocks[: len(before)] == before
    assert clocks[len(before) :] == [
        ("dispatch", 90, 5, 92),
        ("on_site", 90, 30, None),
        ("handle", 90, 120, None),
        ("silence", 90, 40, None),
    ]


def test_only_clocks_that_have_begun_are_there() -> None:
    events = [("answered", 5), ("told", 100), ("closed", 120), ("reopened", 200)]
    assert only("silence", told(*events, now=50)) == [(0, 5), (5, 100)]
    assert only("handle", told(*events, now=199)) == [(0, 120)]
    assert told(*events, now=-1) == []


def test_nothing_runs_for_a_request_that_has_not_come() -> None:
    lone = standing([Event(UUID(int=1), "assigned", at(5))])
    assert clocks_of(Facts("complaint", "urgent"), lone, AGREEMENT, at(50)) == []


def test_pauses_hold_those_clocks_of_a_request_that_they_may() -> None:
    events = [Event(UUID(int=1), "received", at(0))]
    facts = Facts("complaint", "urgent", pauses=(pause(10, None, "waiting_parts"), pause(10, 25, "appointment")))
    found = {c.name: ran(c, 30) for c in clocks_of(facts, standing(events), AGREEMENT, at(30))}
    assert found == {"reply": 30, "dispatch": 30, "on_site": 15, "handle": 10, "silence": 15}


verbs = st.sampled_from(["answered", "told", "assigned", "arrived", "resolved", "result_told", "closed", "reopened", "withdrawn"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(verbs, st.integers(1, 90)), max_size=10, unique_by=lambda e: e[1]),
    st.sampled_from(["repair", "complaint", "enquiry"]),
    st.integers(0, 90),
)
def test_clocks_are_told_apart_and_closing_or_time_takes_none_away(events: list[tuple[str, float]], kind: str, now: int) -> None:
    clocks = told(*events, kind=kind, urgency="urgent")
    keys = [(name, start) for name, start, _, _ in clocks]
    assert len(keys) == len(set(keys))
    assert told(*events, kind=kind, urgency="urgent", now=now) == [c for c in clocks if c[1] <= now]
    assert all(stop is None or stop >= start for _, start, _, stop in clocks)
