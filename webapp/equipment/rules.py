"""How equipment fares and what meters say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import NamedTuple

STATUSES = ("running", "fault", "repair", "out_of_service")
DOWN = ("fault", "repair", "out_of_service")


class Change(NamedTuple):
    """From then on it has that status."""

    at: datetime
    status: str


def status_at(changes: Iterable[Change], moment: datetime) -> str:
    """Its status at a moment; running where nobody has said otherwise."""
    before = [change for change in sorted(changes) if change.at <= moment]
    return before[-1].status if before else "running"


def downtime(changes: Iterable[Change], start: datetime, end: datetime) -> timedelta:
    """How long it was not running in [start, end)."""
    ordered = sorted(changes)
    marks = [Change(start, status_at(ordered, start)), *(c for c in ordered if start < c.at < end), Change(end, "running")]
    return sum((after.at - before.at for before, after in pairwise(marks) if before.status in DOWN), timedelta(0))


# ---------------------------------------------------------------- meters

FIRST = 3  # so many usages before a range can be told
WIDE = Decimal(3)  # times the usual a day, up or down


class Read(NamedTuple):
    """What a meter showed."""

    at: datetime
    value: Decimal


class Usage(NamedTuple):
    """Between two readings: how much, and whether the meter went round."""

    since: datetime
    until: datetime
    amount: Decimal
    rolled: bool

    @property
    def per_day(self) -> Decimal:
        """Usage a day; two readings at once say nothing of a day."""
        days = Decimal((self.until - self.since).total_seconds()) / Decimal(86_400)
        return self.amount / days if days else Decimal(0)


def usages(reads: Iterable[Read], digits: int) -> list[Usage]:
    """Usage from reading to reading. A lower value is a meter that went round after `digits` digits, or was misread: see `doubt`."""
    ordered = sorted(reads)
    found = []
    for one, other in pairwise(ordered):
        rolled = other.value < one.value
        found.append(Usage(one.at, other.at, other.value - one.value + (Decimal(10) ** digits if rolled else 0), rolled))
    return found


class Usual(NamedTuple):
    """What a meter is expected to show: its last reading, and the least and the most that is usual a day (None: not known yet)."""

    last: Read
    least: Decimal | None
    most: Decimal | None


def usual(reads: Sequence[Read], digits: int) -> Usual | None:
    """What is expected of the next reading; None before the first one. A meter that stood still says nothing of what is usual."""
    ordered = sorted(reads)
    if not ordered:
        return None
    daily = [usage.per_day for usage in usages(ordered, digits)][-12:]
    middle = median(daily) if len(daily) >= FIRST else Decimal(0)
    return Usual(ordered[-1], middle / WIDE, middle * WIDE) if middle else Usual(ordered[-1], None, None)


def doubt(reads: Sequence[Read], new: Read, digits: int) -> str | None:
    """Why a new reading should be looked at again, or None: too_long (more digits than the meter has), below_last, jump.

    A meter that goes round is plausible when that makes a usual usage; any other lower value is not.
    """
    if new.value < 0 or new.value >= Decimal(10) ** digits:
        return "too_long"
    before = [read for read in sorted(reads) if read.at < new.at]
    if not before:
        return None
    (latest,) = usages([before[-1], new], digits)
    daily = [usage.per_day for usage in usages(before, digits)][-12:]
    if len(daily) < FIRST:
        return "below_last" if latest.rolled else None
    middle = median(daily)
    is_usual = latest.per_day <= middle * WIDE and latest.per_day * WIDE >= middle
    if latest.rolled:
        return None if is_usual else "below_last"
    return None if is_usual or middle == 0 else "jump"


def confirms(doubted: Read | None, new: Read) -> bool:
    """Does a reading say again what was doubted the time before: lower than once, but going on from there?"""
    return doubted is not None and doubted.value <= new.value


class Verdict(NamedTuple):
    """What the office says of a reading: accept, correct (with the value it ought to have been) or aside."""

    verb: str
    value: Decimal | None = None


def settled(value: Decimal, doubt: str | None, verdict: Verdict | None) -> tuple[Decimal, str | None]:
    """(value, doubt) that count: as it came, unless the office has said something of it. Set aside, it counts no more than a misread one."""
    if verdict is None:
        return value, doubt
    if verdict.verb == "aside":
        return value, "aside"
    return (verdict.value if verdict.verb == "correct" and verdict.value is not None else value), None


def used_up(reads: Iterable[Read], digits: int, amount: Decimal, counts: Callable[[datetime], bool]) -> datetime | None:
    """When a meter had run for `amount` in the stretches that end on a day that counts; None while it has not."""
    total = Decimal(0)
    for usage in usages(reads, digits):
        if counts(usage.until):
            total += usage.amount
        if total >= amount:
            return usage.until
    return None
