"""One call of the intake as it is sent: its form, and what can be read of its records before anybody judges them.

All of this is done before the write transaction: while one call is judged, the next ones are read.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ValidationError

from webapp.core.problems import Problem
from webapp.people.tickets import Ticket
from webapp.records.envelope import Envelope, Unreadable, read
from webapp.records.rules import BadTime, parse_wall
from webapp.sites.rules import read_code
from webapp.sync.kinds import KINDS

MOST_RECORDS = 100
MOST_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


class Reading(NamedTuple):
    """What could be read of a payload. `reason`: why it must be held, whatever it says.

    `form` is its body, when that is well formed; `code` the label's code in it.
    """

    envelope: Envelope | None = None
    form: BaseModel | None = None
    code: str | None = None
    reason: str | None = None


class Incoming(NamedTuple):
    """One element of `records` as sent. `key` is the id it is kept under; `damaged`: payload and sha256 differ."""

    id: str
    key: UUID
    sha256: str
    payload: str
    damaged: bool
    reading: Reading


@dataclass(frozen=True)
class Call:
    """A readable call. `sent_at` is the phone's time at sending."""

    sent_at_text: str
    sent_at: datetime
    incoming: list[Incoming]


@dataclass(frozen=True)
class Parcel:
    """A call, the ticket it came under, and when it was received."""

    ticket: Ticket
    call: Call
    received_at: datetime


def read_call(value: object) -> Call:
    """The call in a parsed JSON body. Raises Problem bad-call (400) or too-large (413: halve the batch)."""
    if not isinstance(value, dict) or not isinstance(value.get("records"), list) or not isinstance(value.get("sent_at"), str):
        raise Problem("bad-call")
    if len(value["records"]) > MOST_RECORDS:
        raise Problem("too-large")
    if len(value["sent_at"]) > 40 or not value["sent_at"].isprintable():  # Python takes any sign between day and time
        raise Problem("bad-call")
    try:
        sent_at = parse_wall(value["sent_at"])
    except BadTime:
        raise Problem("bad-call") from None
    return Call(value["sent_at"], sent_at, [_read_element(element) for element in value["records"]])


def _read_element(element: object) -> Incoming:
    if not isinstance(element, dict):
        raise Problem("bad-call")
    own_id, sha256, payload = element.get("id"), element.get("sha256"), element.get("payload")
    if not isinstance(own_id, str) or not isinstance(sha256, str) or not isinstance(payload, str) or not 0 < len(own_id) <= 200:
        raise Problem("bad-call")
    damaged = _digest(payload) != sha256
    reading = Reading() if damaged else read_payload(payload)
    try:
        key = UUID(own_id)
    except ValueError:
        # Whatever carries an id is kept: under a number made from it, and held.
        key = uuid5(NAMESPACE_URL, own_id.encode("utf-8", "replace").decode())
        reading = Reading(reading.envelope, reason="bad-id")
    return Incoming(own_id, key, sha256, payload, damaged, reading)


def _digest(payload: str) -> str | None:
    """Hex digest of the payload's UTF-8 bytes; None for a text that has none (half of a surrogate pair)."""
    try:
        return hashlib.sha256(payload.encode()).hexdigest()
    except UnicodeEncodeError:
        return None


def read_payload(payload: str) -> Reading:
    """Read envelope and body; never raises."""
    try:
        envelope = read(payload)
    except Unreadable:
        return Reading(reason="bad-body")
    except Exception:  # a bug of ours must not cost a record, nor its neighbours
        log.exception("a payload could not be read")
        return Reading(reason="error")
    if envelope.env != 1:
        return Reading(envelope, reason="unknown-schema")
    schemas = KINDS.get(envelope.kind)
    if schemas is None:
        return Reading(envelope, reason="unknown-kind")
    if envelope.kind_schema not in schemas:
        return Reading(envelope, reason="unknown-schema")
    text = envelope.body.get("code")
    code = read_code(text) if isinstance(text, str) else None
    return Reading(envelope, _form(schemas[envelope.kind_schema].body, envelope.body), code)


def _form(model: type[BaseModel], body: dict[str, Any]) -> BaseModel | None:
    try:
        return model.model_validate(body)
    except ValidationError:
        return None
