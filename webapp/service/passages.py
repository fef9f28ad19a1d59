"""Requests on their way through the flow chart: which of its steps each has come through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from webapp.service.flow import Passage
from webapp.service.queries import Look, living, looks
from webapp.work_orders.steps import Standing

SHOWN = timedelta(days=30)


def began(seen: Look) -> datetime:
    """When the request came, or was opened again."""
    return seen.standing.turns[-1].since or seen.request.received_at


def work_on(seen: Look) -> list[Standing]:
    """How the orders stand that are about the request as it is now: what was finished before it was opened again is not."""
    since = began(seen)
    return [each for each in seen.work.values() if each.state != "cancelled" and (each.finished_at is None or each.finished_at >= since)]


def passage_of(seen: Look) -> Passage:
    """The request's way since it came, or since it was opened again."""
    turn, since, work = seen.standing.turns[-1], began(seen), work_on(seen)
    finished, verified = [w.finished_at for w in work if w.finished_at], [w.verified_at for w in work if w.verified_at]
    rated = [event.at for event in seen.request.events if event.verb == "rated" and event.at >= since]
    moments = {
        "received": since,
        "answered": next((at for at in seen.standing.heard if at >= since), None),
        "dispatched": turn.assigned_at,
        "on_site": turn.arrived_at,
        "done": max(finished) if work and len(finished) == len(work) else turn.resolved_at,
        "verified": max(verified) if work and len(verified) == len(work) else None,
        "told": turn.result_told_at,
        "closed": min((at for at in (turn.closed_at, *rated[:1]) if at is not None), default=None),
    }
    over = seen.standing.state in ("closed", "withdrawn") or (seen.standing.state == "resolved" and bool(rated))
    return Passage({step: at for step, at in moments.items() if at is not None}, over)


def passages(site_ids: Iterable[UUID], now: datetime) -> dict[UUID, Passage]:
    """The ways of all open requests of the sites and of those of the last 30 days, by request. A fixed number of queries."""
    return {seen.request.id: passage_of(seen) for seen in looks(living(site_ids, now - SHOWN))}
