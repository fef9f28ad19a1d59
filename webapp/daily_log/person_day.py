"""What one person did on a day: the same facts that the supervisor sees."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.daily_log import settling
from webapp.daily_log.lines import Line
from webapp.daily_log.models import Answer, ExceptionDecision
from webapp.inspections.models import Checklist, Inspection
from webapp.patrols import queries
from webapp.patrols.showing import RoundView, ScanLine, round_views, scan_lines
from webapp.patrols.words import point_words
from webapp.people.models import Duty, Person
from webapp.people.queries import duty_between, names
from webapp.records.models import Record
from webapp.records.queries import photos_of
from webapp.sites.models import Checkpoint, Site
from webapp.standards.queries import agreements
from webapp.standards.rules import in_force
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.showing import where_words
from webapp.work_orders.words import DONE_WORDS

ROUND_KINDS = ("missed", "late", "induction")


@dataclass(frozen=True)
class Said:
    """What a supervisor decided or asked about something this person did, and what the person answered."""

    line: Line
    decision: ExceptionDecision
    by: Person | None
    answer: Answer | None


@dataclass(frozen=True)
class Worked:
    """A step of a work order, or an inspection, as the supervisor sees it. `received_at`: by the server; `photos`: how many came with it."""

    at: datetime
    received_at: datetime
    what: str
    about: str
    note: str
    href: str
    has_position: bool
    photos: int
    odd: bool = False


@dataclass
class PersonDay:
    """What one person did on a day: the same facts that the supervisor sees."""

    person: Person
    day: date
    zone: str
    lines: list[ScanLine]
    rounds: dict[str, RoundView]
    duty: list[Duty]
    said: list[Said] = field(default_factory=list)
    steps: list[Worked] = field(default_factory=list)
    checks: list[Worked] = field(default_factory=list)
    mentor: Person | None = None
    induction: int = 0  # which of their first days it is; 0 when these are over

    @property
    def is_empty(self) -> bool:
        return not (self.duty or self.lines or self.said or self.steps or self.checks)

    @property
    def positions(self) -> int:
        """Scans and steps with which a position was kept."""
        return sum(line.scan.lat is not None for line in self.lines) + sum(one.has_position for one in (*self.steps, *self.checks))

    @property
    def frames(self) -> int:
        """Scans with which a picture of what the camera saw was kept."""
        return sum(line.scan.frame_sha256 is not None for line in self.lines)

    @property
    def photos(self) -> int:
        """Photos taken on rounds, at work orders and inspections."""
        return sum(len(line.photos) for line in self.lines) + sum(one.photos for one in (*self.steps, *self.checks))

    def words_of(self, line: ScanLine) -> tuple[str, str, str]:
        """(state, words, route) of a scan as it counts in its round."""
        view = self.rounds.get(line.scan.round_id or "")
        if line.withdrawn:
            return "neutral", _("withdrawn"), view.name if view else ""
        if view is None:
            return "neutral", _("outside a round"), ""
        point = next((p for p in view.points if p.state.scan and p.state.scan.id == line.scan.id), None)
        if point is None:
            return "neutral", _("scanned again"), view.name
        return point.state.state, point_words(point.state), view.name


def person_day(person: Person, sites: Iterable[Site], day: date, now: datetime) -> PersonDay:
    """A person's day over all their sites."""
    sites = list(sites)
    zone = sites[0].zone if sites else "Asia/Shanghai"
    start, end = day_bounds(day, zone)
    lines = scan_lines(queries.scans_of_person(person.id, start, end))
    views: dict[str, RoundView] = {}
    for site in sites:
        wanted = {line.scan.round_id for line in lines if line.scan.site_id == site.id}
        near = [r for offset in (-1, 0, 1) for r in queries.rounds_on(site, day + timedelta(days=offset)) if r.id in wanted]
        views |= {v.round.id: v for v in round_views(site, near, now)}
    duty = [d for site in sites for d in duty_between(site.id, start, end) if d.person_id == person.id]
    said = said_about(person, day, lines, views)
    steps, checks = steps_of(person, start, end), checks_of(person, [site.id for site in sites], start, end)
    number = induction_day(person, sites, day)
    mentor = db.session.get(Person, person.mentor_id) if number and person.mentor_id else None
    return PersonDay(person, day, zone, lines, views, sorted(duty, key=lambda d: d.at), said, steps, checks, mentor, number)


def induction_day(person: Person, sites: list[Site], day: date) -> int:
    """Which day of the induction it is by the agreements of the person's sites; 0 before and after."""
    if person.began_on is None or not sites:
        return 0
    terms = agreements([site.id for site in sites])
    longest = max(in_force(terms[site.id], day_bounds(day, site.zone)[0]).induction_days for site in sites)
    number = (day - person.began_on).days + 1
    return number if 1 <= number <= longest else 0


def steps_of(person: Person, start: datetime, end: datetime) -> list[Worked]:
    """What the person did at work orders, in order of time."""
    rows = db.session.execute(
        sa.select(WorkStep, WorkOrder)
        .join(WorkOrder, WorkOrder.id == WorkStep.order_id)
        .where(WorkStep.at >= start, WorkStep.at < end, WorkStep.person_id == person.id)
        .order_by(WorkStep.at, WorkStep.id)
    ).all()
    photos = photos_of(step.id for step, _order in rows)
    return [
        Worked(
            step.at, step.received_at, str(DONE_WORDS.get(step.verb, step.verb)), f"{order.number} · {where_words(order)}", step.reason,
            f"/work-orders/{order.id}", step.lat is not None, len(photos.get(step.id, ())),
        )
        for step, order in rows
    ]  # fmt: skip


def checks_of(person: Person, site_ids: list[UUID], start: datetime, end: datetime) -> list[Worked]:
    """The person's inspections, in order of time."""
    rows = db.session.execute(
        sa.select(Inspection, Checklist, Checkpoint, Record.received_at, Record.payload)
        .join(Checklist, Checklist.id == Inspection.checklist_id)
        .join(Record, Record.id == Inspection.id)
        .outerjoin(Checkpoint, Checkpoint.id == Inspection.checkpoint_id)
        .where(Inspection.site_id.in_(site_ids), Inspection.at >= start, Inspection.at < end, Inspection.person_id == person.id)
        .order_by(Inspection.at, Inspection.id)
    ).all()
    photos = photos_of(row.Inspection.id for row in rows)
    return [
        Worked(
            made.at, received_at, named(checklist), named(point), made.text, f"/inspections/{made.id}", has_position(payload),
            len(photos.get(made.id, ())), not made.passed,
        )
        for made, checklist, point, received_at, payload in rows
    ]  # fmt: skip


def has_position(payload: bytes) -> bool:
    """Does the record, as it came, say where the phone was?"""
    return bool(json.loads(payload).get("position"))


def said_about(person: Person, day: date, lines: Iterable[ScanLine], rounds: Iterable[str]) -> list[Said]:
    """Decisions about this person's scans and rounds of the day, and whatever this person was asked about the day, in order."""
    keys = [f"doubtful:{line.scan.id}" for line in lines] + [f"{kind}:{round_id}" for round_id in rounds for kind in ROUND_KINDS]
    about = sa.and_(ExceptionDecision.to_id == person.id, ExceptionDecision.day == day)
    wanted = sa.or_(about, ExceptionDecision.key.in_(keys)) if keys else about
    rows = db.session.scalars(sa.select(ExceptionDecision).where(wanted).order_by(ExceptionDecision.at)).all()
    mine = [row for row in rows if str(person.id) in row.shown.get("people", ()) or row.to_id == person.id]
    people, answers = names(row.person_id for row in mine), settling.answers_to(row.id for row in mine if row.verb == "ask")
    return [Said(settling.line_of([row]), row, people.get(row.person_id), answers.get(row.id)) for row in mine]
