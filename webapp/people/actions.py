"""What people do with accounts, and what is done to them. Nothing here commits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from webapp.core import clock
from webapp.core.db import changed, db
from webapp.core.problems import Problem
from webapp.people import devices, queries
from webapp.people.models import Device, DevicePerson, Duty, Membership, PastMembership, Person, SignInTry
from webapp.people.rules import PIN_TRIES, THROTTLE_WINDOW, is_throttled


def hasher() -> PasswordHasher:
    """argon2id; tests set cheaper costs in the configuration."""
    return PasswordHasher(**current_app.config.get("ARGON2", {}))


def verify(hashed: str | None, given: str) -> bool:
    """Does the secret fit the hash? Takes the same time whether or not there is one."""
    try:
        return hasher().verify(hashed or hasher().hash("nobody"), given) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def sign_in(username: str, password: str, address: str) -> Person | None:
    """The person whose password this is, or None; every failed try counts.

    Raises Problem too-many (429) for an account or an address with too many failed tries.
    """
    person = queries.by_login(username)
    # Counted under the account's one name, so that the employee number is no way round.
    account = (person.username if person else username.strip().casefold())[:60]
    if is_throttled(*queries.recent_tries(account, address)):
        raise Problem("too-many", retry_after_s=int(THROTTLE_WINDOW.total_seconds()))
    if verify(person.password_hash if person else None, password) and person and person.in_force:
        return person
    db.session.add(SignInTry(account=account, address=address))
    return None


def sign_in_by_pin(device: Device, person_id: UUID, pin: str, address: str) -> Person | None:
    """The person whose PIN on this device this is, or None. After PIN_TRIES wrong ones only the password helps."""
    # Locked: tries made at once are counted one after another.
    known = db.session.get(DevicePerson, (device.id, person_id), with_for_update={"of": DevicePerson}, populate_existing=True)
    if known is None or known.pin_hash is None or not known.person.in_force:
        return None
    if is_throttled(*queries.recent_tries(known.person.username, address)):
        raise Problem("too-many", retry_after_s=int(THROTTLE_WINDOW.total_seconds()))
    if known.pin_tries >= PIN_TRIES:
        return None
    if verify(known.pin_hash, pin):
        known.pin_tries = 0
        return known.person
    known.pin_tries += 1
    db.session.add(SignInTry(account=known.person.username, address=address))
    return None


def know_device(device_id: UUID | None, platform: str) -> Device:
    """The device of that id, or a new one with the next number. A revoked device gets a new identity."""
    device = db.session.get(Device, device_id) if device_id else None
    if device is None or device.revoked_at is not None:
        device = _new_device()
    device.last_seen_at = clock.now()
    device.platform = platform
    return device


def _new_device() -> Device:
    """A device with the next number. Others may be taking it at this moment: then the one after."""
    while True:
        highest = db.session.scalar(sa.select(sa.func.max(Device.number))) or 0
        device = Device(number=highest + 1)
        try:
            with db.session.begin_nested():
                db.session.add(device)
        except IntegrityError:
            continue
        return device


def remember_on_device(device: Device, person: Person, by_password: bool) -> DevicePerson:
    """Note that the person signed in here; a password makes the PIN of this device usable again."""
    known = db.session.get(DevicePerson, (device.id, person.id))
    if known is None:
        known = DevicePerson(device_id=device.id, person_id=person.id)
        db.session.add(known)
    known.signed_in_at = clock.now()
    if by_password:
        known.pin_tries = 0
    return known


def forget_on_device(device: Device, person_id: UUID) -> None:
    """Take the person off the list of people last on this device."""
    db.session.execute(sa.delete(DevicePerson).where(DevicePerson.device_id == device.id, DevicePerson.person_id == person_id))


def set_pin(device: Device, person: Person, pin: str) -> None:
    """Set the person's PIN for this device. Raises Problem conflict when the person never signed in here."""
    known = db.session.get(DevicePerson, (device.id, person.id))
    if known is None:
        raise Problem("conflict", _("Sign in with your password on this phone first."))
    known.pin_hash, known.pin_tries = hasher().hash(pin), 0


def change_password(person: Person, new: str) -> None:
    """Set a new password, end all sessions and make every PIN useless until the password was used again."""
    person.password_hash = hasher().hash(new)
    person.stamp += 1
    db.session.execute(sa.update(DevicePerson).where(DevicePerson.person_id == person.id).values(pin_hash=None))


def disable(person: Person, at: datetime) -> None:
    """End the account's sessions now; its records from then on are held."""
    if changed(sa.update(Person).where(Person.id == person.id, Person.disabled_at.is_(None)).values(disabled_at=at)) == 0:
        raise Problem("conflict")
    db.session.refresh(person)
    person.stamp += 1


def enable(person: Person) -> None:
    """Let the account act again."""
    person.disabled_at = None


def revoke_device(device: Device, at: datetime) -> None:
    """End sessions on the device; what it still sends is kept but held."""
    if device.revoked_at is None:
        device.revoked_at = at


def create_person(
    username: str,
    name: str,
    trade: str,
    password: str,
    *,
    name_en: str | None = None,
    employee_number: str | None = None,
    language: str = "zh_CN",
    is_admin: bool = False,
    roles: dict[UUID, str] | None = None,
    began_on: date | None = None,
    mentor_id: UUID | None = None,
) -> Person:
    """Open an account. Raises Problem conflict when the user name or number is taken."""
    taken = queries.by_login(username) or (queries.by_login(employee_number) if employee_number else None)
    if taken is not None:
        raise Problem("conflict", _("This user name or employee number is taken."))
    person = Person(
        username=username.strip().casefold(),
        name=name,
        name_en=name_en,
        trade=trade,
        employee_number=employee_number,
        language=language,
        is_admin=is_admin,
        began_on=began_on,
        mentor_id=mentor_id,
        password_hash=hasher().hash(password),
    )
    person.memberships = [Membership(site_id=site_id, role=role) for site_id, role in (roles or {}).items()]
    db.session.add(person)
    db.session.flush()
    return person


def edit_person(person: Person, values: dict[str, Any], roles: dict[UUID, str], sites: set[UUID]) -> None:
    """Change names, number, trade and language, and the roles at `sites`; roles elsewhere stay. That a role was held is remembered.

    Raises Problem conflict when the employee number is taken.
    """
    number = values.get("employee_number")
    owner = queries.by_login(number) if number else None
    if owner is not None and owner.id != person.id:
        raise Problem("conflict", _("This user name or employee number is taken."))
    for column, value in values.items():
        setattr(person, column, value)
    kept = [m for m in person.memberships if m.site_id not in sites]
    old = {m.site_id: m for m in person.memberships if m.site_id in sites}
    for site_id, role in roles.items():
        membership = old.get(site_id) or Membership(site_id=site_id, role=role)
        membership.role = role
        kept.append(membership)
    person.memberships = kept
    now, gone = clock.now(), [old[site_id] for site_id in old.keys() - roles.keys()]
    db.session.add_all(PastMembership(person_id=person.id, site_id=m.site_id, ended_at=now, role=m.role, begun_at=m.begun_at) for m in gone)


def clock_duty(record_id: UUID, person_id: UUID, site_id: UUID, checkpoint_id: UUID | None, verb: str, at: datetime) -> Duty:
    """Clock a person on or off at a site, at a post if its label was scanned. `record_id` is the trail's record."""
    duty = Duty(id=record_id, person_id=person_id, site_id=site_id, checkpoint_id=checkpoint_id, verb=verb, at=at)
    db.session.add(duty)
    return duty


def tell_state(device: Device, told: dict[str, object]) -> None:
    """Keep what a phone tells about itself at each contact."""
    device.last_seen_at = clock.now()
    # A phone's count never goes back: a lower one was told earlier and came late, or by a phone that lost its memory.
    device.max_seq = max(device.max_seq, whole_number(told.get("max_seq"), 2**53) or 0)
    unsent = whole_number(told.get("unsent"), 2**31 - 1)
    device.unsent = device.unsent if unsent is None else unsent
    for field in ("persisted", "installed"):
        if isinstance(answer := told.get(field), bool):
            setattr(device, field, answer)
    build = told.get("build")
    if isinstance(build, str) and build.isascii() and build.isprintable() and device.build != build[:20]:
        device.build = build[:20]
        devices.note_build(device.build)
    device.oldest_unsent_at = _moment(told.get("oldest_unsent_at"))


def whole_number(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`; None for anything else."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return value if fits and isinstance(value, int) else None


def _moment(text: object) -> datetime | None:
    """A time with its offset, in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
