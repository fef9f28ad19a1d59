"""The whole way over HTTP, on each engine: report by a label, dispatch, the technician's records hours late, charge, signature, rating, clocks."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from tests.http.test_request_page import do_at
from tests.http.test_work_office import press
from tests.http.working import SCRIBBLE, make_prices, order_of, step, used
from tests.making import NOW, Browser, Clock, Phone, World, looking, named_photo, page, picture
from webapp.service.models import ClockWarning, Request, RequestEvent
from webapp.work_orders.models import WorkSignature, WorkStep


def test_from_the_report_by_a_label_to_the_signed_paid_and_rated_order(
    app: Flask, world: World, clock: Clock, phone_of: Callable[[str], Phone], sign_in: Callable[[str], Browser]
) -> None:
    prices, resident, desk, boss = make_prices(app, world), Browser(app), sign_in("desk"), sign_in("supervisor")
    phone, before, after, inner = phone_of("technician"), picture(colour="red"), picture(colour="blue"), picture(colour="black")

    # Somebody without an account scans the label, says what is wrong, and follows it on a page of their own.
    said = {"type_code": "lift", "text": "It stands between two floors", "answers": ["outage"], "phone": "138 0013 8000"}
    answer = resident.post(f"/c/{world.gate.code}/report", said | {"photos": (io.BytesIO(inner), "lift.jpg")})
    assert answer.status_code == 303
    own = answer.location
    assert "Received" in page(resident.get(own)).text
    with looking(app) as session:
        request_id = session.scalars(sa.select(Request.id)).one()

    # The desk answers with one tap, raises the order with one, and gives it to somebody; who pays is the supervisor's word.
    clock.forward(minutes=2)
    do_at(desk, request_id, "tell", verb="told", text="Somebody is on the way to you.")
    order = UUID(do_at(desk, request_id, "orders", seen="0").location.rsplit("/", 1)[1])
    press(desk, order, "assign", to=str(world.people["technician"]))
    assert boss.post(f"/work-orders/{order}/payer", {"payer": "resident"}).status_code == 302
    assert "It stands between two floors" in page(sign_in("technician").get("/work-orders/mine")).text

    # In the basement: steps, photos, what was used. All of it arrives three hours later, and falls where it happened.
    start = clock.now
    records = [
        step(phone, order, "accept", at=start + timedelta(minutes=1)),
        step(phone, order, "on_the_way", at=start + timedelta(minutes=2)),
        step(phone, order, "on_site", at=start + timedelta(minutes=12), code=world.gate.code),
        step(phone, order, "photo", at=start + timedelta(minutes=13), stage="before", photos=[named_photo(before)]),
        step(phone, order, "start", at=start + timedelta(minutes=14)),
        step(phone, order, "photo", at=start + timedelta(minutes=50), stage="after", photos=[named_photo(after)]),
        step(phone, order, "use", at=start + timedelta(minutes=55), lines=used(prices)),
        step(phone, order, "finish", at=start + timedelta(minutes=56)),
    ]
    clock.forward(hours=3)
    assert {r["status"] for r in phone.send(*records)} == {"accepted"}
    for content in (before, after):
        phone.put_photo(content)
    found = order_of(app, order)
    assert (found.state, found.on_site_at, found.finished_at) == ("finished", start + timedelta(minutes=12), start + timedelta(minutes=56))
    assert found.finished_at <= found.due_by
    assert {r["status"] for r in phone.send(*records)} == {"duplicate"}

    # The resident sees what it cost, both photos and nobody's full name; signs, and pays at the desk.
    seen = resident.get(own)
    text = page(seen).text
    for words in ("¥30.00", "¥85.00", "To pay ¥165.00", "Not signed yet", "Somebody is on the way to you.", "On site", "Finished"):
        assert words in text, words
    for content, status in ((before, 200), (after, 200), (inner, 200)):
        assert resident.get(f"{own}/photos/{named_photo(content)['sha256']}").status_code == status
    (charge,) = re.findall(r'name="charge" value="([0-9a-f]{64})"', seen.text)
    there = f"{own}/orders/{order}/sign"
    assert resident.post(there, {"charge": charge, "strokes": json.dumps(SCRIBBLE), "name": "Ms Li"}).status_code == 303
    assert desk.post(f"/work-orders/{order}/payments", {"way": "wechat", "amount": "165", "number": "R-1"}).status_code == 302
    assert "Paid" in page(resident.get(own)).text
    assert "Itemised charge" in page(resident.get(f"{own}/orders/{order}/receipt")).text

    # The supervisor verifies, the desk tells the result, the resident rates; nothing was late and nobody was warned.
    press(boss, order, "verify")
    do_at(desk, request_id, "tell", verb="resolved", text="The lift runs again")
    assert resident.post(own, {"verb": "rated", "stars": "4", "text": "Quick"}).status_code == 303
    text = page(resident.get(own)).text
    for words in ("The lift runs again", "4 of 5 stars", "Signed the charge", "Resolved"):
        assert words in text, words
    clocks = page(boss.get(f"/requests/{request_id}")).text
    assert clocks.count("Kept") >= 3
    log = page(boss.get(f"/log/garden/{NOW.date().isoformat()}")).text
    assert "1 work order finished, in time" in log
    assert "Charged ¥165.00 Paid ¥165.00 Outstanding ¥0.00" in page(boss.get("/charges/garden/2026-11")).text
    with looking(app) as session:
        assert session.scalars(sa.select(WorkSignature.way)).all() == ["link"]
        assert session.scalars(sa.select(RequestEvent.verb).order_by(RequestEvent.at, RequestEvent.id)).all() == [
            "told", "resolved", "result_told", "rated",
        ]  # fmt: skip
        verbs = session.scalars(sa.select(WorkStep.verb).where(WorkStep.order_id == order).order_by(WorkStep.at)).all()
        assert verbs == ["assign", "payer", "accept", "on_the_way", "on_site", "photo", "start", "photo", "use", "finish", "verify"]
        assert session.scalars(sa.select(ClockWarning)).all() == []
