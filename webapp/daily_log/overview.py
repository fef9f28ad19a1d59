"""One day of all communities: where each stands with its signature, and which days before are still unsigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.clock import DAY
from webapp.core.db import db
from webapp.core.i18n import day_words
from webapp.core.problems import Problem
from webapp.daily_log.busy import is_busy
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.days import parse_day
from webapp.daily_log.models import DaySignature
from webapp.daily_log.signing import Signing, signing_of
from webapp.daily_log.words import DAY_STATES
from webapp.patrols.queries import rounds_by_day
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import sites_for

overview = Blueprint("overview", __name__)

STRIP = 14  # days


@dataclass
class Mark:
    """One of the days before: `state` is signed, unsigned, or none where nothing was planned and nothing recorded."""

    day: date
    state: str
    word: str


@dataclass
class Standing:
    """A community's day, and the days before it."""

    shown: Day
    signing: Signing
    strip: list[Mark]

    @property
    def unsigned(self) -> int:
        """How many of the days before nobody has signed."""
        return sum(mark.state == "unsigned" for mark in self.strip)


def standing_of(site: Site, day: date, now: datetime, signed: set[tuple[UUID, date]]) -> Standing:
    """Where the day and those before it stand."""
    shown = day_of(site, day, now)
    before = [day - timedelta(days=n) for n in range(STRIP - 1, 0, -1)]
    strip = [
        mark_of(site, each, (site.id, each) in signed or bool(planned) or is_busy(site, each), signed)
        for each, planned in rounds_by_day(site, before).items()
    ]
    return Standing(shown, signing_of(shown), strip)


def mark_of(site: Site, day: date, wants_one: bool, signed: set[tuple[UUID, date]]) -> Mark:
    """A day before: signed or not."""
    state = "signed" if (site.id, day) in signed else "unsigned" if wants_one else "none"
    return Mark(day, state, day_words(day, False))


def signed_days(site_ids: list[UUID], day: date) -> set[tuple[UUID, date]]:
    """Which days of these sites have a signature, of the last ones before `day`."""
    found = sa.select(DaySignature.site_id, DaySignature.day).where(DaySignature.day > day - timedelta(days=STRIP), DaySignature.day <= day)
    return {(row.site_id, row.day) for row in db.session.execute(found.where(DaySignature.site_id.in_(site_ids)))}


@overview.get("/days")
@gate.at_least("supervisor")
def yesterday() -> AnyResponse:
    """To yesterday's page: the day that is to be signed now."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    day = clock.local_day(clock.now(), reached[0].zone) - DAY
    return redirect(url_for("overview.days", day=day.isoformat()))


@overview.get("/days/<day>")
@gate.at_least("supervisor")
def days(day: str) -> str:
    """A day of all communities in one's charge."""
    wanted, now = parse_day(day), clock.now()
    reached = sites_for(me(), "supervisor")
    signed = signed_days([site.id for site in reached], wanted)
    today = max((clock.local_day(now, site.zone) for site in reached), default=wanted)
    return render_template(
        "daily_log/days.html", standings=[standing_of(site, wanted, now, signed) for site in reached], day=wanted, before=wanted - DAY,
        after=wanted + DAY, today=today, day_states=DAY_STATES,
    )  # fmt: skip
