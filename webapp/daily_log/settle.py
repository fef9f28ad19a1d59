"""A day's decisions, remarks and signature: the forms of the daily log's page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from flask import Blueprint, flash, make_response, redirect, request
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, htmx
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.problems import Problem
from webapp.daily_log import actions, rules
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.days import parse_day
from webapp.daily_log.reviewing import show_review
from webapp.daily_log.settling import Item
from webapp.daily_log.showing import show_log
from webapp.daily_log.signing import Signing, signing_of
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.people.session import me
from webapp.people.views import address
from webapp.sites.models import Site
from webapp.sites.queries import site_for

settle = Blueprint("settle", __name__)

LONGEST = 2_000
LAST_NUMBER = 2**31 - 1


class DecideForm(BaseModel):
    """A decision about an exception: which one, the last decision that was seen, the verb and the words."""

    key: Annotated[str, Field(min_length=1, max_length=140)]
    seen: Annotated[int, Field(ge=0, le=LAST_NUMBER)] = 0
    verb: Literal["accept", "ask", "job", "aside", "carry", "again"]
    reason: Annotated[str, Field(max_length=LONGEST)] = ""
    type_code: Annotated[str, Field(max_length=20)] = "other"
    then: Literal["day", "review"] = "day"


class RemarkForm(BaseModel):
    """A remark."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class SignForm(BaseModel):
    """A signature: the password, and the digest of what was shown."""

    password: Annotated[str, Field(min_length=1, max_length=200)]
    seen: Annotated[str, Field(min_length=64, max_length=64)]


def found_day(slug: str, day: str) -> tuple[Site, date, Day, Signing]:
    """The day of the address, for a supervisor of its site."""
    site, wanted = site_for(me(), slug, "supervisor"), parse_day(day)
    shown = day_of(site, wanted, clock.now())
    return site, wanted, shown, signing_of(shown)


@settle.post("/log/<slug>/<day>/decide")
@gate.at_least("supervisor")
def decide(slug: str, day: str) -> AnyResponse:
    """Decide about an exception. A colleague's decision in between is shown, and what was typed stays."""
    site, wanted, shown, signing = found_day(slug, day)
    form, errors = check(DecideForm, request.form)
    if form is None:
        if not errors.keys() <= {"reason"}:
            raise Problem("bad-call")
        return again(site, wanted, 422, errors["reason"])
    if form.verb in rules.WANTS_REASON and not form.reason:
        return again(site, wanted, 422, _("Please say why."))
    item = next((item for item in shown.items if item.key == form.key), None)
    if item is None:
        return again(site, wanted, 409, _("This is no exception any more: something has arrived meanwhile."))
    try:
        actions.decide(shown, signing, item, actions.Verdict(form.verb, form.reason, form.type_code), form.seen, me(), clock.now())
    except Problem as refused:
        if refused.code != "conflict":
            raise
        db.session.rollback()
        return again(site, wanted, 409, str(refused.sentence))
    db.session.flush()
    if form.then == "review":
        return reviewed(site)
    return done(site, wanted, item)


def reviewed(site: Site) -> AnyResponse:
    """The stream of doubtful scans as it stands now."""
    if htmx.wants_fragment():
        db.session.expire_all()
        return make_response(show_review(site, typed={}))
    return redirect(f"/review/{site.slug}", 303)


def done(site: Site, day: date, item: Item | None = None) -> AnyResponse:
    """The day as it stands now: as a fragment, or by way of its address."""
    if htmx.wants_fragment():
        db.session.expire_all()
        return make_response(show_log(site, day))
    return redirect(f"/log/{site.slug}/{day}#{item.anchor if item else 'settle'}", 303)


def again(site: Site, day: date, status: int, sentence: str) -> AnyResponse:
    """The page as it stands now, with what was wrong, and what was typed."""
    if request.form.get("then") == "review":
        return make_response(show_review(site, wrong=sentence, typed=request.form), status)
    return make_response(show_log(site, day, wrong=sentence, typed=request.form), status)


@settle.post("/log/<slug>/<day>/remarks")
@gate.at_least("supervisor")
def write_remark(slug: str, day: str) -> AnyResponse:
    """Write a remark under the day."""
    site, wanted, shown, signing = found_day(slug, day)
    form, errors = check(RemarkForm, request.form)
    if form is None:
        return again(site, wanted, 422, errors["text"])
    try:
        actions.remark(shown, signing, form.text, me(), clock.now())
    except Problem as refused:
        return again(site, wanted, 409, str(refused.sentence))
    db.session.flush()
    return done(site, wanted)


@settle.post("/log/<slug>/<day>/sign")
@gate.at_least("supervisor")
def sign(slug: str, day: str) -> AnyResponse:
    """Sign the day with the password, which is throttled as at the sign-in."""
    site, wanted, shown, signing = found_day(slug, day)
    form, errors = check(SignForm, request.form)
    if form is None:
        return again(site, wanted, 422, errors.get("password") or _("Please look at the day again, then sign."))
    if not knows_password(me(), form.password):
        db.session.flush()
        return again(site, wanted, 422, _("This is not your password."))
    try:
        actions.sign(shown, signing, form.seen, me(), clock.now())
    except Problem as refused:
        return again(site, wanted, 409, str(refused.sentence))
    flash(_("The day is signed."))
    return redirect(f"/log/{slug}/{day}", 303)


def knows_password(person: Person, password: str) -> bool:
    """Is it theirs? A wrong one counts towards the throttle. Raises Problem too-many."""
    return people.sign_in(person.username, password, address()) is not None
