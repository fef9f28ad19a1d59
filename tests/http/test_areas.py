"""Cleaning and greening: areas with grades, plans that follow them, spot checks, before and after, the calendar, and for how long people keep off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import content, inspect, make_checklist, make_plan
from tests.making import Browser, Clock, Phone, World, looking, named_photo, picture
from webapp.core.clock import local_day, now
from webapp.core.db import db, writing
from webapp.inspections import actions
from webapp.inspections.grades import RATES
from webapp.inspections.models import Area, Checklist, Inspection, InspectionPlan

SignIn = Callable[[str], Browser]
PEST: list[dict[str, Any]] = [
    {
        "id": "agent",
        "kind": "choice",
        "text": "药剂",
        "choices": ["苦参碱", "吡虫啉"],
        "choices_en": ["matrine", "imidacloprid"],
        "role": "agent",
    },
    {"id": "dose", "kind": "number", "text": "倍数", "unit": "×", "role": "dose"},
    {"id": "size", "kind": "number", "text": "面积", "unit": "m²", "role": "area"},
    {"id": "off", "kind": "number", "text": "安全间隔期", "unit": "h", "low": 24, "role": "keep_off"},
]
TREATED: dict[str, Any] = {"agent": {"value": "苦参碱"}, "dose": {"value": 800}, "size": {"value": 120}, "off": {"value": 48}}


def of_purpose(app: Flask, checklist_id: UUID, purpose: str, service: str = "cleaning") -> UUID:
    with app.app_context(), writing():
        found = db.session.get_one(Checklist, checklist_id)
        found.purpose, found.service = purpose, service
    return checklist_id


def make_area(app: Flask, world: World, spot: Any = None, kind: str = "lobby", grade: int = 2) -> UUID:
    facts = {"checkpoint_id": (spot or world.gate).id, "kind": kind, "grade": grade, "begins_on": local_day(now(), "Asia/Shanghai")}
    with app.app_context(), writing():
        return actions.begin_area(world.garden, facts, world.people["supervisor"]).id


def due_at(browser: Browser) -> list[str]:
    return [point for one in browser.get("/pack").get_json()["lists"] for point in one["due"]]


def taken(phone: Phone, record: Any) -> None:
    assert phone.one(record)["status"] == "accepted"


def test_an_area_is_added_graded_anew_and_ended_and_the_plan_of_its_kind_and_grade_follows(
    app: Flask, world: World, sign_in: SignIn, clock: Clock
) -> None:
    checklist_id, office, guard = make_checklist(app, world, trade="guard"), sign_in("supervisor"), sign_in("guard")
    make_plan(app, world, checklist_id, points=[], area_kind="lobby", area_grade=2, trade="guard")
    assert due_at(guard) == []
    form = {"checkpoint": str(world.gate.id), "kind": "lobby", "grade": "2", "size_m2": "80"}
    assert office.post("/areas/cleaning/garden", form).status_code == 302
    assert due_at(guard) == [str(world.gate.id)]
    assert office.post("/areas/cleaning/garden", form).status_code == 409
    assert office.post("/areas/cleaning/garden", form | {"checkpoint": str(world.roof.id), "grade": "3"}).status_code == 302
    assert due_at(guard) == [str(world.gate.id)]  # another grade
    with looking(app) as session:
        roof = session.scalars(sa.select(Area.id).where(Area.checkpoint_id == world.roof.id)).one()
    clock.forward(days=1)
    moved = office.post(f"/areas/items/{roof}", {"do": "change", "grade": "2", "size_m2": ""})
    assert moved.status_code == 302 and set(due_at(sign_in("guard"))) == {str(world.gate.id), str(world.roof.id)}
    assert office.post(f"/areas/items/{roof}", {"do": "change", "grade": "1"}).status_code == 409  # it has ended
    with looking(app) as session:
        assert [(one.grade, one.ends_on is None) for one in session.scalars(sa.select(Area).where(Area.checkpoint_id == world.roof.id).order_by(Area.made_at))] == [
            (3, False), (2, True),
        ]  # fmt: skip
    clock.forward(days=1)
    missed = office.get(f"/log/garden/{local_day(now(), 'Asia/Shanghai') - timedelta(days=1)}").text
    assert "2 of 2 places missed" in missed
    gate = next(one for one in due_at(sign_in("guard")) if one == str(world.gate.id))
    with looking(app) as session:
        area_id = session.scalars(sa.select(Area.id).where(Area.checkpoint_id == UUID(gate))).one()
    assert office.post(f"/areas/items/{area_id}", {"do": "end"}).status_code == 302
    assert due_at(sign_in("guard")) == [str(world.roof.id)]
    assert "ended on" in office.get(f"/areas/items/{area_id}").text
    # What was missed before stays missed.
    assert "2 of 2 places missed" in office.get(f"/log/garden/{local_day(now(), 'Asia/Shanghai') - timedelta(days=1)}").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"grade": "9"}, "grade"), ({"grade": "x"}, "grade"), ({"kind": "lawn"}, "kind"), ({"kind": "cellar"}, "kind"), ({"checkpoint": str(uuid4())}, "checkpoint"),
        ({"size_m2": "-3"}, "size_m2"), ({"size_m2": "nan"}, "size_m2"), ({"checkpoint": ""}, "checkpoint"),
    ],
)  # fmt: skip
def test_an_area_that_cannot_be_is_refused_at_its_field(
    app: Flask, world: World, sign_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    form = {"checkpoint": str(world.gate.id), "kind": "lobby", "grade": "2"} | wrong
    answer = sign_in("supervisor").post("/areas/cleaning/garden", form)
    assert answer.status_code == 422 and f"f-{field}-error" in answer.text
    with looking(app) as session:
        assert session.scalars(sa.select(Area)).all() == []


def test_a_checkpoint_of_another_site_is_no_area_here(app: Flask, world: World, sign_in: SignIn) -> None:
    form = {"checkpoint": str(world.bridge.id), "kind": "lobby", "grade": "2"}
    assert sign_in("supervisor").post("/areas/cleaning/garden", form).status_code == 422
    assert sign_in("supervisor").get("/areas/nonsense/garden").status_code == 404


def test_what_is_not_confirmed_is_proposed_with_its_source_and_holds_only_when_somebody_takes_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    make_area(app, world, kind="stairs")
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    with looking(app) as session:
        assert session.scalars(sa.select(InspectionPlan)).all() == []
    shown = office.get("/areas/cleaning/garden").text
    assert "confidence C" in shown and "Handrails wiped" in shown and "（2004）二级" in shown
    number = next(n for n, rate in enumerate(RATES) if rate.task_en == "Handrails wiped, twice a week")
    form = office.get(f"/inspections/plans/garden/new?rate={number}").text
    assert 'value="擦扶手（每周2次）"' in form and "（2004）二级" in form
    taken_over = {
        "name": "擦扶手（每周2次）", "checklist": str(checklist_id), "every": "1", "unit": "day", "weekdays": ["1", "4"], "begins_on": "2026-11-23", "from_time": "07:00",
        "until_time": "18:00", "mode": "always", "area_kind": "stairs", "area_grade": "2", "source": RATES[number].source, "confidence": "C",
    }  # fmt: skip
    assert office.post("/inspections/plans/garden/new", taken_over).status_code == 302
    after = office.get("/areas/cleaning/garden").text
    assert after.count("Make a plan of it") == shown.count("Make a plan of it") - 1
    assert office.get("/inspections/plans/garden/new?rate=99999").status_code == 200


def test_green_areas_of_each_grade_are_asked_for_something_with_its_source(app: Flask, world: World, sign_in: SignIn) -> None:
    for grade, words in (
        (1, "Lawns thrive"),
        (2, "pruned and cared for regularly"),
        (3, "Lawn mown, at least 4 times a year"),
        (4, "Litter picked up, twice a week"),
        (5, "Litter picked up"),
    ):
        area_id = make_area(app, world, kind="lawn", grade=grade)
        shown = sign_in("supervisor").get("/areas/greening/garden").text
        assert words in shown and f"Lawn, grade {grade}: how often what" in shown, grade
        assert any(name in shown for name in ("中物协", "上海市", "湛江市")) and "confidence C" in shown
        with app.app_context(), writing():
            db.session.get_one(Area, area_id).ends_on = local_day(now(), "Asia/Shanghai")


def test_a_plan_needs_places_or_a_kind(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    base = {
        "name": "周检", "checklist": str(checklist_id), "every": "1", "unit": "week", "begins_on": "2026-11-23", "from_time": "08:00", "until_time": "18:00", "mode": "always",
    }  # fmt: skip
    for wrong, field in (({}, "points"), ({"area_kind": "cellar"}, "area_kind"), ({"area_kind": "lobby", "area_grade": "7"}, "area_grade")):
        answer = office.post("/inspections/plans/garden/new", base | wrong)
        assert answer.status_code == 422 and f"f-{field}-error" in answer.text, field


def test_spot_checks_score_their_area(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    area_id = make_area(app, world)
    spot = of_purpose(app, make_checklist(app, world), "spot")
    other = of_purpose(app, make_checklist(app, world), "check")
    good = {"floor": {"value": "pass"}, "light": {"value": True}, "heat": {"value": 20}}
    taken(phone, inspect(phone, spot, good | {"floor": {"value": "fail"}}, checkpoint=str(world.gate.id)))
    taken(phone, inspect(phone, spot, good | {"light": {"value": False}}, checkpoint=str(world.gate.id)))
    taken(phone, inspect(phone, other, good, checkpoint=str(world.gate.id)))
    taken(phone, inspect(phone, spot, good, checkpoint=str(world.roof.id)))
    office = sign_in("supervisor")
    for address in ("/areas/cleaning/garden", f"/areas/items/{area_id}"):
        assert "The last scores: 40, 80" in office.get(address).text
    assert "The last scores" not in office.get("/areas/greening/garden").text


def test_before_and_after_stand_side_by_side_once_both_photos_are_here(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    shots = {"before": picture(colour="brown"), "after": picture(colour="white")}
    asked = [{"id": name, "kind": "photo", "text": name, "role": name} for name in shots]
    checklist_id = of_purpose(app, make_checklist(app, world, made=content(*asked)), "work")
    area_id, office = make_area(app, world), sign_in("supervisor")
    sha = {name: named_photo(shot)["sha256"] for name, shot in shots.items()}
    answers = {name: {"value": [one], "photos": [one]} for name, one in sha.items()}
    record = inspect(phone, checklist_id, answers, checkpoint=str(world.gate.id), photos=[named_photo(shot) for shot in shots.values()])
    taken(phone, record)
    phone.put_photo(shots["before"])
    assert "pair-shots" not in office.get(f"/areas/items/{area_id}").text
    phone.put_photo(shots["after"])
    for address in (f"/areas/items/{area_id}", f"/inspections/{record.id}"):
        shown = office.get(address).text
        assert shown.index(f"/photos/{sha['before']}") < shown.index(f"/photos/{sha['after']}") and "pair-shots" in shown


def test_people_keep_off_what_was_treated_until_the_interval_is_over(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    checklist_id = of_purpose(app, make_checklist(app, world, made=content(*PEST)), "work", "greening")
    area_id = make_area(app, world, kind="beds")
    record = inspect(phone, checklist_id, TREATED, checkpoint=str(world.gate.id))
    taken(phone, record)
    with looking(app) as session:
        until = session.get_one(Inspection, UUID(record.id)).keep_off_until
        assert until == now() + timedelta(hours=48)
    office, guard, anybody = sign_in("supervisor"), sign_in("guard"), Browser(app)
    day = local_day(now(), "Asia/Shanghai")
    told = {"until": until.isoformat().replace("+00:00", "Z"), "what": "matrine"}
    held = guard.get("/pack").get_json()["checkpoints"]
    assert held[str(world.gate.id)]["keep_off"]["what"] == told["what"] and "keep_off" not in held[str(world.roof.id)]
    label = anybody.get(f"/c/{world.gate.code}").text
    assert "Please keep off, children and pets too" in label
    assert "keep off" not in anybody.get(f"/c/{world.roof.code}").text
    for shown in (
        guard.get("/today"),
        office.get("/areas/greening/garden"),
        office.get(f"/areas/items/{area_id}"),
        office.get(f"/inspections/{record.id}"),
    ):
        assert "Keep off until" in shown.text
    log = office.get(f"/log/garden/{day}").text
    assert "Treated: keep off" in log and "matrine" in log and "800" in log
    assert "Treated: keep off" in office.get(f"/log/garden/{day + timedelta(days=1)}").text
    assert "Keep off until" not in sign_in("stranger").get("/today").text
    clock.forward(hours=49)
    assert "Please keep off" not in anybody.get(f"/c/{world.gate.code}").text
    assert "keep_off" not in sign_in("guard").get("/pack").get_json()["checkpoints"][str(world.gate.id)]


@pytest.mark.parametrize("hours", ["many", -5, 0, True, 1e300])
def test_an_interval_that_is_none_or_a_slip_keeps_the_record(app: Flask, world: World, phone: Phone, hours: Any) -> None:
    checklist_id = make_checklist(app, world, made=content(*PEST))
    record = inspect(phone, checklist_id, TREATED | {"off": {"value": hours}}, checkpoint=str(world.gate.id))
    taken(phone, record)
    with looking(app) as session:
        until = session.get_one(Inspection, UUID(record.id)).keep_off_until
        assert until == (now() + timedelta(days=60) if hours == 1e300 else None)


def test_the_calendar_says_what_was_done_when_and_what_is_planned(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    checklist_id = of_purpose(app, make_checklist(app, world, made=content(*PEST)), "work", "greening")
    make_plan(app, world, checklist_id, points=[], area_kind="beds", months=[3, 11, 12])
    area_id = make_area(app, world, kind="beds")
    taken(phone, inspect(phone, checklist_id, TREATED, checkpoint=str(world.gate.id)))
    office = sign_in("supervisor")
    shown = office.get("/areas/greening/garden/calendar").text
    assert "On day 23" in shown and shown.count("data-planned") == 2 and shown.count("data-season") == 3
    assert "On day 23" in office.get(f"/areas/items/{area_id}").text
    assert "On day 23" not in office.get("/areas/greening/garden/calendar?year=2025").text
    assert office.get("/areas/greening/garden/calendar?year=nonsense").status_code == 200
    assert office.get("/areas/greening/garden/calendar?year=99999").status_code == 200
    assert "No checklist of this service yet" in office.get("/areas/cleaning/garden/calendar").text
