"""Handovers: given and taken by records, on one phone by PIN; what is open goes along; wrong ones are held with their reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.http.working import make_order
from tests.making import Browser, Clock, Phone, World, looking, page
from tests.upkeep import make_piece, say
from webapp.core.db import db, writing
from webapp.handover.models import Handover
from webapp.people import actions as people
from webapp.people.models import Device, DevicePerson, Person
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]


def given(app: Flask, record_id: str) -> Handover:
    with looking(app) as session:
        found = session.get_one(Handover, UUID(record_id))
        _ = found.answers
        session.expunge_all()
        return found


def gives(world: World, **more: Any) -> dict[str, Any]:
    return {
        "verb": "give",
        "site": "garden",
        "to": str(world.people["colleague"]),
        "counts": {"keys": 12, "radios": 4},
        "text": "Gate 2 sticks",
    } | more


def test_given_on_one_phone_and_taken_on_another(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, phone_of: PhoneOf, clock: Clock
) -> None:
    order_id = make_order(app, world)
    record = phone.record("handover", gives(world))
    phone.send(record)
    kept = given(app, record.id)
    assert (kept.counts, kept.carried, kept.text) == ({"keys": 12, "radios": 4}, [str(order_id)], "Gate 2 sticks")
    colleague = sign_in("colleague")
    shown = page(colleague.get("/handover")).text
    assert "Handed to you" in shown
    assert "Keys 12 · Radios 4" in shown
    assert "1 open work order goes along" in shown
    assert "Not confirmed yet" in page(sign_in("guard").get("/handover")).text
    other = phone_of("colleague")
    other.send(other.record("handover", {"verb": "take", "about": record.id}))
    assert "Handed to you" not in page(colleague.get("/handover")).text
    assert "Taken over" in page(sign_in("guard").get("/handover")).text


def test_the_answer_may_come_before_what_it_answers(app: Flask, world: World, phone: Phone, phone_of: PhoneOf, clock: Clock) -> None:
    record, other = phone.record("handover", gives(world)), phone_of("colleague")
    answer = other.record("handover", {"verb": "object", "about": record.id, "text": "Only 11 keys"})
    assert other.one(answer)["reason"] == "waits-for"
    phone.send(record)
    assert [(said.verb, said.text) for said in given(app, record.id).answers] == [("object", "Only 11 keys")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to": None}, "bad-body"),
        ({"to": "{guard}"}, "bad-body"),
        ({"to": "{stranger}"}, "bad-body"),
        ({"to": str(UUID(int=7))}, "bad-body"),
        ({"site": "river"}, "no-access"),
        ({"site": None}, "bad-body"),
        ({"counts": {"keys": -1}}, "bad-body"),
        ({"counts": {"keys": "many"}}, "bad-body"),
        ({"verb": "drop"}, "bad-body"),
        ({"verb": "take", "about": None}, "bad-body"),
    ],
)
def test_what_makes_no_sense_is_held(world: World, phone: Phone, clock: Clock, change: dict[str, Any], reason: str) -> None:
    filled = {k: v.format(**{n: str(i) for n, i in world.people.items()}) if isinstance(v, str) else v for k, v in change.items()}
    assert phone.one(phone.record("handover", gives(world, **filled)))["reason"] == reason


def test_only_who_it_was_given_to_answers_and_an_objection_says_what(world: World, phone: Phone, phone_of: PhoneOf, clock: Clock) -> None:
    record = phone.record("handover", gives(world))
    phone.send(record)
    technician, colleague = phone_of("technician"), phone_of("colleague")
    assert technician.one(technician.record("handover", {"verb": "take", "about": record.id}))["reason"] == "no-access"
    assert colleague.one(colleague.record("handover", {"verb": "object", "about": record.id, "text": " "}))["reason"] == "bad-body"
    unknown = colleague.one(colleague.record("handover", {"verb": "take", "about": str(uuid4())}))
    assert unknown["reason"] == "waits-for"


def know_here(app: Flask, browser: Browser, username: str, pin: str) -> None:
    """The person has signed in on that browser's phone before, and chosen a PIN there."""
    with app.app_context(), writing():
        device = db.session.scalars(db.select(Device).order_by(Device.last_seen_at.desc(), Device.number.desc())).first()
        person = db.session.scalars(db.select(Person).where(Person.username == username)).one()
        assert device is not None
        people.remember_on_device(device, person, True)
        db.session.flush()
        people.set_pin(device, person, pin)
        assert db.session.get(DevicePerson, (device.id, person.id))


def test_both_confirm_on_one_phone_by_pin(app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    record = phone.record("handover", gives(world))
    phone.send(record)
    guard = sign_in("guard")
    address = f"/handover/{record.id}/pin"
    assert guard.post(address, {"pin": "4711"}).status_code == 422, "nobody has a PIN here"
    know_here(app, guard, "colleague", "4711")
    wrong = guard.post(address, {"pin": "1234"})
    assert wrong.status_code == 422
    assert "This PIN is not right" in page(wrong).text
    assert guard.post(address, {"pin": "4711"}).status_code == 302
    assert [(said.verb, said.by_pin) for said in given(app, record.id).answers] == [("take", True)]
    assert guard.post(address, {"pin": "4711"}).status_code == 409, "once"
    assert sign_in("technician").post(address, {"pin": "4711"}).status_code == 404


def test_the_log_shows_it_and_what_does_not_agree_wants_a_look(
    world: World, sign_in: SignIn, phone: Phone, phone_of: PhoneOf, clock: Clock
) -> None:
    colleague, supervisor = phone_of("colleague"), sign_in("supervisor")
    first = phone.record("handover", gives(world))
    phone.send(first)
    assert "Handovers" in page(supervisor.get("/log/garden/2026-11-23")).text
    assert "Not confirmed yet" in page(supervisor.get("/log/garden/2026-11-23")).text
    colleague.send(colleague.record("handover", {"verb": "take", "about": first.id}))
    clock.forward(minutes=20)
    second = colleague.record("handover", gives(world, to=str(world.people["guard"]), counts={"keys": 11, "radios": 4}))
    colleague.send(second)
    shown = page(supervisor.get("/log/garden/2026-11-23")).text
    assert "Keys: 12 → 11" in shown
    phone.send(phone.record("handover", {"verb": "object", "about": second.id, "text": "Only ten here"}))
    shown = page(supervisor.get("/log/garden/2026-11-23")).text
    assert "Something does not agree" in shown
    assert "Only ten here" in shown


def test_what_goes_along_is_what_was_open_when_it_was_given(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    order_id = make_order(app, world)
    record = phone.record("handover", gives(world))
    clock.forward(minutes=30)
    make_order(app, world, type_code="light")
    with app.app_context(), writing():
        db.session.get_one(WorkOrder, order_id).finished_at = clock.now
    phone.send(record)
    assert given(app, record.id).carried == [str(order_id)]


def test_open_orders_and_machines_that_do_not_run_stand_in_the_log_and_on_paper(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    order_id, lift = make_order(app, world), make_piece(app, world)
    assert say(phone, lift, "fault")["status"] == "accepted"
    clock.forward(minutes=5)
    shown = page(phone.browser.get("/handover")).text
    assert "Lift 3" in shown and "Fault" in shown
    phone.send(phone.record("handover", gives(world)))
    clock.forward(minutes=5)
    say(phone, lift, "running")
    supervisor = sign_in("supervisor")
    log, paper = (supervisor.get(f"/log/garden/2026-11-23{more}") for more in ("", "/paper"))
    handovers = log.text[log.text.index('id="handovers"') :]
    for words in (
        "1 open work order went along",
        "1 machine that did not run",
        "Lift 3",
        f"/work-orders/{order_id}",
        f"/equipment/items/{lift}",
    ):
        assert words in handovers, words
    assert "Lift 3 (Fault)" in page(paper).text
    phone.send(phone.record("handover", gives(world)))
    later = supervisor.get("/log/garden/2026-11-23").text
    assert later.count("1 machine that did not run") == 1, "it ran again when the post was given once more"
