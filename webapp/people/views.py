"""Signing in and out, one's own page, accounts and devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import LANGUAGES
from webapp.core.pages import get_or_404, page_of, safe_next
from webapp.core.problems import Problem
from webapp.people import actions, forms, queries, session
from webapp.people.models import Device, DevicePerson, Person
from webapp.people.words import ROLE_WORDS, THEME_WORDS, TRADE_WORDS

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


# ---------------------------------------------------------------- accounts


@people.get("/people")
@gate.at_least("supervisor")
def person_list() -> str:
    """People of one's sites."""
    found = queries.people_reached(session.me())
    wanted = request.args.get("q", "").strip()
    if wanted:
        like = f"%{wanted.replace('%', '').replace('_', '')}%"
        found = found.where(
            sa.or_(*(column.ilike(like) for column in (Person.name, Person.name_en, Person.username, Person.employee_number)))
        )
    return render_template("people/people.html", page=page_of(found), trades=TRADE_WORDS, wanted=wanted)


def person_page(person: Person | None, values: object, errors: dict[str, str] | None = None) -> str:
    """The form of one account; `person` is None for a new one."""
    return render_template(
        "people/person.html", person=person, values=values, errors=errors or {}, trades=TRADE_WORDS, roles=ROLE_WORDS, languages=LANGUAGES,
        sites=editable_sites(), own={m.site_id: m.role for m in person.memberships} if person else {},
        devices=queries.devices_of(person) if person else [],
    )  # fmt: skip


def editable_sites() -> list[Any]:
    """Sites whose roles the caller may give: where they are manager. The sites slice, which stands above, provides them."""
    return list(current_app.extensions["sites_by_id"](queries.sites_of(session.me(), "manager")))


def reached_person(person_id: UUID) -> Person:
    """The account, for a manager of one of its sites (or admin). Raises not-found."""
    found = db.session.scalar(queries.people_reached(session.me(), "manager").where(Person.id == person_id))
    if found is None:
        raise Problem("not-found")
    return found


@people.get("/people/new")
@gate.at_least("manager")
def new_person() -> str:
    """The form for a new account."""
    return person_page(None, {})


@people.post("/people/new")
@gate.at_least("manager")
def create_person() -> Response | tuple[str, int]:
    """Open an account."""
    form, errors = check(forms.NewPersonForm, request.form)
    roles = forms.roles_in(request.form, {site.id for site in editable_sites()})
    if form is not None and not roles:
        errors = {"roles": _("Give a role at one community at least.")}
    if form is None or errors:
        return person_page(None, request.form, errors), 422
    try:
        actions.create_person(roles=roles, **form.model_dump())
    except Problem as taken:
        return person_page(None, request.form, {"username": str(taken.sentence)}), 422
    flash(_("Account opened for %(name)s.", name=form.name))
    return redirect(url_for("people.person_list"))


@people.get("/people/<uuid:person_id>")
@gate.at_least("manager")
def edit_person(person_id: UUID) -> str:
    """The form of an account."""
    person = reached_person(person_id)
    return person_page(person, person)


@people.post("/people/<uuid:person_id>")
@gate.at_least("manager")
def save_person(person_id: UUID) -> Response | tuple[str, int]:
    """Change an account: names, trade, language, roles."""
    person = reached_person(person_id)
    form, errors = check(forms.PersonForm, request.form)
    if form is None:
        return person_page(person, request.form, errors), 422
    try:
        sites = {site.id for site in editable_sites()}
        actions.edit_person(person, form.model_dump(), forms.roles_in(request.form, sites), sites)
    except Problem as taken:
        return person_page(person, request.form, {"employee_number": str(taken.sentence)}), 422
    flash(_("Saved."))
    return redirect(url_for("people.person_list"))


@people.post("/people/<uuid:person_id>/<any(disable,enable,password):verb>")
@gate.at_least("manager")
def change_person(person_id: UUID, verb: str) -> Response | tuple[str, int]:
    """Disable or enable an account, or set a new password for it."""
    person = reached_person(person_id)
    if person.id == session.me().id or (person.is_admin and not session.me().is_admin):
        raise Problem("forbidden")
    if verb == "disable":
        actions.disable(person, clock.now())
        flash(_("Account disabled. What it still sends is kept, but held."))
    elif verb == "enable":
        actions.enable(person)
        flash(_("Account enabled."))
    else:
        form, errors = check(forms.NewPasswordForm, request.form)
        if form is None:
            return person_page(person, person, errors), 422
        actions.change_password(person, form.password)
        flash(_("Password set. All phones of this person have been signed out."))
    return redirect(url_for("people.edit_person", person_id=person.id))


# ---------------------------------------------------------------- devices


@people.get("/devices")
@gate.at_least("supervisor")
def device_list() -> str:
    """Devices of one's people: when seen, how many records they still owe."""
    page = page_of(queries.devices_reached(session.me()))
    return render_template("people/devices.html", page=page, users=queries.users_of([d.id for d in page.rows]), now=clock.now())


@people.post("/devices/<uuid:device_id>/revoke")
@gate.signed_in
def revoke(device_id: UUID) -> Response:
    """Block a device: one's own lost phone, or one of one's people."""
    device: Device = get_or_404(Device, device_id)
    person = session.me()
    mine = db.session.get(DevicePerson, (device.id, person.id)) is not None
    rank = queries.rank_of(person)
    theirs = (
        rank >= gate.RANKS["supervisor"] and db.session.scalar(queries.devices_reached(person).where(Device.id == device.id)) is not None
    )
    if not mine and not theirs:
        raise Problem("not-found")
    if device.id == session.my_device().id:
        raise Problem("conflict", _("This is the device you are using. Sign out instead."))
    actions.revoke_device(device, clock.now())
    flash(_("Device blocked. What it still sends is kept, but held."))
    return redirect(url_for("people.device_list") if not mine else url_for("people.own_page"))


def init(app: Flask) -> None:
    """Routes, the session, and the gate that asks it."""
    session.init_session(app)
    gate.init_gate(app, session.rank_of_caller, session.ask_to_sign_in)
    app.register_blueprint(people)
