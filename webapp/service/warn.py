"""Warnings when a clock has run to 75, 100 and 150 per cent: found in the background each minute, each written down once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.core import clock, ids
from webapp.core.db import db, insert_new, reading
from webapp.core.gate import RANKS
from webapp.people.models import Person
from webapp.service.models import ClockWarning, WarningSeen
from webapp.service.queries import Look, living, looks
from webapp.sites.models import Site
from webapp.standards.clocks import Clock, warnings_due
from webapp.work_orders.deadlines import clocks_of_order
from webapp.work_orders.models import WorkOrder

TASK = "service.warn"
EVERY = timedelta(minutes=1)
OVERLAP = timedelta(days=1)  # before the last look: a stop may be told late
FIRST_LOOK = timedelta(days=7)  # how far back the very first look goes
LOOKED_BACK = timedelta(days=60)
FRESH = timedelta(days=1)  # what is older is news to nobody
KEPT = timedelta(days=90)  # in the list; the rows stay
MOST_COUNTED = 99


def warn(_payload: dict[str, Any]) -> None:
    """Write down every warning whose moment has come, however long nobody looked: each once."""
    with reading():  # it takes its time, and the phones' records need the one writer
        rows = not_written(clock.now())
    for start in range(0, len(rows), 500):
        db.session.execute(insert_new(ClockWarning, rows[start : start + 500], "subject_id", "name", "started_at", "percent"))


def not_written(now: datetime) -> list[dict[str, Any]]:
    """Warnings that are due and not there yet, as rows."""
    since = last_look(now) - OVERLAP
    due = [*of_requests(since, now), *of_orders(since, now)]
    known = written({row["subject_id"] for row in due})
    return [row for row in due if (row["subject_id"], row["name"], row["started_at"], row["percent"]) not in known]


def last_look(now: datetime) -> datetime:
    """When a warning was last written: whatever ended before that has been looked at."""
    last = db.session.scalar(sa.select(sa.func.max(ClockWarning.made_at)))
    return max(last, now - LOOKED_BACK) if last else now - FIRST_LOOK


def written(subject_ids: Iterable[UUID]) -> set[tuple[UUID, str, datetime, int]]:
    """Which warnings of these there are already."""
    kept = sa.select(ClockWarning.subject_id, ClockWarning.name, ClockWarning.started_at, ClockWarning.percent)
    return {
        (r.subject_id, r.name, r.started_at, r.percent)
        for r in db.session.execute(kept.where(ClockWarning.subject_id.in_(list(subject_ids))))
    }


def of_requests(since: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    """Warnings of requests that are open, or that something has happened to since."""
    sites = db.session.scalars(sa.select(Site.id)).all()
    for seen in looks(living(sites, since)):
        technician = technician_of(seen)
        for each in seen.clocks(now):
            yield from rows_of(each, now, site_id=seen.request.site_id, subject="request", subject_id=seen.request.id, person_id=technician)


def technician_of(seen: Look) -> UUID | None:
    """Who works on the request, or did last, if anybody does."""
    return next((order.assignee_id for order in reversed(seen.orders) if order.assignee_id), None)


def of_orders(since: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    """Warnings of work orders that no request stands behind; a request's clocks say it of the others."""
    recent = sa.or_(WorkOrder.closed_at.is_(None), WorkOrder.closed_at >= since)
    found = sa.select(WorkOrder).where(WorkOrder.request_id.is_(None), recent).options(selectinload(WorkOrder.steps))
    for order in db.session.scalars(found):
        for each in clocks_of_order(order):
            yield from rows_of(each, now, site_id=order.site_id, subject="order", subject_id=order.id, person_id=order.assignee_id)


def rows_of(each: Clock, now: datetime, **whose: Any) -> Iterator[dict[str, Any]]:
    """The warnings of one clock that are due by now. Only the technician's goes to a person; the others to a role."""
    for warning in warnings_due(each, now):
        person_id = whose["person_id"] if warning.role == "technician" else None
        yield whose | {
            "id": ids.new_id(), "name": each.name, "started_at": each.started_at, "percent": round(warning.fraction * 100), "role": warning.role,
            "person_id": person_id, "at": warning.at, "made_at": now,
        }  # fmt: skip


# ---------------------------------------------------------------- whose they are


ROLES = ("desk", "supervisor", "manager")


def led(person: Person) -> dict[str, list[UUID]]:
    """The sites where the person holds each of the roles that warnings go to."""
    return {role: [m.site_id for m in person.memberships if m.role == role] for role in ROLES}


def theirs(person_id: Any, desk: Any, supervisor: Any, manager: Any) -> sa.ColumnElement[bool]:
    """Whose a warning is: the technician's own, the desk's where nobody had the work, a supervisor's, a manager's. Lists of site ids."""
    return sa.or_(
        ClockWarning.person_id == person_id,
        sa.and_(ClockWarning.role == "technician", ClockWarning.person_id.is_(None), ClockWarning.site_id.in_(desk)),
        sa.and_(ClockWarning.role == "supervisor", ClockWarning.site_id.in_(supervisor)),
        sa.and_(ClockWarning.role == "manager", ClockWarning.site_id.in_(manager)),
    )


def mine(person: Person, every: bool = False) -> sa.Select[ClockWarning]:
    """A person's warnings, the latest first: a technician's own, the desk's where nobody had the work, a supervisor's, a manager's.

    `every`: all of the sites where the person is at least a supervisor.
    """
    found = sa.select(ClockWarning).where(ClockWarning.at > clock.now() - KEPT).order_by(ClockWarning.at.desc(), ClockWarning.id.desc())
    if person.is_admin:
        return found if every else found.where(ClockWarning.role == "manager")
    if every:
        office = [m.site_id for m in person.memberships if RANKS[m.role] >= RANKS["supervisor"]]
        return found.where(sa.or_(ClockWarning.person_id == person.id, ClockWarning.site_id.in_(office)))
    return found.where(theirs(person.id, **led(person)))


def seen_until(person: Person, now: datetime) -> datetime:
    """Up to when the person has seen theirs; what is older than a day is news to nobody."""
    seen = db.session.get(WarningSeen, person.id)
    return max(seen.at if seen else now - FRESH, now - FRESH)


def _counted(whose: sa.ColumnElement[bool]) -> sa.Select[int]:
    fresh = sa.bindparam("fresh", type_=ClockWarning.made_at.type)
    seen = sa.select(WarningSeen.at).where(WarningSeen.person_id == sa.bindparam("person")).scalar_subquery()
    unseen = sa.select(ClockWarning.id).where(
        whose, ClockWarning.made_at > fresh, ClockWarning.at > fresh, ClockWarning.made_at > sa.func.coalesce(seen, fresh)
    )
    return sa.select(sa.func.count()).select_from(unseen.limit(MOST_COUNTED).subquery())


# Put together once: every page asks.
COUNT_UNSEEN_MANAGERS = _counted(ClockWarning.role == "manager")
COUNT_UNSEEN = _counted(theirs(sa.bindparam("person"), *(sa.bindparam(role, expanding=True) for role in ROLES)))


def count_unseen(person: Person) -> int:
    """How many warnings the person has not seen; no more than MOST_COUNTED are counted."""
    values = {"person": person.id, "fresh": clock.now() - FRESH}
    if person.is_admin:
        return db.session.scalar(COUNT_UNSEEN_MANAGERS, values) or 0
    return db.session.scalar(COUNT_UNSEEN, values | led(person)) or 0


def mark_seen(person: Person, now: datetime) -> None:
    """The person has seen all there are."""
    db.session.merge(WarningSeen(person_id=person.id, at=now))
    db.session.flush()
