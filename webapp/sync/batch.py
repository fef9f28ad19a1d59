"""One call of the intake: its form, and what judging its records needs to know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import NAMESPACE_URL, UUID, uuid5

from webapp.core.problems import Problem
from webapp.patrols.scanning import Memory
from webapp.people.authors import Author
from webapp.records.arrived import Arrived
from webapp.records.rules import BadTime, parse_wall
from webapp.records.trail import Trail
from webapp.sites.queries import LabelRead, labels_by_codes
from webapp.sites.rules import read_code

MOST_RECORDS = 100
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """One element of `records` as sent. `key` is the id it is kept under; `damaged`: payload and sha256 differ."""

    id: str
    key: UUID
    sha256: str
    payload: str
    damaged: bool
    bad_id: bool


@dataclass(frozen=True)
class Call:
    """A readable call. `sent_at` is the phone's time at sending."""

    sent_at_text: str
    sent_at: datetime
    incoming: list[Incoming]


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
    own_id, sha256, payload = (element.get(name) for name in ("id", "sha256", "payload"))
    if not isinstance(own_id, str) or not isinstance(sha256, str) or not isinstance(payload, str) or not 0 < len(own_id) <= 200:
        raise Problem("bad-call")
    try:
        key, bad_id = UUID(own_id), False
    except ValueError:
        # Whatever carries an id is kept: under a number made from it, and held.
        key, bad_id = uuid5(NAMESPACE_URL, own_id.encode("utf-8", "replace").decode()), True
    return Incoming(own_id, key, sha256, payload, _digest(payload) != sha256, bad_id)


def _digest(payload: str) -> str | None:
    """Hex digest of the payload's UTF-8 bytes; None for a text that has none (half of a surrogate pair)."""
    try:
        return hashlib.sha256(payload.encode()).hexdigest()
    except UnicodeEncodeError:
        return None


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


@dataclass
class Batch:
    """What the records of one call share: who hands in, and lookups made once for all of them."""

    author: Author
    arrived: list[Arrived]

    @cached_property
    def labels(self) -> Mapping[str, LabelRead]:
        """Labels by code, for every code that a record of the batch names."""
        codes = (read_code(str(a.envelope.body.get("code", ""))) for a in self.arrived if "code" in a.envelope.body)
        return labels_by_codes(code for code in codes if code)

    @cached_property
    def trail(self) -> Trail:
        """Accepted records that records of the batch speak of or come after."""
        spoken_of = [UUID(text) for a in self.arrived if _is_uuid(text := a.envelope.body.get("about"))]
        return Trail([*spoken_of, *(record_id for a in self.arrived for record_id in a.envelope.after)])

    @cached_property
    def memory(self) -> Memory:
        """For judging scans."""
        return Memory.load(self.author.id, list(self._scans()))

    def _scans(self) -> Iterable[tuple[LabelRead, datetime, str | None]]:
        for arrived in self.arrived:
            body = arrived.envelope.body
            label = self.label(str(body.get("code", ""))) if arrived.envelope.kind == "scan" else None
            if label is not None:
                wanted = body.get("round")
                yield label, arrived.at, wanted if isinstance(wanted, str) else None

    def label(self, text: str) -> LabelRead | None:
        """The label that a record's text names, if it is one of ours."""
        code = read_code(text)
        return self.labels.get(code) if code else None
