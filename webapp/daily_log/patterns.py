"""What comes back in somebody's scans: always the same interval, too fast again and again, the same doubtful point. Pure.

A pattern is a reason to look and to talk, never a proof: who walks a short corridor every hour is steady, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from statistics import median
from uuid import UUID

LEAST_GAPS = 12  # fewer say nothing about a habit
STEADY_WITHIN = 0.06  # of the middle interval: nobody walks, reads and answers as evenly by chance
STEADY_SHARE = 0.9  # of the intervals
LONGEST_GAP_S = 20 * 60  # a longer one is a break, no walk
OFTEN = 3  # times
FAST_SHARE = 0.05  # of a person's scans


@dataclass(frozen=True)
class Trace:
    """A scan as patterns see it. `doubts`: what was doubtful about it (`walk`, `position`, `label`, `clock`)."""

    person_id: UUID
    checkpoint_id: UUID
    round_id: str | None
    at: datetime
    doubts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pattern:
    """Something that comes back. `name`: steady, fast, point. `count`: how often, `of`: among how many; `seconds`: the interval that is steady."""

    name: str
    person_id: UUID
    count: int
    of: int
    seconds: int = 0
    checkpoint_id: UUID | None = None


def patterns_of(traces: Iterable[Trace]) -> list[Pattern]:
    """The patterns of each person, in order of person and name."""
    found: list[Pattern] = []
    ordered = sorted(traces, key=lambda trace: (trace.person_id, trace.at))
    for _person, group in groupby(ordered, key=lambda trace: trace.person_id):
        mine = list(group)
        found += [pattern for pattern in (fast(mine), *same_points(mine), steady(mine)) if pattern]
    return found


def steady(mine: list[Trace]) -> Pattern | None:
    """Nearly all intervals between one point and the next are the same."""
    by_round: dict[str, list[Trace]] = {}
    for trace in mine:
        if trace.round_id:
            by_round.setdefault(trace.round_id, []).append(trace)
    gaps = [
        (after.at - before.at).total_seconds()
        for walk in by_round.values()
        for before, after in pairwise(sorted(walk, key=lambda trace: trace.at))
        if before.checkpoint_id != after.checkpoint_id
    ]
    gaps = [gap for gap in gaps if 0 < gap <= LONGEST_GAP_S]
    if len(gaps) < LEAST_GAPS:
        return None
    middle = median(gaps)
    near = sum(abs(gap - middle) <= STEADY_WITHIN * middle for gap in gaps)
    return Pattern("steady", mine[0].person_id, near, len(gaps), round(middle)) if near >= STEADY_SHARE * len(gaps) else None


def fast(mine: list[Trace]) -> Pattern | None:
    """Too fast from the point before, again and again."""
    count = sum("walk" in trace.doubts for trace in mine)
    return Pattern("fast", mine[0].person_id, count, len(mine)) if count >= OFTEN and count >= FAST_SHARE * len(mine) else None


def same_points(mine: list[Trace]) -> list[Pattern]:
    """Doubtful at the same point, again and again."""
    doubted = Counter(trace.checkpoint_id for trace in mine if trace.doubts)
    times = Counter(trace.checkpoint_id for trace in mine)
    often = sorted((point, count) for point, count in doubted.items() if count >= OFTEN)
    return [Pattern("point", mine[0].person_id, count, times[point], checkpoint_id=point) for point, count in often]
