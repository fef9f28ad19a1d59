"""A supervisor asks, and the guard answers from a basement without signal: the answer is in the log once there is one."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import MakePhone
from .phone import Phone
from .serving import Server, World


def test_what_the_supervisor_asks_is_answered_in_flight_mode(phone: Phone, new_phone: MakePhone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.type_code(world.spots[0])
    phone.page.get_by_role("button", name="Something is wrong").click()
    phone.page.get_by_label("What is wrong?").fill("The gate hangs loose")
    phone.page.get_by_role("button", name="Save").click()
    phone.page.locator(".scan-sheet").get_by_text("Problem noted · Saved on this phone").wait_for()
    phone.until_received([item["id"] for item in phone.items()])

    office = new_phone().sign_in("supervisor", then=f"/log/garden/{world.day}")
    item = office.page.locator("details.item").filter(has_text="East gate").filter(has_text="The gate hangs loose").first
    item.locator("summary").click()
    item.get_by_label("In your own words").fill("Which hinge?")
    item.get_by_role("button", name="Ask Guard").click()
    office.page.locator("details.item[data-item=asked]").wait_for()

    phone.fresh("/today")
    phone.page.get_by_text("Supervisor asks you").wait_for()
    me = world.people["guard"]
    phone.until(lambda: (kept := phone.pack(me))["pages"] and kept["pack"]["waiting"], "the question is kept for offline")
    phone.offline()
    phone.goto("/today")
    card = phone.page.locator("[data-asked]")
    expect(card).to_contain_text("The gate hangs loose")
    card.locator("form[data-taken]").wait_for()
    before = len(phone.items())
    card.get_by_role("button", name="Send the answer").click()  # with nothing in it
    expect(card).to_contain_text("Not saved yet")
    assert len(phone.items()) == before
    card.locator("summary").click()
    card.get_by_label("In your own words").fill("The upper one, on the left")
    card.get_by_role("button", name="Send the answer").click()
    card.get_by_text("Your answer").wait_for()
    phone.goto("/today")
    card.get_by_text("Your answer").wait_for()

    phone.offline(False)
    phone.until_received([item["id"] for item in phone.items()])
    (answer,) = server.rows("SELECT verb, text FROM answer")
    assert (answer["verb"], answer["text"]) == ("explain", "The upper one, on the left")
    office.goto(f"/log/garden/{world.day}")
    item.locator("summary").click()
    expect(item).to_contain_text("The upper one, on the left")
