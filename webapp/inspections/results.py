"""What came of inspections: one of them with its score and reasons, and the list of a site's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response as WerkzeugResponse

from webapp.core import clock, gate, sheets
from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.pages import page_of
from webapp.core.problems import Problem
from webapp.equipment.lifeline import Event
from webapp.equipment.models import Equipment
from webapp.inspections import jobs, queries, rules
from webapp.inspections.areas import pair_of
from webapp.inspections.content import SCORED, Content, Question
from webapp.inspections.models import Checklist, ChecklistVersion, Finding, Inspection
from webapp.inspections.offering import may_inspect
from webapp.inspections.words import GRADE_MARKS, GRADE_WORDS, answer_words
from webapp.people.models import Person
from webapp.people.queries import names, staff_of
from webapp.people.session import me
from webapp.photos.queries import stored
from webapp.photos.views import hand_out
from webapp.records.models import RecordPhoto
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id, sites_for
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.signature import BadSignature, path, strokes_of

results = Blueprint("results", __name__)


@dataclass(frozen=True)
class Answered:
    """A question as it was answered. `lost`: what it took of the weight; `drawn`: the path of a signature."""

    question: Question
    words: str
    grade: str | None
    text: str
    photos: tuple[str, ...]
    lost: float
    drawn: str


def inspection_seen(person: Person, inspection_id: UUID) -> Inspection:
    """The inspection, for who made it, whose trade the list is, and supervisors of its site. Raises not-found."""
    found = queries.inspection_for(person, inspection_id)
    checklist = db.session.get_one(Checklist, found.checklist_id)
    if found.person_id != person.id and not may_inspect(person, person.trade, checklist):
        raise Problem("not-found")
    return found


@results.get("/inspections/<uuid:inspection_id>")
@gate.signed_in
def inspection_page(inspection_id: UUID) -> str:
    """What was answered, the score with its reasons, findings with their work orders, and what came before and after."""
    found = inspection_seen(me(), inspection_id)
    checklist = db.session.get_one(Checklist, found.checklist_id)
    content = content_asked(found)
    photos = set(db.session.scalars(sa.select(RecordPhoto.sha256).where(RecordPhoto.record_id == found.id)))
    findings = queries.findings_of([found.id]).get(found.id, [])
    orders = orders_of(findings)
    later = list(db.session.scalars(sa.select(Inspection).where(Inspection.again_of_id == found.id).order_by(Inspection.at)))
    before = db.session.get(Inspection, found.again_of_id) if found.again_of_id else None
    lines = answered(content, found.answers)
    return render_template(
        "inspections/inspection.html", inspection=found, checklist=checklist, version=db.session.get_one(ChecklistVersion, found.version_id),
        checkpoint=db.session.get(Checkpoint, found.checkpoint_id) if found.checkpoint_id else None, zone=checklist.site.zone, content=content,
        lines={line.question.id: line for line in lines}, lost=[line for line in lines if line.lost or line.grade in ("flag", "fail")],
        findings={one.question: (one, orders.get(one.order_id) if one.order_id else None) for one in findings},
        verdict=rules.judge(content, found.answers), photos=stored(photos) & photos, before=before, later=later, again=again_address(found, checklist),
        people=names([found.person_id, *(one.person_id for one in later)]), marks=GRADE_MARKS, words=GRADE_WORDS, now=clock.now(), pair=pair_of(content, found),
    )  # fmt: skip


def inspected(one: Equipment, person: Person, before: datetime, most: int) -> Iterator[Event]:
    """Inspections of a piece of equipment, for its history."""
    rows = db.session.scalars(
        sa.select(Inspection).where(Inspection.equipment_id == one.id, Inspection.at < before).order_by(Inspection.at.desc()).limit(most)
    ).all()
    lists = {each.id: each for each in db.session.scalars(sa.select(Checklist).where(Checklist.id.in_({row.checklist_id for row in rows})))}
    people = names(row.person_id for row in rows)
    for row in rows:
        checklist = lists[row.checklist_id]
        found = ngettext("%(num)d finding", "%(num)d findings", row.findings) if row.findings else ""
        sub = " · ".join(filter(None, (named(people[row.person_id]), _("re-inspection") if row.again_of_id else "", found)))
        may_open = row.person_id == person.id or may_inspect(person, person.trade, checklist)
        word = f"{row.score} " if row.score is not None else ""
        yield Event(
            row.at, "done" if row.passed else "missed", word + str(_("Passed") if row.passed else _("Not passed")), named(checklist), sub,
            f"/inspections/{row.id}" if may_open else "",
        )  # fmt: skip


def content_asked(found: Inspection) -> Content:
    """What it asked: the version it was made with, of a re-inspection what had failed."""
    content = queries.content_of(db.session.get_one(ChecklistVersion, found.version_id))
    return rules.narrowed(content, queries.failed_questions(found.again_of_id)) if found.again_of_id else content


def again_address(found: Inspection, checklist: Checklist) -> str:
    """Where its failed questions are looked at again; nothing where all was well or the list is not this person's."""
    failed = queries.failed_questions(found.id)
    if not failed or checklist.retired_at is not None or not may_inspect(me(), me().trade, checklist):
        return ""
    at = f"at={found.checkpoint_id}&" if found.checkpoint_id else ""
    return f"/inspect/{checklist.id}?{at}again={found.id}&only={','.join(failed)}"


def answered(content: Content, answers: dict[str, Any]) -> list[Answered]:
    """Each question that was asked, with its answer in words and what it cost."""
    lines = []
    for question in rules.asked(content, answers):
        answer = answers.get(question.id) or {}
        value = answer.get("value")
        graded = rules.grade(question, value) if value is not None and rules.is_answer(question, value) else None
        lost = question.weight * (1 - rules.WORTH[graded]) if graded and question.kind in SCORED else 0
        photos = tuple(answer.get("photos") or ())
        lines.append(
            Answered(question, answer_words(question, value), graded, answer.get("text") or "", photos, lost, drawn(question, value))
        )
    return lines


def drawn(question: Question, value: Any) -> str:
    """The path of a signature; nothing for what is none."""
    if question.kind != "signature":
        return ""
    try:
        return path(strokes_of(value))
    except BadSignature:
        return ""


def orders_of(findings: list[Finding]) -> dict[UUID, WorkOrder]:
    """The work orders that findings raised."""
    wanted = [one.order_id for one in findings if one.order_id]
    return {order.id: order for order in db.session.scalars(sa.select(WorkOrder).where(WorkOrder.id.in_(wanted)))} if wanted else {}


@results.post("/inspections/<uuid:inspection_id>/job")
@gate.signed_in
def make_job(inspection_id: UUID) -> Response | WerkzeugResponse:
    """One tap makes a job of a finding that has none."""
    order = jobs.make_job(inspection_seen(me(), inspection_id), request.form.get("question", ""), me().id, clock.now())
    flash(_("Work order %(number)s is raised.", number=order.number))
    return redirect(url_for("results.inspection_page", inspection_id=inspection_id), 303)


@results.get("/inspections/<uuid:inspection_id>/photos/<sha256>")
@gate.signed_in
def photo(inspection_id: UUID, sha256: str) -> Response:
    """A photo of an inspection, for who may see it."""
    found = inspection_seen(me(), inspection_id)
    if db.session.get(RecordPhoto, (found.id, sha256)) is None:
        raise Problem("not-found")
    return hand_out(sha256)


@results.get("/inspections")
@gate.at_least("supervisor")
def inspection_list() -> str | Response:
    """Inspections of the sites one supervises, newest first; filters stand in the address."""
    sites = sites_for(me(), "supervisor")
    site = next((one for one in sites if one.slug == request.args.get("site")), sites[0] if sites else None)
    if site is None:
        raise Problem("not-found")
    found = filtered(site).order_by(Inspection.at.desc(), Inspection.id.desc())
    if kind := sheets.asked():
        return sheets.hand_out(kind, "inspections", INSPECTIONS, in_full(found), site.zone)
    page = page_of(found)
    lists = list(db.session.scalars(sa.select(Checklist).where(Checklist.site_id == site.id).order_by(Checklist.name)))
    staff = staff_of(site.id)
    return render_template(
        "inspections/list.html", site_=site, sites=sites, page=page, lists={one.id: one for one in lists}, given=request.args,
        list_options=[(str(one.id), named(one)) for one in lists], person_options=[(str(one.id), named(one)) for one in staff],
        points=checkpoints_by_id(row.checkpoint_id for row in page.rows if row.checkpoint_id), people=names(row.person_id for row in page.rows),
    )  # fmt: skip


Shown = tuple[Inspection, Checklist | None, Checkpoint | None, Person | None]


def in_full(found: sa.Select[Inspection]) -> list[Shown]:
    """Every inspection that the address asks for, with its list, point and person: a fixed number of queries."""
    rows = list(db.session.scalars(found.limit(sheets.MOST_ROWS + 1)))
    lists = {one.id: one for one in db.session.scalars(sa.select(Checklist).where(Checklist.id.in_({row.checklist_id for row in rows})))}
    points, people = checkpoints_by_id(row.checkpoint_id for row in rows if row.checkpoint_id), names(row.person_id for row in rows)
    return [
        (row, lists.get(row.checklist_id), points.get(row.checkpoint_id) if row.checkpoint_id else None, people.get(row.person_id))
        for row in rows
    ]


INSPECTIONS = (
    sheets.Column[Shown]("at", lazy_gettext("Time"), lambda row: row[0].at, 17),
    sheets.Column[Shown]("checklist", lazy_gettext("Checklist"), lambda row: named(row[1]), 28),
    sheets.Column[Shown]("checkpoint", lazy_gettext("Checkpoint"), lambda row: named(row[2]), 24),
    sheets.Column[Shown]("person", lazy_gettext("Person"), lambda row: named(row[3])),
    sheets.Column[Shown]("passed", lazy_gettext("Passed"), lambda row: row[0].passed, 9),
    sheets.Column[Shown]("score", lazy_gettext("Score"), lambda row: row[0].score, 9),
)


def filtered(site: Site) -> sa.Select[Inspection]:
    """The list that the address asks for; what makes no sense there filters nothing."""
    found = queries.inspections_reached(me(), "supervisor").where(Inspection.site_id == site.id)
    for name, column in (("checklist", Inspection.checklist_id), ("person", Inspection.person_id), ("place", Inspection.checkpoint_id)):
        wanted = request.args.get(name, type=UUID)
        if wanted:
            found = found.where(column == wanted)
    if request.args.get("passed") in ("yes", "no"):
        found = found.where(Inspection.passed.is_(request.args["passed"] == "yes"))
    since, until = _day("from"), _day("to")
    if since:
        found = found.where(Inspection.at >= day_bounds(since, site.zone)[0])
    return found.where(Inspection.at < day_bounds(until, site.zone)[1]) if until else found


def _day(name: str) -> date | None:
    day = request.args.get(name, type=date.fromisoformat)
    return day if day and date(2000, 1, 1) <= day <= clock.now().date() + timedelta(days=400) else None
