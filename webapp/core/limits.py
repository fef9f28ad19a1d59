"""How often something may be posted without an account. Counted in the database, so that all of the server's workers count alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base, db

FORGOTTEN = timedelta(days=1)


class Limit(NamedTuple):
    """So many posts in any stretch of that length."""

    most: int
    window: timedelta


BY_ADDRESS = Limit(30, timedelta(minutes=10))  # a mobile carrier puts many people behind one address
BY_TOKEN = Limit(10, timedelta(minutes=10))


class PublicPost(Base):
    """A post of somebody without an account that was taken. `key`: what it is counted under, a network address or what it was about."""

    __tablename__ = "public_post"
    __table_args__ = (sa.Index("ix_public_post_key", "key", "at"), sa.Index("ix_public_post_at", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    key: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(default=clock.now)


def seconds_left(times: Iterable[datetime], now: datetime, limit: Limit) -> int | None:
    """Until the oldest post that fills the limit leaves the window, None below it. One as old as the window has left it."""
    recent = sorted((t for t in times if now - t < limit.window), reverse=True)
    if len(recent) < limit.most:
        return None
    return math.ceil((recent[limit.most - 1] + limit.window - now).total_seconds())


def visitor(address: str | None, about: str) -> dict[str, Limit]:
    """What a post counts under: the network address it comes from, and the thing it is about (a token)."""
    return {f"address {address or ''}"[:80]: BY_ADDRESS, f"about {about}"[:80]: BY_TOKEN}


def wait_s(limits: Mapping[str, Limit], now: datetime) -> int | None:
    """Seconds after which one more post would be taken, or None when it is taken now. Refused ones do not count."""
    posts = sa.select(PublicPost.at).where(PublicPost.at > now - max(limit.window for limit in limits.values()))
    waits = [seconds_left(db.session.scalars(posts.where(PublicPost.key == key)), now, limit) for key, limit in limits.items()]
    return max((wait for wait in waits if wait is not None), default=None)


def count(keys: Iterable[str], now: datetime) -> None:
    """A post was taken. What is older than a day is forgotten on the way."""
    db.session.execute(sa.delete(PublicPost).where(PublicPost.at < now - FORGOTTEN))
    db.session.add_all(PublicPost(key=key, at=now) for key in keys)
    db.session.flush()
