"""The intake: every record is stored as it came before it is judged, and nothing that carries an id is turned away.

One call is one transaction; results are given only after it is on disk (the caller commits before it answers). The
statements go to the connection with prepared texts: this is the one path whose speed every phone feels.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.i18n import force_locale
from webapp.core.problems import Problem
from webapp.people.authors import Author, Handset, author_and_handset
from webapp.people.models import Device
from webapp.people.tickets import Ticket
from webapp.photos.queries import stored
from webapp.records.held import REASONS
from webapp.records.models import Record, RecordCopy
from webapp.records.queries import photos_of
from webapp.records.rules import receipt_code
from webapp.sync.batch import Call, Incoming
from webapp.sync.judging import Raw, Source, Verdict, judge, judge_waiting, write_verdicts

KNOWN = sa.select(Record.id, Record.sha256).where(Record.id.in_(sa.bindparam("keys", expanding=True)))
COPIES = sa.select(RecordCopy.record_id, RecordCopy.sha256).where(RecordCopy.record_id.in_(sa.bindparam("keys", expanding=True)))
SEEN = (
    sa.update(Device)
    .where(Device.id == sa.bindparam("device"))
    .values(last_seen_at=sa.bindparam("seen"), max_seq=sa.bindparam("seq"), mark=sa.bindparam("clocks"))
)


def take(ticket: Ticket, call: Call, received_at: datetime) -> list[dict[str, Any]]:
    """Take a call's records in; one result a record, in order.

    Raises Problem ticket when its person or device is unknown, and IntegrityError when another call brought the same
    new id at the same moment: the caller rolls back and looks once more.
    """
    who = author_and_handset(ticket.person_id, ticket.device_id, alone=True)
    if who is None:
        raise Problem("ticket")
    author, handset = who
    fresh, first_bytes = _store_raw(call, author, handset, received_at)
    verdicts: dict[UUID, Verdict] = {}
    if fresh:
        verdicts = judge(Source(author, handset, received_at, call.sent_at - received_at), [Raw(i.key, i.payload, i.bad_id) for i in fresh])
        write_verdicts(verdicts)
        own = set(verdicts)
        later = judge_waiting([key for key, verdict in verdicts.items() if verdict.status == "accepted"])
        verdicts |= {key: verdict for key, verdict in later.items() if key in own}  # a record may come before the one it waits for
    _note_device(handset, verdicts, received_at)
    return _results(call.incoming, verdicts, first_bytes, author.language)


def _store_raw(call: Call, author: Author, handset: Handset, received_at: datetime) -> tuple[list[Incoming], dict[UUID, str]]:
    """Store whole, before anything is judged, the bytes of records that are new.

    Gives those, and for every id of the call the digest of the bytes that came first under it.
    """
    connection = db.session.connection()
    sound = [i for i in call.incoming if not i.damaged]
    first = dict(connection.execute(KNOWN, {"keys": list({i.key for i in sound})}).all()) if sound else {}
    common = {"person_id": author.id, "device_id": handset.id, "received_at": received_at}
    fresh, others = [], []
    for i in sound:
        if i.key not in first:
            first[i.key] = i.sha256
            fresh.append(i)
        elif first[i.key] != i.sha256:
            others.append(i)
    if fresh:
        raw = {"sent_at": call.sent_at_text, "status": "held", "reason": "error"} | common
        # In the order of ids: two calls that bring the same records wait for each other, but not in a circle.
        rows = [{"id": i.key, "sha256": i.sha256, "payload": i.payload.encode(), **raw} for i in sorted(fresh, key=lambda i: i.key)]
        connection.execute(sa.insert(Record), rows)
    if others:
        _store_copies(others, common)
    return fresh, first


def _store_copies(others: list[Incoming], common: dict[str, Any]) -> None:
    """Keep other bytes that came under a known id, each once."""
    copies = {(row.record_id, row.sha256) for row in db.session.execute(COPIES, {"keys": list({i.key for i in others})})}
    for i in others:
        if (i.key, i.sha256) not in copies:
            copies.add((i.key, i.sha256))
            db.session.add(RecordCopy(record_id=i.key, sha256=i.sha256, payload=i.payload.encode(), **common))
    db.session.flush()


def _note_device(handset: Handset, verdicts: dict[UUID, Verdict], received_at: datetime) -> None:
    """Keep when the device was seen, and its clocks at its record of the highest `seq`."""
    timed = [v.envelope for v in verdicts.values() if v.envelope and v.arrived]
    last = max(timed, key=lambda e: e.seq, default=None)
    clocks = handset.mark
    if last is not None and (clocks is None or last.seq > clocks["seq"]):
        clocks = {"seq": last.seq, "wall": last.occurred_at, "mono": last.mono, "boot": last.boot}
    seq = max([handset.max_seq, *(v.envelope.seq for v in verdicts.values() if v.envelope)])
    db.session.connection().execute(SEEN, {"device": handset.id, "seen": received_at, "seq": seq, "clocks": clocks})


def _results(incoming: list[Incoming], verdicts: dict[UUID, Verdict], first_bytes: dict[UUID, str], language: str) -> list[dict[str, Any]]:
    """One answer a record. The first element under an id that was new gets its verdict; the same bytes again: duplicate."""
    pending = _photos_pending(incoming, verdicts)
    answered: set[UUID] = set()
    results = []
    for i in incoming:
        status, reason = "damaged", None
        if not i.damaged:
            if first_bytes[i.key] != i.sha256:
                status, reason = "held", "id-reused"
            elif i.key in verdicts and i.key not in answered:
                status, reason = verdicts[i.key].status, verdicts[i.key].reason
            else:
                status = "duplicate"
            answered.add(i.key)
        results.append(
            {
                "id": i.id,
                "sha256": i.sha256,
                "status": status,
                "receipt": None if i.damaged else receipt_code(i.key),
                "reason": reason,
                "message": _message(reason, language),
                "photos_pending": [] if i.damaged else pending.get(i.key, []),
            }
        )
    return results


def _message(reason: str | None, language: str) -> str | None:
    if reason is None:
        return None
    with force_locale(language):
        return str(REASONS[reason])


def _photos_pending(incoming: list[Incoming], verdicts: dict[UUID, Verdict]) -> dict[UUID, list[str]]:
    """Digests of the photos that have not arrived, by record."""
    named = {key: [p.sha256 for p in v.envelope.photos] for key, v in verdicts.items() if v.envelope and v.envelope.photos}
    again = [i.key for i in incoming if not i.damaged and i.key not in verdicts]
    if again:
        named |= photos_of(again)
    here = stored(sha for shas in named.values() for sha in shas)
    return {key: [sha for sha in dict.fromkeys(shas) if sha not in here] for key, shas in named.items()}
