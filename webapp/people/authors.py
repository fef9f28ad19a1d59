"""Who hands records in, and from which device.

A ticket may know more than the database: that of a person or a device that came after the backup which was restored. It
is signed by us, so they are genuine, and get their rows back here; an account only as a disabled one, so that what it
hands in is held until somebody who knows the person enables it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db, insert_new
from webapp.people import tickets
from webapp.people.models import Device, Membership, PastMembership, Person


@dataclass(frozen=True)
class Role:
    """A role at a site."""

    site_id: UUID
    role: str


@dataclass(frozen=True)
class Author:
    """A person, as far as judging records needs. Rights are asked of it as of a Person (`people.queries.rank_at`)."""

    id: UUID
    trade: str
    language: str
    is_admin: bool
    in_force: bool
    memberships: Iterable[Role]


@dataclass(frozen=True)
class Ended(Role):
    """A role that somebody had until then."""

    ended_at: datetime


@dataclass(frozen=True)
class Then:
    """Roles of now, then those that `earlier` gives: it is asked only for whom the others do not do."""

    now: Iterable[Role]
    earlier: Callable[[], Iterable[Role]]

    def __iter__(self) -> Iterator[Role]:
        yield from self.now
        yield from self.earlier()


def ended_roles(person_ids: Iterable[UUID]) -> dict[UUID, list[Ended]]:
    """The roles that these people had and have no more, by person. One query."""
    past, found = PastMembership, dict[UUID, list[Ended]]()
    rows = sa.select(past.person_id, past.site_id, past.role, past.ended_at).where(past.person_id.in_(list(person_ids)))
    for row in db.session.connection().execute(rows.order_by(past.ended_at)):
        found.setdefault(row.person_id, []).append(Ended(row.site_id, row.role, row.ended_at))
    return found


@dataclass(frozen=True)
class Handset:
    """A device. `mark`: its clocks at its record of the highest `seq`, as JSON, or None."""

    id: UUID
    revoked: bool
    max_seq: int
    mark: dict[str, Any] | None


# Asked of the connection, not of the session: no objects are made, and the intake asks at every call.
AUTHORS = (
    sa.select(Person.id, Person.trade, Person.language, Person.is_admin, Person.disabled_at, Membership.site_id, Membership.role)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .where(Person.id.in_(sa.bindparam("persons", expanding=True)))
)
HANDSETS = (
    sa.select(Device.id, Device.revoked_at, Device.max_seq, Device.mark)
    .where(Device.id.in_(sa.bindparam("devices", expanding=True)))
    .order_by(Device.id)
)
HANDSETS_ALONE = HANDSETS.with_for_update()


def authors_by_id(person_ids: Iterable[UUID]) -> dict[UUID, Author]:
    """Persons by id; one unknown here gets a disabled account."""
    wanted = set(person_ids)
    found = _authors(wanted)
    if missing := wanted - found.keys():
        for person_id in missing:
            db.session.execute(insert_new(Person, [_lost_person(person_id)], "id"))
        found |= _authors(missing)
    return found


def _authors(person_ids: set[UUID]) -> dict[UUID, Author]:
    rows: dict[UUID, list[Any]] = {}
    for row in db.session.connection().execute(AUTHORS, {"persons": list(person_ids)}):
        rows.setdefault(row.id, []).append(row)
    return {person_id: _author(found) for person_id, found in rows.items()}


def _lost_person(person_id: UUID) -> dict[str, Any]:
    """An account of which only the id is known."""
    now = clock.now()
    return {
        "id": person_id, "username": f"restored-{person_id.hex[-12:]}", "name": "?", "trade": "guard", "language": "zh_CN", "theme": "auto",
        "password_hash": "", "stamp": 1, "is_admin": False, "disabled_at": now, "created_at": now,
    }  # fmt: skip


def _author(rows: list[Any]) -> Author:
    first = rows[0]
    roles = tuple(Role(row.site_id, row.role) for row in rows if row.site_id is not None)
    return Author(first.id, first.trade, first.language, first.is_admin, first.disabled_at is None, roles)


def handsets_by_id(device_ids: Iterable[UUID], alone: bool = False) -> dict[UUID, Handset]:
    """Devices by id; one unknown here gets the next number.

    `alone`: other transactions that ask so for one of these devices wait. Two calls of one phone that passed each other
    could each miss the record that the other's waits for.
    """
    wanted = set(device_ids)
    found = _handsets(wanted, alone)
    if missing := wanted - found.keys():
        number = db.session.scalar(sa.select(sa.func.max(Device.number))) or 0
        for device_id in missing:
            number += 1
            db.session.execute(insert_new(Device, [_lost_device(device_id, number)], "id"))
        found |= _handsets(missing, alone)
    for handset in found.values():
        if alone and handset.revoked:
            tickets.count_blocked(handset.id)
    return found


def _handsets(device_ids: set[UUID], alone: bool) -> dict[UUID, Handset]:
    rows = db.session.connection().execute(HANDSETS_ALONE if alone else HANDSETS, {"devices": list(device_ids)})
    return {row.id: Handset(row.id, row.revoked_at is not None, row.max_seq, row.mark) for row in rows}


def _lost_device(device_id: UUID, number: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": device_id, "number": number, "platform": "", "first_seen_at": now, "last_seen_at": now, "max_seq": 0, "unsent": 0, "build": "",
    }  # fmt: skip
