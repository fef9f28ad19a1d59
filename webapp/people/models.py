"""Tables of people: persons, their roles at sites now and before, devices, who used which device, tries to sign in, duty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock, ids
from webapp.core.db import Base


class Person(Base):
    """Somebody with an account. `stamp` counts up whenever all of the person's sessions must end."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    username: Mapped[str] = mapped_column(sa.String(60), unique=True)
    employee_number: Mapped[str | None] = mapped_column(sa.String(30), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    trade: Mapped[str] = mapped_column(sa.String(20))
    language: Mapped[str] = mapped_column(sa.String(10), default="zh_CN")
    theme: Mapped[str] = mapped_column(sa.String(10), default="auto")
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    stamp: Mapped[int] = mapped_column(default=1)
    is_admin: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    began_on: Mapped[date | None]  # the first day of work; the induction is counted from it (clause 2.3.2)
    mentor_id: Mapped[UUID | None]  # a colleague: who accompanies this person in the induction

    memberships: Mapped[list[Membership]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def in_force(self) -> bool:
        """May this person act now?"""
        return self.disabled_at is None


class Membership(Base):
    """The role of a person at a site. `begun_at`: since when they have one there; None: since before that was kept."""

    __tablename__ = "membership"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    begun_at: Mapped[datetime | None] = mapped_column(default=clock.now)


class PastMembership(Base):
    """A role that a person had at a site until then. What they recorded before still counts there, however late it comes."""

    __tablename__ = "past_membership"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True, index=True)
    ended_at: Mapped[datetime] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    begun_at: Mapped[datetime | None]


class Device(Base):
    """A phone or computer on which somebody signed in. The figures are what it last told about itself."""

    __tablename__ = "device"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    number: Mapped[int] = mapped_column(unique=True)
    platform: Mapped[str] = mapped_column(sa.String(60), default="")
    first_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    max_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    unsent: Mapped[int] = mapped_column(default=0)
    oldest_unsent_at: Mapped[datetime | None]
    persisted: Mapped[bool | None]
    installed: Mapped[bool | None]
    build: Mapped[str] = mapped_column(sa.String(20), default="")
    mark: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # its clocks at its last record
    cleared_at: Mapped[datetime | None]  # when it last noticed that its memory was lost
    cleared_seq: Mapped[int | None] = mapped_column(sa.BigInteger)  # the highest number given out before that


class AppBuild(Base):
    """A release of the app, and when a phone first told that it runs it: releases are counted in this order."""

    __tablename__ = "app_build"

    build: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    first_told_at: Mapped[datetime] = mapped_column(default=clock.now)


class DevicePerson(Base):
    """A person known on a device: who signed in there with the password. The PIN works on that device only."""

    __tablename__ = "device_person"

    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    signed_in_at: Mapped[datetime] = mapped_column(default=clock.now)
    pin_hash: Mapped[str | None] = mapped_column(sa.String(200))
    pin_tries: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship(lazy="joined")
    device: Mapped[Device] = relationship(lazy="select")


class SignInTry(Base):
    """One failed try to sign in, kept for the throttle."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        sa.Index("ix_sign_in_try_account", "account", "at"),
        sa.Index("ix_sign_in_try_address", "address", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    account: Mapped[str] = mapped_column(sa.String(60))
    address: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Duty(Base):
    """Clocking on or off at a post. Its id is the id of the record it came from."""

    __tablename__ = "duty"
    __table_args__ = (sa.Index("ix_duty_person", "person_id", "at"), sa.Index("ix_duty_site", "site_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    checkpoint_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("checkpoint.id"))
    verb: Mapped[str] = mapped_column(sa.String(5))
    at: Mapped[datetime]
