"""The board of work orders: columns, filters in the address, search, several assigned at once, and orders raised by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_work_office import do, on_duty, press, raised, stands
from tests.making import Browser, Clock, Phone, World, looking, page
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.people.models import Person
from webapp.work_orders import actions, listing
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of

SignIn = Callable[[str], Browser]


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The SELECTs made inside."""
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            made.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield made
    sa.event.remove(engine, "before_cursor_execute", note)


def numbers(app: Flask, *order_ids: UUID) -> list[str]:
    with looking(app) as session:
        found = dict(session.execute(sa.select(WorkOrder.id, WorkOrder.number)).all())
    return [found[order_id] for order_id in order_ids]


def test_open_orders_stand_in_the_column_of_their_state(
    app: Flask, world: World, sign_in: SignIn, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    _new, given, going, waiting, done, gone = (raised(app, world, text=f"Hinge {n}") for n in range(6))
    desk = sign_in("desk")
    for order in (given, going, waiting, done):
        press(desk, order, "assign", to=str(world.people["technician"]))
    phone = phone_of("technician")
    do(phone, going, "on_site", "start")
    do(phone, waiting, "on_site", "start", "need_parts")
    do(phone, done, "on_site", "start", "finish")
    press(desk, gone, "cancel", reason="Twice")
    found = page(desk.get("/work-orders")).text
    order = [
        "To be assigned 1",
        "Hinge 0",
        "Assigned 1",
        "Hinge 1",
        "At work 1",
        "Hinge 2",
        "Waiting 1",
        "Hinge 3",
        "To verify 1",
        "Hinge 4",
    ]
    at = found.index("Board")
    for words in (*order[:4], *order[5:]):
        assert words in found[at:], words
    assert "Hinge 5" not in found
    assert "Hinge 5" in page(desk.get("/work-orders?group=all")).text
    only = page(desk.get("/work-orders?group=waiting")).text
    assert "Hinge 3" in only and "Hinge 2" not in only


def test_the_clock_says_how_long_there_is_and_by_how_much_it_is_late(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    raised(app, world, text="Routine")
    raised(app, world, "lift", text="Urgent one", urgent=True)
    clock.forward(minutes=20)
    desk = sign_in("desk")
    shown = page(desk.get("/work-orders")).text
    assert shown.index("Urgent one") < shown.index("Routine")
    assert "on site: 10 min left" in shown
    assert "23 h 40 min left" in shown
    clock.forward(minutes=25)
    assert "on site: 15 min late" in page(desk.get("/work-orders")).text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("site=garden", "ab"),
        ("trade=technician", "a"),
        ("trade=cleaner", "b"),
        ("type=dirt", "b"),
        ("urgent=1", "a"),
        ("assignee=none", "b"),
        ("assignee={technician}", "a"),
        ("mine=1", ""),
        ("q=3-1502", "a"),
        ("q=lobby", "b"),
        ("q=大堂", "b"),
        ("q=138-0013", "a"),
        ("q=1380013", "a"),
        ("q=hinge", "a"),
        ("q=%25", ""),
        ("q={number}", "b"),
        ("q={typed}", "b"),
        ("trade=wizard&group=heaven&assignee=x&type=", "ab"),
        ("trade=cleaner&urgent=1", ""),
    ],
)
def test_filters_live_in_the_address(app: Flask, world: World, sign_in: SignIn, asked: str, found: str) -> None:
    a = raised(app, world, place_id=None, spot="3-1502", urgent=True, phone="138 0013 8000", text="The hinge is off")
    b = raised(app, world, "dirt", text="A puddle")
    desk = sign_in("desk")
    press(desk, a, "assign", to=str(world.people["technician"]))
    number = numbers(app, b)[0]
    address = asked.format(technician=world.people["technician"], number=number, typed=number.replace("-", "").lower())
    shown = desk.get(f"/work-orders?{address}").text
    assert "".join(letter for letter, order in (("a", a), ("b", b)) if f'href="/work-orders/{order}"' in shown) == found


def test_a_strangers_board_and_an_unknown_site(app: Flask, world: World, sign_in: SignIn) -> None:
    order = raised(app, world)
    assert str(order) not in sign_in("elsewhere").get("/work-orders").text
    assert sign_in("elsewhere").get("/work-orders?site=garden").status_code == 404
    assert sign_in("desk").get("/work-orders?site=nowhere").status_code == 404


def test_a_refresh_is_the_fragment_alone(app: Flask, world: World, sign_in: SignIn) -> None:
    order = raised(app, world)
    answer = sign_in("desk").get("/work-orders?q=hinge", HX_Request="true")
    assert "<html" not in answer.text
    assert str(order) in answer.text


def test_the_board_asks_as_often_with_many_orders_as_with_few_and_shows_so_many_a_column(app: Flask, world: World, sign_in: SignIn) -> None:
    raised(app, world, urgent=True)
    desk = sign_in("desk")
    desk.get("/work-orders")
    with counting(app) as few:
        desk.get("/work-orders")
    with app.app_context(), writing():
        type_ = types_of(world.garden)["damage"]
        for n in range(30):
            actions.raise_order(actions.Raised(world.garden, type_, world.people["desk"], f"Hinge {n}"), product_clock.now())
    with counting(app) as many:
        shown = desk.get("/work-orders").text
    assert len(many) == len(few) <= 15
    assert shown.count('class="job"') == 12
    assert "All 31" in page(desk.get("/work-orders")).text
    second = desk.get("/work-orders?group=new&page=2").text
    assert second.count('class="job"') == 6


def test_open_orders_are_counted_by_their_own_index(app: Flask, world: World) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL plans small tables without indexes")
        asked = listing.open_orders(db.session.get_one(Person, world.people["desk"]), listing.Wanted())
        column = asked.with_only_columns(WorkOrder.state, sa.func.count()).group_by(WorkOrder.state)
        sql = str(column.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = " ".join(str(row) for row in db.session.execute(sa.text("EXPLAIN QUERY PLAN " + sql)))
    assert "ix_work_order_board" in plan, plan


# ---------------------------------------------------------------- several at once


def marks(browser: Browser) -> list[str]:
    """What the board's boxes would send."""
    return [part.split('"')[0] for part in browser.get("/work-orders").text.split('name="order" value="')[1:]]


def test_marked_orders_are_assigned_and_each_says_what_became_of_it(app: Flask, world: World, sign_in: SignIn) -> None:
    first, second, third = (raised(app, world, text=f"Hinge {n}") for n in range(3))
    desk, to = sign_in("desk"), str(world.people["technician"])
    chosen = marks(desk)
    press(sign_in("supervisor"), second, "cancel", reason="Twice")
    answer = desk.post("/work-orders/assign", {"order": [*chosen, chosen[0], "nonsense", str(UUID(int=7))], "to": to})
    shown = page(answer).text
    assert shown.count("Assigned to Technician.") == 2
    assert "Somebody was quicker; nothing was changed. Now it is: Cancelled." in shown
    assert [stands(app, order)[0] for order in (first, second, third)] == ["assigned", "cancelled", "assigned"]


@pytest.mark.parametrize(
    ("more", "said"), [({}, "Please choose whom"), ({"to": "x"}, "Please choose whom"), ({"order": []}, "Please mark")]
)
def test_what_a_bulk_assignment_lacks_is_said(app: Flask, world: World, sign_in: SignIn, more: dict[str, Any], said: str) -> None:
    raised(app, world)
    desk = sign_in("desk")
    answer = desk.post("/work-orders/assign", {"order": marks(desk)} | more)
    assert answer.status_code == 422
    assert said in page(answer).text


def test_nobody_assigns_orders_of_another_community(app: Flask, world: World, sign_in: SignIn) -> None:
    order = raised(app, world)
    marked = marks(sign_in("desk"))
    sign_in("elsewhere").post("/work-orders/assign", {"order": marked, "to": str(world.people["stranger"])})
    assert stands(app, order)[0] == "new"


# ---------------------------------------------------------------- by hand


def test_an_order_is_raised_by_hand_and_given_at_once(app: Flask, world: World, sign_in: SignIn) -> None:
    desk = sign_in("desk")
    assert "What is to be done?" in page(desk.get("/work-orders/new")).text
    said = {"type_code": "power", "text": "The socket sparks", "answers": ["danger"], "place_id": str(world.lobby), "spot": "1-201"}
    answer = desk.post("/work-orders/new", said | {"to": str(world.people["technician"])})
    assert answer.status_code == 303
    with looking(app) as session:
        order = session.scalars(sa.select(WorkOrder)).one()
        assert (order.origin, order.urgent, order.spot, order.assignee_id) == ("hand", True, "1-201", world.people["technician"])
        assert order.on_site_due_at is not None
    assert "The socket sparks" in page(desk.get(answer.location)).text


def test_a_type_that_rotates_finds_its_person_by_itself(app: Flask, world: World, sign_in: SignIn) -> None:
    on_duty(app, world, "technician")
    sign_in("desk").post("/work-orders/new", {"type_code": "light", "text": "Dark"})  # offered to technicians
    with looking(app) as session:
        assert session.scalars(sa.select(WorkOrder.state)).one() == "offered"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"type_code": "dragon"},
        {"type_code": ""},
        {"place_id": str(UUID(int=7))},
        {"to": str(UUID(int=7))},
        {"to": "x"},
        {"spot": "x" * 81},
        {"text": "x" * 10_000},
        {"answers": ["fire"]},
    ],
)
def test_an_order_that_cannot_be_raised_says_why(app: Flask, world: World, sign_in: SignIn, wrong: dict[str, Any]) -> None:
    answer = sign_in("desk").post("/work-orders/new", {"type_code": "light", "text": "Dark"} | wrong)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WorkOrder)) == 0
