"""Accounts and devices, for supervisors and managers."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import lazyload
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import LANGUAGES, named
from webapp.core.pages import get_or_404, page_of
from webapp.core.problems import Problem
from webapp.people import actions, devices, forms, queries, session
from webapp.people.models import Device, DevicePerson, Person
from webapp.people.words import ROLE_WORDS, TRADE_WORDS

accounts = Blueprint("accounts", __name__)
Form = TypeVar("Form", bound=forms.PersonForm)


@accounts.get("/people")
@gate.at_least("supervisor")
def person_list() -> str | Response:
    """People of one's sites."""
    found = queries.people_reached(session.me())
    wanted = request.args.get("q", "").strip()
    if wanted:
        like = f"%{wanted.replace('%', '').replace('_', '')}%"
        found = found.where(
            sa.or_(*(column.ilike(like) for column in (Person.name, Person.name_en, Person.username, Person.employee_number)))
        )
    if kind := sheets.asked():
        return sheets.hand_out(kind, "people", PEOPLE, db.session.scalars(found.limit(sheets.MOST_ROWS + 1)))
    page = page_of(found.options(lazyload(Person.memberships)))
    return render_template("people/people.html", page=page, trades={key: str(word) for key, word in TRADE_WORDS.items()}, wanted=wanted)


PEOPLE = (
    sheets.Column[Person]("username", lazy_gettext("User name"), lambda person: person.username),
    sheets.Column[Person]("name", lazy_gettext("Full name"), named),
    sheets.Column[Person]("employee_number", lazy_gettext("Employee number"), lambda person: person.employee_number),
    sheets.Column[Person]("trade", lazy_gettext("Trade"), lambda person: TRADE_WORDS[person.trade]),
    sheets.Column[Person](
        "roles", lazy_gettext("Roles"), lambda person: ", ".join(sorted({str(ROLE_WORDS[m.role]) for m in person.memberships})), 24
    ),
    sheets.Column[Person]("disabled_at", lazy_gettext("Disabled"), lambda person: person.disabled_at),
)


def person_page(person: Person | None, values: object, errors: dict[str, str] | None = None) -> str:
    """The form of one account; `person` is None for a new one."""
    return render_template(
        "people/person.html", person=person, values=values, errors=errors or {}, trades=TRADE_WORDS, roles=ROLE_WORDS, languages=LANGUAGES,
        sites=editable_sites(), own={m.site_id: m.role for m in person.memberships} if person else {},
        devices=queries.devices_of(person) if person else [], mentors=[(str(one.id), named(one)) for one in mentors_for(person)],
    )  # fmt: skip


def mentors_for(person: Person | None) -> list[Person]:
    """Who may accompany somebody new: the caller's people, without that person and those who have left."""
    found = queries.people_reached(session.me(), "manager").where(Person.disabled_at.is_(None))
    return [one for one in db.session.scalars(found) if person is None or one.id != person.id]


def checked(form_type: type[Form], person: Person | None) -> tuple[Form | None, dict[str, str]]:
    """The account as typed; its mentor is one of the caller's people."""
    form, errors = check(form_type, request.form)
    if form is not None and form.mentor_id and form.mentor_id not in {one.id for one in mentors_for(person)}:
        return None, {"mentor_id": _("This is not possible here.")}
    return form, errors


def editable_sites() -> list[Any]:
    """Sites whose roles the caller may give: where they are manager. The sites slice, which stands above, provides them."""
    return list(current_app.extensions["sites_by_id"](queries.sites_of(session.me(), "manager")))


def reached_person(person_id: UUID) -> Person:
    """The account, for a manager of one of its sites (or admin). Raises not-found."""
    found = db.session.scalar(queries.people_reached(session.me(), "manager").where(Person.id == person_id))
    if found is None:
        raise Problem("not-found")
    return found


@accounts.get("/people/new")
@gate.at_least("manager")
def new_person() -> str:
    """The form for a new account."""
    return person_page(None, {})


@accounts.post("/people/new")
@gate.at_least("manager")
def create_person() -> Response | tuple[str, int]:
    """Open an account."""
    form, errors = checked(forms.NewPersonForm, None)
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
    return redirect(url_for("accounts.person_list"))


@accounts.get("/people/<uuid:person_id>")
@gate.at_least("manager")
def edit_person(person_id: UUID) -> str:
    """The form of an account."""
    person = reached_person(person_id)
    return person_page(person, person)


@accounts.post("/people/<uuid:person_id>")
@gate.at_least("manager")
def save_person(person_id: UUID) -> Response | tuple[str, int]:
    """Change an account: names, trade, language, roles."""
    person = reached_person(person_id)
    form, errors = checked(forms.PersonForm, person)
    if form is None:
        return person_page(person, request.form, errors), 422
    try:
        sites = {site.id for site in editable_sites()}
        actions.edit_person(person, form.model_dump(), forms.roles_in(request.form, sites), sites)
    except Problem as taken:
        return person_page(person, request.form, {"employee_number": str(taken.sentence)}), 422
    flash(_("Saved."))
    return redirect(url_for("accounts.person_list"))


@accounts.post("/people/<uuid:person_id>/<any(disable,enable,password):verb>")
@gate.at_least("manager")
def change_person(person_id: UUID, verb: str) -> Response | tuple[str, int]:
    """Disable or enable an account, or set a new password for it."""
    person = reached_person(person_id)
    mine = queries.sites_of(session.me(), "manager")
    elsewhere = mine is not None and any(m.site_id not in mine for m in person.memberships)
    # A password set here would open what the person may do at other sites too.
    if person.id == session.me().id or elsewhere or (person.is_admin and not session.me().is_admin):
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
    return redirect(url_for("accounts.edit_person", person_id=person.id))


# ---------------------------------------------------------------- devices


def device_columns(rows: list[Device]) -> tuple[sheets.Column[Device], ...]:
    """The columns of the list as a file."""
    users = queries.users_of([device.id for device in rows])
    standings = devices.standings(rows, clock.now())
    return (
        sheets.Column("number", lazy_gettext("Number"), lambda device: device.number, 9),
        sheets.Column("people", lazy_gettext("People"), lambda device: ", ".join(map(named, users.get(device.id, ()))), 28),
        sheets.Column("platform", lazy_gettext("Kind"), lambda device: device.platform),
        sheets.Column("last_seen_at", lazy_gettext("Last seen"), lambda device: device.last_seen_at, 17),
        sheets.Column("unsent", lazy_gettext("Unsent"), lambda device: standings[device.id].owed, 9),
        sheets.Column("oldest_unsent_at", lazy_gettext("Oldest unsent"), lambda device: device.oldest_unsent_at, 17),
        sheets.Column("lost", lazy_gettext("Never arrived"), lambda device: standings[device.id].lost_count, 9),
        sheets.Column("blocked_at", lazy_gettext("Blocked"), lambda device: device.revoked_at, 17),
    )


@accounts.get("/devices")
@gate.at_least("supervisor")
def device_list() -> str | Response:
    """Devices of one's people: when seen, how many records they still owe."""
    statement, values = queries.devices_reached(session.me())
    if kind := sheets.asked():
        rows = list(db.session.scalars(statement.limit(sheets.MOST_ROWS + 1), values))
        return sheets.hand_out(kind, "devices", device_columns(rows), rows)
    page = page_of(statement, values=values)
    users = {key: ", ".join(map(named, people)) for key, people in queries.users_of([d.id for d in page.rows]).items()}
    standings = devices.standings(page.rows, clock.now())
    worrying = [key for key, standing in standings.items() if standing.worrying]
    pattern = _("Device %(number)s")  # filled here: a word with variables takes its time, twenty-five times a page
    called = {device.id: pattern % {"number": device.number} for device in page.rows}
    return render_template("people/devices.html", page=page, users=users, standings=standings, worrying=worrying, called=called)


@accounts.post("/devices/mine/cleared")
@gate.signed_in
def cleared() -> Response:
    """This phone has lost its memory: `seq` is the highest number that it knows to have given out. Answers how many records never came."""
    device = session.my_device()
    told = request.get_json(silent=True)
    seq = actions.whole_number(told.get("seq") if isinstance(told, dict) else None, 2**53)
    if seq is None:
        raise Problem("bad-call")
    devices.note_cleared(device, seq, clock.now())
    db.session.flush()
    return jsonify(seq=device.max_seq, missing=devices.standings([device], clock.now())[device.id].lost_count)


@accounts.post("/devices/<uuid:device_id>/revoke")
@gate.signed_in
def revoke(device_id: UUID) -> Response:
    """Block a device: one's own lost phone, or one of one's people."""
    device: Device = get_or_404(Device, device_id)
    person = session.me()
    mine = db.session.get(DevicePerson, (device.id, person.id)) is not None
    statement, values = queries.devices_reached(person)
    supervises = queries.rank_of(person) >= gate.RANKS["supervisor"]
    theirs = supervises and db.session.scalar(statement.where(Device.id == device.id), values) is not None
    if not mine and not theirs:
        raise Problem("not-found")
    if device.id == session.my_device().id:
        raise Problem("conflict", _("This is the device you are using. Sign out instead."))
    actions.revoke_device(device, clock.now())
    flash(_("Device blocked. What it still sends is kept, but held."))
    return redirect(url_for("accounts.device_list") if not mine else url_for("people.own_page"))
