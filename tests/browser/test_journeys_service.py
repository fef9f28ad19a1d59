"""From a resident's report by a lift's label to a signed, itemised, rated work order: everybody's part, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import MakePhone
from .phone import Phone
from .serving import Server, World
from .test_journeys_work import drawn, film, hex_of, list_what_was_used, look_before_and_after, sign, steps, tap

__all__ = ["film"]  # a fixture of its module's
SAYS = {
    "en": ("Signed the charge", "To pay", "4 of 5 stars", "Resolved", "On site", "Settled"),
    "zh": ("已在费用单上签字", "应付", "4 星", "已解决", "到场", "已解决"),
}


def report(resident: Phone, world: World) -> str:
    """Three taps, without an account; gives the address of the resident's own page."""
    resident.goto(f"/c/{world.spots[0].code}")
    resident.page.get_by_role("link", name="Report a problem here").click()
    resident.page.get_by_text("Lift", exact=True).tap()
    resident.page.get_by_text("Water, power, lift or gas does not work").tap()
    resident.page.get_by_role("button", name="Send report").click()
    resident.page.wait_for_url(re.compile(r"/r/[0-9a-f]{32}$"))
    return resident.page.url


def dispatch(desk: Phone, server: Server) -> str:
    """One tap raises the order, one assigns it; the resident is told. Who pays is the supervisor's word. Gives the order's id."""
    (request,) = server.rows("SELECT id FROM request ORDER BY received_at DESC LIMIT 1")
    desk.goto("/requests")
    desk.page.locator("main").get_by_role("link", name=re.compile("Lift")).first.click()
    desk.page.get_by_role("button", name="Raise a work order").click()
    desk.page.wait_for_url(re.compile(r"/work-orders/[0-9a-f-]{36}"))
    order_id = re.findall(r"[0-9a-f-]{36}", desk.page.url)[0]
    desk.page.locator(".people label", has_text=re.compile(r"^\s*Technician(?!2)")).first.tap()
    desk.page.get_by_role("button", name="Assign", exact=True).click()
    desk.page.get_by_text("Assigned").first.wait_for()
    desk.goto(f"/work-orders/{order_id}/payments")
    desk.page.get_by_text("The resident", exact=True).tap()
    desk.page.get_by_role("button", name="Save", exact=True).click()
    desk.page.get_by_text("Saved. A charge that was signed").wait_for()
    assert request
    return order_id


def let_sign(phone: Phone, order_id: str) -> None:
    phone.page.locator("[data-next]").get_by_role("button", name="Let the resident sign").click()
    sign(phone)
    phone.page.get_by_role("radio", name="4 stars").check(force=True)
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="I agree and sign").click()
    phone.until(lambda: any('"sign"' in item["payload"] for item in steps(phone, order_id)), "the signature is saved")


@pytest.mark.slow
def test_from_the_report_to_the_rating(new_phone: MakePhone, server: Server, world: World, film: Path) -> None:
    resident, desk = new_phone(), new_phone().sign_in("supervisor", then="/requests")
    address = report(resident, world)
    order_id = dispatch(desk, server)
    phone = new_phone(film=film).sign_in("technician", then="/work-orders/mine").ready()
    with server.down():  # the basement
        phone.goto(f"/work-orders/{order_id}")
        for name in ("Accept", "On my way", "I am there"):
            tap(phone, name, order_id)
        look_before_and_after(phone, order_id)
        list_what_was_used(phone)
        tap(phone, "Finish", order_id)
        let_sign(phone, order_id)
    phone.send_now()
    phone.until_received([item["id"] for item in steps(phone, order_id)])
    (order,) = server.rows("SELECT state, on_site_at, on_site_due_at FROM work_order WHERE id = ?", hex_of(order_id))
    assert order["state"] == "finished"
    assert order["on_site_at"] < order["on_site_due_at"]

    desk.goto(f"/work-orders/{order_id}")
    desk.page.get_by_role("button", name="Verify", exact=True).click()
    desk.page.get_by_text("Verified").first.wait_for()
    desk.goto("/requests")
    desk.page.locator("main").get_by_role("link", name=re.compile("Lift")).first.click()
    desk.page.get_by_label("In your own words").fill("The lift runs again")
    desk.page.get_by_role("button", name="Tell as the result").click()
    desk.page.get_by_text("The lift runs again").first.wait_for()
    clocks = desk.page.locator("#detail").inner_text()
    assert clocks.count("Kept") >= 3  # dispatched, on site and handled in time, as the supervisor sees it
    assert "Missed" not in clocks

    for language, words in SAYS.items():
        resident.context.add_cookies([{"name": "language", "value": {"en": "en", "zh": "zh_CN"}[language], "url": resident.origin}])
        resident.page.goto(address)
        told = resident.page.locator("main").inner_text()
        assert [word for word in words if word not in told] == []
        assert "The lift runs again" in told
        drawn(resident, 'img[src*="/photos/"]')
