"""Tables of the register: equipment with its events and documents, meters and readings, maintenance plans, renewals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base
from webapp.sites.models import Checkpoint, Place, Site


class Equipment(Base):
    """A piece of equipment 设施设备. `checkpoint_id`: the point whose label it carries; `criticality`: A (safety), B, C."""

    __tablename__ = "equipment"
    __table_args__ = (sa.UniqueConstraint("site_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    class_code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    place_id: Mapped[UUID] = mapped_column(sa.ForeignKey("place.id"), index=True)
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"), index=True)
    maker: Mapped[str] = mapped_column(sa.String(80), default="")
    model: Mapped[str] = mapped_column(sa.String(80), default="")
    serial: Mapped[str] = mapped_column(sa.String(80), default="")
    criticality: Mapped[str] = mapped_column(sa.String(1), default="B")
    commissioned_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    notes: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")
    place: Mapped[Place] = relationship(lazy="joined")
    checkpoint: Mapped[Checkpoint | None] = relationship(lazy="select")


class EquipmentStatus(Base):
    """From then on it has that status (`rules.STATUSES`): who said so, why, and the work order about it. Never changed."""

    __tablename__ = "equipment_status"
    __table_args__ = (sa.Index("ix_equipment_status_equipment", "equipment_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    equipment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment.id"))
    status: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    order_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("work_order.id"))


class EquipmentLife(Base):
    """It was taken out of use (`retire`) or back into it (`return`): by whom, why, and what stands in its place. Never changed.

    `Equipment.retired_at` says the same for lists, and nothing else writes it.
    """

    __tablename__ = "equipment_life"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    equipment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    verb: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    successor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class EquipmentDocument(Base):
    """A certificate, manual or report; `valid_until` if it runs out; `withdrawn_at`: from when on it is not wanted any more."""

    __tablename__ = "equipment_document"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    equipment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    valid_until: Mapped[date | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))

    files: Mapped[list[DocumentFile]] = relationship(lazy="selectin", order_by="DocumentFile.position")


class DocumentFile(Base):
    """A picture or a PDF of a document. `name`: as the file was called; `position`: from 0."""

    __tablename__ = "document_file"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment_document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("photo.sha256"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    position: Mapped[int]


class Meter(Base):
    """A meter 表: its unit, how many digits it has before it goes round, and what it belongs to."""

    __tablename__ = "meter"
    __table_args__ = (sa.UniqueConstraint("site_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    unit: Mapped[str] = mapped_column(sa.String(10))
    digits: Mapped[int] = mapped_column(default=6)
    equipment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"), index=True)
    retired_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")


DOUBTED = "doubt IS NOT NULL"


class Reading(Base):
    """What a meter showed 抄表; its id is its record's, or made of an inspection's and its question's. `doubt`: why it should be looked at again (`rules.doubt`), None when plausible."""

    __tablename__ = "reading"
    __table_args__ = (
        sa.Index("ix_reading_meter_at", "meter_id", "at"),
        sa.Index("ix_reading_doubted", "site_id", "at", sqlite_where=sa.text(DOUBTED), postgresql_where=sa.text(DOUBTED)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    meter_id: Mapped[UUID] = mapped_column(sa.ForeignKey("meter.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    value: Mapped[Decimal] = mapped_column(sa.Numeric(18, 3))
    doubt: Mapped[str | None] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text, default="")


class ReadingVerdict(Base):
    """What the office says of a reading: it counts as it is (`accept`), with another value (`correct`), or not (`aside`).

    The last one holds; the reading itself and its doubt stay as they came.
    """

    __tablename__ = "reading_verdict"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    reading_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reading.id"), index=True)
    verb: Mapped[str] = mapped_column(sa.String(10))
    value: Mapped[Decimal | None] = mapped_column(sa.Numeric(18, 3))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class MaintenancePlan(Base):
    """What is to be done with a piece of equipment, or with each of a class, and how often (`due.Interval`).

    `basis`: law, maker or own, with its `source`; `legal_code`: of `classes.LEGAL`; `meter_id` and `per_usage`: due by usage as well, whichever
    comes first; `lead_days`: so long before it is due its work order is raised. A change ends the plan and begins another.
    """

    __tablename__ = "maintenance_plan"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    equipment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    class_code: Mapped[str | None] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(120))
    basis: Mapped[str] = mapped_column(sa.String(10), default="own")
    legal_code: Mapped[str | None] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    every: Mapped[int]
    unit: Mapped[str] = mapped_column(sa.String(10))
    from_completion: Mapped[bool] = mapped_column(default=False)
    months: Mapped[list[Any]] = mapped_column(default=list)
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    meter_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("meter.id"))
    per_usage: Mapped[Decimal | None] = mapped_column(sa.Numeric(18, 3))
    lead_days: Mapped[int] = mapped_column(default=3)
    type_code: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class MaintenanceDue(Base):
    """A time at which a plan wants something done with a piece of equipment, and the work order raised for it: once."""

    __tablename__ = "maintenance_due"
    __table_args__ = (
        sa.Index("ix_maintenance_due_plan_due", "plan_id", "due_on"),
        sa.Index("ix_maintenance_due_equipment_due", "equipment_id", "due_on"),
    )

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("maintenance_plan.id"), primary_key=True)
    equipment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_order.id"), index=True)
    by_usage: Mapped[bool] = mapped_column(default=False)


class RenewalStep(Base):
    """A step of a renewal 更新改造: proposed (with its cost), decided (approved or not), finished (with its result). Never changed."""

    __tablename__ = "renewal_step"
    __table_args__ = (sa.Index("ix_renewal_step_renewal", "renewal_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    renewal_id: Mapped[UUID]
    equipment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    verb: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    cost: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    approved: Mapped[bool | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
