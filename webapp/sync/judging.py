"""Judging records whose bytes are stored: a verdict for each, and the effects of those that are accepted.

Judging all records of a transaction together in one savepoint is the usual way. Should anything fail that is not a verdict,
that savepoint is rolled back and each record gets its own, so that one bad record never holds up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.people.authors import Author, Handset, authors_by_id, handsets_by_id
from webapp.records import rules, sealing
from webapp.records.arrived import Arrived
from webapp.records.envelope import Envelope, read
from webapp.records.held import Held
from webapp.records.models import Record, RecordPhoto
from webapp.records.trail import Accepted
from webapp.sync.batch import Batch
from webapp.sync.calls import Reading, read_payload
from webapp.sync.kinds import KINDS

log = logging.getLogger(__name__)


class Verdict(NamedTuple):
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


def sift(source: Source, readings: Mapping[UUID, Reading]) -> tuple[dict[UUID, Verdict], dict[UUID, Arrived]]:
    """Correct the times of one call's records: those that have one, in the phone's order; and verdicts on what is held unjudged."""
    verdicts: dict[UUID, Verdict] = {}
    whole: list[tuple[UUID, Reading, Envelope]] = []
    for key, reading in readings.items():
        if reading.envelope is None or reading.reason:
            verdicts[key] = Verdict("held", reading.reason or "error", envelope=reading.envelope)
        else:
            whole.append((key, reading, reading.envelope))
    whole.sort(key=lambda one: one[2].seq)
    arrived: dict[UUID, Arrived] = {}
    before = _mark_before(source.handset, whole[0][2].seq) if whole else None
    author_id, handset_id, received_at = source.author.id, source.handset.id, source.received_at
    for key, reading, envelope in whole:
        try:
            mark = mark_of(envelope)
            corrected = rules.correct(mark.wall, source.clock_error, received_at, rules.ran_against(mark, before))
        except rules.BadTime:
            verdicts[key] = Verdict("held", "bad-time", envelope=envelope)
            continue
        before = mark
        arrived[key] = Arrived(
            key, author_id, handset_id, envelope, reading.form, reading.code, corrected.at, mark.wall, corrected.grade, received_at
        )
    if not source.author.in_force or source.handset.revoked:
        verdicts |= {key: _held(one, Held("revoked")) for key, one in arrived.items()}
    return verdicts, arrived


def judge(authors: Mapping[UUID, Author], arrived: list[Arrived]) -> dict[UUID, Verdict]:
    """A verdict for each record, judged in this order. The effects of accepted ones are in the session, flushed."""
    if not arrived:
        return {}
    try:
        with db.session.begin_nested():  # the session's savepoint: it forgets the objects of what is rolled back
            return _judge_each(Batch(authors, arrived))
    except Exception:  # whichever record it was: found by judging each by itself
        log.exception("judging %d records together failed; judging each by itself", len(arrived))
    verdicts: dict[UUID, Verdict] = {}
    before: list[Accepted] = []  # their verdicts are not written yet: the next record would not find them
    for one in arrived:
        try:
            with db.session.begin_nested():
                verdict = _judge_each(Batch(authors, [one]), before)[one.id]
        except Exception:  # a bug of ours must not cost a record: it stays, whole, and is tried again
            log.exception("record %s could not be judged", one.id)
            verdict = _held(one, Held("error"))
        if verdict.status == "accepted":
            before.append(Accepted(one.id, one.person_id, verdict.site_id, one.at))
        verdicts[one.id] = verdict
    return verdicts


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


def _judge_each(batch: Batch, before: Iterable[Accepted] = ()) -> dict[UUID, Verdict]:
    """Let each record's action decide. An action that holds a record has changed nothing.

    `before`: records of this transaction that were judged already.
    """
    for accepted in before:
        batch.trail.add(accepted)
    verdicts = {}
    for arrived in batch.arrived:
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
    if arrived.form is None:
        raise Held("bad-body")
    for record_id in arrived.envelope.after:
        batch.trail.require(record_id)
    return KINDS[arrived.envelope.kind][arrived.envelope.kind_schema].do(batch, arrived, arrived.form)


def _held(arrived: Arrived, held: Held) -> Verdict:
    return Verdict("held", held.reason, held.waits_for, envelope=arrived.envelope, arrived=arrived)


def columns_of(envelope: Envelope | None, arrived: Arrived | None) -> dict[str, Any]:
    """What of a record could be read, as columns of its row."""
    return {
        "kind": envelope.kind[:30] if envelope else None,
        "seq": envelope.seq if envelope else None,
        "occurred_at": envelope.occurred_at if envelope else None,
        "at": arrived.at if arrived else None,
        "clock_grade": arrived.clock_grade if arrived else None,
    }


def photos_named(record_id: UUID, envelope: Envelope | None) -> list[dict[str, Any]]:
    """The photos that a record names, as rows, each once."""
    named = dict.fromkeys(photo.sha256 for photo in envelope.photos) if envelope else ()
    return [{"record_id": record_id, "sha256": sha256} for sha256 in named]


SETTLE = (
    sa.update(Record)
    .where(Record.id.in_(sa.bindparam("keys", expanding=True)))
    .values({name: sa.bindparam(f"v_{name}") for name in ("status", "reason", "waits_for", "site_id")})
)


def settle(verdicts: Mapping[UUID, Verdict]) -> None:
    """Put verdicts on records, one statement for all that share one, and have the accepted ones sealed."""
    alike: dict[tuple[str, str | None, UUID | None, UUID | None], list[UUID]] = {}
    for key, verdict in verdicts.items():
        alike.setdefault((verdict.status, verdict.reason, verdict.waits_for, verdict.site_id), []).append(key)
    execute = db.session.connection().execute
    for (status, reason, waits_for, site_id), keys in alike.items():
        execute(SETTLE, {"keys": keys, "v_status": status, "v_reason": reason, "v_waits_for": waits_for, "v_site_id": site_id})
    sealing.put_in_line((key, v.site_id) for key, v in verdicts.items() if v.status == "accepted" and v.site_id is not None)


def judge_again(record_id: UUID) -> Verdict:
    """Judge a held record once more, as its author's, at the time it was received."""
    found = sa.select(Record.person_id, Record.device_id, Record.payload, Record.received_at, Record.sent_at).where(Record.id == record_id)
    record = db.session.execute(found).one()
    authors = authors_by_id([record.person_id])
    handset = handsets_by_id([record.device_id])[record.device_id]
    source = Source(authors[record.person_id], handset, record.received_at, rules.parse_wall(record.sent_at) - record.received_at)
    reading = read_payload(record.payload.decode())
    verdicts, arrived = sift(source, {record_id: reading})
    verdicts |= judge(authors, [one for one in arrived.values() if one.id not in verdicts])
    execute = db.session.connection().execute
    execute(sa.delete(RecordPhoto).where(RecordPhoto.record_id == record_id))
    if photos := photos_named(record_id, reading.envelope):
        execute(sa.insert(RecordPhoto), photos)
    execute(sa.update(Record).where(Record.id == record_id).values(**columns_of(reading.envelope, arrived.get(record_id))))
    settle(verdicts)
    return verdicts[record_id]


WAITING = (
    sa.select(Record.id)
    .where(
        Record.waits_for.isnot(None),
        Record.waits_for.in_(sa.bindparam("keys", expanding=True)),
        Record.status == "held",
        Record.reason == "waits-for",
    )
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
