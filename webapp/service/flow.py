"""The flow chart of clause 3.1: where requests stand, for how long, and how long they took from step to step. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

STEPS = ("received", "answered", "dispatched", "on_site", "done", "verified", "told", "closed")
LAST = STEPS[-1]


@dataclass(frozen=True)
class Passage:
    """A request's way so far, since it came or was opened again: when it first came through each step. `is_over`: nothing more is waited for."""

    moments: Mapping[str, datetime]
    is_over: bool = False

    @property
    def stands_at(self) -> str | None:
        """The furthest step that it has come through; None when it is over. A step that was left out is no hindrance."""
        return None if self.is_over else next((step for step in reversed(STEPS) if step in self.moments), None)


class Box(NamedTuple):
    """What stands at a step: how many requests, and their median age there."""

    many: int
    age: timedelta | None


class Taken(NamedTuple):
    """How long the way to a step took from the one before it: of how many requests, and the median."""

    many: int
    time: timedelta | None


def standing_now(passages: Iterable[Passage], now: datetime) -> dict[str, Box]:
    """What stands at each step at this moment."""
    ages: dict[str, list[timedelta]] = {step: [] for step in STEPS}
    for passage in passages:
        step = passage.stands_at
        if step is not None:
            ages[step].append(max(now - passage.moments[step], timedelta(0)))
    return {step: Box(len(found), middle(found)) for step, found in ages.items()}


def times_between(passages: Iterable[Passage]) -> dict[str, Taken]:
    """How long each step took, from the step before it on the request's way."""
    taken: dict[str, list[timedelta]] = {step: [] for step in STEPS}
    for passage in passages:
        way = in_turn(passage)
        for (_step, before), (step, moment) in pairwise(way):
            taken[step].append(moment - before)
    return {step: Taken(len(found), middle(found)) for step, found in taken.items()}


def in_turn(passage: Passage) -> list[tuple[str, datetime]]:
    """The steps that it went through in the chart's order. One that came after a later step was no station on its way: whoever
    was sent before anybody replied did not wait for the reply."""
    way: list[tuple[str, datetime]] = []
    for step in reversed(STEPS):
        moment = passage.moments.get(step)
        if moment is not None and (not way or moment <= way[0][1]):
            way.insert(0, (step, moment))
    return way


def middle(lengths: list[timedelta]) -> timedelta | None:
    """The median; None of nothing."""
    ordered = sorted(lengths)
    half = len(ordered) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
