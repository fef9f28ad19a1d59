"""A guard's night, as far as rounds go: read by the camera, online and from a cold start without signal; withdrawn and
explained, with findings and photos; paused, handed over, ended; and what the supervisor then reads in the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from .conftest import MakePhone
from .label_pictures import camera_file, render
from .phone import Phone, moment
from .proxy import Proxy
from .serving import ZONE, Server, Spot, World

# How each label of a round is seen: from aside, out of focus, in the dark, dirty, with a grainy sensor.
SIGHTS: list[dict[str, float]] = [
    {"tilt": 0, "blur": 0.5}, {"tilt": 35, "blur": 1.0}, {"light": 0.45, "noise": 6}, {"tilt": 20, "light": 0.5, "blur": 0.8},
    {"dirt": 0.01, "noise": 6}, {"tilt": 45, "light": 0.6, "noise": 5},
]  # fmt: skip


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Spot]], Path]:
    """Makes what the camera sees on the way along these points."""

    def make(spots: list[Spot]) -> Path:
        pictures = [render(spot.address, n, **sight) for n, (spot, sight) in enumerate(zip(spots, SIGHTS, strict=True))]
        return camera_file(pictures, tmp_path_factory.mktemp("film") / "round.mjpeg", seconds_each=1.8, gap=1.2)

    return make


@pytest.fixture
def office(new_phone: MakePhone) -> Phone:
    """The supervisor."""
    return new_phone().sign_in("supervisor", then="/me")


def walk(phone: Phone, spots: list[Spot]) -> list[dict[str, Any]]:
    """Stand before each label in turn, once more where a slow computer missed one; gives the first scan of each."""
    phone.page.locator(".scan-sheet").get_by_text("On time · Saved on this phone").wait_for(timeout=30_000)
    phone.page.get_by_text("All points of this round are scanned").wait_for(timeout=75_000)
    scans: dict[str, dict[str, Any]] = {}
    for item in phone.items():
        if item["kind"] != "scan":
            continue
        scans.setdefault(body(item)["code"], item)
    assert {body(scan)["method"] for scan in scans.values()} == {"camera"}
    return [scans[spot.code] for spot in spots]


def body(item: dict[str, Any]) -> dict[str, Any]:
    """What a record says."""
    found: dict[str, Any] = json.loads(item["payload"])["body"]
    return found


def in_the_log(office: Phone, server: Server, world: World, round_id: str, spots: list[Spot], scans: list[dict[str, Any]]) -> None:
    """The supervisor reads each point of the round with the time the guard was there, and sees the camera's picture."""
    rows = server.records([scan["id"] for scan in scans])
    assert {row["status"] for row in rows.values()} == {"accepted"}
    assert len(rows) == len(scans)
    office.goto(f"/log/garden/{world.day}")
    office.page.locator(f'a.row[href="/log/garden/{world.day}/rounds/{round_id}"]').click()
    fold = office.page.get_by_role("table")
    for spot, scan in zip(spots, scans, strict=True):
        row = fold.get_by_role("row").filter(has_text=spot.name)
        happened = moment(json.loads(scan["payload"])["occurred_at"]).astimezone(ZONE)
        # The office corrects by the phone's clock error, here that of one computer: the second may differ by one.
        shown = moment(str(row.locator("time").get_attribute("datetime")))
        assert abs((shown - happened).total_seconds()) < 2
        assert f"{happened:%H:%M}" in row.inner_text() or happened.second in (0, 59)
        assert "Guard" in row.inner_text()
        assert is_picture(office, row.get_by_role("link", name="What the camera saw"))


def is_picture(office: Phone, link: Any) -> bool:
    """Does the link lead to a picture that the browser can draw?"""
    draw = "async (link) => (await createImageBitmap(await (await fetch(link.href)).blob())).width > 100"
    return bool(link.evaluate(draw))


def test_a_round_read_by_the_camera_is_in_the_supervisors_log(
    new_phone: MakePhone, film: Callable[[list[Spot]], Path], office: Phone, server: Server, world: World
) -> None:
    spots = world.spots[:6]
    phone = new_phone(film=film(spots)).sign_in().ready()
    phone.goto(f"/rounds/{world.main}")
    phone.page.get_by_role("link", name="Start scanning").click()
    scans = walk(phone, spots)
    phone.until_received([item["id"] for item in phone.items()])
    in_the_log(office, server, world, world.main, spots, scans)
    (start,) = server.rows("SELECT verb, at FROM round_step WHERE round_id = ?", world.main)
    assert start["verb"] == "start"
    assert start["at"] < min(row["at"] for row in server.records([scan["id"] for scan in scans]).values())


def test_C9_the_same_from_a_cold_start_without_a_server(
    new_phone: MakePhone, film: Callable[[list[Spot]], Path], office: Phone, server: Server, world: World
) -> None:
    spots = world.spots[6:]
    phone = new_phone(film=film(spots)).sign_in().ready(decoder=True)
    phone.close()
    with server.down():
        phone.open()
        phone.goto("/today")
        assert phone.page.evaluate("() => performance.getEntriesByType('paint')[0]?.startTime ?? 0") < 2_000
        phone.until(lambda: "This page is as of" in phone.note(), "its age is said", tell=phone.note)
        phone.page.locator(f'a[href="/rounds/{world.other}"]').click()
        phone.page.get_by_role("link", name="Start scanning").click()
        scans = walk(phone, spots)
        phone.page.get_by_role("link", name="Close the scanner").click()
        phone.page.locator("li[data-checkpoint]").get_by_text("On this phone").nth(5).wait_for()
        assert phone.page.locator(f'[data-round-done="{world.other}"]').inner_text() == "6"
        expect(phone.page.locator("[data-outbox-pill]")).to_have_text(f"{len(phone.items())} to send")

    phone.send_now()
    phone.until_received([item["id"] for item in phone.items()])
    in_the_log(office, server, world, world.other, spots, scans)


def test_G12_a_wrong_scan_is_taken_back_and_an_odd_one_explained(phone: Phone, office: Phone, server: Server, world: World) -> None:
    round_id, (first, second) = world.steps[0], world.spots[6:8]
    phone.scan_page(round_id)
    wrong = phone.type_code(second)["id"]
    phone.page.get_by_role("button", name="Not this one").click()
    phone.page.get_by_role("button", name="Take it back").click()
    phone.page.locator(".scan-sheet").get_by_text("Taken back · Saved on this phone").wait_for()
    phone.page.get_by_role("button", name="Scan on").click()
    odd = phone.type_code(first)["id"]
    phone.until_received([item["id"] for item in phone.items()])

    phone.goto(f"/rounds/{round_id}")
    more(phone, "Correct a scan of mine")
    phone.page.get_by_label("Which scan?").select_option(odd)
    phone.page.get_by_text("Explain it").click()
    phone.page.get_by_label("In your own words").fill("The camera was wet")
    save(phone, "correction")
    found = server.rows("SELECT about, verb, reason FROM correction ORDER BY at")
    assert [(str(UUID(row["about"])), row["verb"], row["reason"]) for row in found] == [
        (wrong, "withdraw", ""), (odd, "explain", "The camera was wet"),
    ]  # fmt: skip
    office.goto(f"/rounds/{round_id}")
    office.page.get_by_role("img", name="1 of 2 points").wait_for()


def more(phone: Phone, name: str) -> None:
    """Open a fold of the round's dialog."""
    phone.page.get_by_role("button", name="More").click()
    phone.page.locator("dialog[open] summary").filter(has_text=name).click()


def save(phone: Phone, kind: str, name: str = "Save") -> dict[str, Any]:
    """Tap the button of the open fold; gives the record once the server has it and the page was drawn again."""
    before = len(phone.items())
    with phone.page.expect_navigation():
        phone.page.locator(f'form[data-outbox="{kind}"]').get_by_role("button", name=name).filter(visible=True).click()
    phone.until(lambda: len(phone.items()) == before + 1, "the record")
    new = phone.items()[-1]
    assert new["kind"] == kind
    phone.until_received([new["id"]])
    return new


def test_F_a_problem_with_a_photo_noted_offline_reaches_the_office_whole(
    phone: Phone, office: Phone, proxy: Proxy, server: Server, world: World, photo: Path
) -> None:
    phone.scan_page(world.steps[1])
    phone.offline()
    scan = phone.type_code(world.spots[7])["id"]
    phone.page.get_by_role("button", name="Something is wrong").click()
    phone.page.get_by_label("What is wrong?").fill("Water on the floor")
    phone.page.locator('[name="photos"]').set_input_files(photo)
    phone.page.locator(".shots img").wait_for()
    phone.page.get_by_role("button", name="Save").click()
    phone.page.locator(".scan-sheet").get_by_text("Problem noted · Saved on this phone").wait_for()
    note = next(item for item in phone.items() if item["kind"] == "note")
    (named,) = note["photos"]
    assert not named["done"]
    phone.offline(False)
    phone.until_received([scan, note["id"]])
    assert server.rows("SELECT size FROM photo WHERE sha256 = ?", named["sha256"]) == [{"size": named["bytes"]}]
    calls = [str(call) for call in proxy.asked(r"POST /sync$|(PUT|POST|PATCH) /photos/")]
    assert calls.index("POST /sync") < min(n for n, call in enumerate(calls) if call.endswith(f"/photos/{named['sha256']}")), (
        "records go before photos"
    )
    office.goto(f"/log/garden/{world.day}")
    office.page.get_by_text("Water on the floor").first.wait_for()
    assert is_picture(office, office.page.locator(f'a[href*="{named["sha256"]}"]').first)


def test_a_round_is_paused_gone_on_with_and_handed_over(phone: Phone, new_phone: MakePhone, server: Server, world: World) -> None:
    round_id = world.steps[2]
    phone.scan_page(round_id)
    phone.until_received([phone.type_code(world.spots[8])["id"]])
    phone.goto(f"/rounds/{round_id}")
    phone.page.get_by_role("button", name="Pause").click()
    phone.page.locator("#f-pause-reason").fill("An alarm in tower 2")
    save(phone, "round-step", "Pause")
    phone.page.get_by_text("Paused.").wait_for()
    save(phone, "round-step", "Go on")
    phone.page.get_by_role("button", name="Pause").wait_for()
    more(phone, "Hand over to a colleague")
    phone.page.get_by_label("Who takes over?").select_option(world.people["guard2"])
    phone.page.locator("#f-hand-reason").fill("My shift ends")
    save(phone, "round-step", "Hand over")
    steps = server.rows("SELECT verb, reason, to_person_id FROM round_step WHERE round_id = ? ORDER BY at", round_id)
    assert [(row["verb"], row["reason"]) for row in steps] == [
        ("pause", "An alarm in tower 2"), ("resume", ""), ("hand_over", "My shift ends"),
    ]  # fmt: skip
    assert str(UUID(steps[2]["to_person_id"])) == world.people["guard2"]
    colleague = new_phone().sign_in("guard2", then=f"/rounds/{round_id}")
    colleague.page.get_by_role("link", name="Scan the next point").wait_for()
    assert "Guard2" in colleague.page.locator(".top").inner_text()


def test_a_round_begins_with_the_tap_that_opens_the_scanner(phone: Phone, proxy: Proxy, world: World) -> None:
    phone.goto("/today")
    phone.offline()
    phone.goto(f"/rounds/{world.steps[4]}")
    phone.page.get_by_role("link", name="Start scanning").click()
    phone.page.wait_for_url("**/scan?round=*")
    (start,) = phone.items()
    assert (start["kind"], body(start)["verb"]) == ("round-step", "start")
    phone.goto(f"/rounds/{world.steps[4]}")
    phone.page.locator("[data-pending-steps]").get_by_text("Started").wait_for()
    phone.page.get_by_role("link", name="Scan the next point").click()
    phone.page.wait_for_url("**/scan?round=*")
    assert len(phone.items()) == 1, "it begins once"


def test_a_step_made_offline_is_shown_at_once_on_the_page_the_phone_kept(phone: Phone, server: Server, world: World) -> None:
    round_id = world.steps[4]
    pause, go_on = (phone.page.get_by_role("button", name=name).filter(visible=True) for name in ("Pause", "Go on"))
    phone.goto("/today")
    phone.offline()
    phone.goto(f"/rounds/{round_id}")
    pause.click()
    with phone.page.expect_navigation():
        phone.page.locator("#d-pause form[data-taken]").get_by_role("button", name="Pause").click()
    go_on.wait_for()
    steps = phone.page.locator("[data-pending-steps] .row")
    steps.get_by_text("On this phone").wait_for()
    phone.page.get_by_text("Paused.").wait_for()
    pause.wait_for(state="detached")
    with phone.page.expect_navigation():
        go_on.click()
    pause.wait_for()
    expect(steps).to_have_text([re.compile(r"^\s*Paused"), re.compile(r"^\s*Went on")])
    phone.offline(False)
    phone.until_received([item["id"] for item in phone.items()])
    phone.fresh(f"/rounds/{round_id}")  # the server counts them now: nothing is shown twice
    phone.page.get_by_text("Went on").wait_for()
    pause.wait_for()
    expect(steps).to_have_count(0)


def test_a_round_ended_early_offline_says_why_once_there_is_signal(phone: Phone, office: Phone, server: Server, world: World) -> None:
    round_id = world.steps[3]
    phone.goto("/today")
    phone.offline()
    phone.goto(f"/rounds/{round_id}")
    more(phone, "End early, say why")
    phone.page.locator("#f-end-reason").fill("The roof is locked")
    phone.page.get_by_role("button", name="End early").click()
    (step,) = phone.until(phone.items, "the record")
    phone.page.locator("[data-outbox-pill]").get_by_text("1 to send").wait_for()
    phone.page.get_by_text("You have ended this round.").wait_for()
    expect(phone.page.get_by_role("link", name="Start scanning")).to_be_hidden()
    phone.offline(False)
    phone.until_received([step["id"]])
    office.goto(f"/log/garden/{world.day}")
    office.page.get_by_text("“The roof is locked”").first.wait_for()
    assert server.rows("SELECT verb, reason FROM round_step WHERE round_id = ?", round_id) == [
        {"verb": "end", "reason": "The roof is locked"}
    ]


def test_duty_begins_and_ends(phone: Phone, server: Server) -> None:
    for name, after in (("Clock on", "Clock off"), ("Clock off", "Clock on")):
        before = len(phone.items())
        phone.fresh("/today")
        with phone.page.expect_navigation():
            phone.page.locator("form[data-taken]").get_by_role("button", name=name).click()
        phone.until(lambda count=before: len(phone.items()) == count + 1, "the record")
        phone.until_received([item["id"] for item in phone.items()])
        phone.fresh("/today")
        phone.page.get_by_role("button", name=after).wait_for()
    assert [row["verb"] for row in server.rows("SELECT verb FROM duty ORDER BY at")] == ["on", "off"]


def test_clocking_on_without_signal_offers_to_clock_off(phone: Phone, server: Server) -> None:
    before = len(server.rows("SELECT id FROM duty"))
    phone.offline()
    phone.goto("/today")
    for name, after, said in (("Clock on", "Clock off", "clocked on"), ("Clock off", "Clock on", "clocked off")):
        with phone.page.expect_navigation():
            phone.page.locator("form[data-taken]").get_by_role("button", name=name).filter(visible=True).click()
        mark = phone.page.locator("[data-duty-since]").filter(visible=True, has_text="On this phone")
        mark.get_by_text(said).filter(visible=True).wait_for()
        phone.page.get_by_role("button", name=after).filter(visible=True).wait_for()
        phone.page.get_by_role("button", name=name).filter(visible=True).wait_for(state="hidden")
    phone.offline(False)
    phone.until_received([item["id"] for item in phone.items()])
    assert [row["verb"] for row in server.rows("SELECT verb FROM duty ORDER BY at")][before:] == ["on", "off"]
