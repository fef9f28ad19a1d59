"""Recording scans and steps of rounds: the actions behind the intake. Nothing here commits."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.patrols import queries, rules, trust
from webapp.patrols.bodies import RoundStepBody, ScanBody
from webapp.patrols.models import RoundStep, Scan, WalkingTime
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.records.models import Correction
from webapp.sites.models import Checkpoint, Label, Site
from webapp.sites.rules import distance_m

LONGEST_WALK = timedelta(hours=2)  # a longer gap says nothing about walking
LOOK_BACK = timedelta(hours=14)  # rounds last less; used to see which points a round has got


@dataclass
class Memory:
    """What judging the scans of one call needs to know, read in a few queries for all of them together."""

    mine: list[tuple[datetime, UUID]] = field(default_factory=list)  # this person's scans: (time, checkpoint), sorted
    at_points: dict[UUID, list[tuple[datetime, str | None]]] = field(default_factory=dict)  # by checkpoint: (time, round)
    walks: dict[tuple[UUID, UUID], tuple[int, int]] = field(default_factory=dict)  # (from, to): (fastest s, count)
    sites: dict[UUID, Site] = field(default_factory=dict)
    plans: dict[UUID, tuple[rules.Plan, ...]] = field(default_factory=dict)  # by site
    checkpoints: dict[UUID, Checkpoint] = field(default_factory=dict)
    scans: dict[UUID, Scan] = field(default_factory=dict)  # made in this call, by id

    @classmethod
    def load(cls, person_id: UUID, scans: Iterable[tuple[Checkpoint, datetime]]) -> Memory:
        """Read for scans about to be judged, given as (checkpoint, corrected time)."""
        scans = list(scans)
        memory = cls()
        if not scans:
            return memory
        memory.checkpoints = {c.id: c for c, _at in scans}
        first, last = min(at for _c, at in scans), max(at for _c, at in scans)
        memory._load_mine(person_id, first, last)
        memory._load_points(first, last)
        memory._load_walks()
        return memory

    def _load_mine(self, person_id: UUID, first: datetime, last: datetime) -> None:
        found = sa.select(Scan.at, Scan.checkpoint_id).where(Scan.person_id == person_id, Scan.at >= first - LONGEST_WALK, Scan.at <= last)
        self.mine = sorted((at, checkpoint_id) for at, checkpoint_id in db.session.execute(found))

    def _load_points(self, first: datetime, last: datetime) -> None:
        withdrawn = sa.exists().where(Correction.about == Scan.id, Correction.verb == "withdraw")
        found = sa.select(Scan.checkpoint_id, Scan.at, Scan.round_id).where(
            Scan.checkpoint_id.in_(list(self.checkpoints)), Scan.at >= first - LOOK_BACK, Scan.at <= last + LOOK_BACK, ~withdrawn
        )
        for checkpoint_id, at, round_id in db.session.execute(found):
            self.at_points.setdefault(checkpoint_id, []).append((at, round_id))

    def _load_walks(self) -> None:
        to = list(self.checkpoints)
        origins = {checkpoint_id for _at, checkpoint_id in self.mine} | set(to)
        found = sa.select(WalkingTime).where(WalkingTime.to_id.in_(to), WalkingTime.from_id.in_(origins))
        self.walks = {(w.from_id, w.to_id): (w.fastest_s, w.count) for w in db.session.scalars(found)}

    def previous(self, at: datetime) -> tuple[datetime, UUID] | None:
        """The person's latest scan before `at`, not longer ago than LONGEST_WALK."""
        return max(((t, c) for t, c in self.mine if at - LONGEST_WALK <= t < at), default=None)

    def rounds_with(self, checkpoint_id: UUID) -> set[str]:
        """Rounds that have a scan of the checkpoint."""
        return {round_id for _at, round_id in self.at_points.get(checkpoint_id, ()) if round_id}

    def is_repeat(self, checkpoint_id: UUID, round_id: str | None, at: datetime, interval: timedelta) -> bool:
        """Was the same point scanned in the same round within `interval` before?"""
        return any(timedelta(0) <= at - t < interval and r == round_id for t, r in self.at_points.get(checkpoint_id, ()))

    def add(self, scan: Scan) -> None:
        """Know the scan when the next one is judged."""
        self.scans[scan.id] = scan
        insort(self.mine, (scan.at, scan.checkpoint_id))
        self.at_points.setdefault(scan.checkpoint_id, []).append((scan.at, scan.round_id))


def record_scan(arrived: Arrived, person: Person, body: ScanBody, label: Label | None, memory: Memory) -> Scan:
    """Keep that somebody was at a checkpoint, with all grades of its trust.

    Raises Held: unknown-code (no such label), no-access (a site where the person has no role).
    """
    if label is None:
        raise Held("unknown-code")
    if rank_at(person, label.site_id) is None:
        raise Held("no-access")
    checkpoint = label.checkpoint
    site = memory.sites.get(label.site_id) or checkpoint.site
    if site.id not in memory.sites:  # asked once a call: every question to the database first writes the scans so far, one by one
        memory.sites[site.id], memory.plans[site.id] = site, queries.plans_of(site)
    round_ = rules.choose_round(
        queries.rounds_near(site, arrived.at, memory.plans[site.id]),
        checkpoint.id,
        arrived.at,
        body.round,
        person.trade,
        person.id,
        memory.rounds_with(checkpoint.id),
    )
    point = round_.point(checkpoint.id) if round_ else None
    interval = point.min_interval if point else timedelta(minutes=10)
    grades = grades_of(arrived, body, label, site, memory)
    position = arrived.envelope.position
    scan = Scan(
        id=arrived.id,
        site_id=site.id,
        checkpoint_id=checkpoint.id,
        person_id=person.id,
        round_id=round_.id if round_ else None,
        day=round_.day if round_ else local_day(arrived.at, site.zone),
        at=arrived.at,
        raw_at=arrived.raw_at,
        clock_grade=arrived.clock_grade,
        received_at=arrived.received_at,
        method=body.method,
        label_version=label.version,
        frame_sha256=body.frame,
        lat=position.lat if position else None,
        lon=position.lon if position else None,
        accuracy_m=position.accuracy_m if position else None,
        repeat=memory.is_repeat(checkpoint.id, round_.id if round_ else None, arrived.at, interval),
        doubtful=any(g.grade == "doubt" for g in grades),
        trust=[g.as_json() for g in grades],
    )
    db.session.add(scan)
    memory.add(scan)
    return scan


def grades_of(arrived: Arrived, body: ScanBody, label: Label, site: Site, memory: Memory) -> list[trust.Grade]:
    """The grades of a scan: method, label, clock, position, walk."""
    here = label.checkpoint
    position = arrived.envelope.position
    distance = None
    if position is not None and here.lat is not None and here.lon is not None:
        distance = distance_m(position.lat, position.lon, here.lat, here.lon)
    return [
        trust.of_method(body.method),
        trust.of_label(label.superseded_at is None),
        trust.of_clock(arrived.clock_grade),
        trust.of_position(distance, position.accuracy_m if position else None, here.fence_m or site.fence_m),
        _walk_grade(arrived.at, here, memory),
    ]


def _walk_grade(at: datetime, here: Checkpoint, memory: Memory) -> trust.Grade:
    before = memory.previous(at)
    if before is None or before[1] == here.id:
        return trust.of_walk(None, None, None, 0)
    there = memory.checkpoints.get(before[1]) or db.session.get(Checkpoint, before[1])
    straight = None
    if there and there.lat is not None and there.lon is not None and here.lat is not None and here.lon is not None:
        straight = distance_m(there.lat, there.lon, here.lat, here.lon)
    learned, count = memory.walks.get((before[1], here.id), (None, 0))
    return trust.of_walk(at - before[0], straight, learned, count)


def step_round(arrived: Arrived, person: Person, body: RoundStepBody) -> RoundStep:
    """Start, pause, resume, end early or hand over a round.

    Raises Held: unknown-round, no-access, bad-body (ending without a reason, handing over to nobody of the site).
    """
    found = queries.find_round(body.round)
    if found is None:
        raise Held("unknown-round")
    site, round_ = found
    if rank_at(person, site.id) is None:
        raise Held("no-access")
    if body.verb == "end" and not body.reason.strip():
        raise Held("bad-body")
    if body.verb == "hand_over":
        colleague = db.session.get(Person, body.to) if body.to else None
        if colleague is None or rank_at(colleague, site.id) is None:
            raise Held("bad-body")
    step = RoundStep(
        id=arrived.id,
        site_id=site.id,
        round_id=round_.id,
        day=round_.day,
        person_id=person.id,
        to_person_id=body.to if body.verb == "hand_over" else None,
        verb=body.verb,
        reason=body.reason,
        at=arrived.at,
    )
    db.session.add(step)
    return step


def learn_walking_times(_payload: dict[str, Any]) -> None:
    """From the past 60 days, the fastest decile of walks between checkpoints scanned one after another in one round.

    The decile, not the minimum: one impossible scan must not teach that the impossible is plausible.
    """
    newest = db.session.scalar(sa.select(sa.func.max(Scan.at)))
    if newest is None:
        return
    found = (
        sa.select(Scan.round_id, Scan.person_id, Scan.checkpoint_id, Scan.at)
        .where(Scan.at > newest - timedelta(days=60), Scan.round_id.isnot(None), Scan.repeat.is_(False), Scan.doubtful.is_(False))
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
