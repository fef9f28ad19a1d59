"""Reading work orders, always for somebody: who has it or is offered it, and the desk of its site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import Membered, rank_at, sites_of
from webapp.records.models import RecordPhoto
from webapp.work_orders import rules
from webapp.work_orders.models import SiteType, WorkOrder, WorkStep
from webapp.work_orders.states import fold
from webapp.work_orders.steps import OVER, VERBS, Order, Standing, Step
from webapp.work_orders.types import WorkType, types_with

# ---------------------------------------------------------------- types


def types_of(site_id: UUID) -> dict[str, WorkType]:
    """The site's types by code, in the order to show them, retired ones too."""
    return types_of_sites([site_id])[site_id]


def types_of_sites(site_ids: Iterable[UUID]) -> dict[UUID, dict[str, WorkType]]:
    """The types of several sites, by site. One query."""
    own: dict[UUID, list[WorkType]] = {site_id: [] for site_id in site_ids}
    for row in db.session.scalars(sa.select(SiteType).where(SiteType.site_id.in_(own))):
        own[row.site_id].append(type_of(row))
    return {site_id: types_with(found) for site_id, found in own.items()}


def type_of(t: SiteType) -> WorkType:
    """A row as the rules know it."""
    retired = t.retired_at is not None
    return WorkType(
        t.code, t.name, t.name_en or t.name, t.kind, t.service, t.trade, t.dispatch, t.payer, t.public, t.rank, retired,
    )  # fmt: skip


# ---------------------------------------------------------------- one order


def order_for(person: Person, order_id: UUID) -> WorkOrder:
    """The order, for this person. Raises not-found for a stranger, and for field staff who have nothing to do with it."""
    found = db.session.get(WorkOrder, order_id)
    if found is None or not may_see(person, found):
        raise Problem("not-found")
    return found


def may_see(person: Person, order: WorkOrder) -> bool:
    """The desk sees its site's orders; field staff those that are theirs, that they may take, or that they worked on."""
    rank = rank_at(person, order.site_id)
    if rank is None:
        return False
    if rank >= RANKS["desk"] or person.id in (order.assignee_id, order.raised_by_id):
        return True
    if order.state == "offered" and order.offered_trade in (person.trade, None):
        return True
    return any(person.id in (step.person_id, step.to_id) for step in order.steps)


def reach_order(person: Person, order_id: UUID, at_least: str = "desk") -> WorkOrder:
    """The order, for one who may act on it from the office. Raises not-found, or forbidden for one who may only see it."""
    found = order_for(person, order_id)
    if (rank_at(person, found.site_id) or 0) < RANKS[at_least]:
        raise Problem("forbidden")
    return found


def bare(order: WorkOrder) -> Order:
    """The order as its rules know it."""
    return Order(order.id, order.raised_at, order.urgent, order.due_at)


def step_of(row: WorkStep) -> Step:
    """A row as the fold knows it."""
    return Step(row.id, row.verb, row.at, row.person_id, row.to_id, row.reason, row.about_id, row.trade)


def standing_of(order: WorkOrder) -> Standing:
    """What became of it: the fold of its steps. Photos, lists and signatures are no steps of the fold."""
    return fold(bare(order), (step_of(row) for row in order.steps if row.verb in VERBS))


def step_photos(order: WorkOrder) -> dict[UUID, list[str]]:
    """Digests of the photos of each step, by step."""
    found: dict[UUID, list[str]] = {}
    ids = [step.id for step in order.steps]
    rows = db.session.execute(sa.select(RecordPhoto.record_id, RecordPhoto.sha256).where(RecordPhoto.record_id.in_(ids)))
    for record_id, sha256 in rows:
        found.setdefault(record_id, []).append(sha256)
    return found


def photo_of(order: WorkOrder, sha256: str) -> str:
    """The digest, if that photo belongs to the order. Raises not-found."""
    if any(photo.sha256 == sha256 for photo in order.photos) or any(sha256 in found for found in step_photos(order).values()):
        return sha256
    raise Problem("not-found")


# ---------------------------------------------------------------- many


MOST_OFFERED = 30  # on one's own list; the desk sees them all


def mine(person: Person, now: datetime) -> list[WorkOrder]:
    """The person's open orders and those they may take, what burns first.

    Two questions, each answered from an index of open orders alone: in one, with OR, the database would read every order there ever was.
    """
    is_open, own = (WorkOrder.closed_at.is_(None), WorkOrder.finished_at.is_(None)), sites_of(person)
    reach = () if own is None else (WorkOrder.site_id.in_(own),)
    theirs = sa.select(WorkOrder).where(WorkOrder.assignee_id == person.id, *is_open, *reach)
    to_take = sa.or_(WorkOrder.offered_trade == person.trade, WorkOrder.offered_trade.is_(None))
    offered = (
        sa.select(WorkOrder).where(WorkOrder.state == "offered", to_take, *is_open, *reach).order_by(WorkOrder.due_by).limit(MOST_OFFERED)
    )
    found = {order.id: order for query in (theirs, offered) for order in db.session.scalars(query)}
    return sorted(found.values(), key=lambda order: rules.burning(Order(order.id, order.raised_at, order.urgent, order.due(now)), now))


def done_lately(person: Person, since: datetime, most: int = 25) -> list[WorkOrder]:
    """The person's orders that were finished since then, the latest first.

    Asked for site by site, because the index of finished orders is: their own orders alone would be those of all years.
    """
    found = sa.select(WorkOrder).where(WorkOrder.assignee_id == person.id, WorkOrder.finished_at >= since)
    own = sites_of(person)
    if own is not None:
        found = found.where(WorkOrder.site_id.in_(own))
    return list(db.session.scalars(found.order_by(WorkOrder.finished_at.desc()).limit(most)))


def reached(person: Membered, at_least: str = "desk") -> sa.Select[WorkOrder]:
    """Orders of the sites where the person holds that rank, in no order yet."""
    own = sites_of(person, at_least)
    found = sa.select(WorkOrder)
    return found if own is None else found.where(WorkOrder.site_id.in_(own))


def history_of(order: WorkOrder, most: int = 5) -> list[WorkOrder]:
    """Earlier orders at the same place, the latest first."""
    if order.place_id is None:
        return []
    return list(
        db.session.scalars(
            sa.select(WorkOrder)
            .where(WorkOrder.place_id == order.place_id, WorkOrder.id != order.id, WorkOrder.raised_at <= order.raised_at)
            .order_by(WorkOrder.raised_at.desc())
            .limit(most)
        )
    )


def orders_of_requests(request_ids: Iterable[UUID]) -> dict[UUID, list[WorkOrder]]:
    """Orders by the request they are for, oldest first. One query, and one each for all their steps and signatures."""
    found: dict[UUID, list[WorkOrder]] = {}
    wanted = list(request_ids)
    if not wanted:  # an empty list is looked for in every row
        return found
    rows = sa.select(WorkOrder).where(WorkOrder.request_id.in_(wanted)).order_by(WorkOrder.raised_at, WorkOrder.id)
    for order in db.session.scalars(rows.options(sa.orm.selectinload(WorkOrder.steps), sa.orm.selectinload(WorkOrder.signatures))):
        assert order.request_id
        found.setdefault(order.request_id, []).append(order)
    return found


def repeat_of(site_id: UUID, place_id: UUID | None, type_code: str, raised_at: datetime, spot: str = "") -> WorkOrder | None:
    """The latest earlier order of the same fault (30 days), if there is one. Another flat of the same tower is another place."""
    if place_id is None:
        return None
    before = db.session.scalars(
        sa.select(WorkOrder)
        .where(
            WorkOrder.origin != "plan",  # what comes back by a plan is no fault
            WorkOrder.site_id == site_id,
            WorkOrder.place_id == place_id,
            WorkOrder.type_code == type_code,
            WorkOrder.raised_at <= raised_at,
            WorkOrder.spot == spot,
        )
        .order_by(WorkOrder.raised_at.desc())
        .limit(10)
    )
    new = rules.Fault(place_id, type_code, raised_at)
    return next(
        (
            o
            for o in before
            if o.state != "cancelled" and rules.same_fault(rules.Fault(place_id, o.type_code, o.raised_at, o.finished_at), new)
        ),
        None,
    )


def loads(person_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many open orders each person has."""
    counted = (
        sa.select(WorkOrder.assignee_id, sa.func.count())
        .where(WorkOrder.assignee_id.in_(list(person_ids)), WorkOrder.closed_at.is_(None), WorkOrder.state.notin_(OVER))
        .group_by(WorkOrder.assignee_id)
    )
    return {person_id: count for person_id, count in db.session.execute(counted) if person_id}


def last_assigned(person_ids: Iterable[UUID]) -> dict[UUID, datetime | None]:
    """When each person was last given an order."""
    last = (
        sa.select(WorkStep.to_id, sa.func.max(WorkStep.at))
        .where(WorkStep.to_id.in_(list(person_ids)), WorkStep.verb == "assign")
        .group_by(WorkStep.to_id)
    )
    return {person_id: at for person_id, at in db.session.execute(last) if person_id}
