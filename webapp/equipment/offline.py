"""What of the register goes with a person into the cellar: the machines of today's orders, and the meters that are read."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.equipment.models import Equipment, MaintenanceDue, Meter
from webapp.people.models import Person
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder

MOST_PIECES, MOST_METERS = 20, 30
READS_METERS = "technician"


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
