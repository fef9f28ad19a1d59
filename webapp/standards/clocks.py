"""Clocks: promises about time, derived from what happened at any moment, never a countdown that is stored. Pure.

A clock runs round the clock, every day (chapter 3), and stands still only for the reasons on its list. Every answer is
as known at `now`: a stop or a pause after it has not happened yet. So the same functions tell how things stood last night.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from webapp.standards.rules import STOP_REASONS

STOPS: dict[str, tuple[str, ...]] = {  # which reasons hold which clock
    "reply": (),  # nothing keeps us from saying that we have heard
    "dispatch": (),
    "on_site": ("waiting_resident", "appointment"),
    "handle": STOP_REASONS,
    "silence": ("waiting_resident", "appointment"),  # who waits for parts wants news more, not less
}
WARNINGS = ((0.75, "technician"), (1.0, "supervisor"), (1.5, "manager"))


class Pause(NamedTuple):
    """A clock was said to stand still from `from_at` on; `until` is None while it does, and may lie ahead (an appointment)."""

    from_at: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class Clock:
    """One promise about time. `name`: reply, dispatch, on_site, handle, silence. Name and `started_at` tell a request's clocks apart."""

    name: str
    started_at: datetime
    minutes: int
    stopped_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a clock of no length."""
        if self.minutes <= 0:
            raise ValueError(self.minutes)

    @property
    def limit(self) -> timedelta:
        """How long it may run."""
        return timedelta(minutes=self.minutes)


class WarningDue(NamedTuple):
    """A warning to a role, and the moment at which it became due."""

    fraction: float
    role: str
    at: datetime


def counts(clock: Clock, pause: Pause) -> bool:
    """Does this pause hold this clock? Others are shown, and change nothing."""
    return pause.reason in STOPS[clock.name]


def elapsed(clock: Clock, now: datetime) -> timedelta:
    """How long it has run: the time since its start, to its stop or to now, less the time it stood still (once, if twice said)."""
    end = now if clock.stopped_at is None else min(now, clock.stopped_at)
    still = sum((min(until, end) - since for since, until in _stills(clock, now) if since < end), timedelta(0))
    return max(end - clock.started_at, timedelta(0)) - still


def due_at(clock: Clock, now: datetime) -> datetime:
    """The last moment at which a stop keeps it. Pauses move it on; while one is open, it moves with now."""
    return _reaches(clock, 1.0, now)


def held(clock: Clock, now: datetime) -> tuple[datetime, datetime | None]:
    """Its due moment as known at `now`, and since when that moves on with the time, because a pause without an agreed end holds it.

    From then on, and until something happens again, it is due at the first plus what has gone by since the second: two moments,
    so that a list may be sorted by them. None: it does not stand still, or its time was over before the pause began.
    """
    due = due_at(clock, now)
    is_open = any(counts(clock, pause) and pause.until is None and pause.from_at < now for pause in clock.pauses)
    if not is_open or _is_stopped(clock, now):
        return due, None
    stills = _stills(clock, now)
    until = stills[-1][1] if stills else max(now, clock.started_at)
    return due, until if due > until else None


def fraction(clock: Clock, now: datetime) -> float:
    """How much of its time has run: 1.0 at the limit, and more after it."""
    return elapsed(clock, now) / clock.limit


def state(clock: Clock, now: datetime) -> str:
    """kept, missed, overdue, paused, warned or running.

    Stopped: kept up to and with the limit, missed after it. Not stopped: overdue after the limit, paused or not; else paused
    from a pause's first moment to before its last; else warned from 75 % on, the limit included; else running.
    """
    ran = elapsed(clock, now)
    if _is_stopped(clock, now):
        return "kept" if ran <= clock.limit else "missed"
    if ran > clock.limit:
        return "overdue"
    if any(counts(clock, p) and p.from_at <= now and (p.until is None or now < p.until) for p in clock.pauses):
        return "paused"
    return "warned" if ran >= clock.limit * WARNINGS[0][0] else "running"


def warnings_due(clock: Clock, now: datetime) -> list[WarningDue]:
    """The warnings whose moments have come by `now`, in order, each always with the same moment.

    A later `now` never takes one back, so whoever raises those not raised yet raises each once, however long nobody
    looked. A stop at that moment or before it (it may be told late) does: exactly at the limit is kept.
    """
    last = clock.stopped_at
    found = [WarningDue(part, role, _reaches(clock, part, now)) for part, role in WARNINGS]
    return [warning for warning in found if warning.at <= now and (last is None or warning.at < last)]


def _is_stopped(clock: Clock, now: datetime) -> bool:
    return clock.stopped_at is not None and clock.stopped_at <= now


def _reaches(clock: Clock, part: float, now: datetime) -> datetime:
    """When that part of its time has run, by what is known at `now`."""
    at = clock.started_at + clock.limit * part
    for since, until in _stills(clock, now):
        if since >= at:
            break
        at += until - since
    return at


def _stills(clock: Clock, now: datetime) -> list[tuple[datetime, datetime]]:
    """When it stood still, in order and without overlap, within its life. An open pause lasts until now, an agreed one as agreed."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted(_within(clock, pause, now) for pause in clock.pauses if counts(clock, pause)):
        if since >= until:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _within(clock: Clock, pause: Pause, now: datetime) -> tuple[datetime, datetime]:
    until = now if pause.until is None else pause.until
    if clock.stopped_at is not None and _is_stopped(clock, now):
        until = min(until, clock.stopped_at)
    return max(pause.from_at, clock.started_at), until


class Mark(NamedTuple):
    """From here on clocks stand still (`cause`; until `until` if that was agreed), or go on again (None)."""

    at: datetime
    cause: str | None
    until: datetime | None = None


def pauses_of(marks: Iterable[Mark]) -> tuple[Pause, ...]:
    """The pauses between marks, in any order: each ends at the next mark, or before it where that was agreed."""
    ordered = sorted(marks, key=lambda mark: (mark.at, mark.cause or ""))
    found = []
    for mark, following in zip_longest(ordered, ordered[1:]):
        if mark.cause in STOP_REASONS:
            ends = [end for end in (mark.until, following.at if following else None) if end is not None]
            found.append(Pause(mark.at, min(ends, default=None), mark.cause))
    return tuple(found)
