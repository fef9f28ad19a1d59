"""What a plan asks for and what became of it: due, done, late, missed, overdue. Pure: a plan, what was done and storms in; lines out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from webapp.equipment.due import Due, Interval, history

LOOK_BACK = timedelta(days=62)  # from here on times are told: what lies before is nobody's task any more
STEP = {"day": 1, "week": 7, "month": 31, "year": 366}  # the longest, in days
MODES = ("always", "storm", "calm")
UNKNOWN_THEN = {"missed": "", "overdue": "due", "late": "done"}  # what is said of times before a plan was made


Span = tuple[date, date | None]
Term = tuple[datetime | None, datetime | None]  # local; None: always, still
ALWAYS: Term = (None, None)


@dataclass(frozen=True)
class Planned:
    """A plan. `people`: who all must do it, and from when until when they were there, empty when one of them does it for all;
    `weekdays`: 0 is Monday, empty: every day;
    `spans`: from when until when (not included) each point is an area of the kind and grade it is for; None: its points are its own;
    `made_on`: what was due before is open at most, never missed or late, for nobody knew of it."""

    interval: Interval
    points: tuple[UUID, ...]
    from_time: time = time()
    until_time: time = time(23, 59)
    weekdays: frozenset[int] = frozenset()
    people: Mapping[UUID, tuple[Term, ...]] = field(default_factory=dict)
    mode: str = "always"
    ends_on: date | None = None
    spans: Mapping[UUID, tuple[Span, ...]] | None = None
    made_on: date = date.min


@dataclass(frozen=True)
class Doing:
    """Somebody did it at a point. `at`: local."""

    point: UUID
    person: UUID
    at: datetime


@dataclass(frozen=True)
class Line:
    """One time at one point, of one person where everybody must; of none when nobody of them was there."""

    point: UUID
    person: UUID | None
    due_on: date
    done_on: date | None
    state: str


@dataclass(frozen=True)
class Storms:
    """From when until when (None: still) the site was in storm mode, local."""

    spans: tuple[tuple[datetime, datetime | None], ...] = ()

    def on(self, moment: datetime) -> bool:
        """Was it at that moment?"""
        return any(begin <= moment and (end is None or moment < end) for begin, end in self.spans)

    def between(self, start: datetime, end: datetime) -> bool:
        """Was it at any time from one moment to the other?"""
        return any(begin <= end and (over is None or start < over) for begin, over in self.spans)


def told_from(interval: Interval, since: date) -> date:
    """From which due date on a plan's times are told: from that day on, and two steps before it, so that the one still open is there."""
    return since - timedelta(days=2 * interval.every * STEP[interval.unit] + (366 if interval.months else 0))


def read_from(interval: Interval, since: date) -> date:
    """From which day on the doings must be known for that; of those before it the last one is enough (`_chain` of `due`)."""
    return told_from(interval, since) - timedelta(days=interval.every * STEP[interval.unit] + (366 if interval.months else 0))


def lines_of(plan: Planned, done: Iterable[Doing], now: datetime, storms: Storms, since: date | None = None) -> list[Line]:
    """Every time that a plan asked for, up to today and the next one, by point and date. `now`: local; `since`: `LOOK_BACK`, unless given.

    `done`: what was done since `read_from`, and the last doing before it of each point (and person, where everybody must).
    """
    by: dict[tuple[UUID, UUID | None], list[Doing]] = {}
    for one in done:
        by.setdefault((one.point, None), []).append(one)
        by.setdefault((one.point, one.person), []).append(one)
    first = told_from(plan.interval, since or now.date() - LOOK_BACK)
    found: list[Line] = []
    for point in plan.points:
        for person in (*plan.people, None):
            doings = by.get((point, person), [])
            found += _lines(plan, first, point, person, doings, now, storms)
    return sorted(found, key=lambda line: (line.due_on, plan.points.index(line.point)))


def _lines(plan: Planned, since: date, point: UUID, person: UUID | None, doings: list[Doing], now: datetime, storms: Storms) -> list[Line]:
    first_at = {one.at.date(): one.at for one in sorted(doings, key=lambda one: one.at, reverse=True)}
    found = []
    for one in _times(plan, since, _spans(plan, point, person), first_at, now.date()):
        if _asked(plan, point, person, one, now, storms):
            state = _state(plan, one, first_at, now, storms)
            if one.due_on < plan.made_on:
                state = UNKNOWN_THEN.get(state, state)
            if state:
                found.append(Line(point, person, one.due_on, one.done_on, state))
    return found


def _spans(plan: Planned, point: UUID, person: UUID | None) -> list[Span]:
    """From when until when the point, and the person if each must, are of the plan."""
    there: tuple[Span, ...] = plan.spans[point] if plan.spans is not None else ((plan.interval.begins_on, None),)
    terms = plan.people[person] if person else (ALWAYS,)
    both = [
        (max(begin, came.date()) if came else begin, min(filter(None, (end, left.date() if left else None)), default=None))
        for begin, end in there
        for came, left in terms
    ]
    return [(begin, end) for begin, end in both if end is None or begin < end]


def _times(plan: Planned, since: date, spans: Iterable[Span], days: Iterable[date], today: date) -> list[Due]:
    """The plan's times in these spans. From completion they are counted anew in each: an area owes nothing for when it was none, nor does a person."""
    interval = plan.interval
    if not interval.from_completion:
        return history(interval, [day for day in days if day >= interval.begins_on], today, since)
    found: list[Due] = []
    for begin, end in spans:
        own = replace(interval, begins_on=max(interval.begins_on, begin))
        lines = history(own, [day for day in days if day >= own.begins_on and (end is None or day < end)], min(today, end or today))
        # The last doing and what is open since are told however old they are.
        found += [line for n, line in enumerate(lines, 1) if line.due_on >= since or n > len(lines) - 2]
    return found


def _asked(plan: Planned, point: UUID, person: UUID | None, one: Due, now: datetime, storms: Storms) -> bool:
    """Was it asked for at that point on that day: its weekday, before its end, while it was such an area and the person was there, and in its weather?"""
    deadline = datetime.combine(one.due_on, plan.until_time)
    if person is None and any(_there(terms, deadline) for terms in plan.people.values()):
        return False  # each of them must
    if one.done_on is not None:
        return True
    if (plan.weekdays and one.due_on.weekday() not in plan.weekdays) or (plan.ends_on and one.due_on >= plan.ends_on):
        return False
    if plan.spans is not None and not any(begin <= one.due_on and (end is None or one.due_on < end) for begin, end in plan.spans[point]):
        return False
    if person and not _there(plan.people[person], deadline):
        return False
    return plan.mode == "always" or _in_its_weather(plan, one.due_on, now, storms)


def _there(terms: Iterable[Term], deadline: datetime) -> bool:
    """Was somebody there when the hours of a task were over? Who came later or had gone by then owes nothing."""
    return any((came is None or came <= deadline) and (left is None or deadline < left) for came, left in terms)


def _in_its_weather(plan: Planned, day: date, now: datetime, storms: Storms) -> bool:
    """A task for storms is asked for when one came within its hours. One for calm is not while a storm lasts, nor when it lasted past them:
    one that begins after its hours takes nothing away, and when it ends within them the task is there again."""
    if day > now.date():
        return storms.on(now) == (plan.mode == "storm")
    begin, deadline = datetime.combine(day, plan.from_time), min(datetime.combine(day, plan.until_time), now)
    return storms.between(begin, max(begin, deadline)) if plan.mode == "storm" else not storms.on(deadline)


def _state(plan: Planned, one: Due, done: Mapping[date, datetime], now: datetime, storms: Storms) -> str:
    """As `history` says; within its day the hours count too. A daily one of a day that is over was missed: nobody sweeps yesterday. Counted from
    completion it waits until it is done, for no other comes before."""
    if one.done_on is not None:
        return "late" if one.done_on == one.due_on and done[one.done_on].time() > plan.until_time else one.state
    if plan.mode == "storm" and one.due_on <= now.date() and not storms.on(now):
        return "missed"  # the storm is over, and with it what was to be done in it
    if one.due_on == now.date() and now.time() > plan.until_time:
        return "overdue"
    if one.state == "overdue" and plan.interval.unit == "day" and plan.interval.every == 1 and not plan.interval.from_completion:
        return "missed"
    return one.state
