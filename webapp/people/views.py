"""Signing in and out, and one's own page. Accounts and devices: `accounts.py`."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import LANGUAGES
from webapp.core.pages import safe_next
from webapp.core.problems import Problem
from webapp.people import actions, forms, queries, session
from webapp.people.accounts import accounts
from webapp.people.models import DevicePerson
from webapp.people.words import THEME_WORDS

people = Blueprint("people", __name__)


def address() -> str:
    """The caller's network address, for the throttle."""
    return (request.remote_addr or "")[:60]


# ---------------------------------------------------------------- signing in


@people.get("/login")
@gate.public
def login() -> str | Response:
    """Who uses this phone: the people last on it, or user name and password."""
    if session.me_or_none() is not None:
        return redirect(safe_next("/"))
    return sign_in_page()


def sign_in_page(errors: dict[str, str] | None = None) -> str:
    """The sign-in page: the list of people, or the form (`?form=1`, or when there are no people)."""
    device = session.device_of_cookie()
    known = queries.on_device(device.id) if device else []
    show_form = bool(errors) or "form" in request.args or not known
    return render_template(
        "people/login.html", known=known, show_form=show_form, errors=errors or {}, values=request.form, next=safe_next("/")
    )


@people.post("/login")
@gate.public
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in with user name or employee number, and password."""
    form, errors = check(forms.SignInForm, request.form)
    if form is None:
        return sign_in_page(errors), 422
    person = actions.sign_in(form.username, form.password, address())
    if person is None:
        return sign_in_page({"password": _("User name and password do not go together. Please try again.")}), 422
    session.begin(person, by_password=True)
    return redirect(safe_next("/"))


@people.get("/login/<uuid:person_id>")
@gate.public
def login_as(person_id: UUID) -> str | Response:
    """A person of this phone's list: PIN if there is one, else the password."""
    return known_page(known_here(person_id))


def known_here(person_id: UUID) -> DevicePerson:
    """The person's entry on this phone. Raises not-found when this phone does not know the person."""
    device = session.device_of_cookie()
    known = db.session.get(DevicePerson, (device.id, person_id)) if device else None
    if known is None or not known.person.in_force:
        raise Problem("not-found")
    return known


def known_page(known: DevicePerson, errors: dict[str, str] | None = None) -> str:
    """Ask one known person for PIN or password."""
    pin = known.pin_hash is not None and known.pin_tries < 5 and "password" not in request.args
    return render_template("people/login_as.html", person=known.person, pin=pin, errors=errors or {}, next=safe_next("/"))


@people.post("/login/<uuid:person_id>")
@gate.public
def sign_in_as(person_id: UUID) -> str | Response | tuple[str, int]:
    """Sign in by PIN on this phone."""
    known = known_here(person_id)
    person = actions.sign_in_by_pin(known.device, person_id, request.form.get("pin", ""), address())
    if person is None:
        locked = known.pin_tries >= 5
        wrong = _("Too many wrong tries. Please use your password.") if locked else _("This PIN is not right. Please try again.")
        return known_page(known, {"password" if locked else "pin": wrong}), 422
    session.begin(person, by_password=False)
    return redirect(safe_next("/"))


@people.post("/login/<uuid:person_id>/forget")
@gate.public
def forget(person_id: UUID) -> Response:
    """Take a person off this phone's list."""
    known = known_here(person_id)
    actions.forget_on_device(known.device, person_id)
    return redirect(url_for("people.login"))


@people.post("/logout")
@gate.public
def logout() -> Response:
    """Sign out. Unsent records stay on the phone and go out under their author's ticket."""
    session.end()
    return redirect(url_for("people.login"))


@people.post("/language")
@gate.public
def choose_language() -> Response:
    """The language of the pages before signing in."""
    response = redirect(safe_next("/login"))
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        response.set_cookie("language", wanted, max_age=400 * 24 * 3600, samesite="Lax", httponly=True)
    return response


# ---------------------------------------------------------------- one's own page


@people.get("/me")
@gate.signed_in
def own_page() -> str:
    """Who I am here; language, theme, PIN, password, devices."""
    return me_page()


def me_page(errors: dict[str, str] | None = None) -> str:
    """`/me`, with what was wrong in one of its forms."""
    person, device = session.me(), session.my_device()
    known = db.session.get(DevicePerson, (device.id, person.id))
    return render_template(
        "people/me.html",
        person=person,
        this_device=device,
        has_pin=bool(known and known.pin_hash),
        devices=queries.devices_of(person),
        duty=queries.on_duty(person.id, clock.now()),
        languages=LANGUAGES,
        themes=THEME_WORDS,
        errors=errors or {},
    )


@people.post("/me/settings")
@gate.signed_in
def settings() -> Response | tuple[str, int]:
    """Language and theme."""
    form, errors = check(forms.SettingsForm, request.form)
    if form is None:
        return me_page(errors), 422
    person = session.me()
    person.language, person.theme = form.language, form.theme
    return redirect(url_for("people.own_page"))


@people.post("/me/pin")
@gate.signed_in
def pin() -> Response | tuple[str, int]:
    """A new PIN for this phone."""
    form, errors = check(forms.PinForm, request.form)
    if form is None:
        return me_page(errors), 422
    actions.set_pin(session.my_device(), session.me(), form.pin)
    flash(_("PIN set. It works on this phone only."))
    return redirect(url_for("people.own_page"))


@people.post("/me/password")
@gate.signed_in
def password() -> Response | tuple[str, int]:
    """A new password; every other session of this person ends."""
    form, errors = check(forms.PasswordForm, request.form)
    if form is None:
        return me_page(errors), 422
    person = session.me()
    if actions.sign_in(person.username, form.old, address()) is None:
        return me_page({"old": _("This is not your present password.")}), 422
    actions.change_password(person, form.new)
    session.begin(person, by_password=True)
    flash(_("Password changed. Other phones have been signed out."))
    return redirect(url_for("people.own_page"))


def init(app: Flask) -> None:
    """Routes, the session, and the gate that asks it."""
    session.init_session(app)
    gate.init_gate(app, session.rank_of_caller, session.ask_to_sign_in)
    app.register_blueprint(people)
    app.register_blueprint(accounts)
