"""The bodies of the register's kinds of record."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Short, Text


class ReadingBody(Lenient):
    """What a meter showed."""

    meter: Annotated[UUID, Field(description="Id of the meter")]
    value: Annotated[Decimal, Field(ge=0, lt=10**12, description="What it showed, in its unit, to a thousandth")]
    code: Annotated[Short | None, Field(description="Code of the label there")] = None
    text: Annotated[Text, Field(description="In the person's own words")] = ""


class StatusBody(Lenient):
    """How a machine fares from then on."""

    equipment: Annotated[UUID, Field(description="Id of the piece of equipment")]
    status: Annotated[Literal["running", "fault", "repair", "out_of_service"], Field(description="How it fares")]
    text: Annotated[Text, Field(description="What is the matter, in the person's own words")] = ""
    order: Annotated[bool, Field(description="A work order is raised about it; with `running` none is")] = False
    code: Annotated[Short | None, Field(description="Code of the label there")] = None
