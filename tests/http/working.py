"""What tests of work orders share: an order of the garden, its price list, a technician's steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask

from tests.making import OPENED, Phone, World, looking
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.people.models import Person
from webapp.work_orders import actions, charging, pricing, queries
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.states import fold
from webapp.work_orders.steps import Standing

SCRIBBLE = [[[100, 100], [300, 240], [500, 120]], [[520, 200], [640, 210]]]


@dataclass
class Prices:
    """Items of the garden's price list, by what they are."""

    labour: UUID
    tap: UUID


def make_prices(app: Flask, world: World, *, night: int = 5000) -> Prices:
    """Labour ¥60.00 an hour, a tap ¥85.00; coming at night ¥50.00."""
    by = world.people["manager"]
    with app.app_context(), writing():
        labour = charging.add_item(world.garden, charging.ItemFacts("labour", "hour", "人工", "Labour"), 6000, by, OPENED)
        tap = charging.add_item(world.garden, charging.ItemFacts("material", "piece", "水龙头", "Tap"), 8500, by, OPENED)
        charging.set_terms(world.garden, charging.Terms(night=night), by, OPENED)
        return Prices(labour.id, tap.id)


def make_order(app: Flask, world: World, type_code: str = "home", assign: str | None = "technician", **more: Any) -> UUID:
    """An order raised by the desk now; assigned to somebody unless `assign` is None."""
    with app.app_context(), writing():
        now = clock.now()
        type_ = queries.types_of(world.garden)[type_code]
        facts = {"text": "The tap drips", "place_id": world.lobby, "spot": "1-302"} | more
        order = actions.raise_order(actions.Raised(world.garden, type_, world.people["desk"], **facts), now)
        if assign:
            desk = db.session.get_one(Person, world.people["desk"])
            actions.act(order, desk, "assign", now, to_id=world.people[assign])
        return order.id


def step(phone: Phone, order_id: UUID, verb: str, **more: Any) -> Any:
    """A step recorded on the phone, not sent yet. `at` and `photos` go to the envelope, the rest to the body."""
    envelope = {key: more.pop(key) for key in ("at", "photos", "position", "note") if key in more}
    return phone.record("work-step", {"order": str(order_id), "verb": verb} | more, **envelope)


def used(prices: Prices, tap: str | float = 1, labour: str | float = 0.5, **more: Any) -> list[dict[str, Any]]:
    """The list of what an order took."""
    return [{"item": str(prices.labour), "quantity": labour}, {"item": str(prices.tap), "quantity": tap} | more]


def signing(app: Flask, order_id: UUID, stars: int | None = 5) -> dict[str, Any]:
    """A signature under the charge as it stands."""
    with app.app_context():
        order = db.session.get_one(WorkOrder, order_id)
        charge = pricing.charge_of(order)
        return {"charge": charge.digest(), "strokes": SCRIBBLE, "shown": pricing.shown_of(order, charge), "name": "Ms Li", "stars": stars}


def order_of(app: Flask, order_id: UUID) -> WorkOrder:
    """The order's row, read anew."""
    with looking(app) as session:
        found = session.get_one(WorkOrder, order_id)
        session.expunge(found)
        return found


def standing(app: Flask, order_id: UUID) -> Standing:
    """What its steps say."""
    with looking(app) as session:
        order = session.get_one(WorkOrder, order_id)
        return fold(queries.bare(order), [queries.step_of(row) for row in order.steps])
