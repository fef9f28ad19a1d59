"""A cleaner's floor: inspected without signal from the scanner on, failed with a photo, repaired by a technician, passed when looked at again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from .conftest import MakePhone
from .phone import Phone
from .proxy import Proxy
from .serving import Server, World


@pytest.fixture
def cleaner(new_phone: MakePhone) -> Phone:
    """The cleaner's phone, ready for a cellar without signal."""
    return new_phone().sign_in("cleaner").ready()


def inspections(server: Server) -> list[dict[str, Any]]:
    return server.rows("SELECT id, passed, score, findings, again_of_id FROM inspection ORDER BY at")


def body(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["payload"])["body"]
    return found


def only(phone: Phone, kind: str) -> dict[str, Any]:
    """The newest record of that kind on the phone."""
    phone.until(lambda: any(item["kind"] == kind for item in phone.items()), f"a record of {kind}")
    return [item for item in phone.items() if item["kind"] == kind][-1]


def open_list(phone: Phone, world: World) -> None:
    """Scan the label, take the list that the place offers."""
    phone.scan_page()
    phone.type_code(world.spots[0])
    phone.page.get_by_role("link", name="Inspect: Daily floor").click()
    phone.page.locator("form[data-ready]").wait_for()


def repair(technician: Phone, order_id: str) -> None:
    """Takes the job that is on offer and does it, tap by tap; the words of the finding stand in it."""
    page = technician.page
    technician.goto("/work-orders/mine")
    offered = page.locator(f'[data-order="{order_id}"]')
    with page.expect_navigation():
        offered.get_by_role("button", name="Take it").click()
    offered.get_by_role("link").click()
    page.wait_for_url(f"**/work-orders/{order_id}")
    page.get_by_text("Oil on the floor").first.wait_for()
    for name in ("On my way", "I am there", "Start", "Finish"):
        with page.expect_navigation():
            page.locator("[data-next]").get_by_role("button", name=name, exact=True).click()
    page.locator("[data-order-mark]", has_text="Finished").wait_for()
    technician.until_received([one["id"] for one in technician.items()])


def test_a_floor_fails_offline_is_repaired_and_passes_when_looked_at_again(
    cleaner: Phone, new_phone: MakePhone, proxy: Proxy, server: Server, world: World, photo: Path
) -> None:
    page = cleaner.page
    cleaner.offline()
    open_list(cleaner, world)
    floor = page.locator("[data-question=floor]")
    floor.get_by_text("Fail", exact=True).click()
    floor.get_by_label("What is wrong?").fill("Oil on the floor")
    page.get_by_role("button", name="All normal").click()
    floor.get_by_text("A photo is needed here.").wait_for()
    floor.locator("input[type=file]").set_input_files(photo)
    floor.locator(".shots img").wait_for()
    cleaner.until(
        lambda: [len(draft["photos"]) for draft in cleaner.database("pocket")["drafts"].values()] == [1], "the draft, with its photo"
    )
    page.reload()  # the phone may close the page at any time
    page.locator("form[data-ready]").wait_for()
    floor.locator(".shots img").wait_for()
    assert floor.get_by_label("What is wrong?").input_value() == "Oil on the floor"
    page.get_by_role("button", name="To the result").click()
    page.get_by_text("40 of 100 points").wait_for()
    page.get_by_text("raises a work order: Light is out").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    item = only(cleaner, "inspection")
    assert body(item)["answers"]["floor"]["photos"] == [item["photos"][0]["sha256"]]
    cleaner.offline(False)
    cleaner.until_received([one["id"] for one in cleaner.items()])
    (failed,) = inspections(server)
    assert (failed["passed"], failed["score"], failed["findings"]) == (0, 40, 1)
    (order,) = server.rows("SELECT id, text FROM work_order WHERE origin = 'finding'")

    repair(new_phone().sign_in("technician").ready(), str(UUID(order["id"])))
    (done,) = server.rows("SELECT finished_at, assignee_id FROM work_order WHERE origin = 'finding'")
    assert done["finished_at"] and str(UUID(done["assignee_id"])) == world.people["technician"]

    cleaner.goto(f"/inspections/{UUID(failed['id'])}")
    page.get_by_text("Oil on the floor").first.wait_for()
    page.get_by_role("link", name="Inspect again what failed").click()
    page.locator("form[data-ready]").wait_for()
    cleaner.until(lambda: page.locator("[data-question]:visible").count() == 1, "one question at a time")
    floor.get_by_text("Pass", exact=True).click()
    page.get_by_role("button", name="To the result").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    again = only(cleaner, "inspection")
    cleaner.until_received([again["id"]])
    last = inspections(server)[-1]
    assert (last["passed"], last["score"], str(UUID(last["again_of_id"]))) == (1, 100, str(UUID(failed["id"])))


def test_a_routine_list_is_three_taps_from_the_label(cleaner: Phone, server: Server, world: World) -> None:
    page = cleaner.page
    cleaner.offline()
    cleaner.scan_page()
    cleaner.type_code(world.spots[0])
    page.get_by_role("link", name="Inspect: Daily floor").click()
    page.locator("form[data-ready]").wait_for()
    page.get_by_role("button", name="All normal").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    answers = body(only(cleaner, "inspection"))["answers"]
    assert {key: answer["value"] for key, answer in answers.items()} == {"floor": "pass", "dry": True, "bins": "pass"}
    cleaner.offline(False)
    cleaner.until_received([one["id"] for one in cleaner.items()])


def test_one_question_at_a_time(cleaner: Phone, world: World) -> None:
    page = cleaner.page
    open_list(cleaner, world)
    page.get_by_role("button", name="One at a time").click()
    for number, word in ((1, "Pass"), (2, "Yes"), (3, "Flag")):
        page.get_by_text(f"Question {number} of 3").wait_for()
        cleaner.until(lambda: page.locator("[data-question]:visible").count() == 1, "one question at a time")
        page.locator("[data-question]:visible").get_by_text(word, exact=True).click()
        page.get_by_role("button", name="Next").click()
    page.get_by_text("The bins are empty: flagged").wait_for()


def test_one_tap_makes_a_job_of_a_finding_whose_question_raises_none(cleaner: Phone, server: Server, world: World) -> None:
    page = cleaner.page
    cleaner.offline()
    open_list(cleaner, world)
    bins = page.locator("[data-question=bins]")
    tap = bins.get_by_text("Make a job of it")
    bins.get_by_text("Pass", exact=True).click()
    tap.wait_for(state="hidden")
    bins.get_by_text("Fail", exact=True).click()
    tap.click()
    page.locator("[data-question=floor]").get_by_text("Pass", exact=True).click()
    page.locator("[data-question=dry]").get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="To the result").click()
    page.get_by_text("raises a work order: Dirt or rubbish").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Saved on this phone").wait_for()
    made = only(cleaner, "inspection")
    cleaner.offline(False)
    cleaner.until_received([one["id"] for one in cleaner.items()])
    (order,) = server.rows("SELECT type_code, text FROM work_order WHERE record_id = ?", UUID(made["id"]).hex)
    assert (order["type_code"], order["text"]) == ("dirt", "垃圾桶")
