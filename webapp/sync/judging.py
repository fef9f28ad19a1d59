"""Judging records whose bytes are stored: a verdict for each, and the effects of those that are accepted.

Judging all records of a call together in one savepoint is the usual way. Should anything fail that is not a verdict,
that savepoint is rolled back and each record gets its own, so that one bad record never holds up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError

from webapp.core.db import db
from webapp.people.models import Device, Person
from webapp.records import rules
from webapp.records.arrived import Arrived
from webapp.records.envelope import Envelope, Unreadable, read
from webapp.records.held import Held
from webapp.records.models import Record, RecordPhoto
from webapp.records.trail import Accepted
from webapp.sync.batch import Batch
from webapp.sync.kinds import KINDS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Raw:
    """A stored record as it waits for its verdict. `bad_id`: its id was not a UUID."""

    key: UUID
    payload: str
    bad_id: bool = False


@dataclass(frozen=True)
class Verdict:
    """What became of a record, and what could be read of it."""

    status: str
    reason: str | None = None
    waits_for: UUID | None = None
    site_id: UUID | None = None
    envelope: Envelope | None = None
    arrived: Arrived | None = None


@dataclass(frozen=True)
class Source:
    """Who handed records in, from which device, when, and by how much the phone's clock was ahead then."""

    person: Person
    device: Device
    received_at: datetime
    clock_error: timedelta


def judge(source: Source, raw: Iterable[Raw]) -> dict[UUID, Verdict]:
    """A verdict for each raw record. The effects of accepted ones are in the session, flushed."""
    verdicts, readable = _read_all(source, raw)
    if not source.person.in_force or source.device.revoked_at is not None:
        return verdicts | {arrived.id: _held(arrived, Held("revoked")) for arrived in readable}
    try:
        with db.session.begin_nested():
            return verdicts | _judge_each(source, readable)
    except Exception:  # whichever record it was: found by judging each by itself
        log.exception("judging %d records together failed; judging each by itself", len(readable))
    for arrived in readable:
        try:
            with db.session.begin_nested():
                verdicts |= _judge_each(source, [arrived])
        except Exception:  # a bug of ours must not cost a record: it stays, whole, and is tried again
            log.exception("record %s could not be judged", arrived.id)
            verdicts[arrived.id] = _held(arrived, Held("error"))
    return verdicts


def _read_all(source: Source, raw: Iterable[Raw]) -> tuple[dict[UUID, Verdict], list[Arrived]]:
    """Read envelopes and correct times: verdicts on what cannot be read, and the rest in the phone's order."""
    verdicts: dict[UUID, Verdict] = {}
    envelopes: list[tuple[UUID, Envelope]] = []
    for one in raw:
        try:
            envelope = read(one.payload)
        except Unreadable:
            verdicts[one.key] = Verdict("held", "bad-id" if one.bad_id else "bad-body")
            continue
        reason = "bad-id" if one.bad_id else _unknown(envelope)
        if reason:
            verdicts[one.key] = Verdict("held", reason, envelope=envelope)
        else:
            envelopes.append((one.key, envelope))
    envelopes.sort(key=lambda pair: pair[1].seq)
    arrived = []
    before = _mark_before(source.device, envelopes[0][1].seq) if envelopes else None
    for key, envelope in envelopes:
        try:
            wall = rules.parse_wall(envelope.occurred_at)
            mark = rules.Mark(envelope.seq, wall, envelope.mono, envelope.boot)
            corrected = rules.correct(wall, source.clock_error, source.received_at, rules.ran_against(mark, before))
        except rules.BadTime:
            verdicts[key] = Verdict("held", "bad-time", envelope=envelope)
            continue
        before = mark
        arrived.append(Arrived(key, source.person.id, source.device.id, envelope, corrected.at, wall, corrected.grade, source.received_at))
    return verdicts, arrived


def _unknown(envelope: Envelope) -> str | None:
    if envelope.env != 1:
        return "unknown-schema"
    schemas = KINDS.get(envelope.kind)
    if schemas is None:
        return "unknown-kind"
    return None if envelope.kind_schema in schemas else "unknown-schema"


def _mark_before(device: Device, seq: int) -> rules.Mark | None:
    """The device's clocks at its last record before `seq`."""
    payload = db.session.scalar(
        sa.select(Record.payload)
        .where(Record.device_id == device.id, Record.seq < seq, Record.at.isnot(None))
        .order_by(Record.seq.desc())
        .limit(1)
    )
    if payload is None:
        return None
    envelope = read(payload.decode())
    return rules.Mark(envelope.seq, rules.parse_wall(envelope.occurred_at), envelope.mono, envelope.boot)


def _judge_each(source: Source, readable: list[Arrived]) -> dict[UUID, Verdict]:
    """Let each record's action decide. An action that holds a record has changed nothing."""
    batch = Batch(source.person, source.device, readable)
    verdicts = {}
    for arrived in readable:
        try:
            site_id = _act(batch, arrived)
        except Held as held:
            verdicts[arrived.id] = _held(arrived, held)
            continue
        batch.trail.add(Accepted(arrived.id, arrived.person_id, site_id, arrived.at))
        verdicts[arrived.id] = Verdict("accepted", site_id=site_id, envelope=arrived.envelope, arrived=arrived)
    db.session.flush()
    return verdicts


def _act(batch: Batch, arrived: Arrived) -> UUID | None:
    kind = KINDS[arrived.envelope.kind][arrived.envelope.kind_schema]
    try:
        body = kind.body.model_validate(arrived.envelope.body)
    except ValidationError:
        raise Held("bad-body") from None
    for record_id in arrived.envelope.after:
        batch.trail.require(record_id)
    return kind.do(batch, arrived, body)


def _held(arrived: Arrived, held: Held) -> Verdict:
    return Verdict("held", held.reason, held.waits_for, envelope=arrived.envelope, arrived=arrived)


def write_verdicts(verdicts: dict[UUID, Verdict]) -> None:
    """Put the verdicts on the records, and list the photos they name."""
    rows = []
    photos = {}
    for key, verdict in verdicts.items():
        envelope, arrived = verdict.envelope, verdict.arrived
        rows.append(
            {
                "id": key,
                "status": verdict.status,
                "reason": verdict.reason,
                "waits_for": verdict.waits_for,
                "site_id": verdict.site_id,
                "kind": envelope.kind[:30] if envelope else None,
                "seq": envelope.seq if envelope else None,
                "occurred_at": envelope.occurred_at if envelope else None,
                "at": arrived.at if arrived else None,
                "clock_grade": arrived.clock_grade if arrived else None,
            }
        )
        for photo in envelope.photos if envelope else ():
            photos[key, photo.sha256] = {"record_id": key, "sha256": photo.sha256}
    db.session.execute(sa.update(Record), rows)
    if photos:
        db.session.execute(sa.insert(RecordPhoto), list(photos.values()))


def judge_again(record: Record) -> str:
    """Judge a held record once more, as its author's, at the time it was received. Gives its status."""
    person, device = db.session.get(Person, record.person_id), db.session.get(Device, record.device_id)
    assert person is not None  # foreign keys
    assert device is not None
    sent_at = rules.parse_wall(record.sent_at)
    source = Source(person, device, record.received_at, sent_at - record.received_at)
    verdicts = judge(source, [Raw(record.id, record.payload.decode())])
    for photo in list(db.session.scalars(sa.select(RecordPhoto).where(RecordPhoto.record_id == record.id))):
        db.session.delete(photo)
    db.session.flush()
    write_verdicts(verdicts)
    return verdicts[record.id].status


def judge_waiting(accepted: list[UUID]) -> None:
    """Judge records that waited for these, and those that waited for them in turn."""
    while accepted:
        waiting = sa.select(Record).where(Record.status == "held", Record.reason == "waits-for", Record.waits_for.in_(accepted))
        accepted = [r.id for r in list(db.session.scalars(waiting)) if judge_again(r) == "accepted"]
