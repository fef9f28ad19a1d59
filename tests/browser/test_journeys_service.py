"""From a resident's report by a lift's label to a signed, itemised, rated work order: everybody's part, all of it in each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.making import picture

from .conftest import MakePhone
from .phone import Phone, listens
from .serving import Server, World
from .test_journeys_work import drawn, film, hex_of, list_what_was_used, look_before_and_after, sign, steps, tap

__all__ = ["film"]  # a fixture of its module's
LIFT = {"en": "Lift", "zh": "电梯"}
TECHNICIAN = {"en": r"^\s*Technician(?!2)", "zh": r"^\s*technician先生"}
FETCH_PACK = "async () => (await import(`/static/${document.documentElement.dataset.build}/js/pack.js`)).refreshPack({ now: true })"
RESULT = {"en": "The lift runs again", "zh": "电梯已恢复运行"}


@pytest.fixture
def people(new_phone: MakePhone, film: Path, language: str) -> dict[str, Phone]:
    """Everybody with a phone that speaks the language; the resident has no account."""
    found = {"resident": new_phone()}
    for name, then in (("desk", "/requests"), ("supervisor", "/work-orders"), ("technician", "/work-orders/mine")):
        found[name] = new_phone(film=film if name == "technician" else None).sign_in(name, then=then)
    for phone in found.values():
        if language == "zh":
            phone.speak_chinese()
    return found


def report(resident: Phone, world: World, language: str) -> str:
    """Three taps and a photo, without an account; gives the address of the resident's own page."""
    resident.goto(f"/c/{world.spots[0].code}")
    resident.page.get_by_role("link", name=resident.says("Report a problem here")).click()
    resident.page.get_by_text(LIFT[language], exact=True).tap()
    resident.page.get_by_text(resident.says("Water, power, lift or gas does not work")).tap()
    resident.page.set_input_files("input[name=photos]", {"name": "lift.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(640, 480))})
    resident.page.get_by_text(resident.says("1 photo"), exact=True).wait_for()
    resident.page.get_by_role("button", name=resident.says("Send report")).click()
    resident.page.wait_for_url(re.compile(r"/r/[0-9a-f]{32}$"))
    drawn(resident, 'img[src*="/photos/"]')
    return str(resident.page.url)


def open_request(staff: Phone, language: str) -> None:
    staff.goto("/requests?state=all")
    staff.page.locator("main").get_by_role("link", name=re.compile(LIFT[language])).first.click()
    staff.page.wait_for_url(re.compile(r"/requests/[0-9a-f-]{36}"))


def dispatch(desk: Phone, boss: Phone, language: str) -> str:
    """One tap raises the order, one assigns it; the resident is told. Who pays is the supervisor's word. Gives the order's id."""
    open_request(desk, language)
    desk.page.get_by_role("button", name=desk.says("Raise a work order")).click()
    desk.page.wait_for_url(re.compile(r"/work-orders/[0-9a-f-]{36}"))
    order_id: str = re.findall(r"[0-9a-f-]{36}", desk.page.url)[0]
    desk.page.locator(".people label", has_text=re.compile(TECHNICIAN[language])).first.tap()
    desk.page.get_by_role("button", name=desk.says("Assign"), exact=True).click()
    desk.page.get_by_text(desk.says("It is assigned.")).wait_for()
    boss.goto(f"/work-orders/{order_id}/payments")
    boss.page.get_by_text(boss.says("The resident"), exact=True).tap()
    boss.page.get_by_role("button", name=boss.says("Save"), exact=True).click()
    boss.page.get_by_text(boss.says("Saved. A charge that was signed before has to be signed again.")).wait_for()
    return order_id


def work_in_the_basement(phone: Phone, server: Server, order_id: str, *, signs_there: bool) -> None:
    """Every step without signal: photos, what was used and, if the resident stands there, the signature; then all of it is sent."""
    phone.goto("/work-orders/mine")
    phone.ready().page.evaluate(FETCH_PACK)
    person = phone.page.evaluate("() => document.documentElement.dataset.person")
    phone.until(
        lambda: phone.pack(person)["pages"] and order_id in str(phone.pack(person)["pack"]["pages"]), "the whole pack, with the order"
    )
    phone.until_kept(f"/work-orders/{order_id}")
    with server.down():
        phone.goto(f"/work-orders/{order_id}")
        for name in ("Accept", "On my way", "I am there"):
            tap(phone, name, order_id)
        look_before_and_after(phone, order_id)
        list_what_was_used(phone)
        tap(phone, "Finish", order_id)
        if signs_there:
            let_sign(phone, order_id)
    phone.send_now()
    phone.until_received([item["id"] for item in steps(phone, order_id)])


def let_sign(phone: Phone, order_id: str) -> None:
    phone.page.locator("[data-next]").get_by_role("button", name=phone.says("Let the resident sign")).click()
    sign(phone)
    phone.page.get_by_role("radio", name=phone.says("4 stars")).check(force=True)
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name=phone.says("I agree and sign")).click()
    phone.until(lambda: any('"sign"' in item["payload"] for item in steps(phone, order_id)), "the signature is saved")


def sign_on_the_own_page(resident: Phone, address: str) -> None:
    """Whoever was not there signs later, on the page of the report."""
    resident.page.goto(address)
    listens(resident.page)  # a pen on the pad is not held
    expect(resident.page.locator("main")).to_contain_text(resident.says("Not signed yet"))
    resident.page.get_by_role("button", name=resident.says("Sign"), exact=True).click()
    resident.page.locator(
        "form[data-sign] [data-unsigned]", has_text=resident.says("Please sign in the field.")
    ).wait_for()  # a tap is no signature
    sign(resident, "form[data-sign] [data-pad]")
    with resident.page.expect_navigation():
        resident.page.get_by_role("button", name=resident.says("Sign"), exact=True).click()
    resident.page.get_by_text(resident.says("Thank you. We have it.")).wait_for()


def rate_on_the_own_page(resident: Phone, address: str) -> None:
    resident.page.goto(address)
    resident.page.get_by_text(resident.says("4 – good"), exact=True).tap()
    with resident.page.expect_navigation():
        resident.page.get_by_role("button", name=resident.says("Send rating")).click()
    resident.page.get_by_text(resident.says("Thank you. We have it.")).wait_for()


def tell_the_result(desk: Phone, language: str) -> None:
    open_request(desk, language)
    desk.page.get_by_label(desk.says("In your own words")).fill(RESULT[language])
    desk.page.get_by_role("button", name=desk.says("Tell as the result")).click()
    desk.page.get_by_text(RESULT[language]).first.wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_report_to_the_rating(people: dict[str, Phone], server: Server, world: World, language: str) -> None:
    """Where English is spoken the resident stands by and signs on the technician's phone; where Chinese is, on the own page later."""
    resident, desk, boss, technician = (people[name] for name in ("resident", "desk", "supervisor", "technician"))
    signs_there = language == "en"
    address = report(resident, world, language)
    order_id = dispatch(desk, boss, language)
    work_in_the_basement(technician, server, order_id, signs_there=signs_there)
    (order,) = server.rows("SELECT state, on_site_at, on_site_due_at FROM work_order WHERE id = ?", hex_of(order_id))
    assert order["state"] == "finished"
    assert order["on_site_at"] < order["on_site_due_at"]
    if not signs_there:
        sign_on_the_own_page(resident, address)
    boss.goto(f"/work-orders/{order_id}")
    boss.page.get_by_role("button", name=boss.says("Verify"), exact=True).click()
    boss.page.get_by_text(boss.says("Verified")).first.wait_for()
    tell_the_result(desk, language)
    if not signs_there:
        rate_on_the_own_page(resident, address)

    open_request(boss, language)
    clocks = boss.page.locator("#detail").inner_text()
    assert clocks.count(boss.says("Kept")) >= 3  # dispatched, on site and handled in time, as the supervisor sees it
    assert boss.says("Too late") not in clocks
    resident.page.goto(address)
    told = resident.page.locator("main").inner_text()
    says = resident.says
    for words in ("Signed the charge", "To pay", "Resolved", "On site", "Settled"):
        assert says(words) in told, words
    assert says("%(count)s of 5 stars") % {"count": 4} in told
    assert RESULT[language] in told
    drawn(resident, 'img[src*="/photos/"]')
    rows = server.rows("SELECT way, stars FROM work_signature WHERE order_id = ?", hex_of(order_id))
    assert rows == [{"way": "screen", "stars": 4} if signs_there else {"way": "link", "stars": None}]
