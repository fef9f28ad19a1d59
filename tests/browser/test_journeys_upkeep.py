"""Upkeep from the field to the desk: a gardener's pest control, a lift maintained too late, and an evening in storm mode."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from webapp.core import clock, ids
from webapp.core.db import db
from webapp.equipment import actions as equipment
from webapp.equipment import register
from webapp.equipment.classes import LEGAL
from webapp.inspections import actions as inspections
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist, Inspection
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.sites.models import Checkpoint, Site
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkStep

from .conftest import MakePhone
from .label_pictures import camera_file, render
from .phone import Phone
from .serving import PASSWORD, ZONE, Server, Spot, World, make_world

GREEN, LIFT, SUMP, GATE = 8, 4, 3, 0  # which of the world's points they are at
PEST: list[dict[str, Any]] = [
    {"id": "agent", "kind": "choice", "text": "药剂", "text_en": "Agent", "choices": ["吡虫啉", "苦参碱"], "choices_en": ["imidacloprid", "matrine"]},
    {"id": "dose", "kind": "number", "text": "稀释倍数", "text_en": "Dilution", "low": 300, "high": 3000, "unit": "×"},
    {"id": "area", "kind": "number", "text": "施药面积", "text_en": "Area treated", "low": 1, "unit": "m²"},
    {"id": "interval", "kind": "number", "text": "安全间隔期", "text_en": "Keep off for", "low": 24, "unit": "h"},
    {"id": "sign", "kind": "yes_no", "text": "已设警示牌", "text_en": "Warning signs set", "severity": "danger"},
]  # fmt: skip
DRY: list[dict[str, Any]] = [{"id": "dry", "kind": "pass", "text": "无积水", "text_en": "No standing water"}]


# ---------------------------------------------------------------- the world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The community, with a green area, a lift, and plans for calm and for storm."""
    return make_world(tmp_path_factory.mktemp("upkeep"), add_upkeep)


def add_upkeep(world: World, site: Site) -> None:
    """A gardener and what is asked of them and others. The lift was maintained in time once, and is overdue by three days now."""
    gardener = people.create_person(
        "gardener", "绿化师傅", "gardener", PASSWORD, name_en="Gardener", language="en", roles={site.id: "worker"}
    )
    world.people["gardener"] = str(gardener.id)
    pest = add_list(world, site, "病虫害防治记录", "Pest control", "gardener", PEST)
    add_plan(world, site, pest, "Pest control", GREEN, trade="gardener", unit="month")
    add_lift(world, site)
    gate, sump, water = (add_list(world, site, name, name, "guard", DRY) for name in ("Gate", "Sump", "Water"))
    add_plan(world, site, gate, "Gate check", GATE, mode="calm")
    weekly = add_plan(world, site, sump, "Sump pump, weekly", SUMP, mode="calm", unit="week", begins_on=day_before(2))
    done = {"checklist_id": sump.id, "version_id": sump.versions[0].id, "plan_id": weekly, "checkpoint_id": UUID(world.spots[SUMP].id)}
    by = {"person_id": UUID(world.people["guard"]), "at": clock.now() - timedelta(days=2), "answers": {}, "passed": True}
    db.session.add(Inspection(id=ids.new_id(), site_id=site.id, **done, **by))
    add_plan(world, site, sump, "Sump pump, daily", SUMP, mode="storm", begins_on=day_before(9))
    add_plan(world, site, water, "Water watch", SUMP, mode="storm", begins_on=day_before(9))
    register.add_meter(site.id, register.MeterFacts("W-9", "总水表", "Main water meter", "m³", 4))
    shows = {"id": "shows", "kind": "reading", "text": "总水表读数", "text_en": "What the main meter shows", "meter": "W-9"}
    add_list(world, site, "Meter room", "Meter room", "technician", [shows])
    pumps = add_list(world, site, "Pumps", "Pumps", "technician", DRY)
    pumps.target, pumps.class_code = "equipment", "pump"
    spot = db.session.get_one(Checkpoint, UUID(world.spots[SUMP].id))
    for n in (1, 2):
        register.add(
            site.id, register.EquipmentFacts(f"SB-{n}", "pump", f"{n}号泵", f"Pump {n}", spot.place_id, checkpoint_id=spot.id), clock.now()
        )


def day_before(days: int) -> date:
    return clock.local_day(clock.now() - timedelta(days=days), ZONE.key)


def add_list(world: World, site: Site, name: str, name_en: str, trade: str, questions: list[dict[str, Any]]) -> Checklist:
    checklist = Checklist(site_id=site.id, name=name, name_en=name_en, service="greening", trade=trade)
    db.session.add(checklist)
    db.session.flush()
    content = Content.model_validate({"sections": [{"name": name, "name_en": name_en, "questions": questions}]})
    inspections.set_content(checklist, content, UUID(world.people["supervisor"]), clock.now() - timedelta(days=30))
    return checklist


def add_plan(world: World, site: Site, checklist: Checklist, name: str, spot: int, **facts: Any) -> UUID:
    given = {"checklist_id": checklist.id, "name": name, "name_en": name, "points": [world.spots[spot].id], "every": 1, "unit": "day"}
    more = {"trade": "guard", "begins_on": day_before(0)} | facts
    return inspections.begin_plan(site.id, given | more, UUID(world.people["supervisor"])).id


def add_lift(world: World, site: Site) -> None:
    boss, technician = UUID(world.people["supervisor"]), UUID(world.people["technician"])
    now, spot = clock.now(), db.session.get_one(Checkpoint, UUID(world.spots[LIFT].id))
    facts = register.EquipmentFacts("DT-07", "lift", "7号电梯", "Lift 7", spot.place_id, checkpoint_id=spot.id, maker="KONE")
    lift = register.add(site.id, facts, now - timedelta(days=40))
    register.add_meter(site.id, register.MeterFacts("H-7", "运行小时", "Hours run", "h", 6, lift.id))
    begun = now - timedelta(days=18)
    register.switch_on(site.id, LEGAL["lift-15"], clock.local_day(begun, ZONE.key), boss, begun)
    for then, is_done in ((begun, True), (now - timedelta(days=4), False)):
        (order,) = equipment.raise_due(site, then)
        work.act(order, db.session.get_one(Person, boss), "assign", then, to_id=technician)
        if is_done:
            work.take_step(order, WorkStep(verb="finish", person_id=technician, at=then), then)


# ---------------------------------------------------------------- what people do


def film_of(spot: Spot, folder: Path) -> Path:
    """The label on its wall, as a camera sees it."""
    picture = render(spot.address, 1, tilt=12, blur=0.6, light=0.7, noise=5)
    return camera_file([picture], folder / "label.mjpeg", seconds_each=2, gap=1)


def newest(phone: Phone, kind: str) -> dict[str, Any]:
    """The newest record of that kind on the phone."""
    phone.until(lambda: any(item["kind"] == kind for item in phone.items()), f"a record of {kind}")
    return [item for item in phone.items() if item["kind"] == kind][-1]


def body(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["payload"])["body"]
    return found


@pytest.fixture
def office(new_phone: MakePhone) -> Phone:
    """The supervisor's desk."""
    desk = new_phone().sign_in("supervisor", then="/log")
    desk.page.set_viewport_size({"width": 1280, "height": 800})
    return desk


def test_pest_control_is_recorded_at_the_green_area_and_read_in_the_office(
    new_phone: MakePhone, office: Phone, server: Server, world: World, tmp_path: Path
) -> None:
    gardener = new_phone(film=film_of(world.spots[GREEN], tmp_path)).sign_in("gardener").ready(decoder=True)
    page = gardener.page
    gardener.offline()
    gardener.goto("/scan")
    page.get_by_role("link", name="Inspect: Pest control · due").click()
    page.locator("form[data-ready]").wait_for()
    page.get_by_text("matrine").click()
    for label, figure in (("Dilution", "1000"), ("Area treated", "240"), ("Keep off for", "12")):
        page.get_by_label(label).fill(figure)
    page.get_by_text("at least 24 h").wait_for()
    page.locator("[data-question=sign]").get_by_text("Yes", exact=True).click()
    page.locator("[data-question=interval]").get_by_label("What is wrong?").fill("Only the hedge")
    page.get_by_role("button", name="To the result").click()
    page.get_by_text("Keep off for: failed").wait_for()  # twelve hours are less than the agent wants
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    made = newest(gardener, "inspection")
    gardener.offline(False)
    gardener.until_received([one["id"] for one in gardener.items()])

    office.goto("/inspections?site=garden")
    office.page.get_by_role("link", name="Pest control").first.click()
    for words in ("matrine", "1000 ×", "240 m²", "12 h", "“Only the hedge”", "yes", "Bicycle shed"):
        office.page.get_by_text(words, exact=words != "Bicycle shed").first.wait_for()
    (kept,) = server.rows("SELECT score, passed FROM inspection WHERE id = ?", UUID(made["id"]).hex)
    assert kept["passed"] == 0
    office.goto("/log")
    office.page.get_by_text("Failed inspection").first.wait_for()


def test_a_lift_maintained_too_late_stands_in_the_log_and_in_the_binder(
    new_phone: MakePhone, office: Phone, server: Server, world: World, tmp_path: Path
) -> None:
    (order,) = server.rows("SELECT id, number FROM work_order WHERE spot = 'DT-07' AND finished_at IS NULL")
    office.goto("/log")
    office.page.get_by_text("Maintenance overdue").first.wait_for()
    technician = new_phone(film=film_of(world.spots[LIFT], tmp_path)).sign_in("technician").ready(decoder=True)
    page = technician.page
    technician.offline()
    technician.goto("/scan")
    page.get_by_role("button", name="I am there: 电梯维护保养").click()
    page.locator(".scan-sheet").get_by_text("On site · Saved on this phone").wait_for()
    page.get_by_role("link", name="Open the work order").click()
    page.wait_for_url("**/work-orders/0*")
    for name in ("Start", "Finish"):
        with page.expect_navigation():
            page.locator("[data-next]").get_by_role("button", name=name, exact=True).click()
    page.locator("[data-order-mark]", has_text="Finished · On this phone").wait_for()
    technician.offline(False)
    technician.until_received([one["id"] for one in technician.items()])

    office.goto("/log")
    office.page.get_by_text("Maintained late").first.wait_for()
    office.page.get_by_text("3 days late").first.wait_for()
    office.goto("/equipment/garden/binder?class=lift")
    gaps = office.page.locator("section", has=office.page.get_by_role("heading", name="Gaps"))
    gaps.get_by_text("3 days late").wait_for()
    done = office.page.get_by_role("row").filter(has_text=order["number"])
    done.get_by_text("3 days late").wait_for()
    done.get_by_text("Technician").wait_for()
    office.page.get_by_role("row").filter(has_text="Done in time").first.wait_for()


def test_a_label_offers_its_meter_and_its_machine_without_signal(
    new_phone: MakePhone, office: Phone, server: Server, world: World, tmp_path: Path
) -> None:
    (lift,) = server.rows("SELECT id FROM equipment WHERE number = 'DT-07'")
    technician = new_phone(film=film_of(world.spots[LIFT], tmp_path)).sign_in("technician2").ready(decoder=True)
    page = technician.page
    technician.offline()
    technician.goto("/scan")
    page.get_by_role("link", name="Lift 7").wait_for()
    page.get_by_role("link", name="Read: Hours run").click()
    page.get_by_role("heading", name="H-7 Hours run").wait_for()
    page.get_by_label("What does it show?").fill("1284.5")
    page.get_by_role("button", name="Save the reading").click()
    page.get_by_text("Saved on this phone").first.wait_for()
    machine = page.locator("[data-machine]", has_text="DT-07 Lift 7")
    machine.get_by_label("What is the matter?").fill("Door jams")
    machine.get_by_role("button", name="Fault").click()
    machine.locator("[data-status-pill]", has_text="Fault").wait_for()  # at once, from this phone
    machine.get_by_text("“Door jams”").wait_for()
    technician.scan_page()
    page.get_by_role("link", name="Lift 7 · Fault").click()
    machine.get_by_role("button", name="Running again").wait_for()
    machine.get_by_role("button", name="Fault").wait_for(state="hidden")
    technician.offline(False)
    technician.until_received([one["id"] for one in technician.items()])
    office.goto(f"/equipment/items/{UUID(lift['id'])}")
    office.page.locator("[data-status-pill]", has_text="Fault").wait_for()
    office.page.get_by_text("1 284.5 h").first.wait_for()
    (order,) = server.rows("SELECT text, spot FROM work_order WHERE origin = 'hand' AND spot = 'DT-07'")
    assert order["text"] == "7号电梯: Door jams"


def lists_in_pack(phone: Phone, world: World) -> set[str]:
    """What the scanner would offer without signal."""
    pack = phone.pack(world.people["guard2"])["pack"]
    return {one["name"] for one in (pack or {}).get("lists", []) if one["due"]}


def tasks(phone: Phone) -> set[str]:
    """What is still to be done, on the day's page."""
    return {words.split("\n")[0] for words in phone.page.locator("details.due-list summary").all_inner_texts()}


def test_an_evening_in_storm_mode(new_phone: MakePhone, office: Phone, server: Server, world: World) -> None:
    calm, storm = {"Gate check"}, {"Water watch", "Sump pump, daily"}
    guard = new_phone().sign_in("guard2").ready()
    page = guard.page
    guard.until(lambda: tasks(guard) == calm, "a calm evening", tell=lambda: tasks(guard))

    office.goto("/inspections/plans/garden")
    office.page.get_by_label("What is coming").fill("Typhoon at nine")
    office.page.get_by_role("button", name="Begin storm mode").click()
    office.page.get_by_text("Storm mode is on. Everybody at the site sees it.").wait_for()

    guard.fresh("/today")
    page.get_by_text("Typhoon at nine").wait_for()
    guard.until(lambda: tasks(guard) == storm, "added, removed and tightened", tell=lambda: tasks(guard))
    guard.until(lambda: lists_in_pack(guard, world) == storm, "the phone keeps the storm's tasks", tell=lambda: lists_in_pack(guard, world))
    guard.until(lambda: guard.pack(world.people["guard2"])["pages"], "and their pages")
    guard.offline()
    guard.scan_page()
    guard.type_code(world.spots[SUMP])
    page.get_by_role("link", name="Inspect: Water watch").wait_for()
    page.get_by_role("link", name="Inspect: Sump pump, daily").click()
    page.locator("form[data-ready]").wait_for()
    page.get_by_role("button", name="All normal").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    guard.offline(False)
    guard.until_received([one["id"] for one in guard.items()])

    office.goto("/inspections/plans/garden")
    office.page.get_by_role("button", name="End storm mode").click()
    office.page.get_by_text("Storm mode is over.").wait_for()
    guard.fresh("/today")
    guard.until(lambda: tasks(guard) == calm, "they come back", tell=lambda: tasks(guard))
    page.get_by_text("Typhoon at nine").wait_for(state="hidden")
    guard.until(lambda: lists_in_pack(guard, world) == calm, "on the phone too", tell=lambda: lists_in_pack(guard, world))
    (mode,) = server.rows("SELECT reason, until_at FROM site_mode")
    assert mode["reason"] == "Typhoon at nine"
    assert mode["until_at"]
    assert datetime.fromisoformat(mode["until_at"])


def test_of_two_machines_at_one_label_the_page_asks_which(new_phone: MakePhone, server: Server, world: World) -> None:
    technician = new_phone().sign_in("technician").ready()
    page = technician.page
    technician.offline()
    technician.scan_page()
    technician.type_code(world.spots[SUMP])
    page.get_by_role("link", name="Inspect: Pumps").click()
    page.locator("form[data-ready]").wait_for()
    page.get_by_role("button", name="All normal").click()
    page.get_by_text("Choose the machine first.").wait_for()
    page.get_by_label("Which machine?").select_option(label="SB-2 Pump 2")
    page.get_by_role("button", name="To the result").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    made = newest(technician, "inspection")
    technician.offline(False)
    technician.until_received([made["id"]])
    (kept,) = server.rows(
        "SELECT number FROM inspection JOIN equipment ON equipment.id = equipment_id WHERE inspection.id = ?", UUID(made["id"]).hex
    )
    assert kept["number"] == "SB-2"


def test_a_meter_read_in_a_checklist_is_doubted_while_it_is_typed_and_kept_once(new_phone: MakePhone, server: Server, world: World) -> None:
    technician = new_phone().sign_in("technician").ready()
    page = technician.page
    technician.offline()
    technician.scan_page()
    technician.type_code(world.spots[SUMP])
    page.get_by_role("link", name="Inspect: Meter room").click()
    page.locator("form[data-ready]").wait_for()
    shows = page.locator("[data-question=shows]")
    figure, doubt = shows.get_by_label("What the main meter shows"), shows.get_by_text("More digits than the meter has")
    figure.fill("12345")
    doubt.wait_for()
    figure.fill("1234.5")
    doubt.wait_for(state="hidden")
    page.get_by_role("button", name="To the result").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    made = newest(technician, "inspection")
    technician.offline(False)
    technician.until_received([made["id"]])
    technician.send_now()
    kept = server.rows("SELECT value, doubt FROM reading JOIN meter ON meter.id = meter_id WHERE number = 'W-9'")
    assert [(float(one["value"]), one["doubt"]) for one in kept] == [(1234.5, None)]
