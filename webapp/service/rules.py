"""What residents ask for, what the site promised them, and where a request stands. Pure. Its clocks: `clocks.py`.

Where a request stands is the fold of its events in order of corrected time, so that one which arrives hours late lands
where it happened. By which times it is judged: `standards.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from webapp.core.limits import Limit, seconds_left
from webapp.standards.rules import Agreement, Urgency

CHANNELS = ("label", "phone", "counter", "owners_group", "staff", "inspection")  # the way it came in
SOURCES = ("resident", "owners_committee", "visitor", "staff", "authority")  # who says it; authority: street office, 12345
KINDS = ("repair", "complaint", "enquiry", "booking", "suggestion")

# ---------------------------------------------------------------- urgent or routine


class Answers(NamedTuple):
    """The three fixed questions at intake. `outage`: of water, power, lift or gas."""

    danger: bool = False
    outage: bool = False
    trapped: bool = False

    @property
    def calls_at_once(self) -> bool:
        """Must the page tell people to ring the emergency number, and not wait for an answer here?"""
        return self.trapped


def urgency(answers: Answers) -> Urgency:
    """Any yes makes it urgent. Nobody chooses a priority: wrong ones are what such clocks mostly fail by."""
    return "urgent" if any(answers) else "routine"


# ---------------------------------------------------------------- where a request stands

RENEWED = timedelta(hours=1)  # how far ahead a broken promise of news is made anew
OPEN = ("received", "answered", "in_hand")
HEARD = ("answered", "told", "result_told")  # each is news to the resident, whichever button was pressed
MOVES: dict[str, tuple[tuple[str, ...], str]] = {  # an event moves these states to that one, and leaves others alone
    "answered": (("received",), "answered"),
    "told": (("received",), "answered"),
    "result_told": (("received",), "answered"),
    "assigned": (("received", "answered"), "in_hand"),
    "arrived": (("received", "answered"), "in_hand"),
    "investigated": (("received", "answered"), "in_hand"),
    "resolved": (OPEN, "resolved"),
    "closed": ((*OPEN, "resolved"), "closed"),
    "withdrawn": (OPEN, "withdrawn"),  # final: a new report is quicker than a dispute about an old one
    "reopened": (("resolved", "closed"), "received"),  # nobody has taken up yet what the resident says now
}
VERBS = ("received", *MOVES, "rated")
NOTED = ("assigned", "arrived", "investigated", "result_told")  # keep their moment in whatever state
MOMENTS = {verb: f"{verb}_at" for verb in (*NOTED, "resolved", "closed", "withdrawn")}


@dataclass(frozen=True)
class Event:
    """Something that happened to a request. `stars` comes with rated only. Steps of its jobs come as assigned and arrived."""

    id: UUID
    verb: str
    at: datetime
    stars: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a verb that is none: it must not pass as nothing."""
        if self.verb not in VERBS:
            raise ValueError(self.verb)


@dataclass(frozen=True)
class Turn:
    """From the report, or from a reopening, to the end: when each thing first happened in it."""

    since: datetime | None
    assigned_at: datetime | None = None
    arrived_at: datetime | None = None
    investigated_at: datetime | None = None
    resolved_at: datetime | None = None
    result_told_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def marked(self, event: Event) -> Turn:
        """The turn with the event's moment, where it is one that a turn keeps and the first of its verb."""
        name = MOMENTS.get(event.verb)
        return self if name is None or getattr(self, name) is not None else replace(self, **{name: event.at})


@dataclass(frozen=True)
class Standing:
    """Where a request stands. `state`: received, answered, in_hand, resolved, closed, withdrawn. `heard`: each news told.

    What is told of one turn (a result, say) ends with it: who reopens did not accept it.
    """

    state: str
    received_at: datetime | None
    heard: tuple[datetime, ...]
    turns: tuple[Turn, ...]
    satisfaction: int | None  # the last rating, 1 to 5

    @property
    def first_reply_at(self) -> datetime | None:
        """When the resident heard from us for the first time."""
        return self.heard[0] if self.heard else None

    @property
    def last_heard_at(self) -> datetime | None:
        """When the resident heard from us last."""
        return self.heard[-1] if self.heard else None

    @property
    def result_told_at(self) -> datetime | None:
        """When the result of the present turn was told."""
        return self.turns[-1].result_told_at

    @property
    def closed_at(self) -> datetime | None:
        """When the present turn was closed."""
        return self.turns[-1].closed_at

    @property
    def reopened(self) -> int:
        """How many times the resident was not content."""
        return len(self.turns) - 1


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """As they happened, each once. Equal moments go by id, so that every order of arrival gives this one."""
    found: dict[UUID, Event] = {}
    for event in sorted(events, key=lambda e: (e.at, e.id, e.verb, e.stars or 0)):
        found.setdefault(event.id, event)
    return tuple(found.values())


def standing(events: Iterable[Event]) -> Standing:
    """Fold events, in any order of arrival and however often each came, into where the request stands."""
    ordered = in_order(events)
    received_at = next((e.at for e in ordered if e.verb == "received"), None)
    state, turns = "received", [Turn(received_at)]
    for event in ordered:
        after = next_state(state, event.verb)
        if after and event.verb == "reopened":
            turns.append(Turn(event.at))
        elif after or event.verb in NOTED:
            turns[-1] = turns[-1].marked(event)
        state = after or state
    heard = tuple(dict.fromkeys(e.at for e in ordered if e.verb in HEARD))
    ratings = [e.stars for e in ordered if e.verb == "rated" and e.stars is not None and rating_ok(e.stars)]
    return Standing(state, received_at, heard, tuple(turns), ratings[-1] if ratings else None)


def next_state(state: str, verb: str) -> str | None:
    """The state that the verb moves to from `state`, or None when it moves nothing."""
    befores, after = MOVES.get(verb, ((), ""))
    return after if state in befores else None


def closed_well(kind: str, standing: Standing) -> bool:
    """Is it closed, and a complainant told the result (clause 5.3.2), be it after the closing?"""
    return standing.state == "closed" and (kind != "complaint" or standing.result_told_at is not None)


def may_reopen(standing: Standing, agreement: Agreement, now: datetime) -> bool:
    """May the resident say that it is not settled? Once resolved; after closing, up to the last moment of the agreed days."""
    if standing.state == "closed" and standing.closed_at is not None:
        return now <= standing.closed_at + timedelta(days=agreement.reopen_days)
    return standing.state == "resolved"


def rating_ok(stars: int) -> bool:
    """One to five stars."""
    return 1 <= stars <= 5


# ---------------------------------------------------------------- news that was promised


class Promise(NamedTuple):
    """By when the resident is to hear from us. `late_since`: when that was promised for before, if it was not kept."""

    by: datetime
    late_since: datetime | None = None


def promise(due: Iterable[tuple[datetime, timedelta]], now: datetime) -> Promise | None:
    """What the page promises, of (moment, length) of the clocks of news. One that was broken is renewed by its own length, as often
    as it takes, but for at most an hour at a time: whoever was kept waiting is not asked to wait as long again."""
    first = min(due, default=None)
    if first is None:
        return None
    at, length = first
    if at >= now:
        return Promise(at)
    again = min(length, RENEWED)
    return Promise(at + again * (1 + (now - at) // again), at)


# ---------------------------------------------------------------- the public form


class Limits(NamedTuple):
    """What the public form takes. Generous: a mobile carrier puts many people behind one address, and a whole tower
    reports the same dead lift. Who is refused keeps what was typed and is told when to send it again."""

    address: Limit = Limit(10, timedelta(minutes=10))
    label: Limit = Limit(30, timedelta(minutes=10))


def too_many(times_of_address: Iterable[datetime], times_of_label: Iterable[datetime], now: datetime, limits: Limits) -> int | None:
    """Seconds after which one more post would be taken, or None when it is taken now. Given are the times of posts taken.

    Refused ones do not count, or a machine that goes on trying would shut out the people behind its address for good.
    """
    waits = (seconds_left(times_of_address, now, limits.address), seconds_left(times_of_label, now, limits.label))
    return max((wait for wait in waits if wait is not None), default=None)


def looks_automatic(honeypot: str) -> bool:
    """Was the field filled that no person sees?"""
    return honeypot != ""


# ---------------------------------------------------------------- what residents see of staff

COMPOUND = (  # family names of two characters, the usual ones
    *(
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "令狐",
        "司徒",
        "司空",
        "夏侯",
        "慕容",
        "宇文",
        "长孙",
        "端木",
        "南宫",
    ),
    *("歐陽", "司馬", "諸葛", "東方", "尉遲", "公孫", "長孫", "南宮"),
)


def first_name(name: str) -> str:
    """王伟 is 王师傅, 欧阳雪 is 欧阳师傅, 买买提·吐尔逊 is 买买提师傅, Ann Lee is Ann: all that a resident's page says of staff."""
    word = next(iter(name.split()), "")
    if not "\u3400" <= word[:1] <= "\u9fff":
        return word
    given, dot, _ = word.partition("·")  # 维吾尔 and other names: the first part is the person's own
    return f"{given if dot else word[: 2 if word.startswith(COMPOUND) else 1]}师傅"
