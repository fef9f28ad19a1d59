"""What a supervisor says about a day. Rows are only ever added; where an exception stands follows from them (`rules.fold`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base

CARRIED = sa.text("verb = 'carry'")


class ExceptionDecision(Base):
    """Who decided what about an exception, when and why.

    `key`: the exception's kind and subject (`lines.Line.key`); `day`: on which day's page; `number`: the n-th decision about this key,
    so that of two supervisors at once one is told. `verb`: see `rules.VERBS`. `shown`: what the exception said then, by language;
    `order_id`: the work order that was raised; `to_id`: the person who is asked.
    """

    __tablename__ = "exception_decision"
    __table_args__ = (
        sa.UniqueConstraint("site_id", "key", "number"),
        sa.Index("ix_exception_decision_day", "site_id", "day"),
        sa.Index("ix_exception_decision_carried", "site_id", "day", sqlite_where=CARRIED, postgresql_where=CARRIED),
        sa.Index("ix_exception_decision_to", "to_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    day: Mapped[date]
    key: Mapped[str] = mapped_column(sa.String(140))
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)
    order_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("work_order.id"))
    to_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


class Answer(Base):
    """What somebody who was asked says to it: `explain` how it came, or `appeal` against the doubt. Its id is its record's.

    `choice`: a ready sentence, by its code; `text`: own words.
    """

    __tablename__ = "answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(sa.ForeignKey("exception_decision.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(10))
    choice: Mapped[str | None] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class DayRemark(Base):
    """A supervisor's own words about a day."""

    __tablename__ = "day_remark"
    __table_args__ = (sa.Index("ix_day_remark_day", "site_id", "day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    day: Mapped[date]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class DaySignature(Base):
    """A supervisor's signature under a day; the second one under what came late, and so on (`number`).

    `content`: what the day showed (`signing.content_of`), `digest`: its SHA-256; `seal_n`, `seal_hash`: the head of the site's sealed
    trail (`records.sealing`), none while nothing is sealed.
    """

    __tablename__ = "day_signature"
    __table_args__ = (sa.UniqueConstraint("site_id", "day", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    day: Mapped[date]
    number: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    seal_n: Mapped[int | None] = mapped_column(sa.BigInteger)
    seal_hash: Mapped[str | None] = mapped_column(sa.String(64))
