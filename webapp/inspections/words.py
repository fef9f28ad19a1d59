"""Kinds of questions, grades, severities, modes and states of inspections in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.core.i18n import language
from webapp.inspections.content import Question

KIND_WORDS: dict[str, LazyString] = {
    "pass": lazy_gettext("Pass, flag or fail"),
    "yes_no": lazy_gettext("Yes or no"),
    "choice": lazy_gettext("One of several"),
    "several": lazy_gettext("Several of them"),
    "number": lazy_gettext("Number"),
    "text": lazy_gettext("Words"),
    "photo": lazy_gettext("Photo"),
    "reading": lazy_gettext("Meter reading"),
    "signature": lazy_gettext("Signature"),
    "instruction": lazy_gettext("Instruction"),
}
GRADE_WORDS: dict[str, LazyString] = {"pass": lazy_gettext("Pass"), "flag": lazy_gettext("Flag"), "fail": lazy_gettext("Fail")}
GRADE_MARKS = {"pass": "done", "flag": "doubtful", "fail": "missed"}
SEVERITY_WORDS: dict[str, LazyString] = {
    "minor": lazy_gettext("Minor"),
    "major": lazy_gettext("Major"),
    "danger": lazy_gettext("Danger"),
}
PHOTO_WORDS: dict[str, LazyString] = {
    "never": lazy_gettext("Not asked for"),
    "fail": lazy_gettext("Where it fails"),
    "always": lazy_gettext("Always"),
}
ROLE_WORDS: dict[str, LazyString] = {
    "before": lazy_gettext("Photo of before"),
    "after": lazy_gettext("Photo of after"),
    "agent": lazy_gettext("Agent used"),
    "dose": lazy_gettext("Dose"),
    "area": lazy_gettext("Area treated"),
    "keep_off": lazy_gettext("Hours to keep off"),
}
PURPOSE_WORDS: dict[str, LazyString] = {
    "check": lazy_gettext("Inspection"),
    "work": lazy_gettext("Record of work done"),
    "spot": lazy_gettext("Spot check that scores an area"),
}
MODE_WORDS: dict[str, LazyString] = {
    "always": lazy_gettext("In any weather"),
    "storm": lazy_gettext("Only in storm mode"),
    "calm": lazy_gettext("Not in storm mode"),
}
UNIT_WORDS: dict[str, LazyString] = {
    "day": lazy_gettext("days"),
    "week": lazy_gettext("weeks"),
    "month": lazy_gettext("months"),
    "year": lazy_gettext("years"),
}
LINE_WORDS: dict[str, LazyString] = {
    "done": lazy_gettext("Done"),
    "late": lazy_gettext("Done late"),
    "missed": lazy_gettext("Missed"),
    "due": lazy_gettext("Due"),
    "overdue": lazy_gettext("Overdue"),
}
LINE_MARKS = {"done": "done", "late": "late", "missed": "missed", "due": "open", "overdue": "missed"}


def question_text(question: Question, name: str = "text") -> str:
    """A question's text, or its guidance, in the reader's language."""
    english = getattr(question, f"{name}_en")
    return english if language() == "en" and english else str(getattr(question, name))


def choice_word(question: Question, value: str) -> str:
    """One of its choices in the reader's language; what was answered is always the Chinese one."""
    if language() == "en" and question.choices_en and value in question.choices:
        return question.choices_en[question.choices.index(value)]
    return value


def choice_pairs(question: Question) -> list[tuple[str, str]]:
    """Its choices: what is kept, and the word that is shown."""
    return [(value, choice_word(question, value)) for value in question.choices]


def answer_words(question: Question, value: Any) -> str:
    """What was answered, in words; nothing for photos and signatures, which are shown."""
    if value is None or value in ("", []):
        return _("not answered") if question.kind != "instruction" else ""
    match question.kind:
        case "pass":
            return str(GRADE_WORDS.get(str(value), value))
        case "yes_no":
            return _("yes") if value is True else _("no")
        case "choice":
            return choice_word(question, str(value))
        case "several":
            return _(", ").join(choice_word(question, str(one)) for one in value) if isinstance(value, list) else str(value)
        case "number" | "reading":
            return f"{value} {question.unit}".strip()
        case "text":
            return str(value)
    return ""


def range_words(question: Question) -> str:
    """The range that passes."""
    low, high = (f"{limit:g}" if limit is not None else "" for limit in (question.low, question.high))
    if low and high:
        return _("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=question.unit)
    if low:
        return _("at least %(low)s %(unit)s", low=low, unit=question.unit)
    return _("at most %(high)s %(unit)s", high=high, unit=question.unit) if high else ""
