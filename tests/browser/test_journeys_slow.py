"""A slow phone: the page is there to be tapped, its scripts are not yet. What is tapped, typed or chosen meanwhile is done once they come."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import MakePhone
from .phone import Phone
from .proxy import Proxy, status
from .serving import Server, World

WITHOUT_WORKER = "delete Navigator.prototype.serviceWorker"  # which would have the scripts at hand


@pytest.fixture
def phone(new_phone: MakePhone) -> Phone:
    return new_phone(prepare=WITHOUT_WORKER).sign_in("technician")


@contextlib.contextmanager
def before_the_scripts(phone: Phone, path: str) -> Iterator[Any]:
    """Inside, that page has come and its scripts have not; they come at the end."""
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    phone.page.route("**/js/start.js", hold)
    phone.page.goto(phone.origin + path, wait_until="domcontentloaded")
    phone.until(lambda: held, "the scripts are asked for")
    yield phone.page
    assert not phone.page.locator("html[data-ready]").count()
    held[0].continue_()
    phone.page.unroute("**/js/start.js")


def test_a_round_begins(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone(prepare=WITHOUT_WORKER).sign_in()
    with before_the_scripts(phone, f"/rounds/{world.steps[5]}") as page:
        page.get_by_role("link", name="Start scanning").click()
    phone.page.wait_for_url("**/scan?round=*")
    (start,) = phone.items()
    assert (start["kind"], json.loads(start["payload"])["body"]["verb"]) == ("round-step", "start")


def test_what_needs_a_tap_is_sent(phone: Phone, proxy: Proxy, server: Server) -> None:
    proxy.on("POST /sync$", status(422))
    ids = phone.record(("note", {"site": "garden", "text": "not taken at first"}))
    phone.until_state(ids, "attention")
    proxy.clear()
    with before_the_scripts(phone, "/outbox") as page:
        page.get_by_role("button", name="Send now").click()
    phone.until_received(ids)


def test_a_copy_is_saved(phone: Phone, server: Server) -> None:
    with before_the_scripts(phone, "/outbox") as page:
        page.get_by_role("button", name="Save a copy").click()
    phone.page.get_by_text("everything has arrived").wait_for()


def test_a_code_is_typed(phone: Phone, server: Server, world: World) -> None:
    with before_the_scripts(phone, "/scan") as page:
        page.get_by_role("button", name="Type the code").first.click()
    phone.page.get_by_label("The ten characters under the label").fill(world.spots[6].code)
    phone.page.get_by_role("button", name="Record").click()
    phone.page.get_by_role("button", name="I am there: The balcony door jams").wait_for()  # judged by today's list


def test_a_photo_is_taken_along(phone: Phone, server: Server, photo: Path) -> None:
    with before_the_scripts(phone, "/report") as page:
        page.locator("input[type=file]").set_input_files(photo)
    phone.page.locator("[data-photo-list] img").wait_for()


def test_a_list_is_kept_as_it_was_typed(phone: Phone, server: Server, world: World) -> None:
    with before_the_scripts(phone, f"/work-orders/{world.jobs[0]}") as page:
        page.get_by_role("button", name="List what was used").click()
        labour = page.get_by_role("textbox", name="Labour")
        labour.fill("1.5")
        page.get_by_role("button", name="More: Tap").click()
    phone.until(lambda: page.get_by_role("textbox", name="Tap").input_value() == "1", "the tap on More")
    assert labour.input_value() == "1.5"


def test_a_pin_is_tapped(phone: Phone, proxy: Proxy, server: Server) -> None:
    headers = {"Origin": phone.origin, "Sec-Fetch-Site": "same-origin"}
    for path, form in (("/me/pin", {"pin": "204817"}), ("/logout", {})):
        assert phone.context.request.post(phone.origin + path, form=form, headers=headers).ok
    phone.goto("/login")
    address = phone.page.locator("a[href^='/login/']").first.get_attribute("href")
    with before_the_scripts(phone, address) as page:
        for key in "204817":
            page.get_by_role("button", name=key, exact=True).click()
    phone.page.wait_for_url(lambda url: "/login" not in url)
