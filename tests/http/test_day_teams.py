"""What each team did on a day: lanes of the picture, and the same as a table and as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.test_work_office import do, raised
from tests.making import NOW, Browser, Clock, Phone, World, page

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
LOG = "/log/garden/2026-11-23"


def make_work(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> str:
    """An order from being there to its end, two scans in one quarter of an hour and a doubtful one, an inspection; the day is over."""
    order = raised(app, world)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    guard = phone_of("guard")
    scans = [guard.scan(world.gate, NOW - timedelta(minutes=29)), guard.scan(world.roof, NOW - timedelta(minutes=26))]
    checked = inspect(guard, make_checklist(app, world), GOOD, checkpoint=str(world.gate.id))
    assert {answer["status"] for answer in guard.send(*scans, checked)} == {"accepted"}
    clock.forward(days=1)
    return str(order)


def test_the_picture_has_a_lane_a_team(app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf, clock: Clock) -> None:
    order = make_work(app, world, phone_of, clock)
    html = sign_in("supervisor").get(LOG).text
    lanes = dict(re.findall(r'<svg class="lane" role="group" aria-label="([^:"]+): ([^"]+)"', html))
    assert lanes["Technician"] == "3 steps of work"
    assert lanes["Guard"] == "2 scans, 1 inspection"
    guard = html[html.index('aria-label="Guard: ') :]
    guard = guard[: guard.index("</svg>\n    <") if "</svg>\n    <" in guard else guard.index("</div>")]
    marks = re.findall(r'<a href="([^"]+)" class="s\d"', guard)
    assert f"{LOG}/table#team-guard" in marks, "two scans of a quarter of an hour are one mark"
    assert any(href.startswith("/inspections/") for href in marks)
    assert f'<a href="/work-orders/{order}" aria-label="' in html, "a block of work leads to its order"


def test_the_table_says_the_same_and_is_a_file_too(app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf, clock: Clock) -> None:
    order = make_work(app, world, phone_of, clock)
    supervisor = sign_in("supervisor")
    shown = page(supervisor.get(f"{LOG}/table"))
    for words in ("Night round", "Technician 3 steps of work", "Guard 2 scans, 1 inspection", "Finished", "East gate", "Stairs"):
        assert words in shown.text, words
    assert f"/work-orders/{order}" in shown.links
    rows = supervisor.get(f"{LOG}/table?as=json").get_json()["rows"]
    assert [row["done"] for row in rows if row["team"] == "Technician"] == ["On site", "Started", "Finished"]
    assert len(rows) == 6
    supervisor.post("/me/settings", {"language": "zh_CN", "theme": "auto"})
    assert "全部巡逻" in (chinese := supervisor.get(f"{LOG}/table").text)
    assert ">巡责</h2>" not in chinese  # the product's name is no heading of rounds
    supervisor.post("/me/settings", {"language": "en", "theme": "auto"})
    assert page(supervisor.get("/log/garden/2026-10-01/table")).text.count("Nothing recorded on this day") == 1


def test_a_persons_page_has_their_work_and_inspections_as_the_supervisor_sees_them(
    app: Flask, world: World, sign_in: SignIn, phone_of: PhoneOf, clock: Clock
) -> None:
    order = make_work(app, world, phone_of, clock)
    mine = sign_in("technician").get("/my-day?day=2026-11-23")
    theirs = sign_in("supervisor").get(f"/people/{world.people['technician']}/day?day=2026-11-23")
    for shown in map(page, (mine, theirs)):
        assert shown.links.count(f"/work-orders/{order}") == 3
        for words in ("3 steps of work", "On site", "Started", "Finished", "3 steps: which, when by the phone and by the server"):
            assert words in shown.text, words
    guard = page(sign_in("guard").get("/my-day?day=2026-11-23"))
    assert "1 inspection: the answers, when by the phone and by the server" in guard.text
    assert "Stairs" in guard.text
    assert not any(link.startswith("/work-orders/") for link in guard.links if str(order) in link), "of others nothing"
