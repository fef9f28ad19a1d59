"""Reading requests, always for somebody: staff of the site, or whoever holds the token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import sites_of
from webapp.service import rules
from webapp.service.clocks import Facts, clocks_of
from webapp.service.models import Request, RequestEvent
from webapp.sites.queries import reach
from webapp.standards.clocks import Clock, Mark, due_at, pauses_of
from webapp.standards.clocks import state as clock_state
from webapp.standards.queries import agreements
from webapp.standards.rules import Agreement, Urgency, in_force
from webapp.work_orders import deadlines
from webapp.work_orders import queries as work
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.steps import Standing as WorkStanding
from webapp.work_orders.types import WorkType

DESKS = ("reply", "silence", "handle")  # dispatch and on site are stopped by a work order's steps
INTERNAL = ("investigated", "stopped", "resumed", "reclassified")  # seen by staff alone
MARKS = ("stopped", "resumed", "reclassified")  # events that are no steps of the fold
TELLS = {"assign": "assigned", "take": "assigned", "accept": "assigned", "hand_over": "assigned", "on_site": "arrived", "start": "arrived"}


class Silence(NamedTuple):
    """Since when somebody who waits has heard nothing; whether that is longer than was promised, or soon will be."""

    since: datetime
    is_late: bool
    is_warned: bool


@dataclass
class Look:
    """A request with all that is derived of it: its orders, where it stands, its clocks. `taken_until`: as what it was taken for until then."""

    request: Request
    orders: list[WorkOrder]
    agreement: Agreement
    types: dict[str, WorkType]
    taken_until: datetime | None = None

    @property
    def corrections(self) -> list[RequestEvent]:
        """The desk's words on what it is, the last one last."""
        return [e for e in self.request.events if e.verb == "reclassified" and (self.taken_until is None or e.at < self.taken_until)]

    @cached_property
    def _class(self) -> RequestEvent | None:
        """The last word on what it is, if the desk had to correct it."""
        return next(reversed(self.corrections), None)

    @property
    def type_code(self) -> str:
        """What it is about."""
        return (self._class.type_code if self._class else None) or self.request.type_code

    @property
    def type(self) -> WorkType:
        """Its type, as the site has it now."""
        return self.types.get(self.type_code) or self.types["other"]

    @property
    def kind(self) -> str:
        """repair, complaint, enquiry, booking or suggestion."""
        return (self._class.kind if self._class else None) or self.request.kind

    @property
    def urgency(self) -> Urgency:
        """urgent or routine."""
        return "urgent" if ((self._class.urgency if self._class else None) or self.request.urgency) == "urgent" else "routine"

    @cached_property
    def work(self) -> dict[UUID, WorkStanding]:
        """Where each of its orders stands."""
        return {order.id: work.standing_of(order) for order in self.orders}

    @cached_property
    def standing(self) -> rules.Standing:
        """Where it stands: the fold of its events and of what its orders' steps say."""
        events = [rules.Event(self.request.id, "received", self.request.received_at)]
        events += [rules.Event(e.id, e.verb, e.at, e.stars) for e in self.request.events if e.verb not in MARKS]
        steps = (step for standing in self.work.values() for step in standing.counted)
        events += [rules.Event(step.id, TELLS[step.verb], step.at) for step in steps if step.verb in TELLS]
        events += [rules.Event(s.id, "rated", s.at, s.stars) for order in self.orders for s in order.signatures if s.stars]
        return rules.standing(events)

    @cached_property
    def facts(self) -> Facts:
        """What its clocks need to know."""
        own = [Mark(e.at, e.cause, e.until) for e in self.request.events if e.verb in ("stopped", "resumed")]
        pauses = [pauses_of(own), *(deadlines.pauses(order, self.work[order.id]) for order in self.orders)]
        return Facts(
            self.kind, self.urgency, self.type_code, tuple(pause for some in pauses for pause in some), self.request.source != "staff"
        )

    @property
    def ended_at(self) -> datetime | None:
        """When it was closed, withdrawn or resolved, if it is."""
        turn = self.standing.turns[-1]
        return {"closed": turn.closed_at, "withdrawn": turn.withdrawn_at, "resolved": turn.resolved_at}.get(self.standing.state)

    def is_stopped(self, now: datetime) -> bool:
        """Has the desk said that its clocks stand still, and does that hold?"""
        said = [e for e in self.request.events if e.verb in ("stopped", "resumed")]
        return bool(said) and said[-1].verb == "stopped" and (said[-1].until is None or said[-1].until > now)

    def clocks(self, now: datetime) -> list[Clock]:
        """All its clocks up to now."""
        return clocks_of(self.facts, self.standing, self.agreement, now)

    def running(self, now: datetime) -> list[Clock]:
        """Its clocks that nothing has stopped yet."""
        return [clock for clock in self.clocks(now) if clock.stopped_at is None]

    def next_news(self, now: datetime) -> rules.Promise | None:
        """By when the resident is to hear from us; None when it is settled."""
        return rules.promise([(due_at(c, now), c.limit) for c in self.running(now) if c.name in ("reply", "silence")], now)

    def silence(self, now: datetime) -> Silence | None:
        """For how long the resident has heard nothing; None where nobody waits for news any more."""
        running = [clock for clock in self.running(now) if clock.name == "silence"]
        if not running:
            return None
        since = max(clock.started_at for clock in running)
        return Silence(
            since,
            any(clock_state(clock, now) == "overdue" for clock in running),
            any(clock_state(clock, now) == "warned" for clock in running),
        )

    def pressing(self, now: datetime) -> Clock | None:
        """The open clock that ends first; one that the desk can stop, as long as no work order is there to stop the others."""
        waiting = [c for c in self.running(now) if (c.name in DESKS or self.orders) and clock_state(c, now) != "paused"]
        return min(waiting, key=lambda c: (due_at(c, now), c.name), default=None)


def looks(requests: Sequence[Request]) -> list[Look]:
    """Looks at several requests: a fixed number of queries."""
    orders = work.orders_of_requests(request.id for request in requests)
    site_ids = {request.site_id for request in requests}
    agreed = agreements(site_ids)
    types = work.types_of_sites(site_ids)
    return [Look(r, orders.get(r.id, []), in_force(agreed[r.site_id], r.received_at), types[r.site_id]) for r in requests]


def look(request: Request) -> Look:
    """A look at one request."""
    return looks([request])[0]


def requests_reached(person: Person, at_least: str = "desk") -> sa.Select[Request]:
    """Requests of the sites where the person holds that rank, in no order yet."""
    found = sa.select(Request)
    own = sites_of(person, at_least)
    return found if own is None else found.where(Request.site_id.in_(own))


def living(site_ids: Iterable[UUID], since: datetime) -> list[Request]:
    """Requests of those sites that are open, or came since, or that something happened to since: each by its own index."""
    here = Request.site_id.in_(list(site_ids))
    found = sa.union(
        sa.select(Request.id).where(here, Request.ended_at.is_(None)),
        sa.select(Request.id).where(here, Request.received_at >= since),
        sa.select(Request.id).join(RequestEvent, RequestEvent.request_id == Request.id).where(here, RequestEvent.at >= since),
    ).subquery()
    chosen = sa.select(Request).join(found, found.c.id == Request.id)
    return list(db.session.scalars(chosen.order_by(Request.received_at, Request.id)))


def corrected(column: str) -> sa.ColumnElement[str]:
    """What it is (`type_code`, `kind` or `urgency`) by the last word on it, as SQL."""
    said = (
        sa.select(getattr(RequestEvent, column))
        .where(RequestEvent.request_id == Request.id, RequestEvent.verb == "reclassified")
        .order_by(RequestEvent.at.desc(), RequestEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(said, getattr(Request, column))


def request_for(person: Person, request_id: UUID) -> Request:
    """The request, for this person. Raises not-found for a stranger, forbidden for one below the desk."""
    found = db.session.get(Request, request_id)
    if found is None:
        raise Problem("not-found")
    reach(person, found.site, "desk")
    return found


def photo_of(found: Request, sha256: str) -> str:
    """The digest, if that photo came with the request. Raises Problem not-found."""
    if all(photo.sha256 != sha256 for photo in found.photos):
        raise Problem("not-found")
    return sha256


def request_by_token(token: str, now: datetime) -> Request:
    """The request whose resident's page this is. Raises not-found: unknown, revoked and expired look the same."""
    found = db.session.scalar(sa.select(Request).where(Request.token == token, Request.token_until > now))
    if found is None:
        raise Problem("not-found")
    return found


def requests_by_id(request_ids: Iterable[UUID]) -> dict[UUID, Request]:
    """Requests by id, one query."""
    return {r.id: r for r in db.session.scalars(sa.select(Request).where(Request.id.in_(list(request_ids))))}


def posts_since(moment: datetime, address: str, checkpoint_id: UUID) -> tuple[list[datetime], list[datetime]]:
    """When requests came after a moment by the public form: from this network address, and by labels of this checkpoint."""
    recent = sa.select(Request.received_at).where(Request.received_at > moment, Request.channel == "label")
    ask = db.session.scalars
    return list(ask(recent.where(Request.address == address))), list(ask(recent.where(Request.checkpoint_id == checkpoint_id)))
