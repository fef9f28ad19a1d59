"""Coverage: places × days with what was inspected, failed and missed; and the scores by week. Derived; for a picture and its table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.inspections.models import Inspection
from webapp.inspections.offering import plans_of, standing
from webapp.sites.models import Site
from webapp.sites.queries import checkpoints_by_id

DAYS = 28
WEEKS = 12


@dataclass
class Cell:
    """One place on one day."""

    done: int = 0
    failed: int = 0
    late: int = 0
    missed: int = 0

    @property
    def state(self) -> str:
        """The worst of it; "none" where nothing was asked for and nothing done."""
        if self.failed:
            return "failed"
        if self.missed:
            return "missed" if not self.done else "part"
        return ("late" if self.late else "done") if self.done else "none"


@dataclass(frozen=True)
class Map:
    """The picture. `rows`: (checkpoint, name, one cell a day)."""

    days: list[date]
    rows: list[tuple[UUID, str, list[Cell]]]


def map_of(site: Site, now: datetime) -> Map:
    """The last four weeks of a site: five queries, none of them a row's."""
    today = clock.local_day(now, site.zone)
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    cells: dict[tuple[UUID, date], Cell] = {}
    rows = sa.select(Inspection.checkpoint_id, Inspection.at, Inspection.passed).where(
        Inspection.site_id == site.id, Inspection.at >= day_bounds(days[0], site.zone)[0], Inspection.checkpoint_id.is_not(None)
    )
    for point, at, passed in db.session.execute(rows):
        if point is None:
            continue
        cell = cells.setdefault((point, clock.local_day(at, site.zone)), Cell())
        cell.done += 1
        cell.failed += not passed
    for lines in standing(site, plans_of(site.id, now, days[0]), now, days[0]).values():
        for line in lines:
            if days[0] <= line.due_on <= today and line.state in ("missed", "overdue", "late"):
                cell = cells.setdefault((line.point, line.due_on), Cell())
                cell.late += line.state == "late"
                cell.missed += line.state != "late"
    points = checkpoints_by_id({point for point, _day in cells})
    ordered = sorted(points.values(), key=lambda one: one.number)
    return Map(days, [(one.id, named(one), [cells.get((one.id, day), Cell()) for day in days]) for one in ordered])


@dataclass
class Week:
    """A week's inspections. `score`: on average, None where nothing was scored."""

    begins: date
    count: int = 0
    passed: int = 0
    scores: list[int] = field(default_factory=list)

    @property
    def score(self) -> int | None:
        return round(sum(self.scores) / len(self.scores)) if self.scores else None


def trend_of(site: Site, now: datetime) -> list[Week]:
    """Scores by week, the last twelve."""
    today = clock.local_day(now, site.zone)
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    weeks = {first + timedelta(days=7 * n): Week(first + timedelta(days=7 * n)) for n in range(WEEKS)}
    rows = sa.select(Inspection.at, Inspection.score, Inspection.passed).where(
        Inspection.site_id == site.id, Inspection.at >= day_bounds(first, site.zone)[0]
    )
    for at, score, passed in db.session.execute(rows):
        day = clock.local_day(at, site.zone)
        week = weeks.get(day - timedelta(days=day.weekday()))
        if week is not None:
            week.count += 1
            week.passed += passed
            week.scores += [score] if score is not None else []
    return list(weeks.values())
