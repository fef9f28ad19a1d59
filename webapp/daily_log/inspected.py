"""Inspections in a site's day: what did not pass, what did not pass the second time either, and planned places that were left out. Derived."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.db import db
from webapp.core.i18n import clock_time, named
from webapp.daily_log.lines import Line
from webapp.inspections.models import Checklist, Inspection, InspectionPlan
from webapp.inspections.offering import standing
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id

NAMED = 4  # places named in a line; of more their number is said


def inspected_lines(site: Site, day: date, start: datetime, end: datetime, now: datetime) -> list[Line]:
    """The day's exceptions, in order of time: a fixed number of queries."""
    return [*failed_lines(site, start, end), *missed_lines(site, day, end, now)]


def failed_lines(site: Site, start: datetime, end: datetime) -> list[Line]:
    """Inspections of the day that did not pass, of re-inspections it is said; and those that passed though something was found."""
    of_the_day = (Inspection.site_id == site.id, Inspection.at >= start, Inspection.at < end)
    wanted = sa.or_(Inspection.passed.is_(False), Inspection.findings > 0)
    rows = db.session.scalars(sa.select(Inspection).where(*of_the_day, wanted).order_by(Inspection.at)).all()
    lists = lists_of({row.checklist_id for row in rows})
    people, points = names(row.person_id for row in rows), checkpoints_by_id(row.checkpoint_id for row in rows if row.checkpoint_id)
    return [
        failed_line(
            site, row, lists[row.checklist_id], people.get(row.person_id), points.get(row.checkpoint_id) if row.checkpoint_id else None
        )
        for row in rows
    ]


def failed_line(site: Site, row: Inspection, checklist: Checklist, person: Person | None, point: Checkpoint | None) -> Line:
    """The exception as a row."""
    score = _("%(score)s of 100", score=row.score) if row.score is not None else ""
    found = ngettext("%(num)d finding", "%(num)d findings", row.findings) if row.findings else ""
    parts = (clock_time(row.at, site.zone), named(point) if point else "", named(person), score, found)
    again, failed = row.again_of_id is not None, not row.passed
    word = (_("Re-inspection not passed") if again else _("Failed inspection")) if failed else _("Passed with findings")
    mark = ("missed" if again else "needs") if failed else "doubtful"
    return Line(
        mark, word, named(checklist), " · ".join(part for part in parts if part), f"/inspections/{row.id}", row.at,
        "failed" if failed else "found", str(row.id), (row.score,), (row.person_id,), checkpoint_id=row.checkpoint_id,
    )  # fmt: skip


def missed_lines(site: Site, day: date, end: datetime, now: datetime) -> list[Line]:
    """Plans of which places were left out on the day, as it stood when the day was over: one line a plan, the same for ever."""
    in_force = sa.and_(InspectionPlan.begins_on <= day, sa.or_(InspectionPlan.ends_on.is_(None), InspectionPlan.ends_on > day))
    plans = list(
        db.session.scalars(sa.select(InspectionPlan).where(InspectionPlan.site_id == site.id, in_force).order_by(InspectionPlan.name))
    )
    lines = standing(site, plans, min(end - timedelta(microseconds=1), now), day)
    missed = {
        plan.id: [line.point for line in lines[plan.id] if line.due_on == day and line.state in ("missed", "overdue")] for plan in plans
    }
    points = checkpoints_by_id(point for left_out in missed.values() for point in left_out)
    found = []
    for plan in plans:
        left_out = list(dict.fromkeys(missed[plan.id]))
        if left_out:
            said = _(", ").join(named(points[point]) for point in left_out[:NAMED] if point in points)
            asked = len({line.point for line in lines[plan.id] if line.due_on == day})
            count = _("%(count)s of %(all)s places missed", count=len(left_out), all=asked)
            found.append(
                Line(
                    "missed",
                    _("Missed"),
                    named(plan),
                    f"{count} · {said}{'…' if len(left_out) > NAMED else ''}",
                    f"/inspections/plans/items/{plan.id}",
                    min(end, now),
                    "unseen",
                    f"{plan.id}:{day}",
                    tuple(str(point) for point in left_out),
                    (plan.person_id,) if plan.person_id else (),
                    checkpoint_id=left_out[0] if len(left_out) == 1 else None,
                )
            )
    return found


def lists_of(checklist_ids: set[UUID]) -> dict[UUID, Checklist]:
    """Checklists by id, retired ones included."""
    if not checklist_ids:
        return {}
    return {one.id: one for one in db.session.scalars(sa.select(Checklist).where(Checklist.id.in_(checklist_ids)))}
