"""Calls that wait for the database at the same moment share one transaction, and one sync to disk.

SQLite has one writer, and most of what a call costs there is not its records: the statements, the savepoint, the sync.
So the first call to come leads: once it is the writer, it takes in all calls that came meanwhile, and when they are on
disk it wakes them and the next leader. PostgreSQL lets many write at once and joins their syncs itself: there each call
takes itself in.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy.exc import IntegrityError

from webapp.core import faults
from webapp.core.db import db, one_thread_at_a_time, writes_one_at_a_time
from webapp.core.problems import Problem
from webapp.records.actions import epoch
from webapp.sync import intake
from webapp.sync.calls import Parcel

LOOKS = 10
MOST_TOGETHER = 16

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What became of a call, and the epoch of the database it is in."""

    lot: intake.Lot
    epoch: str


@dataclass(eq=False)
class Turn:
    """A call that waits. `woken`: its outcome is there, or it is to lead."""

    parcel: Parcel
    outcome: Taken | BaseException | None = None
    woken: threading.Event = field(default_factory=threading.Event)


class Queue:
    """The calls that wait in this process; while there are any, the first of them leads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Turn] = []

    def take(self, parcel: Parcel) -> Taken:
        """Take a call in, on disk when this returns. Raises Problem, or what the database raised."""
        turn = Turn(parcel)
        if writes_one_at_a_time():
            self._wait_for(turn)
        else:
            _take_each([turn])
        if isinstance(turn.outcome, BaseException):
            raise turn.outcome
        assert turn.outcome is not None
        return turn.outcome

    def _wait_for(self, turn: Turn) -> None:
        with self.lock:
            self.waiting.append(turn)
            leads = self.waiting[0] is turn
        if not leads:
            turn.woken.wait()
        if turn.outcome is None:
            self._lead(turn)

    def _lead(self, own: Turn) -> None:
        """Take in this thread's call and those that wait with it; wake their threads, and the next leader."""
        group = [own]
        try:
            db.session.connection()  # returns when it is our turn to write
            faults.reach("intake.begun")
            group = self._group()
            with one_thread_at_a_time():
                _take_together(group)
        except BaseException as raised:
            for turn in group:
                turn.outcome = turn.outcome or raised
        finally:
            with self.lock:
                self.waiting = [turn for turn in self.waiting if turn not in group]
                heirs = self.waiting[:1]
            for turn in group + heirs:
                turn.woken.set()

    def _group(self) -> list[Turn]:
        """The calls to take in together, each of another device: what a device's call changes, its next one must see."""
        by_device: dict[object, Turn] = {}
        with self.lock:
            for turn in self.waiting[:MOST_TOGETHER]:
                by_device.setdefault(turn.parcel.ticket.device_id, turn)
        return list(by_device.values())


def _take_together(group: list[Turn]) -> None:
    """Take the calls in, in one transaction; should that fail, each in its own."""
    if len(group) == 1:
        _take_each(group)
        return
    try:
        _take(group)
    except Exception:
        log.exception("taking %d calls in together failed; taking in each by itself", len(group))
        db.session.rollback()
        _take_each(group)


def _take_each(group: list[Turn]) -> None:
    """Take each call in, in a transaction of its own."""
    for turn in group:
        try:
            _take_alone(turn)
        except Exception as raised:
            db.session.rollback()
            turn.outcome = raised


def _take_alone(turn: Turn) -> None:
    """Take one call in, looking again when another brought one of its new ids at the same moment, and was first.

    On the next look the id is known. Raises Problem busy (503) should others be first every time.
    """
    for _look in range(LOOKS):
        try:
            return _take([turn])
        except IntegrityError:
            db.session.rollback()
    raise Problem("busy", retry_after_s=2)


def _take(group: list[Turn]) -> None:
    taken = intake.take([turn.parcel for turn in group])
    now_epoch = str(epoch())
    db.session.commit()
    faults.reach("intake.committed")
    for turn, lot in zip(group, taken, strict=True):
        turn.outcome = Taken(lot, now_epoch)


def take_in(parcel: Parcel) -> Taken:
    """Take a call in through this application's queue; see `Queue.take`."""
    queue: Queue = current_app.extensions["intake"]
    return queue.take(parcel)
