"""A day on the site's plans: every checkpoint that lies there, in the state of that day."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, htmx
from webapp.core.clock import DAY, local_day
from webapp.core.pages import zoom_asked
from webapp.core.problems import Problem
from webapp.daily_log.days import parse_day
from webapp.daily_log.live_pages import held
from webapp.daily_log.on_plan import in_order, spots_of, totals_of
from webapp.people.session import me
from webapp.sites.models import FloorPlan, Site
from webapp.sites.plans import plan_for, plans_of
from webapp.sites.queries import site_for

day_plans = Blueprint("day_plans", __name__)


@day_plans.get("/log/<slug>/plan/<uuid:floor_plan_id>")
@gate.at_least("supervisor")
def today_on(slug: str, floor_plan_id: UUID) -> AnyResponse:
    """To that plan as it is today."""
    plan = plan_for(me(), slug, floor_plan_id)
    return redirect(f"/log/{slug}/{local_day(clock.now(), plan.site.zone)}/plan/{plan.id}")


@day_plans.get("/log/<slug>/<day>/plan")
@gate.at_least("supervisor")
def first_plan(slug: str, day: str) -> str | Response:
    """The day on the site's first plan; how to make one when there is none."""
    site, wanted = site_for(me(), slug, "supervisor"), parse_day(day)
    found = plans_of(site.id)
    return show_plan(site, wanted, found[0] if found else None, found)


@day_plans.get("/log/<slug>/<day>/plan/<uuid:floor_plan_id>")
@gate.at_least("supervisor")
def day_plan(slug: str, day: str, floor_plan_id: UUID) -> str | Response:
    """The day on that plan; today's refreshes itself."""
    plan, wanted = plan_for(me(), slug, floor_plan_id), parse_day(day)
    return show_plan(plan.site, wanted, plan, plans_of(plan.site_id))


def show_plan(site: Site, day: date, plan: FloorPlan | None, plans: list[FloorPlan]) -> str | Response:
    """The page, or the part of it that is exchanged: 304 and nothing when the browser has that as it is."""
    now = clock.now()
    today = local_day(now, site.zone)
    if day > today:
        raise Problem("not-found")
    spots = spots_of(site, plan, day, now) if plan else []
    words = htmx.show(
        "daily_log/plan.html", "daily_log/_plan.html",
        site_=site, day=day, today=today, before=day - DAY, after=day + DAY, plan=plan, plans=plans,
        spots=spots, rows=in_order(spots), totals=totals_of(spots), zoom=zoom_asked(),
    )  # fmt: skip
    if not htmx.wants_fragment():
        return words
    tag = hashlib.sha256(words.encode()).hexdigest()[:16]
    response = make_response("", 304) if held(tag) else make_response(words)
    response.set_etag(held(tag) or tag)
    return response


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(day_plans)
