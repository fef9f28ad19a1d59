"""By when an order is due: its deadlines moved on by the time for which its clocks stood still. One rule for lists, pages, warnings and the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.standards.clocks import Clock, Mark, Pause, due_at, held, pauses_of
from webapp.work_orders.models import WorkOrder, WorkRun
from webapp.work_orders.queries import standing_of
from webapp.work_orders.steps import Standing

DESK_MARKS = ("stop", "go")  # what the desk says of the request behind an order; they move nothing but its clocks
URGENCY = ("urgent", "routine")
MINUTE = timedelta(minutes=1)


def clocks_of_order(order: WorkOrder, standing: Standing | None = None) -> list[Clock]:
    """An order's own clocks: finished, and on site from when it became urgent until it was so no more; the current ones last.

    A reopening begins new ones, with as much time as before, and those before it stay as they were judged, as a request's do: a day once
    signed does not change its exceptions.
    """
    standing = standing or standing_of(order)
    runs: list[tuple[datetime, datetime | None, datetime | None]] = [(run.opened_at, run.on_site_at, run.ended_at) for run in standing.runs]
    runs.append((standing.opened_at, order.on_site_at, order.finished_at or order.closed_at))
    still, found = pauses(order, standing), []
    pressed_at, dropped_at = _urgency(order)
    for began_at, there_at, ended_at in runs:
        found.append(Clock("handle", began_at, _minutes(order, order.due_at), ended_at, still))
        if order.on_site_due_at is not None:
            since, until = max(began_at, pressed_at), [there_at or ended_at, dropped_at]
            stopped_at = min((at for at in until if at is not None and at >= since), default=None)
            found.append(Clock("on_site", since, _minutes(order, order.on_site_due_at), stopped_at, still))
    return found


def _urgency(order: WorkOrder) -> tuple[datetime, datetime | None]:
    """Since when an order is urgent, or was; and since when it is no more."""
    said = [step for step in order.steps if step.verb in URGENCY]
    pressed_at = max((step.at for step in said if step.verb == "urgent"), default=order.raised_at)
    return pressed_at, max((step.at for step in said if step.verb == "routine" and step.at >= pressed_at), default=None)


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
    for clock in clocks_of_order(order, standing):  # the current ones last
        due, held_at = held(clock, known_at)
        if clock.name == "handle":
            order.due_by, order.held_at = _moved(order, order.due_at, clock, due), held_at
        elif order.on_site_due_at is not None:
            order.on_site_due_by, order.on_site_held_at = _moved(order, order.on_site_due_at, clock, due), held_at


def _moved(order: WorkOrder, given: datetime, clock: Clock, due: datetime) -> datetime:
    """The deadline that was given, moved on by as much as the clock began later and stood still: to the second, where minutes are rounded."""
    return given + (clock.started_at - order.raised_at) + (due - (clock.started_at + clock.limit))


def runs_of(order: WorkOrder, standing: Standing) -> list[WorkRun]:
    """The runs before the current one as rows, with the deadlines that each had."""
    clocks = clocks_of_order(order, standing)
    rows = []
    for number, run in enumerate(standing.runs):
        own = {clock.name: clock for clock in clocks if clock.started_at == run.opened_at}
        due = {
            name: _moved(order, given, own[name], due_at(own[name], run.ended_at))
            for name, given in (("handle", order.due_at), ("on_site", order.on_site_due_at))
            if given is not None
        }
        rows.append(WorkRun(
            order_id=order.id, number=number, site_id=order.site_id, finished_at=run.finished_at, ended_at=run.ended_at, reopened_at=run.reopened_at,
            due_by=due["handle"], on_site_due_by=due.get("on_site"),
        ))  # fmt: skip
    return rows
