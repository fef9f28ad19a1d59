"""Answers against their checklist: what is asked, what is missing, what fails, the score; and what checklists may not be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from webapp.inspections.content import Content
from webapp.inspections.rules import all_normal, asked, judge, to_look_at_again


def content(*questions: dict[str, Any], pass_score: int = 90) -> Content:
    made = [{"kind": "pass", "text": f"Question {n}"} | {"id": f"q{n}"} | q for n, q in enumerate(questions, 1)]
    return Content.model_validate({"sections": [{"name": "All", "questions": made}], "pass_score": pass_score})


FLOOR = content(
    {"text": "地面无垃圾", "weight": 3, "raises": "dirt", "photo": "fail"},
    {"kind": "yes_no", "text": "灯亮吗"},
    {"kind": "number", "text": "温度", "low": 5, "high": 35, "unit": "°C"},
    {"kind": "choice", "text": "气味", "choices": ["无", "轻微", "明显"], "good": ["无", "轻微"]},
    {"kind": "text", "text": "说明", "required": False, "weight": 0},
    {"kind": "yes_no", "text": "已通知住户", "when": {"question": "q2", "equals": [False]}},
    {"kind": "instruction", "text": "锁好工具间"},
)
GOOD = {"q1": {"value": "pass"}, "q2": {"value": True}, "q3": {"value": 20}, "q4": {"value": "无"}}


def ids(questions: list[Any]) -> list[str]:
    return [question.id for question in questions]


def test_everything_good_is_a_hundred() -> None:
    verdict = judge(FLOOR, GOOD)
    assert (verdict.score, verdict.passed, verdict.findings, verdict.missing, verdict.odd) == (100, True, (), (), ())


def test_a_condition_asks_only_then() -> None:
    assert ids(asked(FLOOR, GOOD)) == ["q1", "q2", "q3", "q4", "q5", "q7"]
    assert ids(asked(FLOOR, GOOD | {"q2": {"value": False}})) == ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]
    assert judge(FLOOR, GOOD | {"q2": {"value": False}}).missing == ("q6",)
    assert judge(FLOOR, GOOD | {"q6": {"value": False}}).score == 100  # not asked, so not judged


@pytest.mark.parametrize(
    ("answers", "score", "passed", "found"),
    [
        ({"q1": {"value": "fail", "text": "烟头"}}, 50, False, [("q1", "fail")]),
        ({"q1": {"value": "flag"}}, 75, False, [("q1", "flag")]),
        ({"q3": {"value": 36}}, 83, False, [("q3", "fail")]),
        ({"q3": {"value": 35}}, 100, True, []),
        ({"q4": {"value": "明显"}}, 83, False, [("q4", "fail")]),
    ],
)
def test_the_score_says_what_counted(answers: dict[str, Any], score: int, passed: bool, found: list[tuple[str, str]]) -> None:
    verdict = judge(FLOOR, GOOD | answers)
    assert (verdict.score, verdict.passed) == (score, passed)
    assert [(f.question.id, f.grade) for f in verdict.findings] == found
    assert to_look_at_again(FLOOR, GOOD | answers) == [question for question, _grade in found]


def test_one_danger_fails_whatever_the_score() -> None:
    lift = content({"severity": "danger", "weight": 1}, {"weight": 100})
    assert judge(lift, {"q1": {"value": "fail"}, "q2": {"value": "pass"}}).score == 99
    assert not judge(lift, {"q1": {"value": "fail"}, "q2": {"value": "pass"}}).passed


@pytest.mark.parametrize(
    "odd", [{"q1": {"value": "maybe"}}, {"q2": {"value": "yes"}}, {"q3": {"value": "20"}}, {"q3": {"value": True}}, {"q4": {"value": "浓"}}]
)
def test_what_is_no_answer_is_odd_and_fails_nothing_else(odd: dict[str, Any]) -> None:
    verdict = judge(FLOOR, GOOD | odd)
    assert verdict.odd == tuple(odd)
    assert not verdict.passed
    assert verdict.findings == ()


def test_all_normal_passes_what_can_be_judged_and_leaves_the_rest_to_be_asked() -> None:
    answers = all_normal(FLOOR)
    assert answers == {"q1": {"value": "pass"}, "q2": {"value": True}, "q4": {"value": "无"}}
    assert judge(FLOOR, answers).missing == ("q3",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "choice", "choices": ["one"]},
        {"kind": "choice", "choices": ["a", "b"], "good": ["c"]},
        {"kind": "several", "choices": []},
        {"kind": "number", "low": 2, "high": 1},
        {"id": "Q 1"},
        {"text": ""},
        {"weight": -1},
        {"when": {"question": "later", "equals": [True]}},
        {"kind": "dance"},
        {"colour": "green"},
    ],
)
def test_what_is_no_checklist_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        content(wrong)


def test_ids_are_used_once_and_lists_end() -> None:
    with pytest.raises(ValidationError):
        content({"id": "a"}, {"id": "a"})
    with pytest.raises(ValidationError):
        content(*({} for _ in range(301)))
    assert len(content(*({} for _ in range(300))).questions) == 300


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.sampled_from(["", "pass", "fail", "无", "yes"]),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([f"q{n}" for n in range(1, 9)]), st.one_of(anything, st.fixed_dictionaries({"value": anything}))))
def test_whatever_comes_it_is_judged_and_never_better_than_perfect(answers: dict[str, Any]) -> None:
    verdict = judge(FLOOR, answers)
    assert verdict.score is None or 0 <= verdict.score <= 100
    assert not verdict.passed or not (verdict.missing or verdict.odd)
