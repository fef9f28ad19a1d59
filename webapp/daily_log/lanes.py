"""The picture of a day: routes × 24 hours, windows and scans, as `parts/pictures.html` draws it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from webapp.core.clock import day_bounds
from webapp.core.i18n import clock_time
from webapp.patrols.showing import PointLine, RoundView
from webapp.patrols.words import point_words, round_pill
from webapp.sites.models import Site


def minute_of(site: Site, day: date, moment: datetime) -> int:
    """Minutes since the day's midnight, kept within the picture."""
    return _minute(day_bounds(day, site.zone)[0], moment)


def lanes_of(site: Site, day: date, views: Iterable[RoundView]) -> list[dict[str, Any]]:
    """One lane a route."""
    start, _end = day_bounds(day, site.zone)
    by_route: dict[UUID, list[RoundView]] = {}
    for view in views:
        by_route.setdefault(view.round.route_id, []).append(view)
    return [_lane(site, f"/log/{site.slug}/{day}/rounds", start, found) for found in by_route.values()]


def _lane(site: Site, rounds: str, start: datetime, views: list[RoundView]) -> dict[str, Any]:
    windows, marks = [], []
    for view in views:
        round_, word = view.round, f"{clock_time(view.round.starts_at, site.zone)} {view.name}: {round_pill(view.state)[1]}"
        windows.append(
            {"from": _minute(start, round_.starts_at), "to": _minute(start, round_.due_until), "href": f"/rounds/{round_.id}", "word": word}
        )
        marks += [
            _mark(site, start, view, point) | {"href": f"{rounds}/{round_.id}#p{number}"}
            for number, point in enumerate(view.points, 1)
            if point.state.state != "open"
        ]
    seen, missed = sum(v.state.seen for v in views), sum(v.state.count("missed") for v in views)
    summary = _("%(seen)s points scanned, %(missed)s missed in %(rounds)s rounds", seen=seen, missed=missed, rounds=len(views))
    return {"name": views[0].name, "summary": summary, "windows": windows, "scans": marks}


def _minute(start: datetime, moment: datetime) -> int:
    """Minutes since `start`, kept within the picture."""
    return max(0, min(1440, int((moment - start).total_seconds() // 60)))


def _mark(site: Site, start: datetime, view: RoundView, point: PointLine) -> dict[str, Any]:
    """A point's mark; what was in time needs no words of its own: its round's window has them."""
    state = point.state
    scan = state.scan if state.state != "missed" else None
    if scan is not None and state.state == "on_time" and not scan.doubtful:
        return {"at": _minute(start, scan.at), "state": "on_time", "word": ""}
    moment = scan.at if scan else view.round.due_until
    word = f"{clock_time(moment, site.zone)} {point.name}: {point_words(state)}"
    return {"at": _minute(start, moment), "state": "doubtful" if scan and scan.doubtful else state.state, "word": word}
