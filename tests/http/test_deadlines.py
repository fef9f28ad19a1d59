"""Deadlines that stand still for reasons on the list: lists, pages, figures and marks all go by the one that moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_request_page import do_at, told
from tests.http.test_work_office import press
from tests.http.working import make_order, order_of, step
from tests.making import NOW, Browser, Clock, Phone, World, looking, named_photo, page, picture
from tests.test_migrations import run
from webapp.daily_log.readings import finished_on
from webapp.work_orders.deadlines import clocks_of_order
from webapp.work_orders.models import WorkOrder, WorkStep

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
DAY = timedelta(days=1)  # what the handbook gives a routine order


def test_an_order_that_waits_for_parts_is_not_late_anywhere_and_finished_in_time(
    app: Flask, world: World, clock: Clock, sign_in: SignIn, phone_of: PhoneOf
) -> None:
    order, phone, worker, desk = make_order(app, world), phone_of("technician"), sign_in("technician"), sign_in("desk")
    phone.one(step(phone, order, "start"))
    clock.forward(hours=20)
    phone.one(step(phone, order, "need_parts"))
    clock.forward(hours=30)
    for browser, address in (
        (worker, "/work-orders/mine"),
        (worker, f"/work-orders/{order}"),
        (desk, "/work-orders"),
        (desk, f"/work-orders/{order}"),
    ):
        text = page(browser.get(address)).text
        assert "tands still, 4 h left" in text, address
        assert "Was due" not in text and " late" not in text.lower().replace("the latest", ""), address
    phone.one(step(phone, order, "resume"))
    assert order_of(app, order).due_by == NOW + DAY + timedelta(hours=30)
    clock.forward(hours=3)
    phone.one(step(phone, order, "finish"))
    with app.app_context():
        ((at, due, *_more),) = finished_on(world.garden, [(NOW, NOW + 9 * DAY)])
    assert at == NOW + timedelta(hours=53)
    assert at <= due
    done = page(worker.get("/work-orders/mine")).text
    assert "Finished" in done


@pytest.mark.parametrize(("cause", "late"), [("waiting_resident", False), ("weather", False), ("other", True)])
def test_only_reasons_on_the_list_move_it(
    app: Flask, world: World, clock: Clock, phone_of: PhoneOf, sign_in: SignIn, cause: str, late: bool
) -> None:
    order, phone = make_order(app, world), phone_of("technician")
    phone.one(step(phone, order, "start"))
    phone.one(step(phone, order, "pause", cause=cause, reason="They said so"))
    clock.forward(hours=25)
    assert ("Was due" in page(sign_in("technician").get("/work-orders/mine")).text) is late


def test_a_pause_after_the_deadline_excuses_nothing(app: Flask, world: World, clock: Clock, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order, phone = make_order(app, world), phone_of("technician")
    phone.one(step(phone, order, "start"))
    clock.forward(hours=25)
    phone.one(step(phone, order, "need_parts"))
    clock.forward(hours=5)
    assert "Was due" in page(sign_in("technician").get("/work-orders/mine")).text
    assert order_of(app, order).held_at is None


def test_a_photo_taken_while_it_is_paused_lets_nothing_go_on(app: Flask, world: World, clock: Clock, phone_of: PhoneOf) -> None:
    order, phone, content = make_order(app, world), phone_of("technician"), picture()
    phone.one(step(phone, order, "start"))
    phone.one(step(phone, order, "pause", cause="waiting_resident"))
    clock.forward(hours=1)
    phone.one(step(phone, order, "photo", stage="before", photos=[named_photo(content)]))
    clock.forward(hours=25)
    found = order_of(app, order)
    assert found.due(clock.now) > clock.now


def test_an_appointment_moves_it_by_what_was_agreed(app: Flask, world: World, clock: Clock, phone_of: PhoneOf) -> None:
    order, phone = make_order(app, world), phone_of("technician")
    phone.one(step(phone, order, "start"))
    phone.one(step(phone, order, "pause", cause="appointment", until=(NOW + timedelta(hours=6)).isoformat()))
    found = order_of(app, order)
    assert (found.due_by, found.held_at) == (NOW + DAY + timedelta(hours=6), None)


def test_a_step_that_arrives_late_moves_the_deadline_from_when_it_happened(
    app: Flask, world: World, clock: Clock, phone_of: PhoneOf
) -> None:
    order, phone = make_order(app, world), phone_of("technician")
    clock.forward(hours=2)
    start = step(phone, order, "start")
    clock.forward(hours=1)
    pause = step(phone, order, "pause", cause="access_refused")
    clock.forward(hours=10)
    resume = step(phone, order, "resume")
    phone.one(resume)
    phone.one(pause)
    phone.one(start)
    found = order_of(app, order)
    assert (found.due_by, found.held_at) == (NOW + DAY + timedelta(hours=10), None)


def test_what_the_desk_says_of_a_requests_clocks_holds_for_its_orders_too(app: Flask, world: World, clock: Clock, sign_in: SignIn) -> None:
    desk = sign_in("desk")
    request_id = told(desk)
    order = UUID(do_at(desk, request_id, "orders", seen="0").location.rsplit("/", 1)[1])
    press(desk, order, "assign", to=str(world.people["technician"]))
    do_at(desk, request_id, "stop", cause="waiting_resident", text="They are away")
    later = UUID(do_at(desk, request_id, "orders", seen="1").location.rsplit("/", 1)[1])
    clock.forward(hours=40)
    assert "They are away" in page(sign_in("technician").get(f"/work-orders/{order}")).text
    for each in (order, later):
        assert order_of(app, each).due(clock.now) > clock.now
    do_at(desk, request_id, "resume")
    assert order_of(app, order).due_by == NOW + DAY + timedelta(hours=40)
    with looking(app) as session:
        said = session.scalars(sa.select(WorkStep.verb).where(WorkStep.order_id == order).order_by(WorkStep.at)).all()
    assert said == ["offer", "assign", "stop", "go"]


def test_the_board_shows_what_runs_before_what_stands_still(
    app: Flask, world: World, clock: Clock, sign_in: SignIn, phone_of: PhoneOf
) -> None:
    first, phone = make_order(app, world, text="stands still"), phone_of("technician")
    clock.forward(hours=1)
    second = make_order(app, world, text="runs")
    for order in (first, second):
        phone.one(step(phone, order, "start"))
        phone.one(step(phone, order, "pause", cause="other" if order == second else "weather"))
    text = page(sign_in("desk").get("/work-orders?group=waiting")).text
    assert text.index("runs") < text.index("stands still")
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).where(WorkOrder.held_at.is_not(None))) == 1


def test_migrating_works_the_deadlines_of_what_is_there_out_of_its_steps(app: Flask, world: World, clock: Clock, phone_of: PhoneOf) -> None:
    orders, phone = [make_order(app, world, urgent=urgent) for urgent in (False, False, True, False)], phone_of("technician")
    clock.forward(minutes=10)
    for order, cause in zip(orders, ("weather", "appointment", "waiting_resident", "other"), strict=True):
        until = {"until": (NOW + timedelta(hours=5)).isoformat()} if cause == "appointment" else {}
        phone.one(step(phone, order, "pause", cause=cause, reason="so", **until))
    clock.forward(minutes=30)
    phone.one(step(phone, orders[0], "resume"))
    before = [deadlines(app, order) for order in orders]
    run(app, "downgrade", "0021")
    run(app, "upgrade", "head")
    after = [deadlines(app, order) for order in orders]
    assert [as_it_stands(row, clock.now) for row in after] == [as_it_stands(row, clock.now) for row in before]
    assert after[0][0] == NOW + DAY + timedelta(minutes=30)
    assert after[3][0] == NOW + DAY


def deadlines(app: Flask, order: UUID) -> tuple[datetime | None, ...]:
    found = order_of(app, order)
    return found.due_by, found.held_at, found.on_site_due_by, found.on_site_held_at


def as_it_stands(row: tuple[datetime | None, ...], now: datetime) -> list[datetime | None]:
    return [by + (now - since) if by and since else by for by, since in (row[:2], row[2:])]


def test_being_on_site_is_wanted_only_while_the_order_is_urgent_and_of_every_run(
    app: Flask, clock: Clock, sign_in: SignIn, phone_of: PhoneOf
) -> None:
    """Whatever the desk says in between, and however often it is opened again."""
    desk, phone, minute = sign_in("desk"), phone_of("technician"), timedelta(minutes=1)
    request_id = told(desk)
    do_at(desk, request_id, "orders", seen="0")
    with looking(app) as session:
        order = session.scalars(sa.select(WorkOrder.id)).one()

    def wanted() -> list[tuple[int, int | None]]:
        """The on-site clocks: begun and stopped, in minutes after the order was raised."""
        with looking(app) as session:
            one = session.get_one(WorkOrder, order)
            clocks = [each for each in clocks_of_order(one) if each.name == "on_site"]
            return [
                ((each.started_at - one.raised_at) // minute, (each.stopped_at - one.raised_at) // minute if each.stopped_at else None)
                for each in clocks
            ]

    assert wanted() == []
    clock.forward(minutes=60)
    do_at(desk, request_id, "class", type_code="water", answers=["danger"])
    assert wanted() == [(60, None)]
    assert order_of(app, order).on_site_due_by == NOW + 90 * minute
    clock.forward(minutes=20)
    phone.send(step(phone, order, "on_site"), step(phone, order, "finish"))
    assert wanted() == [(60, 80)]
    clock.forward(minutes=20)
    press(desk, order, "reopen", reason="It drips again")  # at 100
    assert wanted() == [(60, 80), (100, None)]
    clock.forward(minutes=50)
    do_at(desk, request_id, "class", type_code="water")  # at 150
    assert wanted() == [(60, 80), (100, 150)]
    phone.one(step(phone, order, "finish"))
    clock.forward(minutes=10)
    press(desk, order, "reopen", reason="Once more")
    assert wanted() == [(60, 80), (100, 150)], "it is not urgent any more"
    with looking(app) as session:
        assert session.get_one(WorkOrder, order).on_site_due(clock.now) is None
