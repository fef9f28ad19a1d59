"""What every page needs: pagination, and where to go next after a form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import request, url_for
from sqlalchemy.orm import DeclarativeBase

from webapp.core.db import db
from webapp.core.problems import Problem

Row = TypeVar("Row")
PER_PAGE = 25
LAST_PAGE = 1_000_000  # beyond it databases cannot count


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, counted from 1. `more` says whether another follows."""

    rows: list[Row]
    number: int
    more: bool

    def address(self, number: int) -> str:
        """This list at another page, filters kept."""
        assert request.endpoint
        return url_for(request.endpoint, **{**(request.view_args or {}), **request.args, "page": number})


def page_of(statement: sa.Select[Row], per_page: int = PER_PAGE, values: dict[str, Any] | None = None) -> Page[Row]:
    """The page of an ordered SELECT that the address asks for (`?page=N`); `values`: of the bound parameters of one that
    was put together once.

    Asks for one row more than it shows instead of counting all rows: counting grows with the table.
    """
    number = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    part = {"part_limit": per_page + 1, "part_offset": (number - 1) * per_page}
    if values is None:
        rows = list(db.session.scalars(statement.limit(part["part_limit"]).offset(part["part_offset"])))
    else:
        rows = list(db.session.scalars(_part_of(statement), values | part))
    return Page(rows[:per_page], number, len(rows) > per_page)


@lru_cache
def _part_of(statement: sa.Select[Row]) -> sa.Select[Row]:
    """A part of a statement that was put together once: itself put together once."""
    return statement.limit(sa.bindparam("part_limit", type_=sa.Integer())).offset(sa.bindparam("part_offset", type_=sa.Integer()))


def zoom_asked() -> str:
    """How many times its size a picture is wanted, by the address (`?zoom=2`): 1, 2 or 4."""
    wanted = request.args.get("zoom", "1")
    return wanted if wanted in ("1", "2", "4") else "1"


def safe_next(default: str) -> str:
    """The address in `next`, if it is a path of ours; anything else could lead a person away."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc and "\\" not in wanted:
        return wanted
    return default


def get_or_404(model: type[Row], key: object) -> Row:
    """The row of that key. Raises Problem not-found; callers still ask whether this person may see it."""
    assert issubclass(model, DeclarativeBase)
    found = db.session.get(model, key)
    if found is None:
        raise Problem("not-found")
    return found
