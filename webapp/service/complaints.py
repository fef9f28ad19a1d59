"""Complaints of a month by type and by source (clause 5.1): how many, answered in time, told the result, content. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Heard:
    """One complaint. `in_time`: was the first reply, None while there is still time; `told`: the result, None before the end."""

    type_code: str
    source: str
    in_time: bool | None = None
    told: bool | None = None
    stars: int | None = None


@dataclass(frozen=True)
class Line:
    """Complaints of one type and source, or all of them (both empty)."""

    type_code: str
    source: str
    count: int
    in_time: int
    replies_due: int
    told: int
    ended: int
    rated: int
    mean: float | None


def line_of(type_code: str, source: str, heard: list[Heard]) -> Line:
    """Several complaints in one line. What is not due yet counts neither way."""
    stars = [h.stars for h in heard if h.stars is not None]
    return Line(
        type_code,
        source,
        len(heard),
        sum(1 for h in heard if h.in_time),
        sum(1 for h in heard if h.in_time is not None),
        sum(1 for h in heard if h.told),
        sum(1 for h in heard if h.told is not None),
        len(stars),
        sum(stars) / len(stars) if stars else None,
    )


def overview(heard: Iterable[Heard]) -> tuple[list[Line], Line]:
    """A line for each type and source that there was, the most frequent first; and the line of all."""
    everything = list(heard)
    groups: dict[tuple[str, str], list[Heard]] = {}
    for one in everything:
        groups.setdefault((one.type_code, one.source), []).append(one)
    lines = [line_of(type_code, source, found) for (type_code, source), found in groups.items()]
    return sorted(lines, key=lambda line: (-line.count, line.type_code, line.source)), line_of("", "", everything)
