"""Accepted records that other records speak of: read once for a call, added to as the call is judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.records.held import Held
from webapp.records.models import Record


class Accepted(NamedTuple):
    """What others need to know of an accepted record."""

    id: UUID
    person_id: UUID
    site_id: UUID | None
    at: datetime


class Trail:
    """Looks up accepted records by id."""

    def __init__(self, record_ids: Iterable[UUID]) -> None:
        wanted = set(record_ids)
        self.known: dict[UUID, Accepted] = {}
        if wanted:
            found = sa.select(Record.id, Record.person_id, Record.site_id, Record.at)
            for row in db.session.execute(found.where(Record.id.in_(wanted), Record.status == "accepted")):
                self.known[row.id] = Accepted(row.id, row.person_id, row.site_id, row.at)

    def add(self, accepted: Accepted) -> None:
        """Know a record that has just been judged."""
        self.known[accepted.id] = accepted

    def require(self, record_id: UUID) -> Accepted:
        """The accepted record. Raises Held waits-for when it has not come, or is itself held."""
        if record_id not in self.known:
            raise Held("waits-for", record_id)
        return self.known[record_id]
