"""What became of a day's points, in figures. Days that are over are worked out once, as long as nothing comes for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import DAY, day_bounds
from webapp.core.db import db
from webapp.patrols import queries
from webapp.patrols.models import RoundStep, Scan
from webapp.patrols.states import RoundState, Seen, Step, round_state
from webapp.records.models import Correction
from webapp.sites.models import Site

SEEN = ("on_time", "late", "early")


@dataclass(frozen=True)
class Points:
    """A day's points: due, seen, missed and late; how many scans are doubtful; who scanned."""

    due: int = 0
    seen: int = 0
    missed: int = 0
    late: int = 0
    doubtful: int = 0
    people: frozenset[UUID] = frozenset()


Key = tuple[str, UUID, date]
Mark = tuple[int, ...]  # what a day follows from: the plans, and how many scans, steps and withdrawals it has; all are only added to
_kept: dict[Key, tuple[Mark, Points]] = {}
MOST_KEPT = 5_000


def points_of(site: Site, days: Iterable[date], now: datetime) -> dict[date, Points]:
    """The figures of those days, as they stand now."""
    days = sorted(days)
    if not days:
        return {}
    gone = withdrawn_of(site, days)
    marks, address = _marks(site, days, gone), str(db.engine.url)
    found = {day: kept[1] for day in days if (kept := _kept.get((address, site.id, day))) and kept[0] == marks[day]}
    for day, points in _worked_out(site, [day for day in days if day not in found], gone, now).items():
        found[day] = points
        if all(round_.closes_at < now for round_ in queries.rounds_on(site, day)):
            _kept[address, site.id, day] = marks[day], points
    while len(_kept) > MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found


def withdrawn_of(site: Site, days: list[date]) -> dict[UUID, date]:
    """Scans of these days that were withdrawn, which is within minutes."""
    start, end = day_bounds(days[0], site.zone)[0], day_bounds(days[-1], site.zone)[1]
    found = (
        sa.select(Scan.id, Scan.day)
        .join(Correction, Correction.about == Scan.id)
        .where(Correction.verb == "withdraw", Correction.at >= start - DAY, Correction.at < end + 2 * DAY)
        .where(Scan.site_id == site.id, Scan.day.in_(days))
    )
    return {row[0]: row[1] for row in db.session.execute(found)}


def _marks(site: Site, days: list[date], gone: Mapping[UUID, date]) -> dict[date, Mark]:
    plans = db.session.connection().scalar(queries.REVISION, {"site": site.id}) or 0
    scans, steps = ({row[0]: row[1] for row in db.session.execute(_count(table, site, days))} for table in (Scan, RoundStep))
    withdrawn = list(gone.values())
    return {day: (plans, scans.get(day, 0), steps.get(day, 0), withdrawn.count(day)) for day in days}


def _count(table: type[Scan | RoundStep], site: Site, days: list[date]) -> sa.Select[date, int]:
    return sa.select(table.day, sa.func.count()).where(table.site_id == site.id, table.day.in_(days)).group_by(table.day)


def _worked_out(site: Site, days: list[date], gone: Mapping[UUID, date], now: datetime) -> dict[date, Points]:
    return {day: _figures(facts) for day, facts in facts_of_days(site, days, gone, now).items()}


def _figures(facts: DayFacts) -> Points:
    return Points(
        due=_total(facts.rounds, *SEEN, "missed"),
        seen=_total(facts.rounds, *SEEN),
        missed=_total(facts.rounds, "missed"),
        late=_total(facts.rounds, "late"),
        doubtful=sum(scan.doubtful for scan in facts.scans),
        people=frozenset(scan.person_id for scan in facts.scans),
    )


def facts_of_days(site: Site, days: list[date], gone: Mapping[UUID, date], now: datetime) -> dict[date, DayFacts]:
    """What the figures of these days follow from. `gone`: withdrawn scans."""
    if not days:
        return {}
    scans = _scans_of(site.id, days)
    facts = _facts_of(scans, gone, _steps_of(site.id, days))
    return {
        day: DayFacts(
            [round_state(r, *facts.get(r.id, NOTHING), now) for r in queries.rounds_on(site, day)],
            [scan for scan in scans.get(day, ()) if scan.id not in gone],
        )
        for day in days
    }


def _total(rounds: Iterable[RoundState], *states: str) -> int:
    """Points in one of the states."""
    return sum(each.count(*states) for each in rounds)


Row = sa.Row[UUID, UUID, UUID, str | None, date, datetime, bool, bool]


@dataclass(frozen=True)
class DayFacts:
    """A day's rounds as they stand, and its scans without the withdrawn ones."""

    rounds: list[RoundState]
    scans: list[Row]


def _scans_of(site_id: UUID, days: list[date]) -> dict[date, list[Row]]:
    """Scans by day, as far as figures need them."""
    columns = (Scan.id, Scan.checkpoint_id, Scan.person_id, Scan.round_id, Scan.day, Scan.at, Scan.repeat, Scan.doubtful)
    found: dict[date, list[Row]] = {}
    for row in db.session.execute(sa.select(*columns).where(Scan.site_id == site_id, Scan.day.in_(days))):
        found.setdefault(row.day, []).append(row)
    return found


def _steps_of(site_id: UUID, days: list[date]) -> list[RoundStep]:
    """Steps of the days' rounds."""
    return list(db.session.scalars(sa.select(RoundStep).where(RoundStep.site_id == site_id, RoundStep.day.in_(days))))


Facts = tuple[list[Seen], list[Step]]
NOTHING: Facts = ([], [])


def _facts_of(scans: Mapping[date, Iterable[Row]], gone: Mapping[UUID, date], steps: Iterable[RoundStep]) -> dict[str, Facts]:
    """By round: its scans and steps, as its state follows from them."""
    found: dict[str, Facts] = {}
    for own in scans.values():
        for s in own:
            if s.round_id:
                seen = Seen(s.id, s.checkpoint_id, s.person_id, s.at, s.id in gone, s.repeat, s.doubtful)
                found.setdefault(s.round_id, ([], []))[0].append(seen)
    for step in steps:
        made = Step(step.verb, step.at, step.person_id, step.to_person_id, step.reason, step.id)
        found.setdefault(step.round_id, ([], []))[1].append(made)
    return found
