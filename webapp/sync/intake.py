"""The intake: every record is stored as it came before it is judged, and nothing that carries an id is turned away.

Calls that wait at the same moment share a transaction (`queue`), so everything here is done for several calls at once;
results are given only after they are on disk (the caller commits before it answers). The statements go to the
connection with prepared texts: this is the one path whose speed every phone feels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import faults
from webapp.core.db import db, insert_rows
from webapp.core.i18n import speaking
from webapp.people.authors import authors_by_id, handsets_by_id
from webapp.people.models import Device
from webapp.photos.queries import stored
from webapp.records.arrived import Arrived
from webapp.records.held import REASONS
from webapp.records.models import Record, RecordCopy, RecordPhoto
from webapp.records.queries import photos_of
from webapp.records.rules import receipt_code
from webapp.sync.calls import Incoming, Parcel
from webapp.sync.judging import Source, Verdict, columns_of, judge, judge_waiting, photos_named, settle, sift

Result = dict[str, Any]

KNOWN = sa.select(Record.id, Record.sha256).where(Record.id.in_(sa.bindparam("keys", expanding=True)))
COPIES = sa.select(RecordCopy.record_id, RecordCopy.sha256).where(RecordCopy.record_id.in_(sa.bindparam("keys", expanding=True)))
SEEN = (
    sa.update(Device)
    .where(Device.id == sa.bindparam("device"))
    .values(last_seen_at=sa.bindparam("seen"), max_seq=sa.bindparam("seq"), mark=sa.bindparam("clocks"))
)


@dataclass
class Lot:
    """A call on its way through the intake: what of it is new, what came with other bytes, and the verdicts on the new.

    `first_bytes`: for every id of the transaction the digest that came first under it; `pending`: by record, digests of
    the photos that have not arrived.
    """

    parcel: Parcel
    source: Source
    first_bytes: dict[UUID, str] = field(default_factory=dict)
    fresh: dict[UUID, Incoming] = field(default_factory=dict)
    others: list[Incoming] = field(default_factory=list)
    arrived: dict[UUID, Arrived] = field(default_factory=dict)
    verdicts: dict[UUID, Verdict] = field(default_factory=dict)
    pending: dict[UUID, list[str]] = field(default_factory=dict)


def take(parcels: Sequence[Parcel]) -> list[Lot]:
    """Take calls in, each of another device.

    Raises IntegrityError when another transaction brought the same new id at the same moment: the caller rolls back and
    looks once more.
    """
    lots = _lots(parcels)
    _sort_out(lots)
    for lot in lots:
        lot.verdicts, lot.arrived = sift(lot.source, {key: i.reading for key, i in lot.fresh.items()})
    _store_raw(lots)
    faults.reach("intake.stored")
    _note_devices(lots)
    _judge(lots)
    faults.reach("intake.judged")
    for lot in lots:
        lot.pending = _photos_pending(lot)
    return lots


def _lots(parcels: Sequence[Parcel]) -> list[Lot]:
    """Who hands in, from which device."""
    authors = authors_by_id(parcel.ticket.person_id for parcel in parcels)
    handsets = handsets_by_id((parcel.ticket.device_id for parcel in parcels), alone=True)
    lots = []
    for parcel in parcels:
        author, handset = authors[parcel.ticket.person_id], handsets[parcel.ticket.device_id]
        lots.append(Lot(parcel, Source(author, handset, parcel.received_at, parcel.call.sent_at - parcel.received_at)))
    return lots


def _sort_out(lots: list[Lot]) -> None:
    """Find what is new, and what came with other bytes than the first time."""
    keys = {i.key for lot in lots for i in lot.parcel.call.incoming if not i.damaged}
    first = dict(db.session.connection().execute(KNOWN, {"keys": list(keys)}).all()) if keys else {}
    for lot in lots:
        lot.first_bytes = first
        for i in lot.parcel.call.incoming:
            if i.damaged:
                continue
            if i.key not in first:
                first[i.key] = i.sha256
                lot.fresh[i.key] = i
            elif first[i.key] != i.sha256:
                lot.others.append(i)


def _store_raw(lots: list[Lot]) -> None:
    """Store whole, before anything is judged, the bytes of records that are new, and other bytes that came under a known id."""
    rows, photos = [], []
    for lot in lots:
        raw = {"sent_at": lot.parcel.call.sent_at_text, "status": "held", "reason": "error"} | _common(lot)
        for key, i in lot.fresh.items():
            columns = columns_of(i.reading.envelope, lot.arrived.get(key))
            rows.append({"id": key, "sha256": i.sha256, "payload": i.payload.encode(), **raw, **columns})
            photos += photos_named(key, i.reading.envelope)
    if rows:
        # In the order of ids: two calls that bring the same records wait for each other, but not in a circle.
        insert_rows(Record, sorted(rows, key=lambda row: row["id"]))
    if photos:
        insert_rows(RecordPhoto, photos)
    for lot in lots:
        if lot.others:
            _store_copies(lot)


def _common(lot: Lot) -> dict[str, Any]:
    return {"person_id": lot.source.author.id, "device_id": lot.source.handset.id, "received_at": lot.source.received_at}


def _store_copies(lot: Lot) -> None:
    """Keep other bytes that came under a known id, each once."""
    copies = {(row.record_id, row.sha256) for row in db.session.execute(COPIES, {"keys": list({i.key for i in lot.others})})}
    for i in lot.others:
        if (i.key, i.sha256) not in copies:
            copies.add((i.key, i.sha256))
            db.session.add(RecordCopy(record_id=i.key, sha256=i.sha256, payload=i.payload.encode(), **_common(lot)))
    db.session.flush()


def _note_devices(lots: list[Lot]) -> None:
    """Keep when each device was seen, and its clocks at its record of the highest `seq`."""
    rows = []
    for lot in lots:
        handset = lot.source.handset
        last = max((one.envelope for one in lot.arrived.values()), key=lambda e: e.seq, default=None)
        clocks = handset.mark
        if last is not None and (clocks is None or last.seq > clocks["seq"]):
            clocks = {"seq": last.seq, "wall": last.occurred_at, "mono": last.mono, "boot": last.boot}
        seq = max([handset.max_seq, *(i.reading.envelope.seq for i in lot.fresh.values() if i.reading.envelope)])
        rows.append({"device": handset.id, "seen": lot.source.received_at, "seq": seq, "clocks": clocks})
    db.session.connection().execute(SEEN, rows)


def _judge(lots: list[Lot]) -> None:
    """Give every new record its verdict, and those that waited for one of them theirs."""
    arrived = [one for lot in lots for one in lot.arrived.values() if one.id not in lot.verdicts]
    verdicts = judge({lot.source.author.id: lot.source.author for lot in lots}, arrived)
    for lot in lots:
        verdicts |= lot.verdicts
    settle(verdicts)
    later = judge_waiting([key for key, verdict in verdicts.items() if verdict.status == "accepted"])
    for lot in lots:  # a record may come before the one it waits for
        lot.verdicts = {key: later.get(key) or verdicts[key] for key in lot.fresh}


def results_of(lot: Lot) -> list[Result]:
    """One answer a record, in order. The first element under an id that was new gets its verdict; the same bytes again: duplicate."""
    answered: set[UUID] = set()
    results = []
    for i in lot.parcel.call.incoming:
        status, reason = "damaged", None
        if not i.damaged:
            if lot.first_bytes[i.key] != i.sha256:
                status, reason = "held", "id-reused"
            elif i.key in lot.verdicts and i.key not in answered:
                status, reason = lot.verdicts[i.key].status, lot.verdicts[i.key].reason
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
                "message": _message(reason, lot.source.author.language),
                "photos_pending": [] if i.damaged else lot.pending.get(i.key, []),
            }
        )
    return results


def _message(reason: str | None, language: str) -> str | None:
    if reason is None:
        return None
    with speaking(language):
        return str(REASONS[reason])


def _photos_pending(lot: Lot) -> dict[UUID, list[str]]:
    """Digests of the photos that have not arrived, by record."""
    named = {key: [p.sha256 for p in v.envelope.photos] for key, v in lot.verdicts.items() if v.envelope and v.envelope.photos}
    again = [i.key for i in lot.parcel.call.incoming if not i.damaged and i.key not in lot.verdicts]
    if again:
        named |= photos_of(again)
    here = stored(sha for shas in named.values() for sha in shas) if named else set()
    return {key: [sha for sha in dict.fromkeys(shas) if sha not in here] for key, shas in named.items()}
