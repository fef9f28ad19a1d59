"""A site's types of work, and its service agreement: data with versions that never change the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_request_page import shown, told
from tests.making import Browser, Clock, World, looking, page
from webapp.standards.models import ServiceAgreement
from webapp.work_orders.models import SiteType
from webapp.work_orders.queries import types_of

SignIn = Callable[[str], Browser]
LIGHT = {
    "name": "路灯", "name_en": "Street lamp", "kind": "repair", "service": "repair", "trade": "guard", "dispatch": "rotate", "payer": "property", "order": "3",
}  # fmt: skip


def test_a_type_is_changed_for_this_site_alone(app: Flask, world: World, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    assert "Light is out" in page(supervisor.get("/types/garden")).text
    assert supervisor.get("/types").location == "/types/garden"
    assert supervisor.post("/types/garden/light", LIGHT).status_code == 302
    assert "Street lamp" in page(supervisor.get("/types/garden")).text
    with app.app_context():
        assert types_of(world.garden)["light"].trade == "guard"
        assert not types_of(world.garden)["light"].public
        assert types_of(world.river)["light"].trade == "technician"


def test_a_type_is_added_and_offered_on_the_label(app: Flask, world: World, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    assert supervisor.post("/types/garden/new", LIGHT | {"public": "1"}).status_code == 302
    with looking(app) as session:
        made = session.scalars(sa.select(SiteType)).one()
        assert (made.name_en, made.public) == ("Street lamp", True)
        code = made.code
    assert "Street lamp" in page(Browser(app).get(f"/c/{world.gate.code}/report")).text
    told(sign_in("desk"), type_code=code)


def test_a_retired_type_is_offered_to_nobody_and_may_come_back(app: Flask, world: World, sign_in: SignIn) -> None:
    supervisor, desk = sign_in("supervisor"), sign_in("desk")
    supervisor.post("/types/garden/light", {"do": "retire"})
    assert "Retired" in page(supervisor.get("/types/garden")).text
    assert "Light is out" not in page(desk.get("/requests/new")).text
    said = {"channel": "phone", "type_code": "light", "text": "Dark"}
    assert desk.post("/requests/new", said).status_code == 422
    supervisor.post("/types/garden/light", {"do": "restore"})
    assert desk.post("/requests/new", said).status_code == 303
    assert supervisor.post("/types/garden/other", {"do": "retire"}).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"kind": "magic"}, {"trade": "wizard"}, {"order": "-1"}, {"order": "many"}, {"name": "x" * 81}]
)
def test_what_is_no_type_is_said(app: Flask, sign_in: SignIn, wrong: dict[str, str]) -> None:
    answer = sign_in("supervisor").post("/types/garden/new", LIGHT | wrong)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert sign_in("supervisor").get("/types/garden/dragon").status_code == 404


# ---------------------------------------------------------------- the agreement

TIMES: dict[str, Any] = {
    "from_day": "2026-11-23", "reply_minutes": 30, "dispatch_routine": 20, "dispatch_urgent": 4, "on_site_minutes": 15, "handle_routine": 600,
    "handle_urgent": 60, "silence_routine": 300, "silence_urgent": 30, "reopen_days": 3,
}  # fmt: skip


def test_a_new_version_holds_from_its_day_on_and_leaves_the_past_alone(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    desk, manager = sign_in("desk"), sign_in("manager")
    before = told(desk, type_code="noise")
    clock.forward(minutes=10)
    assert "the handbook’s own figures" in page(manager.get("/agreements/garden")).text
    assert manager.post("/agreements/garden", TIMES).status_code == 303
    clock.forward(minutes=10)
    after = told(desk, type_code="noise")
    assert "Reply 40 min left" in shown(desk, before)  # an hour, as when it came
    assert "Reply 30 min left" in shown(desk, after)
    manager.post("/agreements/garden", TIMES | {"from_day": "2026-11-24", "reply_minutes": 5})
    manager.post("/agreements/garden", TIMES | {"from_day": "2026-11-24", "reply_minutes": 7})
    assert "To come" in page(manager.get("/agreements/garden")).text
    clock.forward(days=1)
    assert "Reply 7 min left" in shown(desk, told(desk, type_code="noise"))  # the one that was agreed last
    assert "Reply 23 h 30 min late" in shown(desk, after)


def test_single_types_have_set_times_of_their_own(sign_in: SignIn, clock: Clock) -> None:
    manager, desk = sign_in("manager"), sign_in("desk")
    assert manager.post("/agreements/garden", TIMES | {"water.routine": "90", "water.urgent": "45"}).status_code == 303
    clock.forward(seconds=1)
    assert "Handled 1 h 30 min left" in shown(desk, told(desk))
    assert "Handled 10 h left" in shown(desk, told(desk, type_code="damage"))
    assert "Handled: Water or a leak" in page(manager.get("/agreements/garden")).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from_day": "2026-11-22"}, "From today on at the earliest"),
        ({"from_day": ""}, "Please fill this in."),
        ({"from_day": "soon"}, "Please give a date or time"),
        ({"reply_minutes": 0}, "Not less than 1."),
        ({"reply_minutes": -5}, "Not less than 1."),
        ({"handle_routine": "a day"}, "Please give a number."),
        ({"reopen_days": 400}, "Not more than 365."),
        ({"water.routine": "90"}, "Please fill this in."),
        ({"water.routine": "0", "water.urgent": "5"}, "Not less than 1."),
    ],
)
def test_what_cannot_be_agreed_is_said(app: Flask, sign_in: SignIn, wrong: dict[str, Any], said: str) -> None:
    answer = sign_in("manager").post("/agreements/garden", TIMES | wrong)
    assert answer.status_code == 422
    assert said in page(answer).text
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ServiceAgreement)) == 0


def test_a_supervisor_sees_it_and_a_manager_changes_it(sign_in: SignIn) -> None:
    assert "Set times of single types" not in page(sign_in("supervisor").get("/agreements/garden")).text
    assert sign_in("supervisor").post("/agreements/garden", TIMES).status_code == 404
    assert sign_in("elsewhere").get("/agreements/garden").status_code == 404


def test_clocks_of_the_day_before_a_version_keep_their_version(sign_in: SignIn, clock: Clock) -> None:
    desk, manager = sign_in("desk"), sign_in("manager")
    early = told(desk, type_code="noise")
    clock.forward(minutes=1)
    manager.post("/agreements/garden", TIMES | {"reply_minutes": 1})
    clock.set(clock.now + timedelta(minutes=30))
    assert "Reply 29 min left" in shown(desk, early)
