"""Checklists and inspections."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.core import gate
from webapp.core.problems import Problem
from webapp.inspections import queries
from webapp.people.session import me
from webapp.sites.queries import site_for, sites_for

inspections = Blueprint("inspections", __name__)


@inspections.get("/checklists")
@gate.at_least("supervisor")
def site_choice() -> Response:
    """To the first site's checklists."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("inspections.checklists", slug=reached[0].slug))


@inspections.get("/checklists/<slug>")
@gate.at_least("supervisor")
def checklists(slug: str) -> str:
    """A site's checklists."""
    site = site_for(me(), slug, "supervisor")
    return render_template(
        "inspections/checklists.html", site_=site, sites=sites_for(me(), "supervisor"), checklists=queries.checklists_of(site.id)
    )


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(inspections)
