"""Reading the trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from webapp.core.db import db
from webapp.records.models import Correction, HeldStep, Note, Record, RecordCopy, RecordPhoto

Row = TypeVar("Row")
LOT = 500
Ids = Iterable[UUID] | sa.Select[UUID]  # ids, or the question for them, which costs less than to name hundreds


def notes_about(record_ids: Ids) -> dict[UUID, list[Note]]:
    """Notes by the record they are about, in order of time."""
    found: dict[UUID, list[Note]] = {}
    for note in _in_lots(sa.select(Note).order_by(Note.at), Note.about, record_ids):
        if note.about:
            found.setdefault(note.about, []).append(note)
    return found


def corrections_about(record_ids: Ids) -> dict[UUID, list[Correction]]:
    """Corrections by the record they are about, in order of time."""
    found: dict[UUID, list[Correction]] = {}
    for correction in _in_lots(sa.select(Correction).order_by(Correction.at), Correction.about, record_ids):
        found.setdefault(correction.about, []).append(correction)
    return found


def photos_of(record_ids: Ids) -> dict[UUID, list[str]]:
    """Digests of the photos that records name."""
    found: dict[UUID, list[str]] = {}
    for row in _in_lots(sa.select(RecordPhoto), RecordPhoto.record_id, record_ids):
        found.setdefault(row.record_id, []).append(row.sha256)
    return found


def _in_lots(statement: sa.Select[Row], column: InstrumentedAttribute[Any], keys: Ids) -> Iterator[Row]:
    """Rows whose `column` is one of many keys, asked in lots: databases limit the number of parameters."""
    if isinstance(keys, sa.Select):
        yield from db.session.scalars(statement.where(column.in_(keys)))
        return
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), LOT):
        yield from db.session.scalars(statement.where(column.in_(wanted[start : start + LOT])))


def held(site_ids: list[UUID] | None, persons: sa.Select[UUID] | None, state: str = "held") -> sa.Select[Record]:
    """Records in a state (held, aside, replaced), the latest first; among the held those, too, under whose id other bytes came.

    Of the sites or, where no site could be read, of the persons. None: all.
    """
    # By ids, not by OR or by status: so the few are found without going through the many. (The index of held ones wants the word itself.)
    wanted: sa.ColumnElement[bool]
    if state == "held":
        still = sa.select(Record.id).where(Record.status == sa.literal_column("'held'"))
        wanted = Record.id.in_(sa.union(still, sa.select(RecordCopy.record_id).where(RecordCopy.settled_at.is_(None))))
    else:
        wanted = sa.and_(Record.status == state, Record.id.in_(sa.select(HeldStep.record_id).where(HeldStep.result == state)))
    found = sa.select(Record).where(wanted).order_by(Record.received_at.desc(), Record.id)
    if site_ids is None or persons is None:
        return found
    theirs = sa.and_(Record.site_id.is_(None), Record.person_id.in_(persons))
    return found.where(sa.or_(Record.site_id.in_(site_ids), theirs))


def copies_of(record_id: UUID) -> list[RecordCopy]:
    """Other bytes that came under this record's id."""
    return list(db.session.scalars(sa.select(RecordCopy).where(RecordCopy.record_id == record_id)))


def steps_of(record_ids: Iterable[UUID]) -> dict[UUID, list[HeldStep]]:
    """What was done about held records, by record, in order."""
    found: dict[UUID, list[HeldStep]] = {}
    for step in _in_lots(sa.select(HeldStep).order_by(HeldStep.at), HeldStep.record_id, record_ids):
        found.setdefault(step.record_id, []).append(step)
    return found


def known_ids(record_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these records the server holds."""
    found: set[UUID] = set()
    wanted = sorted(set(record_ids))
    for start in range(0, len(wanted), LOT):
        found.update(db.session.scalars(sa.select(Record.id).where(Record.id.in_(wanted[start : start + LOT]))))
    return found
