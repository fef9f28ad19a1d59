"""What became of rounds and their points: derived from scans and steps, at any moment, and never stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from webapp.patrols.rules import Point, Round


@dataclass(frozen=True)
class Seen:
    """A scan as the rules need it. `withdrawn` ones do not count; `repeat` ones came too soon after another."""

    id: UUID
    checkpoint_id: UUID
    person_id: UUID
    at: datetime
    withdrawn: bool = False
    repeat: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Step:
    """A round's step: start, pause, resume, end, hand_over. `id`: the record it was handed in as."""

    verb: str
    at: datetime
    person_id: UUID
    to_person_id: UUID | None = None
    reason: str = ""
    id: UUID | None = None


def scan_state(round_: Round, point: Point, at: datetime) -> str:
    """early, on_time, late, or after (the round was closed: the point stays missed)."""
    if at < max(point.early_until, round_.early_from):
        return "early"
    if at <= point.due_until:
        return "on_time"
    return "late" if at <= round_.closes_at else "after"


@dataclass(frozen=True)
class PointState:
    """What became of a point. `state`: early, on_time, late, missed, open. `late_by` in whole minutes."""

    point: Point
    state: str
    scan: Seen | None
    late_by: int = 0
    out_of_order: bool = False


def point_states(round_: Round, scans: Iterable[Seen], now: datetime, ended_at: datetime | None = None) -> list[PointState]:
    """The state of each point from the scans counted to the round, in the round's order.

    The first scan in the window counts; an early one counts only when none follows in time. A point becomes missed at
    once when the round closes, or when it was ended early.
    """
    by_point: dict[UUID, list[Seen]] = {}
    for scan in sorted(scans, key=lambda s: s.at):
        if not scan.withdrawn:
            by_point.setdefault(scan.checkpoint_id, []).append(scan)
    over = now > round_.closes_at or ended_at is not None
    states = [_point_state(round_, point, by_point.get(point.checkpoint_id, []), over) for point in round_.points]
    return _mark_order(states)


def _point_state(round_: Round, point: Point, scans: list[Seen], over: bool) -> PointState:
    graded = [(scan_state(round_, point, scan.at), scan) for scan in scans]
    for wanted in ("on_time", "late", "early"):
        for state, scan in graded:
            if state == wanted:
                late_by = int((scan.at - point.due_until).total_seconds() // 60) + 1 if state == "late" else 0
                return PointState(point, state, scan, late_by)
    after = next((scan for state, scan in graded if state == "after"), None)
    return PointState(point, "missed" if over else "open", after)


def _mark_order(states: list[PointState]) -> list[PointState]:
    """Flag fixed points that were scanned before a fixed point that comes earlier in the round."""
    latest: datetime | None = None
    out = []
    for state in states:
        if state.point.order_fixed and state.scan and state.state != "missed":
            wrong = latest is not None and state.scan.at < latest
            latest = max(latest, state.scan.at) if latest else state.scan.at
            out.append(replace(state, out_of_order=wrong))
        else:
            out.append(state)
    return out


@dataclass(frozen=True)
class RoundState:
    """What became of a round. `state`: upcoming, due, running, paused, done, ended, incomplete, missed."""

    round: Round
    state: str
    points: tuple[PointState, ...]
    steps: tuple[Step, ...]
    holder_id: UUID | None
    started_at: datetime | None
    finished_at: datetime | None

    def count(self, *states: str) -> int:
        """How many points are in one of the states."""
        return sum(p.state in states for p in self.points)

    @property
    def seen(self) -> int:
        """Points with a scan that counts."""
        return self.count("early", "on_time", "late")


MOVES = ("start", "pause", "resume")  # any of them says that the round has begun


def round_state(round_: Round, scans: Iterable[Seen], steps: Iterable[Step], now: datetime) -> RoundState:
    """Fold scans and steps, in order of corrected time, into the round's state at `now`."""
    scans, ordered = list(scans), tuple(sorted(steps, key=lambda s: s.at))
    ended = next((s for s in reversed(ordered) if s.verb == "end"), None)
    points = tuple(point_states(round_, scans, now, ended.at if ended else None))
    times = [p.scan.at for p in points if p.scan and p.state != "missed"]
    holder = next((s.to_person_id for s in reversed(ordered) if s.verb == "hand_over"), None)
    if holder is None:
        workers = [s.person_id for s in ordered if s.verb in ("start", "resume")] + [
            s.person_id for s in sorted(scans, key=lambda s: s.at) if not s.withdrawn
        ]
        holder = workers[0] if workers else round_.person_id
    begun = min([s.at for s in ordered if s.verb in MOVES] + times, default=None)
    complete = all(p.state in ("early", "on_time", "late") for p in points)
    finished = max(times) if complete and times else ended.at if ended else None
    return RoundState(round_, _word(round_, now, points, ordered, begun, complete, ended), points, ordered, holder, begun, finished)


def _word(
    round_: Round,
    now: datetime,
    points: tuple[PointState, ...],
    steps: tuple[Step, ...],
    begun: datetime | None,
    complete: bool,
    ended: Step | None,
) -> str:
    if complete:
        return "done"
    if ended:
        return "ended"
    if now > round_.closes_at:
        return "incomplete" if any(p.state != "missed" for p in points) else "missed"
    if begun:
        moving = [s.verb for s in steps if s.verb in MOVES]
        return "paused" if moving and moving[-1] == "pause" else "running"
    return "due" if now >= round_.early_from else "upcoming"
