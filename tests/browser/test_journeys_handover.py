"""A change of guards: given without signal and taken over on the colleague's own phone; and both on one phone, by PIN."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import MakePhone
from .phone import Phone
from .serving import Server, World

PIN = "204817"


def give(phone: Phone, to: str, keys: int, text: str) -> str:
    """Fill in the form; gives the record's id once it is on the phone."""
    page = phone.page
    before = {item["id"] for item in phone.items()}
    form = page.locator('form[data-form="handover-give"][data-taken]')
    form.get_by_label("To whom").select_option(label=to)
    form.get_by_label("Keys").fill(str(keys))
    form.get_by_label("What is open?").fill(text)
    with page.expect_navigation():
        form.get_by_role("button", name="Hand over").click()
    (new,) = phone.until(lambda: [item for item in phone.items() if item["id"] not in before], "the handover is on the phone")
    return str(new["id"])


def test_given_in_flight_mode_and_taken_over_on_the_colleagues_phone(
    phone: Phone, new_phone: MakePhone, server: Server, world: World
) -> None:
    phone.goto("/handover")
    phone.offline()
    phone.goto("/handover")
    given = give(phone, "Guard2", 12, "Gate 2 sticks")
    expect(phone.page.locator("[data-handed-over]")).to_contain_text("Handed over from this phone")
    phone.offline(False)
    phone.until_received([given])
    expect(phone.page.locator("[data-handed-over]")).to_be_hidden()

    other = new_phone().sign_in("guard2").ready()
    other.goto("/handover")
    card = other.page.locator(".card").filter(has_text="Handed to you")
    expect(card).to_contain_text("Keys 12")
    expect(card).to_contain_text("Gate 2 sticks")
    card.locator("form[data-taken]").wait_for()
    card.locator("summary").click()
    card.get_by_role("button", name="Take over, with this remark").click()  # without a remark
    expect(card).to_contain_text("Not saved yet")
    assert other.items() == []
    with other.page.expect_navigation():
        other.page.locator("form[data-taken]").get_by_role("button", name="Take over", exact=True).click()
    other.until(other.items, "the answer is on the phone")
    other.until_received([item["id"] for item in other.items()])

    phone.fresh("/handover")
    expect(phone.page.locator(".card").filter(has_text="Given to Guard2")).to_contain_text("Taken over")
    rows = server.rows(
        "SELECT a.verb, a.by_pin FROM handover_answer a JOIN handover h ON h.id = a.handover_id WHERE h.text = ?", "Gate 2 sticks"
    )
    assert [(row["verb"], bool(row["by_pin"])) for row in rows] == [("take", False)]


def test_both_confirm_on_one_phone_and_the_log_shows_the_missing_key(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone().sign_in("guard2", then="/me")
    phone.page.get_by_label("New PIN").fill(PIN)
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="Set PIN").click()
    phone.goto("/me")
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.wait_for_url("**/login**")
    phone.sign_in("guard", then="/handover").ready()
    phone.goto("/handover")
    given = give(phone, "Guard2", 11, "One key is with the plumber")
    phone.until_received([given])
    phone.fresh("/handover")
    card = phone.page.locator(".card").filter(has_text="One key is with the plumber")
    card.get_by_label("PIN of Guard2").fill("111111")
    card.get_by_role("button", name="Confirm here").click()
    expect(card).to_contain_text("This PIN is not right")
    card.get_by_label("PIN of Guard2").fill(PIN)
    card.get_by_role("button", name="Confirm here").click()
    expect(card).to_contain_text("Taken over")

    office = new_phone().sign_in("supervisor", then="/me")
    office.goto(f"/log/garden/{world.day}")
    expect(office.page.locator("main")).to_contain_text("One key is with the plumber")
    expect(office.page.locator("main")).to_contain_text("Keys: 12 → 11")
