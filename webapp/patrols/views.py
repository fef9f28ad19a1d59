"""A round's page; routes and schedules for the office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response

from webapp.core import clock, gate, htmx
from webapp.core.db import db
from webapp.core.forms import check, sentence
from webapp.core.i18n import clock_time, named
from webapp.core.problems import Problem
from webapp.core.tasks import handle
from webapp.patrols import forms, planning, queries, recurrence, showing, walking
from webapp.patrols.models import Route, Schedule
from webapp.patrols.words import STATE_WORDS, STEP_WORDS, WEEKDAYS, duration
from webapp.people.models import Person
from webapp.people.queries import staff_of
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import checkpoints_of, reach, site_for, sites_for
from webapp.work_orders.queries import types_of
from webapp.work_orders.words import SERVICE_WORDS

patrols = Blueprint("patrols", __name__)


@patrols.get("/rounds/<round_id>")
@gate.signed_in
def round_page(round_id: str) -> str:
    """A round: its points and their states; scan, pause, end, hand over."""
    site, round_ = queries.round_for(me(), round_id)
    now = clock.now()
    view = showing.round_views(site, [round_], now)[0]
    return htmx.show(
        "patrols/round.html", "patrols/_round.html",
        view=view, site_=site, now=now, colleagues=[p for p in staff_of(site.id) if p.id != me().id], steps=STEP_WORDS,
        may_walk=round_.early_from <= now <= round_.closes_at,
    )  # fmt: skip


# ---------------------------------------------------------------- routes


@patrols.get("/patrols")
@gate.at_least("supervisor")
def site_choice() -> Response:
    """To the first site's routes and schedules."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("patrols.plans", slug=reached[0].slug))


@patrols.get("/patrols/<slug>")
@gate.at_least("supervisor")
def plans(slug: str) -> str:
    """Routes and schedules of a site."""
    site = site_for(me(), slug, "supervisor")
    today = clock.local_day(clock.now(), site.zone)
    coming = queries.rounds_on(site, today)
    return render_template(
        "patrols/plans.html", site=site, sites=sites_for(me(), "supervisor"), routes=queries.routes_of(site.id),
        schedules=queries.schedules_of(site.id), coming=coming, services=SERVICE_WORDS, trades=TRADE_WORDS, people={p.id: p for p in staff_of(site.id)},
    )  # fmt: skip


def route_page(site: Site, route: Route | None, values: Any, rows: list[Any], errors: dict[str, str]) -> str:
    """The form of a route; `route` is None for a new one."""
    return render_template(
        "patrols/route.html", site=site, route=route, values=values, rows=rows, errors=errors, services=SERVICE_WORDS,
        checkpoints=checkpoints_of(site.id), as_text=forms.questions_as_text,
    )  # fmt: skip


def route_of(route_id: UUID) -> tuple[Site, Route]:
    """A route in use and its site, for a supervisor of it."""
    route = db.session.get(Route, route_id)
    if route is None or route.retired_at is not None:
        raise Problem("not-found")
    return reach(me(), db.session.get(Site, route.site_id), "supervisor"), route


@patrols.get("/patrols/<slug>/routes/new")
@gate.at_least("supervisor")
def new_route(slug: str) -> str:
    """The form of a new route."""
    return route_page(site_for(me(), slug, "supervisor"), None, {}, [], {})


@patrols.post("/patrols/<slug>/routes/new")
@gate.at_least("supervisor")
def create_route(slug: str) -> Response | tuple[str, int]:
    """Make a route."""
    site = site_for(me(), slug, "supervisor")
    return save_route_form(site, None)


@patrols.get("/routes/<uuid:route_id>")
@gate.at_least("supervisor")
def edit_route(route_id: UUID) -> str:
    """The form of a route with the points in force."""
    site, route = route_of(route_id)
    return route_page(site, route, route, route.versions[-1].points if route.versions else [], {})


@patrols.post("/routes/<uuid:route_id>")
@gate.at_least("supervisor")
def save_route(route_id: UUID) -> Response | tuple[str, int]:
    """Change a route from now on."""
    return save_route_form(*route_of(route_id))


def save_route_form(site: Site, route: Route | None) -> Response | tuple[str, int]:
    """Check and keep a route's form."""
    form, errors = check(forms.RouteForm, request.form)
    points: list[dict[str, Any]] = []
    try:
        points = forms.points_in(request.form)
    except ValidationError as wrong:
        errors["points"] = sentence(wrong.errors()[0])
    except ValueError:
        errors["points"] = _("This is not possible here.")
    if not points and "points" not in errors:
        errors["points"] = _("A route has one point at least.")
    if len({p["checkpoint_id"] for p in points}) != len(points):
        errors["points"] = _("Each checkpoint stands once on a route.")
    if unknown := wrong_types(site, points):
        errors["points"] = _("“%(code)s” is no type of work here.", code=unknown)
    if form is None or errors:
        return route_page(site, route, request.form, points, errors), 422
    if route is None:
        route = planning.create_route(site, form.name, form.name_en, form.service)
    route.name, route.name_en, route.service = form.name, form.name_en, form.service
    planning.set_points(route, points, me().id, clock.now())
    flash(_("Route saved. It holds for rounds planned from now on."))
    return redirect(url_for("patrols.plans", slug=site.slug))


def wrong_types(site: Site, points: list[dict[str, Any]]) -> str | None:
    """The first type of work that a question asks for and the site has not. A type's name becomes its code."""
    types = types_of(site.id)
    codes = {word.casefold(): code for code, known in types.items() if not known.retired for word in (code, known.name, known.name_en)}
    for question in (question for point in points for question in point["questions"] if question["raises"]):
        code = codes.get(question["raises"].casefold())
        if code is None:
            return str(question["raises"])
        question["raises"] = code
    return None


@patrols.post("/routes/<uuid:route_id>/retire")
@gate.at_least("supervisor")
def retire_route(route_id: UUID) -> Response:
    """Take a route out of use."""
    site, route = route_of(route_id)
    planning.retire_route(route, clock.now())
    flash(_("The route is out of use. Its history stays."))
    return redirect(url_for("patrols.plans", slug=site.slug))


# ---------------------------------------------------------------- schedules


def schedule_page(site: Site, schedule: Schedule | None, values: Any, errors: dict[str, str]) -> str:
    """The form of a schedule; `schedule` is None for a new one."""
    return render_template(
        "patrols/schedule.html", site=site, schedule=schedule, values=values, errors=errors, weekdays=WEEKDAYS, trades=TRADE_WORDS,
        routes=queries.routes_of(site.id), people=staff_of(site.id), today=clock.local_day(clock.now(), site.zone),
    )  # fmt: skip


def schedule_of(schedule_id: UUID) -> tuple[Site, Schedule]:
    """A schedule in force and its site, for a supervisor of it."""
    schedule = db.session.get(Schedule, schedule_id)
    if schedule is None or schedule.ended_at is not None:
        raise Problem("not-found")
    return reach(me(), db.session.get(Site, schedule.site_id), "supervisor"), schedule


@patrols.get("/patrols/<slug>/schedules/new")
@gate.at_least("supervisor")
def new_schedule(slug: str) -> str:
    """The form of a new schedule."""
    return schedule_page(site_for(me(), slug, "supervisor"), None, request.args, {})


@patrols.post("/patrols/<slug>/schedules/new")
@gate.at_least("supervisor")
def create_schedule(slug: str) -> Response | tuple[str, int]:
    """Make a schedule."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check_schedule(site)
    if form is None:
        return schedule_page(site, None, request.form, errors), 422
    route = route_of(form.route_id)[1]
    planning.create_schedule(site, route, form.as_rule(), form.begins_on, me().id, clock.now(), **form.terms())
    flash(_("Schedule saved."))
    return redirect(url_for("patrols.plans", slug=slug))


@patrols.get("/schedules/<uuid:schedule_id>")
@gate.at_least("supervisor")
def edit_schedule(schedule_id: UUID) -> str:
    """The form of a schedule with the rule in force."""
    site, schedule = schedule_of(schedule_id)
    version = schedule.versions[-1]
    values = {
        c: getattr(version, c)
        for c in ("window", "early", "grace", "random_start", "random_order", "trade", "person_id", "begins_on", "rule")
    }
    return schedule_page(site, schedule, values | {"route_id": schedule.route_id}, {})


@patrols.post("/schedules/<uuid:schedule_id>")
@gate.at_least("supervisor")
def save_schedule(schedule_id: UUID) -> Response | tuple[str, int]:
    """Change a schedule from now on."""
    site, schedule = schedule_of(schedule_id)
    form, errors = check_schedule(site)
    if form is None:
        return schedule_page(site, schedule, request.form, errors), 422
    planning.change_schedule(schedule, form.as_rule(), form.begins_on, me().id, clock.now(), **form.terms())
    flash(_("Schedule saved. Rounds planned before now stay as they were."))
    return redirect(url_for("patrols.plans", slug=site.slug))


def check_schedule(site: Site) -> tuple[forms.ScheduleForm | None, dict[str, str]]:
    """The schedule's form, its route and person of this site."""
    form, errors = check(forms.ScheduleForm, request.form)
    if form is None:
        return None, errors
    if route_of(form.route_id)[0].id != site.id:
        raise Problem("not-found")
    if form.person_id and form.person_id not in {p.id for p in staff_of(site.id)}:
        return None, {"person_id": _("This person has no role here.")}
    return form, {}


@patrols.post("/schedules/<uuid:schedule_id>/end")
@gate.at_least("supervisor")
def end_schedule(schedule_id: UUID) -> Response:
    """No rounds of this schedule from now on."""
    site, schedule = schedule_of(schedule_id)
    planning.end_schedule(schedule, clock.now())
    flash(_("The schedule has ended. Its history stays."))
    return redirect(url_for("patrols.plans", slug=site.slug))


def colleague_options(people: list[Person]) -> list[tuple[str, str]]:
    """For a select: who could take a round over."""
    return [(str(p.id), f"{named(p)} · {TRADE_WORDS[p.trade]}") for p in people]


def scan_options(lines: list[showing.ScanLine], zone: str) -> list[tuple[str, str]]:
    """For a select: one's own scans, the latest first."""
    return [(str(line.scan.id), f"{clock_time(line.scan.at, zone)} {named(line.checkpoint)}") for line in reversed(lines)]


def options_of(things: list[Any]) -> list[tuple[str, str]]:
    """For a select: anything with an id and two names."""
    return [(str(thing.id), named(thing)) for thing in things]


def site_filters(sites: list[Site], current: Site, before: str, after: str = "") -> list[dict[str, Any]]:
    """For the row of sites above a page."""
    return [{"href": f"{before}{s.slug}{after}", "word": named(s), "active": s.id == current.id} for s in sites]


def init(app: Flask) -> None:
    """Routes, words for templates, and the nightly lesson in walking times."""
    app.register_blueprint(patrols)
    app.jinja_env.globals.update(
        state_words=STATE_WORDS, duration=duration, colleague_options=colleague_options, scan_options=scan_options, options_of=options_of,
        site_filters=site_filters, rule_parts=recurrence.rule_parts, rule_words=recurrence.rule_words,
    )  # fmt: skip
    handle(app, "patrols.learn_walking_times", walking.learn_walking_times, timedelta(days=1))
