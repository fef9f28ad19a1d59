"""First pages: where `/` leads, today, the first run; and what makes the app installable and watched."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from webapp.config import VERSION
from webapp.core import clock, gate, htmx
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import language
from webapp.core.problems import Problem
from webapp.core.static import asset
from webapp.daily_log.answers import READY_WORDS
from webapp.home.frame import init_frame
from webapp.home.report import ReportSite
from webapp.home.search import LONGEST, found
from webapp.home.today import today_of
from webapp.people import actions as people
from webapp.people import session
from webapp.people.forms import FirstRunForm
from webapp.people.models import Person
from webapp.people.queries import rank_of
from webapp.sites import actions as sites
from webapp.sites.queries import sites_for
from webapp.work_orders.field import list_facts

home = Blueprint("home", __name__)

FIRST_JOBS = 3


def nobody_yet() -> bool:
    """Is this a new installation without any account?"""
    return db.session.scalar(sa.select(Person.id).limit(1)) is None


@home.get("/")
@gate.public
def first_page() -> AnyResponse:
    """Each person to their first page by role."""
    person = session.me_or_none()
    if person is None:
        return redirect("/first-run" if nobody_yet() else "/login")
    return redirect("/log" if rank_of(person) >= gate.RANKS["supervisor"] else "/today")


@home.get("/first-run")
@gate.public
def first_run() -> str:
    """The form that makes the first manager's account; gone once there is one."""
    if not nobody_yet():
        raise Problem("not-found")
    return render_template("home/first_run.html", values={}, errors={})


@home.post("/first-run")
@gate.public
def make_first() -> AnyResponse | tuple[str, int]:
    """Make the first account and the first community."""
    if not nobody_yet():
        raise Problem("not-found")
    form, errors = check(FirstRunForm, request.form)
    if form is None:
        return render_template("home/first_run.html", values=request.form, errors=errors), 422
    site = sites.create_site(form.site_slug, form.site_name, None, "Asia/Shanghai")
    person = people.create_person(
        form.username, form.name, "management", form.password, is_admin=True, roles={site.id: "manager"}, language=language()
    )
    session.begin(person, by_password=True)
    return redirect(f"/sites/{site.slug}")


@home.get("/search")
@gate.signed_in
def search() -> str:
    """Everything the person may see that says the words of `?q=`."""
    words = " ".join(request.args.get("q", "").split())[:LONGEST]
    groups = found(session.me(), words)
    return htmx.show("home/search.html", "home/_found.html", words=words, groups=groups)


@home.get("/today")
@gate.signed_in
def today() -> str:
    """A field worker's day."""
    now = clock.now()
    day = today_of(session.me(), now)
    jobs = day.jobs[:FIRST_JOBS]
    return render_template("home/today.html", today=day, now=now, first=jobs, ready_words=READY_WORDS, **list_facts(jobs))


@home.get("/report")
@gate.signed_in
def report() -> str:
    """Staff report what they see: at the label just read (`?checkpoint=`), or anywhere. One form a site, so that one kept page serves."""
    sites_ = [ReportSite.of(site) for site in sites_for(session.me())]
    return render_template("home/report.html", sites=sites_, chosen=request.args.get("site", ""))


@home.get("/healthz")
@gate.public
def healthz() -> Response:
    """Is the server well? 503 when the database does not answer."""
    try:
        db.session.execute(sa.text("SELECT 1"))
        state = "ok"
    except SQLAlchemyError:
        state = "unreachable"
    response = jsonify(status="ok" if state == "ok" else "error", version=VERSION, database=state)
    response.status_code = 200 if state == "ok" else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@home.get("/manifest.webmanifest")
@gate.public
def manifest() -> Response:
    """What makes the app installable."""

    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        return {"src": asset(f"icons/{name}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    response = jsonify(
        id="/",
        name=_("Rounds"),
        short_name=_("Rounds"),
        description=_("Patrols, inspections and work orders, with or without signal."),
        start_url="/today",
        scope="/",
        display="standalone",
        orientation="portrait-primary",
        background_color="#0c141f",
        theme_color="#0c141f",
        icons=[icon("icon", 192), icon("icon", 512), icon("maskable", 192, "maskable"), icon("maskable", 512, "maskable")],
        shortcuts=[
            {"name": _("Scan"), "url": "/scan", "icons": [icon("shortcut-scan", 96)]},
            {"name": _("Today"), "url": "/today", "icons": [icon("shortcut-today", 96)]},
        ],
    )
    response.mimetype = "application/manifest+json"
    return response


def init(app: Flask) -> None:
    """Routes and the frame of every page."""
    init_frame(app)
    app.register_blueprint(home)
