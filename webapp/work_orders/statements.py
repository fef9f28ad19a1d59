"""A flat's statement: what was charged, paid and is outstanding over a year, to print and hand over (clause 6.3.1, chapter 11)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from sqlalchemy.orm import selectinload

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.ids import read_id
from webapp.people.session import me
from webapp.sites.models import Place, Site
from webapp.sites.queries import site_for
from webapp.work_orders import pricing, queries
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.money import ledger_line
from webapp.work_orders.words import BALANCE_WORDS, WAY_WORDS

statements = Blueprint("statements", __name__)

YEAR = re.compile(r"20\d\d")
LONGEST_SPOT = 80


class Account(NamedTuple):
    """A flat's sums of one currency, in minor units: outstanding from before, charged and paid in the year, outstanding after all."""

    before: int = 0
    charged: int = 0
    paid: int = 0

    @property
    def outstanding(self) -> int:
        """What is to be paid in all."""
        return self.before + self.charged - self.paid


@statements.get("/charges/<slug>/statement")
@gate.at_least("desk")
def statement(slug: str) -> str:
    """The statement of one flat (`spot`, at `place` where several have one of that name) for a `year`."""
    site, now = site_for(me(), slug, "desk"), clock.now()
    spot = request.args.get("spot", "").strip()[:LONGEST_SPOT]
    this_year = clock.local_day(now, site.zone).year
    year = int(request.args["year"]) if YEAR.fullmatch(request.args.get("year", "")) else this_year
    places = places_with(site, spot) if spot else []
    place_id = read_id(request.args.get("place", "")) or (places[0].id if len(places) == 1 else None)
    place = next((each for each in places if each.id == place_id), None)
    lines, accounts = lines_of(site, spot, place_id, year) if spot and (place or not places) else ([], {})
    return render_template(
        "work_orders/statement.html", site_=site, spot=spot, place=place, places=places if place is None else [], year=year, this_year=this_year, now=now,
        lines=lines, accounts=accounts, balances=BALANCE_WORDS, ways=WAY_WORDS, types=queries.types_of(site.id),
    )  # fmt: skip


def places_with(site: Site, spot: str) -> list[Place]:
    """The places that have had an order at a flat of that name."""
    there = sa.select(WorkOrder.place_id).where(WorkOrder.site_id == site.id, WorkOrder.spot == spot)
    return list(db.session.scalars(sa.select(Place).where(Place.id.in_(there)).order_by(Place.name)))


def lines_of(site: Site, spot: str, place_id: UUID | None, year: int) -> tuple[list[dict[str, Any]], dict[str, Account]]:
    """What its resident was charged in the year, and the sums by currency; orders that cost the resident nothing are left out."""
    begin, end = (clock.day_bounds(date(each, 1, 1), site.zone)[0] for each in (year, year + 1))
    terms = pricing.terms_of(site.id)
    lines = [ledger_line(order, site, terms) for order in orders_at(site, spot, place_id, end)]
    lines = [line for line in lines if line["balance"].due or line["balance"].paid]
    return [line for line in lines if line["order"].finished_at >= begin], accounts_of(lines, begin)


def orders_at(site: Site, spot: str, place_id: UUID | None, end: datetime) -> Iterable[WorkOrder]:
    """Orders at the flat that were finished before the end of the year, oldest first: a fixed number of queries."""
    there = (WorkOrder.site_id == site.id, WorkOrder.spot == spot, WorkOrder.finished_at < end)
    found = sa.select(WorkOrder).where(*there, WorkOrder.place_id == place_id if place_id else sa.true()).order_by(WorkOrder.finished_at)
    return db.session.scalars(found.options(*(selectinload(part) for part in (WorkOrder.uses, WorkOrder.signatures, WorkOrder.payments))))


def accounts_of(lines: Iterable[dict[str, Any]], begin: datetime) -> dict[str, Account]:
    """Sums by currency."""
    found: dict[str, Account] = defaultdict(Account)
    for line in lines:
        one, balance = found[line["charge"].currency], line["balance"]
        if line["order"].finished_at < begin:
            one = one._replace(before=one.before + balance.due - balance.paid)
        else:
            one = one._replace(charged=one.charged + balance.due, paid=one.paid + balance.paid)
        found[line["charge"].currency] = one
    return dict(sorted(found.items()))
