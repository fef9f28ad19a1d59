"""Pure questions about records: the corrected time, and the receipt code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

CLOCK_OK = timedelta(minutes=2)
OLDEST = timedelta(days=400)
RECEIPT_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


class Corrected(NamedTuple):
    """A moment by the server's clock. `grade`: ok (the phone was right within 2 min), corrected, suspect."""

    at: datetime
    grade: str


class BadTime(ValueError):
    """No plausible moment can be worked out."""


class Mark(NamedTuple):
    """What a device's clocks said at one record: its wall clock, and its monotonic one (seconds) within `boot`."""

    seq: int
    wall: datetime
    mono: float | None
    boot: str | None


def parse_wall(text: str) -> datetime:
    """The phone's own time, with its offset. Raises BadTime."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise BadTime(text)
        moment.timestamp()
    except (ValueError, OverflowError):
        raise BadTime(text) from None
    return moment


def ran_against(mark: Mark, before: Mark | None) -> bool:
    """Was the phone's clock set between two of its records?

    Either the later one (by `seq`) has the earlier time, or more time passed on the monotonic clock than on the wall.
    (Less may have passed: monotonic clocks may stop while a phone sleeps.)
    """
    if before is None or before.seq >= mark.seq:
        return False
    wall = mark.wall - before.wall
    if wall < -timedelta(seconds=1):
        return True
    if mark.mono is None or before.mono is None or mark.boot is None or mark.boot != before.boot:
        return False
    return mark.mono - before.mono - wall.total_seconds() > CLOCK_OK.total_seconds()


def correct(wall: datetime, clock_error: timedelta, received_at: datetime, tampered: bool = False) -> Corrected:
    """When it really happened: the phone's time less the phone's clock error (its time at sending − ours at receiving).

    An error under two minutes is left alone. A moment after its own receipt becomes the receipt's. Raises BadTime when
    the result is more than OLDEST before the receipt, or more than a day after it.
    """
    error = clock_error if abs(clock_error) >= CLOCK_OK else timedelta(0)
    try:
        at = wall - error
    except OverflowError:
        raise BadTime(str(wall)) from None
    if at < received_at - OLDEST or at > received_at + timedelta(days=1):
        raise BadTime(str(wall))
    future = at > received_at + CLOCK_OK
    grade = "suspect" if tampered or future else "corrected" if error else "ok"
    return Corrected(min(at, received_at), grade)


def receipt_code(record_id: UUID) -> str:
    """The short code people can read out, such as K7Q-2F9: 30 bits of the id's digest, the same at every asking."""
    bits = int.from_bytes(hashlib.sha256(record_id.bytes).digest()[:4]) >> 2
    letters = "".join(RECEIPT_LETTERS[bits >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))
    return f"{letters[:3]}-{letters[3:]}"


def first_hash(site_id: UUID) -> str:
    """What a site's trail begins with."""
    return hashlib.sha256(f"rounds trail {site_id}".encode()).hexdigest()


def link_hash(before: str, n: int, facts: Iterable[object]) -> str:
    """Hex SHA-256 that binds the n-th record of a trail, given by facts about it, to all before it."""
    texts = [fact.isoformat() if isinstance(fact, datetime) else str(fact) for fact in facts]
    return hashlib.sha256("\n".join([before, str(n), *texts]).encode()).hexdigest()


def printed_seal(n: int, hash_: str) -> str:
    """A seal as people read and compare it: 8412-7F3A-9C21-44D0-0B7E, the count and 64 bits of the digest."""
    letters = hash_[:16].upper()
    return "-".join([str(n), *(letters[i : i + 4] for i in range(0, 16, 4))])
