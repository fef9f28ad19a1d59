"""Pure questions about people: ranks, throttle, passwords and PINs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from webapp.core.gate import RANKS

THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 8
TRIES_PER_ADDRESS = 60
PIN_TRIES = 5
TICKET_LIFE = timedelta(days=180)
PASSWORD_MIN = 8


def highest_rank(is_admin: bool, roles: Iterable[str]) -> int:
    """The number in RANKS of the highest role held; 0 for an account without a site."""
    if is_admin:
        return RANKS["admin"]
    return max((RANKS[role] for role in roles), default=0)


def is_throttled(account_tries: int, address_tries: int) -> bool:
    """Have there been too many failed tries in the last THROTTLE_WINDOW?"""
    return account_tries >= TRIES_PER_ACCOUNT or address_tries >= TRIES_PER_ADDRESS


def plain_pin(pin: str) -> bool:
    """Is this a PIN that people guess first: all the same digit, or a straight run?"""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {9})


def is_pin(pin: str) -> bool:
    """Six digits."""
    return len(pin) == 6 and pin.isascii() and pin.isdigit()


@dataclass(frozen=True)
class Gap:
    """Numbers that are missing, from the first to the last."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


def count_in(gaps: Iterable[Gap]) -> int:
    """How many numbers are missing."""
    return sum(gap.last - gap.first + 1 for gap in gaps)


# ---------------------------------------------------------------- induction


def begun_after(day: date, days: int) -> date:
    """Who began after this date is in the first `days` days on `day`: the first day is the first of them."""
    return day - timedelta(days=days)


def alone_in_induction(people: Collection[UUID], new: Collection[UUID]) -> bool:
    """Did only people in their induction do this (clause 2.3.2)? Two of them are no company for each other."""
    return bool(people) and all(person_id in new for person_id in people)
