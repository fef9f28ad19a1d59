"""Copies of phones' outboxes that were taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base


class CopyTaken(Base):
    """A phone's "saved copy" that somebody handed in: whose records, from which device, and what became of them.

    `proved`: it was sealed with its author's ticket, so the phone's own author made it.
    """

    __tablename__ = "copy_taken"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    brought_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id"))
    proved: Mapped[bool]
    counted: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
