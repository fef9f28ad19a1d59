"""Reading requests, always for somebody: staff of the site, or whoever holds the token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import sites_of
from webapp.service import rules
from webapp.service.clocks import Clock, Facts, clocks_of, due_at
from webapp.service.clocks import state as clock_state
from webapp.service.models import Request, RequestEvent
from webapp.sites.queries import reach

DESKS = ("reply", "silence", "handle")  # dispatch and on site are stopped by a work order's steps
ENDS = ("resolved", "closed", "withdrawn")


def standing_of(request: Request) -> rules.Standing:
    """Where a request stands: the fold of its events."""
    received = rules.Event(request.id, "received", request.received_at)
    return rules.standing([received, *(rules.Event(e.id, e.verb, e.at, e.stars) for e in request.events)])


def clocks(request: Request, now: datetime) -> list[Clock]:
    """Its clocks, by the handbook's figures until the site's agreement is here."""
    urgency: rules.Urgency = "urgent" if request.urgency == "urgent" else "routine"
    return clocks_of(Facts(request.kind, urgency), standing_of(request), rules.HANDBOOK, now)


def next_news(request: Request, now: datetime) -> datetime | None:
    """By when the resident is to hear from us; None when it is settled or late already."""
    waiting = [c for c in clocks(request, now) if c.name in ("reply", "silence") and c.stopped_at is None]
    due = min((due_at(clock, now) for clock in waiting), default=None)
    return due if due is not None and due > now else None


def pressing(request: Request, now: datetime) -> Clock | None:
    """The open clock that ends first, of those that the desk can stop."""
    waiting = [c for c in clocks(request, now) if c.name in DESKS and c.stopped_at is None and clock_state(c, now) != "paused"]
    return min(waiting, key=lambda c: (due_at(c, now), c.name), default=None)


def requests_reached(person: Person, open_only: bool) -> sa.Select[Request]:
    """Requests of the sites where the person is at least at the desk; open ones oldest first, else the latest first."""
    found = sa.select(Request)
    own = sites_of(person, "desk")
    if own is not None:
        found = found.where(Request.site_id.in_(own))
    if not open_only:
        return found.order_by(Request.received_at.desc(), Request.id)
    again = aliased(RequestEvent)
    reopened = sa.exists().where(again.request_id == Request.id, again.verb == "reopened", again.at >= RequestEvent.at)
    ended = sa.exists().where(RequestEvent.request_id == Request.id, RequestEvent.verb.in_(ENDS), ~reopened)
    return found.where(~ended).order_by(Request.urgency.desc(), Request.received_at, Request.id)


def request_for(person: Person, request_id: UUID) -> Request:
    """The request, for this person. Raises not-found for a stranger, forbidden for one below the desk."""
    found = db.session.get(Request, request_id)
    if found is None:
        raise Problem("not-found")
    reach(person, found.site, "desk")
    return found


def request_by_token(token: str, now: datetime) -> Request:
    """The request whose resident's page this is. Raises not-found: unknown and expired look the same."""
    found = db.session.scalar(sa.select(Request).where(Request.token == token, Request.token_until > now))
    if found is None:
        raise Problem("not-found")
    return found


def posts_since(moment: datetime, address: str, checkpoint_id: UUID) -> tuple[list[datetime], list[datetime]]:
    """When requests came after a moment: from this network address, and by labels of this checkpoint."""
    recent = sa.select(Request.received_at).where(Request.received_at > moment)
    ask = db.session.scalars
    return list(ask(recent.where(Request.address == address))), list(ask(recent.where(Request.checkpoint_id == checkpoint_id)))
