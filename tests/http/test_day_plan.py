"""A day on the site's plan: each checkpoint's state against what the scans say, counted here by a query of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_floor_plans import put, upload
from tests.making import NOW, Browser, Clock, Phone, Spot, World, looking, page

SignIn = Callable[[str], Browser]
DAY = "2026-11-23"
MARK = re.compile(
    r'<svg class="spot" x="([\d.]+)%" y="([\d.]+)%"[^>]*><a href="([^"]+)" aria-label="([^"]+)">.*?<g data-state="(\w+)">', re.DOTALL
)
ROUNDS = {
    wall: NOW - timedelta(minutes=before) for wall, before in (("0000", 1350), ("0200", 1230), ("2000", 150), ("2200", 30))
}  # of the day, each an hour


@pytest.fixture
def office(world: World, clock: Clock, sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


@pytest.fixture
def plan(world: World, office: Browser) -> str:
    """The day on a plan where every checkpoint of the garden lies."""
    address = upload(office).location
    for number, spot in enumerate((world.gate, world.roof, world.pump, world.cellar)):
        assert put(office, address, spot.id, 20 * number + 10, 50).status_code == 302
    return f"/log/garden/{DAY}/plan/{address.rsplit('/', 1)[1]}"


def shown(office: Browser, address: str) -> dict[str, tuple[str, str, str]]:
    """By number of the checkpoint: state, address of its evidence, what is read out."""
    found = MARK.findall(office.get(address).text)
    return {unescape(label).split(" ", 1)[0]: (state, href, unescape(label)) for _x, _y, href, label, state in found}


def by_the_scans(app: Flask, spot: Spot) -> str:
    """The state by the times of the scans alone: each round an hour long, from a quarter before it; a quarter more counts as late."""
    with looking(app) as session:
        found = session.execute(
            sa.text(
                "SELECT s.at, s.doubtful FROM scan s WHERE s.checkpoint_id = :point AND s.day = :day"
                " AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.about = s.id AND c.verb = 'withdraw')"
            )
            .bindparams(sa.bindparam("point", type_=sa.Uuid()), sa.bindparam("day", type_=sa.Date()))
            .columns(at=sa.DateTime(timezone=True), doubtful=sa.Boolean()),
            {"point": spot.id, "day": NOW.date()},
        ).all()
    offsets = [[(at.replace(tzinfo=NOW.tzinfo) - begun).total_seconds() / 60 for at, _doubtful in found] for begun in ROUNDS.values()]
    if any(not any(-15 <= minutes <= 75 for minutes in one) for one in offsets):
        return "missed"
    if any(doubtful for _at, doubtful in found):
        return "doubtful"
    return "late" if any(not any(-15 <= minutes <= 60 for minutes in one) for one in offsets) else "on_time"


def test_each_mark_has_the_state_that_the_scans_give_and_leads_to_its_evidence(
    app: Flask, world: World, office: Browser, phone: Phone, plan: str, clock: Clock
) -> None:
    clock.set(ROUNDS["0000"] + timedelta(minutes=1))
    states = {number: state for number, (state, _href, _label) in shown(office, plan).items()}
    assert states == {"B1-01": "open", "B1-02": "open", "B1-03": "open", "B1-04": "none"}
    clock.set(NOW + timedelta(hours=2))
    for wall, at in ROUNDS.items():
        phone.send(phone.scan(world.gate, at + timedelta(minutes=20)))
        phone.send(phone.scan(world.roof, at + timedelta(minutes=68 if wall == "2200" else 40)))
        if wall != "2200":
            phone.send(phone.scan(world.pump, at + timedelta(minutes=45)))
    marks = shown(office, plan)
    expected = {spot.number: by_the_scans(app, spot) for spot in world.spots} | {"B1-04": "none"}
    assert {number: state for number, (state, _href, _label) in marks.items()} == expected
    assert {"late", "missed"} <= set(expected.values()), "the test has something to tell apart"
    assert marks["B1-03"][1] == f"/log/garden/{DAY}/rounds/{world.round('20261123-2200')}#p3"
    assert marks["B1-02"][1] == f"/log/garden/{DAY}/rounds/{world.round('20261123-2200')}#p2"
    assert marks["B1-04"][1] == f"/checkpoints/{world.cellar.id}"
    for _state, href, _label in marks.values():
        evidence = office.get(href.split("#")[0])
        assert evidence.status_code == 200
        assert "#" not in href or f'id="{href.split("#")[1]}"' in evidence.text
    assert "Missed (1 missed" in marks["B1-03"][2], "in words too, not by colour alone"
    table = page(office.get(plan)).text
    for words in ("Pump room", "3/4", "4/4", "Not due", "no round comes here on this day"):
        assert words in table


def test_the_marks_agree_with_the_month_and_a_withdrawn_scan_does_not_count(
    app: Flask, world: World, office: Browser, phone: Phone, plan: str, clock: Clock
) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan)
    clock.forward(days=2)
    assert shown(office, plan)["B1-01"][0] == "missed"  # three rounds of four
    assert "1 on time" in shown(office, plan)["B1-01"][2] or "1 doubtful" in shown(office, plan)["B1-01"][2]
    clock.set(NOW + timedelta(minutes=2))
    phone.send(phone.record("correction", {"about": scan.id, "verb": "withdraw", "reason": "wrong door"}))
    clock.forward(days=2)
    assert "4 missed" in shown(office, plan)["B1-01"][2] and "on time" not in shown(office, plan)["B1-01"][2]


def test_a_doubtful_scan_outside_rounds_is_shown_and_leads_to_where_it_stands(
    app: Flask, world: World, office: Browser, phone: Phone, plan: str, clock: Clock
) -> None:
    phone.send(phone.record("scan", {"code": world.cellar.code, "method": "typed"}, position=world.bridge.position))
    with looking(app) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM scan WHERE doubtful")) == 1
    state, href, _label = shown(office, plan)["B1-04"]
    assert (state, href) == ("doubtful", f"/log/garden/{DAY}#loose")
    assert 'id="loose"' in office.get(f"/log/garden/{DAY}").text


def test_today_refreshes_with_304_and_nothing_until_something_comes(
    world: World, office: Browser, phone: Phone, plan: str, clock: Clock
) -> None:
    first = office.get(plan, HX_Request="true")
    assert first.status_code == 200 and "<html" not in first.text and 'hx-trigger="every' in office.get(plan).text
    again = office.get(plan, HX_Request="true", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    phone.send(phone.scan(world.gate))
    assert office.get(plan, HX_Request="true", If_None_Match=first.headers["ETag"]).status_code == 200
    clock.forward(days=1)
    assert 'hx-trigger="every' not in office.get(plan).text, "a day that is over"


def test_addresses(world: World, office: Browser, clock: Clock) -> None:
    assert "No floor plan yet" in page(office.get(f"/log/garden/{DAY}/plan")).text
    made = upload(office).location.rsplit("/", 1)[1]
    assert office.get(f"/log/garden/plan/{made}").location == f"/log/garden/{DAY}/plan/{made}"
    assert f"/log/garden/{DAY}/plan" in page(office.get(f"/log/garden/{DAY}")).links
    assert office.get(f"/log/garden/2026-11-24/plan/{made}").status_code == 404, "has not begun"
    assert office.get(f"/log/garden/soon/plan/{made}").status_code == 404
    assert 'data-zoom="4"' in office.get(f"/log/garden/{DAY}/plan?zoom=4").text
    assert 'data-zoom="1"' in office.get(f"/log/garden/{DAY}/plan?zoom=9").text


def test_what_lies_there_is_read_in_a_number_of_queries_that_does_not_grow(
    app: Flask, world: World, office: Browser, plan: str, phone: Phone
) -> None:
    def asked() -> int:
        count = 0

        def tick(*_args: object) -> None:
            nonlocal count
            count += 1

        with app.app_context():
            from webapp.core.db import db

            sa.event.listen(db.engine, "before_cursor_execute", tick)
            office.get(plan)
            sa.event.remove(db.engine, "before_cursor_execute", tick)
        return count

    office.get(plan)
    before = asked()
    phone.send(*(phone.scan(spot, NOW + timedelta(seconds=40 * n)) for n, spot in enumerate(world.spots)))
    office.get(plan)
    assert asked() == before


def test_ids_of_checkpoints_are_those_of_the_site(app: Flask, world: World, office: Browser, plan: str) -> None:
    with looking(app) as session:
        lying = {UUID(str(row[0])) for row in session.execute(sa.text("SELECT checkpoint_id FROM plan_point"))}
    assert lying == {world.gate.id, world.roof.id, world.pump.id, world.cellar.id}
