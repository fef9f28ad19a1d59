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
    return [clock for run in _clocks_by_run(order, standing or standing_of(order)) for clock in run]


def _clocks_by_run(order: WorkOrder, standing: Standing) -> list[list[Clock]]:
    runs: list[tuple[datetime, datetime | None, datetime | None]] = [(run.opened_at, run.on_site_at, run.ended_at) for run in standing.runs]
    runs.append((standing.opened_at, order.on_site_at, order.finished_at or order.closed_at))
    still, found = pauses(order, standing), []
    for began_at, there_at, ended_at in runs:
        own = [Clock("handle", began_at, _minutes(order, order.due_at), ended_at, still)]
        if on_site := _on_site(order, began_at, there_at, ended_at, still):
            own.append(on_site)
        found.append(own)
    return found


def _on_site(
    order: WorkOrder, began_at: datetime, there_at: datetime | None, ended_at: datetime | None, still: tuple[Pause, ...]
) -> Clock | None:
    """The clock of being there in one run, for as long as the order is urgent in it."""
    pressed_at, dropped_at = _urgency(order)
    since = max(began_at, pressed_at)
    if order.on_site_due_at is None or (ended_at and ended_at < since) or (dropped_at and dropped_at <= since):
        return None
    stops = [max(at, since) for at in (there_at or ended_at, dropped_at) if at is not None]
    return Clock("on_site", since, _minutes(order, order.on_site_due_at), min(stops, default=None), still)


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
    rows = []
    for number, (run, clocks) in enumerate(zip(standing.runs, _clocks_by_run(order, standing), strict=False)):
        given = {"handle": order.due_at, "on_site": order.on_site_due_at or order.due_at}
        due = {clock.name: _moved(order, given[clock.name], clock, due_at(clock, run.ended_at)) for clock in clocks}
        rows.append(WorkRun(
            order_id=order.id, number=number, site_id=order.site_id, finished_at=run.finished_at, ended_at=run.ended_at, reopened_at=run.reopened_at,
            due_by=due["handle"], on_site_due_by=due.get("on_site"),
        ))  # fmt: skip
    return rows
