"""Pages that sum requests up: complaints of a month, and the flow chart of clause 3.1 with what stands at each step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import lazy_gettext

from webapp.core import clock, gate, htmx, sheets
from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.session import me
from webapp.service import flow, queries
from webapp.service.complaints import Heard, Line, overview
from webapp.service.models import Request
from webapp.service.passages import passages
from webapp.service.queries import Look
from webapp.service.words import FLOW_WORDS, SOURCE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.standards.clocks import state as clock_state
from webapp.work_orders.spans import span
from webapp.work_orders.types import WorkType

overviews = Blueprint("overviews", __name__)

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
REPLIED = {"kept": True, "missed": False, "overdue": False}


# ---------------------------------------------------------------- complaints


@overviews.get("/requests/complaints")
@gate.at_least("desk")
def complaints() -> str | Response:
    """Complaints of a month by type and source."""
    sites = sites_for(me(), "desk")
    if not sites:
        raise Problem("not-found")
    site = site_for(me(), request.args.get("site", sites[0].slug), "desk")
    first = month_asked_for(site)
    looks = complaints_of(site, first)
    lines, everything = overview(heard(seen, clock.now()) for seen in looks)
    types = looks[0].types if looks else {}
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"complaints-{site.slug}-{first:%Y-%m}", complaint_columns(types), lines, site.zone)
    before, after = months_beside(first)
    choices = [
        {"href": url_for("overviews.complaints", site=s.slug, month=f"{first:%Y-%m}"), "word": named(s), "active": s.id == site.id}
        for s in sites
    ]
    return render_template(
        "service/complaints.html", site_=site, sites=choices, lines=lines, everything=everything, types=types, sources=SOURCE_WORDS, month=first,
        before=url_for("overviews.complaints", site=site.slug, month=f"{before:%Y-%m}"),
        after=url_for("overviews.complaints", site=site.slug, month=f"{after:%Y-%m}") if after <= clock.local_day(clock.now(), site.zone) else None,
    )  # fmt: skip


def complaint_columns(types: Mapping[str, WorkType]) -> tuple[sheets.Column[Line], ...]:
    """The columns of the list as a file."""
    return (
        sheets.Column("type", lazy_gettext("Type"), lambda line: named(types.get(line.type_code)) or line.type_code, 24),
        sheets.Column("source", lazy_gettext("From"), lambda line: SOURCE_WORDS[line.source], 20),
        sheets.Column("count", lazy_gettext("Complaints"), lambda line: line.count, 11),
        sheets.Column("in_time", lazy_gettext("Answered in time"), lambda line: line.in_time, 11),
        sheets.Column("replies_due", lazy_gettext("Replies due"), lambda line: line.replies_due, 11),
        sheets.Column("told", lazy_gettext("Told the result"), lambda line: line.told, 11),
        sheets.Column("ended", lazy_gettext("Ended"), lambda line: line.ended, 9),
        sheets.Column("rated", lazy_gettext("Rated"), lambda line: line.rated, 9),
        sheets.Column("mean", lazy_gettext("Mean of the stars"), lambda line: round(line.mean, 2) if line.mean is not None else None, 11),
    )


def month_asked_for(site: Site) -> date:
    """The first day of the month in the address, or of this month. Raises Problem not-found for what is none."""
    asked = request.args.get("month", "")
    if not asked:
        return clock.local_day(clock.now(), site.zone).replace(day=1)
    if not MONTH.fullmatch(asked):
        raise Problem("not-found")
    return date.fromisoformat(f"{asked}-01")


def months_beside(first: date) -> tuple[date, date]:
    """The first days of the month before and of the one after."""
    before = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    after = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    return before, after


def complaints_of(site: Site, first: date) -> list[Look]:
    """Complaints that came in that month, those included that the desk found to be some."""
    start, end = day_bounds(first, site.zone)[0], day_bounds(months_beside(first)[1], site.zone)[0]
    found = queries.requests_reached(me()).where(Request.site_id == site.id, Request.received_at >= start, Request.received_at < end)
    return queries.looks(list(db.session.scalars(found.where(queries.corrected("kind") == "complaint"))))


def heard(seen: Look, now: datetime) -> Heard:
    """A complaint as the overview counts it."""
    reply = next((c for c in seen.clocks(now) if c.name == "reply"), None)
    ended = seen.standing.state in ("resolved", "closed")
    told = seen.standing.result_told_at is not None
    return Heard(
        seen.type_code,
        seen.request.source,
        REPLIED.get(clock_state(reply, now)) if reply else None,
        told if ended else None,
        seen.standing.satisfaction,
    )


# ---------------------------------------------------------------- the flow chart


@dataclass(frozen=True)
class Drawn:
    """A box of the chart, where it is drawn, and the arrow that leads to it (`way`: its path; `at`: where its words stand)."""

    key: str
    word: str
    href: str
    x: int
    y: int
    count: int
    age: str
    way: str
    at: tuple[int, int]
    time: str
    many: int


@dataclass(frozen=True)
class Layout:
    """How the chart is laid out: boxes a row, their size and the room between them, in units of the picture."""

    name: str
    columns: int
    width: int
    height: int
    gap_x: int
    gap_y: int

    def place(self, n: int) -> tuple[int, int]:
        """Upper left corner of the n-th box: rows run to and fro, so that every arrow is short."""
        row, column = divmod(n, self.columns)
        column = self.columns - 1 - column if row % 2 else column
        return column * (self.width + self.gap_x), row * (self.height + self.gap_y)

    def arrow(self, n: int) -> tuple[str, tuple[int, int]]:
        """The path from the box before the n-th to it, and where its words stand."""
        (x0, y0), (x1, y1) = self.place(n - 1), self.place(n)
        if y0 != y1:
            x = x1 + self.width // 2
            return f"M{x} {y0 + self.height}V{y1 - 8}", (x + 10, (y0 + self.height + y1) // 2 + 4)
        y = y0 + self.height // 2
        ends = (x0 + self.width, x1 - 8) if x1 > x0 else (x0, x1 + self.width + 8)
        return f"M{ends[0]} {y}H{ends[1]}", ((ends[0] + ends[1]) // 2, y - 10)

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole picture."""
        rows = -(-len(flow.STEPS) // self.columns)
        return self.columns * (self.width + self.gap_x) - self.gap_x, rows * (self.height + self.gap_y) - self.gap_y


LAYOUTS = (Layout("desk", 4, 190, 104, 84, 56), Layout("phone", 1, 300, 84, 0, 44))


@overviews.get("/flow/<slug>")
@gate.at_least("desk")
def flow_chart(slug: str) -> str | Response:
    """The flow of requests with what stands at each step now, and how long each step took in the last 30 days."""
    site, now = site_for(me(), slug, "desk"), clock.now()
    ways = list(passages([site.id], now).values())
    boxes, taken = flow.standing_now(ways, now), flow.times_between(ways)
    choices = [{"href": f"/flow/{s.slug}", "word": named(s), "active": s.id == site.id} for s in sites_for(me(), "desk")]
    rows: list[dict[str, Any]] = [
        {"key": step, "word": FLOW_WORDS[step], "href": url_for("desk.request_list", site=slug, state="all", step=step), "box": boxes[step], "taken": taken[step]}
        for step in flow.STEPS
    ]  # fmt: skip
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"flow-{site.slug}", FLOW, rows, site.zone)
    charts = [(layout, drawn(layout, rows)) for layout in LAYOUTS]
    return htmx.show("service/flow.html", "service/_flow.html", site_=site, sites=choices, rows=rows, charts=charts, span=span)


FLOW: tuple[sheets.Column[dict[str, Any]], ...] = (
    sheets.Column("step", lazy_gettext("Step"), lambda row: row["word"], 20),
    sheets.Column("now", lazy_gettext("Here now"), lambda row: row["box"].many, 9),
    sheets.Column("age", lazy_gettext("Oldest, minutes"), lambda row: _minutes(row["box"].age), 11),
    sheets.Column("passed", lazy_gettext("Passed in 30 days"), lambda row: row["taken"].many, 11),
    sheets.Column("took", lazy_gettext("Took, minutes"), lambda row: _minutes(row["taken"].time), 11),
)


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds() // 60)


def drawn(layout: Layout, rows: list[dict[str, Any]]) -> list[Drawn]:
    """The boxes and arrows of a layout."""
    found = []
    for n, row in enumerate(rows):
        (x, y), (way, at) = layout.place(n), layout.arrow(n) if n else ("", (0, 0))
        box, taken = row["box"], row["taken"]
        age, time = (span(length) if length is not None else "" for length in (box.age, taken.time))
        found.append(Drawn(row["key"], str(row["word"]), row["href"], x, y, box.many, age, way, at, time, taken.many))
    return found
