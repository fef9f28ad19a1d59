"""Signing a charge by link without an account: for any order with one, made and taken back by staff; limits, clear refusals, nothing lost."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_charges import finished, told_and_done
from tests.http.working import SCRIBBLE, make_order, step
from tests.making import Browser, Clock, Phone, World, looking, page
from webapp.core.db import db
from webapp.core.limits import PublicPost
from webapp.service.models import RequestEvent
from webapp.work_orders import pricing
from webapp.work_orders.models import SignLink, WorkOrder, WorkSignature, WorkStep

PhoneOf = Callable[[str], Phone]
SignIn = Callable[[str], Browser]


@pytest.fixture
def nobody(app: Flask) -> Browser:
    """Somebody with the address and no account."""
    return Browser(app)


@pytest.fixture
def done(app: Flask, world: World, phone_of: PhoneOf) -> UUID:
    """An order raised by hand, done and not signed: no request stands behind it."""
    order = make_order(app, world)
    finished(app, world, phone_of("technician"), order)
    return order


def digest(app: Flask, order: UUID) -> str:
    with app.app_context():
        return pricing.charge_of(db.session.get_one(WorkOrder, order)).digest()


def signed(app: Flask) -> list[WorkSignature]:
    with looking(app) as session:
        found = list(session.scalars(sa.select(WorkSignature)))
        session.expunge_all()
    return found


def make_link(app: Flask, browser: Browser, order: UUID) -> str:
    """Make an address, and read it from the order's page."""
    assert browser.post(f"/work-orders/{order}/link").status_code == 303
    (address,) = re.findall(r"data-copy-text[^>]*>https?://[^/]*(/sign/[0-9a-f]{32})<", browser.get(f"/work-orders/{order}").text)
    return str(address)


def sign(browser: Browser, address: str, charge: str, **more: Any) -> Any:
    return browser.post(address, {"charge": charge, "strokes": json.dumps(SCRIBBLE), "name": "Ms Li"} | more)


@pytest.mark.parametrize("who", ["technician", "desk", "supervisor"])
def test_whoever_is_not_there_signs_an_order_that_no_request_stands_behind(
    app: Flask, done: UUID, nobody: Browser, sign_in: SignIn, who: str
) -> None:
    staff = sign_in(who)
    assert "Make an address for signing" in page(staff.get(f"/work-orders/{done}")).text
    address = make_link(app, staff, done)
    assert 'class="qr"' in staff.get(f"/work-orders/{done}").text
    shown = nobody.get(address)
    assert "¥165.00" in page(shown).text and "1-302" in page(shown).text
    assert shown.headers["Cache-Control"] == "no-store"
    answer = sign(nobody, address, digest(app, done), stars="4")
    assert (answer.status_code, answer.location) == (303, address)
    (kept,) = signed(app)
    assert (kept.way, kept.name, kept.stars, kept.charge) == ("link", "Ms Li", 4, digest(app, done))
    after = page(nobody.get(address)).text
    assert "by link" in after and "Your signature" not in after
    assert "Itemised charge" in page(nobody.get(f"{address}/receipt")).text
    assert "Signing by link" not in page(staff.get(f"/work-orders/{done}")).text
    with looking(app) as session:
        assert "link" in session.scalars(sa.select(WorkStep.verb).where(WorkStep.order_id == done)).all()


def test_a_link_is_taken_back_ends_and_gives_way_to_a_new_one(
    app: Flask, done: UUID, nobody: Browser, sign_in: SignIn, clock: Clock
) -> None:
    desk = sign_in("desk")
    first = make_link(app, desk, done)
    second = make_link(app, desk, done)
    assert [nobody.get(address).status_code for address in (first, second)] == [404, 200]
    desk.post(f"/work-orders/{done}/link", {"verb": "revoke"})
    assert nobody.get(second).status_code == 404
    assert sign(nobody, second, digest(app, done)).status_code == 404
    third = make_link(app, desk, done)
    clock.forward(days=30)
    assert nobody.get(third).status_code == 404
    assert signed(app) == []


def test_only_who_has_the_order_or_the_desk_gives_an_address_away(app: Flask, world: World, done: UUID, sign_in: SignIn) -> None:
    for who, status in (("guard", 404), ("elsewhere", 404), ("stranger", 404)):
        assert sign_in(who).post(f"/work-orders/{done}/link").status_code == status
    with looking(app) as session:
        assert session.scalars(sa.select(SignLink)).all() == []


def test_there_is_no_address_for_what_is_not_finished(app: Flask, world: World, sign_in: SignIn) -> None:
    order, desk = make_order(app, world), sign_in("desk")
    assert "Signing by link" not in page(desk.get(f"/work-orders/{order}")).text
    answer = desk.post(f"/work-orders/{order}/link")
    assert answer.status_code == 409
    assert "not finished yet" in page(answer).text


def test_a_second_signature_under_the_same_charge_is_refused_in_words(app: Flask, done: UUID, nobody: Browser, sign_in: SignIn) -> None:
    address = make_link(app, sign_in("desk"), done)
    charge = digest(app, done)
    assert sign(nobody, address, charge).status_code == 303
    answer = sign(nobody, address, charge, name="Mr Li")
    assert answer.status_code == 409
    assert "This charge is signed already." in page(answer).text
    assert len(signed(app)) == 1


def test_an_order_opened_again_is_not_signed_and_what_was_drawn_stays_in_the_form_when_the_charge_changed(
    app: Flask, done: UUID, nobody: Browser, sign_in: SignIn, phone_of: PhoneOf
) -> None:
    address, charge = make_link(app, sign_in("desk"), done), digest(app, done)
    phone_of("technician").one(step(phone_of("technician"), done, "use", lines=[]))
    answer = sign(nobody, address, charge)
    assert answer.status_code == 409
    assert "The charge has changed meanwhile" in page(answer).text
    assert json.dumps(SCRIBBLE) in html.unescape(answer.text) and "Ms Li" in answer.text
    sign_in("desk").post(f"/work-orders/{done}/steps", {"verb": "reopen", "reason": "It drips again"})
    answer = sign(nobody, address, digest(app, done))
    assert answer.status_code == 409
    assert "The work is not finished yet" in page(answer).text
    assert signed(app) == []


def test_the_residents_page_refuses_a_second_signature_and_one_too_early(
    app: Flask, world: World, nobody: Browser, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    address, order = told_and_done(app, world, phone_of("technician"), clock)
    there, charge = f"{address}/orders/{order}/sign", digest(app, order)
    assert sign(nobody, there, charge).status_code == 303
    assert "This charge is signed already." in page(again := sign(nobody, there, charge)).text
    assert again.status_code == 409
    sign_in("desk").post(f"/work-orders/{order}/steps", {"verb": "reopen", "reason": "It drips again"})
    early = sign(nobody, there, charge)
    assert (early.status_code, len(signed(app))) == (409, 1)
    assert "The work is not finished yet" in page(early).text


def test_after_ten_tries_at_one_address_somebody_waits_and_loses_nothing(
    app: Flask, done: UUID, nobody: Browser, sign_in: SignIn, clock: Clock
) -> None:
    address = make_link(app, sign_in("desk"), done)
    for _n in range(10):
        assert sign(nobody, address, digest(app, done), strokes="[]").status_code == 422
    answer = sign(nobody, address, digest(app, done))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert "Nothing is lost: please send it again in 10 minutes." in page(answer).text
    assert "Ms Li" in answer.text and json.dumps(SCRIBBLE) in html.unescape(answer.text)
    clock.forward(minutes=10)
    assert sign(nobody, address, digest(app, done)).status_code == 303


def test_a_residents_answers_are_limited_and_what_was_typed_stays(
    app: Flask, world: World, nobody: Browser, phone_of: PhoneOf, clock: Clock
) -> None:
    address, _order = told_and_done(app, world, phone_of("technician"), clock)
    for _n in range(10):
        assert nobody.post(address, {"verb": "rated", "text": "Fine"}).status_code == 422  # no stars
    answer = nobody.post(address, {"verb": "withdrawn"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 600
    assert "Nothing is lost" in page(answer).text
    with looking(app) as session:
        assert session.scalars(sa.select(RequestEvent)).all() == []
    clock.forward(minutes=10)
    assert nobody.post(address, {"verb": "withdrawn"}).status_code == 303


def test_one_network_address_is_limited_over_all_tokens_and_others_are_not(
    app: Flask, world: World, nobody: Browser, phone_of: PhoneOf, clock: Clock
) -> None:
    address, _order = told_and_done(app, world, phone_of("technician"), clock)
    with looking(app) as session:
        session.add_all(PublicPost(key="address 127.0.0.1", at=clock.now - timedelta(minutes=1)) for _n in range(30))
        session.commit()
    answer = nobody.post(address, {"verb": "withdrawn"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "540")
    elsewhere = nobody.client.post(address, data={"verb": "withdrawn"}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_what_came_too_late_keeps_its_words_on_the_page(app: Flask, world: World, nobody: Browser, phone_of: PhoneOf, clock: Clock) -> None:
    address, _order = told_and_done(app, world, phone_of("technician"), clock)
    answer = nobody.post(address, {"verb": "reopened", "text": "It drips as before"})
    assert answer.status_code == 409
    assert "This is not possible any more" in page(answer).text and "It drips as before" in page(answer).text


def test_the_desk_takes_a_residents_address_back_without_giving_another(
    app: Flask, world: World, nobody: Browser, phone_of: PhoneOf, clock: Clock, sign_in: SignIn
) -> None:
    address, _order = told_and_done(app, world, phone_of("technician"), clock)
    desk = sign_in("desk")
    with looking(app) as session:
        (request_id,) = session.scalars(sa.text("SELECT id FROM request"))
    there = f"/requests/{UUID(str(request_id))}"
    assert "Take the address back" in page(desk.get(there)).text
    assert desk.post(f"{there}/link", {"verb": "revoke"}).status_code == 302
    assert nobody.get(address).status_code == 404
    shown = page(desk.get(there)).text
    assert "The resident’s page has no address now." in shown and "Take the address back" not in shown
    assert desk.post(f"{there}/link").status_code == 302
    assert nobody.get(address).status_code == 404
    assert "Take the address back" in page(desk.get(there)).text
