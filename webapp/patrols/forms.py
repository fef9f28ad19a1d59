"""Checked values from the forms of routes and schedules."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator, model_validator

from webapp.patrols import rules
from webapp.patrols.planning import rule_of

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
CLOCK = re.compile("([01]?\\d|2[0-3])[:\uff1a]([0-5]\\d)")  # also with the full-width colon of Chinese keyboards


class RouteForm(BaseModel):
    """A route: names, service, and its points as JSON in the order walked (made by the page's editor)."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str | None, Field(max_length=80)] = None
    service: Literal["security", "order", "repair", "cleaning", "greening", "service"] = "security"


class Question(BaseModel):
    """A question at a point. `raises`: code of the type of work that a no, or any choice but the first, asks for."""

    id: Annotated[str, Field(min_length=1, max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=200)]
    text_en: Annotated[str | None, Field(max_length=200)] = None
    kind: Literal["yes_no", "choice", "number", "text"]
    choices: Annotated[list[str], Field(max_length=20)] = []
    unit: Annotated[str | None, Field(max_length=20)] = None
    required: bool = False
    raises: Annotated[str | None, Field(max_length=20)] = None


class PointForm(BaseModel):
    """One row of a route's points."""

    checkpoint_id: UUID
    order_fixed: bool = False
    expected_minutes: Minutes | None = None
    not_before_minutes: Minutes | None = None
    min_interval_minutes: Minutes = 10
    questions: list[Question] = []


def points_in(form: Any) -> list[dict[str, Any]]:
    """The rows of the points table: repeated fields, one value a row, in the order shown. Raises pydantic's ValidationError."""
    rows = []
    fixed = set(form.getlist("order_fixed"))
    columns = ("expected_minutes", "not_before_minutes", "min_interval_minutes", "questions")
    lists = {column: form.getlist(column) for column in columns}
    for i, checkpoint_id in enumerate(form.getlist("checkpoint_id")):
        if not checkpoint_id:
            continue
        row: dict[str, Any] = {"checkpoint_id": checkpoint_id, "order_fixed": checkpoint_id in fixed}
        for column in columns[:3]:
            if i < len(lists[column]) and lists[column][i].strip():
                row[column] = lists[column][i].strip()
        if i < len(lists["questions"]) and lists["questions"][i].strip():
            row["questions"] = questions_in(lists["questions"][i])
        rows.append(PointForm.model_validate(row).model_dump(mode="python"))
    return rows


def questions_in(text: str) -> list[dict[str, Any]]:
    """Questions, one a line: `Is the pump dry?` is yes/no; `Pressure [MPa]` a number with its unit; `Lamp: on / off` a choice; `Remarks …`
    (ending in dots) a text. `水泵干燥吗？ | Is the pump dry?` has its English after a bar. `→ light` after it names the type of work that failing
    asks for. A trailing `*` makes it required. Text that is JSON already is taken as it is.
    """
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except RecursionError:
            raise ValueError(text[:20]) from None
        return found if isinstance(found, list) else []
    return [_question(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _question(number: int, line: str) -> dict[str, Any]:
    required = line.endswith("*")
    line = line.rstrip("*").strip()
    line, _arrow, raises = (part.strip() for part in line.replace("->", "→").partition("→"))
    question: dict[str, Any] = {"id": f"q{number}", "text": line, "kind": "yes_no", "required": required}
    if raises:
        question["raises"] = raises
    if unit := re.fullmatch(r"(.+?)\s*\[(.*)\]", line):
        question |= {"text": unit[1], "kind": "number", "unit": unit[2] or None}
    elif choice := re.fullmatch("(.+?)[:\uff1a]\\s*(.+/.+)", line):
        question |= {"text": choice[1], "kind": "choice", "choices": [c.strip() for c in choice[2].split("/") if c.strip()]}
    elif line.endswith(("…", "...")):
        question |= {"text": line.rstrip("…."), "kind": "text"}
    own, _bar, english = (part.strip() for part in question["text"].replace("\uff5c", "|").partition("|"))
    return question | {"text": own, "text_en": english or None}


def questions_as_text(questions: list[dict[str, Any]]) -> str:
    """The same, for editing."""
    lines = []
    for q in questions:
        star = " *" if q.get("required") else ""
        tail = {"number": f" [{q.get('unit') or ''}]", "choice": ": " + " / ".join(q.get("choices") or ()), "text": " …"}.get(q["kind"], "")
        work = f" → {q['raises']}" if q.get("raises") else ""
        english = f" | {q['text_en']}" if q.get("text_en") else ""
        lines.append(f"{q['text']}{english}{tail}{work}{star}")
    return "\n".join(lines)


class ScheduleForm(BaseModel):
    """When a route is walked: times and weekdays, or a recurrence rule of one's own."""

    route_id: UUID
    times: Annotated[str, Field(max_length=600)] = ""
    weekdays: list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] = []
    rule: Annotated[str, Field(max_length=300)] = ""
    begins_on: date
    window: Annotated[int, Field(ge=5, le=12 * 60)] = 60
    early: Annotated[int, Field(ge=0, le=120)] = 15
    grace: Annotated[int, Field(ge=0, le=180)] = 15
    random_start: Annotated[int, Field(ge=0, le=240)] = 0
    random_order: bool = False
    trade: Literal["guard", "technician", "cleaner", "gardener", "service", "management"] | None = None
    person_id: UUID | None = None

    @field_validator("times")
    @classmethod
    def clock_times(cls, value: str) -> str:
        """Times of day, such as 20:00, 22:30."""
        words = re.split("[\\s,;\uff0c\uff1b\u3001]+", value.strip())
        if value.strip() and not all(CLOCK.fullmatch(w) for w in words):
            raise ValueError(_("Times of day with commas between, such as 20:00, 22:00, 00:00."))
        return ",".join(f"{int(m[1]):02}:{m[2]}" for w in words if (m := CLOCK.fullmatch(w)))

    @model_validator(mode="after")
    def a_rule(self) -> Self:
        """Times, or a rule that dateutil understands."""
        if not self.times and not self.rule:
            raise ValueError(_("Give times of day, or a recurrence rule."))
        try:
            rules.check_rule(self.as_rule())
        except (ValueError, TypeError, OverflowError):
            raise ValueError(_("This recurrence rule cannot be understood, or falls more than 96 times a day.")) from None
        return self

    def as_rule(self) -> str:
        """The RRULE."""
        return self.rule.strip() or rule_of(self.times.split(","), list(self.weekdays))

    def terms(self) -> dict[str, Any]:
        """Columns of ScheduleVersion."""
        return self.model_dump(include={"window", "early", "grace", "random_start", "random_order", "trade", "person_id"})
