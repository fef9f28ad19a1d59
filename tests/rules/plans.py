"""Plans and rounds for the tests of the pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.patrols.rules import Plan, PlanPoint, Round, RouteFrom, RuleFrom, occurrences
from webapp.patrols.states import Seen

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
A, B, C, D = (UUID(int=n) for n in range(1, 5))
GUARD, COLLEAGUE = UUID(int=101), UUID(int=102)


def plan_point(checkpoint: UUID, rank: int, **more: Any) -> PlanPoint:
    return PlanPoint(
        **{"checkpoint_id": checkpoint, "rank": rank, "order_fixed": False, "expected": None, "not_before": None, "min_interval": 10} | more
    )


ROUTE = RouteFrom(EPOCH, (plan_point(A, 1), plan_point(B, 2), plan_point(C, 3)))


def rule_from(rule: str, **more: Any) -> RuleFrom:
    terms = {
        "from_at": EPOCH,
        "begins_on": EPOCH.date(),
        "window": 60,
        "early": 15,
        "grace": 15,
        "random_start": 0,
        "random_order": False,
        "seed": 1,
    }
    return RuleFrom(**terms | {"rule": rule} | more)


def plan(
    *rules: RuleFrom | str, zone: str = "Asia/Shanghai", routes: tuple[RouteFrom, ...] = (ROUTE,), ended_at: datetime | None = None
) -> Plan:
    made = tuple(rule_from(rule) if isinstance(rule, str) else rule for rule in rules)
    return Plan("RTEST", UUID(int=9), UUID(int=8), UUID(int=7), zone, made, routes, ended_at)


def rounds_between(of: Plan, first: date, days: int) -> list[Round]:
    return [round_ for offset in range(days) for round_ in occurrences(of, first + timedelta(days=offset))]


def one_round(*points: PlanPoint, rule: str = "FREQ=DAILY;BYHOUR=22;BYMINUTE=0", day: date = date(2026, 11, 23), **more: Any) -> Round:
    routes = (RouteFrom(EPOCH, points),) if points else (ROUTE,)
    return occurrences(plan(rule_from(rule, **more), zone="UTC", routes=routes), day)[0]


def seen(checkpoint: UUID, at: datetime, person: UUID = GUARD, **more: Any) -> Seen:
    return Seen(UUID(int=int(at.timestamp()) << 16 | checkpoint.int), checkpoint, person, at, **more)
