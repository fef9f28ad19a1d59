"""Requests and work orders in a site's day: what went wrong with them, and the day in one line. Derived; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.core.i18n import clock_time, day_and_time, named
from webapp.daily_log import readings
from webapp.daily_log.incidents import Incident, incidents_of
from webapp.daily_log.lines import Line
from webapp.daily_log.readings import SiteDay
from webapp.daily_log.taken import Taken, Word, complained_at, taken_for, taken_on
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.service.models import RequestEvent
from webapp.service.queries import Look, looks
from webapp.service.words import CLOCK_WORDS
from webapp.sites.queries import checkpoints_by_id
from webapp.standards.clocks import Clock, due_at, elapsed
from webapp.standards.clocks import state as clock_state
from webapp.standards.rules import STOP_REASONS
from webapp.work_orders import queries as work
from webapp.work_orders.arrival import Arrival, spots_by_order
from webapp.work_orders.deadlines import clocks_of_order
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.spans import span
from webapp.work_orders.words import CAUSE_WORDS, CONFLICT_WORDS

LOW = 2  # stars


@dataclass
class Jobs:
    """What a site's requests and work orders did on a day."""

    lines: list[Line] = field(default_factory=list)
    reported: int = 0
    settled: int = 0
    raised: int = 0
    finished: int = 0
    in_time: int = 0
    late_clocks: int = 0
    maintained: int = 0  # of the finished ones, those that a maintenance plan had raised
    overdue: list[tuple[WorkOrder, datetime]] = field(default_factory=list)  # whose own time ran out on the day, and when
    incidents: list[Incident] = field(default_factory=list)

    @property
    def complaints(self) -> int:
        """Complaints that came on the day."""
        return sum(line.kind == "complaint" for line in self.lines)

    @property
    def summary(self) -> str:
        """The day's jobs in one line; nothing on a day without any."""
        if not (self.reported or self.settled or self.raised or self.finished):
            return ""
        return _(
            "Requests: %(reported)s came, %(settled)s settled. Work orders: %(raised)s raised, %(finished)s finished, %(in_time)s of them in time.",
            reported=self.reported, settled=self.settled, raised=self.raised, finished=self.finished, in_time=self.in_time,
        )  # fmt: skip


def jobs_of(day: SiteDay) -> Jobs:
    """Read and derive what happened on the day: a fixed number of queries, none that grows with the site's history."""
    events = readings.events_of(day)
    seen = {each.request.id: each for each in looks(readings.requests_of(day, events))}
    steps = readings.steps_of(day)
    orders = readings.orders_of(day)
    people = names([*(e.person_id for e in events if e.person_id), *(step.person_id for step, _order in steps)])
    own = [(order, one) for order in orders for one in clocks_of_order(order) if is_told_by(order, one) and ran_out(day, one)]
    late = [*late_clocks(day, seen.values()), *(late_line(day, one, About.order(day, order)) for order, one in own)]
    lines = [
        *late, *complaints(day, seen.values()), *untold(day, seen.values()), *said_lines(day, events, seen, people), *step_lines(day, steps, people), *conflict_lines(day), *repeat_lines(day),
        *low_signatures(day),
    ]  # fmt: skip
    finished = readings.finished_on(day.site.id, [(day.start, day.end)])
    return Jobs(
        lines=sorted(lines, key=lambda each: each.at),
        reported=sum(1 for each in seen.values() if day.holds(each.request.received_at)),
        settled=len({e.request_id for e in events if e.verb in ("resolved", "closed")}),
        raised=readings.count_raised(day),
        finished=len(finished),
        in_time=sum(each.at <= each.due for each in finished),
        late_clocks=len(late),
        maintained=sum(each.is_planned for each in finished),
        incidents=incidents_of(day, seen.values()),
        overdue=[(order, due_at(one, day.seen_at)) for order, one in own if one.name == "handle"],
    )


# ---------------------------------------------------------------- lines


def late_clocks(day: SiteDay, seen: Iterable[Look]) -> list[Line]:
    """Clocks of requests that ran out on the day, each told once. Of being on site the orders tell."""
    found = []
    for each in seen:
        over: set[tuple[str, datetime]] = set()
        for taken in taken_for(each, day.site.zone):
            for one in taken.look.clocks(day.seen_at):
                at, known = ran_out_at(day, one, taken), (one.name, one.started_at)
                if at and known not in over and day.holds(at) and not (one.name == "on_site" and each.orders):
                    found.append(late_line(day, one, About.request(day, each), at))
                if at:
                    over.add(known)
    return found


def ran_out_at(day: SiteDay, one: Clock, taken: Taken) -> datetime | None:
    """When a clock of a request ran out while it was taken for that; at the beginning of that, for a time that was over by then."""
    due = due_at(one, day.seen_at)
    at = max(due, taken.since) if taken.since else due
    is_gone = (taken.until and at >= taken.until) or (one.stopped_at and one.stopped_at <= at and due < at)
    return at if not is_gone and clock_state(one, day.seen_at) in ("missed", "overdue") else None


def is_told_by(order: WorkOrder, one: Clock) -> bool:
    """Is it the order that tells when this clock runs out? Of handling a request its request does; and of maintenance that was overdue before
    its order was raised, the plan.
    """
    return one.name == "on_site" or (order.request_id is None and order.raised_at < order.due_at)


def ran_out(day: SiteDay, one: Clock) -> bool:
    """Did the clock run out on the day, whether it was stopped late or still runs?"""
    return day.holds(due_at(one, day.seen_at)) and clock_state(one, day.seen_at) in ("missed", "overdue")


def late_line(day: SiteDay, one: Clock, about: About, at: datetime | None = None) -> Line:
    """A clock that ran out on the day, in words. `at`: when that became so, if it is later than it was due."""
    state, due = clock_state(one, day.seen_at), due_at(one, day.seen_at)
    when = clock_time(due, day.site.zone) if at in (None, due) else day_and_time(due, day.site.zone)
    late, word, at = span(elapsed(one, day.seen_at) - one.limit), CLOCK_WORDS[one.name], at or due
    subject = f"{about.id}:{one.name}:{int(one.started_at.timestamp())}"
    if state == "missed":
        said = _("due %(when)s, %(span)s late", when=when, span=late)
        return about.line("late", _("%(clock)s late", clock=word), said, at, "clock", subject, facts=("late",))
    return about.line(
        "missed", _("%(clock)s overdue", clock=word), _("due %(when)s, still open", when=when), at, "clock", subject, facts=("open",)
    )


def complaints(day: SiteDay, seen: Iterable[Look]) -> list[Line]:
    """Complaints that came on the day, or turned out to be some (chapter 5)."""
    found = []
    for each in seen:
        words = (Word(e.at, e.kind) for e in each.corrections)
        at = complained_at(each.request.received_at, each.request.kind, words, day.site.zone)
        if at and day.holds(at):
            told = " · ".join(p for p in (clock_time(at, day.site.zone), quoted(each.request.text)) if p)
            found.append(About.request(day, each).line("needs", _("Complaint"), told, at, "complaint", str(each.request.id)))
    return found


def untold(day: SiteDay, seen: Iterable[Look]) -> list[Line]:
    """Complaints that ended on the day without the complainant being told the result (clause 5.3.2)."""
    return [
        About.request(day, each).line("needs", _("Result not told"), _("clause 5.3.2"), each.ended_at, "untold", str(each.request.id))
        for each in seen
        if each.ended_at and day.holds(each.ended_at) and each.standing.state in ("resolved", "closed") and each.standing.result_told_at is None
        and each.facts.is_awaited and taken_on(each, each.ended_at, day.site.zone).kind == "complaint"
    ]  # fmt: skip


def said_lines(day: SiteDay, events: Iterable[RequestEvent], seen: dict[UUID, Look], people: dict[UUID, Person]) -> list[Line]:
    """Low ratings, reopenings and stopped clocks of requests."""
    found = []
    for event in events:
        each, words = seen[event.request_id], quoted(event.text)
        when, who = clock_time(event.at, day.site.zone), named(people.get(event.person_id)) if event.person_id else ""
        if event.verb == "rated" and event.stars is not None and event.stars <= LOW:
            mark, word, told, kind = "needs", _("%(count)s of 5 stars", count=event.stars), [when, words], "stars"
        elif event.verb == "reopened":
            mark, word, told, kind = "needs", _("Opened again"), [when, words], "reopened"
        elif event.verb == "stopped" and event.cause:
            until = _("until %(when)s", when=day_and_time(event.until, day.site.zone)) if event.until else ""
            told = [when, who, str(CAUSE_WORDS[event.cause]), until, words]
            mark, word, kind = "paused", _("Clocks stopped"), "stopped"
        else:
            continue
        asked = (event.person_id,) if event.person_id else ()
        about = About.request(day, each)
        found.append(about.line(mark, word, " · ".join(part for part in told if part), event.at, kind, str(event.id), people=asked))
    return found


def step_lines(day: SiteDay, steps: Iterable[tuple[WorkStep, WorkOrder]], people: dict[UUID, Person]) -> list[Line]:
    """Orders that were opened again, pauses that stopped a clock, with the reason, and people who perhaps were not where they said they were."""
    found, steps = [], list(steps)
    afar = [(step, order) for step, order in steps if step.afar]
    spots = spots_by_order([order for _step, order in afar])
    met = checkpoints_by_id(step.checkpoint_id for step, _order in afar if step.checkpoint_id)  # at once: each arrival asks for its label
    for step, order in steps:
        told = [clock_time(step.at, day.site.zone), named(people.get(step.person_id))]
        if step.verb == "reopen":
            mark, word, kind = "needs", _("Opened again"), "reopened"
        elif step.cause in STOP_REASONS:
            mark, word, kind = "paused", _("Clocks stopped"), "stopped"
            told.append(str(CAUSE_WORDS[step.cause]))
        elif step.afar:
            mark, word, kind = "doubtful", _("Perhaps not on site"), "arrival"
            told.append(Arrival(step, order, spots[order.id], met).words[1])
        else:
            continue
        told.append(quoted(step.reason))
        about = About.order(day, order)
        found.append(
            about.line(mark, word, " · ".join(part for part in told if part), step.at, kind, str(step.id), people=(step.person_id,))
        )
    return found


def conflict_lines(day: SiteDay) -> list[Line]:
    """Orders with two versions that came about on the day and that nobody has decided yet."""
    found = []
    for order in readings.disputed(day):
        for conflict in work.standing_of(order).conflicts:
            if day.holds(conflict.other.at):
                word, about = str(CONFLICT_WORDS[conflict.word]), About.order(day, order)
                found.append(about.line("held", _("Two versions"), word, conflict.other.at, "versions", f"{order.id}:{conflict.other.id}"))
    return found


def repeat_lines(day: SiteDay) -> list[Line]:
    """The same fault at the same place within 30 days."""
    found = []
    for order in readings.repeats(day):
        why = _("the same fault at this place within 30 days")
        told = f"{clock_time(order.raised_at, day.site.zone)} · {why}"
        found.append(About.order(day, order).line("doubtful", _("Repeat fault"), told, order.raised_at, "repeat", str(order.id)))
    return found


def low_signatures(day: SiteDay) -> list[Line]:
    """Low ratings given with a signature."""
    found = []
    for signature, order in readings.signed(day, LOW):
        told = " · ".join(part for part in (clock_time(signature.at, day.site.zone), quoted(signature.words)) if part)
        word = _("%(count)s of 5 stars", count=signature.stars)
        found.append(About.order(day, order).line("needs", word, told, signature.at, "stars", str(signature.id)))
    return found


def quoted(text: str) -> str:
    """Somebody's words, as such; nothing for none."""
    return f"“{text}”" if text else ""


@dataclass(frozen=True)
class About:
    """The order or request that a line is about: what the line takes from it."""

    id: UUID
    title: str
    href: str
    people: tuple[UUID, ...]
    checkpoint_id: UUID | None
    place_id: UUID | None

    @classmethod
    def order(cls, day: SiteDay, order: WorkOrder) -> About:
        """Whoever has the order may be asked about it."""
        people = (order.assignee_id,) if order.assignee_id else ()
        return cls(order.id, day.order_words(order), f"/work-orders/{order.id}", people, order.checkpoint_id, order.place_id)

    @classmethod
    def request(cls, day: SiteDay, each: Look) -> About:
        """Whoever has the request's order may be asked about it."""
        people = tuple(order.assignee_id for order in each.orders if order.assignee_id)
        request = each.request
        return cls(request.id, day.request_words(each), f"/requests/{request.id}", people, request.checkpoint_id, request.place_id)

    def line(self, mark: str, word: str, sub: str, at: datetime, kind: str, subject: str, *, facts: tuple[str, ...] = (),
             people: tuple[UUID, ...] = ()) -> Line:  # fmt: skip
        """The exception."""
        return Line(
            mark, word, self.title, sub, self.href, at, kind, subject, facts, people or self.people, checkpoint_id=self.checkpoint_id,
            place_id=self.place_id,
        )  # fmt: skip


def late_words(count: int) -> str:
    """How many clocks ran out, for the day's sentence."""
    return ngettext("%(num)d clock ran out", "%(num)d clocks ran out", count)
