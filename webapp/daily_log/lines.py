"""An exception of a day: what it is about, what is known of it, and the evidence. Derived; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Proof(NamedTuple):
    """A picture or a page that shows more. `kind`: frame (what the camera saw), photo, page."""

    kind: str
    word: str
    href: str


@dataclass(frozen=True)
class Line:
    """An exception as a row: its mark and word, what it is about, and where one looks at it.

    `kind` and `subject` name it on every day and in every language; `facts` say the same of what is known, so that a signature can
    tell whether anything has changed. `people`: who may be asked; `said`: what they said already; `checkpoint_id`, `place_id`: where.
    """

    mark: str
    word: str
    title: str
    sub: str
    href: str
    at: datetime
    kind: str
    subject: str
    facts: tuple[Any, ...] = ()
    people: tuple[UUID, ...] = ()
    said: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    checkpoint_id: UUID | None = None
    place_id: UUID | None = None

    @property
    def key(self) -> str:
        """Stable for as long as the product lives: decisions hang on it."""
        return f"{self.kind}:{self.subject}"

    @property
    def group(self) -> str:
        """Under which heading of the day it counts."""
        return GROUPS.get(self.kind, "jobs")

    def as_shown(self) -> dict[str, Any]:
        """What it says in the reader's language, for keeping."""
        return {"word": self.word, "title": self.title, "sub": self.sub, "said": list(self.said), "proofs": [list(p) for p in self.proofs]}


# The order in which kinds stand on the page, and the figure each belongs to.
ORDER = (
    "unsigned", "missed", "induction", "late", "doubtful", "arrival", "held", "problem", "failed", "found", "unseen", "complaint", "clock", "untold", "reopened",
    "stars", "versions", "handover", "upkeep", "upkeep-late", "document", "stopped", "repeat",
)  # fmt: skip
GROUPS = {
    "missed": "rounds", "late": "rounds", "doubtful": "rounds", "induction": "rounds", "held": "records", "problem": "checks", "failed": "checks", "found": "checks",
    "unseen": "checks", "upkeep": "upkeep", "upkeep-late": "upkeep", "document": "upkeep", "unsigned": "days", "handover": "records",
}  # fmt: skip


def in_order(lines: list[Line]) -> list[Line]:
    """As the page shows them: by kind, then by time."""
    return sorted(lines, key=lambda line: (ORDER.index(line.kind), line.at, line.subject))
