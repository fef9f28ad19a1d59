"""What an order costs the one who pays: prices of their time, quantities, the call-out fee, payments. Pure.

Money is a whole number of minor units (分, cents) of one currency a site; nothing here is a float. Clause 6.3.1: charged at actual
cost, with the items given to the resident. Chapter 11: what a charge consists of, how it was collected, what it was used for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

PARTS = ("labour", "material", "call_out")  # what a charge consists of, in the order it is shown
PAYERS = ("resident", "property", "warranty")  # who bears it: the resident, the community's own budget, the maker's warranty
WAYS = ("cash", "wechat", "alipay", "card", "transfer", "deposit")  # how it was paid
FINEST = Decimal("0.001")  # of a quantity: a gram, a millimetre
MOST = Decimal(10_000)  # of one item in one order; more is a slip of the thumb


class BadQuantity(ValueError):
    """A quantity that is no number, not above nought, finer than a thousandth or beyond belief. Says which in `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # "number", "positive", "fine", "large"


class NoPrice(LookupError):
    """An item that had no price at that moment."""


class Price(NamedTuple):
    """What one unit of an item costs from a moment on, in minor units; None: not for sale any more."""

    from_at: datetime
    minor: int | None


@dataclass(frozen=True)
class Item:
    """A line of a site's price list. `unit` is a code: hour, piece, metre, litre, kilogram, set; `prices` in any order."""

    id: UUID
    part: str
    unit: str
    prices: tuple[Price, ...]

    def price_at(self, moment: datetime) -> int:
        """The unit's price that was in force, in minor units. Raises NoPrice."""
        known = max((p for p in self.prices if p.from_at <= moment), key=lambda p: p.from_at, default=None)
        if known is None or known.minor is None:
            raise NoPrice(str(self.id))
        return known.minor


class Line(NamedTuple):
    """One line of a charge as it was when the work was done. `amount` in minor units."""

    part: str
    item_id: UUID | None
    quantity: Decimal
    minor: int
    amount: int


def quantity_of(value: str | float | Decimal) -> Decimal:
    """A quantity as written by a person or a phone. Raises BadQuantity."""
    try:
        quantity = Decimal(str(value).strip())
    except InvalidOperation:
        raise BadQuantity("number") from None
    if not quantity.is_finite():
        raise BadQuantity("number")
    if quantity <= 0:
        raise BadQuantity("positive")
    if quantity > MOST:
        raise BadQuantity("large")
    if quantity != quantity.quantize(FINEST):
        raise BadQuantity("fine")
    return quantity.quantize(FINEST)


def line_of(item: Item, quantity: Decimal, moment: datetime) -> Line:
    """An item used at a moment, at the price of that moment, rounded half up to a minor unit. Raises NoPrice."""
    minor = item.price_at(moment)
    return Line(item.part, item.id, quantity, minor, int((quantity * minor).quantize(Decimal(1), ROUND_HALF_UP)))


# ---------------------------------------------------------------- the call-out fee


@dataclass(frozen=True)
class CallOut:
    """A site's fees for coming, in minor units, from a moment on. Night is by the site's clock and may cross midnight.

    The dearest that applies is taken, never a sum: holiday, night, day.
    """

    from_at: datetime
    day: int = 0
    night: int = 0
    holiday: int = 0
    night_from: time = time(22)
    night_until: time = time(6)
    holidays: frozenset[date] = frozenset()


def call_out(rules: Iterable[CallOut], on_site: datetime, zone: str) -> Line | None:
    """The fee for coming at that moment, by the rules in force then; None where nothing is charged."""
    rule = max((r for r in rules if r.from_at <= on_site), key=lambda r: r.from_at, default=None)
    if rule is None:
        return None
    local = on_site.astimezone(ZoneInfo(zone))
    fees = [rule.day]
    if is_between(local.time(), rule.night_from, rule.night_until):
        fees.append(rule.night)
    if local.date() in rule.holidays:
        fees.append(rule.holiday)
    fee = max(fees)
    return Line("call_out", None, Decimal(1), fee, fee) if fee else None


def is_between(moment: time, begin: time, end: time) -> bool:
    """Is a time of day in [begin, end), which may cross midnight? The same twice: never."""
    if begin <= end:
        return begin <= moment < end
    return moment >= begin or moment < end


# ---------------------------------------------------------------- the charge


@dataclass(frozen=True)
class Charge:
    """What an order costs, as shown and signed. `waived`: why nothing is asked for, "" when it is."""

    order_id: UUID
    currency: str
    payer: str
    lines: tuple[Line, ...]
    waived: str = ""

    @property
    def cost(self) -> int:
        """All lines together, in minor units, whoever bears them."""
        return sum(line.amount for line in self.lines)

    @property
    def due(self) -> int:
        """What the resident is asked for, in minor units."""
        return 0 if self.waived or self.payer != "resident" else self.cost

    def by_part(self) -> dict[str, int]:
        """Minor units by part, in the order it is shown (chapter 11: composition)."""
        return {part: sum(line.amount for line in self.lines if line.part == part) for part in PARTS}

    def digest(self) -> str:
        """SHA-256 of everything a signature under this charge stands for, the same on phone and server."""
        lines = [[line.part, str(line.item_id or ""), _plain(line.quantity), line.minor, line.amount] for line in self.lines]
        value = [str(self.order_id), self.currency, self.payer, self.waived, lines, self.due]
        return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _plain(quantity: Decimal) -> str:
    """1, 1.5, 0.125: without the noughts that say nothing."""
    whole, _point, rest = f"{quantity:f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


class Payment(NamedTuple):
    """Money that came, or went back (below nought), in minor units. `number`: of the receipt."""

    id: UUID
    at: datetime
    way: str
    amount: int
    number: str


class Balance(NamedTuple):
    """How a charge stands, in minor units. `state`: nothing (is asked for), unsigned, outstanding, paid, overpaid."""

    due: int
    paid: int
    outstanding: int
    state: str


def balance(charge: Charge, signed: str | None, payments: Sequence[Payment]) -> Balance:
    """How a charge stands. `signed`: the digest under the signature, if there is one; of other items it does not count.

    A payment counts once however often it is told of.
    """
    paid = sum({payment.id: payment.amount for payment in payments}.values())
    left = charge.due - paid
    if left < 0:
        state = "overpaid"
    elif charge.due == 0:
        state = "nothing"
    elif left == 0:
        state = "paid"
    else:
        state = "outstanding" if signed == charge.digest() else "unsigned"
    return Balance(charge.due, paid, left, state)


# ---------------------------------------------------------------- the ledger


class Entry(NamedTuple):
    """A finished order in the ledger: its local day, service, charge and payments."""

    day: date
    service: str
    charge: Charge
    payments: tuple[Payment, ...]


class Sums(NamedTuple):
    """A month's sums in minor units. `spent`: what the property or a warranty bore, `waived` included."""

    orders: int
    charged: int
    paid: int
    outstanding: int
    spent: int


def ledger(entries: Iterable[Entry]) -> dict[tuple[int, int, str], Sums]:
    """Sums by (year, month, service) of the day the work was done (chapter 11: collection and use)."""
    found: dict[tuple[int, int, str], Sums] = {}
    for entry in entries:
        key = entry.day.year, entry.day.month, entry.service
        stands = balance(entry.charge, None, entry.payments)
        borne = entry.charge.cost - entry.charge.due
        one = Sums(1, stands.due, stands.paid, stands.outstanding, borne)
        before = found.get(key, Sums(0, 0, 0, 0, 0))
        found[key] = Sums(*(a + b for a, b in zip(before, one, strict=True)))
    return found


WITHOUT_CENTS = ("JPY", "KRW", "VND")
MOST_MONEY = 10**11  # minor units: more is a slip of the thumb


class BadAmount(ValueError):
    """An amount that is none, finer than the currency's smallest coin, below nought or beyond belief."""


def minor_of(text: str, currency: str) -> int:
    """An amount as written by a person ("60", "12,50", "¥8.5"), in minor units. Raises BadAmount."""
    digits = text.strip().lstrip("¥$€£").replace("，", ",").replace(" ", "")
    if "," in digits and "." not in digits and len(digits.rpartition(",")[2]) <= 2:
        digits = digits.replace(",", ".")
    try:
        value = Decimal(digits.replace(",", "")).scaleb(0 if currency in WITHOUT_CENTS else 2)
    except InvalidOperation:
        raise BadAmount(text) from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 <= value <= MOST_MONEY:
        raise BadAmount(text)
    return int(value)


def major(minor: int, currency: str) -> Decimal:
    """An amount in the currency's own unit: 1250 fen are 12.50 yuan, 1250 yen are 1250."""
    return Decimal(minor).scaleb(0 if currency in WITHOUT_CENTS else -2)


def written(minor: int, currency: str) -> str:
    """An amount as digits with the currency's code: "CNY 12.50", "JPY 1250". Words and signs are the page's."""
    places = 0 if currency in WITHOUT_CENTS else 2
    sign, value = ("-" if minor < 0 else ""), abs(minor)
    digits = f"{value // 100}.{value % 100:02}" if places else str(value)
    return f"{currency} {sign}{digits}"
