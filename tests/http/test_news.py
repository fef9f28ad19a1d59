"""What residents hear of us, and when: how long it has been silent, news with one tap, and what the page says once a promise was broken."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_request_page import do_at, shown, told
from tests.http.test_work_office import press
from tests.http.working import order_of, step
from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from webapp.service.models import Request, RequestEvent
from webapp.work_orders.models import WorkStep

SignIn = Callable[[str], Browser]


@pytest.fixture
def desk(sign_in: SignIn) -> Browser:
    return sign_in("desk")


def residents_page(app: Flask, request_id: UUID) -> str:
    with looking(app) as session:
        token = session.scalars(sa.select(Request.token).where(Request.id == request_id)).one()
    return page(Browser(app).get(f"/r/{token}")).text


def one_tap(text: str) -> tuple[str, dict[str, str]]:
    """The form of the list that breaks a silence: where it goes, and what a press of its button sends."""
    (form,) = re.findall(r'<form class="silence".*?</form>', text, re.DOTALL)
    (action,) = re.findall(r'action="([^"]*)"', form)
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    return action, {name: html.unescape(value) for name, value in fields}


def test_the_list_says_for_how_long_a_resident_heard_nothing_and_one_tap_breaks_it(app: Flask, desk: Browser, clock: Clock) -> None:
    request_id = told(desk)
    clock.forward(hours=3)
    seen = desk.get("/requests?kind=repair").text
    assert "No news for 3 h" in page(desk.get("/requests")).text and "No news for 3 h" in shown(desk, request_id)
    assert "Tell:" not in seen  # a day was promised
    clock.forward(hours=22)
    address, form = one_tap(desk.get("/requests?kind=repair").text)
    assert form == {"verb": "told", "back": "kind=repair", "text": "Thank you for telling us. We have it and are looking after it."}
    answer = desk.post(address, form)
    assert (answer.status_code, answer.location) == (303, "/requests?kind=repair")
    assert "Thank you for telling us." in residents_page(app, request_id)
    clock.forward(hours=25)
    assert "Last news 1 d 1 h ago" in page(desk.get("/requests")).text
    _address, form = one_tap(desk.get("/requests").text)
    assert form["text"].startswith("We are at it")
    do_at(desk, request_id, "tell", verb="resolved", text="Done")
    for text in (page(desk.get("/requests?state=all")).text, shown(desk, request_id)):
        assert "ago" not in text.split("What happened")[0]


def test_nobody_is_led_elsewhere_after_telling(desk: Browser) -> None:
    answer = do_at(desk, told(desk), "tell", verb="told", text="We are at it", back="//evil.example")
    assert answer.location == "/requests?//evil.example"


def test_a_broken_promise_of_news_is_owned_and_made_anew(app: Flask, desk: Browser, clock: Clock) -> None:
    request_id = told(desk, type_code="noise")  # a reply within the hour
    assert "You will hear from us by Mon, Nov 23, 23:30" in residents_page(app, request_id) or "23:30" in residents_page(app, request_id)
    clock.forward(minutes=61)
    seen = residents_page(app, request_id)
    assert "We promised you news by" in seen and "23:30" in seen and "00:30" in seen
    clock.forward(minutes=60)
    assert "01:30" in residents_page(app, request_id)
    do_at(desk, request_id, "tell", verb="told", text="We are at it")
    seen = residents_page(app, request_id)
    assert "We promised" not in seen and "You will hear from us by" in seen


def test_what_turns_out_urgent_comes_first_and_its_order_is_urgent_with_who_said_so(
    app: Flask, world: World, desk: Browser, clock: Clock
) -> None:
    first, second = told(desk, text="An old one"), told(desk, text="The one that matters")
    order = UUID(do_at(desk, second, "orders", seen="0").location.rsplit("/", 1)[1])
    clock.forward(minutes=10)
    text = page(desk.get("/requests")).text
    assert text.index("An old one") < text.index("The one that matters")
    assert do_at(desk, second, "class", type_code="water", answers=["danger"]).status_code == 302
    text = page(desk.get("/requests")).text
    assert text.index("The one that matters") < text.index("An old one")
    found = order_of(app, order)
    assert (found.urgent, found.due_at, found.due_by) == (True, NOW + timedelta(hours=2), NOW + timedelta(hours=2))
    assert found.on_site_due(clock.now) == NOW + timedelta(minutes=40), "half an hour from when somebody knew"
    with looking(app) as session:
        said = session.scalars(sa.select(WorkStep).where(WorkStep.order_id == order, WorkStep.verb == "urgent")).one()
        assert said.person_id == world.people["desk"]
    assert "Corrected: urgent" in page(desk.get(f"/work-orders/{order}")).text
    do_at(desk, second, "class", type_code="water")
    found = order_of(app, order)
    assert (found.urgent, found.due_by, found.on_site_due(clock.now)) == (False, NOW + timedelta(days=1), None)
    assert first


def test_a_finished_order_stays_as_it_was_judged(
    app: Flask, world: World, desk: Browser, clock: Clock, phone_of: Callable[[str], Phone]
) -> None:
    request_id = told(desk)
    order = UUID(do_at(desk, request_id, "orders", seen="0").location.rsplit("/", 1)[1])
    press(desk, order, "assign", to=str(world.people["technician"]))
    phone = phone_of("technician")
    phone.send(step(phone, order, "start"), step(phone, order, "finish"))
    do_at(desk, request_id, "class", type_code="water", answers=["danger"])
    found = order_of(app, order)
    assert (found.urgent, found.due_at, found.on_site_due_at) == (False, NOW + timedelta(days=1), None)


def test_what_staff_report_at_a_label_shuts_no_resident_out(
    app: Flask, world: World, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    phone = phone_of("technician")
    phone.send(*(phone.record("request", {"type": "light", "text": f"{n}", "checkpoint": str(world.gate.id)}) for n in range(40)))
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Request).where(Request.checkpoint_id == world.gate.id)) == 40
    resident = Browser(app)
    assert resident.post(f"/c/{world.gate.code}/report", {"type_code": "light", "text": "Dark"}).status_code == 303
    with looking(app) as session:
        assert session.scalars(sa.select(RequestEvent)).all() == []
