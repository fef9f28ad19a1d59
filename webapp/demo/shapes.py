"""What the tables of the demo are made of. Pure data: `build` turns it into sites, people and plans."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

METRES_PER_DEGREE = 111_195  # of latitude, on a sphere of the mean radius


@dataclass(frozen=True)
class Node:
    """A place: under which other one (by key), of what kind, and its names."""

    key: str
    parent: str | None
    kind: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Spot:
    """A checkpoint. `at` is metres east and north of the community's centre; None where no satellite is seen."""

    number: str
    place: str
    name: str
    name_en: str
    do: str
    do_en: str
    at: tuple[int, int] | None = None
    fence_m: int | None = None


@dataclass(frozen=True)
class Times:
    """When a route is walked: local times of day, weekdays (none: every day), and ScheduleVersion's durations in minutes."""

    at: tuple[str, ...]
    weekdays: tuple[str, ...] = ()
    window: int = 60
    early: int = 15
    grace: int = 15
    random_start: int = 0
    random_order: bool = False


@dataclass(frozen=True)
class Path:
    """A route. `pace`: expected minutes a point; `not_before`: minutes from the start, by checkpoint number."""

    key: str
    name: str
    name_en: str
    service: str
    trade: str
    spots: tuple[str, ...]
    times: Times
    fixed: bool = False
    pace: int | None = None
    not_before: Mapping[str, int] = field(default_factory=dict)
    min_interval: int = 10
    questions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Community:
    """A community with everything in it. `centre` is latitude and longitude in WGS-84 degrees."""

    slug: str
    name: str
    name_en: str
    centre: tuple[float, float]
    nodes: tuple[Node, ...]
    spots: tuple[Spot, ...]
    paths: tuple[Path, ...]

    def degrees(self, at: tuple[int, int]) -> tuple[float, float]:
        """Latitude and longitude of a point given in metres from the centre."""
        lat, lon = self.centre
        east, north = at
        return (
            round(lat + north / METRES_PER_DEGREE, 6),
            round(lon + east / (METRES_PER_DEGREE * math.cos(math.radians(lat))), 6),
        )


@dataclass(frozen=True)
class Member:
    """An account. `roles` by the communities' short names."""

    username: str
    number: str
    name: str
    name_en: str
    trade: str
    roles: Mapping[str, str]
    language: str = "zh_CN"
    is_admin: bool = False
    began_days_ago: int | None = None  # of somebody in the induction
    mentor: str | None = None


def question(
    own_id: str, kind: str, text: str, text_en: str, *, unit: str | None = None, choices: tuple[str, ...] = (), required: bool = True
) -> dict[str, Any]:
    """A question at a point, as routes keep it. The first choice is the ordinary one."""
    return {"id": own_id, "kind": kind, "text": text, "text_en": text_en, "unit": unit, "choices": list(choices), "required": required}
