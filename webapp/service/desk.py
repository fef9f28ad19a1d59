"""The desk's list of requests, with filters that live in the address; and taking in what somebody tells the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, sheets
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import day_and_time, language, named, speaking
from webapp.core.pages import page_of
from webapp.people.session import me
from webapp.service import actions, flow, queries
from webapp.service.forms import LONGEST, TakeForm
from webapp.service.models import Request
from webapp.service.passages import passages
from webapp.service.pictures import MOST_TAKEN, pictures_sent, status_of
from webapp.service.rules import KINDS
from webapp.service.words import CHANNEL_WORDS, CLOCK_WORDS, FLOW_WORDS, POLITE, REQUEST_STATES, SOURCE_WORDS
from webapp.sites.models import Checkpoint, Place, Site
from webapp.sites.queries import place_tree, site_for, sites_for
from webapp.standards.clocks import due_at
from webapp.work_orders.listing import as_number, called
from webapp.work_orders.queries import types_of, types_of_sites
from webapp.work_orders.spans import span
from webapp.work_orders.words import KIND_WORDS

desk = Blueprint("desk", __name__)

STATES = ("open", "ended", "all")
LONGEST_WORDS = 80


@desk.get("/requests")
@gate.at_least("desk")
def request_list() -> str | Response:
    """Requests of one's sites: open ones with the one that waits longest first, ended ones, or all."""
    sites = sites_for(me(), "desk")
    site = site_for(me(), request.args["site"], "desk") if request.args.get("site") else None
    within = [site] if site else sites
    state = request.args.get("state", "open") if request.args.get("state") in STATES else "open"
    if kind := sheets.asked():
        return sheets.hand_out(kind, "requests", REQUESTS, requests_in_full(within, state), within[0].zone if within else "UTC")
    page = page_of(in_order(filtered(within, state), state))
    rows = [{"seen": seen, "request": seen.request, "silence": silence_of(seen), **mark_of(seen)} for seen in queries.looks(page.rows)]
    types = {code: named(known) for own in types_of_sites(s.id for s in within).values() for code, known in own.items()}
    return render_template(
        "service/requests.html", page=page, rows=rows, state=state, sites=[(s.slug, named(s)) for s in sites], site_=site, types=list(types.items()),
        kinds=list(KIND_WORDS.items()), channels=list(CHANNEL_WORDS.items()), address=address, asked=request.args,
        step=FLOW_WORDS.get(request.args.get("step", "")), is_filtered=set(request.args) - {"state", "page"},
    )  # fmt: skip


def requests_in_full(within: list[Site], state: str) -> Iterator[queries.Look]:
    """Every request that the address asks for, some hundred at a time."""
    found = list(db.session.scalars(in_order(filtered(within, state), state).limit(sheets.MOST_ROWS + 1)))
    for start in range(0, len(found), 500):
        yield from queries.looks(found[start : start + 500])


REQUESTS = (
    sheets.Column[queries.Look]("number", lazy_gettext("Number"), lambda seen: seen.request.number, 11),
    sheets.Column[queries.Look]("site", lazy_gettext("Community"), lambda seen: named(seen.request.site)),
    sheets.Column[queries.Look]("kind", lazy_gettext("Kind"), lambda seen: KIND_WORDS[seen.kind]),
    sheets.Column[queries.Look]("type", lazy_gettext("Type"), lambda seen: named(seen.type)),
    sheets.Column[queries.Look](
        "where", lazy_gettext("Where"), lambda seen: " · ".join(filter(None, (named(seen.request.place), seen.request.spot))), 28
    ),
    sheets.Column[queries.Look]("text", lazy_gettext("What"), lambda seen: seen.request.text, 44),
    sheets.Column[queries.Look]("urgent", lazy_gettext("Urgent"), lambda seen: seen.urgency == "urgent", 9),
    sheets.Column[queries.Look]("channel", lazy_gettext("Way"), lambda seen: CHANNEL_WORDS[seen.request.channel]),
    sheets.Column[queries.Look]("source", lazy_gettext("From"), lambda seen: SOURCE_WORDS[seen.request.source]),
    sheets.Column[queries.Look]("state", lazy_gettext("State"), lambda seen: REQUEST_STATES[seen.standing.state]),
    sheets.Column[queries.Look]("received_at", lazy_gettext("Received"), lambda seen: seen.request.received_at, 17),
    sheets.Column[queries.Look]("ended_at", lazy_gettext("Ended"), lambda seen: seen.request.ended_at, 17),
    sheets.Column[queries.Look]("orders", lazy_gettext("Work orders"), lambda seen: ", ".join(order.number for order in seen.orders)),
)


def address(**changes: str | None) -> str:
    """This list with other filters; None takes one away."""
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "page"}
    return url_for("desk.request_list", **{key: value for key, value in (kept | changes).items() if value})


def filtered(within: list[Site], state: str) -> sa.Select[Request]:
    """Requests that the address asks for. Values that are none of ours are left out, so that an old address still opens."""
    asked, found = request.args, queries.requests_reached(me()).where(Request.site_id.in_([site.id for site in within]))
    if state != "all":
        found = found.where(Request.ended_at.is_not(None) if state == "ended" else Request.ended_at.is_(None))
    if asked.get("kind") in KINDS:
        found = found.where(queries.corrected("kind") == asked["kind"])
    if asked.get("type"):
        found = found.where(queries.corrected("type_code") == asked["type"][:20])
    if asked.get("channel") in CHANNEL_WORDS:
        found = found.where(Request.channel == asked["channel"])
    if asked.get("urgent"):
        found = found.where(queries.corrected("urgency") == "urgent")
    if asked.get("step") in flow.STEPS:
        ways = passages((site.id for site in within), clock.now())
        found = found.where(Request.id.in_([key for key, way in ways.items() if way.stands_at == asked["step"]]))
    words = asked.get("q", "").strip()[:LONGEST_WORDS]
    return found.where(says(words)) if words else found


def in_order(found: sa.Select[Request], state: str) -> sa.Select[Request]:
    """Open ones: urgent ones first, then the one that waits longest; others: the latest first."""
    if state == "open":
        return found.order_by(queries.corrected("urgency").desc(), Request.received_at, Request.id)
    return found.order_by(Request.received_at.desc(), Request.id)


def says(words: str) -> sa.ColumnElement[bool]:
    """Is it said of the request: its number, the flat, a place or point, the telephone, or the words?"""

    def has(column: Any) -> sa.ColumnElement[bool]:
        return column.icontains(words, autoescape=True)

    places = sa.select(Place.id).where(sa.or_(has(Place.name), has(Place.name_en)))
    points = sa.select(Checkpoint.id).where(sa.or_(has(Checkpoint.name), has(Checkpoint.name_en), Checkpoint.number == words.upper()))
    return sa.or_(
        Request.number == as_number(words), has(Request.spot), has(Request.text), called(Request.phone, words),
        Request.place_id.in_(places), Request.checkpoint_id.in_(points),
    )  # fmt: skip


def mark_of(seen: queries.Look) -> dict[str, str]:
    """A request's mark and words in a list: the clock that presses, or where it stands when none does."""
    now, zone = clock.now(), seen.request.site.zone
    pressing = seen.pressing(now)
    if pressing is None:
        state, ended_at = str(REQUEST_STATES[seen.standing.state]), seen.ended_at
        return {"mark": "neutral", "word": f"{state} · {day_and_time(ended_at, zone)}" if ended_at else state}
    due = due_at(pressing, now)
    what, when = str(CLOCK_WORDS[pressing.name]), day_and_time(due, zone)
    if due < now:
        return {"mark": "late", "word": _("%(what)s was due %(when)s", what=what, when=when)}
    return {"mark": "open", "word": _("%(what)s by %(when)s", what=what, when=when)}


def silence_of(seen: queries.Look) -> dict[str, str] | None:
    """For how long the resident has heard nothing, in words, and a sentence that breaks it with one tap; None where nobody waits."""
    silence = seen.silence(clock.now())
    if silence is None:
        return None
    length = span(clock.now() - silence.since)
    heard = seen.standing.last_heard_at is not None
    return {
        "mark": "late" if silence.is_late else "needs" if silence.is_warned else "neutral",
        "word": _("Last news %(span)s ago", span=length) if heard else _("No news for %(span)s", span=length),
        "text": polite(seen.request.language)[2 if heard else 0],
    }


def polite(language: str) -> list[str]:
    """News ready to be told with one tap, in the resident's language."""
    with speaking(language):
        return [str(words) for words in POLITE]


# ---------------------------------------------------------------- what somebody tells the desk


@desk.get("/requests/new")
@gate.at_least("desk")
def new_request() -> str:
    """The form for what somebody tells the desk."""
    return show_new(site_asked_for())


@desk.post("/requests/new")
@gate.at_least("desk")
@gate.takes(most_bytes=MOST_TAKEN)
def take() -> AnyResponse | tuple[str, int]:
    """Take in what somebody told the desk, and lead to its page."""
    pictures, wrong = pictures_sent()  # before the database is asked at all, as in views.report
    site = site_asked_for()
    form, errors = check(TakeForm, request.form)
    known = types_of(site.id).get(form.type_code) if form else None
    if form is not None and (known is None or known.retired):
        form, errors = None, {"type_code": _("This is not possible here.")}
    if form is not None and form.place_id not in (None, *(place.id for place, _depth in place_tree(site.id))):
        form, errors = None, {"place_id": _("This is not possible here.")}
    if form is None or wrong:
        return show_new(site, errors | wrong), status_of(wrong)
    made = actions.take(form, site.id, me().id, language(), clock.now())
    actions.add_photos(made, pictures)
    return redirect(url_for("request_pages.request_page", request_id=made.id), 303)


def site_asked_for() -> Site:
    """The site that the address names, or the first within reach. Raises Problem not-found."""
    reached = sites_for(me(), "desk")
    slug = request.args.get("site", reached[0].slug if reached else "")
    return site_for(me(), slug, "desk")


def show_new(site: Site, errors: dict[str, str] | None = None) -> str:
    """The desk's form, with what was typed and what was wrong."""
    values = request.form if request.method == "POST" else MultiDict()
    places = [(place.id, "\u2003" * depth + named(place)) for place, depth in place_tree(site.id)]
    choices = [
        {"href": url_for("desk.new_request", site=each.slug), "word": named(each), "active": each.id == site.id}
        for each in sites_for(me(), "desk")
    ]
    return render_template(
        "service/new.html", site_=site, sites=choices, places=places, errors=errors or {}, values=values, longest=LONGEST,
        types=[(known.code, named(known)) for known in types_of(site.id).values() if not known.retired],
        channels=[(key, CHANNEL_WORDS[key]) for key in ("phone", "counter", "owners_group")],
        sources=[(key, SOURCE_WORDS[key]) for key in ("resident", "owners_committee", "visitor", "authority")],
    )  # fmt: skip
