"""Taking in a "saved copy": the file a phone makes of what it could not send, brought by anybody who has signal.

The file is no credential: it carries its author's ticket without the signature, and a seal that only the whole ticket can
make. A sealed copy goes through the intake as if the phone itself had called. A copy without a good seal is kept whole but
held, and only a supervisor of its author may bring it. Ids make all of it idempotent with a later upload by the phone.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from webapp.core import clock, gate, ids
from webapp.core.db import db, insert_new
from webapp.core.i18n import iso
from webapp.core.problems import Problem
from webapp.people import tickets
from webapp.people.models import Device, Person
from webapp.people.queries import names, people_reached
from webapp.people.session import me
from webapp.photos import actions as photos
from webapp.records.models import HeldStep, Record, RecordCopy
from webapp.records.queries import known_ids
from webapp.sync.calls import MOST_RECORDS, Call, Incoming, Parcel, read_call
from webapp.sync.judging import columns_of
from webapp.sync.models import CopyTaken
from webapp.sync.queue import take_in

copies = Blueprint("copies", __name__)

MOST_UPLOAD = 300 * 1024 * 1024  # bytes: a night's photos
MOST_TEXT = 32 * 1024 * 1024
MOST_PHOTOS = 2000
MOST_OFFSET = timedelta(days=400)
RECORDS, PHOTOS = "records.json", "photos/"


class NotACopy(Exception):
    """The file is not one that a phone of ours saved."""


@dataclass(frozen=True)
class Part:
    """The records of one person on one device. `ticket`: what the seal proves, or None."""

    person_id: UUID
    device_id: UUID
    ticket: tickets.Ticket | None
    clock_error: timedelta
    calls: list[list[dict[str, Any]]]


@dataclass
class Report:
    """What became of a copy: records counted, held, known already, damaged; pictures stored, or not fit to be."""

    counted: int = 0
    held: int = 0
    duplicate: int = 0
    damaged: int = 0
    pictures: int = 0
    bad_pictures: int = 0
    proved: bool = True


@copies.url_value_preprocessor
def allow_large_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A copy may hold many photos. Set here, because the gate reads the form before the view is asked."""
    request.max_content_length = MOST_UPLOAD


@copies.get("/copies")
@gate.signed_in
def page() -> str:
    """Where a saved copy is handed in."""
    return show()


def show(report: Report | None = None, error: str = "") -> str:
    """The page, after a copy was taken in with what became of it."""
    theirs = people_reached(me()).with_only_columns(Person.id).order_by(None)
    seen = sa.or_(CopyTaken.brought_by == me().id, CopyTaken.person_id.in_(theirs))
    before = list(db.session.scalars(sa.select(CopyTaken).where(seen).order_by(CopyTaken.at.desc()).limit(10)))
    people = names([person for taken in before for person in (taken.person_id, taken.brought_by)])
    return render_template("sync/copies.html", report=report, error=error, before=before, people=people)


@copies.post("/copies")
@gate.signed_in
def take() -> str | tuple[str, int]:
    """Take a copy in; the report says how many records were new, known, held, damaged."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return show(error=_("Choose the file first.")), 422
    bringer_id = me().id
    try:
        with zipfile.ZipFile(upload.stream) as archive:
            parts = read_parts(archive)
            for part in parts:
                check_may_bring(part)
            db.session.commit()  # the intake has its own transactions, and on SQLite only one may write
            report = Report()
            for part in parts:
                take_part(part, bringer_id, report)
            take_pictures(archive, parts[0].person_id, report)
    except (NotACopy, zipfile.BadZipFile, NotImplementedError):
        return show(error=_("This file is not a copy saved by Rounds, or it is damaged.")), 422
    return show(report)


# ---------------------------------------------------------------- reading the file


def read_parts(archive: zipfile.ZipFile) -> list[Part]:
    """The parts of a copy. Raises NotACopy."""
    try:
        value = json.loads(_content(archive, RECORDS, MOST_TEXT))
        # Until 0.1 a copy was one part, without a seal.
        parts = [_part(part, value) for part in value.get("parts", [value])]
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        raise NotACopy from None
    if not parts:
        raise NotACopy
    return parts


def _content(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file of the archive, unpacked; never more than `most` bytes, whatever the archive says of its size. Raises NotACopy."""
    with archive.open(name) as inside:
        content = inside.read(most + 1)
    if len(content) > most:
        raise NotACopy
    return content


def _part(part: dict[str, Any], whole: dict[str, Any]) -> Part:
    records, offset = part["records"], whole.get("clock_offset_ms")
    offset = offset if isinstance(offset, int) and not isinstance(offset, bool) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise NotACopy
    person_id, device_id = UUID(part["person"]), UUID(part["device"])
    lines = [f"{record.get('id')} {record.get('sha256')}\n" for record in records]
    message = "".join([f"{whole.get('made_at')} {'' if offset is None else offset}\n", *lines]).encode()
    ticket = tickets.proved_by(part.get("claim"), message, part.get("seal"))
    if ticket is not None and (ticket.person_id, ticket.device_id) != (person_id, device_id):
        ticket = None
    error = (
        timedelta(milliseconds=-offset) if offset is not None and abs(offset) < MOST_OFFSET / timedelta(milliseconds=1) else timedelta(0)
    )
    lots = [records[start : start + MOST_RECORDS] for start in range(0, len(records), MOST_RECORDS)]
    return Part(person_id, device_id, ticket, error, lots)


def check_may_bring(part: Part) -> None:
    """A sealed copy may be brought by anybody, another one only by a supervisor of its author. Raises Problem."""
    if db.session.get(Person, part.person_id) is None or db.session.get(Device, part.device_id) is None:
        raise Problem("not-found", _("This copy is of a person or a phone that this server does not know."))
    theirs = people_reached(me()).where(Person.id == part.person_id)
    if part.ticket is None and db.session.scalar(theirs) is None:
        raise Problem("forbidden", _("This copy does not prove which phone it is from. A supervisor of its author can take it in."))


# ---------------------------------------------------------------- taking it in


def take_part(part: Part, bringer_id: UUID, report: Report) -> None:
    """Take one part in and keep that it was brought. Commits."""
    taken = CopyTaken(brought_by=bringer_id, person_id=part.person_id, device_id=part.device_id, proved=part.ticket is not None)
    taken.counted = taken.held = taken.duplicate = taken.damaged = 0
    for records in part.calls:
        received_at = clock.now()
        # What the phone's clock would say now: the file was made at another time, by the same clock.
        sent_at = received_at + part.clock_error
        call = _read_call(records, sent_at)
        sound = [i for i in call.incoming if not i.damaged]
        before = known_ids(i.key for i in sound)
        db.session.commit()
        if part.ticket is not None:
            take_in(Parcel(part.ticket, call, received_at))
        else:
            hold(part, sound, received_at, sent_at, bringer_id)
        fresh = {i.key for i in sound} - before
        accepted = _accepted(fresh)
        taken.counted += len(accepted)
        taken.held += len(fresh) - len(accepted)
        taken.duplicate += len(sound) - len(fresh)
        taken.damaged += len(call.incoming) - len(sound)
    db.session.add(taken)
    report.proved = report.proved and taken.proved
    for name in ("counted", "held", "duplicate", "damaged"):
        setattr(report, name, getattr(report, name) + getattr(taken, name))
    db.session.commit()


def _read_call(records: list[dict[str, Any]], sent_at: datetime) -> Call:
    try:
        return read_call({"sent_at": iso(sent_at), "records": records})
    except Problem:
        raise NotACopy from None


def _accepted(keys: set[UUID]) -> set[UUID]:
    return set(db.session.scalars(sa.select(Record.id).where(Record.id.in_(keys), Record.status == "accepted")))


def hold(part: Part, incoming: list[Incoming], received_at: datetime, sent_at: datetime, bringer_id: UUID) -> None:
    """Store whole, and hold until a supervisor tries them, records that do not prove where they are from."""
    common = {"person_id": part.person_id, "device_id": part.device_id, "received_at": received_at}
    for i in incoming:
        columns = columns_of(i.reading.envelope, None)
        row = {"id": i.key, "sha256": i.sha256, "payload": i.payload.encode(), "sent_at": iso(sent_at), "status": "held"}
        added = insert_new(Record, [row | {"reason": "from-copy"} | common | columns], "id").returning(Record.id)
        if db.session.scalar(added) is not None:
            db.session.add(HeldStep(record_id=i.key, person_id=bringer_id, result="from-copy"))
        elif db.session.scalar(sa.select(Record.sha256).where(Record.id == i.key)) != i.sha256:
            other = {"id": ids.new_id(), "record_id": i.key, "sha256": i.sha256, "payload": i.payload.encode()} | common
            db.session.execute(insert_new(RecordCopy, [other], "record_id", "sha256"))
    db.session.commit()


def take_pictures(archive: zipfile.ZipFile, person_id: UUID, report: Report) -> None:
    """Store the copy's pictures, each in its own transaction: one that is bad does not cost the others."""
    for name in [n for n in archive.namelist() if n.startswith(PHOTOS)][:MOST_PHOTOS]:
        try:
            photos.store(name.removeprefix(PHOTOS), _content(archive, name, photos.MOST_BYTES), person_id)
            db.session.commit()
            report.pictures += 1
        except (Problem, NotACopy, zipfile.BadZipFile):
            db.session.rollback()
            report.bad_pictures += 1
