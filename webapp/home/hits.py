"""What a search asks, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from webapp.core.gate import RANKS
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.sites.models import Site

MOST = 8  # of each kind


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    sub: str
    href: str
    state: str = ""
    word: str = ""


@dataclass
class Group:
    """What was found of one kind; `more` leads to its own list with the same words."""

    word: LazyString
    icon: str
    hits: list[Hit] = field(default_factory=list)
    more: str = ""


@dataclass(frozen=True)
class Asked:
    """Who asks, for what, at which sites."""

    person: Person
    words: str
    sites: dict[UUID, Site]

    def at_least(self, rank: str) -> list[UUID]:
        """The sites where the person holds that rank."""
        return [site_id for site_id in self.sites if (rank_at(self.person, site_id) or 0) >= RANKS[rank]]

    def says(self, *columns: Any) -> sa.ColumnElement[bool]:
        """Do these columns together say all of the words?"""
        return sa.and_(*(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in self.words.split()))
