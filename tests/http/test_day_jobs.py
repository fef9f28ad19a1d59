"""Requests and work orders in the daily log: what went wrong with them on the day, each from the facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.settling import rows_of
from tests.http.test_request_page import do_at, told
from tests.http.test_work_board import counting
from tests.http.test_work_office import do, press, raised
from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from webapp.core.db import db, writing
from webapp.service.models import Request, RequestEvent
from webapp.work_orders.models import WorkOrder, WorkSignature

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]


@pytest.fixture
def desk(sign_in: SignIn) -> Browser:
    return sign_in("desk")


@pytest.fixture
def log(sign_in: SignIn) -> Callable[..., str]:
    """A day of the log, as a supervisor reads it."""
    return lambda day="2026-11-23": page(sign_in("supervisor").get(f"/log/garden/{day}")).text


def test_a_clock_that_ran_out_stands_in_the_log_of_that_day(app: Flask, desk: Browser, clock: Clock, log: Any) -> None:
    request_id = told(desk, type_code="noise")
    assert "Reply" not in log()
    clock.forward(minutes=70)  # 23:40
    assert "Reply overdue Noise · 1-201 due 23:30, still open" in log()
    assert "2 clocks ran out" in log()  # nobody was sent either
    do_at(desk, request_id, "tell", verb="told", text="We are at it")
    assert "Reply late Noise · 1-201 due 23:30, 10 min late" in log()
    clock.forward(days=1, minutes=5)
    assert "Reply late" in log("2026-11-23")
    assert "Reply late" not in log("2026-11-24")
    assert "News overdue" in log("2026-11-24")
    assert "Handled overdue" in log("2026-11-24")


def test_an_urgent_order_that_nobody_was_on_site_for_in_time(app: Flask, world: World, clock: Clock, log: Any, phone_of: PhoneOf) -> None:
    order = raised(app, world, "lift", urgent=True)
    clock.forward(minutes=40)
    assert "On site overdue Lift · Lobby due 23:00, still open" in log()
    do(phone_of("technician"), order, "on_site")
    assert "On site late Lift · Lobby due 23:00, 10 min late" in log()


def test_an_urgent_order_of_a_request_is_told_once(app: Flask, desk: Browser, clock: Clock, log: Any) -> None:
    do_at(desk, told(desk, answers=["danger"]), "orders", seen="0")
    clock.forward(minutes=40)
    assert log().count("On site overdue") == 1


def test_what_was_taken_for_something_else_counts_from_the_day_on_which_the_desk_says_so(
    desk: Browser, clock: Clock, log: Any, sign_in: SignIn
) -> None:
    """A day that is past keeps what was known when it was over; what turns out to be too late by then is told on the day of the desk's word."""
    clock.set(NOW - timedelta(hours=4, minutes=30))  # 18:00
    request_id = told(desk)
    clock.forward(hours=1)
    do_at(desk, request_id, "orders", seen="0")
    do_at(desk, request_id, "tell", verb="told", text="We are at it")
    clock.forward(hours=14, minutes=30)  # 09:30
    before = [each.key for each in rows_of(sign_in("supervisor").get("/log/garden/2026-11-23"))]
    assert [key.split(":")[0] for key in before if key.startswith(("complaint", "clock"))] == ["clock"]  # nobody was sent
    assert "Handled" not in log("2026-11-24")
    do_at(desk, request_id, "class", type_code="noise", answers=["danger"])
    assert [each.key for each in rows_of(sign_in("supervisor").get("/log/garden/2026-11-23"))] == before
    assert "Complaint Noise · 1-201 09:30" in log("2026-11-24")
    assert "Handled overdue Noise · 1-201 due 23 Nov 20:00, still open" in log("2026-11-24")
    assert "On site overdue" not in log("2026-11-24")
    clock.forward(minutes=31)
    assert "On site overdue Water or a leak · 1-201 due 10:00, still open" in log("2026-11-24")  # within half an hour of the desk's word
    do_at(desk, request_id, "class", type_code="water")
    for _time in ("at once", "a day later"):
        shown = log("2026-11-24")
        assert "Complaint Water" not in shown  # the same day: as it was known when it was over
        assert "On site late Water or a leak · 1-201 due 10:00, 1 min late" in shown  # nobody came while it was urgent
        clock.forward(days=1)


def test_an_order_by_hand_that_was_not_done_in_time(app: Flask, world: World, clock: Clock, log: Any) -> None:
    raised(app, world)
    clock.forward(hours=25)
    assert "Handled overdue Something is broken · Lobby due 22:30, still open" in log("2026-11-24")
    assert "Handled overdue" not in log("2026-11-23")


def test_a_complaint_without_a_result(app: Flask, desk: Browser, log: Any) -> None:
    request_id = told(desk, type_code="conduct")
    with app.app_context(), writing():
        db.session.add(RequestEvent(request_id=request_id, verb="closed"))
    assert "Result not told Conduct of our staff · 1-201 clause 5.3.2" in log()


def test_what_residents_were_not_content_with(app: Flask, desk: Browser, log: Any, clock: Clock) -> None:
    request_id = told(desk)
    with looking(app) as session:
        address = f"/r/{session.scalars(sa.select(Request.token)).one()}"
    do_at(desk, request_id, "tell", verb="resolved", text="Done")
    resident = Browser(app)
    clock.forward(minutes=1)
    resident.post(address, {"verb": "rated", "stars": "2", "text": "It drips"})
    clock.forward(minutes=1)
    resident.post(address, {"verb": "reopened", "text": "Still"})
    shown = log()
    assert "2 of 5 stars Water or a leak · 1-201 22:31 · “It drips”" in shown
    assert "Opened again Water or a leak · 1-201 22:32 · “Still”" in shown


def test_clocks_that_were_stopped_say_why(app: Flask, world: World, desk: Browser, log: Any, phone_of: PhoneOf) -> None:
    do_at(desk, told(desk), "stop", cause="waiting_resident", text="Back on Friday")
    order = raised(app, world)
    do(phone_of("technician"), order, "on_site", "start")
    do(phone_of("technician"), order, "pause", cause="weather", reason="It pours")
    do(phone_of("technician"), order, "pause", cause="lunch", reason="Hungry")
    shown = log()
    assert "Clocks stopped Water or a leak · 1-201 22:30 · Desk · The resident has to answer or open · “Back on Friday”" in shown
    assert "Clocks stopped Something is broken · Lobby 22:30 · Technician · Weather · “It pours”" in shown
    assert "Hungry" not in shown


def test_repeats_reopenings_and_two_versions_of_orders(
    app: Flask, world: World, desk: Browser, log: Any, clock: Clock, phone_of: PhoneOf, sign_in: SignIn
) -> None:
    first = raised(app, world)
    do(phone_of("technician"), first, "on_site", "start", "finish")
    clock.forward(minutes=1)
    do(phone_of("guard"), first, "finish")
    assert "Two versions Something is broken · Lobby Two people finished it" in log()
    raised(app, world)
    assert "Repeat fault Something is broken · Lobby" in log()
    press(sign_in("supervisor"), first, "reopen", reason="It hangs again")
    assert "Opened again Something is broken · Lobby 22:31 · Supervisor · “It hangs again”" in log()


def test_a_low_rating_with_a_signature(app: Flask, world: World, log: Any, phone_of: PhoneOf) -> None:
    order = raised(app, world)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    with app.app_context(), writing():
        from webapp.core import clock as product_clock

        db.session.add(
            WorkSignature(
                order_id=order, charge="", shown={}, strokes=[], sha256="", way="screen", stars=1, words="Rude", at=product_clock.now()
            )
        )
    assert "1 of 5 stars Something is broken · Lobby 22:30 · “Rude”" in log()


def test_the_days_jobs_in_one_line(app: Flask, world: World, desk: Browser, log: Any, phone_of: PhoneOf) -> None:
    do_at(desk, told(desk), "tell", verb="resolved", text="Done")
    told(desk)
    do(phone_of("technician"), raised(app, world), "on_site", "start", "finish")
    raised(app, world, place_id=None)
    assert "2 requests came, 1 settled; 1 work order finished, in time; " in log()
    assert "request" not in log("2026-11-20").split("To decide")[0].split("daily log")[-1]


def test_a_finding_leads_to_the_request_that_was_made_of_it(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "result": "issue", "text": "The lamp is broken"}, after=[scan.id])
    phone.send(scan, note)
    with looking(app) as session:
        request_id = session.scalars(sa.select(Request.id).where(Request.record_id == UUID(note.id))).one()
    assert f"/requests/{request_id}" in sign_in("supervisor").get("/log/garden/2026-11-23").text


def test_the_log_asks_as_often_on_a_busy_day_as_on_a_quiet_one(
    app: Flask, world: World, desk: Browser, sign_in: SignIn, clock: Clock
) -> None:
    supervisor = sign_in("supervisor")
    for _n in range(1):
        do_at(desk, told(desk), "orders", seen="0")
        raised(app, world, urgent=True)
    clock.forward(minutes=50)
    supervisor.get("/log/garden/2026-11-23")
    with counting(app) as quiet:
        supervisor.get("/log/garden/2026-11-23")
    for _n in range(6):
        do_at(desk, told(desk), "orders", seen="0")
        raised(app, world, urgent=True)
    with counting(app) as busy:
        supervisor.get("/log/garden/2026-11-23")
    assert len(busy) == len(quiet)


# ---------------------------------------------------------------- incidents


def test_somebody_trapped_is_an_incident_of_the_day_in_the_log_on_paper_and_in_its_file(
    app: Flask, world: World, desk: Browser, clock: Clock, log: Any, sign_in: SignIn, phone_of: PhoneOf
) -> None:
    told(desk, type_code="noise")
    assert "Incidents 0" in log()
    trapped = told(desk, type_code="lift", answers=["trapped"])
    shown = log()
    assert " 1 incident; " in shown
    assert "Somebody is trapped · Lift" in shown
    assert "nobody there yet" in shown
    do_at(desk, trapped, "orders", seen="0")
    with looking(app) as session:
        (order,) = session.scalars(sa.select(WorkOrder.id).where(WorkOrder.request_id == trapped))
    clock.forward(minutes=12)
    do(phone_of("technician"), order, "on_site")
    assert "somebody there at 22:42" in log()
    supervisor = sign_in("supervisor")
    paper = page(supervisor.get("/log/garden/2026-11-23/paper")).text
    assert "Incidents 1" in paper
    assert "Somebody is trapped" in paper
    rows = supervisor.get("/log/garden/2026-11-23/paper?as=json").get_json()["rows"]
    assert [row["kind"] for row in rows if row["kind"].startswith("Incident")] == ["Incident: Somebody is trapped"]
    assert "No incident." in page(supervisor.get("/log/garden/2026-11-22/paper")).text
    clock.forward(days=1)
    assert "day before 1" in supervisor.get("/log/garden/2026-11-24").text.split(">Incidents<")[1][:200]
