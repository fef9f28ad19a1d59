"""Areas: what plans ask for while a place is one, which months a plan falls into, for how long people keep off, and whence the frequencies are."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from webapp.equipment.due import Interval
from webapp.inspections import grades
from webapp.inspections.areas import months_planned
from webapp.inspections.content import Content
from webapp.inspections.models import InspectionPlan
from webapp.inspections.planned import Doing, Planned, Storms, lines_of
from webapp.inspections.rules import keep_off, told

A = uuid4()
MONDAY = date(2026, 11, 23)
DAYS = st.integers(-40, 40).map(lambda n: MONDAY + timedelta(days=n))


def content(**more: Any) -> Content:
    asked = [{"id": "off", "kind": "number", "text": "h", "role": "keep_off"} | more]
    return Content.model_validate({"sections": [{"name": "A", "questions": asked}]})


@given(DAYS, st.one_of(st.none(), DAYS), st.integers(1, 9), st.booleans())
def test_a_place_owes_nothing_before_it_is_an_area_and_after(begin: date, end: date | None, every: int, from_completion: bool) -> None:
    plan = Planned(Interval(every, "day", MONDAY - timedelta(days=30), from_completion), (A,), spans={A: ((begin, end),)})
    for line in lines_of(plan, [], datetime.combine(MONDAY, time(12)), Storms()):
        assert begin <= line.due_on and (end is None or line.due_on < end)


@given(st.integers(-20, 40).map(lambda n: MONDAY + timedelta(days=n)))
def test_what_was_done_is_never_taken_away(day: date) -> None:
    plan = Planned(Interval(1, "day", MONDAY - timedelta(days=50)), (A,), spans={A: ((MONDAY, None),)})
    lines = lines_of(
        plan, [Doing(A, uuid4(), datetime.combine(day, time(9)))], datetime.combine(MONDAY + timedelta(days=41), time(12)), Storms()
    )
    assert [line.done_on for line in lines if line.done_on] == [day]


def test_a_new_area_is_asked_for_at_once_where_it_counts_from_completion() -> None:
    plan = Planned(Interval(15, "day", MONDAY - timedelta(days=40), True), (A,), spans={A: ((MONDAY, None),)})
    assert [(line.due_on, line.state) for line in lines_of(plan, [], datetime.combine(MONDAY, time(8)), Storms())] == [(MONDAY, "due")]


@pytest.mark.parametrize(
    ("months", "begins", "ends", "expected"),
    [
        ([], date(2026, 3, 15), None, list(range(3, 13))), ([4, 10, 11], date(2026, 5, 1), None, [10, 11]), ([], date(2025, 1, 1), date(2026, 3, 1), [1, 2]),
        ([], date(2025, 1, 1), date(2026, 3, 2), [1, 2, 3]), ([12], date(2027, 1, 1), None, []), ([2], date(2026, 2, 28), None, [2]),
    ],
)  # fmt: skip
def test_the_months_in_which_a_plan_asks(months: list[int], begins: date, ends: date | None, expected: list[int]) -> None:
    assert months_planned(InspectionPlan(months=months, begins_on=begins, ends_on=ends), 2026) == expected


def test_how_long_people_keep_off() -> None:
    assert keep_off(content(), {"off": {"value": 36}}) == timedelta(hours=36)
    assert keep_off(content(), {}) is None and keep_off(content(role=""), {"off": {"value": 36}}) is None
    assert told(content(), {"off": {"value": 36}}, "keep_off") is not None and told(content(), {}, "keep_off") is None


@pytest.mark.parametrize(("kind", "role"), [("text", "keep_off"), ("pass", "before"), ("number", "after"), ("photo", "area")])
def test_what_an_answer_means_must_fit_its_kind(kind: str, role: str) -> None:
    with pytest.raises(ValidationError):
        content(kind=kind, role=role)


def test_every_frequency_says_whence_it_is_and_how_sure_that_is() -> None:
    for rate in grades.RATES:
        assert rate.kind in grades.KINDS and rate.grade in grades.GRADES and rate.source and rate.confidence in "ABC"
        Interval(rate.every, rate.unit, MONDAY)


NAMED = ("中物协", "上海", "珠海", "湛江", "北京")


def test_every_grade_of_cleaning_and_greening_has_standards_that_name_their_city_or_association() -> None:
    for kind in grades.KINDS.values():
        for grade in grades.GRADES:
            said = [*grades.rates_of(kind.code, grade), *grades.standards_of(kind.code, grade)]
            assert said or kind.service != "greening" or kind.code == "water", (kind.code, grade)
            assert all(any(name in one.source for name in NAMED) for one in said), said
    for code in ("stairs", "refuse", "lawn", "beds", "trees"):
        assert {rate.grade for rate in (*grades.RATES, *grades.STANDARDS) if getattr(rate, "kind", code) == code} >= (
            {1, 2, 4, 5} if code == "refuse" else {1, 2, 3, 4, 5}
        )


def test_a_lower_grade_is_never_asked_for_more_of_the_same_by_the_same_standard() -> None:
    step = {"day": 1, "week": 7, "month": 30, "year": 365}
    seen = 0
    for one, other in itertools.combinations(grades.RATES, 2):
        if one.source[:4] == other.source[:4] and (one.kind, one.task) == (other.kind, other.task) and one.grade < other.grade:
            seen += 1
            assert one.every * step[one.unit] <= other.every * step[other.unit], (one, other)
    assert seen > 8
