"""A day's checkpoints as they lie on a site's plan, each in the worst of its states. Derived, as the month is; nothing of it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from webapp.core.i18n import named
from webapp.daily_log.points import SEEN, DayFacts, facts_of_days, withdrawn_of
from webapp.daily_log.rules import spot_state
from webapp.patrols.states import PointState
from webapp.sites.models import Checkpoint, FloorPlan, PlanPoint, Site
from webapp.sites.plans import points_on

SPOT_WORDS: dict[str, LazyString] = {
    "missed": lazy_gettext("Missed"),
    "doubtful": lazy_gettext("Doubtful"),
    "late": lazy_gettext("Late"),
    "on_time": lazy_gettext("On time"),
    "open": lazy_gettext("Due still"),
    "none": lazy_gettext("Not due"),
}


@dataclass
class Spot:
    """A checkpoint on a day. `counts`: its points by state (early, on_time, late, missed, open) and `doubtful` scans; `last`: when it was seen."""

    point: PlanPoint
    counts: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None
    hrefs: dict[str, str] = field(default_factory=dict)  # by state: where its latest evidence is

    @property
    def checkpoint(self) -> Checkpoint:
        return self.point.checkpoint

    @property
    def state(self) -> str:
        """See `rules.spot_state`."""
        return spot_state(self.counts)

    @property
    def word(self) -> str:
        return str(SPOT_WORDS[self.state])

    @property
    def due(self) -> int:
        """How often it was to be seen so far."""
        return self.seen + self.counts["missed"]

    @property
    def seen(self) -> int:
        return sum(self.counts[state] for state in SEEN)

    @property
    def href(self) -> str:
        """The evidence of its state; of a checkpoint that nobody was to see, the checkpoint."""
        return self.hrefs.get(self.state) or self.hrefs.get("early") or f"/checkpoints/{self.checkpoint.id}"

    @property
    def told(self) -> str:
        """Its figures in words: 2 missed, 1 late, 9 on time, 3 to come."""
        counts = self.counts
        parts = (
            ngettext("%(num)d missed", "%(num)d missed", counts["missed"]) if counts["missed"] else "",
            ngettext("%(num)d doubtful", "%(num)d doubtful", counts["doubtful"]) if counts["doubtful"] else "",
            ngettext("%(num)d late", "%(num)d late", counts["late"]) if counts["late"] else "",
            ngettext("%(num)d early", "%(num)d early", counts["early"]) if counts["early"] else "",
            ngettext("%(num)d on time", "%(num)d on time", counts["on_time"]) if counts["on_time"] else "",
            ngettext("%(num)d to come", "%(num)d to come", counts["open"]) if counts["open"] else "",
        )
        return " · ".join(filter(None, parts)) or _("no round comes here on this day")

    @property
    def spoken(self) -> str:
        """For those who do not see the mark."""
        return f"{self.checkpoint.number} {named(self.checkpoint)}: {self.word} ({self.told})"


def spots_of(site: Site, plan: FloorPlan, day: date, now: datetime) -> list[Spot]:
    """The plan's checkpoints on that day, by number: those in use, and retired ones that were to be seen or were seen."""
    facts = facts_of_days(site, [day], withdrawn_of(site, [day]), now)[day]
    spots = {point.checkpoint_id: Spot(point) for point in points_on(plan.id)}
    _count_points(spots, facts, f"/log/{site.slug}/{day}/rounds/")
    _count_scans(spots, facts, f"/log/{site.slug}/{day}")
    return [spot for spot in spots.values() if spot.counts or spot.last or spot.checkpoint.retired_at is None]


def _count_points(spots: Mapping[UUID, Spot], facts: DayFacts, rounds: str) -> None:
    """Each round's points, with the address of each: the round's evidence, at that point."""
    for round_ in facts.rounds:
        for number, point in enumerate(round_.points, 1):
            spot = spots.get(point.point.checkpoint_id)
            if spot is None:
                continue
            href = f"{rounds}{round_.round.id}#p{number}"
            spot.counts[point.state] += 1
            for state in _states(point):
                if state != "open" or state not in spot.hrefs:  # of what is to come the next, of all else the latest
                    spot.hrefs[state] = href


def _states(point: PointState) -> Iterable[str]:
    """A point's state; a doubtful scan that counts has its evidence there too."""
    yield point.state
    if point.scan and point.scan.doubtful:
        yield "doubtful"


def _count_scans(spots: Mapping[UUID, Spot], facts: DayFacts, log: str) -> None:
    """Doubtful scans in rounds and outside, and when somebody was there last."""
    for scan in facts.scans:
        spot = spots.get(scan.checkpoint_id)
        if spot is None:
            continue
        spot.last = max(spot.last, scan.at) if spot.last else scan.at
        if scan.doubtful:
            spot.counts["doubtful"] += 1
            spot.hrefs.setdefault("doubtful", f"{log}/rounds/{scan.round_id}" if scan.round_id else f"{log}#loose")


def in_order(spots: Iterable[Spot]) -> list[Spot]:
    """What asks for a look first, then by number."""
    order = list(SPOT_WORDS)
    return sorted(spots, key=lambda spot: (order.index(spot.state), spot.checkpoint.number))


def totals_of(spots: Iterable[Spot]) -> list[tuple[str, str, int]]:
    """(state, word, how many checkpoints), every state, the worst first."""
    counts = Counter(spot.state for spot in spots)
    return [(state, str(word), counts[state]) for state, word in SPOT_WORDS.items()]
