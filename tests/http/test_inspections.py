"""Inspections through the intake and on their pages: judged by their version, linked, planned, filed, and what may go wrong with them."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import GOOD, QUESTIONS, content, inspect, make_checklist, make_plan
from tests.http.settling import rows_of
from tests.making import PASSWORD, Browser, Clock, Phone, World, looking, named_photo, page, picture
from tests.upkeep import make_piece
from webapp.core.clock import from_wall, local_day, now
from webapp.core.db import db, writing
from webapp.inspections import actions, coverage
from webapp.inspections.models import Checklist, Finding, Inspection, InspectionPlan, SiteMode
from webapp.inspections.offering import standing
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder, WorkStep

SignIn = Callable[[str], Browser]


def taken(phone: Phone, record: Any) -> dict[str, Any]:
    result = phone.one(record)
    assert result["status"] == "accepted", result
    return result


def row(app: Flask, record: Any) -> Inspection:
    with looking(app) as session:
        found = session.get_one(Inspection, UUID(record.id))
        session.expunge(found)
        return found


def orders(app: Flask) -> list[tuple[str, str]]:
    with looking(app) as session:
        return [
            tuple(one)
            for one in session.execute(sa.select(WorkOrder.type_code, WorkOrder.text).order_by(WorkOrder.raised_at, WorkOrder.number))
        ]


def change(app: Flask, world: World, checklist_id: UUID) -> None:
    """Its second version: the floor is not asked any more."""
    with app.app_context(), writing():
        checklist = db.session.get_one(Checklist, checklist_id)
        actions.set_content(checklist, content(*QUESTIONS[1:]), world.people["manager"], now())


def test_a_list_changed_and_retired_while_the_phone_was_offline_is_judged_by_the_version_it_was_made_with(
    app: Flask, world: World, phone: Phone
) -> None:
    checklist_id = make_checklist(app, world)
    record = inspect(phone, checklist_id, GOOD | {"floor": {"value": "fail"}}, checkpoint=str(world.gate.id))
    change(app, world, checklist_id)
    with app.app_context(), writing():
        db.session.get_one(Checklist, checklist_id).retired_at = now()
    taken(phone, record)
    made = row(app, record)
    assert (made.score, made.passed, made.findings) == (40, False, 1)
    assert orders(app) == [("dirt", "地面无垃圾")]


def test_a_version_and_a_list_that_nobody_knows_are_held(app: Flask, world: World, phone: Phone) -> None:
    checklist_id = make_checklist(app, world)
    assert phone.one(inspect(phone, checklist_id, GOOD, version=7))["reason"] == "unknown-checklist"
    assert phone.one(inspect(phone, uuid4(), GOOD))["reason"] == "unknown-checklist"


def test_a_number_out_of_its_range_fails_and_raises_its_work(app: Flask, world: World, phone: Phone) -> None:
    checklist_id = make_checklist(app, world)
    record = inspect(phone, checklist_id, GOOD | {"heat": {"value": 48.5}}, checkpoint=str(world.gate.id))
    taken(phone, record)
    assert row(app, record).passed is False and orders(app) == [("damage", "温度")]


@pytest.mark.parametrize("value", ["hot", True, [20], {"n": 20}, None, 1e400])
def test_a_number_that_is_none_takes_nothing_with_it(app: Flask, world: World, phone: Phone, value: Any) -> None:
    checklist_id = make_checklist(app, world)
    record = inspect(phone, checklist_id, GOOD | {"heat": {"value": "inf" if value == 1e400 else value}})
    taken(phone, record)
    assert row(app, record).passed is False and orders(app) == []


def test_two_inspectors_on_one_list_are_both_kept(app: Flask, world: World, phone: Phone) -> None:
    """G14."""
    checklist_id = make_checklist(app, world)
    other = Phone(app, "colleague")
    first = inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id))
    second = inspect(other, checklist_id, GOOD | {"light": {"value": False}}, checkpoint=str(world.gate.id))
    taken(phone, first)
    taken(other, second)
    assert (row(app, first).passed, row(app, second).passed) == (True, False)


def test_a_place_or_a_person_of_another_site_is_held(app: Flask, world: World, phone: Phone) -> None:
    checklist_id = make_checklist(app, world)
    assert phone.one(inspect(phone, checklist_id, GOOD, checkpoint=str(world.bridge.id)))["reason"] == "bad-body"
    assert Phone(app, "stranger").one(inspect(Phone(app, "stranger"), checklist_id, GOOD))["status"] == "held"


def test_a_plan_that_nobody_knows_or_of_another_list_takes_nothing_from_what_was_done(app: Flask, world: World, phone: Phone) -> None:
    checklist_id, other = make_checklist(app, world), make_checklist(app, world)
    plan_id = make_plan(app, world, other)
    for plan in (str(uuid4()), str(plan_id)):
        record = inspect(phone, checklist_id, GOOD, plan=plan)
        taken(phone, record)
        assert row(app, record).plan_id is None


def test_a_re_inspection_asks_what_failed_and_passes_when_that_is_good(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world)
    failed = inspect(phone, checklist_id, GOOD | {"floor": {"value": "fail", "text": "油渍"}}, checkpoint=str(world.gate.id))
    taken(phone, failed)
    still = inspect(phone, checklist_id, {"floor": {"value": "fail"}}, checkpoint=str(world.gate.id), again_of=failed.id)
    taken(phone, still)
    assert len(orders(app)) == 1  # its order is still open
    good = inspect(phone, checklist_id, {"floor": {"value": "pass"}}, checkpoint=str(world.gate.id), again_of=still.id)
    taken(phone, good)
    made = row(app, good)
    assert (made.score, made.passed, made.again_of_id) == (100, True, UUID(still.id))
    shown = sign_in("supervisor").get(f"/inspections/{failed.id}").text
    assert f"again={failed.id}&amp;only=floor" in shown and f"/inspections/{still.id}" in shown and "油渍" in shown
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 2


def test_its_page_and_photos_are_for_those_whose_list_it_is(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id, shot = make_checklist(app, world, trade="guard"), picture()
    phone.put_photo(shot)
    sha = named_photo(shot)["sha256"]
    record = inspect(phone, checklist_id, GOOD | {"floor": {"value": "fail", "photos": [sha]}}, photos=[named_photo(shot)])
    taken(phone, record)
    expected = {"guard": 200, "colleague": 200, "technician": 404, "supervisor": 200, "elsewhere": 404, "stranger": 404}
    for who, status in expected.items():
        browser = sign_in(who)
        got = [
            browser.get(address).status_code
            for address in (f"/inspections/{record.id}", f"/inspections/{record.id}/photos/{sha}", f"/inspect/{checklist_id}")
        ]
        assert got == [status] * 3, who
    assert sign_in("supervisor").get(f"/inspections/{record.id}/photos/{'0' * 64}").status_code == 404


def test_the_phone_gets_the_lists_of_its_trade_with_what_is_due(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world, trade="guard")
    plan_id = make_plan(app, world, checklist_id, trade="guard")
    browser = sign_in("guard")
    (offered,) = browser.get("/pack").get_json()["lists"]
    assert (offered["id"], offered["plan"], offered["due"]) == (str(checklist_id), str(plan_id), [str(world.gate.id), str(world.roof.id)])
    assert f"/inspect/{checklist_id}" in browser.get("/pack").get_json()["pages"]
    taken(phone, inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id), plan=str(plan_id)))
    assert browser.get("/pack").get_json()["lists"][0]["due"] == [str(world.roof.id)]
    assert str(world.roof.id) in browser.get("/today").text
    assert sign_in("technician").get("/pack").get_json()["lists"] == []


def test_storm_mode_adds_and_takes_away_on_every_phone(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world, trade="guard")
    make_plan(app, world, checklist_id, name="积水巡查", name_en="Water", mode="storm", trade="guard")
    make_plan(app, world, checklist_id, name="擦窗", name_en="Windows", mode="calm", trade="guard")
    guard, office = sign_in("guard"), sign_in("supervisor")
    assert [one["name"] for one in guard.get("/pack").get_json()["lists"]] == ["Windows"]
    assert guard.post("/storm/garden", {"do": "begin"}).status_code == 404
    assert office.post("/storm/garden", {"do": "begin", "reason": "台风"}).status_code == 302
    assert office.post("/storm/garden", {"do": "begin"}).status_code == 409
    assert [one["name"] for one in guard.get("/pack").get_json()["lists"]] == ["Water"]
    assert "data-storm " in guard.get("/today").text and "data-storm " not in sign_in("stranger").get("/today").text
    assert office.post("/storm/garden", {"do": "end"}).status_code == 302
    assert "data-storm " not in guard.get("/today").text
    with looking(app) as session:
        assert session.scalars(sa.select(SiteMode)).one().until_at is not None


PLAN = {
    "name": "周检",
    "every": "1",
    "unit": "week",
    "begins_on": "2026-11-23",
    "from_time": "08:00",
    "until_time": "18:00",
    "mode": "always",
}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"every": "0"}, "every"), ({"every": "11", "unit": "year"}, "every"), ({"every": "x"}, "every"), ({"until_time": "07:00"}, "until_time"),
        ({"until_time": "25:00"}, "until_time"), ({"months": "2", "every": "12", "unit": "month"}, "months"), ({"points": str(uuid4())}, "points"),
        ({"points": ""}, "points"), ({"checklist": str(uuid4())}, "checklist"), ({"person": str(uuid4())}, "person"), ({"begins_on": "31.12."}, "begins_on"),
    ],
)  # fmt: skip
def test_an_impossible_plan_is_refused_at_its_field(app: Flask, world: World, sign_in: SignIn, wrong: dict[str, str], field: str) -> None:
    checklist_id = make_checklist(app, world)
    given = PLAN | {"checklist": str(checklist_id), "points": str(world.gate.id)} | wrong
    answer = sign_in("supervisor").post("/inspections/plans/garden/new", given)
    assert answer.status_code == 422 and (f"f-{field}-error" in answer.text)
    with looking(app) as session:
        assert session.scalars(sa.select(InspectionPlan)).all() == []


def test_a_plan_is_made_changed_and_ended_and_what_was_due_stays(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    given = PLAN | {"checklist": str(checklist_id), "points": str(world.gate.id)}
    assert office.post("/inspections/plans/garden/new", given).status_code == 302
    with looking(app) as session:
        first = session.scalars(sa.select(InspectionPlan.id)).one()
    clock.forward(days=2)
    assert office.post(f"/inspections/plans/items/{first}", given | {"every": "2"}).status_code == 302
    with looking(app) as session:
        old, new = session.scalars(sa.select(InspectionPlan).order_by(InspectionPlan.made_at)).all()
        assert (old.ends_on, new.begins_on, new.every) == (local_day(now(), "Asia/Shanghai"),) * 2 + (2,)
        second = new.id
    assert office.post(f"/inspections/plans/items/{second}", {"do": "end"}).status_code == 302
    assert "No plan yet" in office.get("/inspections/plans/garden").text


def test_the_list_is_filtered_by_its_address(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    good, bad = inspect(phone, checklist_id, GOOD), inspect(phone, checklist_id, GOOD | {"light": {"value": False}})
    taken(phone, good), taken(phone, bad)
    for query, expected in (
        ("passed=no", {bad.id}),
        ("passed=yes", {good.id}),
        (f"checklist={uuid4()}", set()),
        ("from=2027-01-01", set()),
        ("from=x&person=y", {good.id, bad.id}),
    ):
        shown = office.get(f"/inspections?site=garden&{query}").text
        assert {one for one in (good.id, bad.id) if one in shown} == expected, query
    assert office.get("/inspections/coverage/garden").status_code == 200


def test_the_daily_log_shows_what_failed_what_failed_again_and_what_was_left_out(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    checklist_id = make_checklist(app, world)
    plan_id = make_plan(app, world, checklist_id)
    failed = inspect(phone, checklist_id, GOOD | {"floor": {"value": "fail"}}, checkpoint=str(world.gate.id), plan=str(plan_id))
    taken(phone, failed)
    taken(phone, inspect(phone, checklist_id, {"floor": {"value": "fail"}}, checkpoint=str(world.gate.id), again_of=failed.id))
    day = local_day(now(), "Asia/Shanghai")
    clock.forward(days=1)
    shown = sign_in("supervisor").get(f"/log/garden/{day}").text
    assert "Failed inspection" in shown and "Re-inspection not passed" in shown
    assert "1 of 2 places missed · Roof" in shown and f"/inspections/{failed.id}" in shown


def test_a_plan_from_completion_finds_its_last_doing_however_old_it_is(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    checklist_id = make_checklist(app, world)
    plan_id = make_plan(app, world, checklist_id, every=3, unit="year", from_completion=True, points=[str(world.gate.id)])
    everybody = make_plan(
        app,
        world,
        checklist_id,
        every=3,
        unit="year",
        from_completion=True,
        points=[str(world.gate.id)],
        shared=False,
        person_id=world.people["guard"],
    )
    for one in (plan_id, everybody):
        taken(phone, inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id), plan=str(one)))
    clock.forward(days=1_000)
    with app.app_context():
        site = db.session.get_one(Site, world.garden)
        lines = standing(site, list(db.session.scalars(sa.select(InspectionPlan))), now())
    for one in (plan_id, everybody):
        assert [(line.due_on.isoformat(), line.state) for line in lines[one]] == [("2026-11-23", "done"), ("2029-11-23", "due")]


def test_a_days_log_says_the_same_for_ever(app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock) -> None:
    """Also when the plan has ended, when it is done days later, and when years lie between."""
    checklist_id = make_checklist(app, world)
    daily = make_plan(app, world, checklist_id)
    weekly = make_plan(app, world, checklist_id, name="每周", name_en="Weekly round", every=1, unit="week")
    day = local_day(now(), "Asia/Shanghai")
    clock.forward(days=1)

    def missed() -> list[str]:
        return sorted(
            re.findall(
                r"/inspections/plans/items/[-0-9a-f]+|[0-9] of [0-9] places missed[^<]*",
                sign_in("supervisor").get(f"/log/garden/{day}").text,
            )
        )

    first = missed()
    assert [one[:22] for one in first if one[0] != "/"] == ["2 of 2 places missed ·"] * 2
    assert {f"/inspections/plans/items/{plan}" for plan in (daily, weekly)} <= set(first)
    for plan in (daily, weekly):
        taken(phone, inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id), plan=str(plan)))
    assert missed() == first
    clock.forward(days=90)
    with app.app_context(), writing():
        db.session.get_one(InspectionPlan, daily).ends_on = local_day(now(), "Asia/Shanghai")
    assert missed() == first
    clock.forward(days=800)
    assert missed() == first


@pytest.mark.parametrize(("every", "unit"), [(1, "day"), (1, "week"), (3, "day")])
def test_a_plan_made_today_blames_nobody_for_the_days_before(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, every: int, unit: str
) -> None:
    """Whatever day it begins on; what is open since then is to be done, and not late."""
    today = local_day(now(), "Asia/Shanghai")
    days = [(today - timedelta(days=n)).isoformat() for n in range(8)]

    def told() -> dict[str, list[str]]:
        office = sign_in("supervisor")
        return {day: [one.text for one in rows_of(office.get(f"/log/garden/{day}")) if one.key.startswith("unseen")] for day in days}

    checklist_id, spots = make_checklist(app, world), [str(world.gate.id)]
    for completion in (False, True):
        plan_id = make_plan(
            app, world, checklist_id, points=spots, begins_on=today - timedelta(days=8), every=every, unit=unit, from_completion=completion
        )
        assert not any(told().values())
        assert f"{plan_id}" in sign_in("guard").get("/today").text
        taken(phone, inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id), plan=str(plan_id)))
        assert not any(told().values())


def test_where_everybody_must_each_owes_the_days_they_worked_there(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    """Not those before they came or after they left; and a day that is past says the same, whoever comes or goes."""
    plan_id = make_plan(app, world, make_checklist(app, world), points=[str(world.gate.id)], shared=False, trade="technician")
    clock.forward(days=1)
    before = rows_of(sign_in("supervisor").get("/log/garden/2026-11-23"))
    assert "unseen" in [one.key.split(":")[0] for one in before]
    with app.app_context(), writing():
        mate = people.create_person("mate", "小王", "technician", PASSWORD, roles={world.garden: "worker"}).id
    assert [one.text for one in rows_of(sign_in("supervisor").get("/log/garden/2026-11-23"))] == [one.text for one in before]
    clock.forward(days=2)
    with app.app_context(), writing():
        person = db.session.get_one(Person, mate)
        people.edit_person(person, {}, {}, {world.garden})
        db.session.get_one(Person, world.people["technician"]).disabled_at = now()
    clock.forward(days=2)
    with app.app_context(), writing():
        people.edit_person(db.session.get_one(Person, mate), {}, {world.garden: "worker"}, {world.garden})
    clock.forward(days=2)
    with app.app_context():
        lines = standing(db.session.get_one(Site, world.garden), list(db.session.scalars(sa.select(InspectionPlan))), now())[plan_id]
    known = {world.people["technician"]: "technician", mate: "mate", None: "nobody was there"}
    assert sorted((line.due_on.day, known[line.person]) for line in lines) == [
        (23, "technician"), (24, "mate"), (24, "technician"), (25, "mate"), (25, "technician"),
        (26, "nobody was there"), (27, "nobody was there"), (28, "mate"), (29, "mate"), (30, "mate"),
    ]  # fmt: skip
    assert [one.text for one in rows_of(sign_in("supervisor").get("/log/garden/2026-11-23"))] == [one.text for one in before]


def test_the_coverage_map_keeps_what_an_ended_plan_asked_for(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    checklist_id = make_checklist(app, world)
    plan_id = make_plan(app, world, checklist_id, points=[str(world.roof.id)])
    clock.forward(days=3)
    with app.app_context(), writing():
        db.session.get_one(InspectionPlan, plan_id).ends_on = local_day(now(), "Asia/Shanghai")
    clock.forward(days=3)
    with app.app_context():
        shown = coverage.map_of(db.session.get_one(Site, world.garden), now())
    ((point, _name, cells),) = shown.rows
    assert point == world.roof.id
    assert [day.isoformat() for day, cell in zip(shown.days, cells, strict=True) if cell.state == "missed"] == [
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
    ]


def test_a_storm_on_an_evening_takes_that_evenings_task_and_no_other(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    checklist_id = make_checklist(app, world, trade="guard")
    for name, mode, hours in (
        ("Morning", "calm", ("00:00", "09:00")),
        ("Evening", "calm", ("17:00", "21:00")),
        ("Water", "storm", ("00:00", "23:59")),
    ):
        make_plan(app, world, checklist_id, name=name, name_en=name, mode=mode, trade="guard", from_time=hours[0], until_time=hours[1])
    office, day = sign_in("supervisor"), local_day(now(), "Asia/Shanghai")

    def offered() -> list[str]:
        return [one["name"] for one in sign_in("guard").get("/pack").get_json()["lists"]]

    clock.set(from_wall(datetime(day.year, day.month, day.day, 16), "Asia/Shanghai"))
    assert offered() == ["Morning", "Evening"]  # one overdue, the other to come
    office.post("/storm/garden", {"do": "begin", "reason": "台风"})
    assert offered() == ["Morning", "Water"]
    clock.forward(hours=6)
    office.post("/storm/garden", {"do": "end"})
    assert offered() == ["Morning"]
    clock.forward(days=1)
    shown = sign_in("supervisor").get(f"/log/garden/{day}").text
    assert "/inspections/plans/items/" in shown
    assert [name for name in ("Morning", "Evening", "Water") if f"{name}<" in shown] == ["Morning", "Water"]


# ---------------------------------------------------------------- jobs and machines

PLAIN: list[dict[str, Any]] = [
    {"id": "rail", "kind": "pass", "text": "扶手牢固", "text_en": "Handrail firm"},
    {"id": "sign", "kind": "pass", "text": "标识完好", "text_en": "Signs whole", "raises": "light"},
]


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({"rail": {"value": "fail"}}, []),
        ({"rail": {"value": "fail", "job": True, "text": "松动"}}, [("dirt", "扶手牢固: 松动")]),
        ({"rail": {"value": "flag", "job": True}}, [("dirt", "扶手牢固")]),
        ({"rail": {"value": "pass", "job": True}}, []),  # nothing was found
        ({"sign": {"value": "fail"}}, [("light", "标识完好")]),
        ({"sign": {"value": "fail", "job": True}}, [("light", "标识完好")]),
        ({"sign": {"value": "flag"}}, []),
        ({"sign": {"value": "flag", "job": True}}, [("light", "标识完好")]),
    ],
)
def test_one_tap_makes_a_job_of_a_finding_also_where_its_question_raises_none(
    app: Flask, world: World, phone: Phone, answers: dict[str, Any], raised: list[tuple[str, str]]
) -> None:
    checklist_id = make_checklist(app, world, made=content(*PLAIN))
    record = inspect(phone, checklist_id, {"rail": {"value": "pass"}, "sign": {"value": "pass"}} | answers, checkpoint=str(world.gate.id))
    assert [phone.one(record)["status"] for _once_more in range(2)] == ["accepted", "duplicate"]
    assert orders(app) == raised


@pytest.mark.parametrize(
    ("facts", "type_code"), [({"service": "greening"}, "green"), ({"service": "security"}, "damage"), ({"class_code": "lift"}, "lift")]
)
def test_a_job_is_of_the_type_that_fits_its_list(app: Flask, world: World, phone: Phone, facts: dict[str, str], type_code: str) -> None:
    checklist_id = make_checklist(app, world, made=content(*PLAIN))
    with app.app_context(), writing():
        db.session.execute(sa.update(Checklist).values(**facts))
    taken(phone, inspect(phone, checklist_id, {"rail": {"value": "fail", "job": True}, "sign": {"value": "pass"}}))
    assert orders(app) == [(type_code, "扶手牢固")]


def test_a_finding_without_a_job_gets_one_from_its_page_once(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world, trade="guard", made=content(*PLAIN))
    record = inspect(phone, checklist_id, {"rail": {"value": "fail"}, "sign": {"value": "fail"}}, checkpoint=str(world.gate.id))
    taken(phone, record)
    guard, address = sign_in("guard"), f"/inspections/{record.id}"
    assert guard.get(address).text.count("Make a job") == 1  # the other one raised its own
    assert sign_in("stranger").post(f"{address}/job", {"question": "rail"}).status_code == 404
    assert sign_in("technician").post(f"{address}/job", {"question": "rail"}).status_code == 404
    assert [guard.post(f"{address}/job", {"question": "rail"}).status_code for _twice in range(2)] == [303, 409]
    assert guard.post(f"{address}/job", {"question": "nothing"}).status_code == 409
    assert sorted(orders(app)) == [("dirt", "扶手牢固"), ("light", "标识完好")]
    assert "Make a job" not in guard.get(address).text


def test_the_daily_log_tells_of_findings_though_the_inspection_passed(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world)
    flagged = inspect(phone, checklist_id, GOOD | {"floor": {"value": "flag"}}, checkpoint=str(world.gate.id))
    with app.app_context(), writing():
        checklist = db.session.get_one(Checklist, checklist_id)
        actions.set_content(checklist, content(*QUESTIONS).model_copy(update={"pass_score": 50}), world.people["manager"], now())
    flagged = inspect(phone, checklist_id, GOOD | {"floor": {"value": "flag"}}, checkpoint=str(world.gate.id), version=2)
    good = inspect(phone, checklist_id, GOOD, checkpoint=str(world.gate.id), version=2)
    taken(phone, flagged), taken(phone, good)
    assert row(app, flagged).passed
    shown = sign_in("supervisor").get("/log/garden/2026-11-23").text
    assert "Passed with findings" in shown and "1 finding" in shown and f"/inspections/{flagged.id}" in shown
    assert f"/inspections/{good.id}" not in shown


def equipment_of_record(app: Flask, phone: Phone, record: Any) -> UUID | None:
    taken(phone, record)
    return row(app, record).equipment_id


def test_of_several_machines_at_one_label_none_is_guessed(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    at_gate = {"checkpoint_id": world.gate.id}
    one = make_piece(app, world, **at_gate)
    lifts, any_, stairs = make_checklist(app, world), make_checklist(app, world), make_checklist(app, world)
    with app.app_context(), writing():
        for checklist in (lifts, any_):
            db.session.get_one(Checklist, checklist).target = "equipment"
        db.session.get_one(Checklist, lifts).class_code = "lift"
    here = str(world.gate.id)
    assert equipment_of_record(app, phone, inspect(phone, stairs, GOOD, checkpoint=here)) is None  # a list for the place
    assert equipment_of_record(app, phone, inspect(phone, any_, GOOD, checkpoint=here)) == one
    assert equipment_of_record(app, phone, inspect(phone, lifts, GOOD, checkpoint=here)) == one
    pump = make_piece(app, world, number="SB-01", class_code="pump", name="水泵", name_en="Pump", **at_gate)
    assert equipment_of_record(app, phone, inspect(phone, lifts, GOOD, checkpoint=here)) == one  # the only lift
    assert equipment_of_record(app, phone, inspect(phone, any_, GOOD, checkpoint=here)) is None
    other = make_piece(app, world, number="DT-04", **at_gate)
    assert equipment_of_record(app, phone, inspect(phone, lifts, GOOD, checkpoint=here)) is None
    assert equipment_of_record(app, phone, inspect(phone, lifts, GOOD, checkpoint=here, equipment=str(other))) == other
    machines = sign_in("guard").get("/pack").get_json()["here"][here]["machines"]
    assert {(machine["id"], machine["class"]) for machine in machines} == {(str(one), "lift"), (str(other), "lift"), (str(pump), "pump")}


# ---------------------------------------------------------------- pictures


def test_the_coverage_picture_and_the_trend_show_what_separate_questions_find(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    """Thirty days made by chance; every cell and every week counted again in SQL and by the calendar, not by the code's own functions."""
    chance, places = random.Random(5), [world.gate.id, world.roof.id]
    checklist_id = make_checklist(app, world)
    plan_id = make_plan(app, world, checklist_id, until_time="20:00")
    first, zone = local_day(now(), "Asia/Shanghai"), ZoneInfo("Asia/Shanghai")
    for day in range(30):
        for place in places:
            for hour in chance.sample((6, 9, 22), chance.choice((0, 1, 1, 2))):
                clock.set(datetime.combine(first + timedelta(days=day), time(hour, 30), zone))
                answers = GOOD | ({"floor": {"value": "fail"}} if chance.random() < 0.3 else {})
                taken(phone, inspect(phone, checklist_id, answers, checkpoint=str(place), plan=str(plan_id), at=clock.now))
    clock.set(datetime.combine(first + timedelta(days=30), time(8), zone))
    today = first + timedelta(days=30)
    rows = []
    with looking(app) as session:
        for point, at, passed, score in session.execute(sa.text("SELECT checkpoint_id, at, passed, score FROM inspection")):
            moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
            rows.append((UUID(str(point)), moment.astimezone(zone), bool(passed), score))
    shown = page(sign_in("supervisor").get("/inspections/coverage/garden"))
    with app.app_context():
        site = db.session.get_one(Site, world.garden)
        found, weeks = coverage.map_of(site, now()), coverage.trend_of(site, now())
    assert found.days == [today - timedelta(days=n) for n in range(27, -1, -1)]
    for place, _name, cells in found.rows:
        for day, cell in zip(found.days, cells, strict=True):
            own = sorted(row for row in rows if row[0] == place and row[1].date() == day)
            late = bool(own) and min(row[1] for row in own).hour >= 20
            assert (cell.done, cell.failed) == (len(own), sum(not row[2] for row in own)), day
            assert (cell.late, cell.missed) == (int(late), int(not own and first <= day < today)), day
    monday = today - timedelta(days=today.weekday())
    for n, week in enumerate(weeks):
        begins = monday - timedelta(weeks=11 - n)
        own = [row for row in rows if begins <= row[1].date() < begins + timedelta(days=7)]
        scores = [row[3] for row in own if row[3] is not None]
        assert (week.begins, week.count, week.passed) == (begins, len(own), sum(row[2] for row in own))
        assert week.score == (round(sum(scores) / len(scores)) if scores else None)
    assert [str(week.score) for week in weeks if week.score is not None and str(week.score) not in shown.text] == []


# ---------------------------------------------------------------- the editor


def fields(*questions: dict[str, str], base: int = 1, **more: str) -> list[tuple[str, str]]:
    found = [("base", str(base)), ("pass_score", "90"), ("do", "save"), ("item", "section:0"), ("0.name", "大堂")]
    for n, question in enumerate(questions, 1):
        found += [
            ("item", f"question:{n}"),
            *((f"{n}.{name}", value) for name, value in ({"kind": "pass", "weight": "1"} | question).items()),
        ]
    return [(name, more.get(name, value)) for name, value in found] + [(name, value) for name, value in more.items() if name == "from_day"]


def as_form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def versions(app: Flask, checklist_id: UUID) -> list[tuple[int, list[str]]]:
    with looking(app) as session:
        found = session.get_one(Checklist, checklist_id).versions
        return [(one.number, [q["id"] for s in one.content["sections"] for q in s["questions"]]) for one in found]


def test_buttons_change_the_form_and_only_saving_keeps_anything(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    address = f"/checklists/items/{checklist_id}"
    two = ({"id": "a", "text": "First"}, {"id": "b", "text": "Second"})
    moved = office.post(address, as_form(fields(*two, do="down:1")))
    assert moved.status_code == 200 and moved.text.index("Second") < moved.text.index("First")
    assert office.post(address, as_form(fields(*two, do="preview"))).status_code == 200
    assert len(versions(app, checklist_id)) == 1
    assert office.post(address, as_form(fields(*two, {"text": "Third"}))).status_code == 302
    assert versions(app, checklist_id)[1] == (2, ["a", "b", "q1"])
    stale = office.post(address, as_form(fields(*two, base=1)))
    assert stale.status_code == 409 and len(versions(app, checklist_id)) == 2
    wrong = office.post(address, as_form(fields({"id": "a", "text": ""}, base=2)))
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text
    assert office.post(address, as_form(fields(*two, base=2, from_day="2020-01-01"))).status_code == 422


def test_a_version_of_a_later_day_is_not_asked_before(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    later = (local_day(now(), "Asia/Shanghai") + timedelta(days=3)).isoformat()
    assert (
        office.post(f"/checklists/items/{checklist_id}", as_form(fields({"id": "a", "text": "New one"}, from_day=later))).status_code == 302
    )
    assert "New one" not in sign_in("guard").get(f"/inspect/{checklist_id}").text
    clock.forward(days=3)
    assert "New one" in sign_in("guard").get(f"/inspect/{checklist_id}").text


def test_files_go_out_and_come_in_and_a_wrong_one_changes_nothing(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    address = f"/checklists/items/{checklist_id}"
    table = office.get(f"{address}/csv").data
    assert json.loads(office.get(f"{address}/json").data)["sections"][0]["name"] == "大堂"

    def read(data: bytes) -> Any:
        return office.post(f"{address}/import", {"file": (io.BytesIO(data), "list.csv")})

    book = office.get(f"{address}/xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet") and book.data[:4] == b"PK\x03\x04"
    for good in (table, book.data):
        assert "地面无垃圾" in read(good).text and "3 questions" in read(good).text
    for name, data, words in (
        ("list.xlsx", table, "no Excel workbook"), ("list.xlsx", book.data[:400], "no Excel workbook"), ("old.xls", b"\xd0\xcf\x11\xe0" * 90, "of the old kind"),
    ):  # fmt: skip
        answer = office.post(f"{address}/import", {"file": (io.BytesIO(data), name)})
        assert answer.status_code == 422 and words in answer.text and "nothing was changed" in answer.text
    back = read(table)
    assert back.status_code == 200 and "Nothing is kept before you save" in back.text
    head = table.splitlines()[0]
    for wrong, words in (
        (head.replace(b"kind", b"sort") + b"\nA", "Row 1, column sort"), (head + b"\nA,,q,pass,=cmd|'/C calc'!A0", "Row 2, column text"),
        (b"section,kind,text\n" + b"A,pass,x\n" * 50_000, "Row 302"), (b"{}", "sections"), (b"", "Row 1"),
    ):  # fmt: skip
        answer = read(wrong)
        assert answer.status_code == 422 and words in answer.text, words
    assert len(versions(app, checklist_id)) == 1


def test_a_list_is_begun_copied_renamed_and_retired(app: Flask, world: World, sign_in: SignIn) -> None:
    office = sign_in("supervisor")
    assert office.post("/checklists/garden", {"name": ""}).status_code == 422
    begun = office.post("/checklists/garden", {"name": "绿化", "service": "greening", "target": "area"})
    address = begun.location
    assert office.get(address).status_code == 200 and office.get(f"{address}/csv").status_code == 200
    with looking(app) as session:
        checklist_id = session.scalars(sa.select(Checklist.id).where(Checklist.name == "绿化")).one()
    assert sign_in("guard").get(f"/inspect/{checklist_id}").status_code == 404  # no version yet
    assert office.post(address, as_form(fields({"id": "a", "text": "浇水"}, base=0))).status_code == 302
    copied = office.post(f"{address}/settings", {"do": "copy"}).location
    assert "浇水" in office.get(copied).text
    assert office.post(f"{address}/settings", {"name": "绿化养护", "service": "greening", "target": "area"}).status_code == 302
    assert office.post(f"{address}/settings", {"do": "retire"}).status_code == 302
    assert page(office.get("/checklists/garden")) is not None and "绿化养护" not in office.get("/checklists/garden").text
    assert sign_in("guard").get(f"/inspect/{checklist_id}").status_code == 404
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WorkStep)) == 0


def test_the_daily_log_and_its_paper_say_how_many_were_made_and_failed(
    app: Flask, world: World, phone: Phone, sign_in: Callable[[str], Browser]
) -> None:
    checklist_id = make_checklist(app, world)
    for answers in (GOOD, GOOD, GOOD | {"heat": {"value": 48.5}}):
        taken(phone, inspect(phone, checklist_id, answers, checkpoint=str(world.gate.id)))
    office = sign_in("supervisor")
    for address in ("/log/garden/2026-11-23", "/log/garden/2026-11-23/paper"):
        shown = page(office.get(address)).text
        assert "3 inspections were made" in shown
        assert ", 1 failed." in shown
