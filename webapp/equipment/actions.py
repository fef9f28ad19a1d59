"""What people do about equipment; and the plans that raise work by themselves. Nothing here commits."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import clock, ids
from webapp.core.clock import day_bounds, local_day
from webapp.core.db import changed, db, reading
from webapp.core.i18n import speaking
from webapp.core.problems import Problem
from webapp.equipment import queries, register
from webapp.equipment.bodies import ReadingBody, StatusBody
from webapp.equipment.classes import CLASSES
from webapp.equipment.coming import Coming, coming
from webapp.equipment.models import Equipment, EquipmentLife, EquipmentStatus, MaintenanceDue, Meter, Reading, ReadingVerdict
from webapp.equipment.rules import Read, confirms, doubt
from webapp.equipment.words import STATUS_WORDS
from webapp.people.authors import Author
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.sites.models import Site
from webapp.sites.queries import LabelRead
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of

TASK = "equipment.raise_due"
EVERY = timedelta(minutes=15)


def set_status(
    equipment: Equipment, status: str, reason: str, person_id: UUID, at: datetime, order_id: UUID | None = None, id: UUID | None = None
) -> EquipmentStatus:
    """Say how it fares from a moment on."""
    change = EquipmentStatus(equipment_id=equipment.id, status=status, reason=reason, person_id=person_id, at=at, order_id=order_id)
    change.id = id or ids.new_id()
    db.session.add(change)
    db.session.flush()
    return change


def raise_about(one: Equipment, text: str, urgent: bool, person_id: UUID, now: datetime, record_id: UUID | None = None) -> WorkOrder:
    """A work order of the class's type, at the piece's place, under its number."""
    types = types_of(one.site_id)
    type_ = types.get(CLASSES[one.class_code].type_code) or types["damage"]
    raised = work.Raised(
        one.site_id, type_, person_id, f"{one.name}: {text}", urgent, place_id=one.place_id, checkpoint_id=one.checkpoint_id, spot=one.number,
        record_id=record_id,
    )  # fmt: skip
    return work.raise_order(raised, now)


def record_status(arrived: Arrived, author: Author, body: StatusBody, label: LabelRead | None) -> Equipment:
    """Keep how a machine fared from a moment on, and raise the work order that was asked for with it.

    Raises Held: unknown-equipment, no-access, unknown-code.
    """
    one = db.session.get(Equipment, body.equipment)
    if one is None:
        raise Held("unknown-equipment")
    if rank_at(author, one.site_id) is None:
        raise Held("no-access")
    if body.code and label is None:
        raise Held("unknown-code")
    text, order = body.text or arrived.envelope.note, None
    if body.order and body.status != "running":
        with speaking(author.language):
            words = text or str(STATUS_WORDS[body.status])
        order = raise_about(one, words, False, author.id, arrived.at, arrived.id)
    set_status(one, body.status, text, author.id, arrived.at, order.id if order else None, arrived.id)
    return one


def record_reading(arrived: Arrived, author: Author, body: ReadingBody, label: LabelRead | None) -> Reading:
    """Keep what a meter showed, with a doubt where it does not fit what it showed before.

    Raises Held: unknown-meter, no-access, unknown-code.
    """
    meter = db.session.get(Meter, body.meter)
    if meter is None:
        raise Held("unknown-meter")
    if rank_at(author, meter.site_id) is None:
        raise Held("no-access")
    if body.code and label is None:
        raise Held("unknown-code")
    return keep_reading(meter, arrived.id, Read(arrived.at, body.value), author.id, body.text or arrived.envelope.note)


def keep_reading(meter: Meter, id: UUID, new: Read, person_id: UUID, text: str) -> Reading:
    """What a meter showed, however it came here, with a doubt where it does not fit what it showed before."""
    why = doubt([read for read in queries.reads_of(meter.id) if read.at < new.at], new, meter.digits)
    if why == "below_last" and confirms(queries.doubted_before(meter.id, new.at), new):
        why = None  # it was no misreading: the meter went round early in its history, or was reset
    reading = Reading(
        id=id, site_id=meter.site_id, meter_id=meter.id, person_id=person_id, at=new.at, value=new.value, doubt=why, text=text
    )
    db.session.add(reading)
    db.session.flush()
    return reading


def settle_reading(reading: Reading, verb: str, value: Decimal | None, reason: str, person_id: UUID, now: datetime) -> ReadingVerdict:
    """Say what a reading is: as it came (`accept`), another value (`correct`), or none (`aside`). Later words hold; earlier ones stay."""
    made = ReadingVerdict(
        reading_id=reading.id, verb=verb, value=value if verb == "correct" else None, reason=reason, person_id=person_id, at=now
    )
    db.session.add(made)
    db.session.flush()
    return made


# ---------------------------------------------------------------- out of use

NOT_BEGUN = ("new", "offered", "assigned", "accepted")


def retire(
    one: Equipment, reason: str, successor: Equipment | None, meters_go: bool, parts_go: bool, person: Person, now: datetime
) -> None:
    """Take it out of use. Its own plans end today and what they raised is called off, unless somebody is at it already; its meters go
    with it, or stay and belong to what stands in its place; and so do its parts, which without a successor belong to what it was a part of.
    Its history stays. Raises Problem conflict when it is out of use already.
    """
    in_use = (Equipment.id == one.id, Equipment.retired_at.is_(None))
    if changed(sa.update(Equipment).where(*in_use).values(retired_at=now)) != 1:
        raise Problem("conflict")
    db.session.refresh(one)
    db.session.add(
        EquipmentLife(
            equipment_id=one.id, verb="retire", reason=reason, successor_id=successor.id if successor else None, person_id=person.id, at=now
        )
    )
    today = local_day(now, one.site.zone)
    plans = queries.plans_of(one.site_id, today)
    for plan in plans:
        if plan.equipment_id == one.id:
            register.end_plan(plan, today)
    for due, order in queries.open_dues(plans):
        if due.equipment_id == one.id and order.state in NOT_BEGUN:
            with contextlib.suppress(Problem):
                work.act(order, person, "cancel", now, reason=str(_("Taken out of use")))
    for meter in db.session.scalars(sa.select(Meter).where(Meter.equipment_id == one.id, Meter.retired_at.is_(None))):
        if meters_go:
            meter.retired_at = now
        elif successor:
            meter.equipment_id = successor.id
    for part in queries.parts_of(one):
        if parts_go:
            retire(part, reason, None, meters_go, True, person, now)
        else:
            part.parent_id = successor.id if successor else one.parent_id
    db.session.flush()


def take_back(one: Equipment, reason: str, person_id: UUID, now: datetime) -> None:
    """Put it into use again. Its plans are begun anew by whoever wants them. Raises Problem conflict when it is in use."""
    if changed(sa.update(Equipment).where(Equipment.id == one.id, Equipment.retired_at.isnot(None)).values(retired_at=None)) != 1:
        raise Problem("conflict")
    db.session.refresh(one)
    db.session.add(EquipmentLife(equipment_id=one.id, verb="return", reason=reason, person_id=person_id, at=now))
    db.session.flush()


# ---------------------------------------------------------------- plans


def raise_due(site: Site, now: datetime) -> list[WorkOrder]:
    """Raise the work orders of every plan whose time comes within its lead, each once however often this runs.

    While the order of an earlier time is open no second one is raised: that one is done first.
    """
    wanted = due_for_raising(site, now)
    return [_raise(one, now) for one in wanted]


def due_for_raising(site: Site, now: datetime) -> list[Coming]:
    """What `raise_due` would raise. A fixed number of queries, one more for each plan that goes by usage."""
    today = local_day(now, site.zone)
    wanted = [one for one in coming(site, today) if one.due_on - timedelta(days=one.plan.lead_days) <= today]
    if not wanted:
        return []
    there, being_done = set(), set()
    plans = list({one.plan.id: one.plan for one in wanted}.values())
    for due, _order in queries.dues_since(plans, min(one.due_on for one in wanted)):
        there.add((due.plan_id, due.equipment_id, due.due_on))
    for due, _order in queries.open_dues(plans):
        being_done.add((due.plan_id, due.equipment_id))
    return [one for one in wanted if (*one.pair, one.due_on) not in there and one.pair not in being_done]


def _raise(one: Coming, now: datetime) -> WorkOrder:
    plan, equipment = one.plan, one.equipment
    types = types_of(plan.site_id)
    words = f"{plan.name} · {equipment.name}" + (f"\n{plan.text}" if plan.text else "")
    raised = work.Raised(
        plan.site_id, types.get(plan.type_code) or types["damage"], plan.person_id, words, place_id=equipment.place_id,
        checkpoint_id=equipment.checkpoint_id, spot=equipment.number, origin="plan",
    )  # fmt: skip
    order = work.raise_order(raised, now)
    # By usage it is due now; the lead is the time there is to do it.
    last_day = one.due_on + timedelta(days=plan.lead_days) if one.by_usage else one.due_on
    order.due_at = order.due_by = day_bounds(last_day, equipment.site.zone)[1]
    db.session.add(MaintenanceDue(plan_id=plan.id, equipment_id=equipment.id, due_on=one.due_on, order_id=order.id, by_usage=one.by_usage))
    db.session.flush()
    return order


def raise_everywhere(_payload: dict[str, Any]) -> None:
    """What the background does: raise at every site what is due there. It looks as a reader, so that phones' records wait for nobody."""
    now = clock.now()
    with reading():
        wanting = [site.id for site in db.session.scalars(sa.select(Site)) if due_for_raising(site, now)]
    for site_id in wanting:
        raise_due(db.session.get_one(Site, site_id), now)
