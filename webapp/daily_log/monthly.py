"""The exceptions of many days at once, by kind: what the month's calendar colours its days by. The same rules as the day's page, read for the whole span;
a fixed number of queries, however many days.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import DAY, day_bounds, local_day
from webapp.core.db import db
from webapp.daily_log.handed import handover_lines
from webapp.daily_log.induction import hands_of
from webapp.daily_log.jobs import jobs_of
from webapp.daily_log.points import Points, withdrawn_of
from webapp.daily_log.readings import SiteDay, checked_on, held_on
from webapp.daily_log.upkeep import behind_on
from webapp.equipment.papers import Paper, latest_paper, papers_of
from webapp.equipment.words import RUNS_OUT
from webapp.handover.queries import between
from webapp.inspections.models import InspectionPlan
from webapp.inspections.offering import standing
from webapp.inspections.planned import Line
from webapp.patrols.models import Scan
from webapp.people.models import Person
from webapp.people.rules import alone_in_induction, begun_after
from webapp.records.models import Note
from webapp.sites.models import Site
from webapp.standards.queries import agreements
from webapp.standards.rules import in_force
from webapp.work_orders.queries import types_of

Kinds = dict[date, Counter[str]]


@dataclass(frozen=True)
class Span:
    """Days of a site, one after the other."""

    site: Site
    days: list[date]
    now: datetime

    @property
    def whole(self) -> SiteDay:
        """All of them as if they were one day."""
        start, end = day_bounds(self.days[0], self.site.zone)[0], day_bounds(self.days[-1], self.site.zone)[1]
        return SiteDay(self.site, start, end, self.now, types_of(self.site.id))

    def day(self, moment: datetime) -> date:
        return local_day(moment, self.site.zone)


def kinds_of(site: Site, points: dict[date, Points], now: datetime) -> Kinds:
    """How many exceptions of each kind every day has; of points missed and late how many points, and without `unsigned`."""
    if not points:
        return {}
    span = Span(site, sorted(points), now)
    whole = span.whole
    found: Kinds = {day: Counter() for day in span.days}
    for day, own in points.items():
        found[day].update({"missed": own.missed, "late": own.late, "doubtful": own.doubtful})
    jobs = jobs_of(whole)
    lines = [*jobs.lines, *handover_lines(site, between(site.id, whole.start, whole.end), {}, now)]
    told = [(span.day(line.at), line.kind) for line in lines]
    told += [(span.day(made.at), "failed") for made in checked_on(site.id, [(whole.start, whole.end)]) if not made.passed]
    for day, kind in (
        *told,
        *_problems(span),
        *((span.day(record.at or record.received_at), "held") for record in held_on(site.id, whole.start, whole.end)),
        *_unseen(span),
        *((behind.day, behind.kind) for behind in behind_on(site, span.days, now, jobs.overdue)),
        *_documents(span),
        *_induction(span, whole),
    ):
        if day in found:
            found[day][kind] += 1
    return {day: +kinds for day, kinds in found.items()}


Told = list[tuple[date, str]]


def _problems(span: Span) -> Told:
    """What was found wrong on rounds: notes about scans that count."""
    gone = withdrawn_of(span.site, span.days)
    rows = db.session.execute(
        sa.select(Scan.day, Scan.id)
        .join(Note, Note.about == Scan.id)
        .where(Note.site_id == span.site.id, Note.result == "issue", Note.at >= day_bounds(span.days[0], span.site.zone)[0] - DAY)
        .where(Scan.site_id == span.site.id, Scan.day.in_(span.days))
    )
    return [(day, "problem") for day, scan_id in rows if scan_id not in gone]


def _unseen(span: Span) -> Told:
    """Inspection plans of which places were left out: one a plan and day."""
    plans = list(
        db.session.scalars(
            sa.select(InspectionPlan).where(
                InspectionPlan.site_id == span.site.id,
                InspectionPlan.begins_on <= span.days[-1],
                sa.or_(InspectionPlan.ends_on.is_(None), InspectionPlan.ends_on > span.days[0]),
            )
        )
    )
    if not plans:
        return []
    lines = standing(span.site, plans, span.now, span.days[0])
    left_out = {
        (line.due_on, plan.id)
        for plan in plans
        for line in lines[plan.id]
        if is_left_out(line) and plan.begins_on <= line.due_on and (plan.ends_on is None or plan.ends_on > line.due_on)
    }
    return [(day, "unseen") for day, _plan in left_out]


def is_left_out(line: Line) -> bool:
    """Was it not done when its day was over? What was done on a later day was left out on its own."""
    return line.state in ("missed", "overdue") or (line.state == "late" and line.done_on is not None and line.done_on > line.due_on)


def _documents(span: Span) -> Told:
    """Documents that had run out on a day or were about to, as it stood when that day was over."""
    papers: dict[tuple[UUID, str], list[Paper]] = {}
    for paper in papers_of(span.site.id):
        papers.setdefault((paper.equipment_id, paper.name), []).append(paper)
    found: Told = []
    for day in span.days:
        start, end = day_bounds(day, span.site.zone)
        seen_at = min(end - timedelta(microseconds=1), span.now)
        if span.now >= start:
            standing_then = (latest_paper(same, seen_at) for same in papers.values())
            found += [(day, "document") for paper in standing_then if paper and paper.runs_out(day + RUNS_OUT, seen_at)]
    return found


def _induction(span: Span, whole: SiteDay) -> Told:
    """Rounds walked and jobs done alone by people in their induction: two queries, three more if there are such people."""
    new = _new_by_day(span)
    anybody = set().union(*new.values())
    if not anybody:
        return []
    gone = withdrawn_of(span.site, span.days)
    theirs = sa.select(Scan.round_id).where(Scan.site_id == span.site.id, Scan.day.in_(span.days), Scan.person_id.in_(anybody))
    walkers: dict[tuple[date, str], set[UUID]] = {}
    seen = sa.select(Scan.id, Scan.day, Scan.round_id, Scan.person_id).where(Scan.site_id == span.site.id, Scan.day.in_(span.days))
    for scan_id, day, round_id, person_id in db.session.execute(seen.where(Scan.round_id.in_(theirs))):
        if round_id and scan_id not in gone:
            walkers.setdefault((day, round_id), set()).add(person_id)
    found = [(day, "induction") for (day, _round), people in walkers.items() if alone_in_induction(people, new[day])]
    for (_order, finished_at), people in hands_of(whole).items():
        if alone_in_induction(people, new.get(span.day(finished_at), set())):
            found.append((span.day(finished_at), "induction"))
    return found


def _new_by_day(span: Span) -> dict[date, set[UUID]]:
    """Who was in the first days of work, by day, as the agreement of that day counts them."""
    terms = agreements([span.site.id])[span.site.id]
    begun = db.session.execute(sa.select(Person.id, Person.began_on).where(Person.began_on.is_not(None))).all()
    found: dict[date, set[UUID]] = {}
    for day in span.days:
        since = begun_after(day, in_force(terms, day_bounds(day, span.site.zone)[0]).induction_days)
        found[day] = {person_id for person_id, began_on in begun if began_on and since < began_on <= day}
    return found
