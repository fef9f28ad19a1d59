"""Tables of inspections: checklists in versions, what was inspected and found, plans, storm mode."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base
from webapp.sites.models import Checkpoint, Site

KEPT_OFF = sa.text("keep_off_until IS NOT NULL")
AGAIN = sa.text("again_of_id IS NOT NULL")


class Checklist(Base):
    """A checklist 检查表. `target`: place, equipment or area; `class_code`: of the equipment it is for; `trade`: whose it is, None anybody's;
    `purpose`: check, work (a record of work done) or spot (a spot check, which scores an area)."""

    __tablename__ = "checklist"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    service: Mapped[str] = mapped_column(sa.String(20))
    target: Mapped[str] = mapped_column(sa.String(10), default="place")
    class_code: Mapped[str | None] = mapped_column(sa.String(20))
    trade: Mapped[str | None] = mapped_column(sa.String(20))
    purpose: Mapped[str] = mapped_column(sa.String(10), default="check")
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    retired_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")
    versions: Mapped[list[ChecklistVersion]] = relationship(lazy="selectin", order_by="ChecklistVersion.number")


class ChecklistVersion(Base):
    """What a checklist asks from a moment on (`content.Content`). Never changed: records are judged by it for ever."""

    __tablename__ = "checklist_version"
    __table_args__ = (sa.UniqueConstraint("checklist_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    checklist_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checklist.id"))
    number: Mapped[int]
    from_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class GuidePicture(Base):
    """A picture that shows how to check, of a site's checklists: whoever may see them may see it, in whichever version or copy it stands."""

    __tablename__ = "guide_picture"

    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("photo.sha256"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class InspectionPlan(Base):
    """Which checklist is to be done where and how often (`equipment.due.Interval`), and by whom.

    `points`: ids of checkpoints; `from_time`, `until_time`: the local hours in which; `shared`: one of the trade does it, else everybody
    must; `area_kind`, `area_grade`: instead of `points`, wherever an area of that kind and grade is (None: of any grade); `source`,
    `confidence`: where its frequency was read and how sure that is (`grades`); `mode`: always, storm (only while the site is in storm mode) or calm (not then). A change ends it and begins another.
    """

    __tablename__ = "inspection_plan"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    checklist_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checklist.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    points: Mapped[list[Any]]
    area_kind: Mapped[str | None] = mapped_column(sa.String(20))
    area_grade: Mapped[int | None]
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    confidence: Mapped[str] = mapped_column(sa.String(1), default="")
    every: Mapped[int]
    unit: Mapped[str] = mapped_column(sa.String(10))
    from_completion: Mapped[bool] = mapped_column(default=False)
    months: Mapped[list[Any]] = mapped_column(default=list)
    weekdays: Mapped[list[Any]] = mapped_column(default=list)
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    from_time: Mapped[str] = mapped_column(sa.String(5), default="00:00")
    until_time: Mapped[str] = mapped_column(sa.String(5), default="23:59")
    trade: Mapped[str | None] = mapped_column(sa.String(20))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    shared: Mapped[bool] = mapped_column(default=True)
    mode: Mapped[str] = mapped_column(sa.String(10), default="always")
    made_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Inspection(Base):
    """One inspection 检查; its id is its record's. Its verdict is judged by the version it was made with, and written down for lists.

    `again_of_id`: the inspection whose failed questions this one looks at again (复检); `keep_off_until`: until when people keep off what was
    treated.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        sa.Index("ix_inspection_site_at", "site_id", "at"),
        sa.Index("ix_inspection_checkpoint_at", "checkpoint_id", "at"),
        sa.Index("ix_inspection_plan_at", "plan_id", "at"),
        sa.Index("ix_inspection_plan_point_at", "plan_id", "checkpoint_id", "at"),
        sa.Index("ix_inspection_equipment_at", "equipment_id", "at"),
        sa.Index("ix_inspection_checklist_at", "checklist_id", "at"),
        sa.Index("ix_inspection_keep_off", "site_id", "keep_off_until", sqlite_where=KEPT_OFF, postgresql_where=KEPT_OFF),
        sa.Index("ix_inspection_again_of", "again_of_id", sqlite_where=AGAIN, postgresql_where=AGAIN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    checklist_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checklist.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checklist_version.id"))
    plan_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("inspection_plan.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    equipment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("equipment.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    answers: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(sa.Text, default="")
    score: Mapped[int | None]
    passed: Mapped[bool]
    findings: Mapped[int] = mapped_column(default=0)
    again_of_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("inspection.id"))
    keep_off_until: Mapped[datetime | None]


class Finding(Base):
    """Something an inspection found 问题项: which question, how bad, and the work order about it, raised with it or made later."""

    __tablename__ = "finding"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    inspection_id: Mapped[UUID] = mapped_column(sa.ForeignKey("inspection.id"), index=True)
    question: Mapped[str] = mapped_column(sa.String(40))
    grade: Mapped[str] = mapped_column(sa.String(10))
    severity: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    order_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("work_order.id"), index=True)


class Area(Base):
    """An area that is cleaned or cared for: a place with its label, of a kind (`grades.KINDS`) and a grade, which says how often what is done.

    `size_m2`: in square metres. Never changed but for its end: another grade is another area from that day on, at the same place.
    """

    __tablename__ = "area"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    grade: Mapped[int]
    size_m2: Mapped[float | None]
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    made_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    checkpoint: Mapped[Checkpoint] = relationship(lazy="joined")
    site: Mapped[Site] = relationship(lazy="select")


class SiteMode(Base):
    """A site's storm mode 恶劣天气: from when to when (None: still), and who said so."""

    __tablename__ = "site_mode"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    begun_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    ended_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
