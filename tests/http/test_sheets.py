"""Lists as files: the same rows as on the page, filters in force, nothing in a cell that a spreadsheet would work out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.inspecting import make_plan as make_inspection_plan
from tests.http.working import make_order, order_of
from tests.making import Browser, Clock, Phone, World
from tests.upkeep import make_meter, make_piece, make_plan
from webapp.core.db import db, writing
from webapp.inspections.actions import begin_area
from webapp.service.actions import report
from webapp.service.forms import ReportForm
from webapp.sites.models import Checkpoint

SignIn = Callable[[str], Browser]


def book(browser: Browser, address: str) -> list[list[Any]]:
    """The rows of the workbook at that address, the heading first."""
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert ".xlsx" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def rows(browser: Browser, address: str) -> list[dict[str, Any]]:
    """The rows as JSON."""
    answer = browser.get(address)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["rows"]
    return found


def test_orders_with_the_filters_in_force(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    tap = make_order(app, world, text='=HYPERLINK("http://evil")', urgent=True)
    make_order(app, world, "light", text="The stairs are dark", assign=None)
    desk = sign_in("desk")
    number = order_of(app, tap).number
    assert {row["number"] for row in rows(desk, "/work-orders?as=json")} > {number}
    (only,) = rows(desk, "/work-orders?urgent=1&as=json")
    assert (only["number"], only["urgent"], only["text"]) == (number, True, '=HYPERLINK("http://evil")')
    assert only["raised_at"].endswith("Z")
    heading, line = book(desk, "/work-orders?urgent=1&as=xlsx")
    assert heading[0] == "Number"
    assert (line[0], line[4]) == (number, '=HYPERLINK("http://evil")')
    assert line[8].hour == 22, "local time of the site"
    sheet = load_workbook(io.BytesIO(desk.get("/work-orders?urgent=1&as=xlsx").data)).active
    assert sheet is not None
    assert sheet["E2"].data_type == "s", "words, never a formula"


def test_a_day_in_a_sheet_is_a_day_without_an_hour(world: World, sign_in: SignIn) -> None:
    answer = sign_in("supervisor").get("/log/garden/month/2026-11?as=xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert (sheet["A2"].is_date, sheet["A2"].number_format) == (True, "yyyy-mm-dd")


@pytest.mark.parametrize(
    ("username", "address", "least"),
    [("supervisor", "/people", 5), ("desk", "/requests?state=all", 0), ("desk", "/work-orders?group=all", 0), ("supervisor", "/inspections", 0),
     ("supervisor", "/equipment/garden", 0), ("desk", "/charges/garden/2026-11", 0), ("supervisor", "/maintenance/garden", 0),
     ("supervisor", "/maintenance/garden?show=overdue", 0), ("supervisor", "/meters/garden", 0), ("supervisor", "/inspections/plans/garden", 0),
     ("supervisor", "/inspections/coverage/garden", 0), ("supervisor", "/areas/cleaning/garden", 0), ("supervisor", "/checklists/garden", 0),
     ("supervisor", "/devices", 1), ("supervisor", "/held", 0), ("supervisor", "/held?state=aside", 0), ("supervisor", "/log/garden/month/2026-11", 23),
     ("supervisor", "/log/garden/2026-11-23/heat", 3), ("desk", "/requests/complaints", 0), ("desk", "/flow/garden", 7),
     ("supervisor", "/handovers/garden", 0)],
)  # fmt: skip
def test_every_list_comes_both_ways_with_the_same_rows(
    world: World, sign_in: SignIn, clock: Clock, username: str, address: str, least: int
) -> None:
    browser = sign_in(username)
    joint = "&" if "?" in address else "?"
    found = rows(browser, f"{address}{joint}as=json")
    assert len(found) >= least
    assert len(book(browser, f"{address}{joint}as=xlsx")) == len(found) + 1
    assert f"{joint}as=xlsx".replace("&", "&amp;") in browser.get(address).text or not found
    assert browser.get(f"{address}{joint}as=pdf").status_code == 404


def test_people_of_another_community_are_not_in_the_file(world: World, sign_in: SignIn, clock: Clock) -> None:
    assert "guard" not in {row["username"] for row in rows(sign_in("elsewhere"), "/people?as=json")}
    assert {row["username"] for row in rows(sign_in("supervisor"), "/people?q=guard&as=json")} == {"guard"}


def test_what_is_listed_is_in_the_file_of_each_list(app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    """Each list with something in it: the file has it too, by name."""
    checklist = make_checklist(app, world)
    make_inspection_plan(app, world, checklist)
    assert phone.one(inspect(phone, checklist, GOOD | {"light": {"value": False}}, checkpoint=str(world.gate.id)))["status"] == "accepted"
    make_piece(app, world)
    make_plan(app, world)
    make_meter(app, world)
    with app.app_context(), writing():
        facts = {"checkpoint_id": world.gate.id, "kind": "lobby", "grade": 2, "begins_on": clock.now.date()}
        begin_area(world.garden, facts, world.people["supervisor"])
        form = ReportForm.model_validate({"type_code": "noise"})
        report(form, db.session.get_one(Checkpoint, world.gate.id), "en", "", clock.now)
    phone.send(phone.scan(world.gate), phone.record("scan", {"code": "nonsense"}))
    phone.send(phone.record("handover", {"verb": "give", "site": "garden", "to": str(world.people["colleague"]), "counts": {"keys": 3}}))
    supervisor = sign_in("supervisor")

    def one(address: str, **wanted: Any) -> None:
        found = rows(supervisor, f"{address}{'&' if '?' in address else '?'}as=json")
        assert any(all(row[key] == value for key, value in wanted.items()) for row in found), (address, found)

    one("/maintenance/garden", plan="Lubricate", equipment="Lift 3")
    assert rows(supervisor, "/maintenance/garden?show=week&as=json") != rows(supervisor, "/maintenance/garden?show=overdue&as=json")
    one("/meters/garden", number="W-1", unit="m³")
    one("/inspections/plans/garden", name="Daily cleaning", places=2)
    one("/inspections/coverage/garden", checkpoint="East gate", done=1, failed=1)
    one("/areas/cleaning/garden", area="East gate", grade=2)
    one("/checklists/garden", name="Stairs", questions=3, version=1)
    one("/devices", people="Guard")
    one("/held", person="Guard", kind="Scan of a label")
    one("/log/garden/month/2026-11", day="2026-11-23", others=4)
    one("/log/garden/2026-11-23/heat", checkpoint="East gate", h22=1, all=1)
    one("/requests/complaints", type="Noise", count=1)
    one("/flow/garden", step="Received", now=1)
    one("/handovers/garden", gave="Guard", took="Colleague", keys=3, stands="Not confirmed yet")
