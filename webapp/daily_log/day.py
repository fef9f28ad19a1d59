"""One day of a site as the supervisor reviews it: derived from plans, scans and steps. Only what people decided about it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.clock import DAY, day_bounds
from webapp.core.db import db
from webapp.core.i18n import clock_time, day_words
from webapp.daily_log import settling, walked
from webapp.daily_log.busy import is_busy
from webapp.daily_log.handed import handover_lines, people_in
from webapp.daily_log.induction import induction_lines
from webapp.daily_log.inspected import inspected_lines
from webapp.daily_log.jobs import Jobs, jobs_of
from webapp.daily_log.lines import Line, in_order
from webapp.daily_log.models import DayRemark, DaySignature
from webapp.daily_log.points import SEEN
from webapp.daily_log.proving import proved
from webapp.daily_log.readings import SiteDay, asked_for, held_on
from webapp.daily_log.settling import Item
from webapp.daily_log.upkeep import document_lines, upkeep_lines
from webapp.handover.models import Handover
from webapp.handover.queries import Along, along_with, between
from webapp.inspections.keeping_off import Treatment, treated_between
from webapp.inspections.queries import counted_between
from webapp.patrols import queries
from webapp.patrols.showing import RoundView, ScanLine, lines_of_day, round_views
from webapp.people.models import Duty, Person
from webapp.people.queries import duty_between, names
from webapp.photos.queries import stored
from webapp.records import sealing
from webapp.records.models import Note, Record, Seal
from webapp.sites.models import Site
from webapp.standards.queries import agreements
from webapp.standards.rules import in_force


@dataclass
class Day:
    """A site's day. Exceptions first, then every round. `stored`: which of its pictures are here."""

    site: Site
    day: date
    now: datetime
    rounds: list[RoundView]
    loose: list[ScanLine]
    held: list[Record]
    duty: list[Duty]
    notes: list[Note]
    people: dict[UUID, Person]
    seal: Seal | None
    jobs: Jobs
    stored: Collection[str]
    asked_for: dict[UUID, UUID]  # requests made from findings
    handovers: list[Handover] = field(default_factory=list)
    treated: list[Treatment] = field(default_factory=list)
    inspected: tuple[int, int] = (0, 0)  # made, and failed
    along: dict[UUID, Along] = field(default_factory=dict)  # by handover
    lines: list[Line] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    remarks: list[DayRemark] = field(default_factory=list)
    signatures: list[DaySignature] = field(default_factory=list)

    @cached_property
    def scans(self) -> list[ScanLine]:
        """Every scan of the day, in rounds and outside."""
        return [*(line for v in self.rounds for line in v.scans), *self.loose]

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many exceptions of each kind the day itself has."""
        return Counter(line.kind for line in self.lines)

    @property
    def issues(self) -> list[tuple[ScanLine, Note]]:
        """What was found wrong on rounds."""
        return [(line, note) for line in self.scans for note in line.issues]

    @property
    def withdrawn(self) -> list[ScanLine]:
        return [line for line in self.scans if line.withdrawn]

    @cached_property
    def points(self) -> Counter[str]:
        """How many points of the day are in each state."""
        return Counter(point.state for v in self.rounds for point in v.state.points)

    def count(self, *states: str) -> int:
        """Points of the day in those states."""
        return sum(self.points[state] for state in states)

    @property
    def due(self) -> int:
        """Points whose time has come: scanned or missed."""
        return self.count(*SEEN, "missed")

    @property
    def seen(self) -> int:
        return self.count(*SEEN)

    @cached_property
    def doubtful(self) -> int:
        """Scans that ask for a look."""
        return sum(line.scan.doubtful and not line.withdrawn for line in self.scans)

    @property
    def share(self) -> str:
        """Points seen of points due (clause 7.2), in per cent."""
        return f"{100 * self.seen / self.due:.1f}%" if self.due else "–"

    @cached_property
    def staff(self) -> set[UUID]:
        """Who was there: clocked on or off, or scanned."""
        return {d.person_id for d in self.duty} | {line.scan.person_id for line in self.scans if not line.withdrawn}

    @property
    def watches(self) -> list[tuple[Person, list[str]]]:
        """Who was on duty and when, in order of the first clocking."""
        by_person: dict[UUID, list[Duty]] = {}
        for row in self.duty:
            by_person.setdefault(row.person_id, []).append(row)
        return [(self.people[person_id], spells(rows, self.site.zone)) for person_id, rows in by_person.items()]

    @property
    def is_today(self) -> bool:
        start, end = day_bounds(self.day, self.site.zone)
        return start <= self.now < end

    @property
    def is_live(self) -> bool:
        """May this page still change by itself: today, or a round of the day is still open."""
        return self.is_today or any(self.now <= v.round.closes_at for v in self.rounds)

    @property
    def is_over(self) -> bool:
        """Has the day passed, with all its rounds?"""
        return self.now >= day_bounds(self.day, self.site.zone)[1] and not self.is_live

    @cached_property
    def open(self) -> list[Item]:
        """Exceptions that wait for a decision."""
        return [item for item in self.items if not item.is_done]

    @cached_property
    def done(self) -> list[Item]:
        """Exceptions that are settled or carried over."""
        return [item for item in self.items if item.is_done]

    @property
    def is_empty(self) -> bool:
        """Is there nothing to say of this day?"""
        return not (self.due or self.items)


def spells(rows: list[Duty], zone: str) -> list[str]:
    """07:00–15:30, from clockings in order of time; "from 18:54" or "to 07:04" where the other end lies on another day."""
    found: list[str] = []
    since: str | None = None
    for row in rows:
        at = clock_time(row.at, zone)
        if row.verb == "on":
            if since is not None:
                found.append(_("from %(time)s", time=since))
            since = at
        else:
            found.append(f"{since}–{at}" if since else _("to %(time)s", time=at))
            since = None
    return [*found, _("from %(time)s", time=since)] if since is not None else found


def day_of(site: Site, day: date, now: datetime) -> Day:
    """Read and derive a day: a fixed number of queries, none that grows with the site's history."""
    planned = queries.rounds_by_day(site, [day, day - DAY])
    rounds = planned[day]
    lines = lines_of_day(site.id, day)
    counted = {r.id for r in rounds}
    views = round_views(site, rounds, now, [line for line in lines if line.scan.round_id in counted])
    the_day = SiteDay.of(site, day, now)
    duty = duty_between(site.id, the_day.start, the_day.end)
    held = held_on(site.id, the_day.start, the_day.end)
    notes = loose_notes(site.id, the_day.start, the_day.end)
    handovers = between(site.id, the_day.start, the_day.end)
    people = names([*(d.person_id for d in duty), *(r.person_id for r in held), *(n.person_id for n in notes), *people_in(handovers)])
    loose = [line for line in lines if line.scan.round_id not in counted]
    found = [note.id for line in lines for note in line.issues]
    pictures = stored([sha for line in lines for sha in (*line.photos, line.scan.frame_sha256) if sha])
    seal = sealing.head(site.id, the_day.end)
    shown = Day(site, day, now, views, loose, held, duty, notes, people, seal, jobs_of(the_day), pictures, asked_for(found), handovers)
    signatures = settling.signatures_of(site.id, [day, day - DAY])
    shown.signatures = signatures[day]
    is_settled = bool(signatures[day - DAY]) or not (planned[day - DAY] or is_busy(site, day - DAY))
    unsigned = unsigned_lines(site, day, now, is_settled)
    shown.lines = in_order(proved(site, day, [*lines_of(shown, the_day), *unsigned]))
    shown.items = settling.items_of(site.id, day, shown.lines)
    shown.remarks = settling.remarks_of(site.id, day)
    shown.people |= settling.people_of(shown.items, shown.remarks, shown.signatures, known=shown.people)
    shown.treated = treated_between(site.id, the_day.start, the_day.end)
    shown.inspected = counted_between(site.id, the_day.start, the_day.end)
    shown.along = along_with(site.id, handovers)
    return shown


def lines_of(shown: Day, the_day: SiteDay) -> list[Line]:
    """All exceptions of the day."""
    zone, agreement = shown.site.zone, in_force(agreements([shown.site.id])[shown.site.id], the_day.start)
    return [
        *walked.missed_lines(shown.rounds),
        *walked.late_lines(shown.rounds, shown.stored),
        *walked.doubtful_lines(shown.scans, zone, shown.stored),
        *walked.problem_lines(shown.issues, zone, shown.stored, shown.asked_for),
        *walked.held_lines(shown.held, shown.people, zone),
        *induction_lines(the_day, shown.day, shown.rounds, agreement),
        *shown.jobs.lines,
        *handover_lines(shown.site, shown.handovers, shown.people, shown.now),
        *upkeep_lines(shown.site, shown.day, shown.now, shown.jobs.overdue),
        *document_lines(shown.site, shown.day, shown.now),
        *inspected_lines(shown.site, shown.day, the_day.start, the_day.end, shown.now),
    ]


def unsigned_lines(site: Site, day: date, now: datetime, is_settled: bool) -> list[Line]:
    """That the day before was not signed. Days on which nothing was planned and nothing recorded ask for no signature."""
    before, start = day - DAY, day_bounds(day, site.zone)[0]
    if is_settled or now < start:
        return []
    href = f"/log/{site.slug}/{before}"
    sub = _("Nobody has signed this day yet.")
    return [Line("needs", _("Not signed"), day_words(before), sub, href, start, "unsigned", before.isoformat())]


def loose_notes(site_id: UUID, start: datetime, end: datetime) -> list[Note]:
    """Notes of the day that are not about a scan."""
    return list(
        db.session.scalars(
            sa.select(Note).where(Note.site_id == site_id, Note.at >= start, Note.at < end, Note.about.is_(None)).order_by(Note.at)
        )
    )
