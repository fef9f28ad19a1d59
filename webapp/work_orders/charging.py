"""What the office does about money: prices, fees, payments. Nothing here commits, and nothing is changed but by adding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp.core.db import db
from webapp.people.models import Person
from webapp.work_orders.models import ChargeTerms, ItemPrice, Payment, PriceItem, WorkOrder


@dataclass(frozen=True)
class ItemFacts:
    """An item of a price list as it is named."""

    part: str
    unit: str
    name: str
    name_en: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class Terms:
    """Currency and call-out fees, in minor units; holidays as dates in ISO form."""

    currency: str = "CNY"
    day: int = 0
    night: int = 0
    holiday: int = 0
    night_from: str = "22:00"
    night_until: str = "06:00"
    holidays: tuple[str, ...] = ()


def add_item(site_id: UUID, facts: ItemFacts, minor: int, by_id: UUID, now: datetime) -> PriceItem:
    """Put an item on the site's list at a price."""
    item = PriceItem(site_id=site_id, part=facts.part, unit=facts.unit, name=facts.name, name_en=facts.name_en, rank=facts.rank)
    db.session.add(item)
    db.session.flush()
    set_price(item, minor, by_id, now)
    return item


def set_price(item: PriceItem, minor: int | None, by_id: UUID, from_at: datetime) -> None:
    """What it costs from then on; None: not for sale any more. What was used before keeps its price."""
    db.session.add(ItemPrice(item_id=item.id, from_at=from_at, minor=minor, person_id=by_id))
    db.session.flush()
    db.session.refresh(item, ["prices"])


def set_terms(site_id: UUID, terms: Terms, by_id: UUID, from_at: datetime) -> None:
    """The fees from then on."""
    db.session.add(
        ChargeTerms(
            site_id=site_id, from_at=from_at, currency=terms.currency, day=terms.day, night=terms.night, holiday=terms.holiday,
            night_from=terms.night_from, night_until=terms.night_until, holidays=list(terms.holidays), person_id=by_id,
        )
    )  # fmt: skip
    db.session.flush()


def pay(order: WorkOrder, way: str, amount: int, number: str, note: str, person: Person, now: datetime) -> Payment:
    """Keep that money came for an order, or went back (below nought), in minor units."""
    payment = Payment(order_id=order.id, at=now, way=way, amount=amount, number=number, note=note, person_id=person.id)
    db.session.add(payment)
    db.session.flush()
    db.session.refresh(order, ["payments"])
    return payment
