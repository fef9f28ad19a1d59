"""Checked values from the forms about money and signatures."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal, Self

from flask_babel import gettext as _
from pydantic import BaseModel, Field, field_validator, model_validator

from webapp.work_orders.charging import ItemFacts, Terms

Amount = Annotated[str, Field(min_length=1, max_length=20)]  # as written; `charges.minor_of` reads it in the site's currency
CURRENCIES = ("CNY", "HKD", "MOP", "TWD", "EUR", "USD", "GBP", "JPY")
MOST_HOLIDAYS = 60


class SignForm(BaseModel):
    """A resident's signature by link. `charge`: digest of what was shown; `strokes`: as drawn, JSON."""

    charge: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    strokes: Annotated[str, Field(max_length=200_000)] = ""
    name: Annotated[str, Field(max_length=80)] = ""
    stars: Annotated[int | None, Field(ge=1, le=5)] = None
    text: Annotated[str, Field(max_length=2_000)] = ""


class ItemForm(BaseModel):
    """A new line of the price list."""

    part: Literal["labour", "material"]
    unit: Literal["hour", "piece", "metre", "litre", "kilogram", "set"]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str | None, Field(max_length=80)] = None
    price: Amount

    @property
    def facts(self) -> ItemFacts:
        """How it is named."""
        return ItemFacts(self.part, self.unit, self.name, self.name_en)


class PriceForm(BaseModel):
    """A new price, from now on; none: not for sale any more."""

    price: Annotated[str, Field(max_length=20)] = ""


class TermsForm(BaseModel):
    """Currency and fees for coming, from now on."""

    currency: Literal["CNY", "HKD", "MOP", "TWD", "EUR", "USD", "GBP", "JPY"] = "CNY"
    day: Annotated[str, Field(max_length=20)] = "0"
    night: Annotated[str, Field(max_length=20)] = "0"
    holiday: Annotated[str, Field(max_length=20)] = "0"
    night_from: time = time(22)
    night_until: time = time(6)
    holidays: Annotated[str, Field(max_length=2_000)] = ""

    @field_validator("holidays")
    @classmethod
    def are_days(cls, value: str) -> str:
        """Refuse what is no list of dates."""
        try:
            days = [date.fromisoformat(word) for word in value.replace(",", " ").split()]
        except ValueError:
            raise ValueError(_("Dates like 2027-02-06, separated by spaces.")) from None
        if len(days) > MOST_HOLIDAYS:
            raise ValueError(_("At most %(count)s days.", count=MOST_HOLIDAYS))
        return value

    def terms(self, day: int, night: int, holiday: int) -> Terms:
        """The terms, with the fees in minor units."""
        days = tuple(sorted(set(self.holidays.replace(",", " ").split())))
        return Terms(self.currency, day, night, holiday, f"{self.night_from:%H:%M}", f"{self.night_until:%H:%M}", days)


class PaymentForm(BaseModel):
    """Money that came; with `back`, money that went back."""

    way: Literal["cash", "wechat", "alipay", "card", "transfer", "deposit"]
    amount: Amount
    number: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=200)] = ""
    back: bool = False

    @model_validator(mode="after")
    def says_why_it_goes_back(self) -> Self:
        """Money that goes back wants a word."""
        if self.back and not self.note:
            raise ValueError(_("Please say why the money goes back."))
        return self


class PayerForm(BaseModel):
    """Who bears the cost; `waived` says why nothing is asked for."""

    payer: Literal["resident", "property", "warranty"]
    waived: Annotated[str, Field(max_length=200)] = ""
