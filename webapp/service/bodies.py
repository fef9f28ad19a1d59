"""The bodies of the service's kinds of record."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Short, Text


class RequestBody(Lenient):
    """Something to be done that our staff saw or were told: at a label, a checkpoint or a place; else just at a site."""

    type: Annotated[Short, Field(min_length=1, description="Code of one of the site's types, such as light or water")]
    text: Annotated[Text, Field(description="In the person's own words")] = ""
    answers: Annotated[
        list[Literal["danger", "outage", "trapped"]], Field(max_length=3, description="Which of the three questions is so")
    ] = []
    code: Annotated[Short | None, Field(description="Code of the label there")] = None
    checkpoint: Annotated[UUID | None, Field(description="Id of the checkpoint")] = None
    place: Annotated[UUID | None, Field(description="Id of the place")] = None
    site: Annotated[Short | None, Field(description="Short name of the site, when nothing above is known")] = None
    spot: Annotated[str, Field(max_length=80, description="Where exactly, in words")] = ""
    phone: Annotated[str, Field(max_length=30, description="How to reach who told it")] = ""
