"""The trail. A record is what a phone sent, byte for byte, with the verdict on it; nothing here is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base

HELD = sa.text("status = 'held'")
WAITING = sa.text("waits_for IS NOT NULL")


class Record(Base):
    """One record as it arrived. `status` is accepted, held, aside (a supervisor has set it aside) or replaced (by a
    record that supersedes it); `reason` says why it is or was held, `waits_for` for which record.

    The columns from `kind` on are read from the payload when it could be read; `at` is the corrected time.
    """

    __tablename__ = "record"
    __table_args__ = (
        sa.Index("ix_record_device_seq", "device_id", "seq"),
        sa.Index("ix_record_held", "received_at", sqlite_where=HELD, postgresql_where=HELD),
        sa.Index("ix_record_waits_for", "waits_for", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id"))
    received_at: Mapped[datetime]
    sent_at: Mapped[str] = mapped_column(sa.String(40))
    status: Mapped[str] = mapped_column(sa.String(10), default="held")
    reason: Mapped[str | None] = mapped_column(sa.String(30))
    kind: Mapped[str | None] = mapped_column(sa.String(30))
    waits_for: Mapped[UUID | None]
    site_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("site.id"))
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    occurred_at: Mapped[str | None] = mapped_column(sa.String(40))
    at: Mapped[datetime | None]
    clock_grade: Mapped[str | None] = mapped_column(sa.String(10))


class RecordCopy(Base):
    """Other bytes that came under an id already taken. Both stay; a supervisor sees both until it was `settled_at`."""

    __tablename__ = "record_copy"
    __table_args__ = (sa.UniqueConstraint("record_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    record_id: Mapped[UUID] = mapped_column(sa.ForeignKey("record.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id"))
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class HeldStep(Base):
    """What a supervisor did about a held record, when and why.

    `result`: of trying it again (accepted, or the reason for which it is still held), or what was done: from-copy (taken
    in from a copy that does not prove itself), aside, again (taken up again), replaced (by the record `made`), settled
    (other bytes under its id were looked at).
    """

    __tablename__ = "held_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    record_id: Mapped[UUID] = mapped_column(sa.ForeignKey("record.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    result: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    made: Mapped[UUID | None]


class RecordPhoto(Base):
    """A photo that a record names. The picture itself may come before, after or never."""

    __tablename__ = "record_photo"

    record_id: Mapped[UUID] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True, index=True)


class Note(Base):
    """What somebody found: about a scan, a round, a checkpoint or just a site. `result` is normal or issue."""

    __tablename__ = "note"
    __table_args__ = (sa.Index("ix_note_site_at", "site_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    about: Mapped[UUID | None] = mapped_column(index=True)
    round_id: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    result: Mapped[str | None] = mapped_column(sa.String(10))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class Correction(Base):
    """A word on an earlier record: `withdraw` it (within ten minutes) or `explain` it."""

    __tablename__ = "correction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    about: Mapped[UUID] = mapped_column(sa.ForeignKey("record.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class ServerState(Base):
    """One row: what this database is. `epoch` changes when it was restored from a backup."""

    __tablename__ = "server_state"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    epoch: Mapped[UUID] = mapped_column(default=ids.new_id)


SEALED = sa.text("n IS NOT NULL")
UNSEALED = sa.text("n IS NULL")


class SealLink(Base):
    """A record's place in its site's sealed trail: put when it is accepted, sealed soon after (`n` and `hash`)."""

    __tablename__ = "seal_link"
    __table_args__ = (
        sa.Index("ix_seal_link_site_n", "site_id", "n", unique=True, sqlite_where=SEALED, postgresql_where=SEALED),
        sa.Index("ix_seal_link_unsealed", "site_id", sqlite_where=UNSEALED, postgresql_where=UNSEALED),
    )

    record_id: Mapped[UUID] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    n: Mapped[int | None] = mapped_column(sa.BigInteger)
    hash: Mapped[str | None] = mapped_column(sa.String(64))


class Seal(Base):
    """The trail of a site up to its record `n`, in one digest; one row for each batch that was sealed."""

    __tablename__ = "seal"
    __table_args__ = (sa.Index("ix_seal_site_at", "site_id", "sealed_at"),)

    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    n: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime]
