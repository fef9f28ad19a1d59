"""The register as a list: every piece with how it fares, what is due next, and how long it stood still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.core.clock import local_day
from webapp.equipment import queries
from webapp.equipment.classes import CLASSES, EquipmentClass
from webapp.equipment.coming import Coming, next_of
from webapp.equipment.models import Equipment
from webapp.equipment.rules import STATUSES, downtime, status_at
from webapp.sites.models import Site

LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Wanted:
    """Which pieces: what the address asks for."""

    class_code: str = ""
    status: str = ""
    criticality: str = ""
    words: str = ""

    @classmethod
    def asked(cls, args: Mapping[str, str]) -> Wanted:
        """What is no filter is none."""
        class_code, status, criticality = args.get("class", ""), args.get("status", ""), args.get("criticality", "")
        return cls(
            class_code if class_code in CLASSES else "", status if status in STATUSES else "", criticality if criticality in ("A", "B", "C") else "",
            args.get("q", "").strip()[:80],
        )  # fmt: skip

    def takes(self, line: Line) -> bool:
        """Is this one of them?"""
        one, words = line.equipment, self.words.casefold()
        said = " ".join(filter(None, (one.number, one.name, one.name_en, one.place.name, one.maker, one.model, one.serial))).casefold()
        return (
            self.class_code in ("", one.class_code) and self.status in ("", line.status) and self.criticality in ("", one.criticality)
            and words in said
        )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One piece. `down`: how long it did not run in the last thirty days."""

    equipment: Equipment
    status: str
    next: Coming | None
    down: timedelta


def lines_of(site: Site, now: datetime) -> list[Line]:
    """Every piece in use at the site, by class and number: a fixed number of queries."""
    pieces = queries.equipment_of(site.id)
    said = queries.changes_of((one.id for one in pieces), now - LOOKED_BACK)
    first: dict[object, Coming] = {}
    for one in next_of(queries.plans_of(site.id, local_day(now, site.zone)), pieces, site.zone):
        known = first.get(one.equipment.id)
        if known is None or one.due_on < known.due_on:
            first[one.equipment.id] = one
    return [
        Line(one, status_at(said.get(one.id, ()), now), first.get(one.id), downtime(said.get(one.id, ()), now - LOOKED_BACK, now))
        for one in pieces
    ]


def by_class(lines: list[Line]) -> list[tuple[EquipmentClass, list[Line]]]:
    """The lines under their classes, in the classes' own order."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.equipment.class_code, []).append(line)
    return [(known, grouped[code]) for code, known in CLASSES.items() if code in grouped]
