"""The resident's own page: what was said, what happens now, what it costs; signing, rating, opening again. No account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.people.words import TRADE_WORDS
from webapp.photos.queries import stored
from webapp.photos.views import hand_out
from webapp.service import actions, queries
from webapp.service.forms import LONGEST, AnswerForm
from webapp.service.models import Request
from webapp.service.rules import OPEN, first_name, may_reopen
from webapp.service.words import NEWS_WORDS, REQUEST_STATES
from webapp.work_orders.linking import Outcome, guarded, sign_charge, too_often
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.money import money_facts, show_receipt
from webapp.work_orders.queries import step_photos

resident = Blueprint("resident", __name__)
TOLD = ("answered", "told", "result_told", "rated", "reopened", "withdrawn", "resolved")  # what is no business of the office's alone
STEPS = ("assign", "take", "accept", "on_the_way", "on_site", "start", "need_parts", "need_contractor", "finish", "part_finish")


@dataclass(frozen=True)
class News:
    """One line of what was said and done. `who`: first name and trade of staff, or "You"."""

    at: datetime
    who: str
    words: str
    text: str = ""
    stars: int | None = None


@resident.get("/r/<token>")
@gate.public
def resident_page(token: str) -> Response:
    """A resident's own request: what was said and what happens now. Of staff it shows first name and trade only."""
    return show_resident(queries.request_by_token(token, clock.now()))


def show_resident(found: Request, outcome: Outcome | None = None, about: str = "") -> Response:
    """The resident's page, with what was wrong in one of its forms; `about`: the order whose charge was signed."""
    outcome = outcome or Outcome()
    now, seen = clock.now(), queries.look(found)
    people = names(
        [
            *(e.person_id for e in found.events if e.person_id),
            *(p for order in seen.orders for s in order.steps for p in (s.person_id, s.to_id) if p),
        ]
    )
    page = render_template(
        "service/resident.html", request_=found, seen=seen, standing=seen.standing, news=news_of(found, seen, people), errors=outcome.errors or {},
        values=request.form, next_news=seen.next_news(now), states=REQUEST_STATES, longest=LONGEST, about=about, bills=bills_of(seen),
        shots=[shot for order in seen.orders for shot in shots_of(order)],
        may_reopen=may_reopen(seen.standing, seen.agreement, now), may_withdraw=seen.standing.state in OPEN,
    )  # fmt: skip
    return outcome.on(guarded(make_response(page)))


def news_of(found: Request, seen: queries.Look, people: dict[UUID, Person]) -> list[News]:
    """What was said and done, the latest first."""
    said = [
        News(e.at, _who(people.get(e.person_id)) if e.person_id else _("You"), str(NEWS_WORDS.get(e.verb, "")), e.text, e.stars)
        for e in found.events
        if e.verb in TOLD and (e.text or e.stars or e.verb in ("resolved", "reopened", "withdrawn"))
    ]
    done = (step for order in seen.orders for step in order.steps if step.verb in STEPS)
    said += [News(s.at, _who(people.get(_actor(s))), str(NEWS_WORDS[s.verb])) for s in done]
    said += [News(s.at, _("You"), str(NEWS_WORDS["sign"]), s.words, s.stars) for order in seen.orders for s in order.signatures]
    return sorted(said, key=lambda line: line.at, reverse=True)


def _actor(step: WorkStep) -> UUID:
    """Whom a step is about: who was sent, not who sent them."""
    return step.to_id if step.verb == "assign" and step.to_id else step.person_id


def _who(person: Person | None) -> str:
    return f"{first_name(named(person))} · {TRADE_WORDS[person.trade]}" if person else ""


def bills_of(seen: queries.Look) -> list[dict[str, Any]]:
    """What the work came to, once it is finished, whoever bears it: owners are told what was spent (chapter 11)."""
    bills = [{"order": order, **money_facts(order, None)} for order in seen.orders if order.finished_at]
    return [bill for bill in bills if bill["charge"]["lines"]]


def shots_of(order: WorkOrder) -> list[dict[str, str]]:
    """The photos that are meant for the resident: before and after, those that are here."""
    by_step = step_photos(order)
    found = [{"sha256": digest, "stage": s.stage} for s in order.steps if s.stage for digest in by_step.get(s.id, [])]
    here = stored(shot["sha256"] for shot in found)
    return [shot for shot in found if shot["sha256"] in here]


@resident.post("/r/<token>")
@gate.public
def answer(token: str) -> AnyResponse:
    """What the resident says to it: a rating, that it is not settled, or that it is settled by itself."""
    found, now = queries.request_by_token(token, clock.now()), clock.now()
    if waits := too_often(token, now):
        return show_resident(found, waits)
    form, errors = check(AnswerForm, request.form)
    if form is None:
        return show_resident(found, Outcome(errors, 422))
    try:
        actions.answer(found, form, now)
    except Problem as refused:
        if refused.code != "conflict":
            raise
        return show_resident(
            found, Outcome({"stands": _("This is not possible any more; nothing was changed. This is how it stands now.")}, 409)
        )
    flash(_("Thank you. We have it."))
    return redirect(url_for("resident.resident_page", token=token), 303)


@resident.post("/r/<token>/orders/<uuid:order_id>/sign")
@gate.public
def sign(token: str, order_id: UUID) -> AnyResponse:
    """Sign a charge by link: what was shown, and no other."""
    found = queries.request_by_token(token, clock.now())
    outcome = sign_charge(order_of(found, order_id), token)
    if outcome.errors:
        return show_resident(found, outcome, str(order_id))
    flash(_("Thank you. We have it."))
    return redirect(url_for("resident.resident_page", token=token), 303)


def order_of(found: Request, order_id: UUID) -> WorkOrder:
    """One of the request's orders. Raises not-found."""
    order = next((order for order in queries.look(found).orders if order.id == order_id), None)
    if order is None:
        raise Problem("not-found")
    return order


@resident.get("/r/<token>/orders/<uuid:order_id>/receipt")
@gate.public
def resident_receipt(token: str, order_id: UUID) -> Response:
    """The itemised charge to print or keep (clause 6.3.1)."""
    order = order_of(queries.request_by_token(token, clock.now()), order_id)
    if not order.finished_at:
        raise Problem("not-found")
    return guarded(make_response(show_receipt(order)))


@resident.get("/r/<token>/photos/<sha256>")
@gate.public
def resident_photo(token: str, sha256: str) -> Response:
    """A photo that the resident sent, or one of the work that is meant for them, for whoever holds the page's address."""
    found = queries.request_by_token(token, clock.now())
    own = {photo.sha256 for photo in found.photos}
    if sha256 not in own and not any(sha256 == shot["sha256"] for order in queries.look(found).orders for shot in shots_of(order)):
        raise Problem("not-found")
    return hand_out(sha256)
