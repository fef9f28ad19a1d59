"""Reading what was decided about a day's exceptions, what was said to it, and who signed. A fixed number of queries a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.i18n import language
from webapp.daily_log import rules
from webapp.daily_log.lines import Line, Proof
from webapp.daily_log.models import CARRIED, Answer, DayRemark, DaySignature, ExceptionDecision
from webapp.people.models import Person
from webapp.people.queries import names

LONGEST_CARRY = timedelta(days=60)  # what was carried over stays in sight by itself for so long


@dataclass
class Item:
    """An exception on a day's page, with what was decided until then. `since`: the day it was carried over from."""

    line: Line
    day: date
    decisions: list[ExceptionDecision] = field(default_factory=list)
    answers: dict[UUID, Answer] = field(default_factory=dict)  # by question
    since: date | None = None
    highest: int = 0

    @property
    def key(self) -> str:
        """The exception's own."""
        return self.line.key

    @property
    def state(self) -> str:
        """One of `rules.STATES`."""
        return rules.fold(self._told, self.day)

    @property
    def _told(self) -> list[rules.Decision]:
        return [told(d, d.id in self.answers) for d in self.decisions]

    @property
    def is_done(self) -> bool:
        """May the day be signed with it?"""
        return rules.is_done(self.state)

    @property
    def last(self) -> ExceptionDecision | None:
        """The decision that stands."""
        return self.decisions[-1] if self.decisions else None

    @property
    def seen(self) -> int:
        """The number of the last decision about it anywhere: what a form sends back, so that two supervisors cannot pass each other."""
        return self.highest

    @property
    def anchor(self) -> str:
        """Its place on the page, as HTML wants ids."""
        return "x-" + self.key.replace(":", "-")


def told(row: ExceptionDecision, answered: bool) -> rules.Decision:
    """A decision as the rules need it."""
    return rules.Decision(row.id, row.day, row.number, row.verb, row.person_id, row.at, row.reason, answered)


def items_of(site_id: UUID, day: date, lines: list[Line]) -> list[Item]:
    """The day's exceptions and those carried over to it, with their decisions: three queries."""
    own = {line.key: line for line in lines}
    by_key = decisions_about(site_id, day, own)
    answers = answers_to(row.id for rows in by_key.values() for row in rows if row.verb == "ask")
    carried = {key: rows for key, rows in by_key.items() if key not in own and is_open_on(rows, day)}
    found = [item_of(line_of(rows), day, rows, answers, first_day(rows, day)) for rows in carried.values()]
    found += [item_of(line, day, by_key.get(line.key, []), answers, None) for line in lines]
    return found


def item_of(line: Line, day: date, rows: list[ExceptionDecision], answers: dict[UUID, Answer], since: date | None) -> Item:
    """An exception with the decisions that count on that day."""
    counted = sorted((row for row in rows if row.day <= day), key=lambda row: (row.day, row.number))
    return Item(line, day, counted, answers, since, max((row.number for row in rows), default=0))


def is_open_on(rows: list[ExceptionDecision], day: date) -> bool:
    """Was it carried over to that day?"""
    return rules.is_carried_to([told(row, False) for row in rows], day)


def first_day(rows: list[ExceptionDecision], day: date) -> date:
    """The day it comes from."""
    return min(row.day for row in rows if row.day <= day)


def decisions_about(site_id: UUID, day: date, keys: Iterable[str]) -> dict[str, list[ExceptionDecision]]:
    """Decisions about these exceptions, and about those that earlier days carried over, by key and in order."""
    carried = sa.select(ExceptionDecision.key).where(
        ExceptionDecision.site_id == site_id, CARRIED, ExceptionDecision.day >= day - LONGEST_CARRY, ExceptionDecision.day < day
    )  # fmt: skip
    found: dict[str, list[ExceptionDecision]] = {}
    wanted = {*keys, *db.session.scalars(carried)}
    rows = db.session.scalars(
        sa.select(ExceptionDecision)
        .where(ExceptionDecision.site_id == site_id, ExceptionDecision.key.in_(wanted))
        .order_by(ExceptionDecision.key, ExceptionDecision.number)
    )
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found


def answers_to(decision_ids: Iterable[UUID]) -> dict[UUID, Answer]:
    """The last answer to each question."""
    wanted = list(decision_ids)
    if not wanted:
        return {}
    rows = db.session.scalars(sa.select(Answer).where(Answer.decision_id.in_(wanted)).order_by(Answer.at, Answer.id))
    return {row.decision_id: row for row in rows}


# ---------------------------------------------------------------- an exception as it was shown


def shown_of(line: Line, words: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What is kept with a decision: enough to show the exception on another day. `words`: `Line.as_shown`, by language."""
    return {
        "mark": line.mark,
        "href": line.href,
        "at": line.at.isoformat(),
        "facts": list(line.facts),
        "people": [str(person_id) for person_id in line.people],
        "checkpoint": str(line.checkpoint_id) if line.checkpoint_id else None,
        "place": str(line.place_id) if line.place_id else None,
        "words": words,
    }


def line_of(rows: list[ExceptionDecision]) -> Line:
    """The exception as it was shown when it was last decided about, in the reader's language."""
    row = rows[-1]
    kept, kind, subject = row.shown, *row.key.split(":", 1)
    words = kept["words"].get(language()) or next(iter(kept["words"].values()))
    return Line(
        kept["mark"], words["word"], words["title"], words["sub"], kept["href"], datetime.fromisoformat(kept["at"]), kind, subject,
        tuple(kept["facts"]), tuple(UUID(text) for text in kept["people"]), tuple(words["said"]), tuple(Proof(*each) for each in words["proofs"]),
        UUID(kept["checkpoint"]) if kept["checkpoint"] else None, UUID(kept["place"]) if kept["place"] else None,
    )  # fmt: skip


# ---------------------------------------------------------------- remarks and signatures


def remarks_of(site_id: UUID, day: date) -> list[DayRemark]:
    """What supervisors wrote under a day."""
    return list(
        db.session.scalars(
            sa.select(DayRemark).where(DayRemark.site_id == site_id, DayRemark.day == day).order_by(DayRemark.at, DayRemark.id)
        )
    )


def signatures_of(site_id: UUID, days: Iterable[date]) -> dict[date, list[DaySignature]]:
    """The signatures under each of these days, in order."""
    found: dict[date, list[DaySignature]] = {day: [] for day in days}
    rows = db.session.scalars(
        sa.select(DaySignature).where(DaySignature.site_id == site_id, DaySignature.day.in_(list(found))).order_by(DaySignature.number)
    )
    for row in rows:
        found[row.day].append(row)
    return found


def people_of(
    items: Iterable[Item], remarks: Iterable[DayRemark], signatures: Iterable[DaySignature], known: dict[UUID, Person]
) -> dict[UUID, Person]:
    """Everybody these name whom one does not know yet."""
    wanted = {person_id for item in items for person_id in item.line.people}
    wanted |= {person_id for item in items for row in item.decisions for person_id in (row.person_id, row.to_id) if person_id}
    wanted |= {row.person_id for row in remarks} | {row.person_id for row in signatures}
    return names(wanted - known.keys())
