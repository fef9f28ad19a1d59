"""Lost replies and networks that lie: every way a call can fail leaves the record on the phone, and once on the server.

Names carry the lines of the failure list (B1–B12).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import threading
import time
from typing import Any

import pytest

from .phone import Phone, until
from .proxy import Act, Call, Late, Proxy, Stale, drop, lose_reply, portal, rewrite, status, to_login, truncate
from .serving import Server, World

SYNC = r"^POST /sync$"
INTAKE = r" /sync"
# A page that comes back into view looks for something to send; what it decides, it tells the other pages.
LOOK_AGAIN = """() => new Promise((done) => {
  const channel = new BroadcastChannel('outbox-news');
  channel.onmessage = ({ data }) => data.type === 'status' && (channel.close(), done(data.status));
  dispatchEvent(new Event('online'));
})"""


@pytest.fixture
def phone(old_phone: Phone, proxy: Proxy, world: World) -> Phone:
    """The module's phone on the scanner, with nothing left to send, after the word that each new page has with the server."""
    owed = [item["id"] for item in old_phone.items() if item["state"] != "accepted"]
    if owed:  # by a test that failed: its second try, and the next one, begin with nothing to send
        old_phone.send_now()
        old_phone.until_received(owed)
    begun = time.monotonic()
    old_phone.scan_page(world.main)
    old_phone.until(lambda: [ping for ping in proxy.asked("GET /sync/ping", since=begun) if ping.until], "the new page's first word")
    return old_phone


def save(phone: Phone, world: World) -> str:
    """A scan by typed code; gives its id."""
    return str(phone.type_code(world.spots[0])["id"])


def once_on_the_server(server: Server, *ids: str) -> None:
    """Each is accepted there exactly once, with its effect."""
    rows = server.records(list(ids))
    assert set(rows) == set(ids)
    for row in rows.values():
        assert row["status"] == "accepted"
        assert server.rows("SELECT count(*) n FROM scan WHERE id = ?", row["id"]) == [{"n": 1}]


def kept_and_arrives(phone: Phone, proxy: Proxy, server: Server, *ids: str) -> list[dict[str, Any]]:
    """Nothing was lost by then; with the network back and a tap, all of it arrives."""
    for item in phone.until_state(ids, "saved", "attention"):
        assert item["payload"] is not None
    proxy.clear()
    phone.send_now()
    found = phone.until_received(ids)
    once_on_the_server(server, *ids)
    return found


def failed(phone: Phone, id: str) -> dict[str, Any]:
    """The record once its first try has come to nothing."""
    return phone.until(lambda: (item := phone.item(id))["error"] and item["state"] != "sending" and item, "a failed try")  # type: ignore[no-any-return]


# ---------------------------------------------------------------- B1–B3: the reply is lost, the server dies


def test_B1_a_lost_reply_makes_one_row_and_the_same_receipt(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    proxy.on(SYNC, lose_reply, times=1)
    id = save(phone, world)
    failed(phone, id)
    assert server.records([id])[id]["status"] == "accepted", "it did arrive"
    (item,) = kept_and_arrives(phone, proxy, server, id)
    assert item["receipt"]["status"] == "duplicate"
    assert item["receipt"]["receipt"]


def test_B2_a_server_killed_before_its_commit_gets_the_record_again(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    def die_before_commit(call: Call) -> None:
        with server.locked():
            threading.Thread(target=_quietly, args=(call,), daemon=True).start()
            until(lambda: has_turn(server), "the server holds the record and waits for the lock")
            server.kill()

    proxy.on(SYNC, die_before_commit, times=1)
    id = save(phone, world)
    failed(phone, id)
    assert server.records([id]) == {}
    server.start()
    (item,) = kept_and_arrives(phone, proxy, server, id)
    assert item["receipt"]["status"] == "accepted"


def _quietly(call: Call) -> None:
    with contextlib.suppress(OSError):
        call.forward()


def has_turn(server: Server) -> bool:
    """Is a writer of the server at it? (It queues on a lock file before it asks SQLite.)"""
    with open(f"{server.database}.turn") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False


def test_B3_a_server_killed_after_its_commit_keeps_the_record_once(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    def die_after_commit(call: Call) -> None:
        call.forward()
        server.kill()

    proxy.on(SYNC, die_after_commit, times=1)
    id = save(phone, world)
    failed(phone, id)
    assert server.records([id])[id]["status"] == "accepted", "committed before it died"
    server.start()
    (item,) = kept_and_arrives(phone, proxy, server, id)
    assert item["receipt"]["status"] == "duplicate"


# ---------------------------------------------------------------- B4–B8: answers that are none


@pytest.mark.parametrize(
    ("pattern", "act", "words"),
    [
        pytest.param(INTAKE, drop, "No signal", id="B9-no-route-though-the-browser-says-online"),
        pytest.param(".", portal, "asks for a sign-in of its own", id="B4-captive-portal"),
        pytest.param(SYNC, portal, "asks for a sign-in of its own", id="B4-portal-between-ping-and-post"),
        pytest.param(INTAKE, to_login, "No signal", id="B5-redirect-to-login"),
        pytest.param(SYNC, to_login, "No signal", id="B5-redirect-of-the-post"),
        *(pytest.param(INTAKE, status(code), "The server is busy", id=f"B6-{code}") for code in (500, 502, 503, 504, 429)),
        pytest.param(SYNC, truncate, "No signal", id="B8-truncated"),
        pytest.param(SYNC, status(200, body=b"{}", mime="application/json"), "sign-in of its own", id="B8-empty-json"),
        pytest.param(SYNC, rewrite(lambda r: {**r, "results": []}), "sign-in of its own", id="B8-no-results"),
        pytest.param(
            SYNC, rewrite(lambda r: {**r, "results": [{**each, "sha256": "0" * 64} for each in r["results"]]}), "sign-in of its own", id="B8-wrong-hash"
        ),
        pytest.param(
            SYNC, rewrite(lambda r: {**r, "results": [{**each, "id": each["id"][::-1]} for each in r["results"]]}), "sign-in of its own", id="B8-wrong-id"
        ),
        pytest.param("GET /sync/ping", rewrite(lambda r: {**r, "nonce": "of an hour ago"}), "sign-in of its own", id="B14-stale-ping"),
    ],
)  # fmt: skip
def test_no_receipt_nothing_moves(phone: Phone, proxy: Proxy, server: Server, world: World, pattern: str, act: Act, words: str) -> None:
    proxy.on(pattern, act)
    id = save(phone, world)
    phone.until(lambda: words in phone.note(), words, tell=phone.note)
    assert phone.item(id)["receipt"] is None
    kept_and_arrives(phone, proxy, server, id)
    phone.until(lambda: phone.note() == "", "all is well again", tell=phone.note)


def test_B8_with_fewer_receipts_only_those_named_move_on(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    phone.offline()
    ids = [save(phone, world) for _ in range(3)]
    proxy.on(SYNC, rewrite(lambda reply: {**reply, "results": reply["results"][:2]}), times=1)
    phone.offline(False)
    failed(phone, ids[2])
    assert [item["state"] for item in phone.items(ids)] == ["accepted", "accepted", "saved"]
    proxy.clear()
    phone.send_now()
    assert [item["receipt"]["status"] for item in phone.until_received(ids)] == ["accepted", "accepted", "duplicate"]
    once_on_the_server(server, *ids)


@pytest.mark.parametrize("code", [503, 429])
def test_B6_retry_after_is_obeyed_also_by_the_next_page(phone: Phone, proxy: Proxy, server: Server, world: World, code: int) -> None:
    proxy.on(SYNC, status(code, retry_after=40))
    id = save(phone, world)
    failed(phone, id)
    (first,) = proxy.asked(SYNC, since=proxy.asked(SYNC)[-1].at)
    proxy.clear()
    phone.scan_page(world.main)
    told = phone.page.evaluate(LOOK_AGAIN)
    assert told["wakeAt"] - told["at"] > 30_000, "it waits as long as it was told"
    assert proxy.asked(INTAKE, since=first.until) == [], "and asks nothing before"
    kept_and_arrives(phone, proxy, server, id)


@pytest.mark.parametrize("code", [400, 403, 404, 409, 410, 413, 422])
def test_B7_a_refused_record_stays_and_needs_a_person(phone: Phone, proxy: Proxy, server: Server, world: World, code: int) -> None:
    proxy.on(SYNC, status(code, body=json.dumps({"error": "x", "message": "Not like this."}).encode(), mime="application/json"))
    id = save(phone, world)
    phone.until_state([id], "attention")
    phone.goto("/outbox")
    row = phone.page.locator(f'[data-record="{id}"]')
    row.get_by_text("Needs you").wait_for()
    assert ("Too large" if code == 413 else "Not like this.") in row.inner_text()
    kept_and_arrives(phone, proxy, server, id)
    row.get_by_text("Received").wait_for()


# ---------------------------------------------------------------- B12: one bad record among many


def twenty(world: World, poison: tuple[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Twenty scans, the third of them something else."""
    good: list[tuple[str, dict[str, Any]]] = [
        ("scan", {"code": world.spots[n % 12].code, "method": "typed", "round": None, "frame": None}) for n in range(20)
    ]
    return [*good[:2], poison, *good[3:]]


def test_B12_a_poisoned_third_of_twenty_is_held_and_holds_up_nobody(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    phone.offline()
    ids = phone.record(*twenty(world, ("scan", {"code": ["not", "a", "code"], "method": "telepathy"})))
    phone.offline(False)
    found = phone.until_received(ids)
    assert [item["receipt"]["status"] for item in found].count("held") == 1
    assert phone.item(ids[2])["receipt"]["reason"] == "bad-body"
    once_on_the_server(server, *(id for id in ids if id != ids[2]))
    assert server.records(ids)[ids[2]]["status"] == "held"


def test_B12_a_record_the_server_breaks_over_steps_aside(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    poison = ("note", {"site": "garden", "text": "poison", "about": None, "round": None, "checkpoint": None, "result": None, "answers": {}})

    def break_over_it(call: Call) -> None:
        call.say(500) if b"poison" in call.body else call.answer(call.forward())

    phone.offline()
    proxy.on(SYNC, break_over_it)
    ids = phone.record(*twenty(world, poison))
    phone.offline(False)
    good = [id for id in ids if id != ids[2]]
    phone.until_received(good)
    once_on_the_server(server, *good)
    assert failed(phone, ids[2])["state"] == "saved"
    assert server.records([ids[2]]) == {}
    proxy.clear()
    phone.send_now()
    phone.until_received([ids[2]])
    assert server.records([ids[2]])[ids[2]]["status"] == "accepted"


def test_B9_a_black_hole_is_found_out_and_nothing_is_lost(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    begun = time.monotonic()
    with server.frozen():
        id = save(phone, world)
        pings = phone.until(lambda: proxy.asked("GET /sync/ping", since=begun), "a ping that nobody answers")
        assert ({ping.status for ping in pings}, phone.item(id)["state"]) == ({None}, "saved")
    phone.send_now()
    phone.until_received([id], seconds=40)
    once_on_the_server(server, id)


# ---------------------------------------------------------------- B14, B16, B17: answers of yesterday, calls of yesterday, a phone of last season


def test_B14_a_cached_answer_to_another_call_is_no_receipt(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    proxy.on(SYNC, Stale())
    first = save(phone, world)
    phone.until_received([first])
    second = save(phone, world)
    failed(phone, second)
    assert phone.item(second)["receipt"] is None
    kept_and_arrives(phone, proxy, server, second)
    once_on_the_server(server, first, second)


def test_B14_a_cached_ping_is_not_our_server(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    proxy.on("GET /sync/ping", Stale())
    first = save(phone, world)
    phone.until_received([first])
    phone.scan_page(world.main)  # a new page asks anew
    second = save(phone, world)
    phone.until(lambda: "sign-in of its own" in phone.note(), "somebody else answers", tell=phone.note)
    kept_and_arrives(phone, proxy, server, second)


def test_B16_calls_that_arrive_after_their_retry_change_nothing(phone: Phone, proxy: Proxy, server: Server, world: World) -> None:
    late = Late()
    proxy.on(SYNC, late, times=2)
    scan = save(phone, world)
    failed(phone, scan)
    (note,) = phone.record(("note", {"about": scan, "text": "the lamp is out"}))
    phone.send_now()
    phone.until(lambda: len(late.calls) == 2, "both are on their way")
    phone.send_now()
    phone.until_received([scan, note])
    before = server.records([scan, note])
    for reply in reversed(late.arrive()):
        assert {result["status"] for result in reply.json()["results"]} == {"duplicate"}
    assert server.records([scan, note]) == before
    assert server.rows("SELECT count(*) n FROM note WHERE text = 'the lamp is out'") == [{"n": 1}]
    once_on_the_server(server, scan)


# As the phone's clock stood ninety days ago, in this document.
NINETY_DAYS_AGO = """() => {
  const Real = Date;
  const then = () => Real.now() - 90 * 86_400_000;
  window.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [then()])); }
    static now() { return then(); }
  };
}"""


def test_B17_what_was_recorded_ninety_days_ago_is_taken_with_its_time(phone: Phone, server: Server, world: World) -> None:
    phone.offline()
    phone.page.evaluate(NINETY_DAYS_AGO)
    ids = phone.record(*[("note", {"site": "garden", "text": f"before the winter {n}"}) for n in range(5)])
    phone.goto("/outbox")  # a page of today, with today's clock: the old one must not find signal
    phone.offline(False)
    phone.until_received(ids)
    for row in server.records(ids).values():
        assert row["status"] == "accepted"
        assert row["at"] < server.rows("SELECT datetime('now', '-89 days') AS then_")[0]["then_"]
