"""Rounds as pages and the daily log show them: states joined with names, notes, corrections and evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa

from webapp.core.i18n import named, text_of
from webapp.patrols import queries, rules, states, words
from webapp.patrols.models import Route, Scan
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.records.models import Correction, Note
from webapp.records.queries import corrections_about, notes_about, photos_of
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id


@dataclass
class ScanLine:
    """One scan with everything said about it."""

    scan: Scan
    person: Person | None
    checkpoint: Checkpoint | None
    notes: list[Note] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    photos_by_record: dict[UUID, list[str]] = field(default_factory=dict)

    @property
    def photos(self) -> list[str]:
        """Photos of the scan and of the notes about it, without the scan frame."""
        return [p for found in self.photos_by_record.values() for p in found if p != self.scan.frame_sha256]

    @cached_property
    def withdrawn(self) -> bool:
        return any(c.verb == "withdraw" for c in self.corrections)

    @property
    def issues(self) -> list[Note]:
        """Notes that say something is wrong."""
        return [n for n in self.notes if n.result == "issue"]

    @property
    def all_normal(self) -> bool:
        return bool(self.notes) and not self.issues and any(n.result == "normal" for n in self.notes)

    @property
    def trust(self) -> list[str]:
        """What is not simply good about it, in words."""
        return words.trust_words(self.scan.trust)


@dataclass
class PointLine:
    """One point of a round: its state, its checkpoint, and the scan that counts."""

    state: states.PointState
    checkpoint: Checkpoint | None
    line: ScanLine | None

    @property
    def name(self) -> str:
        return named(self.checkpoint)

    @property
    def place(self) -> str:
        return named(self.checkpoint.place) if self.checkpoint else ""

    @property
    def instructions(self) -> str:
        return text_of(self.checkpoint, "instructions") if self.checkpoint else ""

    @property
    def words(self) -> str:
        return words.point_words(self.state)


@dataclass
class RoundView:
    """One round as shown."""

    site: Site
    route: Route
    state: states.RoundState
    points: list[PointLine]
    scans: list[ScanLine]
    holder: Person | None
    people: dict[UUID, Person]

    @property
    def round(self) -> rules.Round:
        return self.state.round

    @property
    def name(self) -> str:
        return named(self.route)

    @property
    def pill(self) -> tuple[str, str]:
        return words.round_pill(self.state)

    @property
    def took(self) -> str:
        """How long it took, in words; empty before it is finished."""
        if not (self.state.started_at and self.state.finished_at):
            return ""
        return words.duration((self.state.finished_at - self.state.started_at).total_seconds())

    @property
    def next_point(self) -> PointLine | None:
        """The first point that has not been scanned."""
        return next((p for p in self.points if p.state.state == "open"), None)

    @property
    def meter(self) -> list[tuple[str, int]]:
        """Points by state, for the bar."""
        count = self.state.count
        return [("on_time", count("on_time")), ("late", count("late", "early")), ("missed", count("missed"))]

    @property
    def end_reason(self) -> str:
        return next((s.reason for s in reversed(self.state.steps) if s.verb == "end"), "")


def lines_of_day(site_id: UUID, day: date) -> list[ScanLine]:
    """A day's scans with everything said about them."""
    return scan_lines(queries.scans_of_day(site_id, day), sa.select(Scan.id).where(Scan.site_id == site_id, Scan.day == day))


def scan_lines(scans: Iterable[Scan], which: sa.Select[UUID] | None = None) -> list[ScanLine]:
    """Scans with everything said about them: a fixed number of queries. `which`: the question for their ids, where there is one."""
    scans = list(scans)
    ids = [s.id for s in scans] if which is None else which
    people, checkpoints = names(s.person_id for s in scans), checkpoints_by_id(s.checkpoint_id for s in scans)
    notes, corrections = notes_about(ids), corrections_about(ids)
    photos = photos_of(ids) | photos_of(n.id for found in notes.values() for n in found)
    return [
        ScanLine(
            scan,
            people.get(scan.person_id),
            checkpoints.get(scan.checkpoint_id),
            notes.get(scan.id, []),
            corrections.get(scan.id, []),
            {key: photos[key] for key in (scan.id, *(n.id for n in notes.get(scan.id, []))) if key in photos},
        )
        for scan in scans
    ]


def round_views(site: Site, rounds: Iterable[rules.Round], now: datetime, lines: list[ScanLine] | None = None) -> list[RoundView]:
    """Rounds of one site as shown, in the order given. `lines`: their scans, if they have been read."""
    rounds = list(rounds)
    if lines is None:
        lines = scan_lines(queries.scans_of_rounds(r.id for r in rounds))
    found = queries.states_of(rounds, now, [line.scan for line in lines], {line.scan.id for line in lines if line.withdrawn})
    by_id = {line.scan.id: line for line in lines}
    by_round: dict[str | None, list[ScanLine]] = {}
    for line in lines:
        by_round.setdefault(line.scan.round_id, []).append(line)
    checkpoints = {line.checkpoint.id: line.checkpoint for line in lines if line.checkpoint}
    checkpoints |= checkpoints_by_id({p.checkpoint_id for r in rounds for p in r.points} - checkpoints.keys())
    routes = queries.route_names(site.id)
    people = names(_people_in(found))
    return [
        RoundView(
            site=site,
            route=routes[state.round.route_id],
            state=state,
            points=[PointLine(p, checkpoints.get(p.point.checkpoint_id), by_id.get(p.scan.id) if p.scan else None) for p in state.points],
            scans=by_round.get(state.round.id, []),
            holder=people.get(state.holder_id) if state.holder_id else None,
            people=people,
        )
        for state in found
    ]


def _people_in(round_states: list[states.RoundState]) -> set[UUID]:
    found = {s.holder_id for s in round_states} | {step.person_id for s in round_states for step in s.steps}
    found |= {step.to_person_id for s in round_states for step in s.steps}
    return {person_id for person_id in found if person_id}
