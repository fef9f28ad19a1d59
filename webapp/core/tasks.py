"""Background work: one table, one loop. A task is put in the same transaction as the change that wants it.

A task runs at least once: its lease may end before it does, so handlers must bear being run twice. Periodic tasks
are put once a time slot whatever the number of processes, by a unique key.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base, changed, db, insert_new, move_journal, writing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LONGEST_PAUSE_S = 3600
KEEP_DONE = timedelta(days=7)

Handler = Callable[[dict[str, Any]], None]


class Task(Base):
    """One piece of background work. `state`: ready, running, done, failed."""

    __tablename__ = "task"
    __table_args__ = (sa.Index("ix_task_due", "state", "run_at"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    unique_key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    run_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(10), default="ready")
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=5)
    locked_by: Mapped[str | None] = mapped_column(sa.String(120))
    lock_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)


def put(kind: str, payload: dict[str, Any] | None = None, run_at: datetime | None = None, unique_key: str | None = None) -> None:
    """Put a task; a second one with the same `unique_key` is silently the first."""
    row = {
        "kind": kind, "payload": payload or {}, "run_at": run_at or clock.now(), "unique_key": unique_key,
        "state": "ready", "attempts": 0, "max_attempts": 5,
    }  # fmt: skip
    db.session.execute(insert_new(Task, [row], "unique_key") if unique_key else sa.insert(Task).values(row))


def claim(worker: str) -> Task | None:
    """Take the task longest due, or one whose worker's lease has run out. Commits."""
    now = clock.now()
    waiting = sa.and_(Task.state == "ready", Task.run_at <= now)
    abandoned = sa.and_(Task.state == "running", Task.lock_until < now)
    given_up = {"state": "failed", "error": "every process that ran it ended in its midst"}
    due = sa.select(Task.id).where(sa.or_(waiting, abandoned)).order_by(Task.run_at).limit(1)
    with writing():
        db.session.execute(sa.update(Task).where(abandoned, Task.attempts >= Task.max_attempts).values(**given_up))
        if db.session.get_bind().dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        found = db.session.scalar(
            sa.update(Task)
            .where(Task.id == due.scalar_subquery())
            .values(state="running", locked_by=worker, lock_until=now + LEASE, attempts=Task.attempts + 1)
            .returning(Task)
        )
        if found is not None:
            db.session.expunge(found)
        return found


def finish(task: Task, error: str | None = None) -> bool:
    """Say how it went. False when the lease was lost to another worker, whose word counts then. Commits."""
    now = clock.now()
    if error is None:
        values: dict[str, Any] = {"state": "done", "error": None, "lock_until": None}
    elif task.attempts >= task.max_attempts:
        values = {"state": "failed", "error": error}
    else:
        pause = timedelta(seconds=min(LONGEST_PAUSE_S, 2**task.attempts))
        values = {"state": "ready", "error": error, "run_at": now + pause}
    mine = (Task.id == task.id, Task.locked_by == task.locked_by, Task.attempts == task.attempts, Task.state == "running")
    with writing():
        return changed(sa.update(Task).where(*mine).values(**values)) == 1


class Worker:
    """Runs tasks of an application until `stopping` is set or `stop` says so."""

    def __init__(self, app: Flask, poll_s: float = 2.0, stop: Callable[[], bool] | None = None) -> None:
        self.app = app
        self.poll_s = poll_s
        self.stop = stop or (lambda: False)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{ids.random_bits(24):06x}"
        self.stopping = threading.Event()

    def put_periodic(self) -> None:
        """Put each periodic task of the present time slot, unless some process has."""
        now = clock.now()
        with writing():
            for kind, every in self.app.extensions["periodic_tasks"].items():
                slot = int(now.timestamp() // every.total_seconds())
                put(kind, unique_key=f"{kind}:{slot}")

    def run_one(self) -> bool:
        """Run one due task. False when none is due."""
        task = claim(self.name)
        if task is None:
            return False
        error = None
        try:
            with writing():
                self.app.extensions["task_handlers"][task.kind](task.payload)
        except Exception as failure:  # a handler's bug must not end the loop; it is kept with the task
            log.exception("task %s %s failed", task.kind, task.id)
            error = repr(failure)[:500]
        finish(task, error)
        return True

    def run(self) -> None:
        """Until told to stop."""
        while not self.stopping.is_set() and not self.stop():
            with self.app.app_context():
                self.put_periodic()
                while self.run_one() and not self.stopping.is_set():
                    pass
                move_journal()
            self.stopping.wait(self.poll_s)


def clean(_payload: dict[str, Any]) -> None:
    """Forget tasks that were done a week ago."""
    db.session.execute(sa.delete(Task).where(Task.state == "done", Task.run_at < clock.now() - KEEP_DONE))


def handle(app: Flask, kind: str, handler: Handler, every: timedelta | None = None) -> None:
    """Say which function does a kind of task, and how often it is due by itself."""
    app.extensions["task_handlers"][kind] = handler
    if every:
        app.extensions["periodic_tasks"][kind] = every


def init_tasks(app: Flask) -> None:
    """Prepare the tables of handlers; slices add theirs."""
    app.extensions["task_handlers"] = {}
    app.extensions["periodic_tasks"] = {}
    handle(app, "core.clean_tasks", clean, timedelta(days=1))
