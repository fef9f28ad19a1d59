"""Upload tickets: signed, self-contained, valid 180 days, good for one person's records from one device only.

A ticket outlives its session, so that records made without signal leave under their author's name whoever is signed
in by then, and a server restored from an older backup still knows it. The database holds only revocations.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from webapp.core import clock
from webapp.core.problems import Problem
from webapp.people.rules import TICKET_LIFE


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


def presented() -> Ticket:
    """The ticket of this request's Authorization header. Raises Problem ticket (401) when it is not good."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    ticket = _read(text.strip(), secrets()) if scheme.lower() == "ticket" else None
    if ticket is None or ticket.expires_at < clock.now():
        raise Problem("ticket")
    return ticket
