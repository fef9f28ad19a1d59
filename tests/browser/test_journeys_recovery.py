"""What a phone does when the server lost something, or the phone itself did: restored backups, cleared memory, saved copies.

Names carry the lines of the failure list (A9, E6, E8, E16, G7, G9, G15).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .conftest import MakePhone
from .phone import Phone
from .proxy import Proxy, lose_reply, status
from .serving import REPOSITORY, Server, World


def operator(server: Server, *words: str) -> str:
    """One of the operator's commands on the server's data; gives what it printed."""
    settings = {"ROUNDS_DATA": str(server.folder), "DATABASE_URL": "", "ROUNDS_SECRET": server.secret}
    done = subprocess.run(
        [sys.executable, "-m", "webapp", *words],
        cwd=REPOSITORY, env={**os.environ, **settings}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def restore(server: Server, file: Path) -> None:
    """Stop, restore, start."""
    server.signal(15)
    assert server.process is not None
    server.process.wait(timeout=30)
    server.process = None
    operator(server, "restore", "--force", str(file))
    server.start()


def clear(phone: Phone, what: str) -> None:
    """The browser gives up what it stored for us; cookies stay unless named."""
    phone.evicted = True
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.clearDataForOrigin", {"origin": phone.origin, "storageTypes": what})
    session.detach()


def storage_warning(phone: Phone, words: str) -> None:
    phone.page.locator("[data-storage-warning]").get_by_text(words).wait_for()


def device_row(supervisor: Phone, number: int) -> Any:
    supervisor.goto("/devices")
    return supervisor.page.locator(f"[data-device-row='{number}']")


def number_of(server: Server, phone: Phone) -> int:
    device = phone.page.evaluate("() => document.documentElement.dataset.device")
    (row,) = server.rows("SELECT number FROM device WHERE id = ?", device.replace("-", ""))
    return int(row["number"])


def test_E8_E16_a_phone_offers_again_what_the_restored_backup_lacks(
    new_phone: MakePhone, server: Server, world: World, tmp_path: Path
) -> None:
    phone = new_phone().sign_in().ready()
    phone.scan_page(world.main)
    ids = [phone.type_code(spot)["id"] for spot in world.spots[:2]]
    phone.until_received(ids)
    file = tmp_path / "night.backup"
    assert "2 records" in operator(server, "backup", str(file)), "while it serves"
    late = new_phone().sign_in("guard2").ready()  # who signs in after the backup
    late.scan_page(world.main)
    theirs = [late.type_code(world.spots[4])["id"]]
    ids += [phone.type_code(spot)["id"] for spot in world.spots[2:4]]
    phone.until_received(ids)
    late.until_received(theirs)
    epochs = {item["receipt"]["epoch"] for item in phone.items(ids)}

    restore(server, file)
    assert len(server.records([*ids, *theirs])) == 2
    for each in (phone, late):
        each.goto("/outbox")
    for each, wanted in ((phone, ids), (late, theirs)):
        each.until(lambda w=wanted: len(server.records(w)) == len(w), "everything is there again")
        each.until_received(wanted)
        assert {item["receipt"]["epoch"] for item in each.items(wanted)}.isdisjoint(epochs)
    rows = server.records([*ids, *theirs])
    assert {row["status"] for row in rows.values()} == {"accepted"}
    marks = ",".join("?" * len(rows))
    scans = server.rows(f"SELECT id FROM scan WHERE id IN ({marks})", *(id.replace("-", "") for id in rows))
    assert len(scans) == 5, "each counts once"


def test_A9_G7_G9_a_phone_whose_memory_was_evicted_says_so_and_the_supervisor_sees_what_is_lost(
    phone: Phone, new_phone: MakePhone, proxy: Proxy, server: Server, world: World
) -> None:
    phone.scan_page(world.main)
    first = phone.type_code(world.spots[0])["id"]
    phone.until_received([first])
    proxy.on("POST /sync$", status(503))
    for spot in world.spots[1:4]:
        phone.type_code(spot)
    number = number_of(server, phone)
    phone.goto("/outbox")  # tells how many it has given out
    phone.until(lambda: server.rows("SELECT max_seq FROM device WHERE number = ?", number)[0]["max_seq"] == 4, "the server knows of four")
    clear(phone, "indexeddb,local_storage")
    phone.goto("/today")
    proxy.clear()  # not before the page that still knew them is gone: it may have them on their way
    storage_warning(phone, "memory was cleared: 3 records that were not sent may be lost")
    phone.ready()
    phone.scan_page(world.main)
    assert phone.type_code(world.spots[5])["seq"] == 5, "no number is used twice"
    row = device_row(new_phone().sign_in("supervisor"), number)
    row.get_by_text("3 records may be lost").wait_for()
    row.get_by_text("number 2–4").wait_for()


def test_G7_a_phone_whose_site_data_was_cleared_leaves_its_old_self_with_what_it_owed(
    phone: Phone, new_phone: MakePhone, proxy: Proxy, server: Server, world: World
) -> None:
    proxy.on("POST /sync$", status(503))
    phone.scan_page(world.main)
    for spot in world.spots[:5]:
        phone.type_code(spot)
    number = number_of(server, phone)
    phone.goto("/outbox")
    phone.until(lambda: server.rows("SELECT unsent FROM device WHERE number = ?", number)[0]["unsent"] == 5, "the server knows of five")
    clear(phone, "all")
    # The page that still knew the five may have them on their way: it must be gone before the network works again.
    phone.sign_in()
    proxy.clear()
    phone.ready()
    assert number_of(server, phone) != number, "it has forgotten who it was"
    device_row(new_phone().sign_in("supervisor"), number).get_by_text("5 records · since").wait_for()


def test_G10_a_cloned_phone_loses_nothing_and_the_supervisor_is_told(
    playwright: Any, new_phone: MakePhone, proxy: Proxy, server: Server, world: World, tmp_path: Path
) -> None:
    first = new_phone().sign_in().ready()
    number = number_of(server, first)
    first.close()
    shutil.copytree(first.profile, tmp_path / "clone", ignore=shutil.ignore_patterns("Singleton*"))
    second = Phone(playwright, proxy.origin, tmp_path / "clone")
    ids = []
    for phone, spot in ((first, world.spots[0]), (second, world.spots[1])):
        phone.open(offline=True)
        phone.scan_page(world.main)
        ids.append(phone.type_code(spot)["id"])
    assert [phone.item(id)["seq"] for phone, id in zip((first, second), ids, strict=True)] == [1, 1]
    for phone, id in zip((first, second), ids, strict=True):
        phone.offline(False)
        phone.send_now()
        phone.until_received([id])
    second.close()
    rows = server.records(ids)
    assert [rows[id]["status"] for id in ids] == ["accepted", "accepted"]
    device_row(new_phone().sign_in("supervisor"), number).get_by_text("Used for two records: number 1").wait_for()


def test_E17_phones_that_were_offline_while_the_secret_was_changed_hand_in_and_ask_for_a_sign_in(
    phone: Phone, server: Server, world: World
) -> None:
    phone.scan_page(world.main)
    phone.offline()
    id = phone.type_code(world.spots[0])["id"]
    device = phone.item(id)["device"]
    server.kill()
    server.old_secrets, server.secret = server.secret, "another secret, since the first one was seen"
    server.start()
    phone.offline(False)
    phone.send_now()
    phone.until_received([id])
    phone.fresh("/today")
    assert "/login" in phone.page.url, "pages ask for a sign-in"
    phone.sign_in().ready()
    assert phone.page.evaluate("() => document.documentElement.dataset.device") == device, "the phone it was"


def test_A9_when_only_the_large_memory_was_evicted_the_small_one_remembers(
    phone: Phone, proxy: Proxy, server: Server, world: World
) -> None:
    proxy.on(" /sync", status(503))
    phone.scan_page(world.main)
    for spot in world.spots[:2]:
        phone.type_code(spot)
    number = number_of(server, phone)
    assert server.rows("SELECT max_seq FROM device WHERE number = ?", number)[0]["max_seq"] == 0, "the server knows of none"
    phone.until_remembered(2)
    clear(phone, "indexeddb")
    phone.goto("/today")
    proxy.clear()
    storage_warning(phone, "2 records that were not sent may be lost")
    assert server.rows("SELECT cleared_seq FROM device WHERE number = ?", number)[0]["cleared_seq"] == 2
    phone.goto("/me")
    storage_warning(phone, "2 records")
    assert phone.item(phone.record(("note", {"site": "garden", "text": "on we go"}))[0])["seq"] == 3


def test_G15_a_saved_copy_is_handed_in_on_another_phone_and_the_phone_sends_it_too_later(
    phone: Phone, new_phone: MakePhone, proxy: Proxy, server: Server, world: World, photo: Path, tmp_path: Path
) -> None:
    proxy.on(" /(sync|photos)", status(503))
    phone.scan_page(world.main)
    ids = [phone.type_code(spot)["id"] for spot in world.spots[:3]]
    phone.goto("/outbox")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="Save a copy").click()
    phone.page.get_by_text("3 records copied").wait_for()
    file = tmp_path / "rounds-unsent.zip"
    download.value.save_as(file)
    assert server.records(ids) == {}

    other = new_phone().sign_in("guard2")
    other.goto("/outbox")
    other.page.get_by_role("link", name="Hand in a saved copy").click()
    other.page.get_by_label("The file").set_input_files(file)
    other.page.get_by_role("button", name="Hand in").click()
    report = other.page.locator("[data-copy-report]")
    report.get_by_text("nothing is doubled").wait_for()
    rows = server.records(ids)
    assert {row["status"] for row in rows.values()} == {"accepted"}
    authors = server.rows("SELECT DISTINCT p.username FROM record r JOIN person p ON p.id = r.person_id JOIN scan s ON s.id = r.id WHERE r.id IN (?,?,?)",
                          *(id.replace("-", "") for id in ids))  # fmt: skip
    assert [row["username"] for row in authors] == ["guard"], "as their author's"
    proxy.clear()
    phone.send_now()
    received = phone.until_received(ids)
    assert {item["receipt"]["status"] for item in received} == {"duplicate"}
    assert len(server.rows("SELECT id FROM scan WHERE id IN (?,?,?)", *(id.replace("-", "") for id in ids))) == 3


def test_E6_the_author_reads_on_the_phone_what_the_office_did_about_a_held_record(
    phone: Phone, new_phone: MakePhone, server: Server, world: World
) -> None:
    (id,) = phone.record(("scan", {"code": "0000000000", "method": "typed"}))
    phone.until_received([id])
    assert server.records([id])[id]["status"] == "held"
    phone.goto("/outbox")
    row = phone.page.locator(f"[data-record='{id}']")
    row.get_by_text("The office checks where it belongs").wait_for()
    office = new_phone().sign_in("supervisor")
    office.goto(f"/held/{id}")
    office.page.get_by_role("link", name="Put a corrected record in its place").click()
    office.page.get_by_label("Checkpoint").select_option(world.spots[0].id)
    office.page.get_by_label("What did you change").fill("the label was torn")
    office.page.get_by_role("button", name="Put it in its place").click()
    office.page.get_by_text("counts in its place").first.wait_for()
    phone.page.reload()
    row.get_by_text("The office has put a corrected record in its place: “the label was torn”").wait_for()
    row.get_by_text("Received").wait_for()


def test_B1_a_held_record_whose_reply_was_lost_is_not_taken_for_counted(phone: Phone, proxy: Proxy) -> None:
    proxy.on("POST /sync$", lose_reply, times=1)
    (id,) = phone.record(("scan", {"code": "0000000000", "method": "typed"}))
    (item,) = phone.until_received([id], seconds=60)
    assert item["receipt"]["status"] == "duplicate"
    phone.goto("/outbox")
    row = phone.page.locator(f"[data-record='{id}']")
    row.get_by_text("Office is checking").wait_for()
    row.get_by_text("The office checks where it belongs").wait_for()
