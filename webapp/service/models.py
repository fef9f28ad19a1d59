"""What residents report, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base
from webapp.sites.models import Checkpoint, Place, Site

ENDS = ("resolved", "closed", "withdrawn")  # events that end a request until one opens it again
OPEN = sa.text("ended_at IS NULL")


class Request(Base):
    """A report 报事, as it was made. What happens afterwards are its events; only its token changes, and `ended_at`, which lists ask for.

    `number`: as people say it; `type_code`: what it is about (`work_orders.types`), `kind`: what that made it then; `source`: who says it;
    `spot`: where exactly, in words; `person_id`: of our staff, who took it; `record_id`: the record it came from; `phone`: how to reach who
    made it; `address`: the network address it came from, for the limits alone; `token` opens the resident's page until `token_until`.
    """

    __tablename__ = "request"
    __table_args__ = (
        sa.Index("ix_request_site_received", "site_id", "received_at"),
        sa.Index("ix_request_address", "address", "received_at"),
        sa.Index("ix_request_checkpoint", "checkpoint_id", "received_at"),
        sa.Index("ix_request_record", "record_id", unique=True),
        sa.Index("ix_request_open", "site_id", "received_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    place_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("place.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    number: Mapped[str] = mapped_column(sa.String(10), index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(20), default="resident")
    kind: Mapped[str] = mapped_column(sa.String(20))
    type_code: Mapped[str] = mapped_column(sa.String(20))
    spot: Mapped[str] = mapped_column(sa.String(80), default="")
    record_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(sa.Text, default="")
    danger: Mapped[bool] = mapped_column(default=False)
    outage: Mapped[bool] = mapped_column(default=False)
    trapped: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    urgency: Mapped[str] = mapped_column(sa.String(10))
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    language: Mapped[str] = mapped_column(sa.String(10))
    address: Mapped[str] = mapped_column(sa.String(60), default="")
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    token_until: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")
    place: Mapped[Place | None] = relationship(lazy="joined")
    checkpoint: Mapped[Checkpoint | None] = relationship(lazy="joined")
    photos: Mapped[list[RequestPhoto]] = relationship(lazy="select", order_by="RequestPhoto.rank")
    events: Mapped[list[RequestEvent]] = relationship(lazy="selectin", order_by="RequestEvent.at, RequestEvent.id")


class RequestPhoto(Base):
    """A photo that came with a request; the bytes are in `photo`."""

    __tablename__ = "request_photo"

    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("request.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("photo.sha256"), primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)


class RequestEvent(Base):
    """Something that happened to a request: who (None: the resident), what, when, and what was said. Never changed.

    `stars`: of a rating, one to five; `cause` and `until`: why its clocks stand still (`stopped`), and till when if that was agreed;
    `type_code`, `kind` and `urgency`: what it is from then on (`reclassified`).
    """

    __tablename__ = "request_event"
    __table_args__ = (sa.Index("ix_request_event_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("request.id"), index=True)
    verb: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    stars: Mapped[int | None]
    cause: Mapped[str | None] = mapped_column(sa.String(20))
    until: Mapped[datetime | None]
    type_code: Mapped[str | None] = mapped_column(sa.String(20))
    kind: Mapped[str | None] = mapped_column(sa.String(20))
    urgency: Mapped[str | None] = mapped_column(sa.String(10))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class ClockWarning(Base):
    """That a clock has run to 75, 100 or 150 per cent of its time: to whom it was said, and when its moment was. Written once.

    `subject`: request or order; `name` and `started_at` tell its clocks apart; `role`: to whom it goes; `person_id`: the technician, if
    the work had one (else it is the desk's).
    """

    __tablename__ = "clock_warning"
    __table_args__ = (
        sa.Index("ix_clock_warning_once", "subject_id", "name", "started_at", "percent", unique=True),
        sa.Index("ix_clock_warning_made", "made_at"),
        sa.Index("ix_clock_warning_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    subject: Mapped[str] = mapped_column(sa.String(10))
    subject_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(10))
    started_at: Mapped[datetime]
    percent: Mapped[int]
    role: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class WarningSeen(Base):
    """Up to when a person has seen their warnings."""

    __tablename__ = "warning_seen"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
