"""Maintenance plans: what is due and overdue, a plan of one's own, and the legal calendar that a site switches on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.equipment import lifeline, papers, queries, register
from webapp.equipment.classes import CLASSES, LEGAL
from webapp.equipment.coming import Coming, next_of
from webapp.equipment.forms import PlanForm
from webapp.equipment.models import MaintenancePlan
from webapp.equipment.words import BASIS_WORDS, CONFIDENCE_WORDS, RUNS_OUT, UNIT_WORDS, document_words, every
from webapp.people.models import Person
from webapp.people.queries import names, rank_at
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import reach, site_for, sites_for
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of

plan_pages = Blueprint("plans", __name__)

SHOWN = 200  # times on one page: what is due first
WEEK = timedelta(days=7)
SHOW = ("overdue", "week", "all")


@plan_pages.get("/maintenance/<slug>")
@gate.signed_in
def plan_list(slug: str) -> str | Response:
    """What the plans want done, what is due first, and the plans themselves."""
    site, now = site_for(me(), slug), clock.now()
    today, show = local_day(now, site.zone), request.args.get("show", "")
    plans, pieces = queries.plans_of(site.id, today), queries.equipment_of(site.id)
    times = sorted(next_of(plans, pieces, site.zone), key=lambda one: (one.due_on, one.equipment.number))
    late = [one for one in times if one.due_on < today]
    week = [one for one in times if today <= one.due_on < today + WEEK]
    wanted = {"overdue": late, "week": week}.get(show, times)
    orders = {(due.plan_id, due.equipment_id): order for due, order in queries.open_dues(plans)}
    people = names(o.assignee_id for o in orders.values() if o.assignee_id)
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"maintenance-{site.slug}", columns_of(orders, people), wanted, site.zone)
    return render_template(
        "equipment/plans.html", site_=site, sites=sites_for(me()), today=today, times=wanted[:SHOWN], more=max(0, len(wanted) - SHOWN), counts={"overdue": len(late), "week": len(week)},
        total=len(times), show=show if show in SHOW else "all", plans=plans, orders=orders, may_edit=may_edit(site), basis=BASIS_WORDS, now=now,
        running_out=papers.running_out(site.id, today + RUNS_OUT, now), document_words=document_words, pieces={one.id: one for one in pieces}, people=people,
    )  # fmt: skip


def columns_of(orders: Mapping[tuple[UUID, UUID], WorkOrder], people: Mapping[UUID, Person]) -> tuple[sheets.Column[Coming], ...]:
    """The columns of the list as a file."""

    def who(one: Coming) -> str:
        order = orders.get(one.pair)
        return named(people.get(order.assignee_id)) if order and order.assignee_id else ""

    return (
        sheets.Column("due_on", lazy_gettext("Due"), lambda one: one.due_on),
        sheets.Column("plan", lazy_gettext("Plan"), lambda one: named(one.plan), 28),
        sheets.Column("number", lazy_gettext("Number"), lambda one: one.equipment.number, 11),
        sheets.Column("equipment", lazy_gettext("Equipment"), lambda one: named(one.equipment), 24),
        sheets.Column("last_on", lazy_gettext("Last done"), lambda one: one.last_on),
        sheets.Column("by_usage", lazy_gettext("By usage"), lambda one: one.by_usage, 9),
        sheets.Column("order", lazy_gettext("Work order"), lambda one: orders[one.pair].number if one.pair in orders else "", 11),
        sheets.Column("person", lazy_gettext("Person"), who),
    )


def may_edit(site: Site) -> bool:
    """May the person change the site's plans?"""
    return (rank_at(me(), site.id) or 0) >= gate.RANKS["supervisor"]


# ---------------------------------------------------------------- one's own


@plan_pages.get("/maintenance/<slug>/new")
@gate.at_least("supervisor")
def new_page(slug: str) -> str:
    """The form for a plan."""
    site = site_for(me(), slug, "supervisor")
    return show_form(site, MultiDict(request.args), {})


@plan_pages.post("/maintenance/<slug>/new")
@gate.at_least("supervisor")
def add(slug: str) -> Response | tuple[str, int]:
    """Begin a plan; one whose times never come is refused with the reason."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(PlanForm, request.form)
    errors = errors or ((wrong_here(form, site) or form.impossible()) if form else {})
    if form is None or errors:
        return show_form(site, request.form, errors), 422
    made = register.add_plan(site.id, form.facts, me().id, clock.now())
    flash(_("The plan “%(name)s” holds from now on.", name=named(made)))
    return redirect(url_for("plans.plan_list", slug=site.slug), 303)


def wrong_here(form: PlanForm, site: Site) -> dict[str, str]:
    """What is not this site's, by field."""
    impossible = _("This is not possible here.")
    pieces = {str(one.id) for one in queries.equipment_of(site.id)}
    if form.about not in pieces and form.about.removeprefix("class:") not in CLASSES:
        return {"about": impossible}
    known = types_of(site.id).get(form.type_code)
    if known is None or known.retired:
        return {"type_code": impossible}
    if form.meter_id and str(form.meter_id) not in {str(meter.id) for meter, _last in lifeline.meters_with_last(site.id)}:
        return {"meter_id": impossible}
    if form.meter_id and form.about.startswith("class:"):
        return {"meter_id": _("A meter belongs to one piece: choose that piece above.")}
    return {}


def show_form(site: Site, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    """The form, with what was typed and what was wrong."""
    return render_template(
        "equipment/new_plan.html", site_=site, values=values, errors=errors, months=values.getlist("months"), today=local_day(clock.now(), site.zone),
        about=[*((str(one.id), f"{one.number} {named(one)}") for one in queries.equipment_of(site.id)),
               *((f"class:{code}", _("Every piece of: %(class_)s", class_=named(known))) for code, known in CLASSES.items())],
        types=[(known.code, named(known)) for known in types_of(site.id).values() if not known.retired], units=list(UNIT_WORDS.items()),
        meters=[(meter.id, f"{meter.number} {named(meter)} ({meter.unit})") for meter, _last in lifeline.meters_with_last(site.id)],
        basis=[(code, BASIS_WORDS[code]) for code in ("own", "maker")],
    )  # fmt: skip


@plan_pages.post("/maintenance/plans/<uuid:plan_id>/end")
@gate.at_least("supervisor")
def end(plan_id: UUID) -> Response:
    """No more of it; what was done and missed stays."""
    plan = db.session.get(MaintenancePlan, plan_id)
    if plan is None:
        raise Problem("not-found")
    site = reach(me(), site_of(plan), "supervisor")
    register.end_plan(plan, local_day(clock.now(), site.zone))
    flash(_("The plan “%(name)s” ends today. What was done stays on record.", name=named(plan)))
    return redirect(
        (request.form.get("back") == "legal" and url_for("plans.legal", slug=site.slug)) or url_for("plans.plan_list", slug=site.slug), 303
    )


def site_of(plan: MaintenancePlan) -> Site:
    """Whose plan it is."""
    return db.session.get_one(Site, plan.site_id)


# ---------------------------------------------------------------- by law


@plan_pages.get("/maintenance/<slug>/legal")
@gate.at_least("supervisor")
def legal(slug: str) -> str:
    """What the law asks for, with its source, how sure that is, and where it holds; each switched on or off here."""
    site = site_for(me(), slug, "supervisor")
    today = local_day(clock.now(), site.zone)
    on = {plan.legal_code: plan for plan in queries.plans_of(site.id, today) if plan.legal_code and plan.ends_on is None}
    counts: dict[str, int] = {}
    for one in queries.equipment_of(site.id):
        counts[one.class_code] = counts.get(one.class_code, 0) + 1
    return render_template(
        "equipment/legal.html", site_=site, sites=sites_for(me(), "supervisor"), rules=list(LEGAL.values()), on=on, counts=counts, classes=CLASSES,
        confidence=CONFIDENCE_WORDS, every=every, today=today,
    )  # fmt: skip


@plan_pages.post("/maintenance/<slug>/legal/<legal_code>")
@gate.at_least("supervisor")
def switch_on(slug: str, legal_code: str) -> Response:
    """Let a legal duty hold at the site from today on."""
    site = site_for(me(), slug, "supervisor")
    rule = LEGAL.get(legal_code)
    if rule is None:
        raise Problem("not-found")
    now = clock.now()
    register.switch_on(site.id, rule, local_day(now, site.zone), me().id, now)
    flash(_("“%(name)s” holds from today on.", name=named(rule)))
    return redirect(url_for("plans.legal", slug=site.slug), 303)
