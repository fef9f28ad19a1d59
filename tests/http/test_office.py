"""The office's forms: places, checkpoints, routes, schedules. What does not do is 422, with the reason, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, World, looking, page
from webapp.patrols.models import Route, RouteVersion, Schedule, ScheduleVersion
from webapp.sites.models import Checkpoint, Label, Place

SignIn = Callable[[str], Browser]


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


def count(app: Flask, table: type[Any]) -> int:
    with looking(app) as session:
        found: int = session.scalar(sa.select(sa.func.count()).select_from(table))
    return found


# ---------------------------------------------------------------- places


def test_a_place_is_added_under_another(app: Flask, world: World, office: Browser) -> None:
    form = {"kind": "room", "name": "配电房", "name_en": "Switch room", "parent_id": str(world.lobby)}
    assert office.post("/sites/garden/places/new", form).location == "/sites/garden"
    assert "Switch room" in page(office.get("/sites/garden")).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "fill this in"),
        ({"name": "x" * 81}, "At most 80"),
        ({"kind": "castle"}, "not possible"),
        ({"kind": ""}, "fill this in"),
        ({"name": "大堂"}, "already"),
        ({"parent_id": "nonsense"}, ""),
        ({"parent_id": str(uuid4())}, "nothing here"),
    ],
)
def test_a_place_that_does_not_do_is_refused(app: Flask, world: World, office: Browser, wrong: dict[str, str], words: str) -> None:
    before = count(app, Place)
    parent = office.get("/sites/garden") and _building(app)
    response = office.post(
        "/sites/garden/places/new", {"kind": "floor", "name": "二楼", "name_en": "Second floor", "parent_id": parent} | wrong
    )
    assert response.status_code == 422
    assert words in response.text
    assert page(response).values["name_en"] == "Second floor"
    assert count(app, Place) == before


def _building(app: Flask) -> str:
    with looking(app) as session:
        return str(session.scalar(sa.select(Place.id).where(Place.kind == "building")))


# ---------------------------------------------------------------- checkpoints


def checkpoint(world: World, **more: str) -> dict[str, str]:
    return {
        "place_id": str(world.lobby),
        "number": "B1-09",
        "name": "配电房",
        "name_en": "Switch room",
        "position": "31.23, 121.47",
        "fence_m": "30",
    } | more


def test_a_checkpoint_is_added_with_its_first_label(app: Flask, world: World, office: Browser) -> None:
    response = office.post("/sites/garden/checkpoints/new", checkpoint(world, position="31.23， 121.47"))
    assert response.status_code == 302
    with looking(app) as session:
        made = session.scalar(sa.select(Checkpoint).where(Checkpoint.number == "B1-09"))
        assert (made.lat, made.lon, made.fence_m) == (31.23, 121.47, 30)
        assert session.scalars(sa.select(Label.version).where(Label.checkpoint_id == made.id)).all() == [1]
    assert page(office.get(response.location)).values["position"] == "31.23, 121.47"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": ""}, "fill this in"),
        ({"number": "B1-01"}, "taken"),
        ({"number": "x" * 21}, "At most 20"),
        ({"name": ""}, "fill this in"),
        ({"place_id": ""}, "fill this in"),
        ({"place_id": "x"}, "not possible"),
        ({"place_id": str(uuid4())}, "nothing here"),
        ({"position": "somewhere"}, "Latitude and longitude"),
        ({"position": "31.23"}, "Latitude and longitude"),
        ({"position": "91, 0"}, "Latitude and longitude"),
        ({"position": "nan, nan"}, "Latitude and longitude"),
        ({"position": "1e400, 0"}, "Latitude and longitude"),
        ({"fence_m": "4"}, "Not less than 5"),
        ({"fence_m": "2001"}, "Not more than 2000"),
        ({"fence_m": "wide"}, "give a number"),
        ({"fence_m": "9" * 40}, "Not more than"),
        ({"instructions": "x" * 1001}, "At most 1000"),
    ],
)
def test_a_checkpoint_that_does_not_do_is_refused_when_new_and_when_changed(
    app: Flask, world: World, office: Browser, wrong: dict[str, str], words: str
) -> None:
    before = count(app, Checkpoint)
    for address in ("/sites/garden/checkpoints/new", f"/checkpoints/{world.roof.id}"):
        response = office.post(address, checkpoint(world, **wrong))
        assert response.status_code == 422, address
        assert words in response.text
        assert page(response).values["name_en"] == "Switch room"
    assert count(app, Checkpoint) == before
    with looking(app) as session:
        assert session.get(Checkpoint, world.roof.id).name == "屋顶"


def test_a_checkpoint_is_changed_and_its_position_may_be_taken_away(app: Flask, world: World, office: Browser) -> None:
    assert office.post(f"/checkpoints/{world.roof.id}", checkpoint(world, position="", fence_m="")).status_code == 302
    with looking(app) as session:
        kept = session.get(Checkpoint, world.roof.id)
        assert (kept.number, kept.lat, kept.lon, kept.fence_m) == ("B1-09", None, None, None)


def test_a_place_of_another_site_is_none_of_this_one(app: Flask, world: World, office: Browser, sign_in: SignIn) -> None:
    with looking(app) as session:
        bank = str(session.scalar(sa.select(Place.id).where(Place.site_id == world.river)))
    assert sign_in("manager").post("/sites/garden/checkpoints/new", checkpoint(world, place_id=bank)).status_code == 422


def test_a_new_label_supersedes_the_old_one_which_is_still_recognised(app: Flask, world: World, office: Browser) -> None:
    assert office.post(f"/checkpoints/{world.gate.id}/label").status_code == 302
    with looking(app) as session:
        labels = session.scalars(sa.select(Label).where(Label.checkpoint_id == world.gate.id).order_by(Label.version)).all()
        assert [(label.version, label.superseded_at) for label in labels] == [(1, NOW), (2, None)]
    assert office.get(f"/c/{world.gate.code}").status_code == 302


def test_a_retired_checkpoint_is_out_of_use_once_and_for_all_but_its_history_stays(app: Flask, world: World, office: Browser) -> None:
    assert office.post(f"/checkpoints/{world.gate.id}/retire").status_code == 302
    assert office.post(f"/checkpoints/{world.gate.id}/retire").status_code == 409
    assert office.post(f"/checkpoints/{world.gate.id}/label").status_code == 409
    assert world.gate.code not in office.get("/labels.csv?site=garden").text
    assert office.get("/log/garden/2026-11-20").status_code == 200
    assert "East gate" in page(office.get("/log/garden/2026-11-20")).text


# ---------------------------------------------------------------- routes


def route(world: World, *spots: Any, **more: Any) -> dict[str, Any]:
    chosen = spots or (world.gate, world.roof)
    return {
        "name": "日巡", "name_en": "Day round", "service": "security", "checkpoint_id": [str(s.id) for s in chosen], "expected_minutes": [""] * len(chosen),
        "not_before_minutes": [""] * len(chosen), "min_interval_minutes": ["10"] * len(chosen), "questions": [""] * len(chosen),
    } | more  # fmt: skip


def test_a_route_is_made_with_its_points_in_order_and_their_questions(app: Flask, world: World, office: Browser) -> None:
    questions = "水泵干吗？ | Is the pump dry? → water *\n压力 ｜ Pressure [MPa]\nLamp: on / off -> Light is out\n备注 | Remarks …"
    form = route(world, world.pump, world.gate, questions=[questions, ""], order_fixed=[str(world.gate.id)], expected_minutes=["5", "20"])
    assert office.post("/patrols/garden/routes/new", form).location == "/patrols/garden"
    with looking(app) as session:
        made = session.scalar(sa.select(Route).where(Route.name == "日巡"))
        points = made.versions[-1].points
        assert [(p.checkpoint_id, p.rank, p.order_fixed, p.expected_minutes) for p in points] == [
            (world.pump.id, 1, False, 5),
            (world.gate.id, 2, True, 20),
        ]
        assert [(q["kind"], q["required"]) for q in points[0].questions] == [
            ("yes_no", True),
            ("number", False),
            ("choice", False),
            ("text", False),
        ]
        assert [q["raises"] for q in points[0].questions] == ["water", None, "light", None]
        said = [(q["text"], q["text_en"]) for q in points[0].questions]
        assert said == [("水泵干吗？", "Is the pump dry?"), ("压力", "Pressure"), ("Lamp", None), ("备注", "Remarks")]
        address = f"/routes/{made.id}"
    answer = office.get(address)
    text = page(answer).text
    assert "压力 | Pressure [MPa]" in text
    assert "水泵干吗？ | Is the pump dry? → water *" in text and "Lamp: on / off → light" in text
    shown = (re.search(r'name="questions"[^>]*>([^<]+)<', answer.text) or ["", ""])[1]
    again = route(world, world.pump, world.gate, questions=[unescape(shown), ""])
    assert office.post(address, again).location == "/patrols/garden"
    with looking(app) as session:
        version = session.scalar(sa.select(Route).where(Route.name == "日巡")).versions[-1]
        assert [(q["text"], q["text_en"]) for q in version.points[0].questions] == said, "saved as it is shown, it is the same"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "fill this in"),
        ({"service": "magic"}, ""),
        ({"checkpoint_id": []}, "one point at least"),
        ({"checkpoint_id": ["", ""]}, "one point at least"),
        ({"checkpoint_id": ["nonsense"]}, "not possible"),
        ({"checkpoint_id": ["{gate}", "{gate}"]}, "stands once"),
        ({"expected_minutes": ["-1", ""]}, "Not less than 0"),
        ({"expected_minutes": ["soon", ""]}, "give a number"),
        ({"min_interval_minutes": ["99999", "10"]}, "Not more than"),
        ({"questions": ['[{"id": 1}]', ""]}, ""),
        ({"questions": ["[broken", ""]}, "not possible"),
        ({"questions": ["[" * 3000, ""]}, ""),
        ({"questions": ["x" * 201, ""]}, "At most 200"),
        ({"questions": ["[1]", ""]}, ""),
        ({"questions": ["Is it dry? → dragon", ""]}, "“dragon” is no type of work here."),
    ],
)
def test_a_route_that_does_not_do_is_refused_when_new_and_when_changed(
    app: Flask, world: World, office: Browser, wrong: dict[str, Any], words: str
) -> None:
    filled = {k: [x.format(gate=world.gate.id) if "{gate}" in x else x for x in v] if isinstance(v, list) else v for k, v in wrong.items()}
    versions = count(app, RouteVersion)
    for address in ("/patrols/garden/routes/new", f"/routes/{world.route}"):
        response = office.post(address, route(world) | filled)
        assert response.status_code == 422, address
        assert words in response.text
        assert page(response).values["name_en"] == "Day round"
    assert (count(app, Route), count(app, RouteVersion)) == (1, versions)


@pytest.mark.parametrize("who", ["bridge", "cellar"])
def test_a_checkpoint_of_another_site_or_out_of_use_is_on_no_route(app: Flask, world: World, office: Browser, who: str) -> None:
    if who == "cellar":
        office.post(f"/checkpoints/{world.cellar.id}/retire")
    response = office.post("/patrols/garden/routes/new", route(world, world.gate, getattr(world, who)))
    assert response.status_code in (404, 422)
    assert count(app, Route) == 1


def test_a_changed_route_leaves_earlier_rounds_as_they_were(app: Flask, world: World, office: Browser, clock: Clock) -> None:
    assert office.post(f"/routes/{world.route}", route(world, world.gate)).status_code == 302
    clock.forward(days=1)
    now, before = (page(office.get(f"/rounds/{world.round(wall)}")).text for wall in ("20261124-2200", "20261123-2200"))
    assert "Roof" not in now
    assert "Roof" in before


def test_a_retired_route_takes_its_schedules_with_it(app: Flask, world: World, office: Browser) -> None:
    assert office.post(f"/routes/{world.route}/retire").status_code == 302
    with looking(app) as session:
        assert session.get(Schedule, world.schedule).ended_at == NOW
    assert office.get(f"/routes/{world.route}").status_code == 404
    assert office.get(f"/rounds/{world.round('20261124-2200')}").status_code == 404
    assert office.get(f"/rounds/{world.round('20261122-2200')}").status_code == 200


# ---------------------------------------------------------------- schedules


def schedule(world: World, **more: Any) -> dict[str, Any]:
    return {
        "route_id": str(world.route),
        "times": "20:00, 22:30",
        "begins_on": "2026-11-24",
        "window": "60",
        "early": "15",
        "grace": "15",
        "random_start": "0",
    } | more


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, "FREQ=DAILY;BYHOUR=20,22;BYMINUTE=0,30;BYSETPOS=1,4"),
        ({"times": "8：00，9：00"}, "FREQ=DAILY;BYHOUR=8,9;BYMINUTE=0"),
        ({"times": "06:00", "weekdays": ["MO", "FR"]}, "FREQ=DAILY;BYDAY=MO,FR;BYHOUR=6;BYMINUTE=0"),
        ({"times": "", "rule": "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0"}, "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0"),
    ],
)
def test_a_schedule_is_made_and_shown_again_as_it_was_given(
    app: Flask, world: World, office: Browser, more: dict[str, Any], rule: str
) -> None:
    assert office.post("/patrols/garden/schedules/new", schedule(world, **more)).location == "/patrols/garden"
    with looking(app) as session:
        made = session.scalars(sa.select(ScheduleVersion).where(ScheduleVersion.rule == rule)).one()
        address = f"/schedules/{made.schedule_id}"
    assert office.get("/patrols/garden").status_code == 200
    again = page(office.get(address)).values
    assert office.post(address, again | {"weekdays": more.get("weekdays", [])}).status_code == 302
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ScheduleVersion).where(ScheduleVersion.rule == rule)) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"times": ""}, "Give times of day"),
        ({"times": "25:00"}, "Times of day"),
        ({"times": "noon"}, "Times of day"),
        ({"times": "", "rule": "nonsense"}, "cannot be understood"),
        ({"times": "", "rule": "FREQ=SECONDLY"}, "cannot be understood"),
        ({"times": "", "rule": "FREQ=MINUTELY"}, "cannot be understood"),
        ({"times": "", "rule": "DTSTART:20260101T000000"}, "cannot be understood"),
        ({"times": "", "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "cannot be understood"),
        ({"times": "", "rule": "FREQ=DAILY;INTERVAL=999999999999"}, "cannot be understood"),
        ({"begins_on": ""}, "fill this in"),
        ({"begins_on": "tomorrow"}, "date or time"),
        ({"window": "4"}, "Not less than 5"),
        ({"window": "9999"}, "Not more than 720"),
        ({"grace": "-1"}, "Not less than 0"),
        ({"trade": "pirate"}, ""),
        ({"weekdays": ["XX"]}, ""),
        ({"route_id": "x"}, ""),
        ({"person_id": "x"}, ""),
        ({"person_id": "{stranger}"}, "no role here"),
    ],
)
def test_a_schedule_that_does_not_do_is_refused_when_new_and_when_changed(
    app: Flask, world: World, office: Browser, wrong: dict[str, Any], words: str
) -> None:
    filled = {k: v.format(stranger=world.people["stranger"]) if isinstance(v, str) else v for k, v in wrong.items()}
    for address in ("/patrols/garden/schedules/new", f"/schedules/{world.schedule}"):
        response = office.post(address, schedule(world, **filled))
        assert response.status_code == 422, address
        assert words in response.text
        assert page(response).values["early"] == "15"
    assert count(app, ScheduleVersion) == 1


def test_a_schedule_for_a_route_of_another_site_is_refused(app: Flask, world: World, sign_in: SignIn) -> None:
    assert sign_in("manager").post("/patrols/river/schedules/new", schedule(world)).status_code == 404
    assert count(app, Schedule) == 1


def test_an_ended_schedule_has_no_rounds_from_then_on(world: World, office: Browser) -> None:
    assert office.post(f"/schedules/{world.schedule}/end").status_code == 302
    assert office.post(f"/schedules/{world.schedule}/end").status_code == 404
    assert office.get(f"/rounds/{world.round('20261123-2200')}").status_code == 200
    assert office.get(f"/rounds/{world.round('20261124-2200')}").status_code == 404


def test_what_is_nothing_is_404(office: Browser) -> None:
    for address in (
        "/sites/nowhere",
        f"/checkpoints/{uuid4()}",
        f"/routes/{uuid4()}",
        f"/schedules/{uuid4()}",
        "/patrols/nowhere",
        "/checkpoints/x",
        f"/people/{uuid4()}",
    ):
        assert office.get(address).status_code == 404, address


@pytest.mark.parametrize(
    "text", ["😀🧑‍🚒", "مرحبا \u202eevil", "'; DROP TABLE site; --", '<img src=x onerror="alert(1)">', "{{ 7*7 }}", "{% raw %}"]
)
def test_any_name_is_shown_as_text(world: World, office: Browser, text: str) -> None:
    office.post(f"/checkpoints/{world.gate.id}", checkpoint(world, name=text, name_en=text, instructions=text))
    office.post(f"/routes/{world.route}", route(world, name=text, name_en=text))
    for address in (
        "/sites/garden",
        f"/checkpoints/{world.gate.id}",
        "/patrols/garden",
        f"/routes/{world.route}",
        "/labels?site=garden",
        "/log/garden/2026-11-23",
        f"/rounds/{world.round()}",
        "/today",
    ):
        response = office.get(address)
        assert response.status_code == 200
        assert "<img src=x" not in response.text, address
    assert text in page(office.get("/sites/garden")).text
