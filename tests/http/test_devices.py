"""What supervisors see of phones: what they owe, which of their records never came, and whether they lost their memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from webapp.core.db import db, writing
from webapp.people import devices
from webapp.people.models import Device

SignIn = Callable[[str], Browser]


def tell(phone: Phone, **told: Any) -> None:
    """The phone's word about itself at a contact."""
    headers = {"Authorization": f"Ticket {phone.ticket}", "Rounds-Phone": json.dumps(told)}
    assert phone.client.get("/sync/ping?n=1", headers=headers).status_code == 200


def standing(app: Flask, phone: Phone) -> devices.Standing:
    from webapp.core import clock

    with app.app_context():
        device = db.session.get_one(Device, phone.device)
        return devices.standings([device], clock.now())[device.id]


def send_numbers(phone: Phone, world: World, *numbers: int) -> None:
    for number in numbers:
        phone.seq = number - 1
        assert phone.one(phone.scan(world.gate))["status"] == "accepted"


def test_g9_numbers_that_never_arrived_are_listed_after_a_day(
    app: Flask, world: World, phone: Phone, clock: Clock, sign_in: SignIn
) -> None:
    send_numbers(phone, world, *range(1, 31), 36, 37, 39)
    assert standing(app, phone).lost == []  # they may still be on their way
    clock.forward(hours=23)
    assert standing(app, phone).lost == []
    clock.forward(hours=1)
    assert [str(gap) for gap in standing(app, phone).lost] == ["31–35", "38"]
    assert standing(app, phone).lost_count == 6
    assert "number 31–35, 38" in page(sign_in("supervisor").get("/devices")).text
    send_numbers(phone, world, 33)  # one of them came after all
    assert [str(gap) for gap in standing(app, phone).lost] == ["31–32", "34–35", "38"]


def test_g9_numbers_before_the_first_that_arrived_are_missing_too(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    send_numbers(phone, world, 3)
    clock.forward(days=1)
    assert [str(gap) for gap in standing(app, phone).lost] == ["1–2"]


def test_a_phone_that_sent_all_has_nothing_to_answer_for(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    send_numbers(phone, world, 1, 2, 3)
    tell(phone, max_seq=3, unsent=0)
    clock.forward(days=3)
    assert standing(app, phone) == devices.Standing()


def test_numbers_that_still_wait_on_the_phone_are_not_lost_but_owed(
    app: Flask, world: World, phone: Phone, clock: Clock, sign_in: SignIn
) -> None:
    send_numbers(phone, world, 1, 2)
    tell(phone, max_seq=6, unsent=4, oldest_unsent_at=(NOW - timedelta(hours=2)).isoformat(), build="b1")
    assert (standing(app, phone).owed, standing(app, phone).silent) == (4, False)
    other = Phone(app, "colleague")
    for n, build in enumerate(("b2", "b3")):
        clock.forward(minutes=30 + n)
        tell(other, max_seq=0, unsent=0, build=build)
    seen = page(sign_in("supervisor").get("/devices")).text
    assert "4 records are still on this phone. It has not been heard of since 23 Nov 22:30" in seen
    assert "4 records · since 23 Nov 20:30" in seen
    assert "2 releases old" in seen
    assert "up to date" in seen
    # They arrive, and the phone did not yet say that it owes nothing any more.
    send_numbers(phone, world, 3, 4, 5, 6)
    assert (standing(app, phone).owed, standing(app, phone).silent) == (0, False)


def test_a_record_whose_photo_is_still_on_the_phone_is_owed(app: Flask, world: World, phone: Phone) -> None:
    from tests.making import named_photo, picture

    content = picture()
    phone.send(phone.scan(world.gate, photos=[named_photo(content)]))
    tell(phone, max_seq=1, unsent=1)
    assert standing(app, phone).owed == 1
    phone.put_photo(content)
    assert standing(app, phone).owed == 0


def test_a9_a_phone_that_lost_its_memory_says_so_and_its_numbers_go_on(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    send_numbers(phone, world, 1, 2)
    tell(phone, max_seq=5, unsent=3)
    assert phone.browser.get("/pack").get_json()["seq"] == 5
    answer = phone.browser.client.post("/devices/mine/cleared", json={"seq": 5})
    assert answer.get_json() == {"seq": 5, "missing": 3}
    seen = page(sign_in("supervisor").get("/devices")).text
    assert "memory was cleared (noticed 23 Nov 22:30). 3 records may be lost." in seen
    assert "number 3–5" in seen
    send_numbers(phone, world, 4)  # it was on its way
    assert [str(gap) for gap in standing(app, phone).lost] == ["3", "5"]
    tell(phone, max_seq=3, unsent=0)  # a word of before, delayed on its way: numbers do not go back
    with looking(app) as session:
        assert session.get(Device, phone.device).max_seq == 5


def test_a9_the_browsers_small_memory_may_know_of_more_than_the_server(app: Flask, world: World, phone: Phone) -> None:
    send_numbers(phone, world, 1)
    answer = phone.browser.client.post("/devices/mine/cleared", json={"seq": 4})
    assert answer.get_json() == {"seq": 4, "missing": 3}
    assert [str(gap) for gap in standing(app, phone).lost] == ["2–4"]


@pytest.mark.parametrize("body", [None, [], {}, {"seq": -1}, {"seq": "5"}, {"seq": True}, {"seq": 2**60}])
def test_nonsense_about_a_cleared_memory_is_refused(phone: Phone, body: Any) -> None:
    assert phone.browser.client.post("/devices/mine/cleared", json=body, headers={"Accept": "application/json"}).status_code == 400


def test_g7_a_cleared_phone_that_signs_in_anew_leaves_its_old_self_with_what_it_owed(
    app: Flask, world: World, phone: Phone, clock: Clock, sign_in: SignIn
) -> None:
    """Cookies went too: the server takes it for a new phone, and the old one stays on the list with its five unsent."""
    send_numbers(phone, world, 1)
    tell(phone, max_seq=6, unsent=5)
    clock.forward(hours=1)
    new = Phone(app, "guard")
    assert new.device != phone.device
    send_numbers(new, world, 1)
    assert "5 records are still on this phone" in page(sign_in("supervisor").get("/devices")).text


def test_g10_two_phones_with_one_identity_lose_nothing_and_are_flagged(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    send_numbers(phone, world, 1, 2)
    clone = Phone(app, browser=phone.browser)
    assert clone.device == phone.device
    clone.seq = phone.seq
    mine, other = phone.scan(world.roof), clone.scan(world.pump)
    assert [phone.one(mine)["status"], clone.one(other)["status"]] == ["accepted", "accepted"]
    assert standing(app, phone).twice == [3]
    assert "Used for two records: number 3." in page(sign_in("supervisor").get("/devices")).text


def test_the_list_is_for_supervisors_of_the_people(world: World, phone: Phone, sign_in: SignIn) -> None:
    tell(phone, max_seq=9, unsent=9)
    assert "Guard" in sign_in("supervisor").get("/devices").text
    assert "Guard" not in page(sign_in("elsewhere").get("/devices")).text
    assert sign_in("guard").get("/devices").status_code == 404


def test_looking_at_many_numbers_stays_quick(app: Flask, world: World, phone: Phone) -> None:
    """Only the last five thousand numbers of a device are looked at: the list does not grow slower with the years."""
    with app.app_context(), writing():
        db.session.get_one(Device, phone.device).max_seq = 1_000_000
    send_numbers(phone, world, 999_000, 1_000_000)
    assert [str(gap) for gap in standing(app, phone).lost] == []
    with app.app_context():
        device = db.session.get_one(Device, phone.device)
        found = devices.standings([device], NOW + timedelta(days=2))[device.id]
    assert [str(gap) for gap in found.lost] == ["995001–998999", "999001–999999"]
