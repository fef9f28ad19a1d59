"""What the desk does about one request; the list's filters; complaints of a month; the flow chart."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.test_work_board import counting
from tests.http.test_work_office import do, press
from tests.making import Browser, Clock, Phone, World, looking, named_photo, page, picture
from webapp.service.models import Request, RequestEvent
from webapp.standards.rules import STOP_REASONS
from webapp.work_orders.models import WorkOrder, WorkPhoto

SignIn = Callable[[str], Browser]


@pytest.fixture
def desk(sign_in: SignIn) -> Browser:
    return sign_in("desk")


def told(desk: Browser, **more: Any) -> UUID:
    """Something told to the desk; gives its request's id."""
    said = {"channel": "phone", "type_code": "water", "text": "A pipe drips", "spot": "1-201", "phone": "138 0013 8000"}
    answer = desk.post("/requests/new", said | more)
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rsplit("/", 1)[1])


def do_at(desk: Browser, request_id: UUID, what: str, **form: Any) -> Any:
    return desk.post(f"/requests/{request_id}/{what}", form)


def shown(desk: Browser, request_id: UUID) -> str:
    return page(desk.get(f"/requests/{request_id}")).text


def events(app: Flask, request_id: UUID) -> list[str]:
    with looking(app) as session:
        return list(session.scalars(sa.select(RequestEvent.verb).where(RequestEvent.request_id == request_id).order_by(RequestEvent.at)))


def test_source_and_flat_are_kept_and_shown(desk: Browser) -> None:
    seen = shown(desk, told(desk, source="owners_committee"))
    assert "The owners’ committee" in seen
    assert "1-201" in seen


def test_a_work_order_is_raised_with_one_tap_and_words_photos_and_telephone_go_along(app: Flask, world: World, desk: Browser) -> None:
    content = picture()
    Browser(app).post(
        f"/c/{world.gate.code}/report",
        {"type_code": "damage", "text": "The handle is loose", "phone": "13800138000", "photos": (io.BytesIO(content), "a.jpg")},
    )
    with looking(app) as session:
        request_id = session.scalars(sa.select(Request.id)).one()
    assert "Raise a work order" in shown(desk, request_id)
    answer = do_at(desk, request_id, "orders", seen="0")
    assert answer.status_code == 303
    with looking(app) as session:
        order = session.scalars(sa.select(WorkOrder)).one()
        assert (order.text, order.phone, order.checkpoint_id, order.request_id) == (
            "The handle is loose",
            "13800138000",
            world.gate.id,
            request_id,
        )
        assert session.scalars(sa.select(WorkPhoto.sha256)).all() == [named_photo(content)["sha256"]]
        number = order.number
    assert number in shown(desk, request_id)
    assert do_at(desk, request_id, "orders", seen="0").status_code == 409  # a second tap on the old page
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WorkOrder)) == 1


def test_silence_is_broken_with_one_tap_in_the_residents_language(app: Flask, desk: Browser) -> None:
    request_id = told(desk)
    with looking(app) as session:
        language, token = session.execute(sa.select(Request.language, Request.token)).one()
    assert language == "en"
    words = "Somebody is on the way to you."
    assert words in shown(desk, request_id)
    assert do_at(desk, request_id, "tell", verb="told", text=words).status_code == 302
    assert words in page(Browser(app).get(f"/r/{token}")).text


def test_every_clock_stands_there_with_its_state(desk: Browser, clock: Clock) -> None:
    request_id = told(desk, type_code="noise")
    seen = shown(desk, request_id)
    assert "Reply 1 h left" in seen and "Running" in seen
    clock.forward(minutes=50)
    assert "Reply 10 min left" in shown(desk, request_id)
    assert "Soon due" in shown(desk, request_id)
    clock.forward(minutes=9, seconds=30)
    assert "Reply less than 1 min left" in shown(desk, request_id)
    clock.forward(minutes=1)
    assert "Reply less than 1 min late" in shown(desk, request_id)
    clock.forward(minutes=9, seconds=30)
    assert "Reply 10 min late" in shown(desk, request_id)
    assert "Overdue" in shown(desk, request_id)
    do_at(desk, request_id, "tell", verb="told", text="We are at it")
    seen = shown(desk, request_id)
    assert "Reply 1 h 10 min of 1 h" in seen and "Too late" in seen


@pytest.mark.parametrize("cause", STOP_REASONS)
def test_clocks_stop_for_each_reason_on_the_list_and_go_on(app: Flask, desk: Browser, clock: Clock, cause: str) -> None:
    request_id = told(desk)
    until = (clock.now + timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")  # as the site's wall clock says it: two hours on
    form = {"cause": cause, "text": "They said so"} | ({"until": until} if cause == "appointment" else {})
    assert do_at(desk, request_id, "stop", **form).status_code == 302
    seen = shown(desk, request_id)
    assert "Stands still" in seen and "They said so" in seen
    clock.forward(minutes=30)
    assert do_at(desk, request_id, "resume").status_code == 302
    assert do_at(desk, request_id, "resume").status_code == 409
    assert events(app, request_id) == ["stopped", "resumed"]
    assert "Handled 24 h left" not in shown(desk, request_id)
    assert "Handled 1 d left" in shown(desk, request_id)  # the half hour does not count


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"cause": ""}, "Please fill this in."),
        ({"cause": "tired"}, "This is not possible here."),
        ({"cause": "appointment"}, "When is the appointment?"),
        ({"cause": "appointment", "until": "2026-11-23T10:00"}, "still to come"),
        ({"cause": "appointment", "until": "2028-11-23T10:00"}, "still to come"),
        ({"cause": "appointment", "until": "tomorrow"}, "Please give a date or time"),
    ],
)
def test_no_clock_stops_for_anything_else(app: Flask, desk: Browser, form: dict[str, str], said: str) -> None:
    request_id = told(desk)
    answer = do_at(desk, request_id, "stop", **form)
    assert answer.status_code == 422
    assert said in page(answer).text
    assert events(app, request_id) == []


def test_the_desk_corrects_what_it_is_without_an_administrator(app: Flask, desk: Browser) -> None:
    request_id = told(desk)
    assert do_at(desk, request_id, "class", type_code="dragon").status_code == 422
    assert do_at(desk, request_id, "class", type_code="noise", answers="danger").status_code == 302
    seen = shown(desk, request_id)
    assert "Noise · Urgent" in seen and "Complaint" in seen
    with looking(app) as session:
        assert session.scalars(sa.select(Request.type_code)).one() == "water"  # what was said stays
    assert "Noise" in page(desk.get("/requests?kind=complaint&urgent=1")).text
    assert "No such request" in page(desk.get("/requests?kind=repair")).text


def test_a_complaint_is_looked_into_told_and_only_then_closed(app: Flask, desk: Browser) -> None:
    request_id = told(desk, type_code="conduct", text="He shouted")
    with looking(app) as session:
        token = session.scalars(sa.select(Request.token)).one()
    assert do_at(desk, request_id, "investigation", note="").status_code == 422
    assert do_at(desk, request_id, "investigation", note="Seen on the camera").status_code == 302
    assert "Seen on the camera" in shown(desk, request_id)
    assert "Seen on the camera" not in Browser(app).get(f"/r/{token}").text
    answer = do_at(desk, request_id, "close")
    assert answer.status_code == 422
    assert "clause 5.3.2" in page(answer).text
    do_at(desk, request_id, "tell", verb="resolved", text="He said sorry")
    assert do_at(desk, request_id, "close").status_code == 302
    assert do_at(desk, request_id, "close").status_code == 409
    assert do_at(desk, request_id, "orders", seen="0").status_code == 409
    assert "Closed · 23 Nov 22:30" in page(desk.get("/requests?state=ended")).text


def test_a_link_is_renewed_and_the_old_one_opens_nothing(app: Flask, desk: Browser) -> None:
    request_id = told(desk)
    with looking(app) as session:
        old = session.scalars(sa.select(Request.token)).one()
    assert do_at(desk, request_id, "link").status_code == 302
    assert Browser(app).get(f"/r/{old}").status_code == 404
    with looking(app) as session:
        assert Browser(app).get(f"/r/{session.scalars(sa.select(Request.token)).one()}").status_code == 200


@pytest.mark.parametrize("verb", ["tell", "orders", "stop", "resume", "class", "investigation", "close", "link"])
@pytest.mark.parametrize("who", ["elsewhere", "guard"])
def test_strangers_do_nothing_about_it(desk: Browser, sign_in: SignIn, verb: str, who: str) -> None:
    assert do_at(sign_in(who), told(desk), verb).status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "ab"),
        ("site=garden", "ab"),
        ("q=1-201", "a"),
        ("q=13800138", "a"),
        ("q=lobby", "b"),
        ("q=loud", "b"),
        ("q=%25", ""),
        ("channel=counter", "b"),
        ("kind=complaint", "b"),
        ("type=water", "a"),
        ("urgent=1", "a"),
        ("state=ended", ""),
        ("state=all", "ab"),
        ("state=heaven&kind=x&channel=y", "ab"),
        ("step=received", "ab"),
        ("step=done", ""),
        ("q={number}", "b"),
    ],
)
def test_the_lists_filters_live_in_the_address(app: Flask, world: World, desk: Browser, asked: str, found: str) -> None:
    a = told(desk, answers=["outage"])
    b = told(desk, type_code="noise", text="Too loud", channel="counter", spot="", phone="", place_id=str(world.lobby))
    with looking(app) as session:
        number = session.scalars(sa.select(Request.number).where(Request.id == b)).one()
    text = desk.get(f"/requests?{asked.format(number=number)}").text
    assert "".join(letter for letter, key in (("a", a), ("b", b)) if f"/requests/{key}" in text) == found


def test_what_is_opened_again_opens_nothing_else(app: Flask, desk: Browser, clock: Clock) -> None:
    settled, disputed = told(desk, text="Quiet now"), told(desk, text="Loud again")
    for request_id in (settled, disputed):
        do_at(desk, request_id, "tell", verb="resolved", text="Done")
    clock.forward(minutes=1)
    with looking(app) as session:
        token = session.scalars(sa.select(Request.token).where(Request.id == disputed)).one()
    Browser(app).post(f"/r/{token}", {"verb": "reopened", "text": "Still"})
    shown_open = page(desk.get("/requests")).text
    assert "Loud again" in shown_open
    assert "Quiet now" not in shown_open
    assert "Quiet now" in page(desk.get("/requests?state=ended")).text


def test_opened_again_it_stands_at_the_beginning_and_wants_a_work_order(
    app: Flask, desk: Browser, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    request_id = told(desk)
    do_at(desk, request_id, "orders", seen="0")
    with looking(app) as session:
        order_id = session.scalars(sa.select(WorkOrder.id).where(WorkOrder.request_id == request_id)).one()
        token = session.scalars(sa.select(Request.token).where(Request.id == request_id)).one()
    technician = phone_of("technician")
    for verb in ("accept", "start", "finish"):
        clock.forward(minutes=10)
        technician.send(technician.record("work-step", {"order": str(order_id), "verb": verb}))
    assert f"/requests/{request_id}" in desk.get("/requests?step=done&state=all").text
    do_at(desk, request_id, "tell", verb="resolved", text="Done")
    clock.forward(minutes=1)
    Browser(app).post(f"/r/{token}", {"verb": "reopened", "text": "It drips again"})
    assert f"/requests/{request_id}" in desk.get("/requests?step=received").text
    again = re.search(r'<button class="([^"]+)"[^>]*>.{0,300}?Raise another work order', desk.get(f"/requests/{request_id}").text, re.S)
    assert again is not None
    assert "next" in again[1]


def test_the_list_asks_as_often_with_many_requests_as_with_few(app: Flask, desk: Browser) -> None:
    do_at(desk, told(desk), "orders", seen="0")
    desk.get("/requests")
    with counting(app) as few:
        desk.get("/requests")
    for _n in range(8):
        do_at(desk, told(desk), "orders", seen="0")
    with counting(app) as many:
        desk.get("/requests")
    assert len(many) == len(few) <= 14


# ---------------------------------------------------------------- summed up


def test_complaints_of_a_month_by_type_and_source(app: Flask, desk: Browser, clock: Clock, sign_in: SignIn) -> None:
    first = told(desk, type_code="noise")
    told(desk, type_code="noise", source="authority")
    corrected = told(desk)
    told(desk)
    do_at(desk, corrected, "class", type_code="noise")
    do_at(desk, first, "tell", verb="resolved", text="It is quiet")
    clock.forward(hours=2)
    found = page(desk.get("/requests/complaints"))
    assert "Noise A resident 2 1/2 1/1 –" in found.text
    assert "Noise An authority 1 0/1 – –" in found.text
    assert "No complaint in this month" in page(desk.get("/requests/complaints?month=2026-10")).text
    assert desk.get("/requests/complaints?month=2026-13").status_code == 404
    assert sign_in("elsewhere").get("/requests/complaints?site=garden").status_code == 404


def test_the_flow_chart_counts_what_stands_where_and_leads_to_it(
    app: Flask, world: World, desk: Browser, clock: Clock, phone_of: Callable[[str], Phone], sign_in: SignIn
) -> None:
    waiting, going = told(desk), told(desk, type_code="damage")
    clock.forward(minutes=10)
    do_at(desk, going, "tell", verb="told", text="We are at it")
    order = UUID(do_at(desk, going, "orders", seen="0").location.rsplit("/", 1)[1])
    clock.forward(minutes=20)
    press(desk, order, "assign", to=str(world.people["technician"]))
    do(phone_of("technician"), order, "on_site")
    clock.forward(minutes=30)
    found = page(desk.get("/flow/garden")).text
    assert "Received 1 1 h – –" in found
    assert "On site 1 30 min" in found
    assert "Dispatched 0 – 20 min 1" in found
    here = desk.get("/requests?state=all&step=on_site&site=garden").text
    assert f"/requests/{going}" in here and f"/requests/{waiting}" not in here
    assert "<html" not in desk.get("/flow/garden", HX_Request="true").text
    assert sign_in("elsewhere").get("/flow/garden").status_code == 404
