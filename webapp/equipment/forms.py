"""Checked values from the register's forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator

from webapp.equipment.classes import CLASSES
from webapp.equipment.due import MOST, Interval, next_due
from webapp.equipment.register import EquipmentFacts, MeterFacts, PlanFacts

Name = Annotated[str, Field(min_length=1, max_length=80)]
Line = Annotated[str, Field(max_length=80)]
Long = Annotated[str, Field(max_length=2_000)]


class EquipmentForm(BaseModel):
    """A piece of equipment."""

    number: Annotated[str, Field(min_length=1, max_length=20)]
    class_code: str = "other"
    name: Name
    name_en: Annotated[str | None, Field(max_length=80)] = None
    place_id: UUID
    checkpoint_id: UUID | None = None
    parent_id: UUID | None = None
    maker: Line = ""
    model: Line = ""
    serial: Line = ""
    criticality: Literal["A", "B", "C"] | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    notes: Long = ""

    @field_validator("class_code")
    @classmethod
    def is_known(cls, value: str) -> str:
        """Refuse what is no class."""
        if value not in CLASSES:
            raise ValueError(_("This is not possible here."))
        return value

    @property
    def facts(self) -> EquipmentFacts:
        """As the register takes it."""
        return EquipmentFacts(**self.model_dump())


class OrderForm(BaseModel):
    """A work order about a piece of equipment."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    urgent: bool = False


class DocumentForm(BaseModel):
    """A certificate, manual or report."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    number: Annotated[str, Field(max_length=60)] = ""
    valid_until: date | None = None


class MeterForm(BaseModel):
    """A new meter."""

    number: Annotated[str, Field(min_length=1, max_length=20)]
    name: Name
    name_en: Annotated[str | None, Field(max_length=80)] = None
    unit: Annotated[str, Field(min_length=1, max_length=10)]
    digits: Annotated[int, Field(ge=3, le=12)] = 6
    equipment_id: UUID | None = None
    checkpoint_id: UUID | None = None

    @property
    def facts(self) -> MeterFacts:
        """As the register takes it."""
        return MeterFacts(**self.model_dump())


class PlanForm(BaseModel):
    """A maintenance plan of the site's own. `about`: a piece's id, or `class:` and a class."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    name_en: Annotated[str | None, Field(max_length=120)] = None
    about: Annotated[str, Field(min_length=1, max_length=60)]
    basis: Literal["maker", "own"] = "own"
    source: Annotated[str, Field(max_length=200)] = ""
    every: Annotated[int, Field(ge=1)]
    unit: Literal["day", "week", "month", "year"]
    begins_on: date
    anchor: Literal["schedule", "completion"] = "schedule"
    months: list[Annotated[int, Field(ge=1, le=12)]] = []
    lead_days: Annotated[int, Field(ge=0, le=366)] = 3
    type_code: Annotated[str, Field(min_length=1, max_length=20)]
    meter_id: UUID | None = None
    per_usage: Annotated[Decimal | None, Field(gt=0, lt=10**9)] = None
    text: Long = ""

    @property
    def facts(self) -> PlanFacts:
        """As the register takes it."""
        is_class = self.about.startswith("class:")
        return PlanFacts(
            name=self.name, name_en=self.name_en, equipment_id=None if is_class else UUID(self.about),
            class_code=self.about.removeprefix("class:") if is_class else None, basis=self.basis, source=self.source, every=self.every,
            unit=self.unit, begins_on=self.begins_on, from_completion=self.anchor == "completion", months=sorted(set(self.months)),
            lead_days=self.lead_days, type_code=self.type_code, meter_id=self.meter_id, per_usage=self.per_usage, text=self.text,
        )  # fmt: skip

    def impossible(self) -> dict[str, str]:
        """Why its times never come, by field; nothing when they do."""
        if self.every > MOST[self.unit]:
            return {"every": _("Ten years at the most: what is rarer is no plan.")}
        interval = Interval(self.every, self.unit, self.begins_on, self.anchor == "completion", frozenset(self.months))
        if next_due(interval, ()) is None:
            return {
                "months": _("Counted from that first day, it never falls into these months. Choose another first day, or other months.")
            }
        step = {"day": 1, "week": 7, "month": 28, "year": 365}[self.unit] * self.every
        if self.lead_days >= step:
            return {"lead_days": _("The order would be raised before the one before it is due: fewer days, please.")}
        if (self.meter_id is None) != (self.per_usage is None):
            return {"per_usage": _("A meter and how much of it belong together.")}
        return {}


class RenewalForm(BaseModel):
    """A renewal that somebody proposes. `cost`: as written."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    cost: Annotated[str, Field(min_length=1, max_length=20)]


class DecisionForm(BaseModel):
    """What becomes of a proposal, or of what was approved."""

    do: Literal["approve", "refuse", "finish"]
    text: Long = ""
    cost: Annotated[str, Field(max_length=20)] = ""


class RetireForm(BaseModel):
    """Why it goes out of use, what stands in its place, and whether its meters and its parts go with it."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    successor_id: UUID | None = None
    meters: Literal["go", "stay"] = "go"
    parts: Literal["go", "stay"] | None = None


class ReturnForm(BaseModel):
    """Why it comes back into use."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class SettleForm(BaseModel):
    """What a reading is. `after`: the last word on it that the page showed, "" for none."""

    do: Literal["accept", "correct", "aside"]
    value: Annotated[Decimal | None, Field(ge=0, lt=10**12)] = None
    reason: Long = ""
    after: Annotated[str, Field(max_length=40)] = ""

    def wrong(self, digits: int) -> dict[str, str]:
        """What is missing, by field."""
        found = {}
        if self.do == "correct" and self.value is None:
            found["value"] = _("What did it show?")
        elif self.do == "correct" and self.value is not None and self.value >= Decimal(10) ** digits:
            found["value"] = _("The meter has fewer digits.")
        if self.do != "accept" and not self.reason:
            found["reason"] = _("Please say why: it stays on record.")
        return found
