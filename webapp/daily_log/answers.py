"""Questions to people about exceptions, and their answers: records like any other, so that they travel without signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.core import search
from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.daily_log import rules, settling
from webapp.daily_log.bodies import AnswerBody
from webapp.daily_log.lines import Line
from webapp.daily_log.models import Answer, ExceptionDecision
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.sites.models import Site

ASKED_WITHIN = timedelta(days=30)  # an older question has been carried over or settled otherwise
MOST = 10
READY_WORDS: dict[str, LazyString] = {
    "was-there": lazy_gettext("It is right as it stands"),
    "called-away": lazy_gettext("I was called away"),
    "no-signal": lazy_gettext("No signal or position"),
    "label": lazy_gettext("Label damaged or misplaced"),
    "phone": lazy_gettext("Phone did not work"),
    "access": lazy_gettext("I could not get in"),
}


def record_answer(arrived: Arrived, body: AnswerBody) -> UUID:
    """Keep an answer; gives the site. Raises Held: unknown-question, no-access (somebody else was asked)."""
    question = db.session.get(ExceptionDecision, body.question)
    if question is None or question.verb != "ask":
        raise Held("unknown-question")
    if question.to_id != arrived.person_id:
        raise Held("no-access")
    db.session.add(
        Answer(
            id=arrived.id,
            decision_id=question.id,
            person_id=arrived.person_id,
            verb=body.verb,
            choice=body.choice,
            text=body.text or arrived.envelope.note,
            at=arrived.at,
        )
    )
    search.file("log", question.id, question.site_id, arrived.at, body.text or arrived.envelope.note)
    return question.site_id


@dataclass(frozen=True)
class Question:
    """A question as the asked person sees it: about what, of which day, from whom, in which words."""

    id: UUID
    line: Line
    day: date
    asker: Person | None
    at: datetime
    words: str


def questions_for(person: Person, now: datetime) -> list[Question]:
    """What the person is asked and has not answered, unless somebody has settled it since: four queries."""
    unanswered = ~sa.exists().where(Answer.decision_id == ExceptionDecision.id)
    asked = db.session.scalars(
        sa.select(ExceptionDecision)
        .where(ExceptionDecision.to_id == person.id, ExceptionDecision.at > now - ASKED_WITHIN, ExceptionDecision.verb == "ask", unanswered)
        .order_by(ExceptionDecision.at.desc())
        .limit(MOST)
    ).all()
    if not asked:
        return []
    later: dict[tuple[UUID, str], list[ExceptionDecision]] = {}
    for row in db.session.scalars(sa.select(ExceptionDecision).where(ExceptionDecision.key.in_({row.key for row in asked}))):
        later.setdefault((row.site_id, row.key), []).append(row)
    people = names(row.person_id for row in asked)
    zones = {site.id: site.zone for site in db.session.scalars(sa.select(Site).where(Site.id.in_({row.site_id for row in asked})))}
    found = []
    for row in asked:
        if stands(row, later[row.site_id, row.key]):
            line = settling.line_of([row])
            found.append(Question(row.id, line, local_day(line.at, zones[row.site_id]), people.get(row.person_id), row.at, row.reason))
    return found


def stands(question: ExceptionDecision, decisions: list[ExceptionDecision]) -> bool:
    """Is an answer still awaited: was nothing but carrying over decided since?"""
    last = max(row.day for row in decisions)
    told = [settling.told(row, False) for row in decisions]
    standing = [row for row in rules.until(told, last) if row.verb != "carry"]
    return bool(standing) and standing[-1].id == question.id


def answer_words(answer: Answer) -> str:
    """An answer in words, in the reader's language."""
    ready = str(READY_WORDS[answer.choice]) if answer.choice in READY_WORDS else ""
    own = f"“{answer.text}”" if answer.text else ""
    return " ".join(part for part in (ready, own) if part)
