"""A site as it is now: rounds under way and coming, who is on duty, clocks about to run out. Derived; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from webapp.core.clock import DAY, local_day
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.patrols import queries as patrols
from webapp.patrols.models import PlanRevision, Route
from webapp.patrols.states import RoundState
from webapp.patrols.words import round_pill
from webapp.people.models import Device, DevicePerson, Duty, Membership, Person
from webapp.people.queries import names
from webapp.records.models import SealLink
from webapp.service.models import Request, RequestEvent
from webapp.service.queries import looks
from webapp.service.words import CLOCK_WORDS
from webapp.sites.models import Site
from webapp.standards.clocks import Clock, due_at
from webapp.standards.clocks import state as clock_state
from webapp.work_orders.deadlines import clocks_of_order
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.queries import types_of
from webapp.work_orders.showing import where_words

SHOWN_AFTER = timedelta(hours=2)  # a round that was missed, or not finished, stays on the board so long
AHEAD = timedelta(hours=8)
MOST_COMING = 6
CLOCKS_AHEAD = timedelta(hours=2)
MOST_CLOCKS = 12
MOST_PHONES = 40
QUIET_AFTER = timedelta(minutes=30)  # a phone that works with signal is heard of each minute
UNDER_WAY = ("running", "paused")
OVER = ("incomplete", "missed", "ended")


@dataclass(frozen=True)
class RoundNow:
    """A round on the board."""

    state: RoundState
    route: Route
    holder: Person | None
    now: datetime

    @property
    def is_late(self) -> bool:
        """Has its time run out, and is it not done?"""
        return self.state.state in OVER or (self.state.state != "done" and self.now > self.state.round.due_until)

    @property
    def pill(self) -> tuple[str, str]:
        return round_pill(self.state)


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty. `heard_at`: when one of their phones last spoke to us; `unsent`: records it still had then."""

    person: Person
    since: datetime
    heard_at: datetime | None
    unsent: int
    is_quiet: bool


@dataclass(frozen=True)
class PhoneNow:
    """A phone of somebody on duty, or one that still has records for us. `person`: who signed in on it last."""

    device: Device
    person: Person
    is_quiet: bool


@dataclass(frozen=True)
class Pressing:
    """A clock that runs out soon, or has."""

    what: str
    title: str
    due: datetime
    is_over: bool
    href: str


@dataclass(frozen=True)
class Board:
    """The site now."""

    site: Site
    now: datetime
    under_way: list[RoundNow]
    late: list[RoundNow]
    coming: list[RoundNow]
    on_duty: list[OnDuty]
    phones: list[PhoneNow]
    clocks: list[Pressing]

    @property
    def running_out(self) -> int:
        """Promises that can still be kept."""
        return sum(not one.is_over for one in self.clocks)

    @property
    def overdue(self) -> int:
        """Promises that were not kept."""
        return len(self.clocks) - self.running_out

    @property
    def unsent(self) -> int:
        """Records that are still on phones."""
        return sum(one.device.unsent for one in self.phones)


def board_of(site: Site, now: datetime) -> Board:
    """The site now: a fixed number of queries, none that grows with its history."""
    rounds = rounds_now(site, now)
    under_way = [one for one in rounds if one.state.state in UNDER_WAY and not one.is_late]
    coming = [one for one in rounds if one.state.state in ("due", "upcoming") and not one.is_late]
    late, there = [one for one in rounds if one.is_late], on_duty(site.id, now)
    phones = phones_now(site.id, {one.person.id for one in there}, now)
    return Board(site, now, under_way, late, coming[:MOST_COMING], there, phones, clocks_of_site(site, now))


def rounds_now(site: Site, now: datetime) -> list[RoundNow]:
    """The rounds that are open, begin soon, or ended badly a short while ago, in order of their start."""
    today = local_day(now, site.zone)
    near = [
        round_
        for day in (today - DAY, today, today + DAY)
        for round_ in patrols.rounds_on(site, day)
        if round_.starts_at <= now + AHEAD and round_.closes_at >= now - SHOWN_AFTER
    ]
    found = [state for state in patrols.states_of(near, now) if state.state != "done"]
    routes, people = patrols.route_names(site.id), names({state.holder_id for state in found if state.holder_id})
    return [RoundNow(state, routes[state.round.route_id], people.get(state.holder_id) if state.holder_id else None, now) for state in found]


def on_duty(site_id: UUID, now: datetime) -> list[OnDuty]:
    """Who has clocked on within a day and not off since, those who owe records first."""
    rows = db.session.scalars(sa.select(Duty).where(Duty.site_id == site_id, Duty.at > now - DAY, Duty.at <= now).order_by(Duty.at))
    last = {duty.person_id: duty for duty in rows}
    since = {person_id: duty.at for person_id, duty in last.items() if duty.verb == "on"}
    people, phones = names(since), phones_of(list(since))
    found = [_on_duty(people[person_id], at, phones.get(person_id, []), now) for person_id, at in since.items() if person_id in people]
    return sorted(found, key=lambda one: (-one.unsent, not one.is_quiet, one.since))


def _on_duty(person: Person, since: datetime, phones: list[Device], now: datetime) -> OnDuty:
    heard = max((phone.last_seen_at for phone in phones), default=None)
    return OnDuty(person, since, heard, sum(phone.unsent for phone in phones), heard is None or now - heard > QUIET_AFTER)


def phones_now(site_id: UUID, there: set[UUID], now: datetime) -> list[PhoneNow]:
    """Phones of people on duty, and of anybody of the site those that owe records: what owes most first."""
    staff = set(db.session.scalars(sa.select(Membership.person_id).where(Membership.site_id == site_id)))
    found = [(person_id, phone) for person_id, phones in phones_of(list(staff | there)).items() for phone in phones]
    wanted = [(person_id, phone) for person_id, phone in found if phone.unsent or person_id in there]
    people = names({person_id for person_id, _phone in wanted})
    shown = [PhoneNow(phone, people[by], now - phone.last_seen_at > QUIET_AFTER) for by, phone in wanted if by in people]
    return sorted(shown, key=lambda one: (-one.device.unsent, one.device.last_seen_at))[:MOST_PHONES]


def phones_of(person_ids: list[UUID]) -> dict[UUID, list[Device]]:
    """Phones by who uses them. One that several people know counts for whoever signed in on it last."""
    newest = (
        sa.select(DevicePerson.device_id, DevicePerson.person_id)
        .add_columns(
            sa.func.row_number().over(partition_by=DevicePerson.device_id, order_by=DevicePerson.signed_in_at.desc()).label("place")
        )
        .where(DevicePerson.device_id.in_(sa.select(DevicePerson.device_id).where(DevicePerson.person_id.in_(person_ids))))
        .subquery()
    )
    found: dict[UUID, list[Device]] = {}
    rows = sa.select(newest.c.person_id, Device).join(Device, Device.id == newest.c.device_id)
    for person_id, device in db.session.execute(rows.where(newest.c.place == 1, Device.revoked_at.is_(None), Device.number > 0)):
        found.setdefault(person_id, []).append(device)
    return found


def clocks_of_site(site: Site, now: datetime) -> list[Pressing]:
    """Clocks that run out within two hours, the first of them first, then those that have, the last of them first:
    of requests, and of work orders that no request stands behind.
    """
    found = [*_of_requests(site, now), *_of_orders(site, now)]
    return sorted(found, key=lambda one: (one.is_over, abs(one.due - now)))


def _of_requests(site: Site, now: datetime) -> list[Pressing]:
    waiting = db.session.scalars(
        sa.select(Request).where(Request.site_id == site.id, Request.ended_at.is_(None)).order_by(Request.received_at)
    )
    found = []
    for seen in looks(list(waiting)):
        clock = seen.pressing(now)
        if clock:
            where = " · ".join(filter(None, (named(seen.type), named(seen.request.place), seen.request.spot)))
            found += _pressing(clock, now, where, f"/requests/{seen.request.id}")
    return found


def _of_orders(site: Site, now: datetime) -> list[Pressing]:
    soon = now + CLOCKS_AHEAD
    waiting = (
        sa.select(WorkOrder)
        .where(WorkOrder.site_id == site.id, WorkOrder.closed_at.is_(None), WorkOrder.finished_at.is_(None), WorkOrder.request_id.is_(None))
        .where(
            sa.or_(WorkOrder.due_by <= soon, sa.and_(WorkOrder.urgent, WorkOrder.on_site_at.is_(None), WorkOrder.on_site_due_by <= soon))
        )
        .order_by(WorkOrder.due_by)
        .options(selectinload(WorkOrder.steps))
    )
    types, found = types_of(site.id), []
    for order in db.session.scalars(waiting):
        running = [clock for clock in clocks_of_order(order) if clock.stopped_at is None and clock_state(clock, now) != "paused"]
        clock = min(running, key=lambda each: due_at(each, now), default=None)
        if clock:
            found += _pressing(clock, now, f"{named(types[order.type_code])} · {where_words(order)}", f"/work-orders/{order.id}")
    return found


def _pressing(clock: Clock, now: datetime, title: str, href: str) -> list[Pressing]:
    due = due_at(clock, now)
    return [Pressing(str(CLOCK_WORDS[clock.name]), title, due, due < now, href)] if due <= now + CLOCKS_AHEAD else []


_site: sa.BindParameter[UUID] = sa.bindparam("site")
# Put together once. What has come for the site is counted in its trail: sealed records up to the last, and those that wait for their seal.
STAMP = sa.select(
    sa.select(sa.func.max(SealLink.n)).where(SealLink.site_id == _site, SealLink.n.is_not(None)).scalar_subquery(),
    sa.select(sa.func.count()).select_from(SealLink).where(SealLink.site_id == _site, SealLink.n.is_(None)).scalar_subquery(),
    sa.select(sa.func.max(RequestEvent.at)).scalar_subquery(),
    sa.select(sa.func.max(Request.received_at)).where(Request.site_id == _site).scalar_subquery(),
    sa.select(sa.func.max(WorkOrder.raised_at)).where(WorkOrder.site_id == _site).scalar_subquery(),
    sa.select(sa.func.max(WorkStep.received_at)).scalar_subquery(),
    sa.select(sa.func.sum(Device.unsent)).scalar_subquery(),
    sa.select(PlanRevision.revision).where(PlanRevision.site_id == _site).scalar_subquery(),
)


def stamp_of(site: Site, now: datetime) -> tuple[object, ...]:
    """What the board follows from, in short: as long as it is the same within a minute, so is the board. One query."""
    sealed, unsealed, *others = db.session.connection().execute(STAMP, {"site": site.id}).one()
    return (site.id, int(now.timestamp() // 60), (sealed or 0) + unsealed, *others)
