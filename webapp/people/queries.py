"""Reading about people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, lazyload
from sqlalchemy.orm.util import identity_key

from webapp.core import clock
from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.people.models import Device, DevicePerson, Duty, Membership, PastMembership, Person, SignInTry
from webapp.people.rules import THROTTLE_WINDOW, highest_rank


class Membered(Protocol):
    """Anybody with roles: a Person, or the intake's Author."""

    @property
    def is_admin(self) -> bool: ...
    @property
    def memberships(self) -> Iterable[Any]: ...


def rank_of(person: Membered) -> int:
    """The highest rank held anywhere."""
    return highest_rank(person.is_admin, (m.role for m in person.memberships))


def rank_at(person: Membered, site_id: UUID) -> int | None:
    """The rank at one site, or None when the person cannot reach it."""
    if person.is_admin:
        return RANKS["admin"]
    return next((RANKS[m.role] for m in person.memberships if m.site_id == site_id), None)


def sites_of(person: Membered, at_least: str = "worker") -> list[UUID] | None:
    """Ids of the sites where the person holds at least that rank; None means every site."""
    if person.is_admin:
        return None
    return [m.site_id for m in person.memberships if RANKS[m.role] >= RANKS[at_least]]


def worked_at(site_id: UUID, person_id: InstrumentedAttribute[UUID], moment: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """Had the person a role at that site when it was that moment? Of who had none anywhere: have they one there now?"""
    now, past = Membership, PastMembership
    then = (past.person_id == person_id, past.ended_at >= moment, sa.or_(past.begun_at.is_(None), past.begun_at <= moment))
    here = sa.exists().where(now.site_id == site_id, now.person_id == person_id, sa.or_(now.begun_at.is_(None), now.begun_at <= moment))
    since = sa.exists().where(now.site_id == site_id, now.person_id == person_id) & ~sa.exists().where(*then)
    return sa.or_(here, since, sa.exists().where(past.site_id == site_id, *then))


def by_login(name: str) -> Person | None:
    """The person of that user name or employee number, in any letter case."""
    wanted = name.strip().casefold()
    return db.session.scalar(sa.select(Person).where(sa.or_(Person.username == wanted, sa.func.lower(Person.employee_number) == wanted)))


def recent_tries(account: str, address: str) -> tuple[int, int]:
    """Failed tries in the throttle's window: of this account, of this network address."""
    since = clock.now() - THROTTLE_WINDOW

    def count(*where: sa.ColumnElement[bool]) -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(SignInTry).where(SignInTry.at > since, *where)) or 0

    return count(SignInTry.account == account), count(SignInTry.address == address)


def on_device(device_id: UUID) -> list[DevicePerson]:
    """Persons in force who signed in on this device, the last one first."""
    return list(
        db.session.scalars(
            sa.select(DevicePerson)
            .join(Person, Person.id == DevicePerson.person_id)
            .where(DevicePerson.device_id == device_id, Person.disabled_at.is_(None))
            .order_by(DevicePerson.signed_in_at.desc())
            .limit(8)
        )
    )


def devices_of(person: Person) -> list[DevicePerson]:
    """Devices on which the person signed in, the last one first."""
    return list(
        db.session.scalars(sa.select(DevicePerson).where(DevicePerson.person_id == person.id).order_by(DevicePerson.signed_in_at.desc()))
    )


def people_reached(person: Person, at_least: str = "supervisor") -> sa.Select[Person]:
    """Persons with a role at a site where `person` holds at least that rank."""
    found = sa.select(Person).order_by(Person.disabled_at.isnot(None), Person.username)
    sites = sites_of(person, at_least)
    if sites is None:
        return found
    return found.where(Person.id.in_(sa.select(Membership.person_id).where(Membership.site_id.in_(sites))))


# The office's own device (number 0) is nobody's phone. Put together once, as far as that goes.
EVERY_DEVICE = sa.select(Device).where(Device.number > 0).order_by(Device.unsent == 0, Device.last_seen_at.desc(), Device.id)
USED_AT = (
    sa.select(DevicePerson.device_id)
    .join(Membership, Membership.person_id == DevicePerson.person_id)
    .where(Membership.site_id.in_(sa.bindparam("sites", expanding=True, type_=sa.Uuid())))
)
THEIR_DEVICES = EVERY_DEVICE.where(Device.id.in_(USED_AT))


def devices_reached(person: Person) -> tuple[sa.Select[Device], dict[str, list[UUID]]]:
    """Devices used by the persons whom `person` supervises, those that owe records first, then the latest seen: a statement and its values."""
    sites = sites_of(person, "supervisor")
    return (EVERY_DEVICE, {}) if sites is None else (THEIR_DEVICES, {"sites": sites})


def names(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Persons by id, one query for those that this session has not met: their roles are read when somebody asks for them."""
    met = ((own_id, db.session.identity_map.get(identity_key(Person, own_id))) for own_id in set(person_ids))
    found: dict[UUID, Person | None] = dict(met)
    if new := [own_id for own_id, person in found.items() if person is None]:
        rows = db.session.scalars(sa.select(Person).where(Person.id.in_(new)).options(lazyload(Person.memberships)))
        found |= {person.id: person for person in rows}
    return {own_id: person for own_id, person in found.items() if person is not None}


def staff_of(site_id: UUID, trade: str | None = None) -> list[Person]:
    """Persons in force with a role at the site, by name; of one trade when given."""
    found = (
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.site_id == site_id, Person.disabled_at.is_(None))
        .order_by(Person.username)
    )
    return list(db.session.scalars(found.where(Person.trade == trade) if trade else found))


class Worked(NamedTuple):
    """Somebody's time at a site. `begun_at` None: since before that was kept; `ended_at` None: still."""

    person: Person
    begun_at: datetime | None
    ended_at: datetime | None


def worked_since(site_id: UUID, moment: datetime) -> list[Worked]:
    """Who has a role at the site, and who had one at that moment or since; of today's trade, by user name. Two queries."""
    past = PastMembership
    now = sa.select(Person, Membership.begun_at, Person.disabled_at).join(Membership, Membership.person_id == Person.id)
    then = sa.select(Person, past.begun_at, past.ended_at).join(past, past.person_id == Person.id)
    asked = (
        now.where(Membership.site_id == site_id, sa.or_(Person.disabled_at.is_(None), Person.disabled_at >= moment)),
        then.where(past.site_id == site_id, past.ended_at >= moment),
    )
    found = [Worked(*row) for each in asked for row in db.session.execute(each)]
    return sorted(found, key=lambda one: one.person.username)


def on_duty(person_id: UUID, now: datetime) -> Duty | None:
    """The person's clocking on of the last 24 hours, unless clocked off since."""
    last = db.session.scalar(
        sa.select(Duty)
        .where(Duty.person_id == person_id, Duty.at <= now, Duty.at > now - timedelta(hours=24))
        .order_by(Duty.at.desc())
        .limit(1)
    )
    return last if last is not None and last.verb == "on" else None


def on_duty_among(person_ids: Iterable[UUID], now: datetime) -> set[UUID]:
    """Who of them has clocked on within 24 hours and not off since. One query."""
    since = now - timedelta(hours=24)
    rows = sa.select(Duty.person_id, Duty.verb).where(Duty.person_id.in_(list(person_ids)), Duty.at <= now, Duty.at > since)
    last: dict[UUID, str] = {row.person_id: row.verb for row in db.session.execute(rows.order_by(Duty.at))}
    return {person_id for person_id, verb in last.items() if verb == "on"}


def duty_between(site_id: UUID, start: datetime, end: datetime) -> list[Duty]:
    """Clockings on and off at a site in [start, end), in order of time."""
    return list(db.session.scalars(sa.select(Duty).where(Duty.site_id == site_id, Duty.at >= start, Duty.at < end).order_by(Duty.at)))


USERS = (
    sa.select(DevicePerson.device_id, Person.name, Person.name_en)
    .join(Person, Person.id == DevicePerson.person_id)
    .where(DevicePerson.device_id.in_(sa.bindparam("devices", expanding=True)))
    .order_by(DevicePerson.signed_in_at.desc())
)


def users_of(device_ids: list[UUID]) -> dict[UUID, list[sa.Row[UUID, str, str | None]]]:
    """Who signed in on each device (device_id, name, name_en), the last one first."""
    found: dict[UUID, list[sa.Row[UUID, str, str | None]]] = {}
    for known in db.session.execute(USERS, {"devices": device_ids}):
        found.setdefault(known.device_id, []).append(known)
    return found
