"""A day beside the day before and the same weekday of the week before: figures only, five queries for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db
from webapp.daily_log import readings
from webapp.patrols import queries
from webapp.patrols.models import RoundStep, Scan
from webapp.patrols.states import RoundState, Seen, Step, round_state
from webapp.people.models import Duty
from webapp.records.models import Correction
from webapp.sites.models import Site

SEEN = ("on_time", "late", "early")


@dataclass(frozen=True)
class Totals:
    """What a day comes to: points due and seen, missed, late; doubtful scans; work orders finished, and in time; people who were there."""

    due: int = 0
    seen: int = 0
    missed: int = 0
    late: int = 0
    doubtful: int = 0
    finished: int = 0
    in_time: int = 0
    staff: int = 0

    @property
    def share(self) -> str:
        """Points seen of points due (clause 7.2), in per cent."""
        return f"{100 * self.seen / self.due:.1f}%" if self.due else "–"


def totals_of(site: Site, days: Iterable[date], now: datetime) -> dict[date, Totals]:
    """The figures of those days, as they stand now."""
    days = list(days)
    scans = scans_of(site.id, days)
    gone = withdrawn_of(site.id, days)
    steps = steps_of(site.id, days)
    spans = [day_bounds(day, site.zone) for day in days]
    finished = readings.finished_on(site.id, spans)
    there = duty_of(site, spans)
    facts = facts_of(scans, gone, steps)
    found = {}
    for day in days:
        rounds = [round_state(r, *facts.get(r.id, NOTHING), now) for r in queries.rounds_on(site, day)]
        jobs = [(at, due) for at, due in finished if local_day(at, site.zone) == day]
        kept = [scan for scan in scans.get(day, ()) if scan.id not in gone]
        found[day] = Totals(
            due=count(rounds, *SEEN, "missed"),
            seen=count(rounds, *SEEN),
            missed=count(rounds, "missed"),
            late=count(rounds, "late"),
            doubtful=sum(scan.doubtful for scan in kept),
            finished=len(jobs),
            in_time=sum(at <= due for at, due in jobs),
            staff=len({scan.person_id for scan in kept} | there.get(day, set())),
        )
    return found


def count(rounds: Iterable[RoundState], *states: str) -> int:
    """Points in one of the states."""
    return sum(each.count(*states) for each in rounds)


Row = sa.Row[UUID, UUID, UUID, str | None, date, datetime, bool, bool]


def scans_of(site_id: UUID, days: list[date]) -> dict[date, list[Row]]:
    """Scans by day, as far as figures need them."""
    columns = (Scan.id, Scan.checkpoint_id, Scan.person_id, Scan.round_id, Scan.day, Scan.at, Scan.repeat, Scan.doubtful)
    found: dict[date, list[Row]] = {}
    for row in db.session.execute(sa.select(*columns).where(Scan.site_id == site_id, Scan.day.in_(days))):
        found.setdefault(row.day, []).append(row)
    return found


def withdrawn_of(site_id: UUID, days: list[date]) -> set[UUID]:
    """Which of those scans were withdrawn."""
    found = sa.select(Correction.about).join(Scan, Scan.id == Correction.about)
    return set(db.session.scalars(found.where(Scan.site_id == site_id, Scan.day.in_(days), Correction.verb == "withdraw")))


def steps_of(site_id: UUID, days: list[date]) -> list[RoundStep]:
    """Steps of the days' rounds."""
    return list(
        db.session.scalars(sa.select(RoundStep).where(RoundStep.site_id == site_id, RoundStep.day.in_(days)).order_by(RoundStep.at))
    )


Facts = tuple[list[Seen], list[Step]]
NOTHING: Facts = ([], [])


def facts_of(scans: Mapping[date, Iterable[Row]], gone: set[UUID], steps: Iterable[RoundStep]) -> dict[str, Facts]:
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


def duty_of(site: Site, spans: list[tuple[datetime, datetime]]) -> dict[date, set[UUID]]:
    """Who clocked on or off, by day."""
    within = sa.or_(*(sa.and_(Duty.at >= start, Duty.at < end) for start, end in spans))
    found: dict[date, set[UUID]] = {}
    for person_id, at in db.session.execute(sa.select(Duty.person_id, Duty.at).where(Duty.site_id == site.id, within)):
        found.setdefault(local_day(at, site.zone), set()).add(person_id)
    return found
