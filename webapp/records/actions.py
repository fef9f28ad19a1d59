"""Notes and corrections: the records that speak of other records. Nothing here commits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core import search
from webapp.core.db import db
from webapp.records.arrived import Arrived
from webapp.records.bodies import CorrectionBody, NoteBody
from webapp.records.held import Held
from webapp.records.models import Correction, Note, ServerState
from webapp.records.trail import Trail

EPOCH = sa.select(ServerState.epoch)
WITHDRAW_WITHIN = timedelta(minutes=10)


def ensure_state() -> None:
    """Give a new database its epoch."""
    if db.session.get(ServerState, 1) is None:
        db.session.add(ServerState(id=1))


def epoch() -> UUID:
    """The epoch of this database: it changes when the database was restored from a backup."""
    return db.session.connection().execute(EPOCH).scalar_one()


def write_note(arrived: Arrived, body: NoteBody, site_id: UUID, round_id: str | None, checkpoint_id: UUID | None) -> Note:
    """Keep what somebody found. Where it belongs has been worked out, and the person may speak there."""
    note = Note(
        id=arrived.id,
        site_id=site_id,
        person_id=arrived.person_id,
        about=body.about,
        round_id=round_id,
        checkpoint_id=checkpoint_id,
        result=body.result,
        answers=body.answers,
        text=body.text or arrived.envelope.note,
        at=arrived.at,
    )
    db.session.add(note)
    search.file("note", note.id, site_id, note.at, note.text)
    return note


def correct(arrived: Arrived, body: CorrectionBody, trail: Trail) -> Correction:
    """Withdraw or explain one's own record.

    Raises Held: waits-for (the record has not come), no-access (somebody else's), too-late (more than ten minutes
    after what is withdrawn), conflict (withdrawn before).
    """
    about = trail.require(body.about)
    if about.person_id != arrived.person_id:
        raise Held("no-access")
    if body.verb == "withdraw":
        if arrived.at - about.at > WITHDRAW_WITHIN:
            raise Held("too-late")
        if db.session.scalar(sa.select(Correction.id).where(Correction.about == about.id, Correction.verb == "withdraw")):
            raise Held("conflict")
    correction = Correction(id=arrived.id, about=about.id, person_id=arrived.person_id, verb=body.verb, reason=body.reason, at=arrived.at)
    db.session.add(correction)
    return correction
