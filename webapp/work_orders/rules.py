"""What comes next with a work order, whose turn it is, what burns, and which fault comes back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from webapp.core.gate import RANKS
from webapp.work_orders.steps import AT_WORK, OVER, Order, Standing

# -------------------------------------------------------------- what comes next

MINE: dict[str, tuple[str, ...]] = {
    "assigned": ("accept", "on_the_way", "on_site", "decline", "hand_over"),
    "accepted": ("on_the_way", "on_site", "start", "hand_over", "decline"),
    "on_the_way": ("on_site", "start", "need_parts", "need_contractor", "hand_over"),
    "on_site": ("start", "finish", "part_finish", "need_parts", "need_contractor", "hand_over"),
    "running": ("finish", "pause", "need_parts", "need_contractor", "part_finish", "hand_over"),
    "paused": ("resume", "finish", "part_finish", "need_parts", "need_contractor", "hand_over"),
    "waiting_parts": ("resume", "on_the_way", "part_finish", "finish", "need_contractor", "hand_over"),
    "waiting_contractor": ("resume", "on_the_way", "finish", "part_finish", "need_parts", "hand_over"),
}
DESK: dict[str, tuple[str, ...]] = {
    "new": ("assign", "offer", "cancel"),
    "offered": ("assign", "cancel"),
    **dict.fromkeys(("assigned", "accepted", "on_the_way"), ("assign", "offer", "cancel")),
    **dict.fromkeys(AT_WORK, ("assign", "cancel")),
    **dict.fromkeys(OVER, ("reopen",)),
}


def allowed(standing: Standing, is_mine: bool, rank: int, trade: str | None = None) -> list[str]:
    """The next steps a page offers, the likeliest first: to the assignee, to whom of the `trade` it is offered, to the office.

    `rank` as in RANKS. Only a supervisor decides and verifies, and not the own work; the desk dispatches. A page offers
    less than `fold` takes: what somebody did without being offered it counts all the same.
    """
    verbs: list[str] = []
    if is_mine:
        verbs += MINE.get(standing.state, ())
    elif standing.state == "offered" and trade and standing.trade in (trade, None):
        verbs.append("take")
    if rank >= RANKS["supervisor"]:
        if standing.conflicts:
            verbs.insert(0, "decide")
        if standing.state == "finished" and not is_mine:
            verbs.append("verify")
    if rank >= RANKS["desk"]:
        verbs += DESK[standing.state]
    return verbs


# -------------------------------------------------------------- clocks, repeats, turns, urgency

SAME_FAULT = timedelta(days=30)
NEVER = datetime.min.replace(tzinfo=UTC)
NO_DUE = datetime.max.replace(tzinfo=UTC)


def urgent_on_site_due(raised_at: datetime, minutes: int) -> datetime:
    """By when somebody is on the site of an urgent order: so many minutes, from the service agreement (clause 6.1.1)."""
    return raised_at + timedelta(minutes=minutes)


class Fault(NamedTuple):
    """What was reported, and when; `finished_at` is None while nobody has finished it."""

    place_id: UUID | None
    type_code: str | None
    raised_at: datetime
    finished_at: datetime | None = None


def same_fault(one: Fault, other: Fault) -> bool:
    """Is it a repeat: same place and type, the later raised before 30 days after the earlier was finished, or raised if it is not?

    Half-open: thirty days later to the second is a new fault. Raised before the earlier was finished is a repeat.
    """
    if None in (one.place_id, one.type_code) or (one.place_id, one.type_code) != (other.place_id, other.type_code):
        return False
    earlier, later = sorted((one, other), key=lambda fault: fault.raised_at)
    return later.raised_at < max(earlier.raised_at, earlier.finished_at or earlier.raised_at) + SAME_FAULT


def next_in_turn(persons: Iterable[UUID], last_assigned: Mapping[UUID, datetime | None], load: Mapping[UUID, int]) -> UUID | None:
    """Whose turn it is 轮派 among persons on duty (clause 3.2.1: dispatched promptly): fewest open orders, longest without a new one, id."""
    return min(persons, key=lambda person: (load.get(person, 0), last_assigned.get(person) or NEVER, person), default=None)


def burning(order: Order, now: datetime) -> tuple[bool, bool, datetime, datetime, UUID]:
    """Sort key of "my jobs": overdue (the longest first), then urgent, then by due time (none comes last), then the oldest.

    At its due time to the second an order is still in time.
    """
    overdue = order.due_at is not None and order.due_at < now
    return not overdue, not (overdue or order.urgent), order.due_at or NO_DUE, order.raised_at, order.id
