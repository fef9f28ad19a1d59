"""Communities, their places (a tree), checkpoints, labels, and the pictures on which checkpoints lie."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base
from webapp.photos.models import Photo


class Site(Base):
    """A community 小区. `zone` is its IANA time zone; `fence_m` the default radius round a checkpoint, in metres."""

    __tablename__ = "site"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Shanghai")
    fence_m: Mapped[int] = mapped_column(default=60)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Place(Base):
    """A building, floor, room or green area: a node of the site's tree."""

    __tablename__ = "place"
    __table_args__ = (sa.UniqueConstraint("site_id", "parent_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("place.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    rank: Mapped[int] = mapped_column(default=0)


class Checkpoint(Base):
    """A point to be seen 巡检点. Position in WGS-84 degrees; `fence_m` in metres, else the site's."""

    __tablename__ = "checkpoint"
    __table_args__ = (sa.UniqueConstraint("site_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    place_id: Mapped[UUID] = mapped_column(sa.ForeignKey("place.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    instructions: Mapped[str] = mapped_column(sa.Text, default="")
    instructions_en: Mapped[str | None] = mapped_column(sa.Text)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    fence_m: Mapped[int | None]
    photo_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    retired_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="select")
    place: Mapped[Place] = relationship(lazy="select")


class Label(Base):
    """A printed code bound to a checkpoint. The highest version is in force; older ones are superseded."""

    __tablename__ = "label"
    __table_args__ = (sa.UniqueConstraint("checkpoint_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    code: Mapped[str] = mapped_column(sa.String(10), unique=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"))
    version: Mapped[int] = mapped_column(default=1)
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]

    checkpoint: Mapped[Checkpoint] = relationship(lazy="select")


class FloorPlan(Base):
    """A picture of a site or of a floor 平面图 on which checkpoints lie. A new picture keeps the points; a plan is retired, never deleted.

    `sha256`: the picture, `pictured_by_id` and `pictured_at`: who put it there and when; `rank`: its place among the site's plans;
    `changed_by_id`, `changed_at`: name and rank.
    """

    __tablename__ = "floor_plan"
    __table_args__ = (sa.Index("ix_floor_plan_site_rank", "site_id", "rank"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    rank: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("photo.sha256"))
    pictured_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    pictured_at: Mapped[datetime]
    changed_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    retired_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="select")
    picture: Mapped[Photo] = relationship(lazy="joined", innerjoin=True)


class PlanPoint(Base):
    """Where a checkpoint lies on a plan: shares (0 to 1) of the picture's width from the left and of its height from the top, so that they
    fit any size. Both are None when it was taken off. `person_id`, `at`: who said so last, and when.
    """

    __tablename__ = "plan_point"

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("floor_plan.id"), primary_key=True)
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"), primary_key=True)
    x: Mapped[float | None]
    y: Mapped[float | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    checkpoint: Mapped[Checkpoint] = relationship(lazy="select")
