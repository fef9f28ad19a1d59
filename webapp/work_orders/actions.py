"""What people do with work orders. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core import ids, search
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.people.authors import Author
from webapp.people.models import Person
from webapp.people.queries import on_duty_among, rank_at, staff_of
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.records.rules import receipt_code
from webapp.sites.queries import LabelRead
from webapp.standards.queries import agreement_at
from webapp.standards.rules import STOP_REASONS
from webapp.work_orders import deadlines, pricing, queries, rules
from webapp.work_orders import signature as signatures
from webapp.work_orders.arrival import Arrival, spots_of
from webapp.work_orders.bodies import Signed, WorkStepBody
from webapp.work_orders.models import WorkOrder, WorkPhoto, WorkRun, WorkSignature, WorkStep, WorkUse
from webapp.work_orders.types import WorkType

OTHER = "other"  # a pause for a reason that is on no list: it is kept, and stops no clock


@dataclass(frozen=True)
class Raised:
    """What a new order is about. `photos`: digests of pictures that are here or still on their way."""

    site_id: UUID
    type: WorkType
    by_id: UUID
    text: str = ""
    urgent: bool = False
    phone: str = ""
    place_id: UUID | None = None
    checkpoint_id: UUID | None = None
    spot: str = ""
    origin: str = "hand"
    request_id: UUID | None = None
    record_id: UUID | None = None
    part_of_id: UUID | None = None
    payer: str | None = None
    photos: tuple[str, ...] = ()


def raise_order(raised: Raised, now: datetime, order_id: UUID | None = None) -> WorkOrder:
    """Raise a work order, linked to the same fault of the last 30 days, and send it on its type's way.

    Due times are those of the agreement in force now (clauses 4.3.2 and 6.1.1).
    """
    agreement = agreement_at(raised.site_id, now)
    urgency = "urgent" if raised.urgent else "routine"
    new_id = order_id or ids.new_id()
    repeat = (
        None
        if raised.part_of_id or raised.origin == "plan"
        else queries.repeat_of(raised.site_id, raised.place_id, raised.type.code, now, raised.spot)
    )
    order = WorkOrder(
        id=new_id,
        number=receipt_code(new_id),
        site_id=raised.site_id,
        type_code=raised.type.code,
        service=raised.type.service,
        trade=raised.type.trade,
        urgent=raised.urgent,
        text=raised.text,
        phone=raised.phone,
        place_id=raised.place_id,
        checkpoint_id=raised.checkpoint_id,
        spot=raised.spot,
        origin=raised.origin,
        request_id=raised.request_id,
        record_id=raised.record_id,
        part_of_id=raised.part_of_id,
        repeat_of_id=repeat.id if repeat else None,
        payer=raised.payer or raised.type.payer,
        raised_at=now,
        raised_by_id=raised.by_id,
        due_at=now + timedelta(minutes=agreement.handle(raised.type.code, urgency)),
        on_site_due_at=rules.urgent_on_site_due(now, agreement.on_site_minutes) if raised.urgent else None,
        since=now,
    )
    db.session.add(order)
    db.session.add_all(WorkPhoto(order_id=new_id, sha256=sha256, rank=rank) for rank, sha256 in enumerate(dict.fromkeys(raised.photos)))
    db.session.flush()
    search.file("order", new_id, order.site_id, now, order.number, order.text, order.spot, order.phone, order.phone.replace(" ", ""))
    _send_on(order, raised.type, raised.by_id, now)
    return order


def _send_on(order: WorkOrder, type_: WorkType, by_id: UUID, now: datetime) -> None:
    """Offer it, or give it to whose turn it is, as its type says; with nobody on duty the desk decides."""
    if type_.dispatch == "offer":
        take_step(order, WorkStep(verb="offer", person_id=by_id, trade=type_.trade, at=now), now)
    elif type_.dispatch == "rotate":
        turn = whose_turn(order.site_id, type_.trade, now)
        if turn:
            take_step(order, WorkStep(verb="assign", person_id=by_id, to_id=turn, at=now), now)


def whose_turn(site_id: UUID, trade: str, now: datetime) -> UUID | None:
    """Whose turn it is among the trade's people on duty at the site; None when nobody is."""
    people = on_duty_among((person.id for person in staff_of(site_id, trade)), now)
    return rules.next_in_turn(people, queries.last_assigned(people), queries.loads(people))


def take_step(order: WorkOrder, step: WorkStep, now: datetime) -> WorkStep:
    """Keep a step, and write down where all of the order's steps bring it."""
    step.id = step.id or ids.new_id()
    step.order_id = order.id
    step.received_at = now
    step.afar = step.verb == "on_site" and Arrival(step, order, spots_of(order)).is_doubtful
    db.session.add(step)
    db.session.flush()
    search.file("order", order.id, order.site_id, now, step.reason)
    db.session.refresh(order, ["steps"])
    refold(order)
    return step


def refold(order: WorkOrder) -> None:
    """Write down where the order's steps bring it."""
    standing = queries.standing_of(order)
    order.state, order.since = standing.state, standing.since
    order.assignee_id = standing.assignee_id
    order.offered_trade = (standing.trade or order.trade) if standing.state == "offered" else None
    order.on_site_at = standing.on_site_at or standing.started_at
    order.finished_at, order.closed_at = standing.finished_at, standing.closed_at
    if order.reopened or standing.runs:
        db.session.execute(sa.delete(WorkRun).where(WorkRun.order_id == order.id))
        db.session.add_all(deadlines.runs_of(order, standing))
    order.conflicts, order.reopened = len(standing.conflicts), standing.reopened
    deadlines.write_down(order, standing)
    db.session.flush()


# ---------------------------------------------------------------- from the office


def act(order: WorkOrder, person: Person, verb: str, now: datetime, *, to_id: UUID | None = None, trade: str | None = None, reason: str = "",
        about_id: UUID | None = None) -> WorkStep:  # fmt: skip
    """A step taken on a page of the office. Raises Problem conflict where it is not offered (any more), forbidden who may not."""
    standing = queries.standing_of(order)
    offered = rules.allowed(standing, order.assignee_id == person.id, rank_at(person, order.site_id) or 0, person.trade)
    if verb not in offered:
        raise Problem("conflict")
    if verb == "assign" and to_id not in {colleague.id for colleague in staff_of(order.site_id)}:
        raise Problem("bad-call")
    return take_step(
        order, WorkStep(verb=verb, person_id=person.id, to_id=to_id, trade=trade, reason=reason, about_id=about_id, at=now), now
    )


def mark_clocks(orders: Iterable[WorkOrder], person_id: UUID, now: datetime, *, cause: str | None = None, until: datetime | None = None,
                reason: str = "") -> None:  # fmt: skip
    """What the desk says of the clocks of orders that are not over: they stand still for that cause, or (None) go on."""
    for order in orders:
        if order.closed_at is None:
            verb = "stop" if cause else "go"
            take_step(order, WorkStep(verb=verb, person_id=person_id, cause=cause, until=until, reason=reason, at=now), now)


def set_urgent(order: WorkOrder, urgent: bool, person_id: UUID, now: datetime) -> None:
    """It is urgent after all, or is not: it is to be finished by the agreement it was raised under, and it shows among the steps.

    Somebody has to be there within so long of now, as long as it is urgent. What is finished stays as it was judged.
    """
    if order.urgent == urgent or order.finished_at is not None or order.closed_at is not None:
        return
    agreement = agreement_at(order.site_id, order.raised_at)
    minutes = agreement.handle(order.type_code, "urgent" if urgent else "routine")
    order.urgent, order.due_at = urgent, order.raised_at + timedelta(minutes=minutes)
    if urgent:
        order.on_site_due_at = rules.urgent_on_site_due(order.raised_at, agreement.on_site_minutes)
    take_step(order, WorkStep(verb="urgent" if urgent else "routine", person_id=person_id, at=now), now)


def set_payer(order: WorkOrder, payer: str, waived: str, person: Person, now: datetime) -> None:
    """Who bears the cost, and why nothing is asked for; both show among the steps."""
    before = "waived" if order.waived else order.payer
    order.payer, order.waived = payer, waived
    take_step(
        order, WorkStep(verb="waive" if waived else "payer", person_id=person.id, reason=waived or f"{before} → {payer}", at=now), now
    )


# ---------------------------------------------------------------- from a phone


def record_step(arrived: Arrived, author: Author, body: WorkStepBody, label: LabelRead | None) -> WorkOrder:
    """Keep a step that was recorded in the field, however odd it is: what it means is the fold's to say.

    Raises Held: unknown-order, no-access (a site where the author has no role), bad-body (an item, a colleague or a
    signature that is none), unknown-code (the label that was scanned on site).
    """
    order = db.session.get(WorkOrder, body.order, populate_existing=True)
    if order is None:
        raise Held("unknown-order")
    if rank_at(author, order.site_id) is None:
        raise Held("no-access")
    if body.code and label is None:
        raise Held("unknown-code")
    _check(order, body)
    position = arrived.envelope.position
    step = WorkStep(
        id=arrived.id,
        verb=body.verb,
        at=arrived.at,
        person_id=author.id,
        to_id=body.to if body.verb == "hand_over" else None,
        reason=body.reason or arrived.envelope.note,
        cause=_cause(body),
        until=body.until,
        stage=body.stage,
        checkpoint_id=label.checkpoint_id if label else None,
        lat=position.lat if position else None,
        lon=position.lon if position else None,
        accuracy_m=position.accuracy_m if position else None,
    )
    if body.verb == "use":
        db.session.add(WorkUse(id=arrived.id, order_id=order.id, person_id=author.id, at=arrived.at, lines=_lines(order, body, arrived.at)))
    if body.verb == "sign" and body.signed:
        keep_signature(order, body.signed, "screen", arrived.at, arrived.id)
    if body.verb == "part_finish":
        step.about_id = _raise_remainder(order, body, author, arrived).id
    take_step(order, step, arrived.received_at)
    db.session.expire(order, ["uses", "signatures"])
    return order


def _check(order: WorkOrder, body: WorkStepBody) -> None:
    if body.verb == "sign" and body.signed is None:
        raise Held("bad-body")
    if body.verb == "hand_over":
        colleague = db.session.get(Person, body.to) if body.to else None
        if colleague is None or rank_at(colleague, order.site_id) is None:
            raise Held("bad-body")


def _cause(body: WorkStepBody) -> str | None:
    if body.verb == "need_parts":
        return "waiting_parts"
    if body.verb != "pause":
        return None
    return body.cause if body.cause in STOP_REASONS else OTHER


def _lines(order: WorkOrder, body: WorkStepBody, at: datetime) -> list[dict[str, Any]]:
    """The lines as they will always be shown, each at the price of its time. Raises Held bad-body for an item of no such list."""
    items = pricing.items_of(order.site_id)
    try:
        return [pricing.line_json(items[line.item], line.quantity, line.minor, at) for line in body.lines]
    except LookupError:
        raise Held("bad-body") from None


def _raise_remainder(order: WorkOrder, body: WorkStepBody, author: Author, arrived: Arrived) -> WorkOrder:
    """What is left of an order done in part becomes an order of its own (users of other systems see it forgotten)."""
    type_ = queries.types_of(order.site_id)[order.type_code]
    raised = Raised(
        order.site_id, type_, author.id, body.remainder or body.reason or order.text, order.urgent, order.phone, order.place_id,
        order.checkpoint_id, order.spot, "remainder", order.request_id, arrived.id, order.id, order.payer,
    )  # fmt: skip
    return raise_order(raised, arrived.at)


def keep_signature(order: WorkOrder, signed: Signed, way: str, at: datetime, signature_id: UUID | None = None) -> WorkSignature:
    """Keep a signature with the digest of what it stands under. Whether that is still the charge is asked when it is shown."""
    kept = WorkSignature(
        id=signature_id or ids.new_id(),
        order_id=order.id,
        charge=signed.charge,
        shown=signed.shown,
        strokes=signed.strokes,
        sha256=signatures.digest(signatures.strokes_of(signed.strokes), signed.charge),
        name=signed.name,
        way=way,
        stars=signed.stars,
        words=signed.words,
        at=at,
    )
    db.session.add(kept)
    db.session.flush()
    return kept
