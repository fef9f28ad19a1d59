"""What the plans want done next: by the calendar, or by what a meter says, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.equipment import queries
from webapp.equipment.due import Due, Interval, history, next_wanted
from webapp.equipment.finished import last_done
from webapp.equipment.models import Equipment, MaintenancePlan, Meter
from webapp.equipment.rules import used_up
from webapp.sites.models import Site


@dataclass(frozen=True)
class Coming:
    """A time at which a plan wants something done with a piece of equipment. `last_on`: when that was last done."""

    plan: MaintenancePlan
    equipment: Equipment
    due_on: date
    last_on: date | None = None
    by_usage: bool = False

    @property
    def pair(self) -> tuple[UUID, UUID]:
        return self.plan.id, self.equipment.id


def coming(site: Site, today: date) -> list[Coming]:
    """The next time of every plan for each piece of equipment it is about: a fixed number of queries, one more for a plan by usage."""
    return next_of(queries.plans_of(site.id, today), queries.equipment_of(site.id), site.zone)


def next_of(plans: list[MaintenancePlan], equipment: Iterable[Equipment], zone: str) -> list[Coming]:
    """The next time of each of these plans for each of these pieces."""
    pieces = list(equipment)
    last, off = last_done([plan.id for plan in plans], zone), queries.called_off(plans)
    made = {one.id: local_day(one.made_at, zone) for one in pieces}
    found = []
    for plan in plans:
        whole = queries.interval_of(plan)
        for one in pieces:
            if not concerns(plan, one):
                continue
            pair = (plan.id, one.id)
            done = last.get(pair)
            interval = from_register(whole, made[one.id])
            due = next_wanted(interval, [done] if done else [], off.get(pair, ()), made[one.id])
            used = usage_due(plan, done, zone)
            if used and used not in off.get(pair, ()) and (due is None or used < due):
                found.append(Coming(plan, one, used, done, by_usage=True))
            elif due is not None and (plan.ends_on is None or due <= plan.ends_on):
                found.append(Coming(plan, one, due, done))
    return found


def concerns(plan: MaintenancePlan, one: Equipment) -> bool:
    """Is the plan about this piece: by name, or by its class?"""
    return one.id == plan.equipment_id or (plan.equipment_id is None and one.class_code == plan.class_code)


def interval_for(plan: MaintenancePlan, one: Equipment, zone: str) -> Interval:
    """The plan's interval for one piece: what is counted from completion begins when the piece is put on the register."""
    return from_register(queries.interval_of(plan), local_day(one.made_at, zone))


def from_register(interval: Interval, made: date) -> Interval:
    """See `interval_for`. `made`: the day on which the piece came onto the register."""
    return replace(interval, begins_on=made) if interval.from_completion and interval.begins_on < made else interval


def usage_due(plan: MaintenancePlan, done: date | None, zone: str) -> date | None:
    """The day on which a meter had run for as long as the plan says since it was last done; None while it has not."""
    if plan.meter_id is None or plan.per_usage is None:
        return None
    meter = db.session.get_one(Meter, plan.meter_id)
    first = done + timedelta(days=1) if done else plan.begins_on
    crossed = used_up(queries.reads_of(meter.id), meter.digits, plan.per_usage, lambda at: local_day(at, zone) >= first)
    return local_day(crossed, zone) if crossed else None


def history_of(plan: MaintenancePlan, one: Equipment, done: Iterable[date], zone: str, today: date, since: date = date.min) -> list[Due]:
    """Every time the plan was to be done with the piece, up to today, and the next one; `since`: without the times before.

    Neither a plan that has ended nor a piece that is out of use has a next one.
    """
    ends = [day for day in (plan.ends_on, local_day(one.retired_at, zone) if one.retired_at else None) if day is not None]
    lines = history(interval_for(plan, one, zone), done, min([today, *ends]), since)
    made, ended = local_day(one.made_at, zone), any(day < today for day in ends) or one.retired_at is not None
    return [line for line in lines if (line.due_on >= made or line.done_on) and not (ended and line.state == "due")]
