"""Recording scans and steps of rounds: the actions behind the intake. Nothing here commits."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import local_day
from webapp.core.db import db, insert_rows
from webapp.patrols import queries, rules, trust, walking
from webapp.patrols.bodies import RoundStepBody, ScanBody
from webapp.patrols.models import RoundStep, Scan
from webapp.people.authors import Author
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.records.models import Correction
from webapp.sites.models import Checkpoint
from webapp.sites.queries import LabelRead
from webapp.sites.rules import distance_m

LONGEST_WALK = timedelta(hours=2)  # a longer gap says nothing about walking
OUTSIDE_INTERVAL = timedelta(minutes=10)  # the same point again, outside any round


class Passage(NamedTuple):
    """A scan about to be judged: its id, whose, of which label, its corrected time, and the round that the phone names."""

    id: UUID
    person_id: UUID
    label: LabelRead
    at: datetime
    wanted: str | None


class Visit(NamedTuple):
    """An earlier scan, as the next one is judged against. Position in WGS-84 degrees."""

    at: datetime
    checkpoint_id: UUID
    lat: float | None
    lon: float | None


class Counted(NamedTuple):
    """Where a scan made in this call was counted."""

    site_id: UUID
    round_id: str | None
    checkpoint_id: UUID


VISIT = sa.select(Scan.at, Scan.checkpoint_id, Checkpoint.lat, Checkpoint.lon).join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
LAST_VISIT = (
    VISIT.where(Scan.person_id == sa.bindparam("person"), Scan.at < sa.bindparam("first"), Scan.at >= sa.bindparam("since"))
    .order_by(Scan.at.desc())
    .limit(1)
)
VISITS = VISIT.where(Scan.person_id == sa.bindparam("person"), Scan.at >= sa.bindparam("first"), Scan.at <= sa.bindparam("last"))
AT_POINTS = sa.select(Scan.checkpoint_id, Scan.at, Scan.round_id).where(
    ~sa.exists().where(Correction.about == Scan.id, Correction.verb == "withdraw")
)
IN_ROUNDS = AT_POINTS.where(Scan.round_id.in_(sa.bindparam("rounds", expanding=True)))
OUTSIDE = AT_POINTS.where(
    Scan.round_id.is_(None),
    Scan.checkpoint_id.in_(sa.bindparam("points", expanding=True)),
    Scan.at >= sa.bindparam("first"),
    Scan.at <= sa.bindparam("last"),
)


_when = attrgetter("at")


def _visits_around(person_id: UUID, first: datetime, last: datetime) -> list[Visit]:
    """A person's scans between two moments, and the one just before, by time."""
    ask = db.session.connection().execute
    found = list(ask(LAST_VISIT, {"person": person_id, "first": first, "since": first - LONGEST_WALK}))
    if last > first:
        found += ask(VISITS, {"person": person_id, "first": first, "last": last})
    return sorted((Visit(*row) for row in found), key=_when)


@dataclass
class Memory:
    """What judging scans needs to know, read in a few queries for all of a transaction together.

    New scans are kept here too and written together (`write`): a hundred inserts in one statement.
    """

    visits: dict[UUID, list[Visit]] = field(default_factory=dict)  # by person: their scans, by time
    at_points: dict[UUID, list[tuple[datetime, str | None]]] = field(default_factory=dict)  # by checkpoint: (time, round)
    plans: dict[UUID, tuple[rules.Plan, ...]] = field(default_factory=dict)  # by site
    near: dict[UUID, list[rules.Round]] = field(default_factory=dict)  # by scan: rounds it could count to
    counted: dict[UUID, Counted] = field(default_factory=dict)  # scans made in this transaction, by id
    rows: list[dict[str, Any]] = field(default_factory=list)
    lessons: walking.Lessons = field(default_factory=dict)

    @classmethod
    def load(cls, passages: list[Passage]) -> Memory:
        """Read for scans about to be judged."""
        memory = cls()
        if passages:
            memory.lessons = walking.lessons()
            memory._load_rounds(passages)
            persons: dict[UUID, list[datetime]] = {}
            for passage in passages:
                persons.setdefault(passage.person_id, []).append(passage.at)
            for person_id, times in persons.items():
                memory.visits[person_id] = _visits_around(person_id, min(times), max(times))
        return memory

    def _load_rounds(self, passages: list[Passage]) -> None:
        """Which rounds each scan could count to, and the scans that those rounds have."""
        outside = []
        for passage in passages:
            label, at = passage.label, passage.at
            if label.site.id not in self.plans:
                self.plans[label.site.id] = queries.plans_of(label.site)
            near = queries.rounds_near(label.site, at, self.plans[label.site.id], label.checkpoint_id)
            candidates = self.near[passage.id] = rules.rounds_open(near, at, passage.wanted)
            if not candidates:
                outside.append((label.checkpoint_id, at))
        ask = db.session.connection().execute
        found = list(ask(IN_ROUNDS, {"rounds": list({r.id for rounds in self.near.values() for r in rounds})}))
        if outside:
            times = [at for _c, at in outside]
            found += ask(OUTSIDE, {"points": list({c for c, _at in outside}), "first": min(times) - OUTSIDE_INTERVAL, "last": max(times)})
        for checkpoint_id, at, round_id in found:
            self.at_points.setdefault(checkpoint_id, []).append((at, round_id))

    def previous(self, person_id: UUID, at: datetime) -> Visit | None:
        """The person's latest scan before `at`, not longer ago than LONGEST_WALK."""
        mine = self.visits[person_id]
        place = bisect_left(mine, at, key=_when)
        before = mine[place - 1] if place else None
        return before if before and at - before.at <= LONGEST_WALK else None

    def rounds_with(self, checkpoint_id: UUID) -> set[str]:
        """Rounds that have a scan of the checkpoint."""
        return {round_id for _at, round_id in self.at_points.get(checkpoint_id, ()) if round_id}

    def is_repeat(self, checkpoint_id: UUID, round_id: str | None, at: datetime, interval: timedelta) -> bool:
        """Was the same point scanned in the same round within `interval` before?"""
        return any(timedelta(0) <= at - t < interval and r == round_id for t, r in self.at_points.get(checkpoint_id, ()))

    def add(self, row: dict[str, Any], label: LabelRead) -> None:
        """Keep a new scan, and know it when the next one is judged."""
        self.rows.append(row)
        self.counted[row["id"]] = Counted(row["site_id"], row["round_id"], row["checkpoint_id"])
        insort(self.visits[row["person_id"]], Visit(row["at"], row["checkpoint_id"], label.lat, label.lon), key=_when)
        self.at_points.setdefault(row["checkpoint_id"], []).append((row["at"], row["round_id"]))

    def write(self) -> None:
        """Write the new scans."""
        if self.rows:
            insert_rows(Scan, self.rows)
            self.rows = []


def record_scan(arrived: Arrived, author: Author, body: ScanBody, label: LabelRead | None, memory: Memory) -> UUID:
    """Keep that somebody was at a checkpoint, with all grades of its trust; gives the site.

    Raises Held: unknown-code (no such label), no-access (a site where the person has no role).
    """
    if label is None:
        raise Held("unknown-code")
    site = label.site
    if rank_at(author, site.id) is None:
        raise Held("no-access")
    done = memory.rounds_with(label.checkpoint_id)
    round_ = rules.choose_round(memory.near[arrived.id], body.round, author.trade, author.id, done)
    point = round_.point(label.checkpoint_id) if round_ else None
    interval = point.min_interval if point else OUTSIDE_INTERVAL
    round_id = round_.id if round_ else None
    grades = grades_of(arrived, body, label, memory)
    position = arrived.envelope.position
    row = {
        "id": arrived.id,
        "site_id": site.id,
        "checkpoint_id": label.checkpoint_id,
        "person_id": author.id,
        "round_id": round_id,
        "day": round_.day if round_ else local_day(arrived.at, site.zone),
        "at": arrived.at,
        "raw_at": arrived.raw_at,
        "clock_grade": arrived.clock_grade,
        "received_at": arrived.received_at,
        "method": body.method,
        "label_version": label.version,
        "frame_sha256": body.frame,
        "lat": position.lat if position else None,
        "lon": position.lon if position else None,
        "accuracy_m": position.accuracy_m if position else None,
        "repeat": memory.is_repeat(label.checkpoint_id, round_id, arrived.at, interval),
        "doubtful": any(g.grade == "doubt" for g in grades),
        "trust": [g.as_json() for g in grades],
    }
    memory.add(row, label)
    return site.id


def grades_of(arrived: Arrived, body: ScanBody, label: LabelRead, memory: Memory) -> list[trust.Grade]:
    """The grades of a scan: method, label, clock, position, walk."""
    position = arrived.envelope.position
    distance = _distance((position.lat, position.lon) if position else (None, None), (label.lat, label.lon))
    return [
        trust.of_method(body.method),
        trust.of_label(label.in_force(arrived.at)),
        trust.of_clock(arrived.clock_grade),
        trust.of_position(distance, position.accuracy_m if position else None, label.fence_m),
        _walk_grade(arrived, label, memory),
    ]


def _distance(one: tuple[float | None, float | None], other: tuple[float | None, float | None]) -> float | None:
    """Metres between two positions, or None when one of them is not known."""
    if one[0] is None or one[1] is None or other[0] is None or other[1] is None:
        return None
    return distance_m(one[0], one[1], other[0], other[1])


def _walk_grade(arrived: Arrived, here: LabelRead, memory: Memory) -> trust.Grade:
    before = memory.previous(arrived.person_id, arrived.at)
    if before is None or before.checkpoint_id == here.checkpoint_id:
        return trust.of_walk(None, None, None, 0)
    learned, count = memory.lessons.get((before.checkpoint_id, here.checkpoint_id), (None, 0))
    return trust.of_walk(arrived.at - before.at, _distance((before.lat, before.lon), (here.lat, here.lon)), learned, count)


def step_round(arrived: Arrived, author: Author, body: RoundStepBody) -> RoundStep:
    """Start, pause, resume, end early or hand over a round.

    Raises Held: unknown-round, no-access, bad-body (ending without a reason, handing over to nobody of the site).
    """
    found = queries.find_round(body.round)
    if found is None:
        raise Held("unknown-round")
    site, round_ = found
    if rank_at(author, site.id) is None:
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
        person_id=author.id,
        to_person_id=body.to if body.verb == "hand_over" else None,
        verb=body.verb,
        reason=body.reason,
        at=arrived.at,
    )
    db.session.add(step)
    return step
