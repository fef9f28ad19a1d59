"""Which clocks a request has, from its events and those of its jobs. Pure. How a clock runs: `standards.clocks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from webapp.service.rules import Standing, Turn
from webapp.standards.clocks import Clock, Pause
from webapp.standards.rules import Agreement

REPLIED_KINDS = ("enquiry", "complaint")  # clause 4.3.1
UNDISPATCHED_KINDS = ("enquiry",)  # whoever takes it answers it


@dataclass(frozen=True)
class Facts:
    """A request as its clocks need it. `type_code` is the site's own; pauses come from the request and from its jobs.

    `is_awaited`: somebody outside waits for news of it.
    """

    kind: str
    urgency: str
    type_code: str = ""
    pauses: tuple[Pause, ...] = ()
    is_awaited: bool = True


def clocks_of(facts: Facts, standing: Standing, agreement: Agreement, now: datetime) -> list[Clock]:
    """All clocks that a request has had by `now`, ended ones too, judged by the agreement in force when it was received.

    A reopening begins new ones (but for reply), and those before it stay as they were judged: a month once signed does not change
    its figures. Who stops a clock by settling nothing is found by the count of reopenings.
    """
    found = list(_reply(facts, standing, agreement))
    nexts = [turn.since for turn in standing.turns[1:]]
    for turn, following in zip(standing.turns, [*nexts, None], strict=True):
        if turn.since is not None:
            found += _of_turn(facts, turn, turn.since, agreement)
            if facts.is_awaited:
                found += _silences(facts, standing, turn.since, _first(turn.result_told_at, *_ends(turn), following), agreement)
    return [clock for clock in found if clock.started_at <= now]


def _reply(facts: Facts, standing: Standing, agreement: Agreement) -> Iterator[Clock]:
    """Stops at the first reply, whatever it was; closing in silence is no reply."""
    if facts.kind in REPLIED_KINDS and standing.received_at is not None:
        stop = _first(standing.first_reply_at, *(turn.withdrawn_at for turn in standing.turns))
        yield Clock("reply", standing.received_at, agreement.reply_minutes, stop, facts.pauses)


def _of_turn(facts: Facts, turn: Turn, since: datetime, agreement: Agreement) -> Iterator[Clock]:
    """Dispatch, on site and handle. What comes later stops what should have come before it: who is there was sent."""
    settled = _first(turn.resolved_at, *_ends(turn))
    there = _first(turn.arrived_at, settled)
    if facts.kind not in UNDISPATCHED_KINDS:
        minutes = agreement.dispatch_minutes.of(facts.urgency)
        yield Clock("dispatch", since, minutes, _first(turn.assigned_at, there), facts.pauses)
    if facts.urgency == "urgent":
        yield Clock("on_site", since, agreement.on_site_minutes, there, facts.pauses)
    yield Clock("handle", since, agreement.handle(facts.type_code, facts.urgency), settled, facts.pauses)


def _silences(facts: Facts, standing: Standing, since: datetime, until: datetime | None, agreement: Agreement) -> Iterator[Clock]:
    """One from each news to the next, until the result is told or the request ends. Resolved but not told is still silence."""
    minutes = agreement.silence_minutes.of(facts.urgency)
    news = [at for at in standing.heard if since < at and (until is None or at < until)]
    for start, stop in pairwise([since, *news, until]):
        assert start is not None  # only the last may be open
        yield Clock("silence", start, minutes, stop, facts.pauses)


def _ends(turn: Turn) -> tuple[datetime | None, datetime | None]:
    return turn.closed_at, turn.withdrawn_at


def _first(*moments: datetime | None) -> datetime | None:
    """The earliest of those that have come."""
    return min((moment for moment in moments if moment is not None), default=None)
