"""Search: everything a person may see and nothing else, in both languages; what is old as well as what is new."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.settling import decide, row
from tests.http.working import make_order, order_of, step
from tests.making import Browser, Clock, Phone, World, page
from tests.upkeep import make_piece
from webapp.core.db import db, writing
from webapp.equipment.models import Equipment
from webapp.equipment.register import add_document
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]


def hits(browser: Browser, words: str) -> list[str]:
    """Where the search leads."""
    answer = browser.get("/search?q=" + words, **{"HX-Request": "true"})
    assert answer.status_code == 200
    return [link for link in page(answer).links if link.startswith("/")]


def test_an_order_is_found_by_its_number_its_words_and_its_flat(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    order_id = make_order(app, world, text="厨房水龙头漏水, the tap drips", phone="138 0000 1234")
    desk = sign_in("desk")
    for words in ("漏水", "水龙头 drips", "TAP", "1-302", order_of(app, order_id).number, "13800001234", "水"):
        assert f"/work-orders/{order_id}" in hits(desk, words), words
    for words in ("龙头水", "roof drips", "9-999"):
        assert f"/work-orders/{order_id}" not in hits(desk, words), words


def test_what_a_technician_wrote_on_an_order_is_found(
    app: Flask, world: World, sign_in: SignIn, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    order_id = make_order(app, world)
    phone = phone_of("technician")
    phone.send(step(phone, order_id, "accept"), step(phone, order_id, "pause", reason="Waiting for the gasket", cause="parts"))
    assert f"/work-orders/{order_id}" in hits(sign_in("desk"), "gasket")


@pytest.mark.parametrize(
    ("username", "finds"),
    [("desk", True), ("supervisor", True), ("manager", True), ("admin", True), ("technician", True), ("guard", False), ("elsewhere", False),
     ("stranger", False), ("nowhere", False)],
)  # fmt: skip
def test_who_finds_an_order(app: Flask, world: World, sign_in: SignIn, clock: Clock, username: str, finds: bool) -> None:
    order_id = make_order(app, world, text="Unmistakable")
    assert (f"/work-orders/{order_id}" in hits(sign_in(username), "unmistakable")) is finds


def test_notes_are_found_by_supervisors_and_by_who_wrote_them(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan, phone.record("note", {"about": scan.id, "result": "issue", "text": "围栏上有个洞, hole in the fence"}))
    assert any(link.startswith(("/rounds/", "/log/garden/2026-")) for link in hits(sign_in("supervisor"), "有个洞"))
    assert any(link.startswith(("/rounds/", "/my-day")) for link in hits(sign_in("guard"), "fence"))
    for other in ("colleague", "desk", "elsewhere"):
        assert not any(link.startswith(("/rounds/", "/log/", "/my-day")) for link in hits(sign_in(other), "fence")), other


def test_what_an_inspection_found_is_found(app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    made = inspect(phone, make_checklist(app, world), GOOD | {"light": {"value": False, "note": "Bulb shattered"}}, code=world.gate.code)
    phone.send(made)
    assert f"/inspections/{made.id}" in hits(sign_in("supervisor"), "light")
    assert f"/inspections/{made.id}" in hits(sign_in("supervisor"), "灯亮")
    assert f"/inspections/{made.id}" not in hits(sign_in("elsewhere"), "light")


def test_points_by_name_number_and_code_the_old_code_too(world: World, sign_in: SignIn, clock: Clock) -> None:
    supervisor, guard = sign_in("supervisor"), sign_in("guard")
    for words in ("水泵", "pump", "B1-03", world.pump.code, world.old_code, f"{world.pump.code[:5]}-{world.pump.code[5:]}"):
        assert f"/checkpoints/{world.pump.id}" in hits(supervisor, words), words
        assert any(link.startswith("/c/") for link in hits(guard, words)), words
    assert hits(sign_in("stranger"), world.pump.code) == []
    assert hits(supervisor, "bridge") == [], "another community's"


def test_people_are_found_by_those_who_lead_them(world: World, sign_in: SignIn, clock: Clock) -> None:
    day_of_guard = f"/people/{world.people['guard']}/day"
    assert day_of_guard in hits(sign_in("supervisor"), "Guard")
    assert day_of_guard in hits(sign_in("supervisor"), "E-guard")
    for other in ("guard", "desk", "elsewhere"):
        assert day_of_guard not in hits(sign_in(other), "guard"), other


def test_the_page_says_what_to_do_when_nothing_is_found_and_bears_any_words(world: World, sign_in: SignIn, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    assert "Nothing found" not in page(supervisor.get("/search")).text
    assert "Nothing found" in page(supervisor.get("/search?q=xyzzy")).text
    for words in ("%25", "_", "'\"", "*", "水" * 200, "a b c d e f g h i j k l m n o p", "<script>"):
        assert supervisor.get("/search?q=" + words).status_code == 200, words


def test_what_supervisors_wrote_and_were_answered_is_found_by_those_of_the_site(
    world: World, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan, phone.record("note", {"about": scan.id, "result": "issue", "text": "Hatch"}))
    supervisor = sign_in("supervisor")
    supervisor.post("/log/garden/2026-11-23/remarks", {"text": "夜间降温, sleet on the ramp"})
    decide(supervisor, row(supervisor, "problem"), "ask", "Which hatch was that?")
    answered = phone.record("answer", {"question": question_of(phone), "verb": "explain", "text": "The northern one"})
    assert phone.one(answered)["status"] == "accepted"
    phone.send(phone.record("handover", {"verb": "give", "site": "garden", "to": str(world.people["colleague"]), "text": "Barrier sticks"}))
    for words, where in (
        ("sleet", "remarks"),
        ("降温", "remarks"),
        ("which hatch", "settled"),
        ("northern", "settled"),
        ("barrier", "handovers"),
    ):
        assert f"/log/garden/2026-11-23#{where}" in hits(supervisor, words), words
        for other in ("elsewhere", "desk", "technician", "nowhere"):
            assert not any(link.startswith(("/log/", "/handover")) for link in hits(sign_in(other), words)), (other, words)
    for mine in ("guard", "colleague"):
        assert "/handover" in hits(sign_in(mine), "barrier"), mine


def question_of(phone: Phone) -> str:
    """What the person is asked, as their page has it."""
    found = re.search(r'data-asked="([^"]+)"', phone.browser.get("/today").text)
    assert found
    return found[1]


def test_field_staff_find_what_is_offered_to_them_and_their_own_findings(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    order_id = make_order(app, world, "light", text="Corridor blackout", assign=None)
    with app.app_context(), writing():
        order = db.session.get_one(WorkOrder, order_id)
        order.state, order.offered_trade = "offered", "technician"
    assert f"/work-orders/{order_id}" in hits(sign_in("technician"), "blackout")
    assert f"/work-orders/{order_id}" not in hits(sign_in("guard"), "blackout")
    made = inspect(phone, make_checklist(app, world), GOOD | {"light": {"value": False, "text": "Bulb shattered"}}, code=world.gate.code)
    assert phone.one(made)["status"] == "accepted"
    assert f"/inspections/{made.id}" in hits(sign_in("guard"), "shattered")
    assert f"/inspections/{made.id}" in hits(sign_in("supervisor"), "shattered")
    for other in ("colleague", "technician", "elsewhere"):
        assert f"/inspections/{made.id}" not in hits(sign_in(other), "shattered"), other


def test_what_was_written_in_an_inspection_that_passed_and_documents_are_found(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    made = inspect(phone, make_checklist(app, world), GOOD | {"heat": {"value": 20, "text": "Radiator gurgles"}}, code=world.gate.code)
    assert phone.one(made)["status"] == "accepted"
    assert f"/inspections/{made.id}" in hits(sign_in("supervisor"), "gurgles")
    piece = make_piece(app, world)
    with app.app_context(), writing():
        add_document(db.session.get_one(Equipment, piece), "电梯使用登记证", "SH-4711", None, world.people["supervisor"], clock.now)
    for words in ("登记证", "4711"):
        assert f"/equipment/items/{piece}" in hits(sign_in("supervisor"), words), words
        assert hits(sign_in("elsewhere"), words) == []
