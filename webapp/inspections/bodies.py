"""The bodies of the inspections' kinds of record."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Digest, Lenient, Short, Text


class Answer(Lenient):
    """What was answered to one question, with words and photos beside it."""

    value: Annotated[
        Any, Field(description="pass/flag/fail, yes/no, a choice, several, a number or a text; for a signature its strokes")
    ] = None
    text: Annotated[Text, Field(description="In the person's own words")] = ""
    job: Annotated[
        bool, Field(description="A work order is to be made of it, though the question raises none; counts where it failed or was flagged")
    ] = False
    photos: Annotated[list[Digest], Field(max_length=20, description="Which of the record's photos belong to it")] = []


class InspectionBody(Lenient):
    """Somebody went through a checklist."""

    checklist: Annotated[UUID, Field(description="Id of the checklist")]
    version: Annotated[int, Field(ge=1, description="Number of the version it was made with")]
    code: Annotated[Short | None, Field(description="Code of the label that was scanned")] = None
    checkpoint: Annotated[UUID | None, Field(description="Id of the checkpoint, where no label was scanned")] = None
    equipment: Annotated[UUID | None, Field(description="Id of the equipment, where several share a label")] = None
    plan: Annotated[UUID | None, Field(description="Id of the plan it was due by")] = None
    again_of: Annotated[UUID | None, Field(description="The inspection whose failed questions it looks at again")] = None
    answers: Annotated[dict[str, Answer], Field(max_length=300, description="Answers by question id")]
