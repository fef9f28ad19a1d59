"""What judging the records of a transaction needs to know, read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from webapp.core.ids import read_id
from webapp.patrols.scanning import Memory, Passage
from webapp.people.authors import Author, Ended, Then, ended_roles
from webapp.records.arrived import Arrived
from webapp.records.trail import Trail
from webapp.sites.queries import LabelRead, labels_by_codes


@dataclass
class Batch:
    """Records judged together, who made them (by id), and lookups made once for all of them."""

    authors: Mapping[UUID, Author]
    arrived: list[Arrived]

    def author(self, arrived: Arrived) -> Author:
        """Whose record it is, with the roles held when it was made: whoever changed site hands in there what is of before."""
        author = self.authors[arrived.person_id]
        return replace(author, memberships=Then(author.memberships, lambda: self._ended(arrived)))

    def _ended(self, arrived: Arrived) -> Iterable[Ended]:
        return (role for role in self.ended.get(arrived.person_id, ()) if role.ended_at >= arrived.at)

    @cached_property
    def ended(self) -> Mapping[UUID, list[Ended]]:
        """Roles that the authors have no more, by person."""
        return ended_roles(self.authors)

    @cached_property
    def labels(self) -> Mapping[str, LabelRead]:
        """Labels by code, for every code that a record of the batch names."""
        return labels_by_codes(a.code for a in self.arrived if a.code)

    @cached_property
    def trail(self) -> Trail:
        """Accepted records that records of the batch speak of or come after."""
        texts = (a.envelope.body.get("about") for a in self.arrived)
        spoken_of = (read_id(text) for text in texts if isinstance(text, str))
        return Trail([*(key for key in spoken_of if key), *(record_id for a in self.arrived for record_id in a.envelope.after)])

    @cached_property
    def memory(self) -> Memory:
        """For judging scans."""
        return Memory.load(list(self._passages()))

    def _passages(self) -> Iterable[Passage]:
        for arrived in self.arrived:
            label = self.label(arrived) if arrived.envelope.kind == "scan" else None
            if label is not None:
                wanted = arrived.envelope.body.get("round")
                yield Passage(arrived.id, arrived.person_id, label, arrived.at, wanted if isinstance(wanted, str) else None)

    def label(self, arrived: Arrived) -> LabelRead | None:
        """The label that a record names, if it is one of ours."""
        return self.labels.get(arrived.code) if arrived.code else None
