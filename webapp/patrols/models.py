"""Routes and schedules with their versions; scans and steps of rounds; learned walking times.

There is no table of rounds: a round exists from its schedule (`rules.occurrences`), its states are derived.
Versions are never edited: a change is a new version that holds from its `from_at` on, so it cannot rewrite the past.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base


class Route(Base):
    """A path along checkpoints 路线."""

    __tablename__ = "route"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    service: Mapped[str] = mapped_column(sa.String(20), default="security")
    retired_at: Mapped[datetime | None]

    versions: Mapped[list[RouteVersion]] = relationship(order_by="RouteVersion.from_at", back_populates="route")


class RouteVersion(Base):
    """The points of a route from a moment on."""

    __tablename__ = "route_version"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    route_id: Mapped[UUID] = mapped_column(sa.ForeignKey("route.id"), index=True)
    from_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    route: Mapped[Route] = relationship(back_populates="versions")
    points: Mapped[list[RoutePoint]] = relationship(order_by="RoutePoint.rank", lazy="selectin")


class RoutePoint(Base):
    """A checkpoint on a route. Minutes count from the round's start; `order_fixed` points come in order of `rank`."""

    __tablename__ = "route_point"

    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("route_version.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"), index=True)
    order_fixed: Mapped[bool] = mapped_column(default=False)
    expected_minutes: Mapped[int | None]
    not_before_minutes: Mapped[int | None]
    min_interval_minutes: Mapped[int] = mapped_column(default=10)
    questions: Mapped[list[Any]] = mapped_column(default=list)


class Schedule(Base):
    """When a route is walked 计划. `code` is the short name that round ids begin with."""

    __tablename__ = "schedule"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), index=True)
    route_id: Mapped[UUID] = mapped_column(sa.ForeignKey("route.id"), index=True)
    ended_at: Mapped[datetime | None]

    route: Mapped[Route] = relationship(lazy="joined")
    versions: Mapped[list[ScheduleVersion]] = relationship(order_by="ScheduleVersion.from_at", lazy="selectin")


class ScheduleVersion(Base):
    """The rule of a schedule from a moment on. Durations in minutes; `rule` is an RFC 5545 RRULE in local wall time.

    `window` is how long the round may take, `early` how long before its start it may begin, `grace` how long after
    the window a scan still counts as late. `random_start` moves the start by up to so many minutes, `random_order`
    shuffles the free points; both from `seed` and the round's id, so that phone and server agree.
    """

    __tablename__ = "schedule_version"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    schedule_id: Mapped[UUID] = mapped_column(sa.ForeignKey("schedule.id"), index=True)
    from_at: Mapped[datetime]
    begins_on: Mapped[date]
    rule: Mapped[str] = mapped_column(sa.String(300))
    window: Mapped[int] = mapped_column(default=60)
    early: Mapped[int] = mapped_column(default=15)
    grace: Mapped[int] = mapped_column(default=15)
    random_start: Mapped[int] = mapped_column(default=0)
    random_order: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int] = mapped_column(sa.BigInteger, default=lambda: ids.random_bits(31))
    trade: Mapped[str | None] = mapped_column(sa.String(20))
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Scan(Base):
    """Somebody was at a checkpoint 打点. `at` is the corrected time; `day` the site's day of the round, else of `at`.

    `trust` lists grades with their reasons; `doubtful` says that one of them asks for a look. `label_version` is the
    version on the label that was read.
    """

    __tablename__ = "scan"
    __table_args__ = (
        sa.Index("ix_scan_site_day", "site_id", "day"),
        sa.Index("ix_scan_person_at", "person_id", "at"),
        sa.Index("ix_scan_checkpoint_at", "checkpoint_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    round_id: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    day: Mapped[date]
    at: Mapped[datetime]
    raw_at: Mapped[datetime]
    clock_grade: Mapped[str] = mapped_column(sa.String(10))
    received_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(sa.String(10))
    label_version: Mapped[int]
    frame_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    repeat: Mapped[bool] = mapped_column(default=False)
    doubtful: Mapped[bool] = mapped_column(default=False)
    trust: Mapped[list[Any]] = mapped_column(default=list)


class RoundStep(Base):
    """A step of a round: start, pause, resume, end (early, with a reason), hand_over (to a colleague)."""

    __tablename__ = "round_step"
    __table_args__ = (sa.Index("ix_round_step_site_day", "site_id", "day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    round_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    day: Mapped[date]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    to_person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class WalkingTime(Base):
    """The fastest plausible walk between two checkpoints, learned from past scans. Seconds; `count` walks seen."""

    __tablename__ = "walking_time"

    from_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"), primary_key=True)
    to_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id"), primary_key=True)
    fastest_s: Mapped[int]
    count: Mapped[int]


class PlanRevision(Base):
    """Counts up with every change to a site's routes or schedules, so that processes notice."""

    __tablename__ = "plan_revision"

    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)
