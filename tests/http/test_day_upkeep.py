"""Maintenance in the daily log: overdue on every day it is, done late on the day it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.http.settling import row, rows_of
from tests.http.test_month import compare
from tests.making import NOW, Browser, Clock, World, page
from tests.upkeep import make_piece, make_plan, raise_due, settle
from webapp.core.db import db, writing
from webapp.equipment import actions, register
from webapp.equipment.models import Equipment, MaintenancePlan
from webapp.people.models import Person
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder, WorkStep

SignIn = Callable[[str], Browser]


def test_overdue_maintenance_stands_in_the_log_until_it_is_done(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 19), every=15, from_completion=True)
    supervisor = sign_in("supervisor")

    def log(day: str) -> str:
        return page(supervisor.get(f"/log/garden/{day}")).text

    overdue = "Maintenance overdue Lubricate · Lift 3 was due 19 November · {}"
    assert overdue.format("4 days overdue") in log("2026-11-23")
    assert overdue.format("1 day overdue") in log("2026-11-20")
    assert "Maintenance overdue" not in log("2026-11-19")
    (order_id,) = raise_due(app, world)
    clock.forward(days=1)
    settle(app, world, order_id, NOW + timedelta(hours=20))
    assert "Maintained late Lubricate · Lift 3 was due 19 November · 5 days late" in log("2026-11-24")
    assert overdue.format("4 days overdue") in log("2026-11-23")  # as it was then
    clock.forward(days=1)
    assert "Lubricate" not in log("2026-11-25")


def test_what_is_in_time_is_no_exception(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    make_piece(app, world)
    make_plan(app, world, begins_on=NOW.date(), from_completion=True)
    (order_id,) = raise_due(app, world)
    supervisor = sign_in("supervisor")
    assert "Lubricate" not in page(supervisor.get("/log/garden/2026-11-23")).text
    settle(app, world, order_id)
    assert "Lubricate" not in page(supervisor.get("/log/garden/2026-11-23")).text
    clock.forward(days=11)
    assert page(supervisor.get("/log/garden/2026-12-04")).text.count("Maintenance overdue Lubricate") == 1


def test_the_exception_names_who_has_its_order_and_leads_to_it(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    piece = make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 19), every=15, from_completion=True)
    (order_id,) = raise_due(app, world)
    clock.forward(days=1)
    settle(app, world, order_id, NOW + timedelta(hours=20))
    found = row(sign_in("supervisor"), "upkeep-late", "/log/garden/2026-11-24")
    assert "Technician" in found.text
    assert "Ask Technician" in found.text
    assert f'href="/work-orders/{order_id}"' in found.html
    assert f'href="/equipment/items/{piece}"' in found.html


def test_a_month_counts_maintenance_as_its_days_do(app: Flask, world: World, clock: Clock) -> None:
    """Overdue before its order was raised, done late, opened again, called off; of a plan that ended, and of a piece that is gone."""
    lifts = [make_piece(app, world, number=f"DT-{n}") for n in range(3)]
    make_piece(app, world, number="P-1", class_code="pump", name="水泵", name_en="Pump")
    make_plan(app, world, begins_on=date(2026, 11, 6), every=7)
    make_plan(app, world, begins_on=date(2026, 11, 3), class_code="pump", every=15, from_completion=True)
    short = make_plan(app, world, begins_on=date(2026, 11, 10), equipment_id=lifts[0], class_code="")
    clock.set(NOW - timedelta(days=9))
    compare(app, world)
    with app.app_context(), writing():
        db.session.get_one(MaintenancePlan, short).ends_on = date(2026, 11, 13)
        db.session.get_one(Equipment, lifts[1]).retired_at = NOW - timedelta(days=9)
    orders = raise_due(app, world)
    compare(app, world)
    done, off, *_others = orders
    settle(app, world, done, NOW - timedelta(days=8))
    settle(app, world, off, verb="cancel")
    clock.set(NOW - timedelta(days=6))
    with app.app_context(), writing():
        desk = db.session.get_one(Person, world.people["desk"])
        work.act(db.session.get_one(WorkOrder, done), desk, "reopen", NOW - timedelta(days=6), reason="It squeaks again")
    compare(app, world)
    raise_due(app, world)
    clock.set(NOW)
    settle(app, world, done, NOW - timedelta(days=2))
    for order_id in raise_due(app, world)[:2]:
        settle(app, world, order_id)
    kinds = compare(app, world)
    assert {"upkeep", "upkeep-late"} <= set(kinds)


def test_a_past_day_says_the_same_once_its_order_is_done(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    """Also of an order that was raised, and ran out, long after the maintenance was due."""
    make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 12), every=60)
    (order_id,) = raise_due(app, world)
    clock.forward(days=2)
    before = {day: row_keys(sign_in("supervisor"), day) for day in ("2026-11-23", "2026-11-24")}
    settle(app, world, order_id)
    assert {day: row_keys(sign_in("supervisor"), day) for day in before} == before


@pytest.mark.parametrize("how", ["cancel", "retire"])
def test_a_past_day_says_the_same_once_its_order_is_called_off(app: Flask, world: World, sign_in: SignIn, clock: Clock, how: str) -> None:
    piece = make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 24), every=60)
    (order_id,) = raise_due(app, world)
    clock.forward(days=4)
    days = [f"2026-11-{day}" for day in range(24, 29)]
    before = {day: row_keys(sign_in("supervisor"), day) for day in days}
    assert [kinds_of(before[day]) for day in days] == [[], ["clock"], ["upkeep"], ["upkeep"], []]
    with app.app_context(), writing():
        desk = db.session.get_one(Person, world.people["desk"])
        if how == "cancel":
            work.act(db.session.get_one(WorkOrder, order_id), desk, "cancel", clock.now, reason="Not needed")
        else:
            actions.retire(db.session.get_one(Equipment, piece), "Worn out", None, True, True, desk, clock.now)
    clock.forward(days=1)
    assert {day: row_keys(sign_in("supervisor"), day) for day in days[:-2]} == {day: before[day] for day in days[:-2]}
    assert [kinds_of(row_keys(sign_in("supervisor"), day)) for day in days[-2:]] == [[], []]
    compare(app, world)


def test_an_order_that_waits_for_parts_hides_no_overdue_maintenance(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    """Its own time stands still, and it says nothing; once that has run out too, on a later day, it tells of that day instead of the plan."""
    make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 24), every=60)
    (order_id,) = raise_due(app, world)
    with app.app_context(), writing():
        order = db.session.get_one(WorkOrder, order_id)
        work.act(order, db.session.get_one(Person, world.people["desk"]), "assign", NOW, to_id=world.people["technician"])
        for verb, cause, hours in (("start", "", 1), ("need_parts", "waiting_parts", 24), ("resume", "", 72)):
            at = NOW + timedelta(hours=hours)
            work.take_step(order, WorkStep(verb=verb, cause=cause, person_id=world.people["technician"], at=at), at)
    clock.forward(days=6)
    days = [f"2026-11-{day}" for day in range(24, 30)]
    before = {day: row_keys(sign_in("supervisor"), day) for day in days}
    assert [kinds_of(keys) for keys in before.values()] == [[], ["upkeep"], ["upkeep"], ["clock"], ["upkeep"], ["upkeep"]]
    kinds = compare(app, world)
    assert kinds["upkeep"] == 4
    assert kinds["clock"] == 1
    settle(app, world, order_id)
    assert {day: row_keys(sign_in("supervisor"), day) for day in days} == before | {days[-1]: before[days[-1]]}


def test_maintenance_that_was_overdue_before_its_order_was_raised_is_told_once(
    app: Flask, world: World, sign_in: SignIn, clock: Clock
) -> None:
    make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 19), every=60)
    raise_due(app, world)
    clock.forward(days=2)
    for day in ("2026-11-23", "2026-11-24", "2026-11-25"):
        assert kinds_of(row_keys(sign_in("supervisor"), day)) == ["upkeep"], day


def test_a_plan_made_today_finds_nothing_overdue_on_the_days_before(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    make_piece(app, world)
    before = {day: row_keys(sign_in("supervisor"), day) for day in ("2026-11-20", "2026-11-22")}
    with app.app_context(), writing():
        register.add_plan(world.garden, register.PlanFacts("润滑", "Lubricate", 60, "day", date(2026, 11, 12), "lift", class_code="lift"), world.people["manager"], NOW)  # fmt: skip
    assert {day: row_keys(sign_in("supervisor"), day) for day in before} == before
    assert kinds_of(row_keys(sign_in("supervisor"), "2026-11-23")) == ["upkeep"]
    compare(app, world)


def kinds_of(keys: list[str]) -> list[str]:
    """Of rows, what tells of maintenance."""
    return [kind for kind in (key.split(":")[0] for key in keys) if kind in ("clock", "upkeep", "upkeep-late")]


def row_keys(office: Browser, day: str) -> list[str]:
    """What a day's exceptions are."""
    return [each.key for each in rows_of(office.get(f"/log/garden/{day}"))]
