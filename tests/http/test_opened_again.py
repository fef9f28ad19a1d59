"""Orders that are opened again: their time begins anew, and what had been finished before stays as it was on the day of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.settling import LOG, NEXT, decide_all, rows_of, sign
from tests.http.test_month import compare
from tests.http.test_work_office import do, press, raised
from tests.http.working import order_of
from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from tests.test_migrations import run
from tests.upkeep import make_piece, make_plan, raise_due, settle
from webapp.core.db import db, writing
from webapp.handover.queries import open_orders
from webapp.people.models import Person
from webapp.work_orders.models import WorkOrder, WorkRun

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
DAY = timedelta(days=1)  # what the handbook gives a routine order
MORNING = NOW + timedelta(hours=10, minutes=30)


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


@pytest.fixture
def finished(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> UUID:
    """An order of the evening before, due 23:30 on the day and finished at 22:30, by somebody in their induction."""
    with app.app_context(), writing():
        db.session.get_one(Person, world.people["technician"]).began_on = date(2026, 11, 20)
    clock.set(NOW - timedelta(hours=23))
    order = raised(app, world)
    clock.set(NOW)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    return order


def open_again(desk: Browser, order: UUID) -> None:
    assert press(desk, order, "reopen", reason="It drips again").status_code == 303


def what(office: Browser, address: str) -> tuple[set[str], str]:
    """The exceptions of a day by name, and how many of its work orders were finished, and in time."""
    answer = office.get(address)
    text = page(answer).text
    return {row.anchor for row in rows_of(answer)}, text.split("Work orders in time ")[1].split(" ")[
        0
    ] if "Work orders in time" in text else text


def test_a_signed_day_stays_as_it_was(office: Browser, sign_in: SignIn, finished: UUID, clock: Clock) -> None:
    clock.set(MORNING)
    decide_all(office)
    assert sign(office).status_code == 303
    before = what(office, LOG)
    assert any(anchor.startswith("x-induction") for anchor in before[0])
    clock.forward(minutes=5)
    open_again(sign_in("desk"), finished)
    assert what(office, LOG) == before
    assert "Addendum" not in page(office.get(LOG)).text
    assert "Opened again" in page(office.get(NEXT)).text
    clock.forward(hours=30)
    assert what(office, LOG) == before, "nor when its new time runs out"


def test_it_counts_again_when_it_is_finished_again(
    app: Flask, world: World, office: Browser, sign_in: SignIn, phone_of: PhoneOf, finished: UUID, clock: Clock
) -> None:
    clock.set(MORNING)
    open_again(sign_in("desk"), finished)
    clock.forward(hours=2)
    do(phone_of("technician"), finished, "start", "finish")
    clock.forward(days=1)
    figures = [page(office.get(address)).text for address in (LOG, NEXT)]
    assert ["1 work order finished, 1 of them in time" in text or "1/1" in text for text in figures] == [True, True]
    compare(app, world)


def test_its_time_begins_anew_and_runs_out_on_a_day_of_its_own(
    app: Flask, world: World, office: Browser, sign_in: SignIn, finished: UUID, clock: Clock
) -> None:
    clock.set(MORNING)
    open_again(sign_in("desk"), finished)
    assert order_of(app, finished).due_by == MORNING + DAY
    clock.set(MORNING + DAY + timedelta(minutes=1))
    clock_rows = {
        address: [each for each in rows_of(office.get(address)) if each.kind == "clock"]
        for address in (LOG, NEXT, "/log/garden/2026-11-25")
    }
    assert [len(found) for found in clock_rows.values()] == [0, 0, 1]
    compare(app, world)
    assert "due 09:00, still open" in clock_rows["/log/garden/2026-11-25"][0].text


def test_somebody_has_to_be_there_again(app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf, clock: Clock) -> None:
    order, technician = raised(app, world, "lift", urgent=True), phone_of("technician")
    given = order_of(app, order)
    do(technician, order, "on_site", "start", "finish")
    clock.forward(hours=3)
    open_again(sign_in("desk"), order)
    now = order_of(app, order)
    assert given.on_site_due_by is not None and now.on_site_due_by is not None
    assert now.on_site_due_by - given.on_site_due_by == timedelta(hours=3)
    assert now.on_site_due(clock.now) == now.on_site_due_by, "somebody is waited for"


def test_maintenance_that_had_been_done_was_done_on_its_day(
    app: Flask, world: World, office: Browser, sign_in: SignIn, clock: Clock
) -> None:
    make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 21), every=30)
    (order,) = raise_due(app, world)
    settle(app, world, order)
    clock.set(MORNING)
    before = what(office, LOG)
    assert any(anchor.startswith("x-upkeep-late") for anchor in before[0])
    open_again(sign_in("desk"), order)
    assert what(office, LOG) == before
    clock.forward(days=1)
    assert what(office, LOG) == before
    assert any(each.kind == "upkeep" for each in rows_of(office.get("/log/garden/2026-11-25"))), "it is overdue now"
    compare(app, world)


def test_what_was_done_when_the_post_was_handed_over_did_not_go_along(
    app: Flask, world: World, sign_in: SignIn, finished: UUID, clock: Clock
) -> None:
    clock.forward(hours=2)
    open_again(sign_in("desk"), finished)
    with app.app_context():
        then, now = ([order.id for order in open_orders(world.garden, at)] for at in (NOW + timedelta(hours=1), clock.now))
        assert (then, now) == ([], [finished])


def rows(app: Flask) -> list[Any]:
    with looking(app) as session:
        runs = session.scalars(sa.select(WorkRun).order_by(WorkRun.order_id, WorkRun.number)).all()
        return [(r.order_id, r.number, r.finished_at, r.ended_at, r.reopened_at, r.due_by, r.on_site_due_by) for r in runs]


def due(app: Flask) -> list[tuple[datetime, datetime | None]]:
    with looking(app) as session:
        return [(order.due_by, order.on_site_due_by) for order in session.scalars(sa.select(WorkOrder).order_by(WorkOrder.id))]


def test_migrating_finds_the_runs_of_what_is_there(
    app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf, finished: UUID, clock: Clock
) -> None:
    desk, technician = sign_in("desk"), phone_of("technician")
    urgent = raised(app, world, "lift", urgent=True)
    do(technician, urgent, "on_site", "start", "finish")
    for order in (finished, urgent):
        for _time in range(2):
            clock.forward(hours=3)
            open_again(desk, order)
            clock.forward(hours=1)
            do(technician, order, "on_site", "finish")
    open_again(desk, finished)
    expected = rows(app), due(app)
    assert len(expected[0]) == 5
    with app.app_context(), writing():  # as they were before
        for order in db.session.scalars(sa.select(WorkOrder)):
            order.due_by, order.on_site_due_by = order.due_at, order.on_site_due_at
    run(app, "downgrade", "0027")
    run(app, "upgrade", "head")
    assert (rows(app), due(app)) == expected
