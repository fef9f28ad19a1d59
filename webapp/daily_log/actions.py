"""What supervisors do about a day: decide about exceptions, write remarks, sign. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from webapp.core import search
from webapp.core.db import db
from webapp.core.i18n import LANGUAGES, speaking
from webapp.core.problems import Problem
from webapp.daily_log import rules, settling
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.models import DayRemark, DaySignature, ExceptionDecision
from webapp.daily_log.settling import Item
from webapp.daily_log.signing import Signing, content_of
from webapp.notices.delivering import look_soon
from webapp.people.models import Person
from webapp.records import sealing
from webapp.work_orders import actions as work
from webapp.work_orders import queries as orders
from webapp.work_orders.models import WorkOrder


@dataclass(frozen=True)
class Verdict:
    """What a supervisor wants: a verb of `rules.VERBS`, the words, and for a job its type."""

    verb: str
    reason: str = ""
    type_code: str = "other"


def decide(shown: Day, signing: Signing, item: Item, verdict: Verdict, seen: int, person: Person, now: datetime) -> ExceptionDecision:
    """Decide about an exception of the day. `seen`: the number of the last decision that the person saw.

    Raises Problem conflict: the day is signed, or a colleague has decided since; bad-call: nobody to ask, nothing to take back.
    """
    if signing.is_locked:
        raise Problem("conflict", _("This day is signed and locked."))
    if seen != item.highest:
        raise Problem("conflict", _("A colleague has decided about this in the meantime."))
    if (verdict.verb == "ask" and not item.line.people) or (verdict.verb == "again" and item.last is None):
        raise Problem("bad-call")
    order = raise_job(shown, item, verdict, person, now) if verdict.verb == "job" else None
    row = ExceptionDecision(
        site_id=shown.site.id,
        day=shown.day,
        key=item.key,
        number=item.highest + 1,
        verb=verdict.verb,
        reason=verdict.reason,
        person_id=person.id,
        at=now,
        shown=shown_in_every_language(shown, item, now),
        order_id=order.id if order else None,
        to_id=item.line.people[0] if verdict.verb == "ask" else None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # at the very same moment
        raise Problem("conflict", _("A colleague has decided about this in the meantime.")) from None
    search.file("log", row.id, row.site_id, now, row.reason)
    return row


def shown_in_every_language(shown: Day, item: Item, now: datetime) -> dict[str, object]:
    """What the exception says, for whoever will read of it on another day."""
    if item.since is not None and item.decisions:
        return dict(item.decisions[-1].shown)  # it was carried over: as its own day showed it
    words = {}
    for language in LANGUAGES:
        with speaking(language):
            lines = day_of(shown.site, shown.day, now).lines
            words[language] = next((line.as_shown() for line in lines if line.key == item.key), item.line.as_shown())
    return settling.shown_of(item.line, words)


def raise_job(shown: Day, item: Item, verdict: Verdict, person: Person, now: datetime) -> WorkOrder:
    """A work order for what an exception is about. Raises Problem bad-call for a type that is none."""
    type_ = orders.types_of(shown.site.id).get(verdict.type_code)
    if type_ is None or type_.retired:
        raise Problem("bad-call")
    line = item.line
    text = verdict.reason or " · ".join(part for part in (line.word, line.title, line.sub) if part)
    raised = work.Raised(
        shown.site.id, type_, person.id, text, place_id=line.place_id, checkpoint_id=line.checkpoint_id, origin="log",
    )  # fmt: skip
    return work.raise_order(raised, now)


def remark(shown: Day, signing: Signing, text: str, person: Person, now: datetime) -> DayRemark:
    """Write something under the day. Raises Problem conflict when it is signed."""
    if signing.is_locked:
        raise Problem("conflict", _("This day is signed and locked."))
    row = DayRemark(site_id=shown.site.id, day=shown.day, person_id=person.id, text=text, at=now)
    db.session.add(row)
    db.session.flush()
    search.file("log", row.id, row.site_id, now, text)
    return row


def sign(shown: Day, signing: Signing, seen: str, person: Person, now: datetime) -> DaySignature:
    """Sign the day as it was shown; `seen`: the digest of that. The password has been asked.

    Raises Problem conflict: it goes on, something is not decided, it has changed since, or somebody has just signed it.
    """
    if signing.state == "live":
        raise Problem("conflict", _("This day still goes on. It can be signed when it and its last round are over."))
    if signing.is_locked:
        raise Problem("conflict", _("This day is signed already."))
    if shown.open:
        raise Problem("conflict", _("Something still waits for a decision. Settle it or carry it over, then sign."))
    if seen != signing.seen:
        raise Problem("conflict", _("The day has changed since you looked at it. Please look again, then sign."))
    content, head = content_of(shown), sealing.head(shown.site.id)
    row = DaySignature(
        site_id=shown.site.id,
        day=shown.day,
        number=len(shown.signatures) + 1,
        person_id=person.id,
        at=now,
        content=content,
        digest=rules.digest_of(content),
        seal_n=head.n if head else None,
        seal_hash=head.hash if head else None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Problem("conflict", _("This day is signed already.")) from None
    look_soon()  # whose hour has passed is told now
    return row


def signed_content_holds(row: DaySignature) -> bool:
    """Is what a signature stands under still what was signed?"""
    return rules.digest_of(row.content) == row.digest


def question_of(decision_id: UUID) -> ExceptionDecision | None:
    """The question of that id."""
    row = db.session.get(ExceptionDecision, decision_id)
    return row if row is not None and row.verb == "ask" else None
