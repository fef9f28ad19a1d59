"""What people do about handovers. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from webapp.core import search
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.handover import queries, rules
from webapp.handover.bodies import HandoverBody
from webapp.handover.models import Handover, HandoverAnswer
from webapp.people.authors import Author
from webapp.people.models import Person
from webapp.people.queries import rank_at, staff_of
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.records.trail import Trail


def give(arrived: Arrived, author: Author, body: HandoverBody, site_id: UUID) -> Handover:
    """Give the post to a colleague of the site; what is open there is carried over with it. Raises Held bad-body."""
    if body.to is None or body.to == author.id or body.to not in {person.id for person in staff_of(site_id)}:
        raise Held("bad-body")
    given = Handover(
        id=arrived.id, site_id=site_id, person_id=author.id, to_id=body.to, counts=rules.counted(body.counts),
        carried=[str(order.id) for order in queries.open_orders(site_id, arrived.at)], text=body.text or arrived.envelope.note, at=arrived.at,
    )  # fmt: skip
    db.session.add(given)
    db.session.flush()
    search.file("log", given.id, site_id, given.at, given.text)
    return given


def answer(arrived: Arrived, author: Author, body: HandoverBody, trail: Trail) -> Handover:
    """Take it over, or object. Raises Held waits-for (it has not come), no-access (it was given to somebody else), bad-body."""
    if body.about is None or (body.verb == "object" and not body.text.strip()):
        raise Held("bad-body")
    trail.require(body.about)
    given = db.session.get(Handover, body.about)
    if given is None:
        raise Held("bad-body")
    if given.to_id != author.id:
        raise Held("no-access")
    db.session.add(HandoverAnswer(id=arrived.id, handover_id=given.id, person_id=author.id, verb=body.verb, text=body.text, at=arrived.at))
    db.session.flush()
    search.file("log", given.id, given.site_id, arrived.at, body.text)
    return given


def confirm_by_pin(given: Handover, colleague: Person, now: datetime) -> HandoverAnswer:
    """The colleague has confirmed on the phone of who gave it. Raises Problem conflict when there is an answer already."""
    if given.answers or rank_at(colleague, given.site_id) is None:
        raise Problem("conflict")
    said = HandoverAnswer(handover_id=given.id, person_id=colleague.id, verb="take", by_pin=True, at=now)
    db.session.add(said)
    db.session.flush()
    return said
