"""Reading handovers, always for somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.handover.models import Handover
from webapp.people.models import Person
from webapp.work_orders.models import WorkOrder

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


def open_orders(site_id: UUID, at: datetime) -> list[WorkOrder]:
    """Work orders that nobody had finished at that moment, what is due first at the top: a handover may arrive hours after it was given."""
    there = sa.select(WorkOrder.id).where(WorkOrder.site_id == site_id, WorkOrder.raised_at <= at)
    still = there.where(WorkOrder.closed_at.is_(None), WorkOrder.finished_at.is_(None))
    found = sa.select(WorkOrder).where(WorkOrder.id.in_(sa.union(still, there.where(WorkOrder.finished_at > at))))
    return list(db.session.scalars(found.order_by(WorkOrder.urgent.desc(), WorkOrder.due_by).limit(MOST_CARRIED)))
