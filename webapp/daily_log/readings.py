"""Reading what a site's requests and work orders did on a day, and what is held of it: a fixed number of queries, none that grows with the site's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.core.clock import DAY, day_bounds, local_day
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.daily_log.taken import Word, complained_at
from webapp.inspections.models import Finding, Inspection
from webapp.people.queries import worked_at
from webapp.records.models import Record
from webapp.service.models import Request, RequestEvent
from webapp.service.queries import Look
from webapp.sites.models import Site
from webapp.work_orders.models import LATE, ODD, ON_BOARD, WorkOrder, WorkRun, WorkSignature, WorkStep
from webapp.work_orders.queries import types_of
from webapp.work_orders.types import WorkType

LOOKED_BACK = timedelta(days=60)  # what was reported earlier shows in the log of its own days
SAID = ("rated", "reopened", "stopped", "resolved", "closed", "reclassified")


@dataclass
class SiteDay:
    """A day of a site, [start, end), as it is looked at now. `types`: of the site's work."""

    site: Site
    start: datetime
    end: datetime
    now: datetime
    types: dict[str, WorkType]

    @classmethod
    def of(cls, site: Site, day: date, now: datetime) -> SiteDay:
        """The site's local day."""
        return cls(site, *day_bounds(day, site.zone), now, types_of(site.id))

    @property
    def day(self) -> date:
        """Its date at the site."""
        return local_day(self.start, self.site.zone)

    @property
    def seen_at(self) -> datetime:
        """As how things stood then: at its end, or now."""
        return min(self.now, self.end)

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    def order_words(self, order: WorkOrder) -> str:
        """An order in a few words."""
        where = order.spot or named(order.checkpoint or order.place or order.site)
        return f"{named(self.types.get(order.type_code) or self.types['other'])} · {where}"

    def request_words(self, seen: Look) -> str:
        """A request in a few words."""
        request = seen.request
        return f"{named(seen.type)} · {request.spot or named(request.checkpoint or request.place or request.site)}"


def events_of(day: SiteDay) -> list[RequestEvent]:
    """What was said of the site's requests on the day."""
    found = sa.select(RequestEvent).join(Request, Request.id == RequestEvent.request_id).where(Request.site_id == day.site.id)
    return list(
        db.session.scalars(
            found.where(RequestEvent.at >= day.start, RequestEvent.at < day.end, RequestEvent.verb.in_(SAID)).order_by(RequestEvent.at)
        )
    )


def requests_of(day: SiteDay, events: Iterable[RequestEvent]) -> list[Request]:
    """Requests that had not ended for good when the day began, came on it, or had something said of them."""
    received = (Request.site_id == day.site.id, Request.received_at >= day.start - LOOKED_BACK, Request.received_at < day.end)
    wanted = [sa.select(Request.id).where(*received, sa.or_(Request.ended_at.is_(None), Request.ended_at >= day.start))]
    if said := {event.request_id for event in events}:  # a question of its own: OR would have every request there ever was looked at
        wanted.append(sa.select(Request.id).where(Request.id.in_(said)))
    return list(db.session.scalars(sa.select(Request).where(Request.id.in_(sa.union(*wanted)))))


def orders_of(day: SiteDay) -> list[WorkOrder]:
    """Orders that were late on the day, as far as their columns say, with their steps: urgent ones on site, those without a request in all."""
    lately = (WorkOrder.site_id == day.site.id, WorkOrder.raised_at >= day.start - LOOKED_BACK, WorkOrder.raised_at < day.end)
    on_site = sa.select(WorkOrder.id).where(*lately, WorkOrder.on_site_due_by >= day.start, WorkOrder.on_site_due_by < day.end)
    ran_on = sa.or_(WorkOrder.finished_at.is_(None), WorkOrder.finished_at >= day.start)
    overdue = sa.select(WorkOrder.id).where(*lately, sa.text(LATE), WorkOrder.due_by < day.end, ran_on)
    before = [  # that were late in a run before the current one
        sa.select(WorkRun.order_id).where(WorkRun.site_id == day.site.id, due >= day.start, due < day.end)
        for due in (WorkRun.due_by, WorkRun.on_site_due_by)
    ]
    found = sa.select(WorkOrder).where(WorkOrder.id.in_(sa.union(on_site, overdue, *before))).options(selectinload(WorkOrder.steps))
    return list(db.session.scalars(found))


def steps_of(day: SiteDay) -> list[tuple[WorkStep, WorkOrder]]:
    """Steps of the day that want a look: opened again, pauses that stop a clock, and "on site" by somebody who perhaps was not."""
    found = (
        sa.select(WorkStep, WorkOrder)
        .join(WorkOrder, WorkOrder.id == WorkStep.order_id)
        .where(WorkOrder.site_id == day.site.id, WorkStep.at >= day.start, WorkStep.at < day.end)
        .where(sa.text(f"({ODD})"))
        .order_by(WorkStep.at)
    )
    return [(step, order) for step, order in db.session.execute(found)]


Spans = Iterable[tuple[datetime, datetime]]


class Finished(NamedTuple):
    """An order that was finished: when, by when it was due, and whether a maintenance plan had raised it."""

    at: datetime
    due: datetime
    is_planned: bool


def finished_on(site_id: UUID, spans: Spans) -> list[Finished]:
    """The orders that were finished in these spans of time, each time: what is opened again later had been finished all the same."""
    spans, found = list(spans), []
    now = sa.select(WorkOrder.finished_at, WorkOrder.due_by, WorkOrder.origin).where(WorkOrder.site_id == site_id)
    before = sa.select(WorkRun.finished_at, WorkRun.due_by, WorkOrder.origin).join(WorkOrder, WorkOrder.id == WorkRun.order_id)
    for rows, column in ((now, WorkOrder.finished_at), (before.where(WorkRun.site_id == site_id), WorkRun.finished_at)):
        within = sa.or_(*(sa.and_(column >= start, column < end) for start, end in spans))
        found += [Finished(at, due, origin == "plan") for at, due, origin in db.session.execute(rows.where(within)) if at is not None]
    return found


class Reported(NamedTuple):
    """A request that came: when, and whether somebody was trapped or in danger."""

    at: datetime
    is_grave: bool


def reported_on(site_id: UUID, spans: Spans) -> list[Reported]:
    """The requests that came in these spans of time."""
    within = sa.or_(*(sa.and_(Request.received_at >= start, Request.received_at < end) for start, end in spans))
    found = sa.select(Request.received_at, sa.or_(Request.trapped, Request.danger))
    return [Reported(at, bool(grave)) for at, grave in db.session.execute(found.where(Request.site_id == site_id, within))]


def complained_on(site: Site, spans: Spans) -> list[datetime]:
    """When requests came as complaints in these spans of time, or turned out to be some. Two queries."""
    spans, said = list(spans), RequestEvent
    own = sa.select(Request.id).where(Request.site_id == site.id)
    came = own.where(sa.or_(*(sa.and_(Request.received_at >= start, Request.received_at < end) for start, end in spans)))
    within = sa.or_(*(sa.and_(said.at >= start, said.at < end) for start, end in spans))
    about = sa.union(came, own.join(said, said.request_id == Request.id).where(said.verb == "reclassified", within))
    words: dict[UUID, list[Word]] = {}
    asked = sa.select(said.request_id, said.at, said.kind).where(said.verb == "reclassified", said.request_id.in_(about))
    for request_id, at, kind in db.session.execute(asked.order_by(said.at, said.id)):
        words.setdefault(request_id, []).append(Word(at, kind))
    rows = db.session.execute(sa.select(Request.id, Request.received_at, Request.kind).where(Request.id.in_(about)))
    moments = (complained_at(received_at, kind, words.get(request_id, ()), site.zone) for request_id, received_at, kind in rows)
    return [at for at in moments if at and any(start <= at < end for start, end in spans)]


class Checked(NamedTuple):
    """An inspection that was made: when, whether it passed, and whether it found a danger."""

    at: datetime
    passed: bool
    is_grave: bool


def checked_on(site_id: UUID, spans: Spans) -> list[Checked]:
    """The inspections that were made in these spans of time."""
    within = sa.or_(*(sa.and_(Inspection.at >= start, Inspection.at < end) for start, end in spans))
    grave = sa.exists().where(Finding.inspection_id == Inspection.id, Finding.severity == "danger", Finding.grade == "fail")
    found = sa.select(Inspection.at, Inspection.passed, grave).where(Inspection.site_id == site_id, within)
    return [Checked(at, passed, bool(danger)) for at, passed, danger in db.session.execute(found)]


def count_raised(day: SiteDay) -> int:
    """How many orders were raised on the day."""
    found = sa.select(sa.func.count()).where(
        WorkOrder.site_id == day.site.id, WorkOrder.raised_at >= day.start, WorkOrder.raised_at < day.end
    )
    return db.session.scalar(found) or 0


def disputed(day: SiteDay) -> list[WorkOrder]:
    """Orders with two versions that nobody has decided yet, with their steps."""
    found = sa.select(WorkOrder).where(WorkOrder.site_id == day.site.id, sa.text(f"({ON_BOARD})"), WorkOrder.conflicts > 0)
    return list(db.session.scalars(found.options(selectinload(WorkOrder.steps))))


def repeats(day: SiteDay) -> list[WorkOrder]:
    """Orders of the day that say the same of the same place as one before."""
    raised = sa.select(WorkOrder).where(WorkOrder.site_id == day.site.id, WorkOrder.raised_at >= day.start, WorkOrder.raised_at < day.end)
    return list(db.session.scalars(raised.where(WorkOrder.repeat_of_id.isnot(None))))


def signed(day: SiteDay, most_stars: int) -> list[tuple[WorkSignature, WorkOrder]]:
    """Signatures of the day with no more stars than that."""
    found = (
        sa.select(WorkSignature, WorkOrder).join(WorkOrder, WorkOrder.id == WorkSignature.order_id).where(WorkOrder.site_id == day.site.id)
    )
    rows = db.session.execute(found.where(WorkSignature.at >= day.start, WorkSignature.at < day.end, WorkSignature.stars <= most_stars))
    return [(signature, order) for signature, order in rows]


def asked_for(record_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The requests that were made from those findings, by finding."""
    wanted = list(record_ids)
    if not wanted:  # an empty list is looked for in every row
        return {}
    found = sa.select(Request.record_id, Request.id).where(Request.record_id.in_(wanted))
    return {record_id: request_id for record_id, request_id in db.session.execute(found) if record_id}


def held_on(site_id: UUID, start: datetime, end: datetime) -> list[Record]:
    """Held records of the site's people whose time, or else receipt, falls in [start, end)."""
    moment = sa.func.coalesce(Record.at, Record.received_at)
    mine = sa.or_(Record.site_id == site_id, sa.and_(Record.site_id.is_(None), worked_at(site_id, Record.person_id, moment)))
    lately = Record.received_at >= start - DAY
    return list(
        db.session.scalars(
            sa.select(Record).where(Record.status == "held", lately, mine, moment >= start, moment < end).order_by(Record.received_at)
        )
    )
