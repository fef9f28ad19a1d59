"""Tables of handovers. Both are only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import ids
from webapp.core.db import Base


class Handover(Base):
    """Somebody gives the post to a colleague. Its id is its record's.

    `counts`: what was counted, by `rules.COUNTED`; `carried`: ids of the work orders that were open at the site then; `text`: what is
    open besides, in the person's own words.
    """

    __tablename__ = "handover"
    __table_args__ = (sa.Index("ix_handover_site_at", "site_id", "at"), sa.Index("ix_handover_to", "to_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    to_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    carried: Mapped[list[Any]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]

    answers: Mapped[list[HandoverAnswer]] = relationship(lazy="selectin", order_by="HandoverAnswer.at, HandoverAnswer.id")


class HandoverAnswer(Base):
    """What the colleague says to it: `take` it over, or `object` (it is taken over, but something does not agree).

    `by_pin`: confirmed on the phone of who gave it, by the colleague's PIN. Otherwise its id is its record's.
    """

    __tablename__ = "handover_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    handover_id: Mapped[UUID] = mapped_column(sa.ForeignKey("handover.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    by_pin: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
