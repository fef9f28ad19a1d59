"""One request at the desk: its orders and clocks, and everything the desk does about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.clock import from_wall
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.people.queries import names
from webapp.people.session import me
from webapp.photos.views import hand_out
from webapp.service import actions, queries
from webapp.service.desk import mark_of, polite, silence_of
from webapp.service.forms import LONGEST, ClassForm, InvestigationForm, StopForm, TellForm
from webapp.service.models import Request
from webapp.service.passages import work_on
from webapp.service.queries import Look
from webapp.service.words import CHANNEL_WORDS, CLOCK_STATES, CLOCK_WORDS, EVENT_WORDS, REQUEST_STATES, SOURCE_WORDS
from webapp.standards.clocks import Clock, due_at, elapsed
from webapp.standards.clocks import state as clock_state
from webapp.standards.rules import STOP_REASONS
from webapp.work_orders.queries import types_of
from webapp.work_orders.spans import against, span
from webapp.work_orders.words import CAUSE_WORDS, KIND_WORDS, order_mark

request_pages = Blueprint("request_pages", __name__)

CLOCK_MARKS = {"kept": "done", "missed": "missed", "overdue": "needs", "paused": "paused", "warned": "late", "running": "open"}
OVER = ("closed", "withdrawn")
LONGEST_STOP = timedelta(days=60)


@request_pages.get("/requests/<uuid:request_id>")
@gate.at_least("desk")
def request_page(request_id: UUID) -> str:
    """One request: what was said, where it stands, and what to do next."""
    return show_request(queries.request_for(me(), request_id))


def show_request(found: Request, errors: dict[str, str] | None = None) -> str:
    """The request's page, with what was wrong in one of its forms."""
    now, seen = clock.now(), queries.look(found)
    is_over = seen.standing.state in OVER
    return render_template(
        "service/request.html", request_=found, seen=seen, standing=seen.standing, people=names(e.person_id for e in found.events if e.person_id),
        due=mark_of(seen), silence=silence_of(seen), errors=errors or {}, values=request.form, longest=LONGEST, states=REQUEST_STATES, channels=CHANNEL_WORDS,
        sources=SOURCE_WORDS, kinds=KIND_WORDS, event_words=EVENT_WORDS, causes=[(key, CAUSE_WORDS[key]) for key in STOP_REASONS], cause_words=CAUSE_WORDS,
        types=[(known.code, named(known)) for known in seen.types.values() if not known.retired or known.code == seen.type_code],
        clocks=[clock_line(each, now) for each in reversed(seen.clocks(now))], orders=[(o, *order_mark(o, now)) for o in seen.orders],
        polite=polite(found.language), is_over=is_over, is_stopped=seen.is_stopped(now), has_link=found.token_until > now, dispatch_next=needs_order(seen),
    )  # fmt: skip


def needs_order(seen: Look) -> bool:
    """Is raising a work order what comes next? For what is dispatched, as long as none is open, or done since it was opened again."""
    return seen.kind in ("repair", "complaint") and seen.standing.state in ("received", "answered") and not work_on(seen)


def clock_line(each: Clock, now: datetime) -> dict[str, Any]:
    """A clock as the page shows it: its state, its moment, and how much of its time has gone."""
    state, due = clock_state(each, now), due_at(each, now)
    return {
        "name": CLOCK_WORDS[each.name], "mark": CLOCK_MARKS[state], "word": CLOCK_STATES[state], "at": each.stopped_at or due, "is_over": each.stopped_at is not None,
        "took": _("%(took)s of %(limit)s", took=span(elapsed(each, now)), limit=span(each.limit)) if each.stopped_at else against(due, now),
    }  # fmt: skip


@request_pages.get("/requests/<uuid:request_id>/photos/<sha256>")
@gate.at_least("desk")
def photo(request_id: UUID, sha256: str) -> Response:
    """A photo that came with a request, for the desk of its site."""
    return hand_out(queries.photo_of(queries.request_for(me(), request_id), sha256))


# ---------------------------------------------------------------- what the desk does


def held(request_id: UUID) -> Request:
    """The request, once whoever is at it now has finished. Raises Problem not-found, forbidden."""
    found = queries.request_for(me(), request_id)
    db.session.execute(sa.select(Request.id).where(Request.id == request_id).with_for_update())
    db.session.expire(found)
    return found


def again(found: Request, said: str) -> AnyResponse:
    """Back to the page, with a word on what was done."""
    flash(said)
    return redirect(url_for("request_pages.request_page", request_id=found.id))


def changed_meanwhile(found: Request) -> tuple[str, int]:
    """The page as it stands, for a press that came too late."""
    flash(_("Somebody was quicker; nothing was changed. This is how it stands now."), "error")
    return show_request(found), 409


@request_pages.post("/requests/<uuid:request_id>/tell")
@gate.at_least("desk")
def tell(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Tell the resident something, or the result."""
    found = held(request_id)
    form, errors = check(TellForm, request.form)
    if form is None:
        return show_request(found, errors), 422
    if queries.look(found).standing.state in OVER and form.verb == "resolved":
        return changed_meanwhile(found)
    actions.tell(found, form.verb, form.text, me().id, clock.now())
    if request.form.get("back"):
        flash(_("The resident sees it now."))
        return redirect(f"/requests?{request.form['back']}", 303)
    return again(found, _("The resident sees it now."))


@request_pages.post("/requests/<uuid:request_id>/orders")
@gate.at_least("desk")
def raise_order(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Raise a work order: words, photos and telephone go along. `seen`: how many there were on the page."""
    found = held(request_id)
    seen = queries.look(found)
    if seen.standing.state in OVER or request.form.get("seen", str(len(seen.orders))) != str(len(seen.orders)):
        return changed_meanwhile(found)
    order = actions.raise_order(found, me().id, clock.now())
    flash(_("Work order %(number)s is raised.", number=order.number))
    return redirect(url_for("work_orders.order_page", order_id=order.id), 303)


@request_pages.post("/requests/<uuid:request_id>/stop")
@gate.at_least("desk")
def stop(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Let its clocks stand still for a reason on the list, an appointment until it comes."""
    found, now = held(request_id), clock.now()
    form, errors = check(StopForm, request.form)
    if form is None:
        return show_request(found, errors), 422
    until = from_wall(form.until.replace(tzinfo=None), found.site.zone) if form.until else None
    if until is not None and not now < until <= now + LONGEST_STOP:
        return show_request(found, {"until": _("Please choose a time that is still to come, within 60 days.")}), 422
    if queries.look(found).standing.state in OVER:
        return changed_meanwhile(found)
    actions.stop_clocks(found, form.cause, until, form.text, me().id, now)
    return again(found, _("Its clocks stand still; the daily log says why."))


@request_pages.post("/requests/<uuid:request_id>/resume")
@gate.at_least("desk")
def resume(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Let its clocks go on."""
    found, now = held(request_id), clock.now()
    if not queries.look(found).is_stopped(now):
        return changed_meanwhile(found)
    actions.let_clocks_run(found, me().id, now)
    return again(found, _("Its clocks go on."))


@request_pages.post("/requests/<uuid:request_id>/class")
@gate.at_least("desk")
def reclassify(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Correct what it is: whoever is at the desk may, and it shows among the events."""
    found = held(request_id)
    form, errors = check(ClassForm, request.form)
    if form is not None and form.type_code not in types_of(found.site_id):
        form, errors = None, {"type_code": _("This is not possible here.")}
    if form is None:
        return show_request(found, errors), 422
    actions.reclassify(found, form.type_code, bool(form.answers), me().id, clock.now())
    return again(found, _("Corrected. From now on it is judged as what it is."))


@request_pages.post("/requests/<uuid:request_id>/investigation")
@gate.at_least("desk")
def investigate(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Keep what looking into it brought; the resident does not see it."""
    found = held(request_id)
    form, errors = check(InvestigationForm, request.form)
    if form is None:
        return show_request(found, {"note": errors["note"]}), 422
    actions.investigate(found, form.note, me().id, clock.now())
    return again(found, _("Kept. The resident does not see it."))


@request_pages.post("/requests/<uuid:request_id>/close")
@gate.at_least("desk")
def close(request_id: UUID) -> AnyResponse | tuple[str, int]:
    """Close it; a complaint only once the complainant was told the result (clause 5.3.2)."""
    found = held(request_id)
    seen = queries.look(found)
    if seen.standing.state in OVER:
        return changed_meanwhile(found)
    if seen.kind == "complaint" and seen.facts.is_awaited and seen.standing.result_told_at is None:
        return show_request(found, {"close": _("Please tell the result first (clause 5.3.2).")}), 422
    actions.close(found, me().id, clock.now())
    return again(found, _("Closed. The resident may still open it again for some days."))


@request_pages.post("/requests/<uuid:request_id>/link")
@gate.at_least("desk")
def change_link(request_id: UUID) -> AnyResponse:
    """Give the resident's page a new address in the place of the old one; or (`verb` revoke) take the old one back and give none."""
    found = held(request_id)
    if request.form.get("verb") == "revoke":
        actions.revoke_link(found, clock.now())
        return again(found, _("The address opens nothing any more."))
    actions.renew_link(found, clock.now())
    return again(found, _("The old address opens nothing any more. Give the resident the new one."))
