"""Who is calling: Flask-Login over the signed session cookie, and the device cookie beside it.

A session names person, the person's stamp and the device; it ends when the account is disabled, the stamp counts up
(password changed) or the device is revoked.
"""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock
from webapp.core.db import READING, db
from webapp.core.htmx import redirect_whole_page, wants_fragment
from webapp.core.problems import Problem, wants_json
from webapp.people import actions, queries
from webapp.people.models import Device, Person
from webapp.people.tickets import secrets

# Person, roles and device in one statement, put together once: every page asks it.
WHO = (
    sa.select(Person, Device)
    .join(Device, Device.id == sa.bindparam("device"))
    .where(Person.id == sa.bindparam("person"))
    .options(joinedload(Person.memberships))
)
DEVICE_COOKIE = "rounds_device"
DEVICE_COOKIE_AGE = 400 * 24 * 3600  # the longest a browser keeps one


class Caller(UserMixin):  # type: ignore[misc]  # flask_login has no types
    """Flask-Login's view of a signed-in person."""

    def __init__(self, person: Person, device: Device) -> None:
        self.person = person
        self.device = device

    def get_id(self) -> str:
        return f"{self.person.id.hex}:{self.person.stamp}:{self.device.id.hex}"


def load(text: str) -> Caller | None:
    """The caller a session names, if person, stamp and device still hold."""
    try:
        person_id, stamp, device_id = text.split(":")
        known = db.session.execute(WHO, {"person": UUID(person_id), "device": UUID(device_id)}).unique().one_or_none()
    except ValueError:
        return None
    if known is None:
        return None
    person, device = known
    return Caller(person, device) if person.in_force and str(person.stamp) == stamp and not device.revoked_at else None


def me() -> Person:
    """The signed-in person. Raises Problem sign-in when there is none."""
    person = me_or_none()
    if person is None:
        raise Problem("sign-in")
    return person


def me_or_none() -> Person | None:
    """The signed-in person, if any."""
    return current_user.person if current_user.is_authenticated else None


def my_device() -> Device:
    """The device of the signed-in session."""
    me()
    device = current_user.device
    assert isinstance(device, Device)
    return device


def _signer() -> URLSafeSerializer:
    # Signs with the last; a phone stays the phone it was when the secret is changed.
    return URLSafeSerializer([*reversed(secrets())], salt="device")


def device_of_cookie() -> Device | None:
    """The device this browser was told it is, unless revoked."""
    try:
        device = db.session.get(Device, UUID(_signer().loads(request.cookies.get(DEVICE_COOKIE, ""))))
    except (BadSignature, ValueError, TypeError):
        return None
    return device if device is not None and device.revoked_at is None else None


def platform() -> str:
    """A word or two about the device, for the list of devices."""
    agent = request.headers.get("User-Agent", "")
    for word in ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux"):
        if word in agent:
            browser = next((b for b in ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari") if b in agent), "")
            return f"{word} {browser}".strip()
    return agent[:40]


def begin(person: Person, by_password: bool) -> None:
    """Sign the person in on this device and remember both."""
    known = device_of_cookie()
    device = actions.know_device(known.id if known else None, platform())
    actions.remember_on_device(device, person, by_password)
    db.session.flush()
    session.clear()
    login_user(Caller(person, device))
    session.permanent = True
    g.device_to_remember = device.id


def renew_daily() -> None:
    """Let a session that is used last on: its cookie is written anew once a day."""
    today = clock.now().date().isoformat()
    if session.get("day") != today:
        session["day"] = today


def end() -> None:
    """Sign out. The device stays known."""
    logout_user()
    session.clear()


def init_session(app: Flask) -> None:
    """Plug Flask-Login in; set the language early; write the device cookie after a sign-in."""
    manager = LoginManager(app)
    manager.user_loader(load)

    @app.before_request
    def choose_language() -> None:
        if request.endpoint not in ("static_files.file", "static_files.service_worker") and not request.path.startswith("/sync"):
            person = me_or_none()
            if person is not None:
                g.language = person.language
                renew_daily()

    @app.after_request
    def remember_device(response: Response) -> Response:
        device_id = g.pop("device_to_remember", None)
        if device_id is not None:
            response.set_cookie(
                DEVICE_COOKIE,
                str(_signer().dumps(device_id.hex)),
                max_age=DEVICE_COOKIE_AGE,
                httponly=True,
                samesite="Lax",
                secure=app.config["SESSION_COOKIE_SECURE"],
            )
        return response


def rank_of_caller() -> int | None:
    """For the gate."""
    person = me_or_none()
    return None if person is None else queries.rank_of(person)


def ask_to_sign_in() -> AnyResponse:
    """For the gate: a page leads to the sign-in page and back; a call of the phone's gets 401. Raises Problem sign-in."""
    if wants_json() or request.method not in READING:
        raise Problem("sign-in")
    back = request.full_path if request.query_string else request.path
    address = f"/login?next={quote(back)}"
    return redirect_whole_page(address) if wants_fragment() else redirect(address)
