"""What the office may do with one order, and what it needs to see for it: whom to give it to, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import g

from webapp.core import clock
from webapp.core.gate import RANKS
from webapp.people.models import Person
from webapp.people.queries import names, on_duty_among, rank_at, staff_of
from webapp.people.words import TRADE_WORDS
from webapp.photos.queries import stored
from webapp.work_orders import actions, queries, rules
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.spans import span
from webapp.work_orders.steps import Conflict, Standing, Step
from webapp.work_orders.words import CONFLICT_WORDS, DONE_WORDS, REMARK_WORDS

FIRST_SHOWN = 6  # colleagues to choose from at once; the others are one tap away
NEXT = {"new": "assign", "offered": "assign", "finished": "verify"}


@dataclass(frozen=True)
class Candidate:
    """Somebody to whom an order may be given."""

    person: Person
    load: int
    is_on: bool
    is_trade: bool


def candidates(site_ids: Iterable[UUID], trade: str | None, now: datetime) -> list[Candidate]:
    """The sites' people: those of the trade and on duty first, then who has least to do."""
    people = {person.id: person for site_id in site_ids for person in staff_of(site_id)}
    on, loads = on_duty_among(people, now), queries.loads(people)
    found = [Candidate(p, loads.get(p.id, 0), p.id in on, p.trade == trade) for p in people.values()]
    return sorted(found, key=lambda c: (not c.is_trade, not c.is_on, c.load, c.person.username))


@dataclass
class Version:
    """One side of a contradiction: what somebody says to have done, and the photos that this person took of the order."""

    step: Step
    also: tuple[Step, ...]
    photos: list[str] = field(default_factory=list)


@dataclass
class Question:
    """Versions of which one counts."""

    word: str
    versions: list[Version]


def questions(order: WorkOrder, conflicts: Iterable[Conflict]) -> list[Question]:
    """What a supervisor has to decide: each question once, however many people contradict its first version."""
    by_step = queries.step_photos(order)
    here = stored(sha256 for found in by_step.values() for sha256 in found)
    taken: dict[UUID, list[str]] = {}
    for step in order.steps:
        taken.setdefault(step.person_id, []).extend(sha256 for sha256 in by_step.get(step.id, []) if sha256 in here)
    found: dict[tuple[str, UUID], Question] = {}
    for conflict in conflicts:
        first = Version(conflict.first, (), taken.get(conflict.first.person_id, []))
        question = found.setdefault((conflict.word, conflict.first.id), Question(conflict.word, [first]))
        question.versions.append(Version(conflict.other, conflict.also, taken.get(conflict.other.person_id, [])))
    return list(found.values())


def seen(order: WorkOrder) -> str:
    """What a page says it showed, so that a press on an old page is noticed: where the order stood, since when, with whom."""
    return f"{order.state}.{order.since.timestamp():.3f}.{order.assignee_id or ''}"


def office_facts(order: WorkOrder, standing: Standing, person: Person) -> dict[str, Any]:
    """What `work_orders/_office.html` shows to this person; nothing to one below the desk."""
    rank, is_mine, now = rank_at(person, order.site_id) or 0, order.assignee_id == person.id, clock.now()
    offered = rules.allowed(standing, is_mine, rank, person.trade)
    own = [verb for verb in offered if verb in ("decide", "verify", "assign", "offer", "cancel", "reopen")]
    if rank < RANKS["desk"]:
        return {"offered": offered, "office": None}
    asked = questions(order, standing.conflicts)
    turn = actions.whose_turn(order.site_id, order.trade, now) if "assign" in own else None
    people = names([*(v.step.person_id for q in asked for v in q.versions), *([turn] if turn else [])])
    return {
        "offered": offered,
        "office": {
            "verbs": own,
            "next": "decide" if standing.conflicts else None if is_mine else NEXT.get(standing.state),
            "candidates": [c for c in candidates([order.site_id], order.trade, now) if c.person.id != order.assignee_id]
            if "assign" in own
            else [],
            "first": FIRST_SHOWN,
            "turn": people.get(turn) if turn and turn != order.assignee_id else None,
            "trades": [(key, word) for key, word in TRADE_WORDS.items() if key != "management"],
            "questions": asked,
            "people": people,
            "seen": seen(order),
            "errors": g.get("office_errors", {}),
            "words": {"conflict": CONFLICT_WORDS, "done": DONE_WORDS, "remark": REMARK_WORDS, "trade": TRADE_WORDS, "span": span},
        },
    }
