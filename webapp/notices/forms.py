"""Checked values of a subscription's form."""

from __future__ import annotations

from typing import Annotated, Literal

from flask_babel import gettext as _
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from webapp.notices.rules import read_address


class SubscribeForm(BaseModel):
    """Who is to be told what, by which way, when."""

    topic: Annotated[str, Field(max_length=40)] = "signed-log"
    way: Literal["mail", "robot"]
    address: Annotated[str, Field(min_length=1, max_length=500)]
    language: Literal["zh_CN", "en"]
    hour: Annotated[int, Field(ge=0, le=23)] = 8

    @field_validator("address")
    @classmethod
    def is_an_address(cls, text: str, known: ValidationInfo) -> str:
        """An address that the way has. A way that is none says so itself."""
        if "way" not in known.data:
            return text
        found = read_address(known.data["way"], text)
        if found is None:
            if known.data["way"] == "mail":
                raise ValueError(_("This is not a mail address. Give one like name@example.com."))
            raise ValueError(_("This is not a robot’s address. Copy it from the chat group: it begins with https://."))
        return found
