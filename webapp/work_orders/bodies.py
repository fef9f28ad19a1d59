"""The bodies of the work orders' kinds of record."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator

from webapp.records.envelope import Digest, Lenient, Short, Text
from webapp.work_orders.charges import BadQuantity, quantity_of
from webapp.work_orders.signature import BadSignature, strokes_of

StepVerb = Literal[
    "accept", "decline", "take", "on_the_way", "on_site", "start", "pause", "resume", "need_parts", "need_contractor", "hand_over",
    "finish", "part_finish", "photo", "use", "sign",
]  # fmt: skip


class LineUsed(Lenient):
    """So much of an item of the site's price list."""

    item: Annotated[UUID, Field(description="Id of the item")]
    quantity: Annotated[Decimal, Field(description="How much, in the item's unit: above 0, to a thousandth, at most 10,000")]
    minor: Annotated[int | None, Field(description="The price that was shown for one unit, in minor units of money")] = None

    @field_validator("quantity", mode="before")
    @classmethod
    def is_possible(cls, value: Any) -> Decimal:
        """Refuse what nobody could have used."""
        try:
            return quantity_of(value)
        except BadQuantity as wrong:
            raise ValueError(wrong.why) from None


class Signed(Lenient):
    """A resident's signature under the charge that was shown."""

    charge: Annotated[Digest, Field(description="Digest of the charge (`work_orders.charges.Charge.digest`)")]
    strokes: Annotated[list[Any], Field(description="As drawn in a field of 1000 × 400: [[[x, y], …], …]")]
    shown: Annotated[dict[str, Any], Field(description="The charge as it was shown")] = {}
    name: Annotated[str, Field(max_length=80, description="Who signed")] = ""
    stars: Annotated[int | None, Field(ge=1, le=5, description="The resident's rating")] = None
    words: Annotated[Text, Field(description="What the resident says to it")] = ""

    @field_validator("strokes")
    @classmethod
    def is_a_signature(cls, value: list[Any]) -> list[Any]:
        """Refuse what is no signature."""
        try:
            strokes_of(value)
        except BadSignature as wrong:
            raise ValueError(wrong.why) from None
        return value


class WorkStepBody(Lenient):
    """A step of a work order."""

    order: Annotated[UUID, Field(description="Id of the work order")]
    verb: Annotated[
        StepVerb,
        Field(
            description="`part_finish` is done in part, `remainder` says what is left; `use` lists all that was used; `sign` is the resident's"
        ),
    ]
    reason: Annotated[Text, Field(description="In the person's own words")] = ""
    cause: Annotated[
        Short | None, Field(description="Of a pause: waiting_resident, waiting_parts, access_refused, appointment, weather, other")
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="Of a pause that was agreed: its end")] = None
    to: Annotated[UUID | None, Field(description="The colleague who takes over")] = None
    code: Annotated[Short | None, Field(description="Code of the label that was scanned on site")] = None
    stage: Annotated[Literal["before", "after"] | None, Field(description="What the photos show")] = None
    remainder: Annotated[Text, Field(description="What is still to be done")] = ""
    lines: Annotated[list[LineUsed], Field(max_length=200, description="All that was used")] = []
    signed: Annotated[Signed | None, Field(description="The resident's signature")] = None
