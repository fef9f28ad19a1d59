"""Requests of residents: reported by a label without an account, followed by a secret address, answered by the desk."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import OPENED, Browser, Clock, Phone, World, looking, named_photo, page, picture, reissue
from webapp.core.db import db, writing
from webapp.service.models import Request, RequestEvent
from webapp.work_orders.models import SiteType
from webapp.work_orders.queries import types_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def resident(app: Flask) -> Browser:
    """Somebody with a phone and no account."""
    return Browser(app)


def report(browser: Browser, world: World, **more: Any) -> Any:
    return browser.post(f"/c/{world.gate.code}/report", {"type_code": "lift", "text": "It stands still"} | more)


def requests(app: Flask) -> list[Request]:
    with looking(app) as session:
        found = list(session.scalars(sa.select(Request).order_by(Request.received_at)))
        session.expunge_all()
    return found


def test_a_label_leads_to_the_form_and_the_form_to_the_residents_own_page(app: Flask, world: World, resident: Browser) -> None:
    assert f"/c/{world.gate.code}/report" in resident.get(f"/c/{world.gate.code}").text
    assert page(resident.get(f"/c/{world.gate.code}/report")).text.count("Report a problem")
    answer = report(resident, world, answers=["trapped"], phone="138 0000 0000")
    (made,) = requests(app)
    assert (answer.status_code, answer.location) == (303, f"/r/{made.token}")
    assert (made.urgency, made.trapped, made.danger, made.phone, made.channel) == ("urgent", True, False, "138 0000 0000", "label")
    seen = resident.get(answer.location)
    assert "It stands still" in page(seen).text
    assert "call 119, 120 or 110 now" in page(seen).text
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Referrer-Policy"] == "no-referrer"


def test_without_any_yes_it_is_routine_and_words_are_not_needed(app: Flask, world: World, resident: Browser) -> None:
    assert report(resident, world, text="").status_code == 303
    assert requests(app)[0].urgency == "routine"


def test_a_label_that_was_replaced_still_takes_a_report(app: Flask, world: World, resident: Browser) -> None:
    with app.app_context():
        reissue(world.gate.id)
    assert report(resident, world).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"type_code": ""}, "Please fill this in."),
        ({"type_code": "dragon"}, "This is not possible here."),
        ({"text": "x" * 10_000}, "At most 2000 characters."),
        ({"phone": "call me"}, "A phone number, for example"),
        ({"answers": ["fire"]}, "This is not possible here."),
        ({"website": "http://spam.example"}, "Please leave the hidden field empty"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_is_kept(
    app: Flask, world: World, resident: Browser, wrong: dict[str, Any], said: str
) -> None:
    answer = report(resident, world, **({"text": "The lamp by the door"} | wrong))
    assert answer.status_code == 422
    assert said in page(answer).text
    assert wrong.get("text", "The lamp by the door") in answer.text
    assert requests(app) == []


def test_markup_comes_back_as_words(app: Flask, world: World, resident: Browser) -> None:
    answer = report(resident, world, text="<script>alert(1)</script>")
    assert "<script>alert" not in resident.get(answer.location).text


def photos(*contents: bytes) -> dict[str, Any]:
    return {"photos": [(io.BytesIO(content), f"{n}.jpg") for n, content in enumerate(contents)]}


def test_photos_come_with_it_and_only_those_whom_it_concerns_see_them(app: Flask, world: World, resident: Browser, sign_in: SignIn) -> None:
    red, blue = picture(colour="red"), picture("PNG", colour="blue")
    address = report(resident, world, **photos(red, blue, red)).location
    (made,) = requests(app)
    first, second = (named_photo(content)["sha256"] for content in (red, blue))
    assert resident.get(f"{address}/photos/{first}").data == red
    desk = sign_in("desk")
    assert f"/requests/{made.id}/photos/{second}" in desk.get(f"/requests/{made.id}").text
    answer = desk.get(f"/requests/{made.id}/photos/{second}")
    assert (answer.data, answer.mimetype) == (blue, "image/png")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert sign_in("elsewhere").get(f"/requests/{made.id}/photos/{first}").status_code == 404
    other = report(resident, world).location
    assert resident.get(f"{other}/photos/{first}").status_code == 404


@pytest.mark.parametrize(
    ("answers", "type_code"),
    [
        ({"q1": False, "q2": 0.4}, "water"),
        ({"q1": True, "q2": 0.1}, "damage"),
        ({}, "damage"),
        ({"q1": "False"}, "damage"),
        ({"q9": False}, "damage"),
    ],
)
def test_a_failed_check_asks_for_the_work_that_its_question_names(
    app: Flask, world: World, phone: Phone, answers: dict[str, Any], type_code: str
) -> None:
    scan = phone.scan(world.pump)
    about = {"about": scan.id, "round": world.round(), "checkpoint": str(world.pump.id)}
    phone.send(scan, phone.record("note", about | {"result": "issue", "answers": answers, "text": "Water on the floor"}, after=[scan.id]))
    (made,) = requests(app)
    assert (made.type_code, made.channel, made.text) == (type_code, "inspection", "Water on the floor")


def test_a_type_that_is_retired_meanwhile_asks_for_no_work_of_it(app: Flask, world: World, phone: Phone) -> None:
    with app.app_context(), writing():
        facts = types_of(world.garden)["water"]
        db.session.add(
            SiteType(
                site_id=world.garden,
                code="water",
                name=facts.name,
                kind=facts.kind,
                service=facts.service,
                trade=facts.trade,
                retired_at=OPENED,
            )
        )
    scan = phone.scan(world.pump)
    phone.send(scan, phone.record("note", {"about": scan.id, "result": "issue", "answers": {"q1": False}, "text": "Wet"}, after=[scan.id]))
    assert [made.type_code for made in requests(app)] == ["damage"]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([SVG], "This file is not a picture that Rounds can keep. Use JPEG, PNG, WebP or HEIC"),
        ([b"<html></html>"], "This file is not a picture"),
        ([picture()[:-20]], "This file is not a picture"),
        ([picture()] * 4, "At most 3 photos, please."),
    ],
)
def test_what_is_no_photo_is_said_and_the_words_are_kept(
    app: Flask, world: World, resident: Browser, contents: list[bytes], said: str
) -> None:
    answer = report(resident, world, text="The lamp by the door", **photos(*contents))
    assert answer.status_code == 422
    assert said in page(answer).text
    assert "The lamp by the door" in answer.text
    assert requests(app) == []


def multipart(said: dict[str, str], megabytes: int) -> bytes:
    """A form as a browser sends it, with one file of that size (the test client would leave its own file open)."""
    fields = b"".join(f"--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n".encode() for name, value in said.items())
    head = b"--x\r\nContent-Disposition: form-data; name=photos; filename=a.jpg\r\n\r\n"
    return fields + head + picture() + bytes(megabytes * 1024 * 1024) + b"\r\n--x--\r\n"


def test_thirty_megabytes_are_refused_and_what_was_typed_comes_back(app: Flask, world: World, resident: Browser, sign_in: SignIn) -> None:
    for who, address, more in (
        (resident, f"/c/{world.gate.code}/report", {}),
        (sign_in("desk"), "/requests/new", {"channel": "phone", "spot": "1-201"}),
    ):
        said = {"type_code": "lift", "text": "It stands still", "phone": "138 0000 0000"} | more
        answer = who.post(address, multipart(said, 30), {"Content-Type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 413
        assert "A photo is larger than 20 MB" in answer.text
        assert "It stands still" in answer.text and "138 0000 0000" in answer.text
    assert requests(app) == []


def test_what_is_more_than_any_form_holds_is_refused_in_words(app: Flask, world: World, resident: Browser) -> None:
    answer = resident.post(f"/c/{world.gate.code}/report", multipart({}, 81), {"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert "That is too much in one piece." in answer.text
    assert requests(app) == []


def test_an_unknown_label_takes_no_report(resident: Browser) -> None:
    assert resident.post("/c/0000000000/report", {"type_code": "light"}).status_code == 404


def test_after_ten_reports_one_address_waits_and_loses_nothing(app: Flask, world: World, resident: Browser, clock: Clock) -> None:
    for _n in range(10):
        assert report(resident, world).status_code == 303
    answer = report(resident, world, text="And the door")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 600
    assert "And the door" in answer.text
    assert "in 10 minutes" in answer.text
    assert len(requests(app)) == 10
    clock.forward(minutes=10)
    assert report(resident, world).status_code == 303


def test_a_residents_page_ends_and_nobody_guesses_one(app: Flask, world: World, resident: Browser, clock: Clock) -> None:
    address = report(resident, world).location
    assert resident.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    clock.set(requests(app)[0].token_until - timedelta(seconds=1))
    assert resident.get(address).status_code == 200
    clock.forward(seconds=1)
    assert resident.get(address).status_code == 404


def test_the_desk_sees_the_clock_and_what_it_tells_is_on_the_residents_page(
    app: Flask, world: World, resident: Browser, sign_in: SignIn, clock: Clock
) -> None:
    address = report(resident, world, type_code="noise").location
    desk = sign_in("desk")
    assert "Reply by" in page(desk.get("/requests")).text
    assert "You will hear from us by" in page(resident.get(address)).text
    clock.forward(minutes=61)
    assert "Reply was due" in page(desk.get("/requests")).text
    (made,) = requests(app)
    assert desk.post(f"/requests/{made.id}/tell", {"verb": "told", "text": ""}).status_code == 422
    assert desk.post(f"/requests/{made.id}/tell", {"verb": "told", "text": "Somebody is on the way"}).status_code == 302
    assert "Somebody is on the way" in page(resident.get(address)).text
    assert "Reply was due" not in page(desk.get("/requests")).text
    desk.post(f"/requests/{made.id}/tell", {"verb": "resolved", "text": "It was a party; it is over"})
    seen = page(resident.get(address)).text
    assert "Resolved" in seen
    assert "it is over" in seen
    assert "No request is open" in page(desk.get("/requests")).text
    assert "Noise" in page(desk.get("/requests?state=all")).text


def test_the_resident_rates_what_was_done_and_may_open_it_again(
    app: Flask, world: World, resident: Browser, sign_in: SignIn, clock: Clock
) -> None:
    address = report(resident, world).location
    (made,) = requests(app)
    desk = sign_in("desk")
    assert resident.post(address, {"verb": "rated", "stars": "5"}).status_code == 409  # nothing is done yet
    desk.post(f"/requests/{made.id}/tell", {"verb": "resolved", "text": "Done"})
    assert "No request is open" in page(desk.get("/requests")).text
    assert resident.post(address, {"verb": "rated", "stars": "4", "text": "Quick"}).status_code == 303
    assert "4 of 5 stars" in page(desk.get(f"/requests/{made.id}")).text
    assert "How was it?" not in page(resident.get(address)).text
    clock.forward(hours=1)
    assert resident.post(address, {"verb": "reopened", "text": "It stands again"}).status_code == 303
    assert "It stands again" in page(desk.get(f"/requests/{made.id}")).text
    assert "Lift" in page(desk.get("/requests")).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"verb": "rated"}, "Please choose one to five stars."),
        ({"verb": "rated", "stars": "6"}, "Not more than 5."),
        ({"verb": "rated", "stars": "many"}, "Please give a number."),
        ({"verb": "reopened", "text": " "}, "Please say what is still wrong."),
    ],
)
def test_what_a_resident_left_out_is_said(
    app: Flask, world: World, resident: Browser, sign_in: SignIn, said: dict[str, str], sentence: str
) -> None:
    address = report(resident, world).location
    (made,) = requests(app)
    sign_in("desk").post(f"/requests/{made.id}/tell", {"verb": "resolved", "text": "Done"})
    answer = resident.post(address, said)
    assert answer.status_code == 422
    assert sentence in page(answer).text


def test_a_resident_withdraws_what_has_settled_itself(app: Flask, world: World, resident: Browser, sign_in: SignIn) -> None:
    address = report(resident, world).location
    assert resident.post(address, {"verb": "withdrawn"}).status_code == 303
    assert "Withdrawn" in page(resident.get(address)).text
    assert "No request is open" in page(sign_in("desk").get("/requests")).text
    assert resident.post(address, {"verb": "withdrawn"}).status_code == 409


def test_after_the_agreed_days_a_closed_request_stays_closed(app: Flask, world: World, resident: Browser, clock: Clock) -> None:
    address = report(resident, world).location
    (made,) = requests(app)
    with app.app_context(), writing():
        db.session.add(RequestEvent(request_id=made.id, verb="closed", at=clock.forward(hours=1)))
    clock.forward(days=7)
    assert "Is it not settled?" in page(resident.get(address)).text
    clock.forward(seconds=1)
    assert "Is it not settled?" not in page(resident.get(address)).text
    assert resident.post(address, {"verb": "reopened", "text": "Again"}).status_code == 409


def test_staff_are_named_to_residents_by_first_name_only(app: Flask, world: World, resident: Browser, sign_in: SignIn) -> None:
    address = report(resident, world).location
    (made,) = requests(app)
    sign_in("desk").post(f"/requests/{made.id}/tell", {"verb": "told", "text": "On the way"})
    shown = page(resident.get(address)).text
    assert "On the way" in shown
    with looking(app) as session:
        full = session.execute(sa.text("SELECT name FROM person WHERE username = 'desk'")).scalar_one()
    assert full not in shown or len(full.split()) == 1


@pytest.mark.parametrize("channel", ["phone", "counter", "owners_group"])
def test_the_desk_keeps_what_it_is_told(app: Flask, world: World, sign_in: SignIn, resident: Browser, channel: str) -> None:
    desk = sign_in("desk")
    with looking(app) as session:
        place = session.execute(sa.text("SELECT id FROM place ORDER BY id LIMIT 1")).scalar_one()
    said = {
        "channel": channel,
        "place_id": str(place),
        "type_code": "water",
        "text": "A pipe drips",
        "answers": ["danger"],
        "phone": "13800000000",
    }
    answer = desk.post("/requests/new", said)
    (made,) = requests(app)
    assert (answer.status_code, answer.location) == (303, f"/requests/{made.id}")
    assert (made.channel, made.urgency, made.person_id) == (channel, "urgent", world.people["desk"])
    seen = desk.get(answer.location).text
    assert f"/r/{made.token}" in seen
    assert "tel:13800000000" in seen
    assert "A pipe drips" in page(resident.get(f"/r/{made.token}")).text


def test_the_desk_keeps_the_photos_that_the_owners_group_sent(app: Flask, sign_in: SignIn) -> None:
    desk, (red, blue) = sign_in("desk"), (picture(colour="red"), picture(colour="blue"))
    said = {"channel": "owners_group", "type_code": "light", "text": "Dark"}
    answer = desk.post("/requests/new", said | photos(red, blue))
    (made,) = requests(app)
    shown = desk.get(answer.location).text
    for content in (red, blue):
        assert f"/requests/{made.id}/photos/{named_photo(content)['sha256']}" in shown
    refused = desk.post("/requests/new", said | photos(SVG))
    assert refused.status_code == 422
    assert "Dark" in refused.text
    assert len(requests(app)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": ""}, "Please fill this in."),
        ({"channel": "label"}, "This is not possible here."),
        ({"place_id": "01a20a80-7c60-7ce7-a2bf-4a5cf8633958"}, "This is not possible here."),
        ({"place_id": "the cellar"}, "This is not possible here."),
    ],
)
def test_the_desk_hears_what_is_missing(app: Flask, sign_in: SignIn, wrong: dict[str, str], said: str) -> None:
    answer = sign_in("desk").post("/requests/new", {"channel": "phone", "type_code": "light", "text": "Dark"} | wrong)
    assert answer.status_code == 422
    assert said in page(answer).text
    assert requests(app) == []


def test_the_desk_of_elsewhere_takes_nothing_in_here(sign_in: SignIn) -> None:
    assert sign_in("elsewhere").get("/requests/new?site=garden").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("desk", 200), ("supervisor", 200), ("guard", 404), ("elsewhere", 404)])
def test_a_request_is_for_the_desk_of_its_site(app: Flask, world: World, resident: Browser, sign_in: SignIn, who: str, status: int) -> None:
    report(resident, world)
    (made,) = requests(app)
    browser = sign_in(who)
    assert browser.get(f"/requests/{made.id}").status_code == status
    if who == "elsewhere":
        assert "No request is open" in page(browser.get("/requests")).text
