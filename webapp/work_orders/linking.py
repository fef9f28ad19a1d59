"""Signing by link: whoever bears a charge and is not there signs it on a page of its own, without an account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, ids, limits
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.gate import RANKS
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.people.session import me
from webapp.sites.qr import svg
from webapp.work_orders import pricing, queries
from webapp.work_orders.actions import keep_signature, take_step
from webapp.work_orders.bodies import Signed
from webapp.work_orders.forms import SignForm
from webapp.work_orders.models import SignLink, WorkOrder, WorkStep
from webapp.work_orders.money import money_facts, show_receipt

linking = Blueprint("linking", __name__)

TOKEN_BITS = 128
LASTS = timedelta(days=30)


# ---------------------------------------------------------------- staff: make it, show it, take it back


def link_facts(order: WorkOrder, person: Person, now: datetime) -> dict[str, Any] | None:
    """What `work_orders/_sign_link.html` shows to this person; None where there is nothing to sign or it is not theirs to offer."""
    if not may_offer(order, person) or refusal(order):
        return None
    link = link_of(order, now)
    address = current_app.config["ROUNDS_PUBLIC_URL"] + url_for("linking.sign_page", sign_token=link.token) if link else ""
    return {"link": link, "address": address, "code": svg(address, _("Address for signing")) if link else ""}


def may_offer(order: WorkOrder, person: Person) -> bool:
    """The desk of the site may, and whoever has the order."""
    return order.assignee_id == person.id or (rank_at(person, order.site_id) or 0) >= RANKS["desk"]


def link_of(order: WorkOrder, now: datetime) -> SignLink | None:
    """The order's link that opens something now."""
    open_ = (SignLink.order_id == order.id, SignLink.revoked_at.is_(None), SignLink.until > now)
    return db.session.scalar(sa.select(SignLink).where(*open_).order_by(SignLink.made_at.desc()).limit(1))


@linking.post("/work-orders/<uuid:order_id>/link")
@gate.signed_in
def change_link(order_id: UUID) -> AnyResponse:
    """Make an address by which the charge can be signed, in the place of the one before; or (`verb` revoke) take it back."""
    order, now = queries.order_for(me(), order_id), clock.now()
    if not may_offer(order, me()):
        raise Problem("forbidden")
    is_new = request.form.get("verb") != "revoke"
    if is_new and (why := refusal(order)):
        raise Problem("conflict", why)
    revoke(order, now)
    if is_new:
        db.session.add(
            SignLink(order_id=order.id, token=f"{ids.random_bits(TOKEN_BITS):032x}", made_by_id=me().id, made_at=now, until=now + LASTS)
        )
    take_step(order, WorkStep(verb="link" if is_new else "unlink", person_id=me().id, at=now), now)
    flash(_("Give this address to whoever is to sign.") if is_new else _("The address opens nothing any more."))
    return redirect(url_for("work_orders.order_page", order_id=order.id, _anchor="sign-link"), 303)


def revoke(order: WorkOrder, now: datetime) -> None:
    """No address of the order opens anything any more."""
    db.session.execute(sa.update(SignLink).where(SignLink.order_id == order.id, SignLink.revoked_at.is_(None)).values(revoked_at=now))


# ---------------------------------------------------------------- whoever signs


def link_by_token(token: str, now: datetime) -> SignLink:
    """The link. Raises not-found: unknown, revoked and expired look the same."""
    found = db.session.scalar(sa.select(SignLink).where(SignLink.token == token, SignLink.revoked_at.is_(None), SignLink.until > now))
    if found is None:
        raise Problem("not-found")
    return found


@linking.get("/sign/<sign_token>")
@gate.public
def sign_page(sign_token: str) -> Response:
    """What the work costs, to sign it; once signed, the signature."""
    return show_sign(link_by_token(sign_token, clock.now()).order)


def show_sign(order: WorkOrder, outcome: Outcome | None = None) -> Response:
    """The page, with what was wrong with what was sent to it."""
    outcome = outcome or Outcome()
    page = render_template(
        "work_orders/sign.html", order=order, type=queries.types_of(order.site_id).get(order.type_code), action=request.path, about=str(order.id),
        errors=outcome.errors, values=request.form, refusal=refusal(order), **money_facts(order, None),
    )  # fmt: skip
    return outcome.on(guarded(make_response(page)))


def guarded(response: Response) -> Response:
    """The address is the key: it is told to nobody, and no cache keeps what it opens."""
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"})
    return response


@linking.post("/sign/<sign_token>")
@gate.public
def sign(sign_token: str) -> AnyResponse:
    """Sign what was shown, and no other."""
    order = link_by_token(sign_token, clock.now()).order
    outcome = sign_charge(order, sign_token)
    if outcome.errors:
        return show_sign(order, outcome)
    flash(_("Thank you. We have it."))
    return redirect(request.path, 303)


@linking.get("/sign/<sign_token>/receipt")
@gate.public
def sign_receipt(sign_token: str) -> Response:
    """The itemised charge to print or keep (clause 6.3.1)."""
    return guarded(make_response(show_receipt(link_by_token(sign_token, clock.now()).order)))


# ---------------------------------------------------------------- signing, whatever the page


@dataclass(frozen=True)
class Outcome:
    """What became of a form that anybody may send: what is wrong, by field; the status to answer with; seconds to wait."""

    errors: dict[str, str] | None = None
    status: int = 200
    wait_s: int | None = None

    def on(self, response: Response) -> Response:
        """The response, with status and when to try again."""
        response.status_code = self.status
        if self.wait_s:
            response.headers["Retry-After"] = str(self.wait_s)
        return response


def too_often(about: str, now: datetime) -> Outcome | None:
    """Must whoever posts this wait? What they typed stays in the form. A post that may go on is counted."""
    keys = limits.visitor(request.remote_addr, about)
    wait_s = limits.wait_s(keys, now)
    if wait_s is None:
        limits.count(keys, now)
        return None
    words = _("Too many tries from here. Nothing is lost: please send it again in %(minutes)s minutes.", minutes=ceil(wait_s / 60))
    return Outcome({"form": words}, 429, wait_s)


def refusal(order: WorkOrder) -> str:
    """Why there is nothing to sign, "" when there is."""
    charge = pricing.charge_of(order)
    if not order.finished_at:
        return _("The work is not finished yet: there is nothing to sign.")
    if charge.due <= 0:
        return _("Nothing is asked for: there is nothing to sign.")
    if pricing.signature_under(order, charge):
        return _("This charge is signed already.")
    return ""


def sign_charge(order: WorkOrder, token: str) -> Outcome:
    """Keep the signature of this call's form under the order's charge, or say why not."""
    now = clock.now()
    if waits := too_often(token, now):
        return waits
    form, errors = check(SignForm, request.form)
    if form is None:
        return Outcome(errors | {"form": next(iter(errors.values()))}, 422)
    db.session.execute(sa.select(WorkOrder.id).where(WorkOrder.id == order.id).with_for_update())  # two taps are one signature
    db.session.expire(order)
    if why := refusal(order):
        return Outcome({"form": why}, 409)
    charge = pricing.charge_of(order)
    if form.charge != charge.digest():
        return Outcome({"form": _("The charge has changed meanwhile. Please look at it and sign again.")}, 409)
    try:
        signed = Signed(
            charge=form.charge, strokes=read_strokes(form.strokes), shown=pricing.shown_of(order, charge), name=form.name, stars=form.stars,
            words=form.text,
        )  # fmt: skip
    except ValidationError:
        return Outcome({"form": _("Please sign in the field.")}, 422)
    keep_signature(order, signed, "link", now)
    db.session.expire(order, ["signatures"])
    return Outcome()


def read_strokes(text: str) -> list[Any]:
    """Strokes as the page sends them; an empty list for what is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) else []
