"""Cleaning and greening on the desk: areas with where they stand, what their grade asks for, one area's year, and the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from pydantic import BaseModel, Field
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.pages import page_of
from webapp.core.problems import Problem
from webapp.inspections import actions, areas, queries
from webapp.inspections.grades import GRADES, KINDS, SERVICES, kinds_of
from webapp.inspections.keeping_off import treated_now
from webapp.inspections.models import Area, Checklist, Inspection
from webapp.inspections.plan_form import month_words, often, often_words
from webapp.inspections.words import LINE_MARKS, LINE_WORDS
from webapp.people.queries import names
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import checkpoints_of, reach, site_for, sites_for
from webapp.work_orders.words import SERVICE_WORDS

area_pages = Blueprint("areas", __name__)

FIRST_YEAR = 2020
DAY = timedelta(days=1)
STATE_WORDS: dict[str, LazyString] = LINE_WORDS | {"none": lazy_gettext("No plan")}
STATE_MARKS = LINE_MARKS | {"none": "upcoming"}


class AreaForm(BaseModel):
    """See `models.Area`."""

    checkpoint: UUID
    kind: Annotated[str, Field(min_length=1, max_length=20)]
    grade: Annotated[int, Field(ge=GRADES[0], le=GRADES[-1])]
    size_m2: Annotated[float | None, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = None


class GradeForm(BaseModel):
    """Another grade or size of an area."""

    grade: Annotated[int, Field(ge=GRADES[0], le=GRADES[-1])]
    size_m2: Annotated[float | None, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = None


def service_of(text: str) -> str:
    """Cleaning or greening. Raises Problem not-found."""
    if text not in SERVICES:
        raise Problem("not-found")
    return text


@area_pages.get("/areas/<area_service>/<slug>")
@gate.at_least("supervisor")
def area_list(area_service: str, slug: str) -> str | Response:
    """A site's areas of a service with their state and last scores, and what each grade asks for."""
    site, service = site_for(me(), slug, "supervisor"), service_of(area_service)
    if kind := sheets.asked():
        now = clock.now()
        found = areas.standings(site, service, now)
        return sheets.hand_out(kind, f"{service}-{site.slug}", columns_of(clock.local_day(now, site.zone)), found, site.zone)
    return show_list(site, service, {})


def columns_of(today: date) -> tuple[sheets.Column[areas.Standing], ...]:
    """The columns of the list as a file."""
    return (
        sheets.Column("area", lazy_gettext("Area"), lambda one: named(one.area.checkpoint), 28),
        sheets.Column("kind", lazy_gettext("Kind"), lambda one: named(KINDS[one.area.kind])),
        sheets.Column("grade", lazy_gettext("Grade"), lambda one: one.area.grade, 9),
        sheets.Column("size_m2", lazy_gettext("Size in m²"), lambda one: one.area.size_m2, 11),
        sheets.Column("today", lazy_gettext("Today"), lambda one: STATE_WORDS[one.state_on(today)]),
        sheets.Column("last_done", lazy_gettext("Last done"), lambda one: one.last_done),
        sheets.Column("last_score", lazy_gettext("Last spot check"), lambda one: one.scores[-1][1] if one.scores else None, 11),
    )


@area_pages.post("/areas/<area_service>/<slug>")
@gate.at_least("supervisor")
def add_area(area_service: str, slug: str) -> Response | tuple[str, int]:
    """Begin an area today."""
    site, service = site_for(me(), slug, "supervisor"), service_of(area_service)
    form, errors = check(AreaForm, request.form)
    if form is not None and (form.kind not in KINDS or KINDS[form.kind].service != service):
        errors["kind"] = _("This is not possible here.")
    if form is not None and form.checkpoint not in {point.id for point in checkpoints_of(site.id)}:
        errors["checkpoint"] = _("This is not possible here.")
    if form is None or errors:
        return show_list(site, service, errors), 422
    facts = {"checkpoint_id": form.checkpoint, "kind": form.kind, "grade": form.grade, "size_m2": form.size_m2}
    try:
        actions.begin_area(site.id, facts | {"begins_on": clock.local_day(clock.now(), site.zone)}, me().id)
    except Problem:
        return show_list(site, service, {"kind": _("This place is an area of that kind already.")}), 409
    flash(_("The area is added. Plans for its kind and grade hold for it from today."))
    return redirect(url_for("areas.area_list", area_service=service, slug=site.slug))


def show_list(site: Site, service: str, errors: dict[str, str]) -> str:
    """The page, with its form for a new area."""
    now = clock.now()
    found = areas.standings(site, service, now)
    return render_template(
        "inspections/areas.html", site_=site, sites=sites_for(me(), "supervisor"), service=service, standings=found, today=clock.local_day(now, site.zone),
        asked=areas.asked_of(site, [one.area for one in found], now), kinds=KINDS, service_word=SERVICE_WORDS[service], states=STATE_WORDS, marks=STATE_MARKS,
        often=often, often_words=often_words, errors=errors, values=request.form if errors else {}, treated=treated_now([site.id], now),
        kind_options=[(kind.code, named(kind)) for kind in kinds_of(service)], grade_options=grade_options(),
        spots=[(str(one.id), f"{one.number} {named(one)}") for one in checkpoints_of(site.id)],
    )  # fmt: skip


def grade_options() -> list[tuple[str, str]]:
    """The grades: which end is the best must be said."""
    words = {1: _("Grade 1 (highest)"), 5: _("Grade 5 (lowest)")}
    return [(str(grade), words.get(grade, _("Grade %(grade)s", grade=grade))) for grade in GRADES]


@area_pages.get("/areas/<area_service>/<slug>/calendar")
@gate.at_least("supervisor")
def calendar(area_service: str, slug: str) -> str:
    """Twelve months × tasks of a year: what is planned, and what was done when."""
    site, service = site_for(me(), slug, "supervisor"), service_of(area_service)
    year = wanted_year(site)
    return render_template(
        "inspections/calendar.html", site_=site, sites=sites_for(me(), "supervisor"), service=service, service_word=SERVICE_WORDS[service], year=year,
        tasks=areas.calendar_of(site, service, year), months=month_words(), this=clock.local_day(clock.now(), site.zone), last_days=last_days(year),
    )  # fmt: skip


@area_pages.get("/areas/items/<uuid:area_id>")
@gate.at_least("supervisor")
def area_page(area_id: UUID) -> str:
    """One area: where it stands, scores, before and after, and its records over the year."""
    area = area_for(area_id)
    return show_area(area, {})


@area_pages.post("/areas/items/<uuid:area_id>")
@gate.at_least("supervisor")
def change_area(area_id: UUID) -> Response | tuple[str, int]:
    """End it, or give it another grade from today on."""
    area = area_for(area_id)
    today = clock.local_day(clock.now(), area.site.zone)
    if request.form.get("do") == "end":
        actions.end_area(area, today)
        flash(_("The area has ended. What was done stays."))
        return redirect(url_for("areas.area_list", area_service=KINDS[area.kind].service, slug=area.site.slug))
    form, errors = check(GradeForm, request.form)
    if form is None:
        return show_area(area, errors), 422
    made = actions.regrade(area, form.grade, form.size_m2, today, me().id)
    flash(_("Changed. What was due before today stays as it was."))
    return redirect(url_for("areas.area_page", area_id=made.id))


def area_for(area_id: UUID) -> Area:
    """The area, for a supervisor of its site. Raises Problem."""
    area = db.session.get(Area, area_id)
    if area is None:
        raise Problem("not-found")
    reach(me(), area.site, "supervisor")
    return area


def show_area(area: Area, errors: dict[str, str]) -> str:
    """The page of one area."""
    now, site, year = clock.now(), area.site, wanted_year(area.site)
    (standing,) = areas.stand(site, [area], now) if area.ends_on is None else [areas.Standing(area)]
    since, until = day_bounds(date(year, 1, 1), site.zone)[0], day_bounds(date(year, 12, 31), site.zone)[1]
    service = KINDS[area.kind].service
    own = records_at(area, service).where(Inspection.at >= since, Inspection.at < until)
    page = page_of(own.order_by(Inspection.at.desc(), Inspection.id.desc()), 30)
    lists = {one.id: one for one in queries.checklists_of(site.id)}
    lists |= {one: db.session.get_one(Checklist, one) for one in {row.checklist_id for row in page.rows} - lists.keys()}
    return render_template(
        "inspections/area.html", site_=site, area=area, standing=standing, service=service, kind=KINDS[area.kind], year=year, page=page, lists=lists,
        people=names(row.person_id for row in page.rows), tasks=areas.calendar_of(site, service, year, area.checkpoint_id), months=month_words(),
        pairs=areas.pairs_at(area, now), states=STATE_WORDS, marks=STATE_MARKS, often=often, this=clock.local_day(now, site.zone), errors=errors,
        grade_options=grade_options(), values=request.form if errors else {"grade": area.grade, "size_m2": area.size_m2}, last_days=last_days(year),
        treated=[one for one in treated_now([site.id], now) if one.inspection.checkpoint_id == area.checkpoint_id],
    )  # fmt: skip


def records_at(area: Area, service: str) -> Select[Inspection]:
    """What was recorded at the area's place of its service, in no order yet."""
    lists = select(Checklist.id).where(Checklist.site_id == area.site_id, Checklist.service == service)
    reached = queries.inspections_reached(me(), "supervisor")
    return reached.where(Inspection.checkpoint_id == area.checkpoint_id, Inspection.checklist_id.in_(lists))


def wanted_year(site: Site) -> int:
    """The year of the address, or this one."""
    this = clock.local_day(clock.now(), site.zone).year
    year = request.args.get("year", type=int)
    return year if year and FIRST_YEAR <= year <= this + 1 else this


def last_days(year: int) -> list[date]:
    """The last day of each month."""
    return [date(year + n // 12, n % 12 + 1, 1) - DAY for n in range(1, 13)]
