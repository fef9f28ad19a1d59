"""One day of a site as the supervisor reviews it: derived from plans, scans and steps; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.i18n import clock_time
from webapp.daily_log.inspected import inspected_lines
from webapp.daily_log.jobs import Jobs, Line, jobs_of, late_words
from webapp.daily_log.readings import asked_for
from webapp.daily_log.upkeep import upkeep_lines
from webapp.patrols import queries
from webapp.patrols.showing import PointLine, RoundView, ScanLine, round_views, scan_lines
from webapp.patrols.words import point_words, round_pill
from webapp.people.models import Duty, Membership, Person
from webapp.people.queries import duty_between, names
from webapp.records import sealing
from webapp.records.models import Note, Record, Seal
from webapp.sites.models import Site

SEEN = ("on_time", "late", "early")


@dataclass
class Missed:
    """The points a round missed."""

    view: RoundView
    points: list[PointLine]

    @property
    def names(self) -> str:
        return _(", ").join(p.name for p in self.points)


@dataclass
class Late:
    """A point scanned late."""

    view: RoundView
    point: PointLine


@dataclass
class Day:
    """A site's day. Exceptions first, then every round."""

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
    asked_for: dict[UUID, UUID]  # requests made from findings
    inspected: list[Line]

    @property
    def missed(self) -> list[Missed]:
        found = ((v, [p for p in v.points if p.state.state == "missed"]) for v in self.rounds)
        return [Missed(view, points) for view, points in found if points]

    @property
    def late(self) -> list[Late]:
        return [Late(v, p) for v in self.rounds for p in v.points if p.state.state == "late"]

    @property
    def lines(self) -> list[ScanLine]:
        return [*(line for v in self.rounds for line in v.scans), *self.loose]

    @property
    def doubtful(self) -> list[ScanLine]:
        return [line for line in self.lines if line.scan.doubtful and not line.withdrawn]

    @property
    def issues(self) -> list[tuple[ScanLine, Note]]:
        return [(line, note) for line in self.lines for note in line.issues]

    @property
    def ended_early(self) -> list[RoundView]:
        return [v for v in self.rounds if v.state.state == "ended"]

    @property
    def withdrawn(self) -> list[ScanLine]:
        return [line for line in self.lines if line.withdrawn]

    @property
    def exceptions(self) -> int:
        found = (self.missed, self.late, self.doubtful, self.held, self.issues, self.ended_early, self.jobs.lines, self.inspected)
        return sum(len(lines) for lines in found)

    def count(self, *states: str) -> int:
        """Points of the day in those states."""
        return sum(v.state.count(*states) for v in self.rounds)

    @property
    def due(self) -> int:
        """Points whose time has come: scanned or missed."""
        return self.count(*SEEN, "missed")

    @property
    def seen(self) -> int:
        return self.count(*SEEN)

    @property
    def share(self) -> str:
        """Points seen of points due (clause 7.2), in per cent."""
        return f"{100 * self.seen / self.due:.1f}%" if self.due else "–"

    @property
    def is_today(self) -> bool:
        start, end = day_bounds(self.day, self.site.zone)
        return start <= self.now < end

    @property
    def is_live(self) -> bool:
        """May this page still change by itself: today, or a round of the day is still open."""
        return self.is_today or any(self.now <= v.round.closes_at for v in self.rounds)

    def lanes(self) -> list[dict[str, Any]]:
        """Routes × 24 hours for the picture."""
        by_route: dict[UUID, list[RoundView]] = {}
        for view in self.rounds:
            by_route.setdefault(view.round.route_id, []).append(view)
        return [self._lane(views) for views in by_route.values()]

    def _lane(self, views: list[RoundView]) -> dict[str, Any]:
        windows, marks = [], []
        for view in views:
            round_, word = view.round, f"{clock_time(view.round.starts_at, self.site.zone)} {view.name}: {round_pill(view.state)[1]}"
            windows.append(
                {"from": self._minute(round_.starts_at), "to": self._minute(round_.due_until), "href": f"/rounds/{round_.id}", "word": word}
            )
            marks += [self._mark(view, point) for point in view.points if point.state.state != "open"]
        seen, missed = sum(v.state.seen for v in views), sum(v.state.count("missed") for v in views)
        summary = _("%(seen)s points scanned, %(missed)s missed in %(rounds)s rounds", seen=seen, missed=missed, rounds=len(views))
        return {"name": views[0].name, "summary": summary, "windows": windows, "scans": marks}

    def _mark(self, view: RoundView, point: PointLine) -> dict[str, Any]:
        state = point.state
        seen = state.scan is not None and state.state != "missed"
        moment = state.scan.at if seen and state.scan else view.round.due_until
        doubtful = seen and state.scan is not None and state.scan.doubtful
        word = f"{clock_time(moment, self.site.zone)} {point.name}: {point_words(state)}"
        return {"at": self._minute(moment), "state": "doubtful" if doubtful else state.state, "word": word}

    def _minute(self, moment: datetime) -> int:
        """Minutes since the day's midnight, kept within the picture."""
        start, _end = day_bounds(self.day, self.site.zone)
        return max(0, min(1440, int((moment - start).total_seconds() // 60)))

    @property
    def now_minute(self) -> int | None:
        return self._minute(self.now) if self.is_today else None

    @property
    def sentence(self) -> str:
        """The day in one sentence."""
        parts = []
        if missed := self.count("missed"):
            parts.append(ngettext("%(num)d point missed", "%(num)d points missed", missed))
        if late := self.count("late"):
            parts.append(ngettext("%(num)d late", "%(num)d late", late))
        if doubtful := len(self.doubtful):
            parts.append(ngettext("%(num)d doubtful scan", "%(num)d doubtful scans", doubtful))
        if issues := len(self.issues):
            parts.append(ngettext("%(num)d problem found", "%(num)d problems found", issues))
        if self.jobs.late_clocks:
            parts.append(late_words(self.jobs.late_clocks))
        if not parts:
            return _("No exceptions so far.") if self.is_live else _("No exceptions.")
        return _(", ").join(parts) + _(".")


def day_of(site: Site, day: date, now: datetime) -> Day:
    """Read and derive a day: a fixed number of queries, none that grows with the site's history."""
    rounds = queries.rounds_on(site, day)
    lines = scan_lines(queries.scans_of_day(site.id, day))
    counted = {r.id for r in rounds}
    views = round_views(site, rounds, now, [line for line in lines if line.scan.round_id in counted])
    start, end = day_bounds(day, site.zone)
    duty = duty_between(site.id, start, end)
    held = held_of_day(site.id, start, end)
    notes = loose_notes(site.id, start, end)
    people = names([*(d.person_id for d in duty), *(r.person_id for r in held), *(n.person_id for n in notes)])
    loose = [line for line in lines if line.scan.round_id not in counted]
    found = [note.id for line in lines for note in line.issues]
    jobs = jobs_of(site, start, end, now)
    jobs.lines += upkeep_lines(site, day, now)
    inspected = inspected_lines(site, day, start, end, now)
    return Day(site, day, now, views, loose, held, duty, notes, people, sealing.head(site.id, end), jobs, asked_for(found), inspected)


def held_of_day(site_id: UUID, start: datetime, end: datetime) -> list[Record]:
    """Held records of the site's people whose time, or else receipt, falls in [start, end)."""
    staff = sa.select(Membership.person_id).where(Membership.site_id == site_id)
    mine = sa.or_(Record.site_id == site_id, sa.and_(Record.site_id.is_(None), Record.person_id.in_(staff)))
    moment = sa.func.coalesce(Record.at, Record.received_at)
    lately = Record.received_at >= start - timedelta(days=1)
    return list(
        db.session.scalars(
            sa.select(Record).where(Record.status == "held", lately, mine, moment >= start, moment < end).order_by(Record.received_at)
        )
    )


def loose_notes(site_id: UUID, start: datetime, end: datetime) -> list[Note]:
    """Notes of the day that are not about a scan."""
    return list(
        db.session.scalars(
            sa.select(Note).where(Note.site_id == site_id, Note.at >= start, Note.at < end, Note.about.is_(None)).order_by(Note.at)
        )
    )


@dataclass
class PersonDay:
    """What one person did on a day: the same facts that the supervisor sees."""

    person: Person
    day: date
    zone: str
    lines: list[ScanLine]
    rounds: dict[str, RoundView]
    duty: list[Duty]

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
    return PersonDay(person, day, zone, lines, views, sorted(duty, key=lambda d: d.at))
