"""Maintenance in a site's day: what was overdue, and what was done late. Derived; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.clock import day_bounds, local_day
from webapp.core.i18n import day_words, named
from webapp.daily_log.lines import Line
from webapp.equipment import papers, queries
from webapp.equipment.coming import concerns, interval_for
from webapp.equipment.due import next_wanted
from webapp.equipment.models import Equipment, MaintenancePlan
from webapp.equipment.words import RUNS_OUT, document_words
from webapp.sites.models import Site


def upkeep_lines(site: Site, day: date, now: datetime) -> list[Line]:
    """Maintenance that was overdue at the end of the day, or is now, and what was done too late on it: a fixed number of queries."""
    start, end = day_bounds(day, site.zone)
    seen_at = min(end, now)
    if now < start:
        return []
    plans, pieces = queries.plans_of(site.id, day), queries.equipment_of(site.id, seen_at)
    ids = [plan.id for plan in plans]
    until, before = queries.last_done(ids, site.zone, seen_at), queries.last_done(ids, site.zone, start)
    off = queries.called_off(plans)
    # On the day an order's time runs out the orders' own lines say so.
    raised = [*queries.dues_since(plans, day - timedelta(days=1)), *queries.open_dues(plans)]
    told = {(due.plan_id, due.equipment_id) for due, order in raised if start <= order.due_at < end}
    lines = []
    for plan in plans:
        for one in pieces:
            if concerns(plan, one):
                pair = (plan.id, one.id)
                due = due_before(day, plan, one, before.get(pair), off.get(pair, ()))
                if due and until.get(pair) != before.get(pair):
                    lines.append(line_of("late", plan, one, due, day, seen_at))
                elif due and pair not in told:
                    lines.append(line_of("needs", plan, one, due, day, seen_at))
    return lines


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


def due_before(day: date, plan: MaintenancePlan, one: Equipment, done: date | None, called_off: Collection[date]) -> date | None:
    """The time that ought to have been kept before the day began, after what was done until then."""
    zone = one.site.zone
    due = next_wanted(interval_for(plan, one, zone), [done] if done else [], called_off, local_day(one.made_at, zone))
    return due if due and due < day else None


def line_of(mark: str, plan: MaintenancePlan, one: Equipment, due: date, day: date, at: datetime) -> Line:
    """The exception as a row."""
    days = (day - due).days
    word = _("Maintained late") if mark == "late" else _("Maintenance overdue")
    late = (
        ngettext("%(num)d day late", "%(num)d days late", days)
        if mark == "late"
        else ngettext("%(num)d day overdue", "%(num)d days overdue", days)
    )
    was_due = _("was due %(day)s", day=day_words(due, False))
    kind = "upkeep-late" if mark == "late" else "upkeep"
    return Line(
        mark, word, f"{named(plan)} · {named(one)}", f"{was_due} · {late}", f"/equipment/items/{one.id}", at, kind,
        f"{plan.id}:{one.id}:{due}", checkpoint_id=one.checkpoint_id, place_id=one.place_id,
    )  # fmt: skip
