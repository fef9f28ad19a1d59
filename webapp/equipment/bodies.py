"""The bodies of the register's kinds of record."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Short, Text


class ReadingBody(Lenient):
    """What a meter showed."""

    meter: Annotated[UUID, Field(description="Id of the meter")]
    value: Annotated[Decimal, Field(ge=0, lt=10**12, description="What it showed, in its unit, to a thousandth")]
    code: Annotated[Short | None, Field(description="Code of the label there")] = None
    text: Annotated[Text, Field(description="In the person's own words")] = ""
