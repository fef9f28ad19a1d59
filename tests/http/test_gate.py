"""Who may use which route: every route × every kind of person, against what the route declares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.http.inspecting import make_inspection
from tests.making import Browser, Phone, World, named_photo, picture
from tests.upkeep import make_meter, make_piece, make_plan
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.core.gate import OPEN, RANKS, access_of
from webapp.equipment import register, renewal
from webapp.equipment.models import Equipment
from webapp.inspections.actions import begin_area
from webapp.inspections.models import GuidePicture
from webapp.notices.actions import Wanted, subscribe
from webapp.notices.delivering import put, row_of
from webapp.notices.rules import Event
from webapp.notices.topics import Words
from webapp.people import actions
from webapp.people.models import Person
from webapp.service import actions as service
from webapp.service.forms import ReportForm
from webapp.sites.models import Checkpoint, FloorPlan, Site
from webapp.work_orders import actions as work
from webapp.work_orders import charging
from webapp.work_orders.models import SignLink, WorkStep

EVERYBODY = ("nobody", "nowhere", "guard", "desk", "supervisor", "elsewhere", "manager", "admin")

# What a route needs in its address: things of the garden. A new route with a new kind of value adds it here.
VALUES: dict[str, Callable[[World, dict[str, Any]], object]] = {
    "slug": lambda world, made: "garden",
    "day": lambda world, made: "2026-11-23",
    "checkpoint_id": lambda world, made: world.gate.id,
    "route_id": lambda world, made: world.route,
    "schedule_id": lambda world, made: world.schedule,
    "round_id": lambda world, made: world.round(),
    "person_id": lambda world, made: world.people["guard"],
    "device_id": lambda world, made: made["device"],
    "record_id": lambda world, made: made["held"],
    "sha256": lambda world, made: made["photo"],
    "token": lambda world, made: made["token"],
    "sign_token": lambda world, made: made["sign_token"],
    "item_id": lambda world, made: made["item"],
    "month": lambda world, made: "2026-11",
    "order_id": lambda world, made: made["order"],
    "handover_id": lambda world, made: made["handover"],
    "request_id": lambda world, made: made["request"],
    "code": lambda world, made: world.gate.code,
    "build": lambda world, made: made["build"],
    "name": lambda world, made: "css/app.css",
    "verb": lambda world, made: "retire",
    "checklist_id": lambda world, made: made["checklist"],
    "inspection_id": lambda world, made: made["inspection"],
    "inspection_plan_id": lambda world, made: made["inspection_plan"],
    "area_id": lambda world, made: made["area"],
    "area_service": lambda world, made: "cleaning",
    "type_code": lambda world, made: "light",
    "equipment_id": lambda world, made: made["equipment"],
    "document_id": lambda world, made: made["document"],
    "renewal_id": lambda world, made: made["renewal"],
    "meter_id": lambda world, made: made["meter"],
    "plan_id": lambda world, made: made["plan"],
    "subscription_id": lambda world, made: made["subscription"],
    "notice_id": lambda world, made: made["notice"],
    "legal_code": lambda world, made: "lift-15",
    "floor_plan_id": lambda world, made: made["floor_plan"],
}
VERBS = {"accounts.change_person": "disable", "sites.change_checkpoint": "label", "held.decide": "aside"}
# Site-scoped routes whose site is not in the address: what is there for them is listed, not named.
SCOPED = {
    "slug", "checkpoint_id", "route_id", "schedule_id", "round_id", "record_id", "request_id", "order_id", "person_id", "device_id", "equipment_id",
    "renewal_id", "meter_id", "plan_id", "checklist_id", "inspection_id", "inspection_plan_id", "area_id", "subscription_id", "notice_id", "floor_plan_id",
}  # fmt: skip
# One's own things, or those of one's people: whoever else asks finds nothing.
OFFICE = {"desk", "supervisor", "manager", "admin"}
OWN = {
    "daily_log.photo": {"guard", "supervisor", "manager", "admin"},
    "accounts.revoke": {"guard", "supervisor", "manager", "admin"},
    "work_orders.order_page": OFFICE,  # offered to technicians
    "work_orders.photo": OFFICE,
    "linking.change_link": OFFICE,
    "handover.confirm": {"guard"},
}
QUERY = {"sites.label_csv": "?site=garden", "sites.label_sheets": "?site=garden"}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(method, endpoint, rule) of every route that does not ask for a ticket; those that end something come last."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if access_of(app, rule.endpoint) != "ticket":
                found.append((method, rule.endpoint, str(rule)))
    return sorted(found, key=lambda route: (route[0] != "GET", route[2].endswith("/retire"), route[2].endswith("/end")))


@pytest.fixture
def made(app: Flask, world: World, phone: Phone) -> dict[str, Any]:
    """A held record with a photo, a checkpoint with a picture, and a phone."""
    content = picture()
    phone.put_photo(content)
    with app.app_context(), writing():
        db.session.get_one(Checkpoint, world.gate.id).photo_sha256 = named_photo(content)["sha256"]
    held = phone.record("scan", {"code": "nonsense"}, photos=[named_photo(content)])
    given = phone.record("handover", {"verb": "give", "site": "garden", "to": str(world.people["colleague"])})
    phone.send(held, given)
    with app.app_context(), writing():
        checkpoint = db.session.get_one(Checkpoint, world.gate.id)
        request = service.report(ReportForm(type_code="light"), checkpoint, "en", "", clock.now())
        service.add_photos(request, [content])
        order = service.raise_order(request, world.people["desk"], clock.now())
        reported = {"request": request.id, "token": request.token, "order": order.id}
        order.payer = "resident"
        work.take_step(order, WorkStep(verb="finish", person_id=world.people["technician"], at=clock.now()), clock.now())
        reported["sign_token"] = "5" * 32
        by_link = {"made_by_id": world.people["desk"], "made_at": clock.now(), "until": clock.now() + timedelta(days=1)}
        db.session.add(SignLink(order_id=order.id, token=reported["sign_token"], **by_link))
        item = charging.add_item(world.garden, charging.ItemFacts("labour", "hour", "人工"), 6000, world.people["manager"], clock.now())
        reported["item"] = item.id
        facts = {"checkpoint_id": world.gate.id, "kind": "lobby", "grade": 2, "begins_on": clock.now().date()}
        reported["area"] = begin_area(world.garden, facts, world.people["supervisor"]).id
        by, sha256 = world.people["supervisor"], named_photo(content)["sha256"]
        said = {"pictured_by_id": by, "pictured_at": clock.now(), "changed_by_id": by, "changed_at": clock.now()}
        plan = FloorPlan(site_id=world.garden, name="园区", sha256=sha256, **said)
        db.session.add(plan)
        db.session.flush()
        reported["floor_plan"] = plan.id
        db.session.add(GuidePicture(site_id=world.garden, sha256=named_photo(content)["sha256"], person_id=world.people["supervisor"]))
    inspected = make_inspection(app, world, phone, content)
    return (
        reported
        | make_notice(app, world)
        | make_upkeep(app, world, named_photo(content)["sha256"])
        | inspected
        | {
            "held": held.id,
            "handover": given.id,
            "photo": named_photo(content)["sha256"],
            "device": phone.device,
            "build": app.extensions["bundle"].build,
        }
    )


def make_notice(app: Flask, world: World) -> dict[str, Any]:
    """A subscription, and a notice that was not sent."""
    with app.app_context(), writing():
        site, wanted = db.session.get_one(Site, world.garden), Wanted("signed-log", "mail", "owners@example.com", "en", 8)
        row, _is_new = subscribe(site, wanted, world.people["supervisor"], clock.now())
        event, words = Event(clock.now().date(), 1, clock.now()), Words("Log", [], "https://rounds.example.com/log", "Open")
        (notice,) = put([row_of(row, event, words, clock.now())])
        return {"subscription": row.id, "notice": notice}


def make_upkeep(app: Flask, world: World, sha256: str) -> dict[str, Any]:
    """A piece of equipment with a document and a renewal, a meter, a plan."""
    piece = make_piece(app, world)
    with app.app_context(), writing():
        one, by = db.session.get_one(Equipment, piece), world.people["supervisor"]
        document = register.add_document(one, "Certificate", "", None, by, clock.now())
        register.add_files(document, [(sha256, "certificate.jpg")])
        step = renewal.propose(one, "New ropes", 100, "CNY", by, clock.now())
        made = {"equipment": piece, "document": document.id, "renewal": step.renewal_id}
    return made | {"meter": make_meter(app, world), "plan": make_plan(app, world)}


def address_of(app: Flask, endpoint: str, rule: str, world: World, made: dict[str, Any]) -> tuple[str, set[str]]:
    """The route's address, filled in, and which values it took."""
    arguments = next(r.arguments for r in app.url_map.iter_rules(endpoint) if str(r) == rule)
    missing = arguments - VALUES.keys()
    assert not missing, f"{endpoint} needs {missing}: tell VALUES in this file what to try"
    values = {name: VALUES[name](world, made) for name in arguments}
    if endpoint in VERBS:
        values["verb"] = VERBS[endpoint]
    if endpoint in QUERY:
        arguments = arguments | {"slug"}
    return app.url_map.bind("localhost").build(endpoint, values) + QUERY.get(endpoint, ""), set(arguments)


def expected(access: str, who: str, endpoint: str, takes: set[str], method: str) -> str:
    """What the declaration promises: in, out (sign in first), or nothing (404)."""
    if access == "public":
        return "in"
    if who == "nobody":
        return "out"
    rank = {"nowhere": 0, "guard": 1, "elsewhere": 3}.get(who, RANKS.get(who, 0))
    if rank < RANKS[access]:
        return "nothing"
    if endpoint in OWN:
        return "in" if who in OWN[endpoint] else "nothing"
    if takes & SCOPED and who in ("nowhere", "elsewhere"):
        return "nothing"
    return "in"


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_route_lets_in_whom_it_declares_and_nobody_else(app: Flask, world: World, made: dict[str, Any], who: str) -> None:
    wrong = []
    browser = Browser(app) if who == "nobody" else Browser(app).sign_in(who)
    for method, endpoint, rule in routes(app):
        if endpoint in ("people.logout", "home.first_run", "home.make_first", "people.login_as", "people.sign_in_as", "people.forget"):
            continue  # have tests of their own: they depend on the browser or on an empty database
        address, takes = address_of(app, endpoint, rule, world, made)
        response = browser.get(address) if method == "GET" else browser.post(address)
        promise = expected(access_of(app, endpoint), who, endpoint, takes, method)
        # `out`: led to the sign-in page, or 401 where JSON is spoken.
        led_to_sign_in = response.status_code == 302 and response.location.startswith("/login?")
        kept_out = led_to_sign_in or response.status_code == 401
        got = "out" if kept_out else "nothing" if response.status_code == 404 else "in"
        if got != promise or response.status_code >= 500:
            wrong.append(f"{who} {method} {address}: {response.status_code}, promised {promise}")
    assert wrong == []


@pytest.mark.parametrize("who", ["guard", "desk", "supervisor", "elsewhere", "manager", "admin", "nowhere"])
def test_the_site_decides_not_the_highest_rank_held_somewhere(app: Flask, world: World, who: str) -> None:
    """`elsewhere` is a supervisor at the river and nobody at the garden."""
    browser = Browser(app).sign_in(who)
    status = browser.get("/sites/garden").status_code
    assert status == (200 if who in ("supervisor", "manager", "admin") else 404)


def test_one_who_may_see_but_not_change_is_told_so(app: Flask, world: World) -> None:
    """403 is only for those who know of it anyway: the desk of the garden who supervises at the river."""
    with app.app_context(), writing():
        actions.edit_person(db.session.get_one(Person, world.people["elsewhere"]), {}, {world.garden: "worker"}, {world.garden})
    browser = Browser(app).sign_in("elsewhere")
    assert browser.get("/sites/garden").status_code == 403
    assert browser.get("/sites/river").status_code == 200


def test_every_rank_is_one_of_the_known_ones_and_every_ticket_route_is_the_intakes(app: Flask) -> None:
    declared = {rule.endpoint: access_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    assert set(declared.values()) <= RANKS.keys() | OPEN
    assert {e for e, access in declared.items() if access == "ticket"} == {
        "photos.put",
        "photos.post",
        "photos.head",
        "photos.options",
        "photos.patch",
        "sync.ping",
        "sync.take",
        "sync.have",
    }


def test_the_public_list_is_short_and_known(app: Flask) -> None:
    """A route that becomes public must be added here by somebody who thought about it."""
    public = {rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) == "public"}
    assert public == {
        "static_files.file", "static_files.service_worker", "people.login", "people.sign_in", "people.login_as", "people.sign_in_as", "people.forget",
        "people.logout", "people.choose_language", "sites.open_label", "phone.outbox", "phone.offline", "home.first_page", "home.first_run",
        "home.make_first", "home.healthz", "home.manifest", "service.report_page", "service.report", "resident.resident_page", "resident.resident_photo",
        "resident.answer", "resident.sign", "resident.resident_receipt", "linking.sign_page", "linking.sign", "linking.sign_receipt",
    }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_what_another_website_posts_is_not_carried_out_at_any_route(
    app: Flask, world: World, made: dict[str, Any], headers: dict[str, str]
) -> None:
    browser = Browser(app).sign_in("admin")
    for method, endpoint, rule in routes(app):
        if method != "GET":
            address, _takes = address_of(app, endpoint, rule, world, made)
            assert browser.post(address, headers=headers).status_code == 403, address


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}])
def test_what_our_own_pages_post_is(app: Flask, sign_in: Callable[[str], Browser], headers: dict[str, str]) -> None:
    response = sign_in("guard").post("/me/settings", {"language": "en", "theme": "dark"}, headers)
    assert response.status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/sites/%00",
        "/log/%00/2026-11-23",
        "/patrols/%00",
        "/people?q=%00",
        "/labels?site=%00",
        "/labels.csv?site=%00",
        "/rounds/%00",
        "/c/%00",
        "/login?next=/%00",
        "/rounds/a%00-20261123-2200",
    ],
)
def test_a_nul_anywhere_in_an_address_is_refused_on_both_engines(sign_in: Callable[[str], Browser], address: str) -> None:
    assert sign_in("admin").get(address).status_code in (400, 404)


@pytest.mark.parametrize(
    "address",
    ["/login", "/me/settings", "/people/new", "/sites/garden/places/new", "/sites/garden/checkpoints/new", "/patrols/garden/routes/new"],
)
def test_a_nul_anywhere_in_a_form_is_refused_on_both_engines(sign_in: Callable[[str], Browser], address: str) -> None:
    fields = ("username", "password", "name", "number", "language", "slug", "q")
    assert sign_in("admin").post(address, dict.fromkeys(fields, "a\0b")).status_code == 400


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(app: Flask) -> None:
    browser = Browser(app)
    response = browser.get("/log/garden/2026-11-23")
    assert response.status_code == 302
    assert response.location == "/login?next=/log/garden/2026-11-23"
    response = browser.post("/login", {"username": "supervisor", "password": "a good password", "next": "/log/garden/2026-11-23"})
    assert response.location == "/log/garden/2026-11-23"


def test_a_fragment_is_not_replaced_by_the_sign_in_page(app: Flask) -> None:
    """Evidence trap 5: htmx would follow a redirect and swap the form into the page."""
    response = Browser(app).get("/log/garden/2026-11-23", HX_Request="true")
    assert response.status_code == 401
    assert response.headers["HX-Redirect"].startswith("/login?next=")
    assert response.text == ""
