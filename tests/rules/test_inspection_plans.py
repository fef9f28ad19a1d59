"""What plans ask for and what became of it: hours, weekdays, seasons, storms, one for all or everybody."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.equipment.due import Interval
from webapp.inspections.content import Content
from webapp.inspections.planned import ALWAYS, Doing, Line, Planned, Storms, lines_of, read_from
from webapp.inspections.rules import judge, narrowed

A, B, ANN, BOB = uuid4(), uuid4(), uuid4(), uuid4()
MONDAY = date(2026, 11, 23)
CALM = Storms()


def plan(every: int = 1, unit: Any = "day", begins: date = MONDAY, points: tuple[UUID, ...] = (A,), **more: Any) -> Planned:
    season = more.pop("months", frozenset())
    return Planned(Interval(every, unit, begins, more.pop("from_completion", False), season), points, **more)


def did(day: date, hour: int = 9, point: UUID = A, person: UUID = ANN) -> Doing:
    return Doing(point, person, datetime.combine(day, time(hour)))


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour))


def states(lines: list[Line]) -> list[tuple[int, str]]:
    return [(line.due_on.day, line.state) for line in lines]


def test_each_day_is_done_late_missed_or_due() -> None:
    swept = plan(until_time=time(11))
    wednesday = MONDAY + timedelta(days=2)
    lines = lines_of(swept, [did(MONDAY, 10)], at(wednesday, 8), CALM)
    assert states(lines)[:3] == [(23, "done"), (24, "missed"), (25, "due")]
    assert states(lines_of(swept, [did(MONDAY, 15)], at(MONDAY, 16), CALM))[0] == (23, "late")
    assert states(lines_of(swept, [], at(MONDAY, 12), CALM))[0] == (23, "overdue")


def test_a_daily_one_counted_from_completion_waits_until_it_is_done() -> None:
    swept, thursday = plan(from_completion=True), MONDAY + timedelta(days=3)
    assert states(lines_of(swept, [], at(thursday), CALM)) == [(23, "overdue")]
    assert states(lines_of(swept, [did(thursday)], at(thursday), CALM)) == [(23, "late"), (27, "due")]


def test_what_was_due_before_a_plan_was_made_is_open_at_most() -> None:
    made_on = MONDAY + timedelta(days=4)
    for each, expected in ((plan(made_on=made_on), [(27, "due")]), (plan(every=3, made_on=made_on), [(26, "due")])):
        assert states(lines_of(each, [], at(made_on), CALM))[: len(expected)] == expected
    waited = plan(every=3, made_on=made_on, from_completion=True)
    assert states(lines_of(waited, [did(made_on)], at(made_on), CALM))[0] == (23, "done")


def test_days_off_are_not_asked_for() -> None:
    lines = lines_of(plan(weekdays=frozenset({0, 2})), [], at(MONDAY + timedelta(days=2)), CALM)
    assert [day for day, _state in states(lines)] == [23, 25]


def test_where_everybody_must_each_has_a_line() -> None:
    lines = lines_of(plan(people={ANN: (ALWAYS,), BOB: (ALWAYS,)}), [did(MONDAY)], at(MONDAY), CALM)
    assert {(line.person, line.state) for line in lines if line.due_on == MONDAY} == {(ANN, "done"), (BOB, "due")}
    shared = lines_of(plan(), [did(MONDAY, person=BOB)], at(MONDAY), CALM)
    assert states(shared)[0] == (23, "done")


def test_a_storm_adds_and_takes_away() -> None:
    tuesday = MONDAY + timedelta(days=1)
    stormy = Storms(((at(MONDAY, 0), at(tuesday, 0)),))
    assert states(lines_of(plan(mode="storm"), [], at(tuesday), stormy)) == [(23, "missed")]
    assert [day for day, _s in states(lines_of(plan(mode="calm"), [], at(tuesday), stormy))] == [24]
    assert [day for day, _s in states(lines_of(plan(mode="storm"), [], at(MONDAY), Storms(((at(MONDAY, 10), None),))))] == [23]
    assert lines_of(plan(mode="storm"), [], at(MONDAY), CALM) == []


@pytest.mark.parametrize(
    ("mode", "hours", "now", "expected"),
    [  # a storm from 16 to 21 on Monday
        ("calm", (8, 11), 12, [(23, "overdue")]),  # over before it came: missed is missed
        ("calm", (8, 11), 18, [(23, "overdue")]),
        ("calm", (17, 20), 15, [(23, "due")]),
        ("calm", (17, 20), 18, []),  # not asked for while it lasts
        ("calm", (17, 20), 23, []),  # nor afterwards, when it lasted past its hours: that evening's task was not missed
        ("calm", (17, 20), 36, [(24, "due")]),
        ("calm", (8, 22), 18, []),
        ("calm", (8, 22), 21, [(23, "due")]),  # it is there again once the storm has ended
        ("storm", (0, 23), 15, []),
        ("storm", (0, 23), 18, [(23, "due")]),
        ("storm", (0, 23), 22, [(23, "missed")]),  # switched off: no phone offers it any more
        ("storm", (0, 23), 36, [(23, "missed")]),
        ("storm", (8, 11), 18, []),  # it came after its hours
        ("storm", (18, 20), 17, [(23, "due")]),
        ("always", (8, 22), 18, [(23, "due")]),
    ],
)
def test_a_storm_holds_from_the_switch_on_to_the_switch_off(
    mode: str, hours: tuple[int, int], now: int, expected: list[tuple[int, str]]
) -> None:
    evening = Storms(((at(MONDAY, 16), at(MONDAY, 21)),))
    asked = plan(mode=mode, from_time=time(hours[0]), until_time=time(hours[1]))
    moment = at(MONDAY, 0) + timedelta(hours=now)
    known = Storms(((at(MONDAY, 16), at(MONDAY, 21) if moment >= at(MONDAY, 21) else None),)) if now >= 16 else CALM
    lines = states(lines_of(asked, [], moment, known))
    assert [line for line in lines if line[0] <= moment.day] == expected
    if now >= 21:
        assert lines_of(asked, [], moment, evening) == lines_of(asked, [], moment, known)


def test_a_season_and_an_end() -> None:
    assert lines_of(plan(1, "week", months=frozenset({6})), [], at(MONDAY), CALM)[-1].due_on.month == 6
    ended = plan(ends_on=MONDAY + timedelta(days=1))
    assert states(lines_of(ended, [], at(MONDAY + timedelta(days=3)), CALM)) == [(23, "missed")]


@given(st.integers(0, 3_000), st.integers(1, 10), st.sampled_from(["day", "week"]))
def test_an_old_plan_asks_for_the_same_days_as_if_all_were_counted(age: int, every: int, unit: Any) -> None:
    old = plan(every, unit, MONDAY - timedelta(days=age))
    lines = lines_of(old, [], at(MONDAY), CALM)
    step = every * (7 if unit == "week" else 1)
    assert all((line.due_on - old.interval.begins_on).days % step == 0 for line in lines)
    assert len(lines) <= 70 and (lines[-1].due_on >= MONDAY or lines[-1].state == "overdue")


spacings = st.tuples(st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 9))


@given(spacings, st.booleans(), st.booleans(), st.lists(st.integers(0, 4_000), max_size=30), st.integers(0, 1_000))
def test_times_are_told_the_same_from_what_was_read_as_from_everything(
    spacing: tuple[Any, int], from_completion: bool, in_season: bool, ages: list[int], back: int
) -> None:
    """However old the last doing is: what was done since `read_from` and the last doing before it say all about the times since a day."""
    season = frozenset({4, 5, 6, 7, 8, 9} if in_season else ())
    asked = plan(spacing[1], spacing[0], MONDAY - timedelta(days=4_000), from_completion=from_completion, months=season)
    since = MONDAY - timedelta(days=back)
    all_done = [did(MONDAY - timedelta(days=age)) for age in sorted(ages, reverse=True)]
    first = read_from(asked.interval, since)
    read = [one for one in all_done if one.at.date() >= first]
    before = [one for one in all_done if one.at.date() < first] if from_completion else []

    def told(doings: list[Doing]) -> list[Line]:
        return [
            line for line in lines_of(asked, doings, at(MONDAY), CALM, since) if line.due_on >= since or line.state in ("due", "overdue")
        ]

    assert told([*before[-1:], *read]) == told(all_done)


def test_a_plan_counted_from_completion_remembers_its_last_doing_however_old() -> None:
    rare = plan(5, "year", MONDAY - timedelta(days=5_000), from_completion=True)
    (last, coming) = lines_of(rare, [did(MONDAY - timedelta(days=1_700))], at(MONDAY), CALM)[-2:]
    assert last.done_on == MONDAY - timedelta(days=1_700)
    assert coming.state == "due" and coming.due_on > MONDAY


def test_an_area_that_ended_and_began_again_keeps_the_times_of_before() -> None:
    first, second = MONDAY - timedelta(days=60), MONDAY - timedelta(days=2)
    span = {A: ((first, MONDAY - timedelta(days=30)), (second, None))}
    asked = plan(7, "day", first, from_completion=True, spans=span)
    lines = lines_of(asked, [did(first)], at(MONDAY), CALM)
    assert [(line.due_on, line.state) for line in lines] == [(first, "done"), (first + timedelta(days=7), "overdue"), (second, "overdue")]


def test_a_re_inspection_asks_what_failed_and_judges_nothing_else() -> None:
    questions = [
        {"id": "a", "kind": "pass", "text": "A"},
        {"id": "b", "kind": "pass", "text": "B", "when": {"question": "a", "equals": ["fail"]}},
    ]
    content = Content.model_validate({"sections": [{"name": "All", "questions": questions}]})
    again = narrowed(content, ["b"])
    assert [one.id for one in again.questions] == ["b"]
    assert judge(again, {"b": {"value": "pass"}}).passed
    assert narrowed(content, ["gone"]) == content
