"""Tables of what is told to whom. Nothing is deleted: a subscription ends, a notice stays with what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import ids
from webapp.core.db import Base
from webapp.sites.models import Site

IN_FORCE = sa.text("ended_at IS NULL")


class Subscription(Base):
    """Somebody gets what a topic has to say of a site. `way`: see `rules.WAYS`; `hour`: 0 to 23, of the site's clock, on the day after."""

    __tablename__ = "subscription"
    __table_args__ = (
        sa.Index(
            "ix_subscription_once", "site_id", "topic", "way", "address", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    topic: Mapped[str] = mapped_column(sa.String(40))
    way: Mapped[str] = mapped_column(sa.String(10))
    address: Mapped[str] = mapped_column(sa.String(500))
    language: Mapped[str] = mapped_column(sa.String(10))
    hour: Mapped[int]
    added_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]
    ended_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")


class Notice(Base):
    """Something that was to be said to somebody, and what became of it. `state`: waiting, sent, failed.

    `key`: the same thing is never put twice. `day`, `number`: the topic's event (`rules.Event`) that it tells of; `trial`: somebody only
    wanted to see whether it arrives. `lines`, `link`, `link_word`: its words, in `language`; what is attached is made when it goes out.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.Index("ix_notice_site_made", "site_id", "made_at"),
        sa.Index("ix_notice_subscription_day", "subscription_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    subscription_id: Mapped[UUID] = mapped_column(sa.ForeignKey("subscription.id"))
    key: Mapped[str] = mapped_column(sa.String(120))
    topic: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[date]
    number: Mapped[int]
    trial: Mapped[bool] = mapped_column(default=False)
    way: Mapped[str] = mapped_column(sa.String(10))
    address: Mapped[str] = mapped_column(sa.String(500))
    language: Mapped[str] = mapped_column(sa.String(10))
    subject: Mapped[str] = mapped_column(sa.String(200))
    lines: Mapped[list[Any]]
    link: Mapped[str] = mapped_column(sa.String(500))
    link_word: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="joined")
    subscription: Mapped[Subscription] = relationship(lazy="joined")
