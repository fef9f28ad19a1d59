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
from webapp.people.authors import Author, Handset, author_and_handset
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

    author: Author
    handset: Handset
    received_at: datetime
    clock_error: timedelta


def judge(source: Source, raw: Iterable[Raw]) -> dict[UUID, Verdict]:
    """A verdict for each raw record. The effects of accepted ones are in the session, flushed."""
    verdicts, readable = _read_all(source, raw)
    if not source.author.in_force or source.handset.revoked:
        return verdicts | {arrived.id: _held(arrived, Held("revoked")) for arrived in readable}
    try:
        with db.session.begin_nested():  # the session's savepoint: it forgets the objects of what is rolled back
            return verdicts | _judge_each(source, readable)
    except Exception:  # whichever record it was: found by judging each by itself
        log.exception("judging %d records together failed; judging each by itself", len(readable))
    before: list[Accepted] = []  # their verdicts are not written yet: the next record would not find them
    for arrived in readable:
        try:
            with db.session.begin_nested():
                verdict = _judge_each(source, [arrived], before)[arrived.id]
        except Exception:  # a bug of ours must not cost a record: it stays, whole, and is tried again
            log.exception("record %s could not be judged", arrived.id)
            verdict = _held(arrived, Held("error"))
        if verdict.status == "accepted":
            before.append(Accepted(arrived.id, arrived.person_id, verdict.site_id, arrived.at))
        verdicts[arrived.id] = verdict
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
    before = _mark_before(source.handset, envelopes[0][1].seq) if envelopes else None
    for key, envelope in envelopes:
        try:
            mark = mark_of(envelope)
            corrected = rules.correct(mark.wall, source.clock_error, source.received_at, rules.ran_against(mark, before))
        except rules.BadTime:
            verdicts[key] = Verdict("held", "bad-time", envelope=envelope)
            continue
        before = mark
        arrived.append(
            Arrived(key, source.author.id, source.handset.id, envelope, corrected.at, mark.wall, corrected.grade, source.received_at)
        )
    return verdicts, arrived


def _unknown(envelope: Envelope) -> str | None:
    if envelope.env != 1:
        return "unknown-schema"
    schemas = KINDS.get(envelope.kind)
    if schemas is None:
        return "unknown-kind"
    return None if envelope.kind_schema in schemas else "unknown-schema"


def _mark_before(handset: Handset, seq: int) -> rules.Mark | None:
    """The device's clocks at its last record before `seq`: kept with the device, unless this call is a late one."""
    if handset.mark and handset.mark["seq"] < seq:
        return rules.Mark(handset.mark["seq"], rules.parse_wall(handset.mark["wall"]), handset.mark["mono"], handset.mark["boot"])
    if handset.mark is None:
        return None
    payload = db.session.scalar(
        sa.select(Record.payload)
        .where(Record.device_id == handset.id, Record.seq < seq, Record.at.isnot(None))
        .order_by(Record.seq.desc())
        .limit(1)
    )
    return None if payload is None else mark_of(read(payload.decode()))


def mark_of(envelope: Envelope) -> rules.Mark:
    """The phone's clocks at a record. Raises BadTime."""
    return rules.Mark(envelope.seq, rules.parse_wall(envelope.occurred_at), envelope.mono, envelope.boot)


def _judge_each(source: Source, readable: list[Arrived], before: Iterable[Accepted] = ()) -> dict[UUID, Verdict]:
    """Let each record's action decide. An action that holds a record has changed nothing.

    `before`: records of this call that were judged already.
    """
    batch = Batch(source.author, readable)
    for accepted in before:
        batch.trail.add(accepted)
    verdicts = {}
    for arrived in readable:
        try:
            site_id = _act(batch, arrived)
        except Held as held:
            verdicts[arrived.id] = _held(arrived, held)
            continue
        batch.trail.add(Accepted(arrived.id, arrived.person_id, site_id, arrived.at))
        verdicts[arrived.id] = Verdict("accepted", site_id=site_id, envelope=arrived.envelope, arrived=arrived)
    batch.memory.write()
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


VERDICT = (
    sa.update(Record)
    .where(Record.id == sa.bindparam("key"))
    .values(
        {
            name: sa.bindparam(f"v_{name}")
            for name in ("status", "reason", "waits_for", "site_id", "kind", "seq", "occurred_at", "at", "clock_grade")
        }
    )
)


def write_verdicts(verdicts: dict[UUID, Verdict]) -> None:
    """Put the verdicts on the records, and list the photos they name."""
    rows = []
    photos = {}
    for key, verdict in verdicts.items():
        envelope, arrived = verdict.envelope, verdict.arrived
        rows.append(
            {
                "key": key,
                "v_status": verdict.status,
                "v_reason": verdict.reason,
                "v_waits_for": verdict.waits_for,
                "v_site_id": verdict.site_id,
                "v_kind": envelope.kind[:30] if envelope else None,
                "v_seq": envelope.seq if envelope else None,
                "v_occurred_at": envelope.occurred_at if envelope else None,
                "v_at": arrived.at if arrived else None,
                "v_clock_grade": arrived.clock_grade if arrived else None,
            }
        )
        for photo in envelope.photos if envelope else ():
            photos[key, photo.sha256] = {"record_id": key, "sha256": photo.sha256}
    connection = db.session.connection()
    connection.execute(VERDICT, rows)
    if photos:
        connection.execute(sa.insert(RecordPhoto), list(photos.values()))


def judge_again(record_id: UUID) -> Verdict:
    """Judge a held record once more, as its author's, at the time it was received."""
    found = sa.select(Record.person_id, Record.device_id, Record.payload, Record.received_at, Record.sent_at).where(Record.id == record_id)
    record = db.session.execute(found).one()
    who = author_and_handset(record.person_id, record.device_id)
    assert who is not None  # foreign keys
    source = Source(*who, record.received_at, rules.parse_wall(record.sent_at) - record.received_at)
    verdicts = judge(source, [Raw(record_id, record.payload.decode())])
    db.session.execute(sa.delete(RecordPhoto).where(RecordPhoto.record_id == record_id))
    write_verdicts(verdicts)
    return verdicts[record_id]


WAITING = (
    sa.select(Record.id)
    .where(Record.waits_for.in_(sa.bindparam("keys", expanding=True)), Record.status == "held", Record.reason == "waits-for")
    .with_for_update()  # a supervisor may be trying it again at this moment
)


def judge_waiting(accepted: list[UUID]) -> dict[UUID, Verdict]:
    """Judge records that waited for these, and those that waited for them in turn. Gives their new verdicts."""
    verdicts: dict[UUID, Verdict] = {}
    while accepted:
        waiting = {key: judge_again(key) for key in db.session.connection().scalars(WAITING, {"keys": accepted}).all()}
        verdicts |= waiting
        accepted = [key for key, verdict in waiting.items() if verdict.status == "accepted"]
    return verdicts
