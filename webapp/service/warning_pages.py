"""A person's warnings, as notices in the app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.pages import page_of
from webapp.people.models import Person
from webapp.people.queries import rank_at, rank_of
from webapp.people.session import me
from webapp.service import warn
from webapp.service.models import ClockWarning
from webapp.service.queries import Look, looks, requests_by_id
from webapp.service.words import CLOCK_WORDS, PERCENT_WORDS
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of_sites

warning_pages = Blueprint("warnings", __name__)

MARKS = {75: "late", 100: "missed", 150: "needs"}


@warning_pages.get("/warnings")
@gate.signed_in
def warnings() -> str:
    """The warnings that go to this person; or all of the sites they lead."""
    person, now = me(), clock.now()
    may_see_all = rank_of(person) >= gate.RANKS["supervisor"]
    every = may_see_all and "all" in request.args
    page = page_of(warn.mine(person, every))
    until = warn.seen_until(person, now)
    rows = [
        each | {"is_new": each["warning"].made_at > until and each["warning"].at > now - warn.FRESH} for each in lines(page.rows, person)
    ]
    return render_template(
        "service/warnings.html", page=page, rows=rows, until=until, every=every, may_see_all=may_see_all,
        unseen=any(row["is_new"] for row in rows) and not every,
    )  # fmt: skip


def lines(found: list[ClockWarning], person: Person) -> list[dict[str, Any]]:
    """Warnings with what they are about and where that is. A fixed number of queries."""
    orders = orders_about(found)
    of_request = {order.request_id: order for order in orders.values() if order.request_id and order.assignee_id == person.id}
    seen = {each.request.id: each for each in looks(list(requests_by_id(w.subject_id for w in found if w.subject == "request").values()))}
    types = types_of_sites({order.site_id for order in orders.values()})
    made = []
    for warning in found:
        if warning.subject == "request" and warning.subject_id in seen:
            about, site = about_request(seen[warning.subject_id]), seen[warning.subject_id].request.site
            own, is_office = of_request.get(warning.subject_id), (rank_at(person, warning.site_id) or 0) >= gate.RANKS["desk"]
            href = f"/requests/{warning.subject_id}" if is_office else f"/work-orders/{own.id}" if own else ""
        elif warning.subject_id in orders:
            order = orders[warning.subject_id]
            about, site, href = about_order(order, types), order.site, f"/work-orders/{order.id}"
        else:
            continue
        made.append(line(warning, about, site, href))
    return made


def line(warning: ClockWarning, about: str, site: Site, href: str) -> dict[str, Any]:
    """One warning as the page shows it."""
    return {
        "warning": warning, "about": about, "zone": site.zone, "site": site, "href": href, "mark": MARKS.get(warning.percent, "late"),
        "clock": CLOCK_WORDS[warning.name], "word": PERCENT_WORDS[warning.percent],
    }  # fmt: skip


def orders_about(found: Iterable[ClockWarning]) -> dict[UUID, WorkOrder]:
    """The orders that warnings are about, and those of the requests that they are about."""
    keys = [w.subject_id for w in found]
    if not keys:  # an empty list is looked for in every row
        return {}
    rows = db.session.scalars(sa.select(WorkOrder).where(sa.or_(WorkOrder.id.in_(keys), WorkOrder.request_id.in_(keys))))
    return {order.id: order for order in rows}


def about_request(seen: Look) -> str:
    """A request in a few words."""
    request_ = seen.request
    where = request_.spot or named(request_.checkpoint or request_.place or request_.site)
    return f"{named(seen.type)} · {where} · {request_.number}"


def about_order(order: WorkOrder, types: dict[UUID, dict[str, Any]]) -> str:
    """An order in a few words."""
    own = types[order.site_id]
    where = order.spot or named(order.checkpoint or order.place or order.site)
    return f"{named(own.get(order.type_code) or own['other'])} · {where} · {order.number}"


@warning_pages.post("/warnings/seen")
@gate.signed_in
def seen() -> AnyResponse:
    """The person has seen them all."""
    warn.mark_seen(me(), clock.now())
    return redirect(url_for("warnings.warnings"), 303)
