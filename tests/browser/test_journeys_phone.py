"""The phone's memory: what it says is saved survives crashes, kills, a full disk and a lost connection, and arrives once.

Names carry the lines of the failure list (A1–A15).
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from .conftest import MakePhone
from .phone import NO_BACKGROUND_SYNC, Phone, moment, until
from .proxy import Call, Proxy, drop
from .serving import ZONE, Server, World

# What a person may believe to be saved: noted outside the browser the moment `record` resolves.
SAVE_FOREVER = """async ([code, ways]) => {
  const { record } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/queue.js`);
  const one = async () => { for (;;) await acked((await record('scan', { code, method: 'typed', round: null, frame: null })).id); };
  for (let n = 0; n < ways; n += 1) one();
}"""
# Which durability the browser was asked for, and whether "saved" was on the screen before the transaction was complete.
WATCH_TRANSACTIONS = """(() => {
  window.seen = [];
  const open = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const tx = open.call(this, stores, mode, options);
    if (mode === 'readwrite' && [].concat(stores).includes('photos')) {
      tx.addEventListener('complete', () => seen.push({
        durability: tx.durability, said: document.querySelector('.scan-sheet')?.textContent.includes('Saved on this phone') ?? false,
      }));
    }
    return tx;
  };
})()"""


# Not even a lease or a receipt can be written: what a disk does that is full to the last byte.
NO_ROOM = """for (const verb of ['add', 'put']) {
  const real = IDBObjectStore.prototype[verb];
  IDBObjectStore.prototype[verb] = function (...given) {
    if (window.noRoom) throw new DOMException('full', 'QuotaExceededError');
    return real.apply(this, given);
  };
}"""


def once(server: Server, ids: list[str]) -> None:
    """Exactly these of them are on the server, accepted, each with one effect."""
    rows = server.records(ids)
    assert sorted(rows) == sorted(ids)
    assert {row["status"] for row in rows.values()} <= {"accepted"}
    keys = [row["id"] for row in rows.values()]
    marks = ",".join("?" * len(keys))
    assert server.rows(f"SELECT count(*) n FROM scan WHERE id IN ({marks})", *keys) == [{"n": len(ids)}]


def in_order_without_gaps(phone: Phone) -> None:
    """Numbers of this device count from one, none twice, none left out."""
    seqs = [item["seq"] for item in phone.items()]
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize("offline", [True, False], ids=["A1-offline", "A2-online"])
def test_saved_is_said_after_the_strict_transaction_and_a_reload_shows_it(
    new_phone: MakePhone, server: Server, world: World, offline: bool
) -> None:
    phone = new_phone(prepare=WATCH_TRANSACTIONS).sign_in().ready()
    phone.scan_page(world.main)
    phone.offline(offline)
    phone.page.evaluate("() => { seen.length = 0; }")
    id = phone.type_code(world.spots[0])["id"]
    first = phone.page.evaluate("() => seen[0]")
    assert first == {"durability": "strict", "said": False}
    phone.page.reload()
    if offline:
        assert phone.item(id)["state"] == "saved"
        phone.goto("/outbox")
        phone.page.locator(f'[data-record="{id}"]').get_by_text("On this phone").wait_for()
        phone.offline(False)
    phone.until_received([id])
    once(server, [id])


def test_A3_every_confirmed_save_outlives_a_crash_of_the_page(phone: Phone, server: Server, world: World) -> None:
    acked: list[str] = []
    phone.context.expose_function("acked", lambda id: acked.append(str(id)))
    phone.goto("/outbox")
    phone.offline()
    phone.page.evaluate(SAVE_FOREVER, [world.spots[0].code, 5])
    phone.until(lambda: len(acked) >= 60, "sixty saves")
    crash(phone)
    believed = list(acked)
    phone.goto("/outbox")
    ids = [item["id"] for item in phone.items()]
    assert set(believed) <= set(ids)
    in_order_without_gaps(phone)
    phone.offline(False)
    phone.until_received(ids)
    once(server, ids)


def crash(phone: Phone) -> None:
    """End the page's process, as a fault in it would, and open another page."""
    gone: list[bool] = []
    broken, phone.page = phone.page, phone.context.new_page()
    broken.on("crash", lambda _page: gone.append(True))
    with contextlib.suppress(Exception):
        broken.goto("chrome://crash", timeout=10_000)
    until(lambda: gone, "the page crashed", rest=lambda: phone.page.wait_for_timeout(50))
    broken.close()


def test_A4_C9_twelve_offline_scans_outlive_a_killed_browser_and_arrive_once(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.offline()
    ids = [phone.type_code(spot)["id"] for spot in world.spots]
    phone.kill()

    phone.open(offline=True)
    phone.goto("/outbox")
    phone.page.get_by_text("On this phone").nth(11).wait_for()
    assert phone.page.evaluate("() => Boolean(navigator.serviceWorker.controller)"), "the worker still serves"
    assert [item["id"] for item in phone.items()] == ids
    in_order_without_gaps(phone)
    assert server.records(ids) == {}

    phone.offline(False)
    phone.until_received(ids)
    once(server, ids)
    phone.page.get_by_text("Received").nth(11).wait_for()


def test_A5_a_full_phone_says_so_keeps_the_form_and_small_records_still_fit(phone: Phone, server: Server, world: World, photo: Any) -> None:
    # The browser remembers for half a minute how much room there is: a quota counts from its next start.
    phone.ready(decoder=True)  # what comes in the background is there: it would take the room that is measured
    for _visit in range(3):  # so is what the browser makes of a page's scripts when it is used again and again
        phone.scan_page(world.main)
    phone.close()
    quota(phone.open(), spare=200_000)
    phone.scan_page(world.main)
    scan = phone.type_code(world.spots[0])["id"]
    phone.page.get_by_role("button", name="Something is wrong").click()
    phone.page.get_by_label("What is wrong?").fill("Water on the floor")
    phone.page.locator('[name="photos"]').set_input_files(photo)
    phone.page.locator(".shots img").wait_for()
    phone.page.get_by_role("button", name="Save").click()
    phone.page.get_by_text("Not saved: this phone is full.").wait_for()
    assert phone.page.get_by_label("What is wrong?").input_value() == "Water on the floor"
    assert phone.page.locator(".shots img").count() == 1
    assert [item["id"] for item in phone.items()] == [scan]

    refusals: list[Exception] = []

    def tap() -> list[str]:
        try:
            return phone.record(("note", {"site": "garden", "text": "a small one still fits"}))
        except PlaywrightError as refusal:  # the browser's store may hold what the large one left there until it counts anew
            refusals.append(refusal)
            return []

    small = phone.until(tap, "a small one fits", 90, tell=lambda: (phone.note(), refusals[-1:]))
    phone.until_received([scan, *small])
    in_order_without_gaps(phone)


def test_A5_pictures_that_the_server_has_make_room_on_a_full_phone(phone: Phone, server: Server, world: World, photo: Any) -> None:
    phone.scan_page(world.main)
    phone.type_code(world.spots[0])
    phone.page.get_by_role("button", name="Something is wrong").click()
    phone.page.get_by_label("What is wrong?").fill("Before")
    phone.page.locator('[name="photos"]').set_input_files(photo)
    phone.page.locator(".shots img").wait_for()
    phone.page.get_by_role("button", name="Save").click()
    phone.page.locator(".scan-sheet").get_by_text("Problem noted · Saved on this phone").wait_for()
    *_, before = phone.until_received([item["id"] for item in phone.items()])
    assert before["kind"] == "note"
    assert list(phone.database("outbox")["photos"]) == before["photoIds"]
    phone.ready(decoder=True).close()
    quota(phone.open(), spare=100_000)
    phone.goto("/outbox")
    large = {"site": "garden", "text": "x" * 9_000, "answers": {str(n): "y" * 9_000 for n in range(100)}}
    phone.page.locator("[data-record]").first.wait_for()

    def tap() -> bool:
        with contextlib.suppress(Exception):  # it may fit by now
            phone.record(("note", large))
        return phone.database("outbox")["photos"] == {}

    phone.until(tap, "room is made", tell=phone.note)
    assert phone.item(before["id"])["state"] == "accepted"
    assert phone.item(before["id"])["payload"] == before["payload"]
    (named,) = before["photos"]
    assert server.rows("SELECT size FROM photo WHERE sha256 = ?", named["sha256"]) == [{"size": named["bytes"]}]


def test_A5_a_phone_that_can_write_nothing_any_more_still_sends(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone(prepare=NO_BACKGROUND_SYNC + NO_ROOM).sign_in().ready()
    phone.offline()
    phone.scan_page(world.main)
    scan = phone.type_code(world.spots[2])["id"]
    phone.goto("/outbox")
    phone.page.evaluate("() => { window.noRoom = true; }")
    with pytest.raises(Exception, match="PhoneFull"):
        phone.record(("note", {"site": "garden", "text": "no room for this"}))
    phone.offline(False)
    phone.until(lambda: scan in server.records([scan]), "it leaves nevertheless", tell=phone.note)
    phone.until(lambda: "This phone is full" in phone.note(), "and the person is told", tell=phone.note)
    assert phone.item(scan)["state"] == "saved", "what could not be written down is not so"
    phone.page.evaluate("() => { window.noRoom = false; }")
    phone.send_now()
    phone.until_received([scan])
    once(server, [scan])


def test_a_long_outbox_shows_its_newest_rows_and_says_how_many_more_wait(phone: Phone) -> None:
    phone.goto("/outbox")
    phone.offline()
    phone.record(*(("note", {"site": "garden", "text": str(n)}) for n in range(112)))
    phone.page.get_by_text("And 12 more wait on this phone.").wait_for()
    assert phone.page.locator("[data-record]").count() == 100
    phone.offline(False)
    phone.until_received([item["id"] for item in phone.items()])
    phone.page.locator("[data-outbox-more]").wait_for(state="hidden")


def quota(phone: Phone, spare: int) -> None:
    """Leave the origin only that many bytes beyond what it uses."""
    session = phone.context.new_cdp_session(phone.page)
    usage = session.send("Storage.getUsageAndQuota", {"origin": phone.origin})["usage"]
    session.send("Storage.overrideQuotaForOrigin", {"origin": phone.origin, "quotaSize": usage + spare})


def test_A6_a_connection_the_browser_closed_is_opened_again_and_saves_once(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.offline()
    gone = [phone.type_code(spot)["id"] for spot in world.spots[:2]]
    phone.until_remembered(2)
    phone.evicted = True
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.clearDataForOrigin", {"origin": phone.origin, "storageTypes": "indexeddb"})
    # The handle is dead and the memory empty (A9): saving goes on.
    kept = phone.type_code(world.spots[2])["id"]
    assert [item["id"] for item in phone.items()] == [kept]
    phone.offline(False)
    phone.goto("/today")
    phone.page.locator("[data-storage-warning]").get_by_text("memory was cleared").wait_for()
    phone.until_received([kept])
    assert list(server.records([*gone, kept])) == [kept]
    once(server, [kept])
    assert max(phone.meta()[f"seq:{phone.item(kept)['device']}"], 0) == 2, "the office will see which numbers never came"


def test_A6_a_newer_page_closes_our_connection_and_we_open_again(phone: Phone, server: Server, world: World) -> None:
    phone.scan_page(world.main)
    phone.offline()
    ids = [phone.type_code(world.spots[0])["id"]]
    # An upgrade in another tab asks every page to let go of the database.
    phone.page.evaluate(
        "() => new Promise((done) => { const r = indexedDB.open('outbox', 2); r.onsuccess = () => { r.result.close(); done(); }; })"
    )
    phone.page.get_by_role("button", name="Type the code").first.click()
    phone.page.get_by_label("The ten characters under the label").fill(world.spots[1].code)
    phone.page.get_by_role("button", name="Record").click()
    # D8: an older page does not write into a newer store; it says so, and what is there still leaves.
    phone.page.get_by_text("Not saved: this page is too old").wait_for()
    phone.offline(False)
    phone.send_now()
    phone.until_received(ids)
    once(server, ids)


def test_A14_saves_of_one_millisecond_get_ids_and_numbers_of_their_own(phone: Phone, server: Server, world: World) -> None:
    phone.goto("/outbox")
    phone.page.evaluate("() => { const frozen = Date.now(); Date.now = () => frozen; }")
    body = {"code": world.spots[0].code, "method": "typed", "round": None, "frame": None}
    ids = phone.record(*[("scan", body)] * 30)
    assert len(set(ids)) == 30
    assert len({id[:13] for id in ids}) == 1, "made in one millisecond"
    in_order_without_gaps(phone)
    phone.until_received(ids)
    once(server, ids)


def test_A15_a_double_tap_is_one_record(new_phone: MakePhone, server: Server) -> None:
    phone = new_phone().sign_in("guard2").ready()
    # Two taps of one event loop turn: faster than any finger.
    phone.page.get_by_role("button", name="Clock on").evaluate("(button) => { button.click(); button.click(); }")
    phone.until(phone.items, "the record")
    phone.until_received([item["id"] for item in phone.items()])
    (item,) = phone.items()
    assert len(server.records([item["id"]])) == 1


def test_A11_a_half_filled_note_is_there_after_the_page_was_closed(phone: Phone, world: World) -> None:
    phone.goto(f"/rounds/{world.steps[0]}")
    phone.page.get_by_role("button", name="More").click()
    phone.page.get_by_text("Write a note about this round").click()
    phone.page.locator("#f-note").fill("The gate squeaks")
    phone.until(lambda: any(d["values"].get("body.text") for d in phone.database("pocket")["drafts"].values()), "the draft")
    phone.kill()
    phone.open(offline=True)
    phone.goto(f"/rounds/{world.steps[0]}")
    phone.until(lambda: phone.page.locator("#f-note").input_value() == "The gate squeaks", "the words are back")


TYPES_AT_ONCE = """document.addEventListener("DOMContentLoaded", () => {
    const note = document.getElementById("f-note");
    if (note) note.value = localStorage.typing;
})"""


def test_A11_words_typed_before_the_scripts_came_are_kept_as_well(phone: Phone, world: World) -> None:
    phone.page.add_init_script(TYPES_AT_ONCE)
    drafts = []
    for words in (
        "Typed at once",
        "Typed again",
    ):  # the second time there is a draft already: the newer words win, the record stays the same
        phone.page.evaluate("words => localStorage.typing = words", words)
        phone.goto(f"/rounds/{world.steps[0]}")
        drafts += phone.until(
            lambda words=words: [d for d in phone.database("pocket")["drafts"].values() if d["values"].get("body.text") == words], words
        )
    assert drafts[0]["id"] == drafts[1]["id"]


def test_B13_what_is_saved_during_an_upload_goes_next_in_order(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    arrived = threading.Event()

    def slowly(call: Call) -> None:
        arrived.wait(20)
        call.answer(call.forward())

    proxy.on("POST /sync$", slowly, times=1)
    phone.scan_page(world.main)
    begun = time.monotonic()
    ids = [phone.type_code(world.spots[0])["id"]]
    phone.until(lambda: proxy.asked("POST /sync$", since=begun), "it is under way")
    ids += [phone.type_code(spot)["id"] for spot in world.spots[1:3]]
    assert [call.status for call in proxy.asked("POST /sync$", since=begun)] == [None]
    arrived.set()
    phone.until_received(ids)
    once(server, ids)
    posted = [record["id"] for call in proxy.asked("POST /sync$") for record in json.loads(call.body)["records"] if record["id"] in ids]
    assert posted == ids


def test_C9_the_phone_says_that_it_is_ready_for_a_place_without_signal(new_phone: MakePhone, proxy: Proxy, server: Server) -> None:
    proxy.on("GET /pack$", drop)
    phone = new_phone().sign_in()
    line = phone.page.locator("[data-pack-state]")
    line.get_by_text("Not ready for offline yet").wait_for()
    proxy.clear()
    phone.page.reload()
    line.get_by_text("Ready for offline, ").wait_for(timeout=40_000)
    made = moment(phone.database("pocket")["pointers"]["pack"]["madeAt"]).astimezone(ZONE)
    assert f"{made:%H:%M}" in line.inner_text()
    phone.ready().offline()
    phone.goto("/me")
    line.get_by_text(f"Ready for offline, {made:%H:%M}").wait_for()
    storage = phone.page.locator("[data-storage-state]")
    storage.wait_for()
    kept = phone.meta()["phone"]["persisted"]
    assert ("keeps what is saved" if kept else "may delete what is saved") in storage.inner_text()
