"""Everything about one piece of equipment: its plans, meters, documents, and what ever happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _

from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.core.i18n import named
from webapp.equipment import queries
from webapp.equipment.coming import Coming, concerns, history_of, next_of
from webapp.equipment.due import Due, Interval
from webapp.equipment.finished import done_by_plan
from webapp.equipment.models import (
    Equipment,
    EquipmentDocument,
    EquipmentStatus,
    MaintenanceDue,
    MaintenancePlan,
    Meter,
    Reading,
    RenewalStep,
)
from webapp.equipment.queries import Showed
from webapp.equipment.words import RENEWAL_WORDS, STATUS_MARKS, STATUS_WORDS
from webapp.people.models import Person
from webapp.people.queries import names, rank_at
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.words import ORIGIN_WORDS, order_mark

SHOWN = 30  # things that happened, a page
TIMES = 6  # of a plan's history


@dataclass(frozen=True)
class PlanLines:
    """A plan of one piece: its next time, and the latest ones before."""

    plan: MaintenancePlan
    next: Coming | None
    lines: list[Due]


def plan_lines(one: Equipment, today: date) -> list[PlanLines]:
    """The plans in force that are about the piece: as far back as a page shows, however long it has been there."""
    zone = one.site.zone
    plans = [plan for plan in queries.plans_of(one.site_id, today) if concerns(plan, one)]
    upcoming = {each.plan.id: each for each in next_of(plans, [] if one.retired_at else [one], zone)}
    found = []
    for plan in plans:
        since = looked_back(queries.interval_of(plan), today)
        done = done_by_plan([plan.id], zone, one.id, looked_back(queries.interval_of(plan), since)).get(plan.id, [])
        past = [line for line in history_of(plan, one, done, zone, today, since) if line.state != "due"]
        found.append(PlanLines(plan, upcoming.get(plan.id), past[: -TIMES - 1 : -1]))
    return sorted(found, key=lambda each: each.next.due_on if each.next else date.max)


def looked_back(interval: Interval, day: date) -> date:
    """So long before a day that `TIMES` times of it were due since; a seasonal one has a long pause each year."""
    length = {"day": 1, "week": 7, "month": 31, "year": 366}[interval.unit] * interval.every
    return day - timedelta(days=length * (TIMES + 2) + (400 if interval.months else 0))


def documents_of(equipment_ids: Iterable[UUID]) -> dict[UUID, list[EquipmentDocument]]:
    """Documents by piece: of each name the latest unless it is withdrawn, those that run out first at the top, with their files. Two queries."""
    found: dict[UUID, dict[str, EquipmentDocument]] = {}
    rows = sa.select(EquipmentDocument).where(EquipmentDocument.equipment_id.in_(list(equipment_ids)))
    for document in db.session.scalars(rows.order_by(EquipmentDocument.at, EquipmentDocument.id)):
        found.setdefault(document.equipment_id, {})[document.name] = document
    wanted = {key: [one for one in by_name.values() if one.withdrawn_at is None] for key, by_name in found.items()}
    return {key: sorted(those, key=lambda d: (d.valid_until or date.max, d.name)) for key, those in wanted.items()}


def meters_with_last(site_id: UUID, equipment_id: UUID | None = None) -> list[tuple[Meter, Showed | None]]:
    """Meters in use at the site, or of one piece, each with its last reading as it counts. Three queries."""
    wanted = sa.select(Meter).where(Meter.site_id == site_id, Meter.retired_at.is_(None)).order_by(Meter.number)
    if equipment_id:
        wanted = wanted.where(Meter.equipment_id == equipment_id)
    meters = list(db.session.scalars(wanted))
    latest = (
        sa.select(Reading.id).where(Reading.meter_id == Meter.id).order_by(Reading.at.desc(), Reading.id.desc()).limit(1).scalar_subquery()
    )
    ids = sa.select(latest).select_from(Meter).where(Meter.id.in_([meter.id for meter in meters]))
    rows = db.session.scalars(sa.select(Reading).where(Reading.id.in_(ids))).all()
    last = {one.meter_id: one for one in queries.as_settled(rows, queries.verdicts_of(ids))}
    return [(meter, last.get(meter.id)) for meter in meters]


# ---------------------------------------------------------------- what happened


@dataclass(frozen=True)
class Event:
    """Something that happened to the piece. `href`: where one looks at it, "" where the reader may not."""

    at: datetime
    mark: str
    word: str
    title: str
    sub: str
    href: str = ""


HISTORY = "equipment_history"  # in an app's extensions: what slices above the register tell of a piece
Tell = Callable[[Equipment, Person, datetime, int], Iterable[Event]]


def also_told(app: Flask, tell: Tell) -> None:
    """Let another slice tell what happened to a piece: before a moment, the latest first, so many at the most."""
    app.extensions.setdefault(HISTORY, []).append(tell)


def events_of(one: Equipment, person: Person, before: datetime, now: datetime) -> tuple[list[Event], datetime | None]:
    """What happened before a moment, the latest first; and from where the page of older ones goes on, if there are any."""
    also: list[Tell] = current_app.extensions.get(HISTORY, [])
    found = [
        *(event for tell in also for event in tell(one, person, before, SHOWN + 1)),
        *_statuses(one, before),
        *_orders(one, person, before, now),
        *_renewals(one, before),
        *_documents(one, before),
        *_life(one, before),
    ]
    found.sort(key=lambda event: event.at, reverse=True)
    shown = found[:SHOWN]
    return shown, (shown[-1].at if len(found) > SHOWN else None)


def _statuses(one: Equipment, before: datetime) -> Iterator[Event]:
    rows = db.session.scalars(
        sa.select(EquipmentStatus)
        .where(EquipmentStatus.equipment_id == one.id, EquipmentStatus.at < before)
        .order_by(EquipmentStatus.at.desc())
        .limit(SHOWN + 1)
    ).all()
    people = names(row.person_id for row in rows)
    for row in rows:
        yield Event(
            row.at, STATUS_MARKS[row.status], str(STATUS_WORDS[row.status]), row.reason or str(STATUS_WORDS[row.status]), named(people[row.person_id])
        )  # fmt: skip


def orders_of(one: Equipment, before: datetime, most: int) -> list[WorkOrder]:
    """The latest work orders about the piece: raised by its plans, with a change of its status, under its number; or at its own checkpoint.

    Each way is asked by itself, from its index: in one question, with OR, the database would read every order of the site.
    """
    orders = sa.select(WorkOrder).where(WorkOrder.raised_at < before)
    by_time = orders.order_by(WorkOrder.raised_at.desc())
    planned = orders.join(MaintenanceDue, MaintenanceDue.order_id == WorkOrder.id).where(MaintenanceDue.equipment_id == one.id)
    said = orders.join(EquipmentStatus, EquipmentStatus.order_id == WorkOrder.id).where(EquipmentStatus.equipment_id == one.id)
    ways = [
        planned.order_by(MaintenanceDue.due_on.desc()), said.order_by(EquipmentStatus.at.desc()),
        by_time.where(WorkOrder.site_id == one.site_id, WorkOrder.spot == one.number),
    ]  # fmt: skip
    if one.checkpoint_id:
        # Several pieces share a point (a pump room's): an order there that names another of them is not this one's.
        others = sa.select(Equipment.number).where(Equipment.checkpoint_id == one.checkpoint_id, Equipment.id != one.id)
        ways.append(by_time.where(WorkOrder.checkpoint_id == one.checkpoint_id, WorkOrder.spot.not_in(others)))
    found = {order.id: order for way in ways for order in db.session.scalars(way.limit(most))}
    return sorted(found.values(), key=lambda order: order.raised_at, reverse=True)[:most]


def _orders(one: Equipment, person: Person, before: datetime, now: datetime) -> Iterator[Event]:
    rows = orders_of(one, before, SHOWN + 1)
    people = names(order.assignee_id for order in rows if order.assignee_id)
    sees_all = (rank_at(person, one.site_id) or 0) >= RANKS["desk"]
    for order in rows:
        mark, word = order_mark(order, now)
        who = named(people.get(order.assignee_id)) if order.assignee_id else ""
        sub = " · ".join(part for part in (order.number, str(ORIGIN_WORDS[order.origin]), who) if part)
        may_open = sees_all or person.id in (order.assignee_id, order.raised_by_id)
        yield Event(order.raised_at, mark, word, order.text.split("\n")[0][:120], sub, f"/work-orders/{order.id}" if may_open else "")


def _renewals(one: Equipment, before: datetime) -> Iterator[Event]:
    rows = db.session.scalars(sa.select(RenewalStep).where(RenewalStep.equipment_id == one.id, RenewalStep.at < before)).all()
    people = names(row.person_id for row in rows)
    for row in rows:
        verb = row.verb if row.verb != "decide" else ("approve" if row.approved else "refuse")
        yield Event(
            row.at, "neutral", _("Renewal"), str(RENEWAL_WORDS[verb]), " · ".join(filter(None, (named(people[row.person_id]), row.text)))
        )


def _documents(one: Equipment, before: datetime) -> Iterator[Event]:
    rows = db.session.scalars(
        sa.select(EquipmentDocument).where(EquipmentDocument.equipment_id == one.id, EquipmentDocument.at < before)
    ).all()
    people = names([*(row.person_id for row in rows), *(row.withdrawn_by_id for row in rows if row.withdrawn_by_id)])
    for row in rows:
        title = " ".join(filter(None, (row.name, row.number)))
        yield Event(row.at, "neutral", _("Document"), title, named(people[row.person_id]))
        if row.withdrawn_at and row.withdrawn_by_id and row.withdrawn_at < before:
            yield Event(row.withdrawn_at, "ended", _("Not needed any more"), title, named(people[row.withdrawn_by_id]))


def _life(one: Equipment, before: datetime) -> Iterator[Event]:
    rows = [row for row in queries.lives_of(one) if row.at < before]
    people = names(row.person_id for row in rows)
    for row in rows:
        successor = db.session.get(Equipment, row.successor_id) if row.successor_id else None
        word = _("Out of use") if row.verb == "retire" else _("Back in use")
        title = _("Replaced by %(name)s", name=f"{successor.number} {named(successor)}") if successor else row.reason or word
        sub = " · ".join(filter(None, (named(people[row.person_id]), row.reason if successor else "")))
        yield Event(
            row.at,
            "ended" if row.verb == "retire" else "on_time",
            word,
            title,
            sub,
            f"/equipment/items/{successor.id}" if successor else "",
        )


def last_status(one: Equipment) -> EquipmentStatus | None:
    """What was said last of how it fares."""
    return db.session.scalar(
        sa.select(EquipmentStatus)
        .where(EquipmentStatus.equipment_id == one.id)
        .order_by(EquipmentStatus.at.desc(), EquipmentStatus.id.desc())
        .limit(1)
    )
