"""What plans ask for and what became of it: hours, weekdays, seasons, storms, one for all or everybody."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from webapp.equipment.due import Interval
from webapp.inspections.content import Content
from webapp.inspections.planned import Doing, Line, Planned, Storms, lines_of, storm_days
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


def test_days_off_are_not_asked_for() -> None:
    lines = lines_of(plan(weekdays=frozenset({0, 2})), [], at(MONDAY + timedelta(days=2)), CALM)
    assert [day for day, _state in states(lines)] == [23, 25]


def test_where_everybody_must_each_has_a_line() -> None:
    lines = lines_of(plan(people=(ANN, BOB)), [did(MONDAY)], at(MONDAY), CALM)
    assert {(line.person, line.state) for line in lines if line.due_on == MONDAY} == {(ANN, "done"), (BOB, "due")}
    shared = lines_of(plan(), [did(MONDAY, person=BOB)], at(MONDAY), CALM)
    assert states(shared)[0] == (23, "done")


def test_a_storm_adds_and_takes_away() -> None:
    tuesday = MONDAY + timedelta(days=1)
    stormy = Storms(storm_days([(MONDAY, MONDAY)]), now=False)
    assert states(lines_of(plan(mode="storm"), [], at(tuesday), stormy)) == [(23, "missed")]
    assert [day for day, _s in states(lines_of(plan(mode="calm"), [], at(tuesday), stormy))] == [24]
    assert [day for day, _s in states(lines_of(plan(mode="storm"), [], at(MONDAY), Storms(now=True)))] == [23]
    assert lines_of(plan(mode="storm"), [], at(MONDAY), CALM) == []


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
