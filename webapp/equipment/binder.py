"""The evidence binder: what an inspector asks for, piece by piece, with every gap marked and summed up first. Derived; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from webapp.core import clock, gate
from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db
from webapp.core.i18n import day_words, named
from webapp.equipment import lifeline, queries
from webapp.equipment.classes import CLASSES
from webapp.equipment.coming import concerns, history_of
from webapp.equipment.due import Due
from webapp.equipment.models import Equipment, EquipmentDocument, MaintenanceDue, MaintenancePlan
from webapp.equipment.words import document_words, line_words
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.people.session import me
from webapp.records import sealing
from webapp.sites.models import Site
from webapp.sites.queries import site_for
from webapp.work_orders.models import WorkOrder

binder_pages = Blueprint("binder", __name__)

USUAL = timedelta(days=90)
LONGEST = timedelta(days=1_100)  # three years on paper
WHOLE = "all"  # the whole site
GAPS = ("late", "missed", "overdue")


@dataclass
class Duty:
    """A plan and one piece: every time in the span. `order_of`: the work order behind each day it was done."""

    plan: MaintenancePlan
    lines: list[Due]
    order_of: dict[date, WorkOrder]
    begins_on: date

    @property
    def gaps(self) -> list[Due]:
        return [line for line in self.lines if line.state in GAPS]


@dataclass
class Chapter:
    """One piece: its documents and duties."""

    equipment: Equipment
    documents: list[EquipmentDocument]
    duties: list[Duty] = field(default_factory=list)


@dataclass
class Binder:
    """What is printed."""

    site: Site
    start: date
    end: date
    today: date
    chapters: list[Chapter]
    people: dict[UUID, Person]

    @property
    def gaps(self) -> list[tuple[str, str, str]]:
        """(state, what, of which piece) of everything that is not as it should be; from when on a plan holds is said once."""
        found: list[tuple[str, str, str]] = []
        told: set[tuple[UUID, date]] = set()
        for chapter in self.chapters:
            one = f"{chapter.equipment.number} {named(chapter.equipment)}"
            for document in chapter.documents:
                state, words = document_words(document, self.today)
                if state == "missed":
                    found.append(
                        (state, f"{document.name}: {words} {day_words(document.valid_until, False) if document.valid_until else ''}", one)
                    )
            if not chapter.duties:
                found.append(("missed", _("No plan is in force for it."), one))
            for duty in chapter.duties:
                if duty.begins_on > self.start and (duty.plan.id, duty.begins_on) not in told:
                    told.add((duty.plan.id, duty.begins_on))
                    since = _("%(plan)s: no record here before %(day)s", plan=named(duty.plan), day=day_words(duty.begins_on, False))
                    found.append(("doubtful", since, one if duty.plan.equipment_id else named(CLASSES[chapter.equipment.class_code])))
                for line in duty.gaps:
                    state, words = line_words(line, self.today)
                    found.append((state, f"{named(duty.plan)}: {day_words(line.due_on, False)}, {words}", one))
        return found


@binder_pages.get("/equipment/<slug>/binder")
@gate.at_least("supervisor")
def binder_page(slug: str) -> str:
    """The binder of a class of equipment, or of the whole site, over a span of days."""
    site = site_for(me(), slug, "supervisor")
    now = clock.now()
    today = local_day(now, site.zone)
    start, end = span_asked_for(today)
    class_code = request.args.get("class", "lift")
    class_code = class_code if class_code in CLASSES or class_code == WHOLE else "lift"
    made = binder_of(site, class_code, start, end, today)
    return render_template(
        "equipment/binder.html", site_=site, class_code=class_code, about=_("Whole site") if class_code == WHOLE else named(CLASSES[class_code]), binder=made, now=now,
        classes=[(WHOLE, _("Whole site")), *((code, named(c)) for code, c in CLASSES.items())],
        line_words=line_words, document_words=document_words, seal=sealing.head(site.id, day_bounds(end, site.zone)[1]),
    )  # fmt: skip


def span_asked_for(today: date) -> tuple[date, date]:
    """The days of the address, or the last three months; never more than three years, never the wrong way round."""
    try:
        end = min(date.fromisoformat(request.args.get("to", "")), today)
    except ValueError:
        end = today
    try:
        start = date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        start = end - USUAL
    return (max(start, end - LONGEST), end) if start <= end else (end, end)


def binder_of(site: Site, class_code: str, start: date, end: date, today: date) -> Binder:
    """Read and derive it, of a class or of the whole site: a fixed number of queries."""
    classes = list(CLASSES)
    there = queries.equipment_of(site.id, day_bounds(start, site.zone)[0])
    pieces = sorted(
        (one for one in there if class_code in (WHOLE, one.class_code)), key=lambda one: (classes.index(one.class_code), one.number)
    )
    plans = queries.plans_of(site.id, start)  # those in force then, or since
    documents = lifeline.documents_of(one.id for one in pieces)
    done: dict[tuple[UUID, UUID], dict[date, WorkOrder]] = {}
    rows = (
        sa.select(MaintenanceDue, WorkOrder)
        .join(WorkOrder, WorkOrder.id == MaintenanceDue.order_id)
        .where(
            MaintenanceDue.equipment_id.in_([one.id for one in pieces]), WorkOrder.finished_at.isnot(None), WorkOrder.state != "cancelled"
        )
        .order_by(WorkOrder.finished_at)
    )
    for due, order in db.session.execute(rows):
        assert order.finished_at is not None  # asked for above
        done.setdefault((due.plan_id, due.equipment_id), {})[local_day(order.finished_at, site.zone)] = order
    chapters = []
    for one in pieces:
        chapter = Chapter(one, documents.get(one.id, []))
        for plan in plans:
            if concerns(plan, one):
                orders = done.get((plan.id, one.id), {})
                lines = [
                    line
                    for line in history_of(plan, one, orders, site.zone, today)
                    if start <= line.due_on <= end or _done_in(line, start, end)
                ]
                chapter.duties.append(Duty(plan, lines, orders, max(plan.begins_on, local_day(one.made_at, site.zone))))
        chapters.append(chapter)
    people = names(order.assignee_id for orders in done.values() for order in orders.values() if order.assignee_id)
    return Binder(site, start, end, today, chapters, people)


def _done_in(line: Due, start: date, end: date) -> bool:
    return line.done_on is not None and start <= line.done_on <= end
