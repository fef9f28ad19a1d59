"""The body of the kind `duty`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from webapp.records.envelope import Lenient, Short


class DutyBody(Lenient):
    """Clocking on or off: at a post by its label, or just at a site."""

    verb: Annotated[Literal["on", "off"], Field(description="Clocking on or off")]
    code: Annotated[Short | None, Field(description="Code of the post's label")] = None
    site: Annotated[str | None, Field(max_length=40, description="Short name of the site, when no label was scanned")] = None
