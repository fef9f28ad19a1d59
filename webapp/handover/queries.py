"""Reading handovers, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.equipment import queries as equipment
from webapp.equipment.models import Equipment
from webapp.equipment.rules import DOWN, status_at
from webapp.handover.models import Handover
from webapp.people.models import Person
from webapp.work_orders.models import WorkOrder, WorkRun

WAITS = timedelta(days=2)  # an older one is the supervisor's, not the colleague's any more
MOST_CARRIED = 50


def last_of(site_id: UUID, before: datetime) -> Handover | None:
    """The site's last handover before a moment."""
    found = sa.select(Handover).where(Handover.site_id == site_id, Handover.at < before).order_by(Handover.at.desc(), Handover.id.desc())
    return db.session.scalar(found.limit(1))


def waiting_for(person: Person, now: datetime) -> list[Handover]:
    """Handovers to this person that wait for a word, oldest first."""
    found = sa.select(Handover).where(Handover.to_id == person.id, Handover.at > now - WAITS).order_by(Handover.at)
    return [given for given in db.session.scalars(found) if not given.answers]


def given_lately(person: Person, now: datetime) -> list[Handover]:
    """What this person gave lately, the last first."""
    found = sa.select(Handover).where(Handover.person_id == person.id, Handover.at > now - WAITS).order_by(Handover.at.desc())
    return list(db.session.scalars(found))


def between(site_id: UUID, start: datetime, end: datetime) -> list[Handover]:
    """A site's handovers in [start, end), in order of time."""
    return list(
        db.session.scalars(
            sa.select(Handover).where(Handover.site_id == site_id, Handover.at >= start, Handover.at < end).order_by(Handover.at)
        )
    )


def given_at(site_id: UUID) -> sa.Select[Handover]:
    """A site's handovers, the last first."""
    return sa.select(Handover).where(Handover.site_id == site_id).order_by(Handover.at.desc(), Handover.id.desc())


def of_person(person: Person, since: datetime, most: int) -> list[Handover]:
    """What the person gave or was given since then, the last first."""
    mine = sa.or_(Handover.person_id == person.id, Handover.to_id == person.id)
    return list(db.session.scalars(sa.select(Handover).where(mine, Handover.at >= since).order_by(Handover.at.desc()).limit(most)))


def open_orders(site_id: UUID, at: datetime) -> list[WorkOrder]:
    """Work orders that nobody had finished at that moment, what is due first at the top: a handover may arrive hours after it was given."""
    there = sa.select(WorkOrder.id).where(WorkOrder.site_id == site_id, WorkOrder.raised_at <= at)
    still = there.where(WorkOrder.closed_at.is_(None), WorkOrder.finished_at.is_(None))
    over = sa.select(WorkRun.order_id).where(
        WorkRun.site_id == site_id, WorkRun.ended_at <= at, WorkRun.reopened_at > at
    )  # opened again later
    standing = WorkOrder.id.in_(sa.union(still, there.where(WorkOrder.finished_at > at)))
    found = sa.select(WorkOrder).where(standing, WorkOrder.id.not_in(over))
    return list(db.session.scalars(found.order_by(WorkOrder.urgent.desc(), WorkOrder.due_by).limit(MOST_CARRIED)))


# ---------------------------------------------------------------- what goes along

Fault = tuple[Equipment, str]


@dataclass(frozen=True)
class Along:
    """What went along with a handover: the work orders that were open then, and equipment that did not run, with its status."""

    orders: list[WorkOrder]
    faults: list[Fault]


def along_with(site_id: UUID, handovers: Iterable[Handover]) -> dict[UUID, Along]:
    """By handover: a fixed number of queries."""
    given = list(handovers)
    if not given:
        return {}
    wanted = {UUID(order_id) for one in given for order_id in one.carried}
    orders = {order.id: order for order in db.session.scalars(sa.select(WorkOrder).where(WorkOrder.id.in_(wanted)))} if wanted else {}
    faults = faults_at(site_id, [one.at for one in given])
    return {one.id: Along([orders[key] for order_id in one.carried if (key := UUID(order_id)) in orders], faults[one.at]) for one in given}


def faults_at(site_id: UUID, moments: Iterable[datetime]) -> dict[datetime, list[Fault]]:
    """Equipment that did not run at each of these moments. Derived: what a phone says late lands where it happened."""
    moments = list(moments)
    pieces = equipment.equipment_of(site_id, min(moments))
    changes = equipment.changes_of([one.id for one in pieces], min(moments)) if pieces else {}
    return {
        moment: [(one, status) for one in pieces if (status := status_at(changes.get(one.id, []), moment)) in DOWN] for moment in moments
    }
