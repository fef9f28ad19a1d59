"""A site's price list and terms, and what an order comes to by them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.work_orders.charges import Balance, CallOut, Charge, Item, Line, Price, balance, call_out, line_of
from webapp.work_orders.charges import Payment as Paid
from webapp.work_orders.models import ChargeTerms, PriceItem, WorkOrder, WorkSignature

DEFAULT_CURRENCY = "CNY"


def items_of(site_id: UUID) -> dict[UUID, PriceItem]:
    """The site's price list by id, in its order; items not for sale any more too."""
    found = db.session.scalars(
        sa.select(PriceItem).where(PriceItem.site_id == site_id).order_by(PriceItem.part, PriceItem.rank, PriceItem.name)
    )
    return {item.id: item for item in found}


def item_of(row: PriceItem) -> Item:
    """A row as the rules know it."""
    return Item(row.id, row.part, row.unit, tuple(Price(price.from_at, price.minor) for price in row.prices))


def price_used(row: PriceItem, shown: int | None, at: datetime) -> int:
    """The price of one unit used at a moment: the one shown, if it was the item's by then; else that moment's. Raises NoPrice.

    A phone without signal shows the prices it knew, and the resident agrees to what was shown.
    """
    if shown is not None and any(price.minor == shown and price.from_at <= at for price in row.prices):
        return shown
    return item_of(row).price_at(at)


def line_json(row: PriceItem, quantity: Decimal, shown: int | None, at: datetime) -> dict[str, Any]:
    """A line of an order as it is kept: names and price of its time. Raises NoPrice."""
    minor = price_used(row, shown, at)
    line = line_of(Item(row.id, row.part, row.unit, (Price(at, minor),)), quantity, at)
    return {
        "item": str(row.id), "part": row.part, "name": row.name, "name_en": row.name_en, "unit": row.unit, "quantity": f"{quantity.normalize():f}",
        "minor": minor, "amount": line.amount,
    }  # fmt: skip


def terms_of(site_id: UUID) -> list[ChargeTerms]:
    """The versions of a site's terms, the latest first."""
    return list(db.session.scalars(sa.select(ChargeTerms).where(ChargeTerms.site_id == site_id).order_by(ChargeTerms.from_at.desc())))


def terms_at(terms: list[ChargeTerms], moment: datetime) -> ChargeTerms | None:
    """The version in force, from versions with the latest first."""
    return next((version for version in terms if version.from_at <= moment), None)


def rule_of(version: ChargeTerms) -> CallOut:
    """A version's call-out fees as the rules know them."""
    return CallOut(
        version.from_at, version.day, version.night, version.holiday, time.fromisoformat(version.night_from), time.fromisoformat(version.night_until),
        frozenset(date.fromisoformat(day) for day in version.holidays),
    )  # fmt: skip


def charge_of(order: WorkOrder, terms: list[ChargeTerms] | None = None) -> Charge:
    """What the order comes to now: the latest list of what was used, and the fee for coming. `terms`: the site's, if they are read already."""
    terms = terms_of(order.site_id) if terms is None else terms
    lines = [
        Line(line["part"], UUID(line["item"]), Decimal(line["quantity"]), line["minor"], line["amount"])
        for line in (order.uses[-1].lines if order.uses else [])
    ]
    fee = call_out([rule_of(version) for version in terms], order.on_site_at, order.site.zone) if order.on_site_at else None
    in_force = terms_at(terms, order.on_site_at or order.raised_at)
    currency = in_force.currency if in_force else DEFAULT_CURRENCY
    return Charge(order.id, currency, order.payer, (*lines, *([fee] if fee else [])), order.waived)


def signature_under(order: WorkOrder, charge: Charge) -> WorkSignature | None:
    """The latest signature under exactly this charge."""
    digest = charge.digest()
    return next((signed for signed in reversed(order.signatures) if signed.charge == digest), None)


def balance_of(order: WorkOrder, charge: Charge) -> Balance:
    """How the charge stands."""
    signed = signature_under(order, charge)
    paid = [Paid(row.id, row.at, row.way, row.amount, row.number) for row in order.payments]
    return balance(charge, signed.charge if signed else None, paid)


def shown_of(order: WorkOrder, charge: Charge) -> dict[str, Any]:
    """A charge as JSON for the page that shows it and for the signature under it."""
    names = {line["item"]: line for line in (order.uses[-1].lines if order.uses else [])}
    return {
        "order": str(order.id), "currency": charge.currency, "payer": charge.payer, "waived": charge.waived, "due": charge.due,
        "lines": [_shown_line(line, names) for line in charge.lines],
    }  # fmt: skip


def _shown_line(line: Line, names: dict[str, dict[str, Any]]) -> dict[str, Any]:
    known = names.get(str(line.item_id), {})
    return {
        "part": line.part, "item": str(line.item_id or ""), "name": known.get("name", ""), "name_en": known.get("name_en"), "unit": known.get("unit", ""),
        "quantity": f"{line.quantity.normalize():f}", "minor": line.minor, "amount": line.amount,
    }  # fmt: skip
