"""What an exception can be looked at by: pictures that were taken, once they are here, and the pages that say more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.settling import row
from tests.http.working import step
from tests.making import Browser, Clock, Phone, World, named_photo, picture
from tests.upkeep import make_piece, make_plan, raise_due
from webapp.core.db import db, writing
from webapp.people.models import Person
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
PICTURE = re.compile(r'<img src="(/records/[^"]+)" alt="([^"]+)"')


def test_the_photos_of_a_failed_inspection_are_its_evidence_once_they_are_here(
    app: Flask, world: World, phone: Phone, sign_in: SignIn
) -> None:
    office, photos = sign_in("supervisor"), [picture(colour="red"), picture(colour="blue")]
    first, second = (named_photo(photo) for photo in photos)
    answers = GOOD | {"floor": {"value": "fail", "photos": [first["sha256"], second["sha256"]]}}
    sent = inspect(phone, make_checklist(app, world), answers, checkpoint=str(world.gate.id), photos=[first, second])
    assert phone.one(sent)["status"] == "accepted"
    failed = row(office, "failed")
    assert PICTURE.findall(failed.html) == [], "named, but not here yet"
    assert f'href="/inspections/{sent.id}"' in failed.html
    assert phone.put_photo(photos[1]).status_code < 300
    assert PICTURE.findall(row(office, "failed").html) == [(f"/records/{sent.id}/photos/{second['sha256']}", "Photo 1")]
    assert phone.put_photo(photos[0]).status_code < 300
    shown = PICTURE.findall(row(office, "failed").html)
    assert [href.rsplit("/", 1)[1] for href, _word in shown] == [first["sha256"], second["sha256"]]
    for href, _word in shown:
        answer = office.get(href)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert sign_in("stranger").get(href).status_code == 404


def test_the_photos_of_the_work_are_evidence_of_what_was_maintained_late(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    piece = make_piece(app, world)
    make_plan(app, world, begins_on=date(2026, 11, 18), every=30)
    (order_id,) = raise_due(app, world)
    with app.app_context(), writing():
        order, desk = db.session.get_one(WorkOrder, order_id), db.session.get_one(Person, world.people["desk"])
        work.act(order, desk, "assign", clock.now, to_id=world.people["technician"])
    phone, photo = phone_of("technician"), picture(colour="yellow")
    steps = [step(phone, order_id, verb) for verb in ("on_site", "start")]
    steps.append(step(phone, order_id, "finish", photos=[named_photo(photo)], stage="after"))
    clock.forward(minutes=1)
    assert {result["status"] for result in phone.send(*steps)} == {"accepted"}
    assert phone.put_photo(photo).status_code < 300
    office = sign_in("supervisor")
    late = row(office, "upkeep-late")
    assert [href.rsplit("/", 1)[1] for href, _word in PICTURE.findall(late.html)] == [named_photo(photo)["sha256"]]
    assert office.get(PICTURE.findall(late.html)[0][0]).status_code == 200
    for address in (f"/equipment/items/{piece}", f"/work-orders/{order_id}"):
        assert f'href="{address}"' in late.html
