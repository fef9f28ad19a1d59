"""What tests of equipment share: a lift of the garden, a meter, a plan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Flask

from tests.making import OPENED, Phone, World, looking
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.equipment import actions, queries, register
from webapp.equipment.rules import status_at
from webapp.people.models import Person
from webapp.sites.models import Site
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder, WorkStep

LIFT = {"number": "DT-03", "class_code": "lift", "name": "电梯3", "name_en": "Lift 3"}


def make_piece(app: Flask, world: World, **facts: Any) -> UUID:
    """A piece of the garden's equipment, on the register since it opened."""
    with app.app_context(), writing():
        given: Any = LIFT | {"place_id": world.lobby} | facts
        return register.add(world.garden, register.EquipmentFacts(**given), OPENED).id


def make_meter(app: Flask, world: World, **facts: Any) -> UUID:
    """A meter of the garden's."""
    with app.app_context(), writing():
        given: Any = {"number": "W-1", "name": "水表", "name_en": "Water meter", "unit": "m³", "digits": 5} | facts
        return register.add_meter(world.garden, register.MeterFacts(**given)).id


def make_plan(app: Flask, world: World, **facts: Any) -> UUID:
    """A plan of the garden's own."""
    with app.app_context(), writing():
        given: Any = {
            "name": "润滑", "name_en": "Lubricate", "every": 10, "unit": "day", "begins_on": date(2026, 11, 1), "type_code": "lift", "class_code": "lift",
        } | facts  # fmt: skip
        return register.add_plan(world.garden, register.PlanFacts(**given), world.people["manager"], OPENED).id


def status_of(app: Flask, equipment_id: UUID) -> str:
    """How it fares now."""
    with looking(app):
        return status_at(queries.changes_of([equipment_id], clock.now()).get(equipment_id, []), clock.now())


def say(phone: Phone, equipment_id: UUID, status: str, at: datetime | None = None, **body: Any) -> Any:
    """The phone hands in how a machine fares; what the server says to it."""
    return phone.one(phone.record("equipment-status", {"equipment": str(equipment_id), "status": status} | body, at))


def raise_due(app: Flask, world: World) -> list[UUID]:
    """What the background does at the garden; the orders it raised."""
    with app.app_context(), writing():
        return [order.id for order in actions.raise_due(db.session.get_one(Site, world.garden), clock.now())]


def settle(app: Flask, world: World, order_id: UUID, at: datetime | None = None, verb: str = "finish") -> None:
    """The technician finishes an order; or the desk cancels it."""
    with app.app_context(), writing():
        order, moment = db.session.get_one(WorkOrder, order_id), at or clock.now()
        desk = db.session.get_one(Person, world.people["desk"])
        if verb == "cancel":
            work.act(order, desk, "cancel", moment, reason="Not needed")
            return
        work.act(order, desk, "assign", moment, to_id=world.people["technician"])
        work.take_step(order, WorkStep(verb="finish", person_id=world.people["technician"], at=moment), moment)
