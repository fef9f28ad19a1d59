"""The intake: every record is stored as it came before it is judged, and nothing that carries an id is turned away.

One call is one transaction; results are given only after it is on disk (the caller commits before it answers).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db, insert_new
from webapp.core.i18n import force_locale
from webapp.core.problems import Problem
from webapp.people.models import Device, Person
from webapp.people.tickets import Ticket
from webapp.photos.queries import stored
from webapp.records.held import REASONS
from webapp.records.models import Record, RecordCopy
from webapp.records.queries import photos_of
from webapp.records.rules import receipt_code
from webapp.sync.batch import Call, Incoming
from webapp.sync.judging import Raw, Source, judge, judge_waiting, write_verdicts


def take(ticket: Ticket, call: Call, received_at: datetime) -> list[dict[str, Any]]:
    """Take a call's records in; one result a record, in order. Raises Problem ticket when its person or device is unknown."""
    person, device = db.session.get(Person, ticket.person_id), db.session.get(Device, ticket.device_id)
    if person is None or device is None:
        raise Problem("ticket")
    fresh = _store_raw(call, person, device, received_at)
    if fresh:
        source = Source(person, device, received_at, call.sent_at - received_at)
        verdicts = judge(source, [Raw(i.key, i.payload, i.bad_id) for i in fresh])
        write_verdicts(verdicts)
        device.max_seq = max([device.max_seq, *(v.envelope.seq for v in verdicts.values() if v.envelope)])
        judge_waiting([key for key, verdict in verdicts.items() if verdict.status == "accepted"])
    device.last_seen_at = received_at
    db.session.flush()
    return _results(call.incoming, {i.key for i in fresh}, person)


def _store_raw(call: Call, person: Person, device: Device, received_at: datetime) -> list[Incoming]:
    """Store whole, before anything is judged, the bytes of records that are new; gives those."""
    sound = {i.key: i for i in reversed(call.incoming) if not i.damaged}
    if not sound:
        return []
    common = {"person_id": person.id, "device_id": device.id, "received_at": received_at}
    rows = [
        {"id": i.key, "sha256": i.sha256, "payload": i.payload.encode(), "sent_at": call.sent_at_text, "status": "held", "reason": "error"}
        | common
        for i in sound.values()
    ]
    inserted = set(db.session.scalars(insert_new(Record, rows, "id").returning(Record.id)))
    others = [i for i in call.incoming if not i.damaged and (i.key not in inserted or i is not sound[i.key])]
    if others:
        _store_copies(others, common)
    return [i for i in sound.values() if i.key in inserted]


def _store_copies(incoming: list[Incoming], common: dict[str, Any]) -> None:
    """Keep other bytes that came under a known id, each once."""
    keys = {i.key for i in incoming}
    first = dict(db.session.execute(sa.select(Record.id, Record.sha256).where(Record.id.in_(keys))).tuples().all())
    copies = set(db.session.execute(sa.select(RecordCopy.record_id, RecordCopy.sha256).where(RecordCopy.record_id.in_(keys))).tuples())
    for i in incoming:
        if i.sha256 != first[i.key] and (i.key, i.sha256) not in copies:
            copies.add((i.key, i.sha256))
            db.session.add(RecordCopy(record_id=i.key, sha256=i.sha256, payload=i.payload.encode(), **common))


def _results(incoming: list[Incoming], fresh: set[UUID], person: Person) -> list[dict[str, Any]]:
    keys = {i.key for i in incoming if not i.damaged}
    found = sa.select(Record.id, Record.sha256, Record.status, Record.reason, Record.person_id).where(Record.id.in_(keys))
    rows = {row.id: row for row in db.session.execute(found)}
    named = photos_of(keys)
    here = stored(sha for shas in named.values() for sha in shas)
    answered: set[UUID] = set()
    results = []
    with force_locale(person.language):
        for i in incoming:
            result: dict[str, Any] = {
                "id": i.id,
                "sha256": i.sha256,
                "status": "damaged",
                "receipt": None,
                "reason": None,
                "message": None,
                "photos_pending": [],
            }
            if not i.damaged:
                row = rows[i.key]
                status, reason = row.status, row.reason
                if row.sha256 != i.sha256:
                    status, reason = "held", "id-reused"
                elif i.key not in fresh or i.key in answered:
                    status, reason = "duplicate", None
                answered.add(i.key)
                pending = [sha for sha in named.get(i.key, ()) if sha not in here]
                message = str(REASONS[reason]) if reason else None
                result |= {
                    "status": status,
                    "receipt": receipt_code(i.key),
                    "reason": reason,
                    "message": message,
                    "photos_pending": pending,
                }
            results.append(result)
    return results
