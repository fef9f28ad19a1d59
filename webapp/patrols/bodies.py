"""The bodies of the patrols' kinds of record."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Digest, Lenient, Short, Text


class ScanBody(Lenient):
    """Somebody read a label."""

    code: Annotated[Short, Field(min_length=1, description="The label's code, or the whole text that was read")]
    method: Annotated[
        Literal["camera", "link", "typed"],
        Field(description="Read by the live camera, opened as a link, or typed in"),
    ] = "camera"
    round: Annotated[str | None, Field(max_length=40, description="Id of the round it was made in")] = None
    frame: Annotated[Digest | None, Field(description="Digest of the scan frame, one of the record's photos")] = None


class RoundStepBody(Lenient):
    """A step of a round."""

    round: Annotated[str, Field(max_length=40, description="Id of the round")]
    verb: Annotated[
        Literal["start", "pause", "resume", "end", "hand_over"],
        Field(description="`end` is ending early and wants a reason; `hand_over` gives the round to a colleague"),
    ]
    reason: Annotated[Text, Field(description="In the person's own words")] = ""
    to: Annotated[UUID | None, Field(description="The colleague who takes over")] = None
