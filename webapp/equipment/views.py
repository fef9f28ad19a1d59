"""The register's pages."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.core import gate
from webapp.core.problems import Problem
from webapp.equipment import queries
from webapp.people.session import me
from webapp.sites.queries import site_for, sites_for

equipment = Blueprint("equipment", __name__)


@equipment.get("/equipment")
@gate.signed_in
def site_choice() -> Response:
    """To the first site's register."""
    reached = sites_for(me())
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("equipment.register_page", slug=reached[0].slug))


@equipment.get("/equipment/<slug>")
@gate.signed_in
def register_page(slug: str) -> str:
    """Everything on a site's register."""
    site = site_for(me(), slug)
    return render_template("equipment/register.html", site_=site, sites=sites_for(me()), items=queries.equipment_of(site.id))


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(equipment)
