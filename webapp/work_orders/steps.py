"""The words of a work order: its states, the steps people take, and what a fold of them says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

BEFORE_WORK = ("new", "offered", "assigned", "accepted", "on_the_way")
AT_WORK = ("on_site", "running", "paused", "waiting_parts", "waiting_contractor")
OVER = ("finished", "verified", "cancelled")
STATES = BEFORE_WORK + AT_WORK + OVER

DISPATCH = ("assign", "offer", "take", "decline", "accept", "hand_over")
LEADS_TO = {
    "on_the_way": "on_the_way",
    "on_site": "on_site",
    "start": "running",
    "pause": "paused",
    "need_parts": "waiting_parts",
    "need_contractor": "waiting_contractor",
    "resume": "running",
}
FINISHES = ("finish", "part_finish")
WORK = (*LEADS_TO, *FINISHES)
OFFICE = ("verify", "reopen", "cancel", "decide")
VERBS = DISPATCH + WORK + OFFICE
WANTS_REASON = ("pause", "reopen", "cancel")
WANTS_START = ("pause", "resume", *FINISHES)
STEPS_BACK = {("on_site", "on_the_way"), ("running", "on_the_way"), ("running", "on_site")}


@dataclass(frozen=True)
class Order:
    """A work order as it was raised. `due_at`: by when it should be finished."""

    id: UUID
    raised_at: datetime
    urgent: bool = False
    due_at: datetime | None = None


class Step(NamedTuple):
    """Something done to an order, at the corrected time.

    `to`: who gets it (assign, hand_over). `trade`: to whom it is offered. `about`: the step that counts (decide), or the
    linked order that holds the remainder (part_finish).
    """

    id: UUID
    verb: str
    at: datetime
    person_id: UUID
    to: UUID | None = None
    reason: str = ""
    about: UUID | None = None
    trade: str | None = None


class Remark(NamedTuple):
    """A step that is odd, with a word why. Whether it counted: `Standing.counted`.

    Counted: without_start, out_of_order, unassigned (got it by working), not_offered, late_decline, no_reason, no_remainder,
    own_work. Not counted: repeated, already_finished, already_cancelled, not_finished, nobody_named, came_second,
    nothing_to_decide, unknown_verb. Either: before_raised, not_theirs, finished_again, overruled (a taking that others saw).
    """

    step: Step
    word: str


class Conflict(NamedTuple):
    """Steps that contradict each other: `first` stands until a decision, `other` does not; `also`: more by the other's person.

    finished_twice: by two people. cancelled_meanwhile: worked on after it was cancelled. taken_twice: by two people.
    """

    word: str
    first: Step
    other: Step
    also: tuple[Step, ...] = ()

    @property
    def others(self) -> tuple[Step, ...]:
        """The side that does not stand."""
        return (self.other, *self.also)

    def names(self, step_id: UUID | None) -> bool:
        """Is the step on one of the two sides?"""
        return any(step.id == step_id for step in (self.first, *self.others))


class Settled(NamedTuple):
    """A conflict that is closed, and the decision that closed it."""

    conflict: Conflict
    decision: Step


@dataclass(frozen=True)
class Run:
    """A run that was over and that a reopening followed: when it began, somebody was there, it ended (finished or cancelled), and was opened again."""

    opened_at: datetime
    on_site_at: datetime | None
    finished_at: datetime | None
    ended_at: datetime
    reopened_at: datetime


@dataclass(frozen=True)
class Standing:
    """What became of an order. `state` is one of STATES; `since` is when it came about.

    Moments are the first in the current run (from the raising, or the last reopening, at `opened_at`); one that nobody
    witnessed is None, even if a later step implies it. `closed_at`: verified or cancelled. `worked`: all ended stretches
    of all runs, without pauses. `runs`: those before the current one.
    """

    state: str
    since: datetime
    opened_at: datetime
    assignee_id: UUID | None = None
    trade: str | None = None
    offered_at: datetime | None = None
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    on_the_way_at: datetime | None = None
    on_site_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    verified_at: datetime | None = None
    closed_at: datetime | None = None
    finished_by_id: UUID | None = None
    partly: bool = False
    remainder_id: UUID | None = None
    worked: timedelta = timedelta(0)
    running_since: datetime | None = None
    runs: tuple[Run, ...] = ()
    counted: tuple[Step, ...] = ()
    remarks: tuple[Remark, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    settled: tuple[Settled, ...] = ()

    @property
    def reopened(self) -> int:
        """How often it was opened again."""
        return len(self.runs)

    def worked_until(self, now: datetime) -> timedelta:
        """Working time with the stretch that still runs."""
        return self.worked + (max(now - self.running_since, timedelta(0)) if self.running_since else timedelta(0))
