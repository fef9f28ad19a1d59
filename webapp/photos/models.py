"""Pictures, known by the digest of their bytes. The bytes lie in the data folder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Base


class Photo(Base):
    """One stored picture. `size` in bytes, width and height in pixels (0 when the format could not be opened)."""

    __tablename__ = "photo"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    mime: Mapped[str] = mapped_column(sa.String(20))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    stored_at: Mapped[datetime] = mapped_column(default=clock.now)
