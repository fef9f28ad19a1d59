"""The service worker, tabs and updates: pages stand without network, uploads outlive their worker or page, and nothing is
swapped before the person says so.

Names carry the lines of the failure list (C1–C12, D1, D2).
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import MakePhone
from .phone import Phone, until
from .proxy import Call, Proxy, drop, status
from .serving import Server, World, another_release

SYNC = r"^POST /sync$"
LOG_ANEW = "() => htmx.ajax('GET', location.pathname, { target: '#day', swap: 'innerMorph' })"


class Held:
    """Calls that wait in the proxy until they are let go."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> None:
        self.calls.append(call)
        self.gate.wait(60)
        call.answer(call.forward())


@pytest.fixture
def held() -> Iterator[Held]:
    """A rule that holds calls up; what still waits at the end is let go."""
    rule = Held()
    yield rule
    rule.gate.set()


def once(server: Server, ids: list[str]) -> None:
    """Each is accepted there, with one effect."""
    rows = server.records(ids)
    assert sorted(rows) == sorted(ids)
    for row in rows.values():
        assert row["status"] == "accepted"
        assert server.rows("SELECT count(*) n FROM scan WHERE id = ?", row["id"]) == [{"n": 1}]


def scans(world: World, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Scans of as many labels."""
    return [("scan", {"code": spot.code, "method": "typed", "round": None, "frame": None}) for spot in world.spots[:count]]


def wake_worker(phone: Phone) -> tuple[Callable[[], None], Callable[[], None]]:
    """What the operating system does when there is signal again (background sync), and when it wants the memory back."""
    found: dict[str, str] = {}
    session = phone.context.new_cdp_session(phone.page)
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.update(*event["registrations"]))
    session.send("ServiceWorker.enable")
    phone.until(lambda: found, "the registration")
    event = {"origin": phone.origin, "registrationId": found["registrationId"], "tag": "outbox", "lastChance": False}
    return lambda: session.send("ServiceWorker.dispatchSyncEvent", event), lambda: session.send("ServiceWorker.stopAllWorkers")


def test_C1_a_worker_stopped_in_mid_upload_loses_nothing(phone: Phone, proxy: Proxy, server: Server, world: World, held: Held) -> None:
    phone.goto("/outbox")
    wake, stop = wake_worker(phone)
    proxy.on(" /sync", drop)
    ids = phone.record(*scans(world, 4))
    phone.page.goto(phone.origin + "/healthz")  # no page of ours is left to upload
    proxy.clear()
    proxy.on(SYNC, held)

    def woken() -> list[Call]:  # again and again: it may still rest from a try of its own
        wake()
        return held.calls

    phone.until(woken, "the worker sends by itself")
    stop()
    proxy.clear()
    held.gate.set()
    phone.goto("/outbox")
    phone.until_received(ids)
    once(server, ids)


def test_C2_a_page_that_dies_in_mid_upload_hands_over_to_the_next(
    phone: Phone, proxy: Proxy, server: Server, world: World, held: Held
) -> None:
    proxy.on(SYNC, held, times=1)
    phone.goto("/outbox")
    ids = phone.record(*scans(world, 4))
    phone.until_state(ids, "sending")
    phone.until(lambda: held.calls, "a call under way")
    phone.kill()
    phone.open(offline=True)
    phone.goto("/outbox")
    held.gate.set()
    # The new page holds the lock alone, so the dead one's lease does not have to run out.
    phone.until_state(ids, "saved", "sending")
    phone.offline(False)
    phone.until_received(ids)
    once(server, ids)


def test_C3_of_two_tabs_one_uploads_and_both_know(phone: Phone, proxy: Proxy, server: Server, world: World, held: Held) -> None:
    phone.goto("/outbox")
    other = phone.context.new_page()
    other.goto(phone.origin + "/outbox")
    phone.offline()
    ids = phone.record(*scans(world, 6))
    proxy.on(SYNC, held)
    phone.offline(False)
    phone.until(lambda: held.calls, "a call under way")
    for page in (phone.page, other):
        page.get_by_role("button", name="Send now").click()
        page.get_by_text("Sending").nth(5).wait_for()
    assert len(held.calls) == 1, "the other one waits"
    held.gate.set()
    phone.until_received(ids)
    once(server, ids)
    for page in (phone.page, other):
        page.get_by_text("Received").nth(5).wait_for()


def test_C3_without_locks_two_tabs_still_make_one_row_each(
    new_phone: MakePhone, proxy: Proxy, server: Server, world: World, held: Held
) -> None:
    phone = new_phone(prepare="Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })").sign_in().ready()
    phone.goto("/outbox")
    other = phone.context.new_page()
    other.goto(phone.origin + "/outbox")
    phone.offline()
    ids = phone.record(*scans(world, 6))
    proxy.on(SYNC, held)
    phone.offline(False)
    phone.until(lambda: held.calls, "a call under way")
    # The second tab finds leases of 90 s and leaves them alone; a tab that thinks they are over sends as well.
    other.evaluate("() => { const real = Date.now; Date.now = () => real() + 100_000; }")
    other.get_by_role("button", name="Send now").click()
    phone.until(lambda: len(held.calls) >= 2, "both send")
    held.gate.set()
    phone.until_received(ids)
    once(server, ids)


def test_C9_C12_the_scanner_stands_offline_from_the_first_visit_on(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone().sign_in(then="/scan").ready()
    phone.close()
    phone.open(offline=True)
    phone.scan_page()
    spot = world.spots[8]
    id = phone.type_code(spot)["id"]
    phone.page.get_by_role("heading", name=spot.name).wait_for()
    assert "On time" in phone.page.locator(".scan-sheet").inner_text(), "today's list is here"
    phone.offline(False)
    phone.until_received([id])
    once(server, [id])


def test_C10_a_black_hole_shows_the_kept_page_within_the_workers_patience(phone: Phone, server: Server, world: World) -> None:
    phone.close()
    with server.frozen():
        phone.open()
        phone.goto("/today")
        phone.page.get_by_role("heading", name="Today").wait_for()
        assert phone.page.evaluate("() => document.documentElement.dataset.cachedAt")
        assert phone.page.evaluate("() => performance.getEntriesByType('navigation')[0].responseEnd") < 5_000
        phone.until(lambda: "This page is as of" in phone.note(), "its age is said", tell=phone.note)
        phone.goto("/scan")  # the next page of that minute does not wait once more
        assert phone.page.evaluate("() => document.documentElement.dataset.cachedAt")
        assert phone.page.evaluate("() => performance.getEntriesByType('navigation')[0].responseEnd") < 3_000


def fetch_pack(phone: Phone) -> None:
    """As the phone does by itself every half an hour."""
    phone.page.evaluate(
        "async () => (await import(`/static/${document.documentElement.dataset.build}/js/pack.js`)).refreshPack({ now: true })"
    )


def test_C9_a_page_that_the_server_cannot_make_does_not_cost_the_others(
    new_phone: MakePhone, proxy: Proxy, server: Server, world: World
) -> None:
    broken = proxy.on(r"GET /my-day", lambda call: call.answer(dataclasses.replace(call.forward(), status=500)))
    phone = new_phone().sign_in().ready()
    pages = phone.kept()
    assert "/my-day" not in pages
    assert {"/today", "/scan", "/outbox", "/me", f"/rounds/{world.main}"} <= set(pages)
    broken.times = 0
    fetch_pack(phone)
    phone.until(lambda: "/my-day" in phone.kept(), "asked for again, although nothing else is new")


def test_C9_a_page_that_breaks_later_is_shown_as_it_was_with_its_own_age(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    pointer = phone.database("pocket")["pointers"]["pack"]
    proxy.on(rf"GET /rounds/{world.other}", lambda call: call.answer(dataclasses.replace(call.forward(), status=500)))
    phone.until_received(
        phone.record(("scan", {"code": world.spots[6].code, "round": world.steps[0]}))
    )  # a point seen for the first time: another revision

    def kept() -> Any:  # the page may be at it by itself, with the pack before
        fetch_pack(phone)
        found = phone.database("pocket")["pointers"]["pack"]
        return found["cache"] != pointer["cache"] and found["missing"] == [f"/rounds/{world.other}"] and found

    now = phone.until(kept, "the next pack")
    with server.down():
        phone.goto(f"/rounds/{world.other}")
        age = phone.page.evaluate("() => document.documentElement.dataset.cachedAt")
        assert pointer["madeAt"] <= age < now["madeAt"]
        phone.goto("/today")
        assert phone.page.evaluate("() => document.documentElement.dataset.cachedAt") == now["madeAt"]


def test_C9_a_pack_that_breaks_off_leaves_the_last_one(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    before, pages = phone.database("pocket")["pointers"]["pack"]["cache"], phone.kept()
    phone.until_received(phone.record(("scan", {"code": world.spots[7].code, "round": world.steps[1]})))
    proxy.on(r"GET /me$", drop)
    fetch_pack(phone)
    assert phone.database("pocket")["pointers"]["pack"]["cache"] == before
    assert phone.kept() == pages


def test_C12_recording_works_without_any_worker(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone(prepare="delete Navigator.prototype.serviceWorker").sign_in()
    phone.scan_page(world.main)
    ids = [phone.type_code(world.spots[0])["id"]]
    phone.until_received(ids)
    phone.offline()
    ids += [phone.type_code(world.spots[1])["id"]]
    assert phone.item(ids[1])["state"] == "saved"
    phone.offline(False)
    phone.until_received(ids)
    once(server, ids)


def test_C12_an_unregistered_worker_comes_back_with_the_next_page(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).unregister()")
    phone.offline()
    id = phone.type_code(world.spots[0])["id"]
    phone.offline(False)
    phone.until_received([id])
    once(server, [id])
    phone.goto("/today")
    phone.ready()


def test_C11_a_worker_that_cannot_fetch_its_shell_leaves_the_old_one_in_charge(
    phone: Phone, proxy: Proxy, server: Server, tmp_path: Path
) -> None:
    with new_release(server, tmp_path):
        proxy.on("GET /static/.*/js/scan/judge.js", status(500))
        phone.page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
        phone.until(
            lambda: phone.page.evaluate(
                "async () => { const r = await navigator.serviceWorker.getRegistration(); return !r.installing && !r.waiting; }"
            ),
            "the install has failed",
        )
        assert proxy.asked("GET /static/.*/js/scan/judge.js")
        phone.offline()
        phone.goto("/scan")
        phone.page.get_by_role("button", name="Type the code").first.wait_for()


@contextlib.contextmanager
def new_release(server: Server, folder: Path) -> Iterator[None]:
    """Inside, the server is of the next release."""
    server.kill()
    server.start(another_release(folder))
    try:
        yield
    finally:
        server.kill()
        server.start()


def test_D1_D2_an_update_waits_for_the_tap_and_keeps_the_draft(
    phone: Phone, proxy: Proxy, server: Server, world: World, tmp_path: Path
) -> None:
    phone.scan_page(world.main)
    scan = phone.type_code(world.spots[0])["id"]
    phone.until_received([scan])
    phone.page.get_by_role("button", name="Something is wrong").click()
    phone.page.get_by_label("What is wrong?").fill("The lamp fl")
    old = phone.page.evaluate("() => document.documentElement.dataset.build")
    with new_release(server, tmp_path):
        phone.page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
        phone.until(
            lambda: phone.page.evaluate("async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"),
            "the new worker waits",
        )
        assert phone.page.get_by_label("What is wrong?").input_value() == "The lamp fl"
        phone.page.get_by_label("What is wrong?").fill("The lamp flickers")
        begun = len(proxy.calls)
        assert f"shell-{old}" in phone.page.evaluate("() => caches.keys()")
        phone.until(
            lambda: any(d["values"].get("text") == "The lamp flickers" for d in phone.database("pocket")["drafts"].values()), "the draft"
        )
        other = phone.context.new_page()
        other.goto(phone.origin + "/outbox")
        note = other.get_by_text("A new version is ready")
        note.wait_for()
        assert phone.page.evaluate("() => document.documentElement.dataset.build") == old
        # A file of the old build that a late import asks for comes from the phone, for the server has it no more.
        served = phone.page.evaluate("async (build) => (await fetch(`/static/${build}/js/scan/today.js`)).status", old)
        assert served == 200
        assert not [c for c in proxy.calls[begun:] if c.path.startswith(f"/static/{old}/") and c.status == 200]
        other.get_by_role("button", name="Update").click()
        other.wait_for_function("(old) => document.documentElement.dataset.build !== old", arg=old)
        phone.page.bring_to_front()  # a browser spares a page behind another one its time
        phone.page.reload()
        phone.page.get_by_label("What is wrong?").wait_for()
        assert phone.page.get_by_label("What is wrong?").input_value() == "The lamp flickers"
        phone.page.get_by_role("button", name="Save").click()
        phone.page.locator(".scan").get_by_text("Problem noted · Saved on this phone").wait_for()
        phone.until_received([item["id"] for item in phone.items()])


def test_D2_a_file_of_no_build_is_404(phone: Phone) -> None:
    assert phone.page.evaluate("async () => (await fetch('/static/0000000000/js/app.js')).status") == 404


def test_C5_the_worker_and_a_page_at_once_make_one_row(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    phone.goto("/outbox")
    wake, _stop = wake_worker(phone)
    proxy.on(" /sync", drop)
    ids = phone.record(*scans(world, 3))
    phone.until_state(ids, "saved")
    proxy.clear()
    for _ in range(3):
        wake()
        phone.send_now()
    phone.until_received(ids)
    until(lambda: not [call for call in proxy.asked(SYNC) if not call.until], "all calls are over")
    once(server, ids)


@pytest.mark.parametrize("username", ["guard", "supervisor"])
def test_no_page_breaks_the_policy_or_asks_anybody_else(new_phone: MakePhone, world: World, username: str) -> None:
    phone = new_phone().sign_in(username).ready()
    office = ["/log", f"/log/garden/{world.day}", "/held", "/labels", "/devices", "/people", "/plans"] if username == "supervisor" else []
    for path in ["/today", "/scan", "/outbox", "/me", "/my-day", f"/rounds/{world.main}", "/offline", *office]:
        answer = phone.page.goto(phone.origin + path)
        assert answer.status < 500, path
        phone.page.wait_for_load_state("networkidle")
    assert (phone.complaints, phone.strangers) == ([], set())
    # That these two notice anything: a page that does both.
    phone.page.evaluate("() => document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.2:9/' }))")
    phone.until(lambda: phone.complaints or phone.strangers, "the policy speaks up")
    phone.complaints.clear()
    phone.strangers.clear()


def test_C4_a_tab_takes_over_from_one_that_the_system_froze(phone: Phone, proxy: Proxy, server: Server, world: World, held: Held) -> None:
    phone.goto("/outbox")
    other = phone.context.new_page()
    other.goto(phone.origin + "/outbox")
    proxy.on(SYNC, held, times=1)
    phone.page.bring_to_front()
    ids = phone.record(*scans(world, 4))
    phone.until(lambda: held.calls, "a call under way, and its tab holds the lock")
    phone.context.new_cdp_session(phone.page).send("Page.setWebLifecycleState", {"state": "frozen"})
    # Nothing was heard of the holder for longer than its heartbeat and its leases last.
    other.evaluate("() => { const real = Date.now; Date.now = () => real() + 100_000; }")
    other.get_by_role("button", name="Send now").click()
    frozen, phone.page = phone.page, other
    phone.until_received(ids)
    once(server, ids)
    held.gate.set()
    phone.context.new_cdp_session(frozen).send("Page.setWebLifecycleState", {"state": "active"})
    once(server, ids)


def test_C6_where_the_system_never_wakes_the_worker_the_pages_own_clock_sends(
    new_phone: MakePhone, proxy: Proxy, server: Server, world: World
) -> None:
    phone = new_phone(prepare="Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: undefined })").sign_in().ready()
    phone.goto("/outbox")
    proxy.on(" /sync", drop)
    ids = phone.record(*scans(world, 3))
    phone.until(phone.note, "it was tried in vain")
    proxy.clear()
    phone.until_received(ids, seconds=60)  # nobody touches anything
    once(server, ids)
    phone.until(lambda: phone.note() == "", "all is well", tell=phone.note)
    # Coming back to the app sends too.
    proxy.on(" /sync", drop)
    more = phone.record(*scans(world, 2))
    phone.until(phone.note, "in vain again")
    proxy.clear()
    phone.page.evaluate("() => dispatchEvent(new Event('focus'))")
    phone.until_received(more, seconds=5)
    once(server, more)


def test_C8_a_page_from_the_back_forward_cache_shows_what_is_true_now(phone: Phone, server: Server, world: World) -> None:
    phone.goto("/outbox")
    phone.offline()
    ids = phone.record(*scans(world, 2))
    pill = phone.page.locator("[data-outbox-pill]").first
    phone.until(lambda: "2" in (pill.text_content() or ""), "two to send")
    # What such a page brings back is what it showed when it was left, and the browser's word that it did.
    phone.page.evaluate(
        """() => {
          for (const pill of document.querySelectorAll('[data-outbox-pill]')) pill.textContent = '17 to send';
          dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        }"""
    )
    phone.until(
        lambda: "2" in (pill.text_content() or "") and "17" not in (pill.text_content() or ""), "the true number", tell=pill.text_content
    )
    phone.offline(False)
    phone.until_received(ids)


def test_D9_a_part_of_the_next_release_offers_the_update_and_leaves_the_page(
    new_phone: MakePhone, proxy: Proxy, server: Server, world: World, tmp_path: Path
) -> None:
    phone = new_phone().sign_in("supervisor", then="/outbox").ready()
    phone.goto(f"/log/garden/{world.day}")
    phone.page.locator("#day[hx-trigger]").wait_for()
    old = phone.page.evaluate("() => (window.untouched = document.documentElement.dataset.build)")
    with new_release(server, tmp_path):
        cut_off = proxy.on(r"GET /static/.*/js/words\.js", drop, times=1)
        phone.page.evaluate(LOG_ANEW)
        phone.until(lambda: cut_off.times == 0, "the first try to fetch the release, which fails")
        # The log fetches itself anew every 15 s: that answer is of the next release too, and leads to another try.
        phone.page.get_by_text("A new version is ready").wait_for(timeout=60_000)
        assert phone.page.evaluate("() => window.untouched") == old, "the page was not loaded again"
        assert phone.page.evaluate("() => document.documentElement.dataset.build") == old
        phone.page.get_by_role("button", name="Update").click()
        phone.page.wait_for_function("(old) => document.documentElement.dataset.build !== old", arg=old)
