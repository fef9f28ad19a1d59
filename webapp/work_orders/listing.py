"""The board's questions to the database: which orders, in which column, and how many. The columns are the written-down fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.people.models import Person
from webapp.records.rules import RECEIPT_LETTERS
from webapp.sites.models import Checkpoint, Place
from webapp.work_orders.models import ON_BOARD, WorkOrder
from webapp.work_orders.queries import reached

GROUPS: dict[str, tuple[str, ...]] = {  # columns of the board; orders with two versions stand in one of their own
    "new": ("new", "offered"),
    "given": ("assigned", "accepted", "on_the_way"),
    "work": ("on_site", "running"),
    "waiting": ("paused", "waiting_parts", "waiting_contractor"),
    "finished": ("finished",),
}
DISPUTED = "disputed"
ALL = "all"  # closed ones too, the latest first


@dataclass(frozen=True)
class Wanted:
    """Which orders the address asks for. `group`: a column, `all`, or "" for the whole board."""

    site_id: UUID | None = None
    group: str = ""
    trade: str = ""
    type_code: str = ""
    assignee_id: UUID | None = None
    nobody: bool = False
    urgent: bool = False
    mine: UUID | None = None
    words: str = ""


def open_orders(person: Person, wanted: Wanted) -> sa.Select[WorkOrder]:
    """Open orders within reach that the filters let through, those with two versions too, in no order yet."""
    return _filtered(reached(person), wanted).where(sa.text(f"({ON_BOARD})"))


def all_orders(person: Person, wanted: Wanted) -> sa.Select[WorkOrder]:
    """Open and closed ones, the latest first."""
    return _filtered(reached(person), wanted).order_by(WorkOrder.raised_at.desc(), WorkOrder.id.desc())


def _filtered(found: sa.Select[WorkOrder], wanted: Wanted) -> sa.Select[WorkOrder]:
    where = [
        (wanted.site_id is not None, WorkOrder.site_id == wanted.site_id),
        (wanted.trade != "", WorkOrder.trade == wanted.trade),
        (wanted.type_code != "", WorkOrder.type_code == wanted.type_code),
        (wanted.assignee_id is not None, WorkOrder.assignee_id == wanted.assignee_id),
        (wanted.nobody, WorkOrder.assignee_id.is_(None)),
        (wanted.urgent, WorkOrder.urgent.is_(True)),
        (wanted.mine is not None, WorkOrder.assignee_id == wanted.mine),
    ]
    for is_asked, condition in where:
        if is_asked:
            found = found.where(condition)
    return found.where(says(wanted.words)) if wanted.words else found


def as_number(words: str) -> str:
    """The words as a number such as K7Q-2F9 would be written, however they were typed; they may be no number at all."""
    letters = words.upper().replace(" ", "").replace("-", "").translate(str.maketrans("OIL", "011"))
    return f"{letters[:3]}-{letters[3:]}" if len(letters) == 6 and set(letters) <= set(RECEIPT_LETTERS) else words.upper()


def called(phone: sa.SQLColumnExpression[str], words: str) -> sa.ColumnElement[bool]:
    """Is it this telephone number, or a part of it, with whatever spaces? Fewer than four digits are none."""
    digits = "".join(letter for letter in words if letter.isdigit())
    bare = sa.func.replace(sa.func.replace(phone, " ", ""), "-", "")
    return bare.contains(digits, autoescape=True) if len(digits) >= 4 else sa.false()


def says(words: str) -> sa.ColumnElement[bool]:
    """Is it said of the order: its number, the flat, a place or point, the telephone, or what is to be done?"""
    places = sa.select(Place.id).where(
        sa.or_(Place.name.icontains(words, autoescape=True), Place.name_en.icontains(words, autoescape=True))
    )
    points = sa.select(Checkpoint.id).where(
        sa.or_(
            Checkpoint.name.icontains(words, autoescape=True),
            Checkpoint.name_en.icontains(words, autoescape=True),
            Checkpoint.number == words.upper(),
        )
    )
    return sa.or_(
        WorkOrder.number == as_number(words),
        WorkOrder.spot.icontains(words, autoescape=True),
        WorkOrder.text.icontains(words, autoescape=True),
        WorkOrder.place_id.in_(places),
        WorkOrder.checkpoint_id.in_(points),
        called(WorkOrder.phone, words),
    )


COLUMN = sa.case(
    (WorkOrder.conflicts > 0, DISPUTED),
    *((WorkOrder.state.in_(states), group) for group, states in GROUPS.items()),
    else_="",
)
# Whose clock stands still presses less than any whose clock runs.
PRESSING = (WorkOrder.urgent.desc(), WorkOrder.held_at.is_not(None), WorkOrder.due_by, WorkOrder.id)


def counts(open_: sa.Select[WorkOrder]) -> dict[str, int]:
    """How many orders stand in each column. One query, over open orders alone."""
    column = COLUMN.label("board")
    # By its name: PostgreSQL takes the same expression with other parameters for another one.
    rows = db.session.execute(open_.with_only_columns(column, sa.func.count()).group_by(sa.literal_column("board")))
    return {group: count for group, count in rows if group}


def columns(open_: sa.Select[WorkOrder], most: int) -> dict[str, list[WorkOrder]]:
    """The orders of each column that press most. One query, however many columns."""
    column = COLUMN.label("board")
    place = sa.func.row_number().over(partition_by=COLUMN, order_by=PRESSING).label("place")
    ranked = open_.with_only_columns(WorkOrder.id, column, place).subquery()
    found = sa.select(WorkOrder, ranked.c.board).join(ranked, ranked.c.id == WorkOrder.id).where(ranked.c.place <= most).order_by(*PRESSING)
    by_column: dict[str, list[WorkOrder]] = {group: [] for group in (*GROUPS, DISPUTED)}
    for order, group in db.session.execute(found):
        if group:
            by_column[group].append(order)
    return by_column


def of_group(open_: sa.Select[WorkOrder], group: str) -> sa.Select[WorkOrder]:
    """One column as a list."""
    if group == DISPUTED:
        return open_.where(WorkOrder.conflicts > 0).order_by(*PRESSING)
    return open_.where(WorkOrder.conflicts == 0, WorkOrder.state.in_(GROUPS[group])).order_by(*PRESSING)


def people_with_orders(open_: sa.Select[WorkOrder]) -> Iterable[UUID]:
    """Who has any of them."""
    found = open_.with_only_columns(WorkOrder.assignee_id).where(WorkOrder.assignee_id.isnot(None)).distinct()
    return [person_id for person_id in db.session.scalars(found) if person_id]
