"""By when an order is due: its deadlines moved on by the time for which its clocks stood still. One rule for lists, pages, warnings and the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.standards.clocks import Clock, Mark, Pause, held, pauses_of
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import standing_of
from webapp.work_orders.steps import Standing

DESK_MARKS = ("stop", "go")  # what the desk says of the request behind an order; they move nothing but its clocks
MINUTE = timedelta(minutes=1)


def clocks_of_order(order: WorkOrder, standing: Standing | None = None) -> list[Clock]:
    """An order's own clocks: finished, and on site if it is urgent."""
    still = pauses(order, standing or standing_of(order))
    ended = order.finished_at or order.closed_at
    found = [Clock("handle", order.raised_at, _minutes(order, order.due_at), ended, still)]
    if order.on_site_due_at is not None:
        found.append(Clock("on_site", order.raised_at, _minutes(order, order.on_site_due_at), order.on_site_at or ended, still))
    return found


def pauses(order: WorkOrder, standing: Standing) -> tuple[Pause, ...]:
    """When its clocks were said to stand still: by a step until the next one that counts, by the desk until the desk lets them go on.

    A photo taken or a list written while it is paused lets nothing go on.
    """
    counted = {step.id for step in standing.counted}
    own = pauses_of(Mark(step.at, step.cause, step.until) for step in order.steps if step.id in counted)
    return (*own, *pauses_of(Mark(step.at, step.cause, step.until) for step in order.steps if step.verb in DESK_MARKS))


def _minutes(order: WorkOrder, due: datetime) -> int:
    """How many minutes it had when it was raised."""
    return max(1, round((due - order.raised_at) / MINUTE))


def write_down(order: WorkOrder, standing: Standing) -> None:
    """Write the deadlines down as far as they are known, for lists to be sorted by (`WorkOrder.due`, `WorkOrder.on_site_due`)."""
    known_at = max([order.raised_at, *(step.at for step in order.steps)]) + timedelta.resolution
    for clock in clocks_of_order(order, standing):
        due, held_at = held(clock, known_at)
        stood = due - (clock.started_at + clock.limit)
        if clock.name == "handle":
            order.due_by, order.held_at = order.due_at + stood, held_at
        elif order.on_site_due_at is not None:
            order.on_site_due_by, order.on_site_held_at = order.on_site_due_at + stood, held_at
