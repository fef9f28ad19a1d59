"""Plans of inspections on the desk: what is asked for where and how often, what became of it, storm mode, and coverage as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.pages import safe_next
from webapp.core.problems import Problem
from webapp.equipment.due import BadInterval, next_due
from webapp.equipment.queries import interval_of
from webapp.inspections import actions, coverage, queries
from webapp.inspections.grades import GRADES, KINDS, RATES
from webapp.inspections.models import Checklist, InspectionPlan
from webapp.inspections.offering import OPEN, areas_of, plans_of, points_of, standing
from webapp.inspections.plan_form import PlanForm, month_words, often, values_of, values_of_rate, weekday_words
from webapp.inspections.words import LINE_MARKS, LINE_WORDS, MODE_WORDS, UNIT_WORDS
from webapp.people.queries import names, staff_of
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import checkpoints_by_id, checkpoints_of, reach, site_for, sites_for
from webapp.work_orders.words import SERVICE_WORDS

plan_pages = Blueprint("inspection_plans", __name__)

SHOWN_DAYS = 14


@plan_pages.get("/inspections/plans/<slug>")
@gate.at_least("supervisor")
def plans(slug: str) -> str | Response:
    """A site's plans with where they stand today, and the storm switch."""
    site = site_for(me(), slug, "supervisor")
    now = clock.now()
    rows = plans_of(site.id, now)
    today, lines = clock.local_day(now, site.zone), standing(site, rows, now)
    areas = areas_of(site.id, rows)
    counts = {
        plan.id: {
            "done": sum(1 for line in lines[plan.id] if line.done_on == today),
            "open": sum(1 for line in lines[plan.id] if line.state in OPEN and line.due_on <= today),
            "missed": sum(1 for line in lines[plan.id] if line.state == "missed" and line.due_on > today - timedelta(days=7)),
        }
        for plan in rows
    }
    where = {plan.id: len(points_of(plan, areas)) for plan in rows}
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"inspection-plans-{site.slug}", columns_of(counts, where), rows, site.zone)
    return render_template(
        "inspections/plans.html", site_=site, sites=sites_for(me(), "supervisor"), plans=rows, counts=counts, often=often, modes=MODE_WORDS,
        lists={one.id: one for one in queries.checklists_of(site.id)}, trades=TRADE_WORDS, people=names(plan.person_id for plan in rows if plan.person_id),
        storm=queries.is_storm(site.id, now), kinds=KINDS, where=where,
    )  # fmt: skip


def columns_of(counts: Mapping[UUID, Mapping[str, int]], where: Mapping[UUID, int]) -> tuple[sheets.Column[InspectionPlan], ...]:
    """The columns of the list as a file."""
    return (
        sheets.Column("name", lazy_gettext("Plan"), named, 28),
        sheets.Column("often", lazy_gettext("How often"), often, 24),
        sheets.Column("hours", lazy_gettext("Time"), lambda plan: f"{plan.from_time}–{plan.until_time}"),
        sheets.Column("places", lazy_gettext("Places"), lambda plan: where[plan.id], 9),
        sheets.Column("trade", lazy_gettext("Trade"), lambda plan: TRADE_WORDS[plan.trade] if plan.trade else ""),
        sheets.Column("mode", lazy_gettext("Weather"), lambda plan: MODE_WORDS[plan.mode]),
        sheets.Column("done", lazy_gettext("Done today"), lambda plan: counts[plan.id]["done"], 11),
        sheets.Column("open", lazy_gettext("Open"), lambda plan: counts[plan.id]["open"], 9),
        sheets.Column("missed", lazy_gettext("Missed in seven days"), lambda plan: counts[plan.id]["missed"], 11),
    )


@plan_pages.post("/storm/<slug>")
@gate.at_least("supervisor")
def storm(slug: str) -> Response:
    """Switch storm mode on or off: plans for storms begin or end to be asked for on every phone of the site."""
    site = site_for(me(), slug, "supervisor")
    if request.form.get("do") == "end":
        actions.end_storm(site.id, me().id, clock.now())
        flash(_("Storm mode is over."))
    else:
        actions.begin_storm(site.id, request.form.get("reason", "").strip()[:200], me().id, clock.now())
        flash(_("Storm mode is on. Everybody at the site sees it."))
    return redirect(safe_next(url_for("inspection_plans.plans", slug=site.slug)))


@plan_pages.get("/inspections/plans/<slug>/new")
@gate.at_least("supervisor")
def new_plan(slug: str) -> str:
    """The form of a new plan; `?rate=` fills it with a standard's proposal."""
    site = site_for(me(), slug, "supervisor")
    today = clock.local_day(clock.now(), site.zone)
    wanted = request.args.get("rate", type=int)
    proposed = RATES[wanted] if wanted is not None and 0 <= wanted < len(RATES) else None
    return show_form(site, None, MultiDict(values_of_rate(proposed, today) if proposed else values_of(None, today)), {})


@plan_pages.post("/inspections/plans/<slug>/new")
@gate.at_least("supervisor")
def add_plan(slug: str) -> Response | tuple[str, int]:
    """Begin a plan."""
    site = site_for(me(), slug, "supervisor")
    form, errors = checked(site)
    if form is None:
        return show_form(site, None, request.form, errors), 422
    actions.begin_plan(site.id, form.facts(), me().id)
    flash(_("The plan holds from %(day)s.", day=form.begins_on.isoformat()))
    return redirect(url_for("inspection_plans.plans", slug=slug))


@plan_pages.get("/inspections/plans/items/<uuid:inspection_plan_id>")
@gate.at_least("supervisor")
def plan_page(inspection_plan_id: UUID) -> str:
    """One plan: what became of it lately, and its form."""
    plan = plan_for(inspection_plan_id)
    site = db.session.get_one(Site, plan.site_id)
    return show_form(site, plan, MultiDict(values_of(plan, plan.begins_on)), {})


@plan_pages.post("/inspections/plans/items/<uuid:inspection_plan_id>")
@gate.at_least("supervisor")
def change_plan(inspection_plan_id: UUID) -> Response | tuple[str, int]:
    """End a plan, or end it and begin another as the form says: what was due until today stays as it was asked for."""
    plan = plan_for(inspection_plan_id)
    site = db.session.get_one(Site, plan.site_id)
    today = clock.local_day(clock.now(), site.zone)
    if request.form.get("do") == "end":
        actions.end_plan(plan, today)
        flash(_("The plan has ended."))
        return redirect(url_for("inspection_plans.plans", slug=site.slug))
    form, errors = checked(site)
    if form is None:
        return show_form(site, plan, request.form, errors), 422
    actions.end_plan(plan, today)
    actions.begin_plan(site.id, form.facts() | {"begins_on": max(form.begins_on, today)}, me().id)
    flash(_("Changed. What was due before today stays as it was."))
    return redirect(url_for("inspection_plans.plans", slug=site.slug))


@plan_pages.get("/inspections/coverage/<slug>")
@gate.at_least("supervisor")
def coverage_page(slug: str) -> str | Response:
    """Places × days: what was inspected, failed and missed."""
    site = site_for(me(), slug, "supervisor")
    covered = coverage.map_of(site, clock.now())
    if kind := sheets.asked():
        rows = [(name, day, cell) for _point, name, cells in covered.rows for day, cell in zip(covered.days, cells, strict=True)]
        return sheets.hand_out(kind, f"coverage-{site.slug}", COVERAGE, [row for row in rows if row[2].state != "none"], site.zone)
    return render_template(
        "inspections/coverage.html", site_=site, sites=sites_for(me(), "supervisor"), map=covered, trend=coverage.trend_of(site, clock.now()),
    )  # fmt: skip


Covered = tuple[str, date, coverage.Cell]
COVERAGE: tuple[sheets.Column[Covered], ...] = (
    sheets.Column("checkpoint", lazy_gettext("Checkpoint"), lambda row: row[0], 28),
    sheets.Column("day", lazy_gettext("Day"), lambda row: row[1]),
    sheets.Column("done", lazy_gettext("Done"), lambda row: row[2].done, 9),
    sheets.Column("failed", lazy_gettext("Not passed"), lambda row: row[2].failed, 11),
    sheets.Column("late", lazy_gettext("Done late"), lambda row: row[2].late, 11),
    sheets.Column("missed", lazy_gettext("Missed"), lambda row: row[2].missed, 9),
)


def plan_for(plan_id: UUID) -> InspectionPlan:
    """The plan, for a supervisor of its site. Raises Problem."""
    plan = db.session.get(InspectionPlan, plan_id)
    if plan is None:
        raise Problem("not-found")
    reach(me(), db.session.get(Site, plan.site_id), "supervisor")
    return plan


def checked(site: Site) -> tuple[PlanForm | None, dict[str, str]]:
    """The plan as typed, if it can be: things of this site, and a recurrence that comes."""
    form, errors = check(PlanForm, request.form)
    if form is None:
        return None, errors
    checklist = db.session.get(Checklist, form.checklist)
    if checklist is None or checklist.site_id != site.id:
        errors["checklist"] = _("This is not possible here.")
    if form.area_kind and form.area_kind not in KINDS:
        errors["area_kind"] = _("This is not possible here.")
    if not form.points and not form.area_kind:
        errors["points"] = _("Choose places, or areas of a kind.")
    if not set(form.points) <= {point.id for point in checkpoints_of(site.id)}:
        errors["points"] = _("This is not possible here.")
    if form.person and form.person not in {person.id for person in staff_of(site.id)}:
        errors["person"] = _("This is not possible here.")
    if form.from_time >= form.until_time:
        errors["until_time"] = _("It must end after it begins.")
    try:
        if next_due(form.interval(), []) is None:
            errors["months"] = _("With this interval it never falls into these months.")
    except BadInterval:
        errors["every"] = _("Not below one and not beyond ten years.")
    return (None, errors) if errors else (form, {})


def show_form(site: Site, plan: InspectionPlan | None, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    """The form, with what became of the plan lately."""
    now = clock.now()
    lists = queries.checklists_of(site.id)
    lines = standing(site, [plan], now)[plan.id] if plan else []
    today = clock.local_day(now, site.zone)
    recent = [line for line in reversed(lines) if line.due_on > today - timedelta(days=SHOWN_DAYS)]
    return render_template(
        "inspections/plan.html", site_=site, plan=plan, values=values, errors=errors, recent=recent[:60], points=checkpoints_by_id(line.point for line in recent),
        people=names(line.person for line in recent if line.person), states=LINE_WORDS, marks=LINE_MARKS, often=often(plan) if plan else "",
        lists=[(str(one.id), named(one)) for one in lists], units=list(UNIT_WORDS.items()), modes=list(MODE_WORDS.items()), months=month_words(),
        weekdays=weekday_words(), trades=list(TRADE_WORDS.items()), staff=[(str(one.id), named(one)) for one in staff_of(site.id)],
        spots=[(str(one.id), f"{one.number} {named(one)}", named(one.place)) for one in checkpoints_of(site.id)], next_=following(plan, today),
        kinds=[(kind.code, f"{SERVICE_WORDS[kind.service]} · {named(kind)}") for kind in KINDS.values()], grades=[(str(grade), str(grade)) for grade in GRADES],
    )  # fmt: skip


def following(plan: InspectionPlan | None, today: date) -> date | None:
    """When the plan's grid comes round again."""
    return next_due(interval_of(plan), [today]) if plan else None
