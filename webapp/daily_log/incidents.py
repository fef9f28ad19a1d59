"""Incidents of a site's day: somebody trapped or in danger, whoever said so, and checks that found danger. Derived; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.db import db
from webapp.core.i18n import clock_time, named
from webapp.daily_log.readings import SiteDay
from webapp.inspections.models import Checklist, Finding, Inspection
from webapp.service.models import Request
from webapp.service.queries import Look
from webapp.service.words import CHANNEL_WORDS, REQUEST_STATES
from webapp.sites.models import Checkpoint
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.showing import state_mark

OVER = ("resolved", "closed", "withdrawn")
GRAVE = sa.or_(Request.trapped, Request.danger)
FOUND = sa.and_(Finding.severity == "danger", Finding.grade == "fail")


@dataclass(frozen=True)
class Incident:
    """An incident as a row: what it was, where, what is known of it, how it stands."""

    at: datetime
    word: str
    title: str
    sub: str
    href: str
    mark: str
    stands: str


def incidents_of(day: SiteDay, seen: Iterable[Look]) -> list[Incident]:
    """The day's incidents in order of time: one query, requests are read already."""
    reported = [_reported(day, each) for each in seen if day.holds(each.request.received_at) and is_grave(each.request)]
    return sorted([*reported, *_found(day)], key=lambda one: one.at)


def is_grave(request: Request) -> bool:
    """Is somebody trapped, or may somebody get hurt?"""
    return request.trapped or request.danger


def _reported(day: SiteDay, each: Look) -> Incident:
    request, zone = each.request, day.site.zone
    there = min((order.on_site_at for order in each.orders if order.on_site_at), default=None)
    parts = (
        clock_time(request.received_at, zone),
        str(CHANNEL_WORDS.get(request.channel, "")),
        f"“{request.text}”" if request.text else "",
        _("somebody there at %(time)s", time=clock_time(there, zone)) if there else _("nobody there yet"),
    )
    state = each.standing.state
    return Incident(
        request.received_at,
        _("Somebody is trapped") if request.trapped else _("Somebody may get hurt"),
        day.request_words(each),
        " · ".join(part for part in parts if part),
        f"/requests/{request.id}",
        "done" if state in OVER else "needs",
        str(REQUEST_STATES[state]),
    )


def _found(day: SiteDay) -> list[Incident]:
    """Inspections that failed for a danger, each once."""
    rows = db.session.execute(
        sa.select(Inspection, Checklist, Checkpoint, WorkOrder)
        .join(Finding, Finding.inspection_id == Inspection.id)
        .join(Checklist, Checklist.id == Inspection.checklist_id)
        .outerjoin(Checkpoint, Checkpoint.id == Inspection.checkpoint_id)
        .outerjoin(WorkOrder, WorkOrder.id == Finding.order_id)
        .where(Inspection.site_id == day.site.id, Inspection.at >= day.start, Inspection.at < day.end, FOUND)
        .order_by(Inspection.at, Finding.id)
    )
    found: dict[object, Incident] = {}
    for made, checklist, point, order in rows:
        mark, stands = state_mark(order) if order else ("needs", _("No work order"))
        sub = " · ".join(part for part in (clock_time(made.at, day.site.zone), named(checklist)) if part)
        found.setdefault(
            made.id,
            Incident(made.at, _("Danger found"), named(point) or named(checklist), sub, f"/inspections/{made.id}", mark, str(stands)),
        )
    return list(found.values())
