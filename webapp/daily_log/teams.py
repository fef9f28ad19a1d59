"""What each team did on a day: its scans, the steps of its work orders, its inspections. Lanes of the picture, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.db import db
from webapp.core.i18n import clock_time, named
from webapp.daily_log.day import Day
from webapp.daily_log.lanes import Scale
from webapp.inspections.models import Checklist, Inspection
from webapp.patrols.showing import RoundView, ScanLine
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.people.words import TRADE_WORDS
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.steps import FINISHES, WORK
from webapp.work_orders.words import DONE_WORDS

QUARTER = 15  # minutes: what a team did within becomes one mark
BEGINS = ("on_site", "start", "resume")
ENDS = ("pause", "need_parts", "need_contractor", *FINISHES)


@dataclass(frozen=True)
class Done:
    """Something that somebody did. `kind`: scan, step or inspection; `state`: its mark's; `word`: of a step its verb; `about`: what it was done to."""

    at: datetime
    person: Person
    kind: str
    state: str
    word: str
    about: Any
    href: str


@dataclass
class Team:
    """A team's day. `done`: in order of time; `work`: blocks of time with the work order each."""

    trade: str
    done: list[Done] = field(default_factory=list)
    work: list[tuple[datetime, datetime, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(TRADE_WORDS[self.trade])


def teams_of(shown: Day) -> list[Team]:
    """The teams that did anything on the day, in the order of their names' list: three queries."""
    scale = Scale.of(shown.site, shown.day)
    done = [*_scans(shown.site.slug, shown), *_work(shown.site.id, scale.start, scale.end)]
    teams: dict[str, Team] = {}
    for one in sorted(done, key=lambda one: one.at):
        teams.setdefault(one.person.trade, Team(one.person.trade)).done.append(one)
    for team in teams.values():
        team.work = merged(_blocks(team.done, shown.now if shown.is_today else None))
    return [teams[trade] for trade in TRADE_WORDS if trade in teams]


def _scans(slug: str, shown: Day) -> Iterator[Done]:
    rounds = f"/log/{slug}/{shown.day}/rounds"
    found: list[tuple[ScanLine, RoundView | None]] = [(line, view) for view in shown.rounds for line in view.scans]
    for line, view in [*found, *((line, None) for line in shown.loose)]:
        if line.person and not line.withdrawn:
            state = "doubtful" if line.scan.doubtful else "on_time"
            yield Done(
                line.scan.at, line.person, "scan", state, "", line.checkpoint, f"{rounds}/{view.round.id}" if view else f"/log/{slug}/{shown.day}#loose"
            )  # fmt: skip


def _work(site_id: UUID, start: datetime, end: datetime) -> list[Done]:
    """Steps in the field, and inspections."""
    steps = db.session.execute(
        sa.select(WorkStep.at, WorkStep.verb, WorkStep.person_id, WorkStep.order_id, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == WorkStep.order_id)
        .where(WorkStep.at >= start, WorkStep.at < end, WorkStep.verb.in_(WORK), WorkOrder.site_id == site_id)
    ).all()
    checks = db.session.execute(
        sa.select(Inspection.at, Inspection.id, Inspection.person_id, Inspection.passed, Checklist.name, Checklist.name_en)
        .join(Checklist, Checklist.id == Inspection.checklist_id)
        .where(Inspection.site_id == site_id, Inspection.at >= start, Inspection.at < end)
    ).all()
    people = names({row.person_id for row in (*steps, *checks)})
    return [
        *(
            Done(row.at, people[row.person_id], "step", "on_time", row.verb, row.number, f"/work-orders/{row.order_id}")
            for row in steps
            if row.person_id in people
        ),
        *(
            Done(row.at, people[row.person_id], "inspection", "on_time" if row.passed else "doubtful", "", row, f"/inspections/{row.id}")
            for row in checks
            if row.person_id in people
        ),
    ]


def _blocks(done: Iterable[Done], now: datetime | None) -> Iterator[tuple[datetime, datetime, str]]:
    """When somebody was at an order: from being there to a pause or the end, both on this day; today until now."""
    begun: dict[tuple[UUID, str], datetime] = {}
    for one in done:
        if one.kind == "step":
            key = (one.person.id, one.href)
            if one.word in BEGINS:
                begun.setdefault(key, one.at)
            elif one.word in ENDS and key in begun:
                yield begun.pop(key), one.at, one.href
    if now:
        yield from ((at, now, href) for (_person, href), at in begun.items() if at < now)


def merged(blocks: Iterable[tuple[datetime, datetime, str]]) -> list[tuple[datetime, datetime, str]]:
    """Blocks that touch as one; one of several orders names none."""
    found: list[tuple[datetime, datetime, str]] = []
    for start, end, href in sorted(blocks):
        if found and start <= found[-1][1]:
            before = found.pop()
            found.append((before[0], max(before[1], end), href if href == before[2] else ""))
        else:
            found.append((start, end, href))
    return found


# ---------------------------------------------------------------- the picture


def team_lanes(shown: Day) -> list[dict[str, Any]]:
    """One lane a team: blocks of work, and a mark for each quarter of an hour in which it did anything."""
    scale, table = Scale.of(shown.site, shown.day), f"/log/{shown.site.slug}/{shown.day}/table"
    return [_lane(team, scale, f"{table}#team-{team.trade}") for team in teams_of(shown)]


def _lane(team: Team, scale: Scale, table: str) -> dict[str, Any]:
    by_quarter: dict[int, list[Done]] = {}
    for one in team.done:
        by_quarter.setdefault(scale.minute(one.at) // QUARTER, []).append(one)
    windows = [
        {"from": scale.minute(start), "to": max(scale.minute(start) + 1, scale.minute(end)), "href": href or table,
         "word": f"{clock_time(start, scale.zone)}–{clock_time(end, scale.zone)} " + _("Work orders")}
        for start, end, href in team.work
    ]  # fmt: skip
    marks = [_mark(some, quarter, scale, table) for quarter, some in by_quarter.items()]
    return {"name": team.name, "href": table, "summary": counts_words(team.done), "windows": windows, "scans": marks}


def _mark(some: list[Done], quarter: int, scale: Scale, table: str) -> dict[str, Any]:
    state = "doubtful" if any(one.state == "doubtful" for one in some) else "on_time"
    word = f"{clock_time(some[0].at, scale.zone)} {counts_words(some)}" if state == "doubtful" else ""
    at = scale.minute(some[0].at) if len(some) == 1 else min(scale.length, quarter * QUARTER + QUARTER // 2)
    return {"at": at, "state": state, "word": word, "href": some[0].href if len(some) == 1 else table}


def counts_words(done: Iterable[Done]) -> str:
    """3 scans, 2 steps of work, 1 inspection."""
    kinds = [one.kind for one in done]
    parts = []
    if scans := kinds.count("scan"):
        parts.append(ngettext("%(num)d scan", "%(num)d scans", scans))
    if steps := kinds.count("step"):
        parts.append(ngettext("%(num)d step of work", "%(num)d steps of work", steps))
    if checks := kinds.count("inspection"):
        parts.append(ngettext("%(num)d inspection", "%(num)d inspections", checks))
    return _(", ").join(parts)


# ---------------------------------------------------------------- the table


def words_of(one: Done) -> tuple[str, str]:
    """(what was done, to what) in the reader's language."""
    if one.kind == "step":
        return str(DONE_WORDS.get(one.word, one.word)), str(one.about)
    if one.kind == "inspection":
        return _("Inspection") if one.state == "on_time" else _("Failed inspection"), named(one.about)
    return _("Scan") if one.state == "on_time" else _("Doubtful scan"), named(one.about)
