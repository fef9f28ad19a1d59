"""What one person did on a day: the same facts that the supervisor sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.daily_log import settling
from webapp.daily_log.lines import Line
from webapp.daily_log.models import Answer, ExceptionDecision
from webapp.patrols import queries
from webapp.patrols.showing import RoundView, ScanLine, round_views, scan_lines
from webapp.patrols.words import point_words
from webapp.people.models import Duty, Person
from webapp.people.queries import duty_between, names
from webapp.sites.models import Site

ROUND_KINDS = ("missed", "late", "induction")


@dataclass(frozen=True)
class Said:
    """What a supervisor decided or asked about something this person did, and what the person answered."""

    line: Line
    decision: ExceptionDecision
    by: Person | None
    answer: Answer | None


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

    @property
    def positions(self) -> int:
        """Scans with which a position was kept."""
        return sum(line.scan.lat is not None for line in self.lines)

    @property
    def frames(self) -> int:
        """Scans with which a picture of what the camera saw was kept."""
        return sum(line.scan.frame_sha256 is not None for line in self.lines)

    @property
    def photos(self) -> int:
        """Photos taken on the day's rounds."""
        return sum(len(line.photos) for line in self.lines)

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
    return PersonDay(person, day, zone, lines, views, sorted(duty, key=lambda d: d.at), said_about(person, day, lines, views))


def said_about(person: Person, day: date, lines: Iterable[ScanLine], rounds: Iterable[str]) -> list[Said]:
    """Decisions about this person's scans and rounds of the day, and whatever this person was asked about the day, in order."""
    keys = [f"doubtful:{line.scan.id}" for line in lines] + [f"{kind}:{round_id}" for round_id in rounds for kind in ROUND_KINDS]
    about = sa.and_(ExceptionDecision.to_id == person.id, ExceptionDecision.day == day)
    wanted = sa.or_(about, ExceptionDecision.key.in_(keys)) if keys else about
    rows = db.session.scalars(sa.select(ExceptionDecision).where(wanted).order_by(ExceptionDecision.at)).all()
    mine = [row for row in rows if str(person.id) in row.shown.get("people", ()) or row.to_id == person.id]
    people, answers = names(row.person_id for row in mine), settling.answers_to(row.id for row in mine if row.verb == "ask")
    return [Said(settling.line_of([row]), row, people.get(row.person_id), answers.get(row.id)) for row in mine]
