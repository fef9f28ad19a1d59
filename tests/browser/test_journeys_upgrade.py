"""The phone's store through updates of the app: it grows while other tabs have it open, survives a crash in the middle, and an older
app beside a newer store keeps its hands off.

Names carry the lines of the failure list (D4, D6–D8).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .phone import Phone, until
from .proxy import rewrite
from .serving import Server, World, another_release

# Begins the second step of the outbox's store in a next release, behind the first one.
SECOND_STEP = "      db.createObjectStore('meta');\n    },\n"
ADDS_A_STORE = "    (db) => db.createObjectStore('receipts'),\n"
# An upgrade that would take for ever: each write asks for the next.
NEVER_ENDS = """    (db, tx) => {
      db.createObjectStore('receipts');
      console.log('upgrading');
      const more = () => tx.objectStore('receipts').put('x', 1).then(more);
      more();
    },
"""
VERSION = "async () => (await indexedDB.databases()).find(({ name }) => name === 'outbox').version"
BUILD = "() => document.documentElement.dataset.build"
MANY = """async (wanted) => {
  const { record } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/queue.js`);
  const ids = [];
  for (let n = 0; n < wanted; n += 1) ids.push((await record('note', { site: 'garden', text: `note ${n}` })).id);
  return ids;
}"""


@contextlib.contextmanager
def release_with(step: str, server: Server, folder: Path) -> Iterator[None]:
    """Inside, the server is of a release whose store has one step more; afterwards, of this one again."""
    store = another_release(folder) / "static" / "js" / "outbox" / "store.js"
    source = store.read_text()
    assert source.count(SECOND_STEP) == 1
    store.write_text(source.replace(SECOND_STEP, SECOND_STEP + step))
    server.kill()
    server.start(folder)
    try:
        yield
    finally:
        server.kill()
        server.start()


def notes(server: Server) -> list[dict[str, Any]]:
    """How many notes there are, and how many of them are each other's doubles."""
    return server.rows("SELECT count(*) AS notes, count(DISTINCT text) AS texts FROM note")


def upgraded(phone: Phone) -> Any:
    """A tab of the new release, on the phone's new store."""
    tab = phone.context.new_page()
    old = phone.page.evaluate(BUILD)
    tab.goto(phone.origin + "/outbox")
    assert tab.evaluate(BUILD) != old
    until(lambda: tab.evaluate(VERSION) == 2, "the store has grown", rest=lambda: tab.wait_for_timeout(100))
    return tab


@pytest.mark.slow
def test_D6_the_store_grows_with_a_thousand_unsent_records_and_a_second_tab_open(
    phone: Phone, proxy: Any, server: Server, world: World, tmp_path: Path
) -> None:
    phone.goto("/me")  # a page that does not show each of them as it comes
    phone.offline()
    ids = phone.page.evaluate(MANY, 1000)
    phone.goto("/outbox")
    before = {item["id"]: item["sha256"] for item in phone.items()}
    assert sorted(before) == sorted(ids)
    with release_with(ADDS_A_STORE, server, tmp_path):
        phone.offline(False)
        tab = upgraded(phone)
        assert {item["id"]: item["sha256"] for item in phone.items()} == before, "nothing lost, nothing changed"
        assert "receipts" in phone.database("outbox")
        # The old tab let go at once, and works on: what it shows and sends is the new store's.
        assert phone.page.evaluate(BUILD) != tab.evaluate(BUILD)
        phone.page.get_by_text("note", exact=False).first.wait_for()
        phone.until(lambda: notes(server) == [{"notes": 1000, "texts": 1000}], "all are on the server", 120, lambda: notes(server))
        phone.until_received(ids, seconds=60)


def test_D7_an_upgrade_that_dies_in_the_middle_leaves_the_old_store(phone: Phone, server: Server, world: World, tmp_path: Path) -> None:
    phone.goto("/outbox")
    phone.offline()
    ids = phone.page.evaluate(MANY, 20)
    phone.close()
    with release_with(NEVER_ENDS, server, tmp_path):
        begun: list[str] = []
        phone.open()
        phone.context.on("console", lambda message: begun.append(message.text) if message.text == "upgrading" else None)
        phone.page.goto(phone.origin + "/outbox", wait_until="commit")
        phone.until(lambda: begun, "the upgrade is under way")
        phone.kill()
    phone.open(offline=True)
    phone.goto("/outbox")
    assert phone.page.evaluate(VERSION) == 1
    assert [item["id"] for item in phone.items()] == ids
    phone.offline(False)
    phone.until_received(ids)
    assert len(server.records(ids)) == 20


def test_D8_an_older_app_beside_a_newer_store_sends_but_does_not_write(phone: Phone, server: Server, world: World, tmp_path: Path) -> None:
    phone.goto("/outbox")
    phone.offline()
    ids = phone.page.evaluate(MANY, 3)
    with release_with(ADDS_A_STORE, server, tmp_path):
        phone.offline(False)
        upgraded(phone)
        phone.offline()
    # The release was taken back: this page is of before it, its store is not.
    phone.scan_page(world.main)
    assert phone.page.evaluate(VERSION) == 2
    phone.page.get_by_role("button", name="Type the code").first.click()
    phone.page.get_by_label("The ten characters under the label").fill(world.spots[1].code)
    phone.page.get_by_role("button", name="Record").click()
    phone.page.get_by_text("Not saved: this page is too old").wait_for()
    assert sorted(item["id"] for item in phone.items()) == sorted(ids)
    phone.offline(False)
    phone.send_now()
    phone.until_received(ids)
    assert sorted(server.records(ids)) == sorted(ids)


def test_D4_a_record_of_a_newer_app_is_held_and_says_so(phone: Phone, server: Server) -> None:
    phone.goto("/outbox")
    (id,) = phone.record(("dance", {"steps": 3}))
    (item,) = phone.until_received([id])
    assert (item["receipt"]["status"], item["receipt"]["reason"]) == ("held", "unknown-kind")
    row = phone.page.locator(f'[data-record="{id}"]')
    row.get_by_text("The office is checking").or_(row.get_by_text("The server does not know this kind of record yet")).first.wait_for()
    assert server.records([id])[id]["status"] == "held"


def test_a_server_that_wants_newer_records_is_heard_and_still_takes_these(phone: Phone, proxy: Any, server: Server) -> None:
    """`min_env` of the ping: the person is told to open the app anew; nothing waits for that."""
    proxy.on(r"GET /sync/ping", rewrite(lambda answer: answer | {"min_env": 2}))
    phone.goto("/today")
    (id,) = phone.record(("note", {"text": "as ever", "site": "garden"}))
    phone.page.locator("[data-storage-warning]").get_by_text("too old for the server").wait_for()
    phone.until_received([id])
