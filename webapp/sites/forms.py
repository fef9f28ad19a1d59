"""Checked values from the forms about sites."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator

Name = Annotated[str, Field(min_length=1, max_length=80)]
OptionalName = Annotated[str | None, Field(max_length=80)]


class PlaceForm(BaseModel):
    """A place, under another or at the top."""

    kind: Literal["building", "floor", "room", "outdoors", "green"]
    name: Name
    name_en: OptionalName = None
    parent_id: UUID | None = None


class CheckpointForm(BaseModel):
    """A checkpoint. `position` is "lat, lon" in WGS-84 degrees."""

    place_id: UUID
    number: Annotated[str, Field(min_length=1, max_length=20)]
    name: Name
    name_en: OptionalName = None
    instructions: Annotated[str, Field(max_length=1000)] = ""
    instructions_en: Annotated[str | None, Field(max_length=1000)] = None
    position: str | None = None
    fence_m: Annotated[int | None, Field(ge=5, le=2000)] = None

    @field_validator("position")
    @classmethod
    def two_numbers(cls, value: str | None) -> str | None:
        """Refuse what is not two degrees within range."""
        if value:
            try:
                lat, lon = (float(part) for part in value.replace("\uff0c", ",").split(","))
            except ValueError:
                raise ValueError(_("Latitude and longitude with a comma between, such as 31.2304, 121.4737.")) from None
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError(_("Latitude and longitude with a comma between, such as 31.2304, 121.4737."))
        return value

    def columns(self) -> dict[str, object]:
        """Values for Checkpoint's columns."""
        values = self.model_dump(exclude={"position"})
        lat, lon = (float(p) for p in self.position.replace("\uff0c", ",").split(",")) if self.position else (None, None)
        return values | {"lat": lat, "lon": lon}


class PlanForm(BaseModel):
    """A plan's names and its place among the others; the picture is a file beside it."""

    name: Name
    name_en: OptionalName = None
    rank: Annotated[int, Field(ge=0, le=999)] = 0


class PointForm(BaseModel):
    """Where a checkpoint lies: per cent of the picture's width from the left and of its height from the top."""

    checkpoint: UUID
    x: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    y: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class OffForm(BaseModel):
    """Which checkpoint is taken off."""

    checkpoint: UUID
