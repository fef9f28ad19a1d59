"""A supervisor's morning on the demo: understand yesterday within one screen, settle everything by keyboard, sign; then a phone brings a late record."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from webapp.core import ids

from .pages_support import DESK, PASSWORD, PHONE, People, Visitor, make_demo
from .serving import ZONE

pytestmark = pytest.mark.slow
OPEN = "[data-settle] details.item"


@pytest.fixture(scope="module")
def people(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The demo's people, each with a browser."""
    server = make_demo(tmp_path_factory.mktemp("demo"))
    found = People(playwright, server)
    yield found
    found.close()
    server.kill()


def yesterdays_log(visitor: Visitor, slug: str) -> str:
    """The address of the day that is to be signed."""
    today = datetime.fromisoformat(visitor.address_after(f"/log/{slug}/" + datetime.now(ZONE).date().isoformat()).rsplit("/", 1)[1]).date()
    return f"/log/{slug}/{today - timedelta(days=1)}"


def wait_for(what: Any, seconds: float = 30) -> None:
    """Until it is so."""
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "this never came about"
        time.sleep(0.1)


def sign(visitor: Visitor, button: str) -> None:
    """Sign with the password."""
    page = visitor.page
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign", exact=True).click()


def bring_late_record(people: People, person: str, site: str, at: datetime) -> None:
    """A phone that had no signal hands in a scan of yesterday: through the intake, as any phone does."""
    guard = people.of(person)
    ticket = guard.context.request.get("/ticket").json()["ticket"]
    (label,) = people.server.rows(
        "SELECT l.code FROM label l JOIN checkpoint c ON c.id = l.checkpoint_id JOIN site s ON s.id = c.site_id "
        f"WHERE l.superseded_at IS NULL AND s.slug = '{site}' ORDER BY c.number LIMIT 1"
    )
    payload = json.dumps(
        {
            "env": 1, "kind": "scan", "schema": 1, "seq": 90_001, "occurred_at": at.isoformat(timespec="milliseconds"), "zone": "Asia/Shanghai",
            "mono": 1.0, "boot": "late", "position": None, "photos": [], "note": "", "supersedes": None, "after": [],
            "body": {"code": label["code"], "method": "camera"},
        }
    )  # fmt: skip
    record = {"id": str(ids.new_id()), "sha256": hashlib.sha256(payload.encode()).hexdigest(), "payload": payload}
    call = {"sent_at": datetime.now(ZONE).isoformat(timespec="milliseconds"), "records": [record]}
    answer = guard.context.request.post("/sync", data=call, headers={"Authorization": f"Ticket {ticket}"})
    assert [each["status"] for each in answer.json()["results"]] == ["accepted"]


def test_a_supervisor_settles_yesterday_by_keyboard_signs_it_and_a_late_record_asks_for_an_addendum(people: People) -> None:
    supervisor = people.of("supervisor")
    supervisor.speak("en")
    page, address = supervisor.page, yesterdays_log(supervisor, "jinxiu")
    page.set_viewport_size(DESK)
    page.goto(address)
    # The whole day within one screen: the sentence, the figures, the picture, and what is to be decided.
    for part in (".day-sentence", ".facts", ".day-lanes", "#h-settle"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= DESK["height"], part
    before = page.locator(OPEN).count()
    assert before > 5
    verbs: list[str] = []
    while left := page.locator(OPEN).count():
        if not page.locator("details.item[open]").count():
            page.keyboard.press("j")
            page.locator("details.item[open]").wait_for()
        key = ("a", "c", "s", "q", "w")[len(verbs)] if len(verbs) < 5 else "a"
        if key == "q" and not page.locator('details.item[open] [data-do="q"]').count():
            key = "a"
        verbs.append(key)
        page.keyboard.press(key)
        if key == "s":
            page.keyboard.type("the sensor was broken")
            page.keyboard.press("Enter")
        if key == "q":
            page.locator("details.item[data-item=asked]").wait_for()
            page.locator("details.item[data-item=asked]").locator("summary").click()
            page.keyboard.press("a")  # he was heard on the telephone
        wait_for(lambda count=left: page.locator(OPEN).count() == count - 1)
    assert before == len(verbs)
    rows = people.server.rows(f"SELECT verb, reason FROM exception_decision WHERE day = '{address[-10:]}' ORDER BY at")
    assert {"accept", "carry", "aside", "job"} <= {row["verb"] for row in rows}
    assert "the sensor was broken" in [row["reason"] for row in rows]
    sign(supervisor, "Sign this day")
    page.locator("#signatures").get_by_text("Zheng Weidong").wait_for()
    assert page.locator(OPEN).count() == 0
    noon = datetime.fromisoformat(address[-10:]).replace(hour=12, minute=34, tzinfo=ZONE)
    bring_late_record(people, "guard", "jinxiu", noon)
    page.goto(address)
    page.locator("#addendum").get_by_text("Scan of a label").wait_for()
    while page.locator(OPEN).count():
        count = page.locator(OPEN).count()
        page.keyboard.press("j")
        page.keyboard.press("a")
        wait_for(lambda left=count: page.locator(OPEN).count() < left)
    sign(supervisor, "Sign the addendum")
    page.locator("#signatures").get_by_text("addendum").wait_for()
    signed = people.server.rows(f"SELECT number FROM day_signature WHERE day = '{address[-10:]}' ORDER BY number")
    assert [row["number"] for row in signed] == [1, 2]
    assert supervisor.complaints == []


def test_on_a_phone_it_is_all_done_by_thumb(people: People) -> None:
    supervisor = people.of("supervisor2")
    supervisor.speak("en")
    page, address = supervisor.page, yesterdays_log(supervisor, "hexi")
    page.set_viewport_size(PHONE)
    page.goto(address)
    for part in (".day-sentence", ".facts", "#h-settle"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"], part
    while left := page.locator(OPEN).count():
        if not page.locator(f"{OPEN}[open]").count():
            page.locator(OPEN).first.locator("summary").click()
        button = page.locator("details.item[open]").get_by_role("button", name="Accept it")
        button.scroll_into_view_if_needed()
        assert button.bounding_box()["height"] >= 48
        button.click()
        wait_for(lambda count=left: page.locator(OPEN).count() == count - 1)
    sign(supervisor, "Sign this day")
    page.locator("#signatures").get_by_text("He Lihua").wait_for()


def test_doubtful_scans_are_reviewed_and_the_asked_person_answers_in_two_taps(people: People) -> None:
    manager = people.of("manager")
    manager.speak("en")
    page = manager.page
    page.set_viewport_size(DESK)
    page.goto("/review/jinxiu")
    before = page.locator(OPEN).count()
    page.locator("details.item[open]").wait_for()
    page.keyboard.press("q")
    wait_for(lambda: page.locator(OPEN).count() == before - 1)
    (asked,) = people.server.rows(
        "SELECT d.id, p.username FROM exception_decision d JOIN person p ON p.id = d.to_id WHERE d.verb = 'ask' "
        "AND d.key LIKE 'doubtful:%' ORDER BY d.at DESC LIMIT 1"
    )
    guard = people.of(asked["username"])
    guard.speak("en")
    guard.page.set_viewport_size(PHONE)
    guard.page.goto("/today")
    card = guard.page.locator(f'[data-asked="{UUID(asked["id"])}"]')
    card.get_by_text("It is right as it stands").click()
    card.get_by_role("button", name="Send the answer").click()
    card.locator("[data-answered]").wait_for()
    wait_for(lambda: people.server.rows("SELECT choice FROM answer") == [{"choice": "was-there"}])
    page.goto("/review/jinxiu")
    page.locator("details.item[data-item=answered]").get_by_text("It is right as it stands").wait_for(state="attached")
