"""Walking times between checkpoints, learned from past scans."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db
from webapp.patrols.models import Scan, WalkingTime

LEARN_FROM = timedelta(days=60)
KEPT_FOR = timedelta(minutes=10)

Lessons = dict[tuple[UUID, UUID], tuple[int, int]]

_kept: dict[str, tuple[datetime, Lessons]] = {}
_lock = threading.Lock()


def lessons() -> Lessons:
    """(fastest plausible seconds, walks seen) by pair of checkpoints, for those that were walked.

    The lessons change once a night, so a process may keep them for some minutes.
    """
    now, key = clock.now(), str(db.engine.url)
    kept = _kept.get(key)
    if kept is None or not timedelta(0) <= now - kept[0] < KEPT_FOR:
        rows = db.session.connection().execute(sa.select(WalkingTime.from_id, WalkingTime.to_id, WalkingTime.fastest_s, WalkingTime.count))
        kept = (now, {(from_id, to_id): (fastest_s, count) for from_id, to_id, fastest_s, count in rows})
        with _lock:
            _kept[key] = kept
    return kept[1]


def forget() -> None:
    """Read the lessons anew at the next asking."""
    _kept.clear()


def learn_walking_times(_payload: dict[str, Any]) -> None:
    """From the past 60 days, the fastest decile of walks between checkpoints scanned one after another in one round.

    The decile, not the minimum: one impossible scan must not teach that the impossible is plausible.
    """
    newest = db.session.scalar(sa.select(sa.func.max(Scan.at)))
    if newest is None:
        return
    found = (
        sa.select(Scan.round_id, Scan.person_id, Scan.checkpoint_id, Scan.at)
        .where(Scan.at > newest - LEARN_FROM, Scan.round_id.isnot(None), Scan.repeat.is_(False), Scan.doubtful.is_(False))
        .order_by(Scan.round_id, Scan.person_id, Scan.at)
    )
    walks: dict[tuple[UUID, UUID], list[float]] = {}
    before: Any = None
    for row in db.session.execute(found).yield_per(5000):
        if before and before[:2] == row[:2] and before[2] != row[2]:
            walks.setdefault((before[2], row[2]), []).append((row[3] - before[3]).total_seconds())
        before = row
    db.session.execute(sa.delete(WalkingTime))
    rows = [
        {"from_id": a, "to_id": b, "fastest_s": int(sorted(seconds)[len(seconds) // 10]), "count": len(seconds)}
        for (a, b), seconds in walks.items()
    ]
    if rows:
        db.session.execute(sa.insert(WalkingTime), rows)
    forget()
