"""The picture of a day: routes and teams over its hours, as `parts/pictures.html` draws it. Minutes are those that have passed since midnight,
so that on a day of 23 or 25 hours everything lies under its own hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from webapp.core.clock import day_bounds
from webapp.core.i18n import clock_time
from webapp.patrols.showing import PointLine, RoundView
from webapp.patrols.words import point_words, round_pill
from webapp.sites.models import Site

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Scale:
    """A site's day as the picture measures it: in minutes since its midnight."""

    start: datetime
    end: datetime
    zone: str

    @classmethod
    def of(cls, site: Site, day: date) -> Scale:
        return cls(*day_bounds(day, site.zone), site.zone)

    @cached_property
    def length(self) -> int:
        """Minutes of the day: 1380, 1440 or 1500."""
        return int((self.end - self.start).total_seconds() // 60)

    @cached_property
    def hours(self) -> list[tuple[int, int]]:
        """(minute, hour as the clock shows it) of each full hour, 24 at the end; an hour that comes twice stands there twice."""
        zone, found, moment = ZoneInfo(self.zone), [], self.start
        while moment < self.end:
            local = moment.astimezone(zone)
            if local.minute == 0:
                found.append((self.minute(moment), local.hour))
            moment += HOUR - timedelta(minutes=local.minute)
        return [*found, (self.length, 24)]

    def minute(self, moment: datetime) -> int:
        """Minutes since midnight, kept within the picture."""
        return max(0, min(self.length, int((moment - self.start).total_seconds() // 60)))


def lanes_of(site: Site, day: date, views: Iterable[RoundView]) -> list[dict[str, Any]]:
    """One lane a route."""
    scale = Scale.of(site, day)
    by_route: dict[UUID, list[RoundView]] = {}
    for view in views:
        by_route.setdefault(view.round.route_id, []).append(view)
    return [_lane(site, f"/log/{site.slug}/{day}/rounds", scale, found) for found in by_route.values()]


def _lane(site: Site, rounds: str, scale: Scale, views: list[RoundView]) -> dict[str, Any]:
    windows, marks = [], []
    for view in views:
        round_, word = view.round, f"{clock_time(view.round.starts_at, site.zone)} {view.name}: {round_pill(view.state)[1]}"
        windows.append(
            {"from": scale.minute(round_.starts_at), "to": scale.minute(round_.due_until), "href": f"/rounds/{round_.id}", "word": word}
        )
        marks += [
            _mark(site, scale, view, point) | {"href": f"{rounds}/{round_.id}#p{number}"}
            for number, point in enumerate(view.points, 1)
            if point.state.state != "open"
        ]
    seen, missed = sum(v.state.seen for v in views), sum(v.state.count("missed") for v in views)
    summary = _("%(seen)s points scanned, %(missed)s missed in %(rounds)s rounds", seen=seen, missed=missed, rounds=len(views))
    return {"name": views[0].name, "summary": summary, "windows": windows, "scans": marks}


def _mark(site: Site, scale: Scale, view: RoundView, point: PointLine) -> dict[str, Any]:
    """A point's mark; what was in time needs no words of its own: its round's window has them."""
    state = point.state
    scan = state.scan if state.state != "missed" else None
    if scan is not None and state.state == "on_time" and not scan.doubtful:
        return {"at": scale.minute(scan.at), "state": "on_time", "word": ""}
    moment = scan.at if scan else view.round.due_until
    word = f"{clock_time(moment, site.zone)} {point.name}: {point_words(state)}"
    return {"at": scale.minute(moment), "state": "doubtful" if scan and scan.doubtful else state.state, "word": word}
