"""Answers against their checklist: what is asked, what is missing, what fails, and the score with its reasons. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from webapp.inspections.content import ANSWERED, SCORED, Content, Question

Answers = Mapping[str, Any]
MOST_SHOWN = 10**12  # no meter has more digits (`equipment.bodies.ReadingBody`)
MOST_KEEP_OFF = timedelta(days=60)  # longer is a slip of the finger
WORTH = {"pass": 1.0, "flag": 0.5, "fail": 0.0}


@dataclass(frozen=True)
class Finding:
    """A question that failed or was flagged."""

    question: Question
    grade: str  # fail or flag
    text: str


@dataclass(frozen=True)
class Verdict:
    """What became of an inspection. `score`: of 100, None where nothing counts; `missing`: required and not answered; `odd`: not answerable so."""

    score: int | None
    passed: bool
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    odd: tuple[str, ...]


def asked(content: Content, answers: Answers) -> list[Question]:
    """The questions that are asked, given what was answered before them."""
    found: list[Question] = []
    shown: set[str] = set()
    for question in content.questions:
        when = question.when
        if when is None or (when.question in shown and _said(answers, when.question) in when.equals):
            found.append(question)
            shown.add(question.id)
    return found


def _said(answers: Answers, question_id: str) -> Any:
    """What was answered, without the words and photos beside it."""
    answer = answers.get(question_id)
    return answer.get("value") if isinstance(answer, Mapping) else answer


def is_answer(question: Question, value: Any) -> bool:
    """Can that question be answered so?"""
    match question.kind:
        case "pass":
            return isinstance(value, str) and value in WORTH
        case "yes_no":
            return isinstance(value, bool)
        case "choice":
            return value in question.choices
        case "several":
            return isinstance(value, list) and all(isinstance(one, str) and one in question.choices for one in value)
        case "number" | "reading":
            is_figure = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            return is_figure and not (question.kind == "reading" and question.meter and not 0 <= value < MOST_SHOWN)
        case "text":
            return isinstance(value, str) and bool(value.strip())
        case "photo" | "signature":
            return bool(value)
    return False


def grade(question: Question, value: Any) -> str | None:
    """pass, flag or fail; None for a question that is not judged."""
    if question.kind == "pass":
        return str(value)
    if question.kind == "yes_no":
        return "pass" if ("yes" if value else "no") in (question.good or ("yes",)) else "fail"
    if question.kind == "choice" and question.good:
        return "pass" if value in question.good else "fail"
    if question.kind == "number" and (question.low is not None or question.high is not None):
        low = -math.inf if question.low is None else question.low
        high = math.inf if question.high is None else question.high
        return "pass" if low <= value <= high else "fail"
    return None


def judge(content: Content, answers: Answers) -> Verdict:
    """Everything about an inspection that follows from its answers."""
    findings: list[Finding] = []
    missing: list[str] = []
    odd: list[str] = []
    got = possible = 0.0
    for question in asked(content, answers):
        value = _said(answers, question.id)
        if question.kind not in ANSWERED:
            continue
        if value is None or value in ("", []):
            if question.required:
                missing.append(question.id)
            continue
        if not is_answer(question, value):
            odd.append(question.id)
            continue
        graded = grade(question, value)
        if graded in ("flag", "fail"):
            findings.append(Finding(question, graded, _words(answers, question.id)))
        if graded is not None and question.kind in SCORED and question.weight:
            possible += question.weight
            got += question.weight * WORTH[graded]
    score = round(100 * got / possible) if possible else None
    failed_hard = any(finding.grade == "fail" and finding.question.severity == "danger" for finding in findings)
    passed = not missing and not odd and not failed_hard and (score is None or score >= content.pass_score)
    return Verdict(score, passed, tuple(findings), tuple(missing), tuple(odd))


def _words(answers: Answers, question_id: str) -> str:
    answer = answers.get(question_id)
    return str(answer.get("text") or "")[:2_000] if isinstance(answer, Mapping) else ""


def all_normal(content: Content) -> dict[str, Any]:
    """The answers of "all normal": every judged question passes; the others are left to be asked."""
    answers: dict[str, Any] = {}
    for question in content.questions:
        if question.kind == "pass":
            answers[question.id] = {"value": "pass"}
        elif question.kind == "yes_no":
            answers[question.id] = {"value": (question.good or ("yes",))[0] == "yes"}
        elif question.kind == "choice" and question.good:
            answers[question.id] = {"value": question.good[0]}
    shown = {question.id for question in asked(content, answers)}
    return {key: value for key, value in answers.items() if key in shown}


def to_look_at_again(content: Content, answers: Answers) -> list[str]:
    """Ids of the questions that a re-inspection 复检 asks: those that failed or were flagged."""
    return [finding.question.id for finding in judge(content, answers).findings]


def narrowed(content: Content, question_ids: Iterable[str]) -> Content:
    """The same checklist with these questions only, as a re-inspection asks it; all of it when none of them is in it any more."""
    wanted = set(question_ids)
    sections = [
        section.model_copy(
            update={"questions": tuple(one.model_copy(update={"when": None}) for one in section.questions if one.id in wanted)}
        )
        for section in content.sections
    ]
    left = tuple(section for section in sections if section.questions)
    return content.model_copy(update={"sections": left}) if left else content


def keep_off(content: Content, answers: Answers) -> timedelta | None:
    """For how long people are to keep off after a treatment: the longest that was answered, at most MOST_KEEP_OFF; None where nothing was."""
    hours = [
        _said(answers, question.id)
        for question in asked(content, answers)
        if question.role == "keep_off" and is_answer(question, _said(answers, question.id))
    ]
    longest = max(hours, default=0)
    return min(timedelta(hours=min(longest, 10_000)), MOST_KEEP_OFF) if longest > 0 else None


def readings(content: Content, answers: Answers) -> list[tuple[Question, Decimal]]:
    """What meters showed: the questions that are asked and name one, with their answers, to a thousandth."""
    found = []
    for question in asked(content, answers):
        value = _said(answers, question.id)
        if question.kind == "reading" and question.meter and is_answer(question, value):
            found.append((question, round(Decimal(str(value)), 3)))
    return found


def told(content: Content, answers: Answers, role: str) -> tuple[Question, Any] | None:
    """The question that has this role, with its answer; None where it was not answered."""
    for question in asked(content, answers):
        value = _said(answers, question.id)
        if question.role == role and value is not None and is_answer(question, value):
            return question, value
    return None
