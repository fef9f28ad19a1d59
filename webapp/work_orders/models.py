"""Tables of work orders: what is to be done, the steps taken, what was used, signed and paid; a site's types and prices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base
from webapp.sites.models import Checkpoint, Place, Site

OPEN = sa.text("closed_at IS NULL")
URGENT = sa.text("on_site_due_by IS NOT NULL")
# Without the many that have none: else SQLite takes the index for no help as soon as it has counted them.
ASKED_FOR = sa.text("request_id IS NOT NULL")
REMAINDER = sa.text("part_of_id IS NOT NULL")
ODD = "verb IN ('reopen', 'pause', 'need_parts') OR afar"  # what the daily log asks for
CALLED_OFF = "state = 'cancelled' AND origin = 'plan'"
LATE = "request_id IS NULL AND (finished_at IS NULL OR finished_at > due_by)"  # with no request to tell of it
ON_BOARD = "closed_at IS NULL OR conflicts > 0"  # as text wherever it is asked: an index serves only who asks in its own words


def _as(column: str) -> Any:
    """A column that begins as another of its row."""
    return lambda context: context.get_current_parameters().get(column)


class SiteType(Base):
    """A type of work as a site has it: changes the handbook's of the same code, or adds one (`types.WorkType` says the fields)."""

    __tablename__ = "site_type"

    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(20))
    service: Mapped[str] = mapped_column(sa.String(20))
    trade: Mapped[str] = mapped_column(sa.String(20))
    dispatch: Mapped[str] = mapped_column(sa.String(10), default="assign")
    payer: Mapped[str] = mapped_column(sa.String(10), default="property")
    public: Mapped[bool] = mapped_column(default=True)
    rank: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


class WorkOrder(Base):
    """A work order 工单 as it was raised, and where its steps have brought it.

    `number`: as people say it; `spot`: where exactly, in words (a flat, say); `origin`: request, finding, hand, log (the daily log), plan or remainder;
    `request_id`: the request it is for (the slice above knows more); `record_id`: the record it came from; `part_of_id`: the order
    whose remainder it is; `repeat_of_id`: the same fault at the same place within 30 days; `waived`: why nothing is asked for.

    From `state` on the columns say what folding the steps gave (`states.fold`). They are written with every step, so that
    lists can ask for them; the steps alone count. `due_by` and `on_site_due_by`: the deadlines moved on by the time for which their
    clocks stood still (`deadlines`); since `held_at` and `on_site_held_at` they stand still, and the deadline moves on with the time.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        sa.Index("ix_work_order_site_raised", "site_id", "raised_at"),
        sa.Index("ix_work_order_open", "site_id", "state", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_work_order_board", "site_id", "state", sqlite_where=sa.text(ON_BOARD), postgresql_where=sa.text(ON_BOARD)),
        sa.Index("ix_work_order_assignee_open", "assignee_id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_work_order_place_type", "place_id", "type_code", "raised_at"),
        sa.Index("ix_work_order_finished", "site_id", "finished_at"),
        sa.Index("ix_work_order_late", "site_id", "raised_at", sqlite_where=sa.text(LATE), postgresql_where=sa.text(LATE)),
        sa.Index("ix_work_order_on_site", "site_id", "on_site_due_by", sqlite_where=URGENT, postgresql_where=URGENT),
        sa.Index("ix_work_order_request", "request_id", sqlite_where=ASKED_FOR, postgresql_where=ASKED_FOR),
        sa.Index("ix_work_order_part_of", "part_of_id", sqlite_where=REMAINDER, postgresql_where=REMAINDER),
        sa.Index("ix_work_order_spot", "site_id", "spot", "raised_at"),
        sa.Index("ix_work_order_checkpoint", "checkpoint_id", "raised_at"),
        sa.Index("ix_work_order_called_off", "site_id", sqlite_where=sa.text(CALLED_OFF), postgresql_where=sa.text(CALLED_OFF)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    number: Mapped[str] = mapped_column(sa.String(10), index=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    type_code: Mapped[str] = mapped_column(sa.String(20))
    service: Mapped[str] = mapped_column(sa.String(20))
    trade: Mapped[str] = mapped_column(sa.String(20))
    urgent: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    place_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("place.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    spot: Mapped[str] = mapped_column(sa.String(80), default="")
    origin: Mapped[str] = mapped_column(sa.String(10))
    request_id: Mapped[UUID | None]
    record_id: Mapped[UUID | None]
    part_of_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("work_order.id"))
    repeat_of_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("work_order.id"))
    payer: Mapped[str] = mapped_column(sa.String(10), default="property")
    waived: Mapped[str] = mapped_column(sa.String(200), default="")
    raised_at: Mapped[datetime] = mapped_column(default=clock.now)
    raised_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    due_at: Mapped[datetime]
    on_site_due_at: Mapped[datetime | None]

    state: Mapped[str] = mapped_column(sa.String(20), default="new")
    since: Mapped[datetime] = mapped_column(default=clock.now)
    assignee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    offered_trade: Mapped[str | None] = mapped_column(sa.String(20))
    on_site_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    conflicts: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    due_by: Mapped[datetime] = mapped_column(default=_as("due_at"))
    held_at: Mapped[datetime | None]
    on_site_due_by: Mapped[datetime | None] = mapped_column(default=_as("on_site_due_at"))
    on_site_held_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")
    place: Mapped[Place | None] = relationship(lazy="joined")
    checkpoint: Mapped[Checkpoint | None] = relationship(lazy="joined")
    photos: Mapped[list[WorkPhoto]] = relationship(lazy="select", order_by="WorkPhoto.rank")
    steps: Mapped[list[WorkStep]] = relationship(lazy="select", order_by="WorkStep.at, WorkStep.id")
    uses: Mapped[list[WorkUse]] = relationship(lazy="select", order_by="WorkUse.at, WorkUse.id")
    signatures: Mapped[list[WorkSignature]] = relationship(lazy="select", order_by="WorkSignature.at, WorkSignature.id")
    payments: Mapped[list[Payment]] = relationship(lazy="select", order_by="Payment.at, Payment.id")

    def due(self, now: datetime) -> datetime:
        """By when it has to be finished, as things stand."""
        return _moved(self.due_by, self.held_at, now)

    def on_site_due(self, now: datetime) -> datetime | None:
        """By when somebody has to be there, as long as nobody is; None once somebody is or was, or where it is not urgent."""
        if not self.urgent or self.on_site_due_by is None or self.on_site_at is not None or self.finished_at is not None:
            return None
        return _moved(self.on_site_due_by, self.on_site_held_at, now)


def _moved(due_by: datetime, held_at: datetime | None, now: datetime) -> datetime:
    return due_by + max(now - held_at, timedelta(0)) if held_at else due_by


class WorkPhoto(Base):
    """A photo that came with what the order was raised from; those of its steps are their records' (`record_photo`)."""

    __tablename__ = "work_photo"

    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(default=0)


class WorkStep(Base):
    """A step 处理步骤 somebody took; its id is its record's where it came from a phone. Never changed.

    `cause`: of a pause, from `standards.rules.STOP_REASONS` or "other"; `until`: of one that was agreed; `stage`: of photos, before or
    after; `checkpoint_id`: whose label was scanned. Position in WGS-84 degrees, accuracy in metres. `afar`: it says "on site", and label or
    position speak against it (`arrival`), as the place was known when the step came.
    """

    __tablename__ = "work_step"
    __table_args__ = (
        sa.Index("ix_work_step_order", "order_id", "at"),
        sa.Index("ix_work_step_at", "at"),
        sa.Index("ix_work_step_received", "received_at"),
        sa.Index("ix_work_step_odd", "at", sqlite_where=sa.text(ODD), postgresql_where=sa.text(ODD)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"))
    verb: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    to_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    trade: Mapped[str | None] = mapped_column(sa.String(20))
    about_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    cause: Mapped[str | None] = mapped_column(sa.String(20))
    until: Mapped[datetime | None]
    stage: Mapped[str | None] = mapped_column(sa.String(10))
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    afar: Mapped[bool] = mapped_column(default=False)


class WorkUse(Base):
    """Materials and labour that an order took: the whole list, as somebody wrote it down; the latest counts.

    `lines`: [{item, part, name, name_en, unit, quantity, minor, amount, old}], at the prices of their time, minor units of money.
    """

    __tablename__ = "work_use"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    lines: Mapped[list[Any]]


class WorkRun(Base):
    """A run of an order that was opened again, as it had ended: written with every step, like the order's columns, so that the log of a past day
    can ask for what was finished on it. `number`: from 0; `ended_at`: finished or cancelled; `due_by`, `on_site_due_by`: as then.
    """

    __tablename__ = "work_run"
    __table_args__ = (
        sa.Index("ix_work_run_finished", "site_id", "finished_at"),
        sa.Index("ix_work_run_due", "site_id", "due_by"),
        sa.Index("ix_work_run_on_site_due", "site_id", "on_site_due_by"),
    )

    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    finished_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    reopened_at: Mapped[datetime]
    due_by: Mapped[datetime]
    on_site_due_by: Mapped[datetime | None]


class WorkSignature(Base):
    """A resident's signature under a charge: strokes as drawn, and the digests of both, so that neither can be exchanged.

    `charge`: digest of what was signed (`charges.Charge.digest`); `shown`: that charge as it was shown; `sha256`: of the strokes under it;
    `way`: screen (on the technician's phone) or link (on the resident's page); `stars`: the rating given with it.
    """

    __tablename__ = "work_signature"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), index=True)
    charge: Mapped[str] = mapped_column(sa.String(64))
    shown: Mapped[dict[str, Any]]
    strokes: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    way: Mapped[str] = mapped_column(sa.String(10))
    stars: Mapped[int | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class SignLink(Base):
    """An address at which an order's charge is signed without an account. `token` opens it until `until`, or until it is revoked."""

    __tablename__ = "sign_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), index=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    made_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    order: Mapped[WorkOrder] = relationship(lazy="joined")


class Payment(Base):
    """Money that came for an order, or went back (below nought), in minor units. `number`: of the receipt."""

    __tablename__ = "payment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), index=True)
    at: Mapped[datetime]
    way: Mapped[str] = mapped_column(sa.String(10))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))


class PriceItem(Base):
    """A line of a site's price list: labour or material, by a unit."""

    __tablename__ = "price_item"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    part: Mapped[str] = mapped_column(sa.String(10))
    unit: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    rank: Mapped[int] = mapped_column(default=0)

    prices: Mapped[list[ItemPrice]] = relationship(lazy="selectin", order_by="ItemPrice.from_at")


class ItemPrice(Base):
    """What one unit costs from a moment on, minor units; None: not for sale any more. Never changed."""

    __tablename__ = "item_price"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("price_item.id"), index=True)
    from_at: Mapped[datetime]
    minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))


class ChargeTerms(Base):
    """By which currency and call-out fees a site charges from a moment on. Fees in minor units; `holidays`: dates as text."""

    __tablename__ = "charge_terms"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    from_at: Mapped[datetime]
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    day: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    night: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    holiday: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    night_from: Mapped[str] = mapped_column(sa.String(5), default="22:00")
    night_until: Mapped[str] = mapped_column(sa.String(5), default="06:00")
    holidays: Mapped[list[Any]] = mapped_column(default=list)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
