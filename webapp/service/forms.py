"""Checked values from the forms about requests."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator, model_validator

LONGEST = 2_000
Answer = Literal["danger", "outage", "trapped"]
Code = Annotated[str, Field(min_length=1, max_length=20)]  # of a type of the site's
PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,28}")


class ReportForm(BaseModel):
    """What somebody reports by a label: two taps and, if they like, words and a phone number."""

    type_code: Code
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    answers: list[Answer] = []
    phone: Annotated[str, Field(max_length=30)] = ""
    website: str = ""  # nobody sees this field: what fills it in is a program

    @field_validator("phone")
    @classmethod
    def can_be_called(cls, value: str) -> str:
        """Refuse what nobody could call."""
        if value and not PHONE.fullmatch(value):
            raise ValueError(_("A phone number, for example 138 0000 0000. You may also leave this empty."))
        return value


class TakeForm(ReportForm):
    """What somebody told the desk: the same, with the way it came in, a place, and always words."""

    channel: Literal["phone", "counter", "owners_group"]
    source: Literal["resident", "owners_committee", "visitor", "authority"] = "resident"
    place_id: UUID | None = None
    spot: Annotated[str, Field(max_length=80)] = ""
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class AnswerForm(BaseModel):
    """What a resident says to it: rated (with stars), reopened (with what is still wrong), or withdrawn."""

    verb: Literal["rated", "reopened", "withdrawn"]
    stars: Annotated[int | None, Field(ge=1, le=5)] = None
    text: Annotated[str, Field(max_length=LONGEST)] = ""

    @model_validator(mode="after")
    def says_enough(self) -> Self:
        """A rating has stars, and who reopens says why."""
        if self.verb == "rated" and self.stars is None:
            raise ValueError(_("Please choose one to five stars."))
        if self.verb == "reopened" and not self.text:
            raise ValueError(_("Please say what is still wrong."))
        return self


class TellForm(BaseModel):
    """News for the resident. `verb`: told, or resolved with the result."""

    verb: Literal["told", "resolved"]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class StopForm(BaseModel):
    """Why clocks stand still; an appointment has its time, at the site."""

    cause: Literal["waiting_resident", "waiting_parts", "access_refused", "appointment", "weather"]
    until: datetime | None = None
    text: Annotated[str, Field(max_length=LONGEST)] = ""

    @model_validator(mode="after")
    def appointment_has_a_time(self) -> Self:
        """An appointment is one only with its time."""
        if self.cause == "appointment" and self.until is None:
            raise ValueError(_("When is the appointment?"))
        return self


class ClassForm(BaseModel):
    """What a request really is, and which of the three questions is so."""

    type_code: Code
    answers: list[Answer] = []


class InvestigationForm(BaseModel):
    """What looking into it brought."""

    note: Annotated[str, Field(min_length=1, max_length=LONGEST)]
