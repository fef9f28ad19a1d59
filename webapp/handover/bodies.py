"""The body of the kind `handover`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from webapp.records.envelope import Lenient, Text

Count = Annotated[int, Field(ge=0, le=9999)]


class HandoverBody(Lenient):
    """Giving the post to a colleague, or what the colleague says to it."""

    verb: Annotated[
        Literal["give", "take", "object"], Field(description="Giving it; taking it over; taking it over though something does not agree")
    ]
    site: Annotated[str | None, Field(max_length=40, description="Short name of the site (give)")] = None
    to: Annotated[UUID | None, Field(description="Id of the colleague (give)")] = None
    counts: Annotated[dict[str, Count | None], Field(max_length=20, description="How many keys, radios, … were counted (give)")] = {}
    about: Annotated[UUID | None, Field(description="Id of the handover (take, object)")] = None
    text: Annotated[Text, Field(description="What is open, or what does not agree, in the person's own words")] = ""
