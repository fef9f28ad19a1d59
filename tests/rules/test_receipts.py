"""Receipts can be read out over the telephone, and are the same at every asking."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.making import RECEIPT
from webapp.core import ids
from webapp.records.rules import receipt_code


@given(st.uuids())
def test_a_receipt_is_two_groups_of_letters_nobody_mistakes(own_id: UUID) -> None:
    assert RECEIPT.fullmatch(receipt_code(own_id))
    assert receipt_code(own_id) == receipt_code(UUID(str(own_id).upper()))


def test_receipts_of_one_shift_differ() -> None:
    made = [receipt_code(ids.new_id()) for _ in range(1000)]
    assert len(set(made)) >= 999  # 30 bits: a clash among a thousand happens once in two thousand shifts


def test_the_phone_works_out_the_same_codes() -> None:
    """tests/js/camera.test.mjs holds the same pairs: photos carry the code before the server has given it."""
    assert receipt_code(UUID("0196f3a0-0000-7000-8000-00000000000a")) == "ZQG-Q47"
    assert receipt_code(UUID("0196F3A0-1234-7ABC-9DEF-0123456789AB")) == "229-VE0"
