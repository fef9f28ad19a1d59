"""A technician's pages: what they offer, what they say of odd and contradicting steps, and what a phone keeps of them for the basement.

That odd input itself is taken or held is tests/http/test_work_orders.py's; here: its bytes are kept, and the pages bear it.
"""

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

from tests.http.working import SCRIBBLE, make_order, make_prices, order_of, step, used
from tests.making import Browser, Clock, Phone, World, looking, named_photo, page, picture
from webapp.core.db import db, writing
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.records.models import Record
from webapp.work_orders import actions, charging, pricing
from webapp.work_orders.models import PriceItem, WorkOrder

PhoneOf = Callable[[str], Phone]
SignIn = Callable[[str], Browser]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def mate(app: Flask, world: World, trade: str = "technician") -> UUID:
    """One more person of the garden."""
    with app.app_context(), writing():
        person = people.create_person(
            "mate", "同事", trade, "a good password", name_en="Mate", language="en", roles={world.garden: "worker"}
        )
        world.people["mate"] = person.id
        return person.id


def shown(browser: Browser, order_id: UUID) -> str:
    """The order's page."""
    answer = browser.get(f"/work-orders/{order_id}")
    assert answer.status_code == 200, answer.status
    return answer.text


def next_step(text: str) -> list[str]:
    """The one next step that the page offers."""
    return re.findall(r'data-first="(\w+)" method="post" action="[^"]*">', text)


def others(text: str) -> set[str]:
    """What lies under "More"."""
    return set(re.findall(r'data-verb="(\w+)"(?: method="post" action="[^"]*")?>', text))


def facts(text: str) -> dict[str, Any]:
    """What the page gives the phone to work the charge out with."""
    (found,) = re.findall(r'data-facts="([^"]*)"', text)
    return json.loads(html.unescape(found))  # type: ignore[no-any-return]


# ---------------------------------------------------------------- what the pages offer


def test_each_state_offers_one_next_step_and_the_rest_under_more(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    order_id, phone, browser = make_order(app, world), phone_of("technician"), sign_in("technician")
    for verb in ("accept", "on_the_way", "on_site", "start", "finish"):
        assert next_step(shown(browser, order_id)) == [verb]
        clock.forward(minutes=3)
        phone.one(step(phone, order_id, verb))
    text = shown(browser, order_id)
    assert next_step(text) == []
    assert "Finished" in page(browser.get(f"/work-orders/{order_id}")).text
    assert {"pause", "hand_over", "decline"} & others(text) == set()


def test_a_paused_job_goes_on_and_says_why_it_waited(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock) -> None:
    order_id, phone, browser = make_order(app, world), phone_of("technician"), sign_in("technician")
    phone.one(step(phone, order_id, "start"))
    assert {"pause", "need_parts", "need_contractor", "part_finish", "hand_over"} <= others(shown(browser, order_id))
    clock.forward(minutes=3)
    phone.one(step(phone, order_id, "pause", cause="appointment", until="2026-11-24T09:00:00+08:00"))
    words = page(browser.get(f"/work-orders/{order_id}")).text
    assert next_step(shown(browser, order_id)) == ["resume"]
    assert "An appointment was made" in words
    assert "No reason was given" not in words  # a cause from the list is one


def test_what_is_on_offer_is_taken_with_one_tap(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id = make_order(app, world, "light", assign=None, text="Dark stairs")
    browser, phone = sign_in("technician"), phone_of("technician")
    listed = browser.get("/work-orders/mine").text
    assert "Dark stairs" in listed and 'data-verb="take"' in listed and "On offer" in listed
    assert next_step(shown(browser, order_id)) == ["take"]
    phone.one(step(phone, order_id, "take"))
    assert "On offer" not in browser.get("/work-orders/mine").text
    assert next_step(shown(browser, order_id)) == ["on_the_way"]
    assert sign_in("guard").get(f"/work-orders/{order_id}").status_code == 404


def test_jobs_are_the_technicians_day_and_second_place(app: Flask, world: World, sign_in: SignIn) -> None:
    make_order(app, world, text="The tap drips by the door")
    technician, guard = page(sign_in("technician").get("/today")), page(sign_in("guard").get("/today"))
    assert "/work-orders/mine" in technician.links and "/my-day" not in technician.links
    assert "The tap drips" in technician.text and "1 open" in technician.text
    assert "No round is waiting" not in technician.text
    assert "/my-day" in guard.links and "The tap drips" not in guard.text


def test_a_guard_with_an_order_sees_it_on_the_day(app: Flask, world: World, sign_in: SignIn) -> None:
    make_order(app, world, "noise", assign="guard", text="Loud music")
    assert "Loud music" in page(sign_in("guard").get("/today")).text


def test_an_empty_list_says_what_comes(app: Flask, world: World, sign_in: SignIn) -> None:
    assert "New work orders appear here" in page(sign_in("technician").get("/work-orders/mine")).text


def test_what_was_finished_lately_is_folded_below(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock) -> None:
    order_id, phone = make_order(app, world, text="An old lamp"), phone_of("technician")
    phone.one(step(phone, order_id, "finish"))
    assert "1 finished in the last 7 days" in page(sign_in("technician").get("/work-orders/mine")).text
    clock.forward(days=8)
    assert "An old lamp" not in page(sign_in("technician").get("/work-orders/mine")).text


# ---------------------------------------------------------------- what they say of odd steps


def test_two_versions_are_shown_with_both_names(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock) -> None:
    mate(app, world)
    order_id, mine, theirs = make_order(app, world), phone_of("technician"), phone_of("mate")
    mine.one(step(mine, order_id, "finish", reason="New washer"))
    clock.forward(minutes=5)
    theirs.one(step(theirs, order_id, "finish", reason="New tap"))
    words = page(sign_in("technician").get(f"/work-orders/{order_id}")).text
    assert "Two people finished it" in words
    assert words.index("New washer") < words.index("New tap")
    assert "The supervisor decides" in words


def test_a_finish_hours_before_its_start_arrives_is_one_history(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    order_id, phone, browser = make_order(app, world), phone_of("technician"), sign_in("technician")
    clock.forward(minutes=30)
    start, finish = step(phone, order_id, "start"), None
    clock.forward(minutes=30)
    finish = step(phone, order_id, "finish")
    phone.one(finish)
    assert "No start was recorded" in page(browser.get(f"/work-orders/{order_id}")).text
    clock.forward(hours=5)
    phone.one(start)
    words = page(browser.get(f"/work-orders/{order_id}")).text
    assert "No start was recorded" not in words
    assert words.index("Started") < words.rindex("Finished")


def test_work_after_a_cancellation_is_shown_as_two_versions(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    with app.app_context(), writing():
        desk = db.session.get_one(Person, world.people["desk"])
        actions.act(db.session.get_one(WorkOrder, order_id), desk, "cancel", clock.now, reason="Mended by the resident")
    clock.forward(minutes=5)
    phone.one(step(phone, order_id, "start", reason="The tap is open"))
    words = page(sign_in("technician").get(f"/work-orders/{order_id}")).text
    assert "worked on after it had been cancelled" in words and "Mended by the resident" in words and "The tap is open" in words


def test_handed_over_it_is_the_colleagues_and_still_to_be_seen(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    colleague = mate(app, world)
    order_id, phone = make_order(app, world), phone_of("technician")
    phone.one(step(phone, order_id, "hand_over", to=str(colleague), reason="My shift ends"))
    assert "→ Mate · My shift ends" in page(sign_in("technician").get(f"/work-orders/{order_id}")).text
    assert next_step(shown(sign_in("mate"), order_id)) == ["accept"]


def test_the_rest_of_a_job_is_linked_both_ways(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id, phone, desk = make_order(app, world), phone_of("technician"), sign_in("desk")
    phone.one(step(phone, order_id, "part_finish", remainder="The second tap"))
    with looking(app) as session:
        rest = session.scalars(sa.select(WorkOrder.id).where(WorkOrder.part_of_id == order_id)).one()
    assert f"/work-orders/{rest}" in page(desk.get(f"/work-orders/{order_id}")).links
    assert f"/work-orders/{order_id}" in page(desk.get(f"/work-orders/{rest}")).links


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"verb": "use", "lines": [{"item": "tap", "quantity": -1}]}, "bad-body"),
        ({"verb": "use", "lines": [{"item": "tap", "quantity": "0"}]}, "bad-body"),
        ({"verb": "use", "lines": [{"item": "tap", "quantity": "abc"}]}, "bad-body"),
        ({"verb": "use", "lines": [{"item": "tap", "quantity": 1e9}]}, "bad-body"),
        ({"verb": "use", "lines": [{"item": "stranger", "quantity": 1}]}, "bad-body"),
        ({"verb": "finish", "reason": "x" * 10_001}, "bad-body"),
        ({"verb": "hand_over", "to": "stranger"}, "bad-body"),
        ({"verb": "hand_over"}, "bad-body"),
        ({"verb": "sign"}, "bad-body"),
        ({"verb": "pause", "until": "tomorrow"}, "bad-body"),
        ({"verb": "finish", "order": "00000000-0000-7000-8000-000000000000"}, "unknown-order"),
    ],
)
def test_what_cannot_be_counted_is_held_byte_for_byte(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, more: dict[str, Any], reason: str
) -> None:
    prices, order_id, phone = make_prices(app, world), make_order(app, world), phone_of("technician")
    known = {"tap": str(prices.tap), "stranger": str(world.people["stranger"])}
    body = json.loads(re.sub(r'"(tap|stranger)"', lambda found: f'"{known[found[1]]}"', json.dumps(more)))
    sent = phone.record("work-step", {"order": str(order_id)} | body)
    result = phone.one(sent)
    assert (result["status"], result["reason"]) == ("held", reason)
    with looking(app) as session:
        assert session.get_one(Record, sent.uuid).payload == sent.payload.encode()
    assert (order_of(app, order_id).state, next_step(shown(sign_in("technician"), order_id))) == ("assigned", ["accept"])


def test_a_step_at_a_foreign_site_is_held(app: Flask, world: World, phone_of: PhoneOf) -> None:
    order_id, stranger = make_order(app, world), phone_of("stranger")
    assert stranger.one(step(stranger, order_id, "finish"))["reason"] == "no-access"


def test_an_svg_is_no_photo_and_the_step_stands_without_it(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    named = named_photo(SVG, "image/svg+xml")
    result = phone.one(step(phone, order_id, "photo", stage="before", photos=[named]))
    assert (result["status"], result["photos_pending"]) == ("accepted", [named["sha256"]])
    assert phone.put_photo(SVG).status_code == 415
    assert named["sha256"] not in shown(sign_in("technician"), order_id)
    assert sign_in("technician").get(f"/work-orders/{order_id}/photos/{named['sha256']}").status_code == 404


def test_ten_thousand_letters_are_kept_and_shown_as_words(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    words = "<script>alert(1)</script>" + "长" * 9_970
    assert phone.one(step(phone, order_id, "finish", reason=words))["status"] == "accepted"
    text = shown(sign_in("technician"), order_id)
    assert "<script>alert(1)" not in text and html.escape(words[:20]) in text


# ---------------------------------------------------------------- what the phone works with


def test_the_phone_gets_what_it_needs_to_work_the_charge_out(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    prices, order_id, phone, browser = make_prices(app, world), make_order(app, world), phone_of("technician"), sign_in("technician")
    given = facts(shown(browser, order_id))
    assert {item["item"]: item["minor"] for item in given["items"]} == {str(prices.labour): 6000, str(prices.tap): 8500}
    assert (given["payer"], given["currency"], given["zone"], given["onSiteAt"]) == ("resident", "CNY", "Asia/Shanghai", None)
    assert given["terms"][0]["night"] == 5000
    phone.send(step(phone, order_id, "on_site"), step(phone, order_id, "use", lines=used(prices, tap="1.5")))
    with app.app_context(), writing():  # dearer from now on: the list that was shown keeps its price
        charging.set_price(db.session.get_one(PriceItem, prices.tap), 9900, world.people["manager"], clock.now)
        charging.set_price(db.session.get_one(PriceItem, prices.labour), None, world.people["manager"], clock.now)
    clock.forward(minutes=5)
    given = facts(shown(browser, order_id))
    assert given["used"] == {str(prices.labour): "0.5", str(prices.tap): "1.5"}
    assert {item["item"]: item["minor"] for item in given["items"]} == {str(prices.labour): 6000, str(prices.tap): 8500}
    assert given["onSiteAt"] == (clock.now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_a_signature_over_what_was_shown_stands_although_the_price_rose_meanwhile(
    app: Flask, world: World, phone_of: PhoneOf, clock: Clock
) -> None:
    """All offline: list and signature come hours after the price has changed."""
    prices, order_id, phone = make_prices(app, world, night=0), make_order(app, world), phone_of("technician")
    lines = [{"item": str(prices.tap), "quantity": "2", "minor": 8500}]
    charge = {"part": "material", "item": str(prices.tap), "quantity": "2", "minor": 8500, "amount": 17000}
    from webapp.work_orders.charges import Charge, Line, quantity_of

    digest = Charge(order_id, "CNY", "resident", (Line("material", prices.tap, quantity_of("2"), 8500, 17000),)).digest()
    steps = [
        step(phone, order_id, "start"),
        step(phone, order_id, "use", lines=lines),
        step(phone, order_id, "finish"),
        step(
            phone, order_id, "sign", signed={"charge": digest, "strokes": SCRIBBLE, "shown": {"lines": [charge], "due": 17000}, "stars": 4}
        ),
    ]
    clock.forward(hours=1)
    with app.app_context(), writing():
        charging.set_price(db.session.get_one(PriceItem, prices.tap), 9900, world.people["manager"], clock.now)
    clock.forward(hours=3)
    assert {result["status"] for result in phone.send(*steps)} == {"accepted"}
    with looking(app) as session:
        order = session.get_one(WorkOrder, order_id)
        assert pricing.signature_under(order, pricing.charge_of(order))


def test_the_pack_holds_the_jobs_their_photos_and_their_labels(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    mine = make_order(app, world, text="Wet floor")
    offered = make_order(app, world, "light", assign=None)
    foreign = make_order(app, world, "dirt", assign="colleague")
    content, phone, browser = picture(), phone_of("technician"), sign_in("technician")
    phone.put_photo(content)
    phone.send(step(phone, mine, "photo", stage="before", photos=[named_photo(content), named_photo(picture(colour="red"))]))
    pack = browser.get("/pack").get_json()
    assert {"/work-orders/mine", "/report", f"/work-orders/{mine}", f"/work-orders/{offered}"} <= set(pack["pages"])
    assert f"/work-orders/{foreign}" not in pack["pages"]
    assert pack["photos"] == [f"/work-orders/{mine}/photos/{named_photo(content)['sha256']}"]  # the other one has not come yet
    known = {order["id"]: order for order in pack["orders"]}
    assert (known[str(mine)]["state"], known[str(mine)]["mine"], known[str(offered)]["mine"]) == ("assigned", True, False)
    assert set(known[str(mine)]["checkpoints"]) == {str(spot.id) for spot in (world.gate, world.roof, world.pump)}  # all those in the lobby
    for address in pack["pages"]:
        assert browser.get(address).status_code == 200, address
    revision = pack["revision"]
    phone.one(step(phone, mine, "accept"))
    assert browser.get("/pack").get_json()["revision"] != revision


def test_the_report_page_offers_the_types_and_places_of_ones_sites(app: Flask, world: World, sign_in: SignIn) -> None:
    guard = page(sign_in("guard").get("/report")).text
    assert "Light is out" in guard and "Repair in a home" in guard and "Lobby" in guard and "Fees" not in guard
    assert "河边" in page(sign_in("manager").get("/report?site=river")).text
    assert "No community yet" in page(sign_in("nowhere").get("/report")).text
