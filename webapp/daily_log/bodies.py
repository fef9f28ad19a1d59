"""The body of an answer to a supervisor's question."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Text

READY = ("was-there", "called-away", "no-signal", "label", "phone", "access")


class AnswerBody(Lenient):
    """What somebody who was asked about an exception says to it."""

    question: Annotated[UUID, Field(description="Id of the question, as the page of the day's work shows it")]
    verb: Annotated[Literal["explain", "appeal"], Field(description="`explain`: how it came; `appeal`: the doubt is wrong")]
    choice: Annotated[
        Literal["was-there", "called-away", "no-signal", "label", "phone", "access"] | None,
        Field(description="One of the ready sentences, so that it is read in any language"),
    ] = None
    text: Annotated[Text, Field(description="In the person's own words")] = ""
