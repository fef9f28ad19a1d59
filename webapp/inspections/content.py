"""What a checklist 检查表 consists of: sections of questions, checked when it is made, and frozen with its version. Pure.

The phone reads the same JSON (`static/js/inspect/`). A record is judged by the version it was made with.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Kind = Literal["pass", "yes_no", "choice", "several", "number", "text", "photo", "reading", "signature", "instruction"]
Role = Literal["", "before", "after", "agent", "dose", "area", "keep_off"]
ROLE_KINDS = {"before": ("photo",), "after": ("photo",), "dose": ("number", "text"), "area": ("number",), "keep_off": ("number",)}
ANSWERED = ("pass", "yes_no", "choice", "several", "number", "text", "photo", "reading", "signature")  # an instruction only speaks
SCORED = ("pass", "yes_no", "choice", "number")
MOST_QUESTIONS = 300
Short = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


def _as_sheets_hold_it(value: float | None) -> float | None:
    """At most 15 digits, as a cell of a spreadsheet has them, so that a limit comes back from there as it went."""
    return None if value is None else float(f"{value:.15g}")


Limit = Annotated[float | None, AfterValidator(_as_sheets_hold_it)]


class Model(BaseModel):
    """Frozen: a version never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Condition(Model):
    """The question is asked only when another one, before it, was answered so."""

    question: Id
    equals: tuple[str | bool | float, ...]


class Question(Model):
    """One question. `pass`: pass, flag or fail; `good`: the answers that pass (choice, yes_no); `low`/`high`: the range that passes (number).

    `weight`: 0 for one that does not count; `photo`: never, fail (wanted where it fails) or always; `raises`: the type of work that
    failing asks for, "" none; `meter`: number of the meter that a reading is of; `role`: what the answer tells others: a photo of before or
    after, the agent, dose and area of a treatment, or for how many hours people keep off.
    """

    id: Id
    kind: Kind
    text: Annotated[str, Field(min_length=1, max_length=300)]
    text_en: Annotated[str, Field(max_length=300)] = ""
    guidance: Annotated[str, Field(max_length=2_000)] = ""
    guidance_en: Annotated[str, Field(max_length=2_000)] = ""
    picture: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    required: bool = True
    weight: Annotated[int, Field(ge=0, le=100)] = 1
    choices: tuple[Short, ...] = ()
    choices_en: tuple[Short, ...] = ()
    good: tuple[Short, ...] = ()
    unit: Annotated[str, Field(max_length=20)] = ""
    low: Limit = None
    high: Limit = None
    photo: Literal["never", "fail", "always"] = "never"
    raises: Annotated[str, Field(max_length=20)] = ""
    severity: Literal["minor", "major", "danger"] = "minor"
    meter: Annotated[str, Field(max_length=20)] = ""
    role: Role = ""
    when: Condition | None = None

    @model_validator(mode="after")
    def makes_sense(self) -> Self:
        """Choices need choices, ranges an order, and what is good must be among what can be said."""
        if self.kind in ("choice", "several") and len(self.choices) < 2:
            raise ValueError("choices")
        if self.choices_en and len(self.choices_en) != len(self.choices):
            raise ValueError("choices_en")
        if self.kind == "choice" and not set(self.good) <= set(self.choices):
            raise ValueError("good")
        if self.kind not in ROLE_KINDS.get(self.role, (self.kind,)):
            raise ValueError("role")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("range")
        return self


class Section(Model):
    """Questions that belong together."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str, Field(max_length=80)] = ""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Content(Model):
    """A whole checklist. `pass_score`: from how many of 100 it passes."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=40)]
    pass_score: Annotated[int, Field(ge=0, le=100)] = 90

    @model_validator(mode="after")
    def hangs_together(self) -> Self:
        """Ids are used once; a condition names a question before its own; not more than the phone can show."""
        seen: set[str] = set()
        for question in self.questions:
            if question.id in seen:
                raise ValueError(f"twice: {question.id}")
            if question.when and question.when.question not in seen:
                raise ValueError(f"condition: {question.id}")
            seen.add(question.id)
        if len(seen) > MOST_QUESTIONS:
            raise ValueError("too many")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order."""
        return tuple(question for section in self.sections for question in section.questions)
