"""The trust review: doubtful scans of the last two weeks that nobody has decided about, one after the other, with what comes back in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, htmx
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.daily_log import settling
from webapp.daily_log.models import DaySignature
from webapp.daily_log.patterns import Pattern, Trace, patterns_of
from webapp.daily_log.settling import Item
from webapp.daily_log.walked import doubtful_line
from webapp.daily_log.words import ANSWERS, DECIDED, STANDS
from webapp.patrols.models import Scan
from webapp.patrols.showing import scan_lines
from webapp.patrols.words import duration
from webapp.people.models import Person
from webapp.people.session import me
from webapp.photos.queries import stored
from webapp.records.models import Correction
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id, site_for, sites_for
from webapp.work_orders.queries import types_of

review = Blueprint("review", __name__)

LOOKED_BACK = timedelta(days=14)
MOST = 40  # at once; the next ones move up


@dataclass
class Review:
    """What the page shows. `habits`: what comes back, in words, by person; `left`: how many there are in all."""

    items: list[Item]
    left: int
    people: dict[UUID, Person]
    habits: dict[UUID, list[str]]


def review_of(site: Site, today: date) -> Review:
    """The stream, the latest first: eight queries, whatever their number."""
    since = today - LOOKED_BACK
    doubtful = doubtful_scans(site.id, since)
    keys = {f"doubtful:{scan.id}": scan for scan in doubtful}
    decided = settling.decisions_about(site.id, today, keys)
    answers = settling.answers_to(row.id for rows in decided.values() for row in rows if row.verb == "ask")
    signed = set(db.session.scalars(sa.select(DaySignature.day).where(DaySignature.site_id == site.id, DaySignature.day >= since)))
    waiting = [scan for scan in doubtful if scan.day not in signed]
    lines = scan_lines(waiting)
    pictures = stored([sha for line in lines for sha in (*line.photos, line.scan.frame_sha256) if sha])
    items = []
    for line in reversed(lines):
        found = doubtful_line(line, site.zone, pictures)
        item = settling.item_of(found, line.scan.day, decided.get(found.key, []), answers, None)
        if not item.is_done and item.state != "asked" and not line.withdrawn:
            items.append(item)
    shown = items[:MOST]
    people = settling.people_of(shown, [], [], {})
    return Review(shown, len(items), people, habits_of(site, since, doubtful, {scan for item in shown for scan in item.line.people}))


def doubtful_scans(site_id: UUID, since: date) -> list[Scan]:
    """Doubtful scans of the last days that were not withdrawn, in order of time."""
    gone = sa.exists().where(Correction.about == Scan.id, Correction.verb == "withdraw")
    found = sa.select(Scan).where(Scan.site_id == site_id, Scan.day >= since, Scan.doubtful.is_(True), ~gone)
    return list(db.session.scalars(found.order_by(Scan.at)))


def habits_of(site: Site, since: date, doubtful: list[Scan], persons: set[UUID]) -> dict[UUID, list[str]]:
    """What comes back in the scans of these people, in words."""
    doubts = {scan.id: frozenset(str(g["about"]) for g in scan.trust if g["grade"] == "doubt") for scan in doubtful}
    columns = (Scan.id, Scan.person_id, Scan.checkpoint_id, Scan.round_id, Scan.at)
    rows = db.session.execute(
        sa.select(*columns).where(Scan.site_id == site.id, Scan.day >= since, Scan.person_id.in_(persons)).order_by(Scan.at)
    )
    traces = [Trace(row.person_id, row.checkpoint_id, row.round_id, row.at, doubts.get(row.id, frozenset())) for row in rows]
    found = patterns_of(traces)
    points = checkpoints_by_id(pattern.checkpoint_id for pattern in found if pattern.checkpoint_id)
    words: dict[UUID, list[str]] = {}
    for pattern in found:
        words.setdefault(pattern.person_id, []).append(habit_words(pattern, points))
    return words


def habit_words(pattern: Pattern, points: Mapping[UUID, Checkpoint]) -> str:
    """A pattern in words."""
    if pattern.name == "steady":
        every = _("%(seconds)s s", seconds=pattern.seconds) if pattern.seconds < 120 else duration(pattern.seconds)
        return _("%(count)s of %(of)s points at the same interval of %(every)s", count=pattern.count, of=pattern.of, every=every)
    if pattern.name == "fast":
        return _("%(count)s of %(of)s scans faster than one can walk", count=pattern.count, of=pattern.of)
    point = points.get(pattern.checkpoint_id) if pattern.checkpoint_id else None
    return _("%(count)s of %(of)s scans of “%(point)s” were doubtful", count=pattern.count, of=pattern.of, point=named(point))


# ---------------------------------------------------------------- the page


@review.get("/review")
@gate.at_least("supervisor")
def first_review() -> AnyResponse:
    """To the review of one's first site."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("review.review_page", slug=reached[0].slug))


@review.get("/review/<slug>")
@gate.at_least("supervisor")
def review_page(slug: str) -> str:
    """Doubtful scans that nobody has decided about."""
    return show_review(site_for(me(), slug, "supervisor"))


def show_review(site: Site, wrong: str = "", typed: Mapping[str, str] | None = None) -> str:
    """The page, or the part of it that is exchanged."""
    found = review_of(site, clock.local_day(clock.now(), site.zone))
    left = ngettext("%(num)d doubtful scan", "%(num)d doubtful scans", found.left) if found.left else ""
    return htmx.show(
        "daily_log/review.html", "daily_log/_review.html",
        found=found, left=left, site_=site, sites=sites_for(me(), "supervisor"), people=found.people, locked=False, then="review", stands=STANDS,
        decided=DECIDED, answer_words=ANSWERS, wrong=wrong, typed=typed or {}, days=LOOKED_BACK.days,
        job_types=[(code, named(known)) for code, known in types_of(site.id).items() if not known.retired],
    )  # fmt: skip
