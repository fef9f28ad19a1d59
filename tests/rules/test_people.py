"""Ranks, the throttle and PINs."""

from __future__ import annotations

import pytest

from webapp.core.gate import RANKS
from webapp.people.rules import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, highest_rank, is_pin, is_throttled, plain_pin


@pytest.mark.parametrize(
    ("is_admin", "roles", "rank"),
    [
        (False, [], "signed-in"),
        (False, ["worker"], "worker"),
        (False, ["worker", "supervisor", "desk"], "supervisor"),
        (False, ["manager"], "manager"),
        (True, [], "admin"),
        (True, ["worker"], "admin"),
    ],
)
def test_the_highest_role_anywhere_counts(is_admin: bool, roles: list[str], rank: str) -> None:
    assert highest_rank(is_admin, roles) == RANKS[rank]


@pytest.mark.parametrize(
    ("account", "address", "throttled"),
    [
        (0, 0, False),
        (TRIES_PER_ACCOUNT - 1, TRIES_PER_ADDRESS - 1, False),
        (TRIES_PER_ACCOUNT, 0, True),
        (0, TRIES_PER_ADDRESS, True),
    ],
)
def test_the_throttle_closes_at_its_limits(account: int, address: int, throttled: bool) -> None:
    assert is_throttled(account, address) is throttled


@pytest.mark.parametrize("pin", ["000000", "111111", "999999", "123456", "654321", "012345", "987654", "890123", "098765"])
def test_pins_that_people_guess_first_are_plain(pin: str) -> None:
    assert plain_pin(pin)


@pytest.mark.parametrize("pin", ["121212", "123457", "482913", "112233", "135791"])
def test_other_pins_are_not(pin: str) -> None:
    assert not plain_pin(pin)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("123456", True),
        ("12345", False),
        ("1234567", False),
        ("12345a", False),
        ("", False),
        ("１２３４５６", False),
        ("-12345", False),
        (" 12345", False),
    ],
)
def test_a_pin_is_six_plain_digits(text: str, fits: bool) -> None:
    assert is_pin(text) is fits
