"""A resident without an account reports by a label, the desk tells the result, the resident reads it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from .conftest import MakePhone
from .serving import Server, World


def test_a_resident_reports_by_a_label_and_reads_what_the_desk_tells(
    new_phone: MakePhone, server: Server, world: World, photo: Path
) -> None:
    resident, office = new_phone(), new_phone().sign_in("supervisor", then="/requests")
    resident.goto(f"/c/{world.spots[0].code}")  # as the phone's own camera app opens it
    resident.page.get_by_role("link", name="Report a problem here").click()
    resident.page.get_by_role("button", name="Send report").click()  # the browser itself asks for the topic
    assert resident.page.url.endswith("/report")
    resident.page.get_by_text("Lift", exact=True).tap()
    resident.page.get_by_text("Somebody is trapped").tap()
    resident.page.get_by_label("In your words").fill("Between the 3rd and the 4th floor")
    resident.page.get_by_label("Add photos").set_input_files(str(photo))
    resident.page.get_by_text("1 photo", exact=True).wait_for()
    resident.page.get_by_role("button", name="Send report").click()
    resident.page.wait_for_url(re.compile(r"/r/[0-9a-f]{32}$"))
    assert resident.page.get_by_text("call 119, 120 or 110 now").is_visible()
    assert world.spots[0].name in resident.page.locator("header").inner_text()
    assert photo.stat().st_size > 1_000_000
    assert server.rows("SELECT size FROM photo JOIN request_photo USING (sha256)")[0]["size"] < 340_000

    office.goto("/requests")
    office.page.get_by_role("link", name=re.compile("Between the 3rd")).click()
    image = office.page.get_by_role("img", name="Photo 1")
    image.scroll_into_view_if_needed()
    office.until(lambda: image.evaluate("image => image.naturalWidth") > 300, "the photo")
    office.page.get_by_label("In your own words").fill("The lift company is here")
    office.page.get_by_role("button", name="Tell", exact=True).click()
    office.page.get_by_text("The resident sees it now.").wait_for()
    office.page.get_by_label("In your own words").fill("Everybody is out, and well")
    office.page.get_by_role("button", name="Tell as the result").click()
    office.page.get_by_role("heading", name="Resolved").wait_for()

    resident.page.reload()
    told = resident.page.locator("main").inner_text()
    assert told.index("Everybody is out, and well") < told.index("The lift company is here")  # the latest first
    assert "Resolved" in told


def test_a_photo_of_thirty_megabytes_is_refused_on_the_phone_and_what_was_typed_stays(
    new_phone: MakePhone, server: Server, world: World, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.jpg"
    huge.write_bytes(bytes(30 * 1024 * 1024))
    resident = new_phone()
    resident.goto(f"/c/{world.spots[2].code}/report")
    resident.page.get_by_text("Lift", exact=True).tap()
    resident.page.get_by_label("In your words").fill("Between the 5th and the 6th floor")
    resident.page.get_by_label("Add photos").set_input_files(str(huge))
    resident.page.get_by_text("A photo is larger than 20 MB").wait_for()
    expect(resident.page.get_by_label("In your words")).to_have_value("Between the 5th and the 6th floor")
    expect(resident.page.get_by_role("radio", name="Lift")).to_be_checked()
    resident.page.get_by_role("button", name="Send report").click()
    resident.page.wait_for_url(re.compile(r"/r/[0-9a-f]{32}$"))
    expect(resident.page.locator("main")).to_contain_text("Between the 5th and the 6th floor")
