"""Where an exception and a day stand, folded from what was decided. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

# accept: the explanation will do. ask: the person is asked. job: a work order was raised. aside: not counted against anybody, with a
# reason. carry: the next day goes on with it. again: a decision is taken back.
VERBS = ("accept", "ask", "job", "aside", "carry", "again")
WANTS_REASON = ("aside",)
SETTLED = ("accept", "job", "aside")
STATES = ("open", "asked", "answered", "accept", "job", "aside", "carry")


class Decision(NamedTuple):
    """What somebody decided about an exception. `day`: on which day's page; `number`: the n-th about it; `answered`: was its question?"""

    id: UUID
    day: date
    number: int
    verb: str
    person_id: UUID
    at: datetime
    reason: str = ""
    answered: bool = False


def until(decisions: Iterable[Decision], day: date) -> list[Decision]:
    """Those that count on that day's page, in order: of the days before, and of its own."""
    return sorted((d for d in decisions if d.day <= day), key=lambda d: (d.day, d.number))


def fold(decisions: Iterable[Decision], day: date) -> str:
    """Where an exception stands on the page of `day`; one of STATES. What an earlier day carried over is open again."""
    known = until(decisions, day)
    if known and known[-1].verb == "carry" and known[-1].day == day:
        return "carry"
    for decision in reversed(known):
        if decision.verb == "carry":
            continue
        if decision.verb == "ask":
            return "answered" if decision.answered else "asked"
        return "open" if decision.verb == "again" else decision.verb
    return "open"


def is_carried_to(decisions: Iterable[Decision], day: date) -> bool:
    """Does an earlier day hand this exception on to that day?"""
    before = [d for d in until(decisions, day) if d.day < day]
    return bool(before) and before[-1].verb == "carry"


def is_done(state: str) -> bool:
    """May the day be signed with it: settled, or carried over?"""
    return state in SETTLED or state == "carry"


# ---------------------------------------------------------------- the signature

Content = dict[str, Any]


def digest_of(content: Content) -> str:
    """Hex SHA-256 of what a day showed, the same whatever the order of its fields."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Since:
    """What is different from what was signed. Keys of exceptions that came, changed or went; figures as (name, then, now)."""

    came: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    figures: tuple[tuple[str, int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.changed or self.went or self.figures)


LASTS = ("missed", "late", "doubtful", "induction")  # only a later record makes these go; others end because somebody did their work


def since_signed(signed: Content, now: Content) -> Since:
    """What came after a signature and asks for another one."""
    then, today = ({e["key"]: e["facts"] for e in content["exceptions"]} for content in (signed, now))
    return Since(
        tuple(key for key in today if key not in then),
        tuple(key for key, facts in today.items() if key in then and then[key] != facts),
        tuple(key for key in then if key not in today and key.split(":")[0] in LASTS),
        tuple(
            (name, signed["figures"].get(name, 0), value)
            for name, value in now["figures"].items()
            if signed["figures"].get(name, 0) != value
        ),
    )


def day_state(is_over: bool, open_count: int, signatures: int, has_addendum: bool) -> str:
    """live (it still goes on), open (something waits for a decision), ready (to be signed), signed, addendum (signed, and more came)."""
    if signatures:
        return "addendum" if has_addendum else "signed"
    if not is_over:
        return "live"
    return "open" if open_count else "ready"


def spot_state(counts: Mapping[str, int]) -> str:
    """A checkpoint's state on a day from its points by state and its `doubtful` scans: what was not seen before what perhaps was not.

    missed, doubtful, late, on_time (early is in time too), open (nothing has come yet), none (nobody was to come).
    """
    marks = (
        ("missed", "missed"),
        ("doubtful", "doubtful"),
        ("late", "late"),
        ("on_time", "on_time"),
        ("early", "on_time"),
        ("open", "open"),
    )
    return next((state for counted, state in marks if counts.get(counted)), "none")
