"""Upload tickets: signed, self-contained, valid 180 days, good for one person's records from one device only.

A ticket outlives its session, so that records made without signal leave under their author's name whoever is signed
in by then, and a server restored from an older backup still knows it. The database holds only revocations.
"""

from __future__ import annotations

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


def presented() -> Ticket:
    """The ticket of this request's Authorization header. Raises Problem ticket (401) when it is not good."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    ticket = _read(text.strip(), secrets()) if scheme.lower() == "ticket" else None
    if ticket is None or ticket.expires_at < clock.now():
        raise Problem("ticket")
    return ticket
