"""What an order costs: prices of their time, call-out fees, signatures that hold only for what was signed, the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.work_orders.charges import (
    BadQuantity,
    CallOut,
    Charge,
    Entry,
    Item,
    Line,
    NoPrice,
    Payment,
    Price,
    balance,
    call_out,
    is_between,
    ledger,
    line_of,
    major,
    quantity_of,
    written,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai
SHANGHAI = "Asia/Shanghai"
ORDER = UUID(int=1)
TAP = Item(UUID(int=2), "material", "piece", (Price(NOON, 3_550), Price(NOON + timedelta(days=1), 3_900)))
HOUR = Item(UUID(int=3), "labour", "hour", (Price(NOON - timedelta(days=9), 6_000), Price(NOON + timedelta(days=9), None)))


def charge(*lines: Line, payer: str = "resident", waived: str = "") -> Charge:
    return Charge(ORDER, "CNY", payer, lines, waived)


def paid(number: int, amount: int) -> Payment:
    return Payment(UUID(int=number), NOON, "wechat", amount, f"R-{number}")


# ---------------------------------------------------------------- quantities and prices


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("two", "number"), ("", "number"), ("NaN", "number"), ("Infinity", "number"),
        ("0", "positive"), ("-1", "positive"), (-0.5, "positive"), ("1.0005", "fine"), ("10000.001", "large"), ("1e99", "large"),
    ],
)  # fmt: skip
def test_a_quantity_that_cannot_be_says_why(value: Any, why: str) -> None:
    with pytest.raises(BadQuantity) as caught:
        quantity_of(value)
    assert caught.value.why == why


@pytest.mark.parametrize(("value", "quantity"), [("1", "1"), (" 2.5 ", "2.5"), (0.125, "0.125"), ("1.500", "1.5"), ("10000", "10000")])
def test_a_quantity_is_read_as_written(value: Any, quantity: str) -> None:
    assert quantity_of(value) == Decimal(quantity)


@pytest.mark.parametrize(
    ("moment", "minor"), [(NOON, 3_550), (NOON + timedelta(hours=23, minutes=59), 3_550), (NOON + timedelta(days=1), 3_900)]
)
def test_the_price_is_that_of_its_time(moment: datetime, minor: int) -> None:
    assert TAP.price_at(moment) == minor


@pytest.mark.parametrize(("item", "moment"), [(TAP, NOON - timedelta(seconds=1)), (HOUR, NOON + timedelta(days=9))])
def test_before_it_had_one_and_after_it_was_withdrawn_there_is_no_price(item: Item, moment: datetime) -> None:
    with pytest.raises(NoPrice):
        item.price_at(moment)


@pytest.mark.parametrize(("quantity", "amount"), [("2", 7_100), ("0.5", 1_775), ("0.001", 4), ("1.333", 4_732)])
def test_an_amount_is_rounded_half_up_to_a_minor_unit(quantity: str, amount: int) -> None:
    assert line_of(TAP, Decimal(quantity), NOON) == Line("material", TAP.id, Decimal(quantity), 3_550, amount)


# ---------------------------------------------------------------- the call-out fee

FEES = CallOut(NOON - timedelta(days=365), day=1_000, night=3_000, holiday=5_000, holidays=frozenset({date(2026, 11, 24)}))


@pytest.mark.parametrize(
    ("wall", "fee"),
    [
        ("2026-11-23 12:00", 1_000), ("2026-11-23 21:59", 1_000), ("2026-11-23 22:00", 3_000), ("2026-11-23 05:59", 3_000),
        ("2026-11-23 06:00", 1_000), ("2026-11-24 00:00", 5_000), ("2026-11-24 23:59", 5_000), ("2026-11-25 00:00", 3_000),
    ],
)  # fmt: skip
def test_the_dearest_fee_that_applies_is_taken_by_the_sites_clock(wall: str, fee: int) -> None:
    moment = datetime.fromisoformat(f"{wall}+08:00").astimezone(UTC)
    assert call_out([FEES], moment, SHANGHAI) == Line("call_out", None, Decimal(1), fee, fee)


def test_the_rule_is_that_of_its_time_and_no_fee_is_no_line() -> None:
    later = CallOut(NOON)
    assert call_out([later, FEES], NOON - timedelta(seconds=1), SHANGHAI) is not None
    assert call_out([later, FEES], NOON, SHANGHAI) is None
    assert call_out([], NOON, SHANGHAI) is None


@given(st.times(), st.times(), st.times())
def test_a_time_is_in_a_span_or_in_the_rest_of_the_day(moment: time, begin: time, end: time) -> None:
    if begin != end:
        assert is_between(moment, begin, end) != is_between(moment, end, begin)
    else:
        assert not is_between(moment, begin, end)


# ---------------------------------------------------------------- the charge and what was paid

LINES = (line_of(HOUR, Decimal("1.5"), NOON), line_of(TAP, Decimal(2), NOON), Line("call_out", None, Decimal(1), 1_000, 1_000))


def test_a_charge_shows_what_it_consists_of() -> None:
    assert charge(*LINES).by_part() == {"labour": 9_000, "material": 7_100, "call_out": 1_000}
    assert charge(*LINES).due == charge(*LINES).cost == 17_100


@pytest.mark.parametrize("way", [{"payer": "property"}, {"payer": "warranty"}, {"waived": "our own fault"}])
def test_what_others_bear_costs_but_is_not_asked_for(way: dict[str, str]) -> None:
    free = charge(*LINES, **way)
    assert (free.cost, free.due, balance(free, None, []).state) == (17_100, 0, "nothing")


@pytest.mark.parametrize(
    "other",
    [
        charge(*LINES[:2]), charge(*LINES, waived="x"), charge(*LINES, payer="property"), charge(LINES[1], LINES[0], LINES[2]),
        charge(LINES[0]._replace(quantity=Decimal("1.501")), *LINES[1:]), charge(LINES[0]._replace(amount=8_999), *LINES[1:]),
    ],
)  # fmt: skip
def test_a_signature_does_not_hold_for_another_charge(other: Charge) -> None:
    assert other.digest() != charge(*LINES).digest()
    if other.due:
        assert balance(other, charge(*LINES).digest(), []).state == "unsigned"


def test_how_a_quantity_was_written_does_not_change_the_digest() -> None:
    assert charge(LINES[0]._replace(quantity=Decimal("1.500"))).digest() == charge(LINES[0]._replace(quantity=Decimal("1.5"))).digest()


@pytest.mark.parametrize(
    ("signed", "amounts", "state", "left"),
    [
        (False, [], "unsigned", 17_100), (True, [], "outstanding", 17_100), (True, [7_100], "outstanding", 10_000),
        (True, [7_100, 10_000], "paid", 0), (False, [17_100], "paid", 0), (True, [20_000], "overpaid", -2_900), (True, [20_000, -2_900], "paid", 0),
    ],
)  # fmt: skip
def test_how_a_charge_stands(signed: bool, amounts: list[int], state: str, left: int) -> None:
    one = charge(*LINES)
    stands = balance(one, one.digest() if signed else None, [paid(n, amount) for n, amount in enumerate(amounts)])
    assert (stands.state, stands.outstanding) == (state, left)


@given(st.lists(st.integers(-10_000, 30_000), max_size=6), st.randoms(use_true_random=False))
def test_payments_count_once_in_any_order(amounts: list[int], chance: Any) -> None:
    payments = [paid(n, amount) for n, amount in enumerate(amounts)]
    told = payments + payments[:2]
    chance.shuffle(told)
    assert balance(charge(*LINES), None, told) == balance(charge(*LINES), None, payments)
    assert balance(charge(*LINES), None, told).paid == sum(amounts)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 3, 31)),
            st.sampled_from(["repair", "cleaning"]),
            st.sampled_from(["resident", "property"]),
        )
    )
)
def test_the_ledger_leaves_nothing_out_and_counts_nothing_twice(rows: list[tuple[date, str, str]]) -> None:
    entries = [Entry(day, service, charge(*LINES, payer=payer), (paid(1, 100),)) for day, service, payer in rows]
    sums = ledger(entries)
    assert sum(s.orders for s in sums.values()) == len(rows)
    assert sum(s.charged + s.spent for s in sums.values()) == 17_100 * len(rows)
    assert sum(s.charged - s.paid for s in sums.values()) == sum(s.outstanding for s in sums.values())
    assert set(sums) == {(day.year, day.month, service) for day, service, _payer in rows}


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [(1_250, "CNY", "CNY 12.50"), (-5, "EUR", "EUR -0.05"), (1_250, "JPY", "JPY 1250"), (0, "CNY", "CNY 0.00")],
)
def test_an_amount_in_digits(minor: int, currency: str, words: str) -> None:
    assert written(minor, currency) == words


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [(1250, "CNY", "12.5"), (1250, "JPY", "1250"), (-5, "EUR", "-0.05"), (0, "CNY", "0"), (10**15, "CNY", "1e13")],
)
def test_an_amount_in_the_currencys_own_unit(minor: int, currency: str, amount: str) -> None:
    assert major(minor, currency) == Decimal(amount)
