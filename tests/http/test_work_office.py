"""What the office does with one order: assign, offer, rotate, verify, open again, cancel, decide; and what it may not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import Browser, Clock, Phone, World, looking, page
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.people.models import Duty
from webapp.work_orders import actions
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.queries import types_of

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]


def raised(app: Flask, world: World, type_code: str = "damage", **more: Any) -> UUID:
    """A new order of the garden; gives its id."""
    with app.app_context(), writing():
        type_ = types_of(world.garden)[type_code]
        facts = {"text": "The hinge is off", "place_id": world.lobby} | more
        return actions.raise_order(actions.Raised(world.garden, type_, world.people["desk"], **facts), product_clock.now()).id


def on_duty(app: Flask, world: World, *usernames: str) -> None:
    with app.app_context(), writing():
        for username in usernames:
            db.session.add(
                Duty(
                    id=world.people[username].__class__(int=world.people[username].int ^ 1),
                    person_id=world.people[username],
                    site_id=world.garden,
                    verb="on",
                    at=product_clock.now(),
                )
            )


def stands(app: Flask, order_id: UUID) -> tuple[str, UUID | None]:
    with looking(app) as session:
        return tuple(session.execute(sa.select(WorkOrder.state, WorkOrder.assignee_id).where(WorkOrder.id == order_id)).one())


def press(browser: Browser, order_id: UUID, verb: str, **form: Any) -> Any:
    return browser.post(f"/work-orders/{order_id}/steps", {"verb": verb} | form)


def seen_on(browser: Browser, order_id: UUID) -> str:
    """What the page says it shows."""
    return str(browser.get(f"/work-orders/{order_id}").text.split('name="seen" value="')[1].split('"')[0])


def do(phone: Phone, order_id: UUID, *verbs: str, **body: Any) -> None:
    """Steps on a phone."""
    for verb in verbs:
        (result,) = phone.send(phone.record("work-step", {"order": str(order_id), "verb": verb} | body))
        assert result["status"] == "accepted", result


def test_the_desk_assigns_and_the_page_says_who_has_least_to_do(app: Flask, world: World, sign_in: SignIn) -> None:
    order = raised(app, world)
    on_duty(app, world, "technician")
    desk = sign_in("desk")
    shown = page(desk.get(f"/work-orders/{order}"))
    assert "Technician · on duty · 0 open orders" in shown.text
    assert shown.text.index("Technician Technician") < shown.text.index("Guard Guard")  # the trade comes first
    answer = press(desk, order, "assign", to=str(world.people["technician"]))
    assert (answer.status_code, answer.location) == (303, f"/work-orders/{order}")
    assert stands(app, order) == ("assigned", world.people["technician"])
    assert "It is assigned." in page(desk.get(answer.location)).text


@pytest.mark.parametrize("to", ["", "stranger", "nobody", "nonsense"])
def test_an_order_goes_to_nobody_who_does_not_work_there(app: Flask, world: World, sign_in: SignIn, to: str) -> None:
    order = raised(app, world)
    wanted = {"stranger": world.people["stranger"], "nobody": UUID(int=7), "nonsense": "x", "": ""}[to]
    answer = press(sign_in("desk"), order, "assign", to=str(wanted))
    assert answer.status_code == 422
    assert ("Please choose somebody who works in this community." in page(answer).text) or to == "nonsense"
    assert stands(app, order)[0] == "new"


def test_it_is_offered_to_a_trade_or_given_to_whose_turn_it_is(app: Flask, world: World, sign_in: SignIn) -> None:
    desk, order = sign_in("desk"), raised(app, world)
    assert press(desk, order, "offer", trade="technician").status_code == 303
    assert stands(app, order) == ("offered", None)
    assert press(desk, order, "offer", trade="wizard").status_code == 422
    press(desk, order, "rotate")
    assert "Nobody of this trade is on duty now." in page(desk.get(f"/work-orders/{order}")).text
    assert stands(app, order)[0] == "offered"
    on_duty(app, world, "technician")
    press(desk, order, "rotate")
    assert stands(app, order) == ("assigned", world.people["technician"])


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_cancelling_wants_a_reason_of_some_length(app: Flask, world: World, sign_in: SignIn, reason: str) -> None:
    order = raised(app, world)
    answer = press(sign_in("desk"), order, "cancel", reason=reason)
    assert answer.status_code == 422
    assert stands(app, order)[0] == "new"


def test_a_cancelled_order_says_why_and_is_opened_again(app: Flask, world: World, sign_in: SignIn) -> None:
    desk, order = sign_in("desk"), raised(app, world)
    assert press(desk, order, "cancel", reason="Reported twice").status_code == 303
    assert stands(app, order)[0] == "cancelled"
    assert press(desk, order, "assign", to=str(world.people["technician"])).status_code == 409
    assert press(desk, order, "reopen", reason="").status_code == 422
    press(desk, order, "reopen", reason="It was another one")
    assert stands(app, order)[0] == "new"


def test_a_press_on_an_old_page_changes_nothing_and_shows_the_new_state(app: Flask, world: World, sign_in: SignIn) -> None:
    order = raised(app, world)
    slow, quick = sign_in("desk"), sign_in("supervisor")
    old = seen_on(slow, order)
    press(quick, order, "assign", to=str(world.people["technician"]), seen=seen_on(quick, order))
    answer = press(slow, order, "assign", to=str(world.people["guard"]), seen=old)
    assert answer.status_code == 409
    assert "Somebody was quicker; nothing was changed. Now it is: Assigned." in page(answer).text
    assert stands(app, order) == ("assigned", world.people["technician"])


def test_a_supervisor_verifies_what_is_finished_and_the_desk_does_not(app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf) -> None:
    order = raised(app, world)
    supervisor = sign_in("supervisor")
    press(sign_in("desk"), order, "assign", to=str(world.people["technician"]))
    assert press(supervisor, order, "verify").status_code == 409  # nothing is finished yet
    do(phone_of("technician"), order, "on_site", "start", "finish")
    assert press(sign_in("desk"), order, "verify").status_code == 403
    assert press(supervisor, order, "verify").status_code == 303
    assert stands(app, order)[0] == "verified"


def test_the_same_fault_is_a_repeat_and_that_of_another_flat_is_not(app: Flask, world: World) -> None:
    first = raised(app, world, spot="1-201")
    again, elsewhere = raised(app, world, spot="1-201"), raised(app, world, spot="1-301")
    with looking(app) as session:
        linked = dict(session.execute(sa.select(WorkOrder.id, WorkOrder.repeat_of_id)).all())
    assert (linked[again], linked[elsewhere]) == (first, None)


@pytest.fixture
def disputed(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock) -> UUID:
    """An order that two people say they have finished."""
    order = raised(app, world)
    press(sign_in("desk"), order, "assign", to=str(world.people["technician"]))
    do(phone_of("technician"), order, "on_site", "start")
    clock.forward(minutes=5)
    do(phone_of("technician"), order, "finish", reason="I screwed it on")
    clock.forward(minutes=5)
    do(phone_of("guard"), order, "finish", reason="I had it done before")
    return order


def test_a_supervisor_sees_both_versions_and_decides_once(app: Flask, world: World, sign_in: SignIn, disputed: UUID) -> None:
    supervisor = sign_in("supervisor")
    shown = page(supervisor.get(f"/work-orders/{disputed}")).text
    assert "Two people finished it" in shown
    assert "I screwed it on" in shown
    assert "I had it done before" in shown
    with looking(app) as session:
        mine, theirs = session.scalars(sa.select(WorkStep.id).where(WorkStep.verb == "finish").order_by(WorkStep.at)).all()
    assert press(sign_in("desk"), disputed, "decide", about=str(mine)).status_code == 403
    assert press(supervisor, disputed, "decide", about=str(UUID(int=7))).status_code == 409
    assert press(supervisor, disputed, "decide").status_code == 409
    assert press(supervisor, disputed, "decide", about=str(theirs)).status_code == 303
    with looking(app) as session:
        assert session.scalar(sa.select(WorkOrder.conflicts).where(WorkOrder.id == disputed)) == 0
    answer = press(supervisor, disputed, "decide", about=str(mine))
    assert answer.status_code == 409
    assert "Two people finished it" not in page(answer).text


@pytest.mark.parametrize(("who", "status"), [("guard", 404), ("technician", 404), ("elsewhere", 404), ("nowhere", 404)])
def test_who_is_not_of_the_sites_office_takes_no_step(app: Flask, world: World, sign_in: SignIn, who: str, status: int) -> None:
    order = raised(app, world)
    assert press(sign_in(who), order, "cancel", reason="Why not").status_code == status
    assert stands(app, order)[0] == "new"


def test_a_step_that_is_none_is_refused(app: Flask, world: World, sign_in: SignIn) -> None:
    assert press(sign_in("desk"), raised(app, world), "explode").status_code == 422
