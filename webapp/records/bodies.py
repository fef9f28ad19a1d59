"""The bodies of the trail's own kinds. `docs/records.md` is generated from these and their like in other slices."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Short, Text


class NoteBody(Lenient):
    """What somebody found: about a scan, a round, a checkpoint, or a site. One of them must be named."""

    about: Annotated[UUID | None, Field(description="Record id of the scan it is about")] = None
    round: Annotated[str | None, Field(max_length=40, description="Id of the round")] = None
    checkpoint: Annotated[UUID | None, Field(description="Id of the checkpoint")] = None
    site: Annotated[str | None, Field(max_length=40, description="Short name of the site")] = None
    result: Annotated[Literal["normal", "issue"] | None, Field(description="All normal, or something is wrong")] = None
    answers: Annotated[dict[Short, Any], Field(max_length=200, description="Answers by question id")] = {}
    text: Annotated[Text, Field(description="In the person's own words")] = ""


class CorrectionBody(Lenient):
    """A word on one's own earlier record."""

    about: Annotated[UUID, Field(description="Id of the record it is about")]
    verb: Annotated[
        Literal["withdraw", "explain"],
        Field(description="`withdraw`: it was a slip, within ten minutes; `explain`: any time"),
    ]
    reason: Annotated[Text, Field(description="In the person's own words")] = ""
