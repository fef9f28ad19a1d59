"""The desk's board by keyboard: from order to order, marks that outlive a refresh, several given to somebody at once."""

from __future__ import annotations

from typing import Any

from .conftest import MakePhone
from .phone import Phone
from .serving import Server

REFRESH = "() => htmx.ajax('GET', location.pathname + location.search, { target: '#board', swap: 'innerMorph' })"


def focused(page: Any) -> str:
    return str(
        page.evaluate("document.activeElement.closest('.job')?.querySelector('.job-text')?.textContent ?? document.activeElement.id")
    )


def listens(office: Phone) -> None:
    """Until the page has its script, which counts the marks."""
    office.until(lambda: office.page.locator("[data-marked]").text_content() == "0", "the script")


def test_orders_are_found_marked_and_assigned_without_a_mouse(new_phone: MakePhone, server: Server) -> None:
    office = new_phone().sign_in("supervisor", then="/work-orders")
    page = office.page
    page.set_viewport_size({"width": 1280, "height": 800})
    for words in ("First lamp", "Second lamp", "Third lamp"):
        office.goto("/work-orders/new")
        page.get_by_text("Power", exact=True).click()
        page.get_by_label("In words").fill(words)
        page.get_by_role("button", name="Raise the work order").click()
        page.get_by_text("is raised.").wait_for()
    office.goto("/work-orders?type=power")
    listens(office)
    page.keyboard.press("j")
    office.until(lambda: focused(page) == "First lamp", "the first one")
    page.keyboard.press("ArrowDown")
    office.until(lambda: focused(page) == "Second lamp", "the second one")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    office.until(lambda: page.locator("[data-marked]").text_content() == "2", "two marks")
    page.evaluate(REFRESH)  # which is waited for
    office.until(lambda: focused(page) == "Second lamp", "a refresh takes neither the place nor the marks")
    office.until(lambda: page.locator(".job-mark input:checked").count() == 2, "the marks are still there")
    page.keyboard.press("/")
    office.until(lambda: focused(page) == "f-q", "the search")
    page.keyboard.type("jxa")  # letters are letters there
    assert page.locator("#f-q").input_value() == "jxa"
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    office.until(lambda: focused(page) == "f-bulk-to", "the bulk bar")
    page.select_option("#f-bulk-to", index=1)
    page.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_text("What became of the marked orders").wait_for()
    assert server.rows("SELECT count(*) AS n FROM work_order WHERE state = 'assigned' AND type_code = 'power'")[0]["n"] == 2
    listens(office)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/work-orders/0*")
