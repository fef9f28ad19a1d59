"""The live board: what is under way, late and coming, who is on duty and what their phones owe, and a refresh that costs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.http.working import make_order
from tests.making import Browser, Clock, Phone, World, page
from webapp.core.db import db, writing
from webapp.people.models import Device

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]


def words(browser: Browser) -> str:
    return page(browser.get("/live/garden")).text


def test_a_round_is_coming_then_under_way_then_late(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    before = words(supervisor)
    assert "0 under way" in before
    phone.send(phone.scan(world.gate))
    assert "1 under way" in words(supervisor)
    assert "1 of 3" in words(supervisor)
    clock.forward(hours=1)
    assert "1 under way" not in words(supervisor)
    assert "2 missed" in words(supervisor)


def test_who_is_on_duty_and_what_their_phone_owes(app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    assert "Nobody has clocked on." in words(supervisor)
    phone.send(phone.record("duty", {"verb": "on", "site": "garden"}))
    assert "Guard" in words(supervisor)
    with app.app_context(), writing():
        for device in db.session.scalars(db.select(Device).where(Device.id == phone.device)):
            device.unsent = 7
    assert "7 unsent" in words(supervisor)
    phone.send(phone.record("duty", {"verb": "off", "site": "garden"}))
    assert "Nobody has clocked on." in words(supervisor)


def test_each_phone_that_owes_records_is_named_with_its_last_sign_of_life(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, phone_of: PhoneOf, clock: Clock
) -> None:
    """Also the one in a drawer, whose owner has gone home."""
    supervisor, other = sign_in("supervisor"), phone_of("technician")
    other.send(other.record("duty", {"verb": "on", "site": "garden"}))
    with app.app_context(), writing():
        numbers = {device.id: device.number for device in db.session.scalars(db.select(Device))}
        for device_id, unsent, heard in ((phone.device, 7, clock.now), (other.device, 0, clock.now)):
            device = db.session.get_one(Device, device_id)
            device.unsent, device.last_seen_at = unsent, heard
    clock.forward(hours=1)
    html = supervisor.get("/live/garden").text
    rows: dict[int, str] = {}
    for number, text in re.findall(r'data-phone-row="(\d+)"(.*?)</div>', html, re.S):
        rows[int(number)] = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "Guard" in rows[numbers[phone.device]] and "7 unsent" in rows[numbers[phone.device]]
    assert "22:30" in rows[numbers[phone.device]]
    assert "quiet" in rows[numbers[other.device]]
    assert len(rows) == 2
    assert "7 records unsent" in page(supervisor.get("/live/garden")).text


def test_a_promise_that_runs_out_is_on_the_board_until_it_is_kept(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    assert "No promise runs out soon." in words(supervisor)
    order_id = make_order(app, world, urgent=True)
    assert f"/work-orders/{order_id}" in page(supervisor.get("/live/garden")).links
    clock.forward(days=3)
    assert "Overdue" in words(supervisor)


def refresh(browser: Browser, tag: str = "") -> tuple[int, str, int]:
    """Status, tag, and how many bytes came."""
    answer = browser.get("/live/garden", **({"HX-Request": "true"} | ({"If-None-Match": tag} if tag else {})))
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    return answer.status_code, answer.headers["ETag"], head + len(answer.data)


def test_what_has_not_changed_is_not_sent_again(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    status, tag, _size = refresh(supervisor)
    assert status == 200
    status, again, size = refresh(supervisor, tag)
    assert (status, again) == (304, tag)
    assert size <= 300
    assert refresh(supervisor, tag.rstrip('"') + ':br"')[0] == 304, "compressed on its way"
    phone.send(phone.scan(world.gate))
    status, new, _size = refresh(supervisor, tag)
    assert status == 200
    assert new != tag
    clock.forward(minutes=2)  # nothing more happened: made anew, found the same
    assert refresh(supervisor, new)[:2] == (304, new)
    assert refresh(sign_in("manager"), tag)[0] == 200


def test_the_board_is_for_supervisors_of_the_site(world: World, sign_in: SignIn, clock: Clock) -> None:
    assert sign_in("elsewhere").get("/live/garden").status_code == 404
    assert sign_in("supervisor").get("/live").headers["Location"].endswith("/live/garden")
