"""What became of a work order: folded from its steps at any moment, and never stored. Pure.

Nothing a technician did is lost. A step that is odd counts, with a remark; one that means nothing in the present state
changes nothing, with a remark; steps that contradict each other are a conflict until a supervisor decides which counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from webapp.work_orders.steps import (
    FINISHES,
    LEADS_TO,
    OVER,
    STEPS_BACK,
    VERBS,
    WANTS_REASON,
    WANTS_START,
    WORK,
    Conflict,
    Order,
    Remark,
    Run,
    Settled,
    Standing,
    Step,
)


def fold(order: Order, steps: Iterable[Step]) -> Standing:
    """Fold steps, in order of corrected time and id, into the order's standing. Order of arrival and repeats change nothing.

    A decision about a finish or a cancellation overrules the other side as if it had not been made, so everything
    else falls into its place. One about a taking leaves what was and gives the order to whom it names from then on.
    """
    ordered = sorted({step.id: step for step in steps}.values(), key=_in_time)
    overruled: set[UUID] = set()
    rulings: dict[UUID, tuple[Conflict, ...]] = {}
    for i, step in enumerate(ordered):
        while step.verb == "decide":
            contest, losers = _contest(_walk(order, ordered[:i], overruled, rulings).conflicts, step.about)
            if not contest:
                break
            overruled |= losers
            rulings[step.id] = rulings.get(step.id, ()) + contest
    return _walk(order, ordered, overruled, rulings)


def _in_time(step: Step) -> tuple[datetime, UUID]:
    return step.at, step.id


def _contest(conflicts: Sequence[Conflict], about: UUID | None) -> tuple[tuple[Conflict, ...], set[UUID]]:
    """The conflicts that are one question with the named step's, and the ids of the steps that lose if it counts."""
    conflict = next((c for c in conflicts if c.word != "taken_twice" and c.names(about)), None)
    if conflict is None:
        return (), set()
    contest = tuple(c for c in conflicts if (c.word, c.first) == (conflict.word, conflict.first))
    if about == conflict.first.id:
        losers = [step for c in contest for step in c.others]
    elif conflict.word == "cancelled_meanwhile":
        losers = [conflict.first]  # people who both went on working do not contradict each other
    else:
        losers = [conflict.first, *(step for c in contest if not c.names(about) for step in c.others)]
    return contest, {step.id for step in losers}


def _walk(order: Order, steps: Iterable[Step], overruled: set[UUID], rulings: Mapping[UUID, tuple[Conflict, ...]]) -> Standing:
    walk = _Walk(order.raised_at, order.raised_at, rulings)
    for step in steps:
        if step.at < order.raised_at:
            walk.remark(step, "before_raised")
        if step.id in overruled:
            walk.remark(step, "overruled")
        else:
            walk.go(step)
    return walk.standing()


@dataclass
class _Walk:
    """An order on its way through its steps. `taken`: the step by which the assignee got it without being told to."""

    since: datetime
    opened_at: datetime
    rulings: Mapping[UUID, tuple[Conflict, ...]]
    state: str = "new"
    assignee_id: UUID | None = None
    trade: str | None = None
    first_at: dict[str, datetime] = field(default_factory=dict)
    worked: timedelta = timedelta(0)
    runs: list[Run] = field(default_factory=list)
    taken: Step | None = None
    finished: Step | None = None
    cancelled: Step | None = None
    part: Step | None = None
    counted: list[Step] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    def go(self, step: Step) -> None:
        """Let the step do what it does in the present state."""
        if step.verb not in VERBS:
            self.remark(step, "unknown_verb")
        elif self.state not in OVER or step.verb in ("verify", "reopen", "decide"):
            DOES[step.verb](self, step)
        elif self.state == "cancelled":
            self._after_cancel(step)
        elif step.verb in FINISHES:
            self._finish_again(step)
        else:
            self.remark(step, "already_finished")

    def remark(self, step: Step, word: str) -> None:
        self.remarks.append(Remark(step, word))

    def standing(self) -> Standing:
        when = self.first_at.get
        return Standing(
            state=self.state,
            since=self.since,
            opened_at=self.opened_at,
            assignee_id=self.assignee_id,
            trade=self.trade,
            offered_at=when("offered"),
            assigned_at=when("assigned"),
            accepted_at=when("accepted"),
            on_the_way_at=when("on_the_way"),
            on_site_at=when("on_site"),
            started_at=when("running"),
            finished_at=when("finished"),
            verified_at=when("verified"),
            closed_at=when("verified") or when("cancelled"),
            finished_by_id=self.finished.person_id if self.finished else None,
            partly=self.part is not None,
            remainder_id=self.part.about if self.part else None,
            worked=self.worked,
            running_since=self.since if self.state == "running" else None,
            runs=tuple(self.runs),
            counted=tuple(sorted(self.counted, key=_in_time)),
            remarks=tuple(self.remarks),
            conflicts=tuple(self.conflicts),
            settled=tuple(self.settled),
        )

    # -------------------------------------------------------------- the moves that verbs are made of

    def _move(self, state: str, step: Step) -> None:
        if self.state == "running":
            self.worked += step.at - self.since
        self.state, self.since = state, step.at
        self.first_at.setdefault(state, step.at)

    def _count(self, step: Step) -> None:
        self.counted.append(step)
        if step.verb in WANTS_REASON and not step.reason.strip():
            self.remark(step, "no_reason")

    def _late(self, step: Step, state: str) -> None:
        """The order is there or further on already: a moment nobody had witnessed yet is kept, nothing else changes."""
        if state in self.first_at:
            self.remark(step, "repeated")
            return
        self.first_at[state] = step.at
        self.remark(step, "out_of_order")
        self._count(step)

    def _claim(self, step: Step) -> None:
        """Whoever works on an order that nobody has, has it."""
        if self.assignee_id is None:
            self.assignee_id, self.taken = step.person_id, step
            self.remark(step, "unassigned")
        elif self.assignee_id != step.person_id:
            self.remark(step, "not_theirs")

    def _give(self, person_id: UUID | None, state: str, step: Step) -> None:
        """The question who took it first is idle from here on."""
        self._let_takings_rest()
        self.assignee_id, self.taken = person_id, None
        self._move(state, step)
        self._count(step)

    def _let_takings_rest(self) -> None:
        for conflict in [c for c in self.conflicts if c.word == "taken_twice"]:
            self.conflicts.remove(conflict)
            for step in conflict.others:
                self.remark(step, "came_second")

    def _contradict(self, word: str, first: Step, step: Step) -> None:
        """One conflict for each person; its `other` is the person's finish if there is one."""
        for i, conflict in enumerate(self.conflicts):
            if (conflict.word, conflict.first, conflict.other.person_id) == (word, first, step.person_id):
                swap = step.verb in FINISHES and conflict.other.verb not in FINISHES
                other, more = (step, conflict.other) if swap else (conflict.other, step)
                self.conflicts[i] = conflict._replace(other=other, also=(*conflict.also, more))
                return
        self.conflicts.append(Conflict(word, first, step))

    # -------------------------------------------------------------- verbs

    def _assign(self, step: Step) -> None:
        """By the office, or handed over by a colleague: who gets it has to accept."""
        if step.to is None:
            self.remark(step, "nobody_named")
        elif step.to == self.assignee_id:
            self._late(step, "assigned")
        else:
            if step.verb == "hand_over" and step.person_id != self.assignee_id:
                self.remark(step, "not_theirs")
            self.trade = None
            self._give(step.to, "assigned", step)

    def _offer(self, step: Step) -> None:
        if self.state == "offered" and step.trade == self.trade:
            self.remark(step, "repeated")
        else:
            self.trade = step.trade
            self._give(None, "offered", step)

    def _take(self, step: Step) -> None:
        """Taking is accepting, and the other way round for an order that nobody has."""
        if self.assignee_id is None:
            if step.verb == "take":
                self.first_at.setdefault("assigned", step.at)
            if self.state != "offered" or step.verb == "accept":
                self.remark(step, "not_offered" if step.verb == "take" else "unassigned")
            self._give(step.person_id, "accepted", step)
            self.taken = step
        elif self.assignee_id == step.person_id:
            if self.state == "assigned":
                self._move("accepted", step)
                self._count(step)
            else:
                self._late(step, "accepted")
        elif step.verb == "take" and self.taken:
            self._contradict("taken_twice", self.taken, step)
        else:
            self.remark(step, "not_theirs")

    def _decline(self, step: Step) -> None:
        """Back to where it came from: to the others it was offered to, or to the office."""
        if self.assignee_id != step.person_id:
            self.remark(step, "not_theirs")
            return
        if self.state != "assigned":
            self.remark(step, "late_decline")
        self._give(None, "offered" if self.trade else "new", step)

    def _work(self, step: Step) -> None:
        state = LEADS_TO[step.verb]
        if state == self.state or (self.state, state) in STEPS_BACK:
            self._late(step, state)
            return
        self._claim(step)
        if step.verb in WANTS_START and "running" not in self.first_at:
            self.remark(step, "without_start")
        self._move(state, step)
        self._count(step)

    def _finish(self, step: Step) -> None:
        """Partly done is finished, with the remainder in a linked order (users-say.md, 27: half-done jobs count as done)."""
        self._claim(step)
        self._let_takings_rest()
        if "running" not in self.first_at:
            self.remark(step, "without_start")
        self.finished = step
        self._note_part(step)
        self._move("finished", step)
        self._count(step)

    def _note_part(self, step: Step) -> None:
        if step.verb == "part_finish":
            self.part = step
            if step.about is None:
                self.remark(step, "no_remainder")

    def _finish_again(self, step: Step) -> None:
        """The first finish stands. Who finished may still say that something remains."""
        assert self.finished
        if step.person_id != self.finished.person_id:
            self._contradict("finished_twice", self.finished, step)
            return
        self.remark(step, "finished_again")
        if step.verb == "part_finish" and self.part is None:
            self._note_part(step)
            self._count(step)

    def _after_cancel(self, step: Step) -> None:
        assert self.cancelled
        if step.verb in WORK:
            self._contradict("cancelled_meanwhile", self.cancelled, step)
        else:
            self.remark(step, "already_cancelled")

    def _verify(self, step: Step) -> None:
        if self.state != "finished":
            self.remark(step, "repeated" if self.state == "verified" else "not_finished")
            return
        if self.finished and self.finished.person_id == step.person_id:
            self.remark(step, "own_work")
        self._move("verified", step)
        self._count(step)

    def _reopen(self, step: Step) -> None:
        """A new run, with the same person if there is one. Working time goes on counting from where it was."""
        if self.state not in OVER:
            self.remark(step, "not_finished")
            return
        when = self.first_at.get
        finished_at = when("finished")
        there = when("on_site") or when("running")
        self.runs.append(Run(self.opened_at, there, finished_at, finished_at or self.since, step.at))
        self.first_at, self.opened_at = {}, step.at
        self.finished = self.cancelled = self.part = self.taken = self.trade = None
        self._move("assigned" if self.assignee_id else "new", step)
        self._count(step)

    def _cancel(self, step: Step) -> None:
        self._let_takings_rest()
        self.cancelled = step
        self._move("cancelled", step)
        self._count(step)

    def _decide(self, step: Step) -> None:
        """Between takings here; finishes and cancellations were decided before the walk."""
        closed = [*self.rulings.get(step.id, ())]
        takings = [c for c in self.conflicts if c.word == "taken_twice"]
        conflict = next((c for c in takings if c.names(step.about)), None)
        if conflict:
            closed += takings
            self.conflicts = [c for c in self.conflicts if c not in takings]
            self._decide_taking(conflict.first if conflict.first.id == step.about else conflict.other, takings, step)
        if closed:
            self.settled += [Settled(c, step) for c in closed]
            self.counted.append(step)
        else:
            self.remark(step, "nothing_to_decide")

    def _decide_taking(self, taker: Step, takings: Sequence[Conflict], decision: Step) -> None:
        for late in (step for c in takings for step in c.others if step != taker):
            self.remark(late, "overruled")
        if self.taken and self.taken != taker:
            self.remark(self.taken, "overruled")
            self.assignee_id, self.taken = taker.person_id, taker
            self.counted.append(taker)
            self._move("accepted", decision)


DOES: dict[str, Callable[[_Walk, Step], None]] = {
    "assign": _Walk._assign,
    "hand_over": _Walk._assign,
    "offer": _Walk._offer,
    "take": _Walk._take,
    "accept": _Walk._take,
    "decline": _Walk._decline,
    **dict.fromkeys(LEADS_TO, _Walk._work),
    **dict.fromkeys(FINISHES, _Walk._finish),
    "verify": _Walk._verify,
    "reopen": _Walk._reopen,
    "cancel": _Walk._cancel,
    "decide": _Walk._decide,
}
