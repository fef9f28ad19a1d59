"""What of the register goes with a person into the cellar: the machines of today's orders, the meters that are read, and what stands at each label."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.core.i18n import iso, named
from webapp.equipment import lifeline, queries
from webapp.equipment.coming import next_of
from webapp.equipment.models import Equipment, MaintenanceDue, Meter
from webapp.equipment.rules import status_at
from webapp.people.models import Person
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder

MOST_PIECES, MOST_METERS = 20, 30
READS_METERS = "technician"
SOON = timedelta(days=31)  # what is due later is not said at the machine


def equipment_of_orders(orders: Iterable[WorkOrder]) -> dict[UUID, Equipment]:
    """The piece each order is about, by order: by the plan that raised it, by the number it was raised under, or alone at its point."""
    found, listed = {}, list(orders)
    planned = sa.select(MaintenanceDue.order_id, Equipment).join(Equipment, Equipment.id == MaintenanceDue.equipment_id)
    for order_id, one in db.session.execute(planned.where(MaintenanceDue.order_id.in_([order.id for order in listed]))):
        found[order_id] = one
    rest = [order for order in listed if order.id not in found]
    near = sa.or_(
        Equipment.number.in_([o.spot for o in rest]), Equipment.checkpoint_id.in_([o.checkpoint_id for o in rest if o.checkpoint_id])
    )
    pieces = list(
        db.session.scalars(
            sa.select(Equipment).where(Equipment.site_id.in_({o.site_id for o in rest}), Equipment.retired_at.is_(None), near)
        )
    )
    for order in rest:
        here = [one for one in pieces if one.site_id == order.site_id]
        by_number = [one for one in here if one.number == order.spot]
        at_point = [one for one in here if order.checkpoint_id and one.checkpoint_id == order.checkpoint_id]
        if by_number or len(at_point) == 1:
            found[order.id] = (by_number or at_point)[0]
    return found


def pages_for(person: Person, orders: Iterable[WorkOrder], sites: Iterable[Site]) -> list[str]:
    """Addresses for the phone's pack. A technician keeps the meters too: they hang where there is no signal."""
    pieces = list({one.id: one for one in equipment_of_orders(orders).values()})[:MOST_PIECES]
    pages = [f"/equipment/items/{piece}" for piece in pieces]
    if person.trade != READS_METERS:
        return pages
    of = {site.id: site for site in sites}
    meters = list(
        db.session.execute(
            sa.select(Meter.id, Meter.site_id)
            .where(Meter.site_id.in_(of), Meter.retired_at.is_(None))
            .order_by(Meter.number)
            .limit(MOST_METERS)
        )
    )
    lists = dict.fromkeys(f"/meters/{of[site_id].slug}" for _id, site_id in meters)
    return [*pages, *lists, *(f"/meters/items/{meter_id}" for meter_id, _site in meters)]


def here_at(person: Person, sites: Iterable[Site], now: datetime) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For the pack, by checkpoint: the machines and meters that carry its label, how each fares and what it last showed.

    What maintenance is due is for those who do it.
    """
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for site in sites:
        pieces = [one for one in queries.equipment_of(site.id) if one.checkpoint_id]
        said = queries.changes_of((one.id for one in pieces), now)
        due = _due_of(site, pieces, now) if person.trade == READS_METERS else {}
        for one in pieces:
            machine = {
                "id": str(one.id),
                "number": one.number,
                "name": named(one),
                "class": one.class_code,
                "status": status_at(said.get(one.id, ()), now),
            }
            _place(found, one.checkpoint_id)["machines"].append(machine | {"due": due.get(one.id, [])})
        for meter, last in lifeline.meters_with_last(site.id):
            if meter.checkpoint_id:
                facts = {"id": str(meter.id), "number": meter.number, "name": named(meter), "unit": meter.unit, "digits": meter.digits}
                shown = {"last": str(last.value), "last_at": iso(last.at)} if last and last.doubt not in queries.MISREAD else {}
                _place(found, meter.checkpoint_id)["meters"].append(facts | shown)
    return found


def _place(found: dict[str, dict[str, list[dict[str, Any]]]], checkpoint_id: UUID | None) -> dict[str, list[dict[str, Any]]]:
    return found.setdefault(str(checkpoint_id), {"machines": [], "meters": []})


def _due_of(site: Site, pieces: list[Equipment], now: datetime) -> dict[UUID, list[dict[str, str]]]:
    """The next times of each piece, the first ones first."""
    times: dict[UUID, list[dict[str, str]]] = {}
    today = local_day(now, site.zone)
    for one in sorted(next_of(queries.plans_of(site.id, today), pieces, site.zone), key=lambda one: one.due_on):
        if one.due_on <= today + SOON:
            times.setdefault(one.equipment.id, []).append({"name": named(one.plan), "on": one.due_on.isoformat()})
    return times
