"""Upload tickets: signed, self-contained, valid 180 days, good for one person's records from one device only.

A ticket outlives its session, so that records made without signal leave under their author's name whoever is signed
in by then, and a server restored from an older backup still knows it. The database holds only revocations.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from webapp.core import clock
from webapp.core.problems import Problem
from webapp.people.rules import TICKET_LIFE

HOUR = timedelta(hours=1)
BLOCKED_CALLS = 60


@dataclass(frozen=True)
class Ticket:
    """Who may hand in what from where, until when."""

    person_id: UUID
    device_id: UUID
    expires_at: datetime


@lru_cache(maxsize=4)
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="upload-ticket")


def issue(person_id: UUID, device_id: UUID) -> tuple[str, Ticket]:
    """A new ticket, as text and as value."""
    ticket = Ticket(person_id, device_id, clock.now() + TICKET_LIFE)
    body = {"p": person_id.hex, "d": device_id.hex, "e": int(ticket.expires_at.timestamp())}
    signed = _serializer(str(current_app.secret_key)).dumps(body)
    return signed if isinstance(signed, str) else signed.decode(), ticket


@lru_cache(maxsize=2048)
def _read(text: str, secrets: tuple[str, ...]) -> Ticket | None:
    for secret in secrets:
        try:
            body = _serializer(secret).loads(text)
            return Ticket(UUID(body["p"]), UUID(body["d"]), datetime.fromtimestamp(body["e"], UTC))
        except (BadData, KeyError, TypeError, ValueError):
            continue
    return None


def secrets() -> tuple[str, ...]:
    """The secret, and those used before it: a phone may have been offline while it was changed."""
    return str(current_app.secret_key), *current_app.config["OLD_SECRETS"]


def proved_by(claim: object, message: bytes, seal: object) -> Ticket | None:
    """The ticket of which `claim` is the part before the signature, if `seal` is HMAC-SHA256 of `message` under the whole of it.

    So a file proves that whoever made it held the ticket, and holds no ticket itself. None when it does not prove that.
    """
    if not isinstance(claim, str) or not isinstance(seal, str) or not seal.isascii():
        return None
    for secret in secrets():
        whole: bytes = _serializer(secret).make_signer().sign(claim.encode("utf-8", "replace"))
        ticket = _read(whole.decode(), (secret,))
        expected = hmac.new(whole, message, hashlib.sha256).hexdigest()
        if ticket is not None and ticket.expires_at >= clock.now() and hmac.compare_digest(expected, seal):
            return ticket
    return None


_blocked: dict[UUID, deque[datetime]] = {}


def count_blocked(device_id: UUID) -> None:
    """Remember that a blocked device has handed something in: it may do so BLOCKED_CALLS times in an hour (and process)."""
    _blocked.setdefault(device_id, deque(maxlen=BLOCKED_CALLS)).append(clock.now())


def forget_blocked() -> None:
    """Forget all counts."""
    _blocked.clear()


def presented() -> Ticket:
    """The ticket of this request's Authorization header.

    Raises Problem ticket (401) when it is not good, too-many (429) when it is of a blocked device that calls on and on:
    what a stolen phone sends is kept, but it must not fill the disk.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    ticket = _read(text.strip(), secrets()) if scheme.lower() == "ticket" else None
    if ticket is None or ticket.expires_at < clock.now():
        raise Problem("ticket")
    calls = _blocked.get(ticket.device_id)
    if calls and len(calls) == BLOCKED_CALLS and clock.now() - calls[0] < HOUR:
        raise Problem("too-many", retry_after_s=int(HOUR.total_seconds()))
    return ticket
