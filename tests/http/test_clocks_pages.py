"""Warnings of clocks: each once, to the right people, however long nobody looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_request_page import do_at, told
from tests.http.test_work_office import do, press, raised
from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from webapp.core.db import is_writer, writing
from webapp.service import warn
from webapp.service.models import ClockWarning

SignIn = Callable[[str], Browser]


def look(app: Flask) -> None:
    """The background task, once."""
    with app.app_context(), writing():
        warn.warn({})


def warnings(app: Flask, **which: Any) -> list[tuple[str, int, str, datetime]]:
    with looking(app) as session:
        rows = session.execute(
            sa.select(ClockWarning.name, ClockWarning.percent, ClockWarning.role, ClockWarning.at)
            .filter_by(**which)
            .order_by(ClockWarning.at, ClockWarning.name)
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def desk(sign_in: SignIn) -> Browser:
    return sign_in("desk")


def test_each_warning_is_written_once_with_its_moment_however_long_nobody_looked(app: Flask, desk: Browser, clock: Clock) -> None:
    told(desk, type_code="noise")
    look(app)
    assert warnings(app) == []
    clock.forward(days=3)
    look(app)
    look(app)
    replies = warnings(app, name="reply")
    assert replies == [
        ("reply", 75, "technician", NOW + timedelta(minutes=45)),
        ("reply", 100, "supervisor", NOW + timedelta(minutes=60)),
        ("reply", 150, "manager", NOW + timedelta(minutes=90)),
    ]
    clock.forward(minutes=1)
    look(app)
    assert warnings(app, name="reply") == replies


def test_looking_keeps_no_writer_waiting(app: Flask, desk: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    told(desk, type_code="noise")
    clock.forward(hours=1)
    kept, seen_as_writer = warn.not_written, []

    def look_on(now: datetime) -> Any:
        seen_as_writer.append(is_writer())
        return kept(now)

    monkeypatch.setattr(warn, "not_written", look_on)
    look(app)
    assert seen_as_writer == [False]
    assert warnings(app, name="reply") != []


def test_what_was_late_and_is_over_by_now_is_still_written(app: Flask, desk: Browser, clock: Clock) -> None:
    request_id = told(desk, type_code="noise")
    clock.forward(minutes=50)
    do_at(desk, request_id, "tell", verb="resolved", text="It is quiet")
    do_at(desk, request_id, "close")
    clock.forward(days=2)
    look(app)
    assert [(name, percent) for name, percent, _role, _at in warnings(app, name="reply")] == [("reply", 75)]


def test_no_warning_for_what_was_kept_or_stood_still(app: Flask, desk: Browser, clock: Clock) -> None:
    request_id = told(desk)
    do_at(desk, request_id, "stop", cause="waiting_resident")
    clock.forward(days=2)
    look(app)
    assert warnings(app, name="handle") == []
    assert warnings(app, name="silence") == []


def test_an_order_without_a_request_warns_by_its_own_times(app: Flask, world: World, desk: Browser, clock: Clock) -> None:
    order = raised(app, world, urgent=True)
    press(desk, order, "assign", to=str(world.people["technician"]))
    clock.forward(minutes=24)
    look(app)
    assert warnings(app) == [("on_site", 75, "technician", NOW + timedelta(minutes=22, seconds=30))]
    with looking(app) as session:
        assert session.scalars(sa.select(ClockWarning.person_id)).one() == world.people["technician"]


def test_a_technician_on_site_in_time_is_not_warned(
    app: Flask, world: World, desk: Browser, clock: Clock, phone_of: Callable[[str], Phone]
) -> None:
    order = raised(app, world, urgent=True)
    clock.forward(minutes=20)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    clock.forward(days=1)
    look(app)
    assert warnings(app) == []


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("technician", ["75"]),
        ("desk", []),
        ("supervisor", ["100"]),
        ("manager", ["150"]),
        ("guard", []),
        ("elsewhere", []),
        ("admin", ["150"]),
    ],
)
def test_each_sees_the_warnings_that_go_to_them(
    app: Flask, world: World, desk: Browser, clock: Clock, sign_in: SignIn, who: str, sees: list[str]
) -> None:
    order = raised(app, world)  # a day to handle
    press(desk, order, "assign", to=str(world.people["technician"]))
    clock.forward(hours=37)
    look(app)
    browser = sign_in(who)
    shown = page(browser.get("/warnings")).text
    words = {"75": "Three quarters of its time are over", "100": "Its time is over", "150": "Half as long again"}
    assert [percent for percent, word in words.items() if word in shown] == sees
    if sees:
        assert f"/work-orders/{order}" in browser.get("/warnings").text
        assert "1 warning" in page(browser.get("/me")).text
        assert browser.post("/warnings/seen").status_code == 303
        assert "1 warning" not in page(browser.get("/me")).text
        assert words[sees[0]] in page(browser.get("/warnings")).text  # seen, not gone


def test_the_desk_hears_of_what_nobody_works_on_yet(app: Flask, desk: Browser, clock: Clock) -> None:
    request_id = told(desk, type_code="noise")
    clock.forward(minutes=46)
    look(app)
    assert f"/requests/{request_id}" in desk.get("/warnings").text
    assert "Reply" in page(desk.get("/warnings")).text


def test_a_technician_is_led_from_a_requests_warning_to_the_order(
    app: Flask, world: World, desk: Browser, clock: Clock, sign_in: SignIn
) -> None:
    request_id = told(desk)
    order = UUID(do_at(desk, request_id, "orders", seen="0").location.rsplit("/", 1)[1])
    press(desk, order, "assign", to=str(world.people["technician"]))
    clock.forward(hours=20)
    look(app)
    text = sign_in("technician").get("/warnings").text
    assert f"/work-orders/{order}" in text
    assert f"/requests/{request_id}" not in text


def test_a_supervisor_may_look_at_all_of_the_site(app: Flask, world: World, clock: Clock, sign_in: SignIn) -> None:
    raised(app, world)
    clock.forward(days=2)
    look(app)
    assert "Three quarters" not in page(sign_in("supervisor").get("/warnings")).text
    assert "Three quarters" in page(sign_in("supervisor").get("/warnings?all=1")).text
    assert "Three quarters" not in page(sign_in("elsewhere").get("/warnings?all=1")).text
