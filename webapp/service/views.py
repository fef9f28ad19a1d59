"""Reporting by a label, the resident's page, and the desk's list of requests."""

from __future__ import annotations

from math import ceil
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.forms import check
from webapp.core.i18n import day_and_time, language, named
from webapp.core.pages import page_of
from webapp.core.problems import Problem
from webapp.people.queries import names
from webapp.people.session import me
from webapp.photos import actions as photos
from webapp.photos.views import hand_out
from webapp.service import actions, queries
from webapp.service.clocks import due_at
from webapp.service.forms import LONGEST, ReportForm, TakeForm, TellForm
from webapp.service.models import Request
from webapp.service.resident import resident
from webapp.service.rules import Limits, looks_automatic, too_many
from webapp.service.words import CHANNEL_WORDS, CLOCK_WORDS, REQUEST_STATES
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import label_by_code, place_tree, site_for, sites_for
from webapp.sites.rules import read_code
from webapp.work_orders.queries import types_of
from webapp.work_orders.types import WorkType

service = Blueprint("service", __name__)
LIMITS = Limits()
MOST_PHOTOS = 3


# ---------------------------------------------------------------- anybody: report; `resident.py`: follow it


@service.get("/c/<code>/report")
@gate.public
def report_page(code: str) -> str:
    """The form by which anybody reports a problem at a label's place."""
    return show_form(code, checkpoint_of(code))


@service.post("/c/<code>/report")
@gate.public
def report(code: str) -> AnyResponse | tuple[str, int]:
    """Take a report in and lead to its page."""
    pictures, wrong = pictures_sent()  # before the database is asked at all: its one writer waits for no picture to be looked at
    checkpoint, now, address = checkpoint_of(code), clock.now(), (request.remote_addr or "")[:60]
    form, errors = check(ReportForm, request.form)
    if form is not None and form.type_code not in public_types(checkpoint.site_id):
        form, errors = None, {"type_code": _("This is not possible here.")}
    if form is None or wrong:
        return show_form(code, checkpoint, errors | wrong), 422
    if looks_automatic(form.website):
        return show_form(code, checkpoint, {"website": _("Please leave the hidden field empty and send it again.")}), 422
    longest = max(LIMITS.address.window, LIMITS.label.window)
    wait_s = too_many(*queries.posts_since(now - longest, address, checkpoint.id), now, LIMITS)
    if wait_s is not None:
        response = make_response(show_form(code, checkpoint, wait_s=wait_s), 429)
        response.headers["Retry-After"] = str(wait_s)
        return response
    made = actions.report(form, checkpoint, language(), address, now)
    actions.add_photos(made, pictures)
    return redirect(url_for("resident.resident_page", token=made.token), 303)


def pictures_sent() -> tuple[list[bytes], dict[str, str]]:
    """The pictures of the form, and what is wrong with them, by field."""
    pictures = [content for upload in request.files.getlist("photos") if (content := upload.read())]
    if len(pictures) > MOST_PHOTOS:
        return [], {"photos": _("At most %(count)s photos, please.", count=MOST_PHOTOS)}
    try:
        for content in pictures:
            photos.look_at(content)
    except Problem as refused:
        return [], {"photos": f"{refused.sentence} {refused.refusal.advice}"}
    return pictures, {}


def public_types(site_id: UUID) -> dict[str, WorkType]:
    """The types that a resident may choose from."""
    return {code: known for code, known in types_of(site_id).items() if known.public and not known.retired}


def checkpoint_of(code: str) -> Checkpoint:
    """The checkpoint that a label marks, a superseded label's too. Raises Problem not-found."""
    known = read_code(code)
    label = label_by_code(known) if known else None
    if label is None:
        raise Problem("not-found")
    return label.checkpoint


def show_form(code: str, checkpoint: Checkpoint, errors: dict[str, str] | None = None, wait_s: int = 0) -> str:
    """The form, with what was typed and what was wrong."""
    values = request.form if request.method == "POST" else MultiDict()
    return render_template(
        "service/report.html", code=code, checkpoint=checkpoint, errors=errors or {}, values=values, longest=LONGEST,
        types=[(known.code, named(known)) for known in public_types(checkpoint.site_id).values()], wait=ceil(wait_s / 60),
    )  # fmt: skip


def photo_of(found: Request, sha256: str) -> str:
    """The digest, if that photo came with the request. Raises Problem not-found."""
    if all(photo.sha256 != sha256 for photo in found.photos):
        raise Problem("not-found")
    return sha256


# ---------------------------------------------------------------- the desk


@service.get("/requests")
@gate.at_least("desk")
def request_list() -> str:
    """Requests of one's sites: open ones, or all."""
    state, now = "all" if request.args.get("state") == "all" else "open", clock.now()
    page = page_of(queries.requests_reached(me(), state == "open"))
    rows = [{"seen": seen, "request": seen.request, **mark_of(seen)} for seen in queries.looks(page.rows)]
    return render_template("service/requests.html", page=page, rows=rows, state=state, now=now)


def mark_of(seen: queries.Look) -> dict[str, str]:
    """A request's mark and words in a list: the clock that presses, or where it stands when none does."""
    now = clock.now()
    pressing = seen.pressing(now)
    if pressing is None:
        return {"mark": "neutral", "word": str(REQUEST_STATES[seen.standing.state])}
    due = due_at(pressing, now)
    what, when = str(CLOCK_WORDS[pressing.name]), day_and_time(due, seen.request.site.zone)
    if due < now:
        return {"mark": "late", "word": _("%(what)s was due %(when)s", what=what, when=when)}
    return {"mark": "open", "word": _("%(what)s by %(when)s", what=what, when=when)}


@service.get("/requests/new")
@gate.at_least("desk")
def new_request() -> str:
    """The form for what somebody tells the desk."""
    return show_new(site_asked_for())


@service.post("/requests/new")
@gate.at_least("desk")
def take() -> AnyResponse | tuple[str, int]:
    """Take in what somebody told the desk, and lead to its page."""
    site = site_asked_for()
    form, errors = check(TakeForm, request.form)
    if form is not None and form.type_code not in types_of(site.id):
        form, errors = None, {"type_code": _("This is not possible here.")}
    if form is not None and form.place_id not in (None, *(place.id for place, _depth in place_tree(site.id))):
        form, errors = None, {"place_id": _("This is not possible here.")}
    if form is None:
        return show_new(site, errors), 422
    made = actions.take(form, site.id, me().id, language(), clock.now())
    return redirect(url_for("service.request_page", request_id=made.id), 303)


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
        {"href": url_for("service.new_request", site=each.slug), "word": named(each), "active": each.id == site.id}
        for each in sites_for(me(), "desk")
    ]
    return render_template(
        "service/new.html", site_=site, sites=choices, places=places, errors=errors or {}, values=values, longest=LONGEST,
        types=[(known.code, named(known)) for known in types_of(site.id).values() if not known.retired], channels=[(key, CHANNEL_WORDS[key]) for key in ("phone", "counter", "owners_group")],
    )  # fmt: skip


@service.get("/requests/<uuid:request_id>")
@gate.at_least("desk")
def request_page(request_id: UUID) -> str:
    """One request: what was said, its clock, and telling the resident."""
    return show_request(queries.request_for(me(), request_id))


def show_request(found: Request, errors: dict[str, str] | None = None) -> str:
    """The request's page, with what was wrong in its form."""
    seen = queries.look(found)
    return render_template(
        "service/request.html", request_=found, seen=seen, standing=seen.standing, people=names(e.person_id for e in found.events if e.person_id),
        due=mark_of(seen), errors=errors or {}, values=request.form, longest=LONGEST, states=REQUEST_STATES, channels=CHANNEL_WORDS,
    )  # fmt: skip


@service.get("/requests/<uuid:request_id>/photos/<sha256>")
@gate.at_least("desk")
def photo(request_id: UUID, sha256: str) -> Response:
    """A photo that came with a request, for the desk of its site."""
    return hand_out(photo_of(queries.request_for(me(), request_id), sha256))


@service.post("/requests/<uuid:request_id>/tell")
@gate.at_least("desk")
def tell(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Tell the resident something, or the result."""
    found = queries.request_for(me(), request_id)
    form, errors = check(TellForm, request.form)
    if form is None:
        return show_request(found, errors), 422
    actions.tell(found, form.verb, form.text, me().id, clock.now())
    flash(_("The resident sees it now."))
    return redirect(url_for("service.request_page", request_id=found.id))


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(service)
    app.register_blueprint(resident)
