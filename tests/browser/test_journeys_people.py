"""People, phones and clocks: records leave as their author's, whoever is signed in, whatever the phone's clock says.

Names carry the lines of the failure list (G1–G4, H1).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from .conftest import MakePhone
from .phone import NO_BACKGROUND_SYNC, Phone, moment
from .proxy import Proxy, status
from .serving import Server, World, now

# As on an iPhone: the worker is not woken by the network, so all that is sent goes by the page's clock.


def author_of(server: Server, id: str) -> str:
    """Whose record it is, on the server."""
    (row,) = server.rows("SELECT p.username FROM record r JOIN person p ON p.id = r.person_id WHERE r.id = ?", UUID(id).hex)
    return str(row["username"])


def sign_out(phone: Phone) -> None:
    """The button at the end of /me."""
    phone.goto("/me")
    phone.page.get_by_role("button", name="Sign out").click()


def test_G1_without_a_session_records_still_leave_by_ticket(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.offline()
    first = phone.type_code(world.spots[0])["id"]
    phone.context.clear_cookies(name="rounds_session")
    phone.page.reload()
    second = phone.type_code(world.spots[1])["id"]
    phone.offline(False)
    phone.until_received([first, second])
    assert [author_of(server, id) for id in (first, second)] == ["guard", "guard"]
    phone.fresh("/today")
    assert "/login" in phone.page.url, "pages ask for a sign-in"


def test_G2_the_intake_asks_for_no_cookie_and_no_token(phone: Phone, proxy: Proxy, world: World) -> None:
    phone.scan_page(world.main)
    id = phone.type_code(world.spots[0])["id"]
    phone.until_received([id])
    calls = proxy.asked(r" /(sync|photos)")
    assert calls
    for call in calls:
        names = {name.lower() for name, _value in call.headers}
        assert "cookie" not in names
        assert call.path.startswith("/sync/ping") or "authorization" in names
    assert b"csrf" not in phone.page.content().encode().lower()


def test_G3_G4_unsent_records_outlive_signing_out_and_leave_as_their_authors(
    phone: Phone, proxy: Proxy, server: Server, world: World
) -> None:
    proxy.on(" /sync", status(503))
    phone.scan_page(world.main)
    hers = [phone.type_code(spot)["id"] for spot in world.spots[:3]]
    sign_out(phone)
    dialog = phone.page.locator("dialog[open]")
    dialog.get_by_text("3 records are not sent").wait_for()
    dialog.get_by_role("button", name="Stay signed in").click()
    assert phone.page.url.endswith("/me")
    phone.page.get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Sign out").click()
    phone.page.wait_for_url("**/login*")
    assert [item["id"] for item in phone.items()] == hers
    assert phone.database("pocket")["packs"] == {}

    phone.sign_in("guard2", then="/outbox").ready()
    phone.page.get_by_text("3 records of colleagues").wait_for()
    assert phone.page.locator("[data-record]").count() == 0
    assert world.spots[0].name not in phone.page.locator("main").inner_text()
    phone.scan_page(world.main)
    his = [phone.type_code(spot)["id"] for spot in world.spots[3:5]]
    proxy.clear()
    phone.send_now()
    phone.until_received([*hers, *his])
    assert [author_of(server, id) for id in (*hers, *his)] == ["guard"] * 3 + ["guard2"] * 2
    phone.page.locator("[data-record]").nth(1).wait_for()
    assert phone.page.locator("[data-record]").count() == 2
    phone.page.locator("[data-outbox-others]").wait_for(state="hidden")


def test_G3_signing_out_offline_keeps_the_records_and_takes_the_pages_away(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.offline()
    id = phone.type_code(world.spots[0])["id"]
    sign_out(phone)
    phone.page.locator("dialog[open]").get_by_text("1 record is not sent").wait_for()
    phone.page.locator("dialog[open]").get_by_text("nobody can sign in on this phone").wait_for()
    phone.page.locator("dialog[open]").get_by_role("button", name="Sign out").click()
    phone.page.get_by_role("heading", name="Signing in needs signal").wait_for()
    assert not phone.page.get_by_role("link", name="Today").is_visible(), "nothing that leads nowhere"
    phone.page.get_by_role("link", name="Try again").click()
    phone.page.wait_for_url("**/login")
    phone.page.get_by_role("heading", name="Signing in needs signal").wait_for()
    assert phone.meta()["me"]["person"] == "", "nobody works here"
    assert [item["id"] for item in phone.items()] == [id]
    assert not any(name.startswith("pack-") for name in phone.page.evaluate("() => caches.keys()"))
    phone.offline(False)
    # The session was still good. The first page with signal ends it, so that nobody goes on as her.
    phone.goto("/today")
    phone.page.wait_for_url("**/login*")
    phone.until_received([id])
    assert author_of(server, id) == "guard"
    phone.sign_in("guard").ready()
    phone.page.reload()
    phone.page.get_by_role("heading", name="Today").wait_for()


@pytest.mark.parametrize(
    "ahead", [timedelta(hours=3), timedelta(days=-1), timedelta(days=-25 * 365)], ids=["3-hours-ahead", "a-day-behind", "2001"]
)
def test_H1_a_wrong_clock_is_corrected_and_the_raw_time_kept(new_phone: MakePhone, server: Server, world: World, ahead: timedelta) -> None:
    phone = new_phone(prepare=NO_BACKGROUND_SYNC)
    phone.context.clock.install(time=now() + ahead)
    phone.sign_in().ready()
    phone.scan_page(world.main)
    begun = now()
    id = phone.type_code(world.spots[0])["id"]
    ended = now()
    phone.until_received([id])
    row = server.records([id])[id]
    assert row["status"] == "accepted"
    assert row["clock_grade"] == "corrected"
    at = moment(row["at"] + "+00:00")
    assert begun - timedelta(seconds=5) <= at <= ended + timedelta(seconds=5)
    assert abs(moment(row["occurred_at"]) - (at + ahead)) < timedelta(seconds=5)
    phone.goto("/today")
    phone.page.locator("[data-storage-warning]").get_by_text("minutes off").wait_for()
