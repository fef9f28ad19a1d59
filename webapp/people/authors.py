"""Who hands records in, from which device: read in one query, since the intake asks at every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.people.models import Device, Membership, Person


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
    memberships: tuple[Role, ...]


@dataclass(frozen=True)
class Handset:
    """A device. `mark`: its clocks at its record of the highest `seq`, as JSON, or None."""

    id: UUID
    revoked: bool
    max_seq: int
    mark: dict[str, Any] | None


WHO = (
    sa.select(
        Person.id,
        Person.trade,
        Person.language,
        Person.is_admin,
        Person.disabled_at,
        Device.id.label("device_id"),
        Device.revoked_at,
        Device.max_seq,
        Device.mark,
        Membership.site_id,
        Membership.role,
    )
    .select_from(sa.join(Person, Device, sa.true()).outerjoin(Membership, Membership.person_id == Person.id))
    .where(Person.id == sa.bindparam("person_id"), Device.id == sa.bindparam("device_id"))
)
WHO_ALONE = WHO.with_for_update(of=Device)
# Asked of the connection, not of the session: no objects are made, and the intake does this at every call.


def author_and_handset(person_id: UUID, device_id: UUID, alone: bool = False) -> tuple[Author, Handset] | None:
    """The person and the device of a ticket, or None when one of them is unknown here.

    `alone`: other transactions that ask so for this device wait. Two calls of one phone that passed each other could
    each miss the record that the other's waits for.
    """
    rows = db.session.connection().execute(WHO_ALONE if alone else WHO, {"person_id": person_id, "device_id": device_id}).all()
    if not rows:
        return None
    first = rows[0]
    roles = tuple(Role(row.site_id, row.role) for row in rows if row.site_id is not None)
    author = Author(first.id, first.trade, first.language, first.is_admin, first.disabled_at is None, roles)
    return author, Handset(first.device_id, first.revoked_at is not None, first.max_seq, first.mark)
