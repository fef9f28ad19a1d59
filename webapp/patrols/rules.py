"""Which rounds there are, and which of them a scan counts to. Pure: no database, no clock of its own. States: `states.py`.

A round is one occurrence of a schedule. Its id is `<schedule code>-<local date>-<planned wall time>`, so anybody who
knows the schedule can work it out, a phone without signal included, and a changed schedule never renames it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.rrule import rrulestr

from webapp.core.clock import from_wall

MOST_A_DAY = 96  # a round every quarter of an hour; more is a slip of the pen


class Point(NamedTuple):
    """A checkpoint as a round wants it. `early_until`: a scan before it is early; `due_until`: after it is late."""

    checkpoint_id: UUID
    rank: int
    order_fixed: bool
    early_until: datetime
    due_until: datetime
    min_interval: timedelta
    questions: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Round:
    """One round as planned. Scans count from `early_from` to `closes_at`; a point without one is missed then."""

    id: str
    site_id: UUID
    schedule_id: UUID
    route_id: UUID
    day: date
    starts_at: datetime
    early_from: datetime
    due_until: datetime
    closes_at: datetime
    points: tuple[Point, ...]
    trade: str | None = None
    person_id: UUID | None = None

    def point(self, checkpoint_id: UUID) -> Point | None:
        """The point at that checkpoint, if the round has it."""
        return self._by_checkpoint.get(checkpoint_id)

    @cached_property
    def _by_checkpoint(self) -> dict[UUID, Point]:
        return {point.checkpoint_id: point for point in self.points}


@dataclass(frozen=True)
class PlanPoint:
    """A route version's point. Times are minutes from the round's start."""

    checkpoint_id: UUID
    rank: int
    order_fixed: bool
    expected: int | None
    not_before: int | None
    min_interval: int
    questions: tuple[Any, ...] = ()


@dataclass(frozen=True)
class RouteFrom:
    """A route's points from a moment on."""

    from_at: datetime
    points: tuple[PlanPoint, ...]


@dataclass(frozen=True)
class RuleFrom:
    """A schedule's rule from a moment on. Durations in minutes."""

    from_at: datetime
    begins_on: date
    rule: str
    window: int
    early: int
    grace: int
    random_start: int
    random_order: bool
    seed: int
    trade: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that rounds of one schedule follow from. Compared by identity: it is the key of a cache."""

    code: str
    site_id: UUID
    schedule_id: UUID
    route_id: UUID
    zone: str
    rules: tuple[RuleFrom, ...]
    routes: tuple[RouteFrom, ...]
    ended_at: datetime | None = None


def work_wanted(questions: Iterable[Mapping[str, Any]], answers: Mapping[str, Any]) -> str:
    """The type of work that the first failed question asks for, "" if none does. Failed: no, or another choice than the first."""
    for question in questions:
        said = answers.get(question["id"])
        first = next(iter(question.get("choices") or ()), None)
        failed = said is False if question["kind"] == "yes_no" else question["kind"] == "choice" and said not in (None, first)
        if failed and question.get("raises"):
            return str(question["raises"])
    return ""


def round_id(code: str, wall: datetime) -> str:
    """R7KQ2-20261123-2200: the round of that schedule planned for 22:00 on that day, local time."""
    return f"{code}-{wall:%Y%m%d-%H%M}"


def read_round_id(text: str) -> tuple[str, date]:
    """Schedule code and day. Raises ValueError when it is not a round's id."""
    code, day, time = text.split("-")
    if not code.isalnum():
        raise ValueError(text)
    return code, datetime.strptime(day + time, "%Y%m%d%H%M").date()


def wall_times(rule: str, begins_on: date, day: date) -> list[datetime]:
    """The naive local times at which an RRULE falls on `day`, at most MOST_A_DAY. Raises ValueError for a bad rule."""
    if day < begins_on:
        return []
    start = _nearest_start(rule, begins_on, day)
    today = datetime(day.year, day.month, day.day)
    found = []
    for moment in rrulestr(rule, dtstart=start).xafter(today, count=MOST_A_DAY, inc=True):
        if moment >= today + timedelta(days=1):
            break
        found.append(moment)
    return found


STEPS = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(days=7), "HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}


def _nearest_start(rule: str, begins_on: date, day: date) -> datetime:
    """A start that gives the same times on `day` as `begins_on` would, but near it: dateutil walks from the start on.

    Whole intervals may be skipped, where the rule has a length and no COUNT.
    """
    start = datetime(begins_on.year, begins_on.month, begins_on.day)
    parts = dict(part.split("=", 1) for part in rule.upper().removeprefix("RRULE:").split(";") if "=" in part)
    step = STEPS.get(parts.get("FREQ", ""))
    if step is None or "COUNT" in parts:
        return start
    step *= int(parts.get("INTERVAL", 1))
    skipped = (datetime(day.year, day.month, day.day) - start - timedelta(days=1)) // step
    return start + max(0, skipped) * step


def check_rule(rule: str) -> None:
    """Raise ValueError for a rule that is not an RRULE of days or minutes, never falls, or falls more than MOST_A_DAY times a day."""
    text = rule.upper().removeprefix("RRULE:")
    if ":" in text or "\n" in text or "SECONDLY" in text or "BYSECOND" in text:  # other lines of iCalendar, or seconds
        raise ValueError(rule)
    start = datetime(2024, 1, 1)
    moments = list(rrulestr(rule, dtstart=start).xafter(start, count=MOST_A_DAY + 1, inc=True))
    if not moments or sum(moment < start + timedelta(days=1) for moment in moments) > MOST_A_DAY:
        raise ValueError(rule)
    wall_times(rule, start.date(), start.date() + timedelta(days=8))  # as it will be asked: an interval may be too long to count


def _latest(versions: Sequence[Any], moment: datetime) -> Any:
    """The version in force at `moment`, or None before the first."""
    return max((v for v in versions if v.from_at <= moment), key=lambda v: v.from_at, default=None)


@lru_cache(maxsize=4096)
def occurrences(plan: Plan, day: date) -> tuple[Round, ...]:
    """The rounds that begin on `day` at the site, in order. A round that crosses midnight belongs to the day it began.

    Rule and route are those in force at the planned start, so a later change leaves earlier rounds as they were.
    """
    rounds: dict[datetime, Round] = {}
    for rule in plan.rules:
        for wall in wall_times(rule.rule, rule.begins_on, day):
            planned = from_wall(wall, plan.zone)
            route = _latest(plan.routes, planned)
            ended = plan.ended_at is not None and planned >= plan.ended_at
            if _latest(plan.rules, planned) is rule and route is not None and route.points and not ended:
                rounds.setdefault(planned, _round(plan, rule, route, wall, planned))
    return tuple(rounds[moment] for moment in sorted(rounds))


def _round(plan: Plan, rule: RuleFrom, route: RouteFrom, wall: datetime, planned: datetime) -> Round:
    own_id = round_id(plan.code, wall)
    chance = random.Random(f"{rule.seed}:{own_id}") if rule.random_start or rule.random_order else None
    starts_at = planned + timedelta(minutes=chance.randint(0, rule.random_start) if chance and rule.random_start else 0)
    early_from = starts_at - timedelta(minutes=rule.early)
    due_until = starts_at + timedelta(minutes=rule.window)
    grace = timedelta(minutes=rule.grace)

    def point(plan_point: PlanPoint) -> Point:
        not_before, expected = plan_point.not_before, plan_point.expected
        return Point(
            checkpoint_id=plan_point.checkpoint_id,
            rank=plan_point.rank,
            order_fixed=plan_point.order_fixed,
            early_until=early_from if not_before is None else starts_at + timedelta(minutes=not_before),
            due_until=due_until if expected is None else min(due_until, starts_at + timedelta(minutes=expected) + grace),
            min_interval=timedelta(minutes=plan_point.min_interval),
            questions=plan_point.questions,
        )

    points = [point(p) for p in route.points]
    if chance and rule.random_order:
        points = _shuffled(points, chance)
    return Round(
        id=own_id,
        site_id=plan.site_id,
        schedule_id=plan.schedule_id,
        route_id=plan.route_id,
        day=wall.date(),
        starts_at=starts_at,
        early_from=early_from,
        due_until=due_until,
        closes_at=due_until + grace,
        points=tuple(points),
        trade=rule.trade,
        person_id=rule.person_id,
    )


def _shuffled(points: list[Point], chance: random.Random) -> list[Point]:
    """Free points change places among themselves; fixed ones keep theirs."""
    free = [i for i, p in enumerate(points) if not p.order_fixed]
    mixed = chance.sample(free, len(free))
    out = list(points)
    for place, origin in zip(free, mixed, strict=True):
        out[place] = points[origin]._replace(rank=points[place].rank)
    return out


NEAR = timedelta(hours=12)  # a scan that names its round counts to it even if made this long before or after


def rounds_open(rounds: Iterable[Round], at: datetime, wanted: str | None) -> list[Round]:
    """Of rounds with the point, those a scan at `at` could count to: the ones open then, and the one the phone names."""
    return [r for r in rounds if r.early_from <= at <= r.closes_at or (r.id == wanted and r.early_from - NEAR <= at <= r.closes_at + NEAR)]


def choose_round(candidates: list[Round], wanted: str | None, trade: str, person_id: UUID, done: set[str]) -> Round | None:
    """Of `rounds_open`, the round a scan counts to.

    The one the phone names; else first one that has not got the point yet (`done`: ids that have), then one meant for
    this person, then one for the trade, then the one that closes first.
    """
    if len(candidates) < 2:
        return candidates[0] if candidates else None

    def order(round_: Round) -> tuple[bool, bool, bool, bool, datetime, str]:
        strange = round_.person_id is not None and round_.person_id != person_id
        other_trade = round_.trade is not None and round_.trade != trade
        return round_.id != wanted, round_.id in done, strange, other_trade, round_.closes_at, round_.id

    return min(candidates, key=order)
