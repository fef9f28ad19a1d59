"""Maintenance in a site's day: what was overdue, and what was done late. Derived; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.clock import day_bounds, local_day
from webapp.core.i18n import day_words, named
from webapp.daily_log.lines import Line
from webapp.equipment import papers, queries
from webapp.equipment.coming import concerns, interval_for
from webapp.equipment.due import next_wanted
from webapp.equipment.finished import Doings, doings_between
from webapp.equipment.models import Equipment, MaintenancePlan
from webapp.equipment.words import RUNS_OUT, document_words
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder


class Behind(NamedTuple):
    """Maintenance that had not been done in time: `kind`: `upkeep` (still not done when the day was over), `upkeep-late` (done on it)."""

    day: date
    kind: str
    plan: MaintenancePlan
    equipment: Equipment
    due_on: date


def behind_on(site: Site, days: Sequence[date], now: datetime, overdue: Iterable[tuple[WorkOrder, datetime]]) -> list[Behind]:
    """Of each of these days: what was overdue when it was over, or is now, and what was done too late on it. A fixed number of queries.

    `overdue`: orders whose own time ran out on one of the days, and when. The day says that of them, and not again of their plans.
    """
    days = [day for day in days if day_bounds(day, site.zone)[0] <= now]
    if not days:
        return []
    start, end = day_bounds(days[0], site.zone)[0], min(day_bounds(days[-1], site.zone)[1], now)
    plans, pieces = queries.plans_of(site.id, days[0]), queries.equipment_of(site.id, start)
    doings = doings_between(site.id, [plan.id for plan in plans], site.zone, start, end)
    off, told = queries.called_off(plans), told_by_orders(overdue, site.zone)
    found = []
    for plan in plans:
        for one in pieces:
            if concerns(plan, one):
                pair = (plan.id, one.id)
                faults = faults_of(plan, one, doings.get(pair, Doings()), off.get(pair, {}), days, now)
                found += [fault for fault in faults if fault.kind == "upkeep-late" or (fault.day, *pair) not in told]
    return found


def faults_of(
    plan: MaintenancePlan, one: Equipment, doings: Doings, called_off: Mapping[date, datetime], days: Sequence[date], now: datetime
) -> Iterator[Behind]:
    """What was wrong with one piece's maintenance by a plan, day by day."""
    zone = one.site.zone
    interval, made = interval_for(plan, one, zone), local_day(one.made_at, zone)
    due_after = cache(lambda done, off: next_wanted(interval, [done] if done else [], off, made))
    for day in days:
        start, end = day_bounds(day, zone)
        seen_at = min(end, now)
        if plan.made_at >= end or (plan.ends_on and plan.ends_on < day) or (one.retired_at and one.retired_at <= seen_at):
            continue
        before = doings.last(start, zone)
        due = due_after(before, frozenset(due for due, at in called_off.items() if at < seen_at))
        if due and due < day:
            yield Behind(day, "upkeep" if doings.last(seen_at, zone) == before else "upkeep-late", plan, one, due)


def told_by_orders(overdue: Iterable[tuple[WorkOrder, datetime]], zone: str) -> set[tuple[date, UUID, UUID]]:
    """The days on which orders say themselves that they are overdue, with the plan and the piece that each is of."""
    days: dict[UUID, set[date]] = {}
    for order, at in overdue:
        if order.origin == "plan":
            days.setdefault(order.id, set()).add(local_day(at, zone))
    return {(day, due.plan_id, due.equipment_id) for due in queries.dues_of_orders(days) for day in days[due.order_id]}


def upkeep_lines(site: Site, day: date, now: datetime, overdue: Iterable[tuple[WorkOrder, datetime]]) -> list[Line]:
    """Maintenance that was overdue at the end of the day, or is now, and what was done too late on it. `overdue`: as `behind_on` takes it."""
    seen_at = min(day_bounds(day, site.zone)[1], now)
    return [line_of(fault, seen_at) for fault in behind_on(site, [day], now, overdue)]


def document_lines(site: Site, day: date, now: datetime) -> list[Line]:
    """Documents that had run out on the day or did within thirty days, as it stood when the day was over: one query."""
    start, end = day_bounds(day, site.zone)
    seen_at = min(end - timedelta(microseconds=1), now)
    if now < start:
        return []
    lines = []
    for document, one in papers.running_out(site.id, day + RUNS_OUT, seen_at):
        assert document.valid_until is not None  # asked for
        has_run_out = document.valid_until < day
        mark, word = document_words(document, day)
        lines.append(
            Line(
                mark, word, f"{document.name} · {named(one)}", _("valid until %(day)s", day=day_words(document.valid_until, False)),
                f"/equipment/items/{one.id}#documents", seen_at, "document", f"{document.id}:{'out' if has_run_out else 'soon'}",
                checkpoint_id=one.checkpoint_id, place_id=one.place_id,
            )
        )  # fmt: skip
    return lines


def line_of(fault: Behind, at: datetime) -> Line:
    """The exception as a row."""
    plan, one, days = fault.plan, fault.equipment, (fault.day - fault.due_on).days
    if fault.kind == "upkeep-late":
        mark, word, late = "late", _("Maintained late"), ngettext("%(num)d day late", "%(num)d days late", days)
    else:
        mark, word, late = "needs", _("Maintenance overdue"), ngettext("%(num)d day overdue", "%(num)d days overdue", days)
    was_due = _("was due %(day)s", day=day_words(fault.due_on, False))
    return Line(
        mark, word, f"{named(plan)} · {named(one)}", f"{was_due} · {late}", f"/equipment/items/{one.id}", at, fault.kind,
        f"{plan.id}:{one.id}:{fault.due_on}", checkpoint_id=one.checkpoint_id, place_id=one.place_id,
    )  # fmt: skip
