"""The live board: a site now, on a phone and on the wall. It refreshes itself; what has not changed costs next to nothing."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, htmx
from webapp.core.i18n import language
from webapp.core.problems import Problem
from webapp.daily_log.live import MOST_CLOCKS, board_of, stamp_of
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for

live = Blueprint("live", __name__)

_shown: dict[tuple[object, str], tuple[tuple[object, ...], str]] = {}  # (site, language): what it followed from, and its tag


@live.get("/live")
@gate.at_least("supervisor")
def first() -> AnyResponse:
    """To the board of one's first site."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(f"/live/{reached[0].slug}")


@live.get("/live/<slug>")
@gate.at_least("supervisor")
def board(slug: str) -> str | Response:
    """The site now; `?wall=1` for a screen on the wall."""
    site = site_for(me(), slug, "supervisor")
    if htmx.wants_fragment():
        return _refreshed(site)
    wall = request.args.get("wall") == "1"
    return render_template(
        "daily_log/live.html", board=board_of(site, clock.now()), site_=site, sites=sites_for(me(), "supervisor"), wall=wall
    )


def _refreshed(site: Site) -> Response:
    """The board, or 304 and nothing when the browser has it as it is."""
    now = clock.now()
    stamp, key = stamp_of(site, now), (site.id, language())
    known = _shown.get(key)
    if not (known and known[0] == stamp and held(known[1])):
        words = render_template("daily_log/_live.html", board=board_of(site, now), site_=site)
        known = _shown[key] = stamp, hashlib.sha256(words.encode()).hexdigest()[:16]
        if not held(known[1]):
            response = make_response(words)
            response.set_etag(known[1])
            return response
    response = make_response("", 304)
    response.set_etag(held(known[1]) or known[1])
    return response


def held(tag: str) -> str | None:
    """The browser's own word for the page of that tag, if it has it: what compresses a page marks its tag with how."""
    return next((given for given in request.if_none_match.as_set(include_weak=True) if given.split(":")[0] == tag), None)


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(live)
    app.jinja_env.globals.update(most_clocks=MOST_CLOCKS)
