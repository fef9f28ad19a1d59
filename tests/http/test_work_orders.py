"""Work orders from their raising to the record of each step: what the intake takes, and where it brings the order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.working import make_order, make_prices, order_of, signing, standing, step, used
from tests.making import Browser, Clock, Phone, World, looking, named_photo, page, picture
from webapp.core.db import db, writing
from webapp.people.models import Person
from webapp.service import actions as service
from webapp.service.models import Request
from webapp.service.queries import look
from webapp.standards import actions as standards
from webapp.standards.rules import HANDBOOK, ByUrgency
from webapp.work_orders import actions, pricing, queries
from webapp.work_orders.models import WorkOrder, WorkSignature, WorkStep, WorkUse

PhoneOf = Callable[[str], Phone]
SignIn = Callable[[str], Browser]
WAY = ("accept", "on_the_way", "on_site", "start", "finish")


def test_a_job_goes_its_way_step_by_step(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    seen = [order_of(app, order_id).state]
    for verb in WAY:
        clock.forward(minutes=4)
        assert phone.one(step(phone, order_id, verb))["status"] == "accepted"
        seen.append(order_of(app, order_id).state)
    assert seen == ["assigned", "accepted", "on_the_way", "on_site", "running", "finished"]
    order = order_of(app, order_id)
    assert (order.assignee_id, order.finished_at) == (world.people["technician"], clock.now)


def test_what_is_written_beside_an_order_is_what_its_steps_say(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    """The columns are a written-down fold: asking again gives the same."""
    order_id, phone = make_order(app, world), phone_of("technician")
    for verb in ("accept", "start", "pause", "resume", "part_finish"):
        clock.forward(minutes=7)
        phone.one(step(phone, order_id, verb, reason="why", remainder="The second tap"))
    written, told = order_of(app, order_id), standing(app, order_id)
    assert (written.state, written.since, written.assignee_id) == (told.state, told.since, told.assignee_id)
    assert (written.on_site_at, written.finished_at, written.closed_at) == (
        told.on_site_at or told.started_at,
        told.finished_at,
        told.closed_at,
    )


def test_steps_in_any_order_of_arrival_bring_the_same(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    phone = phone_of("technician")
    one, other = make_order(app, world), make_order(app, world)
    made = []
    for n, verb in enumerate(WAY):
        made.append(
            (step(phone, one, verb, at=clock.now + timedelta(minutes=n)), step(phone, other, verb, at=clock.now + timedelta(minutes=n)))
        )
    clock.forward(hours=3)
    phone.send(*(first for first, _second in made))
    phone.send(*(second for _first, second in reversed(made)))
    assert order_of(app, one).state == order_of(app, other).state == "finished"
    assert order_of(app, one).finished_at == order_of(app, other).finished_at


def test_half_done_leaves_an_order_for_the_rest(app: Flask, world: World, phone_of: PhoneOf) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    phone.send(step(phone, order_id, "start"), step(phone, order_id, "part_finish", remainder="The cellar's tap is still to be done"))
    with looking(app) as session:
        (rest,) = session.scalars(sa.select(WorkOrder).where(WorkOrder.part_of_id == order_id)).all()
        assert (rest.text, rest.origin, rest.place_id, rest.state) == (
            "The cellar's tap is still to be done",
            "remainder",
            world.lobby,
            "new",
        )
        assert rest.repeat_of_id is None
        rest_id = rest.id
    assert standing(app, order_id).remainder_id == rest_id


def test_the_same_fault_within_thirty_days_is_linked(app: Flask, world: World, clock: Clock) -> None:
    first = make_order(app, world, "light")
    clock.forward(days=10)
    again = make_order(app, world, "light")
    elsewhere = make_order(app, world, "light", place_id=None)
    other = make_order(app, world, "water")
    clock.forward(days=31)
    late = make_order(app, world, "light")
    assert [order_of(app, one).repeat_of_id for one in (again, elsewhere, other, late)] == [first, None, None, None]


def test_urgent_work_is_due_on_site_by_the_agreement_in_force(app: Flask, world: World, clock: Clock) -> None:
    order = order_of(app, make_order(app, world, urgent=True))
    assert order.on_site_due_at == clock.now + timedelta(minutes=30)
    assert order.due_at == clock.now + timedelta(hours=2)
    with app.app_context(), writing():
        agreed = HANDBOOK.__class__(clock.now, on_site_minutes=15, handle_by_type={"home": ByUrgency(600, 45)})
        standards.agree(world.garden, agreed, world.people["manager"], clock.now)
    order = order_of(app, make_order(app, world, urgent=True))
    assert (order.on_site_due_at, order.due_at) == (clock.now + timedelta(minutes=15), clock.now + timedelta(minutes=45))


def test_an_offer_goes_to_the_trade_and_the_first_who_takes_it_has_it(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id = make_order(app, world, "light", assign=None)
    assert (order_of(app, order_id).state, order_of(app, order_id).offered_trade) == ("offered", "technician")
    assert sign_in("technician").get(f"/work-orders/{order_id}").status_code == 200
    assert sign_in("guard").get(f"/work-orders/{order_id}").status_code == 404
    phone = phone_of("technician")
    phone.one(step(phone, order_id, "take"))
    assert (order_of(app, order_id).state, order_of(app, order_id).assignee_id) == ("accepted", world.people["technician"])


def test_in_turn_it_goes_to_who_is_on_duty_with_the_fewest(app: Flask, world: World, phone_of: PhoneOf) -> None:
    with app.app_context(), writing():
        for name in ("guard", "colleague"):
            db.session.get_one(Person, world.people[name]).trade = "cleaner"
    assert order_of(app, make_order(app, world, "dirt", assign=None)).state == "new"  # nobody is on duty
    for name in ("guard", "colleague"):
        phone = phone_of(name)
        phone.one(phone.record("duty", {"verb": "on", "site": "garden"}))
    given = [order_of(app, make_order(app, world, "dirt", assign=None)).assignee_id for _n in range(4)]
    assert sorted(map(str, given[:2])) == sorted(map(str, (world.people["guard"], world.people["colleague"])))
    assert sorted(map(str, given[2:])) == sorted(map(str, given[:2]))


def test_two_who_finish_it_make_one_history_and_one_conflict(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    order_id, mine, other = make_order(app, world), phone_of("technician"), phone_of("colleague")
    ours = [step(mine, order_id, "start"), step(mine, order_id, "finish", at=clock.now + timedelta(minutes=20))]
    theirs = [
        step(other, order_id, "start", at=clock.now + timedelta(minutes=5)),
        step(other, order_id, "finish", at=clock.now + timedelta(minutes=30)),
    ]
    clock.forward(hours=1)
    assert {r["status"] for r in (*other.send(*theirs), *mine.send(*ours))} == {"accepted"}
    told = standing(app, order_id)
    assert [c.word for c in told.conflicts] == ["finished_twice"]
    assert (told.conflicts[0].first.id, order_of(app, order_id).conflicts) == (ours[1].uuid, 1)
    with app.app_context(), writing():
        boss = db.session.get_one(Person, world.people["supervisor"])
        actions.act(db.session.get_one(WorkOrder, order_id), boss, "decide", clock.now, about_id=theirs[1].uuid)
    assert (standing(app, order_id).finished_by_id, order_of(app, order_id).conflicts) == (world.people["colleague"], 0)


def test_materials_keep_the_price_that_was_shown_when_it_was_the_lists(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    from webapp.work_orders import charging
    from webapp.work_orders.models import PriceItem

    prices, order_id, phone = make_prices(app, world), make_order(app, world), phone_of("technician")
    with app.app_context(), writing():
        charging.set_price(db.session.get_one(PriceItem, prices.tap), 9900, world.people["manager"], clock.now)
    clock.forward(minutes=5)
    phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices, minor=8500)))
    with looking(app) as session:
        lines = session.scalars(sa.select(WorkUse.lines)).one()
    assert [(line["name_en"], line["minor"], line["amount"]) for line in lines] == [("Labour", 6000, 3000), ("Tap", 8500, 8500)]
    phone.one(step(phone, order_id, "use", lines=used(prices, minor=1)))  # a price that never was
    with looking(app) as session:
        charge = pricing.charge_of(session.get_one(WorkOrder, order_id))
    assert [line.minor for line in charge.lines] == [6000, 9900, 5000]  # and the fee for coming at half past ten at night


@pytest.mark.parametrize("quantity", [-1, 0, "0", "abc", "1e9", 10_001, 0.0001, None, [], "NaN"])
def test_an_impossible_quantity_is_held_whole(app: Flask, world: World, phone_of: PhoneOf, quantity: object) -> None:
    prices, order_id, phone = make_prices(app, world), make_order(app, world), phone_of("technician")
    result = phone.one(step(phone, order_id, "use", lines=[{"item": str(prices.tap), "quantity": quantity}]))
    assert (result["status"], result["reason"]) == ("held", "bad-body")
    with looking(app) as session:
        assert session.scalars(sa.select(WorkUse)).all() == []


def test_the_resident_signs_what_was_shown_and_the_charge_stands(app: Flask, world: World, phone_of: PhoneOf) -> None:
    prices, order_id, phone = make_prices(app, world), make_order(app, world), phone_of("technician")
    phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices)), step(phone, order_id, "finish"))
    signed = signing(app, order_id)
    assert phone.one(step(phone, order_id, "sign", signed=signed))["status"] == "accepted"
    with looking(app) as session:
        order = session.get_one(WorkOrder, order_id)
        charge = pricing.charge_of(order)
        assert pricing.balance_of(order, charge)._asdict() == {"due": 16500, "paid": 0, "outstanding": 16500, "state": "outstanding"}
        assert session.scalars(sa.select(WorkSignature.stars)).one() == 5
    phone.one(step(phone, order_id, "use", lines=used(prices, tap=2)))
    with looking(app) as session:
        order = session.get_one(WorkOrder, order_id)
        assert pricing.balance_of(order, pricing.charge_of(order)).state == "unsigned"  # of other items it does not count


@pytest.mark.parametrize(
    ("strokes", "status"),
    [
        ([], "held"),
        ([[[5, 5]]], "held"),
        ([[[0, 0], [2000, 9]]], "held"),
        ([[["0", 1], [1, 2]]], "held"),
        ("M0 0", "held"),
        ([[[0, 0], [90, 90]]], "accepted"),
    ],
)
def test_what_is_no_signature_is_held(app: Flask, world: World, phone_of: PhoneOf, strokes: object, status: str) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    assert phone.one(step(phone, order_id, "sign", signed=signing(app, order_id) | {"strokes": strokes}))["status"] == status


def test_odd_steps_are_kept_and_say_so(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    """A finish before a start; the start comes an hour late."""
    order_id, phone = make_order(app, world), phone_of("technician")
    clock.forward(minutes=30)
    finish, start = step(phone, order_id, "finish"), step(phone, order_id, "start", at=clock.now - timedelta(minutes=1))
    assert phone.one(finish)["status"] == "accepted"
    assert [r.word for r in standing(app, order_id).remarks] == ["without_start"]
    clock.forward(hours=1)
    assert phone.one(start)["status"] == "accepted"
    assert (standing(app, order_id).state, [r.word for r in standing(app, order_id).remarks]) == ("finished", [])


def test_work_on_an_order_cancelled_meanwhile_is_a_conflict_not_a_loss(app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> None:
    """E10."""
    order_id, phone = make_order(app, world), phone_of("technician")
    with app.app_context(), writing():
        desk = db.session.get_one(Person, world.people["desk"])
        actions.act(db.session.get_one(WorkOrder, order_id), desk, "cancel", clock.now, reason="The resident mended it")
    clock.forward(minutes=9)
    assert phone.one(step(phone, order_id, "start"))["status"] == "accepted"
    assert [c.word for c in standing(app, order_id).conflicts] == ["cancelled_meanwhile"]


def test_steps_of_strangers_and_of_unknown_orders_are_held(app: Flask, world: World, phone_of: PhoneOf) -> None:
    order_id, phone, stranger = make_order(app, world), phone_of("technician"), phone_of("stranger")
    assert stranger.one(step(stranger, order_id, "accept"))["reason"] == "no-access"
    assert phone.one(step(phone, world.garden, "accept"))["reason"] == "unknown-order"
    assert phone.one(step(phone, order_id, "hand_over", to=str(world.people["stranger"])))["reason"] == "bad-body"
    assert phone.one(step(phone, order_id, "fly"))["reason"] == "bad-body"
    assert phone.one(step(phone, order_id, "finish", reason="x" * 10_001))["reason"] == "bad-body"
    assert phone.one(step(phone, order_id, "on_site", code="ZZZZZ-ZZZZZ"))["reason"] == "unknown-code"
    assert phone.one(step(phone, order_id, "on_site", code=world.gate.code))["status"] == "accepted"
    with looking(app) as session:
        (there,) = session.scalars(sa.select(WorkStep).where(WorkStep.verb == "on_site")).all()
        assert there.checkpoint_id == world.gate.id


def test_photos_of_steps_are_for_who_may_see_the_order(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id, phone, content = make_order(app, world), phone_of("technician"), picture()
    phone.put_photo(content)
    phone.one(step(phone, order_id, "photo", stage="before", photos=[named_photo(content)]))
    address = f"/work-orders/{order_id}/photos/{named_photo(content)['sha256']}"
    assert [sign_in(who).get(address).status_code for who in ("technician", "desk", "guard", "elsewhere")] == [200, 200, 404, 404]
    assert sign_in("desk").get(f"/work-orders/{order_id}/photos/{'0' * 64}").status_code == 404


# ---------------------------------------------------------------- from requests and findings


def report(app: Flask, world: World, resident: Browser, **more: object) -> Request:
    resident.post(f"/c/{world.gate.code}/report", {"type_code": "lift", "text": "It stands still"} | more)
    with looking(app) as session:
        found = session.scalars(sa.select(Request).order_by(Request.received_at.desc())).first()
        session.expunge_all()
    assert found
    return found


def test_words_photos_and_telephone_go_along_into_the_work_order(app: Flask, world: World, browser: Browser, clock: Clock) -> None:
    import io

    content = picture()
    made = report(app, world, browser, phone="138 0000 0000", answers=["outage"], photos=(io.BytesIO(content), "a.jpg"))
    with app.app_context(), writing():
        order = service.raise_order(db.session.get_one(Request, made.id), world.people["desk"], clock.now)
        assert (order.text, order.phone, order.urgent, order.origin) == ("It stands still", "138 0000 0000", True, "request")
        assert [photo.sha256 for photo in order.photos] == [named_photo(content)["sha256"]]
        assert order.checkpoint_id == world.gate.id


def test_what_the_technician_does_stops_the_requests_clocks(
    app: Flask, world: World, browser: Browser, phone_of: PhoneOf, clock: Clock
) -> None:
    made = report(app, world, browser, answers=["danger"])
    with app.app_context(), writing():
        order = service.raise_order(db.session.get_one(Request, made.id), world.people["desk"], clock.now)
        order_id = order.id
        actions.act(order, db.session.get_one(Person, world.people["desk"]), "assign", clock.now, to_id=world.people["technician"])
    phone = phone_of("technician")
    clock.forward(minutes=12)
    phone.one(step(phone, order_id, "on_site"))
    phone.one(step(phone, order_id, "pause", cause="waiting_resident", reason="Nobody opens"))
    clock.forward(minutes=40)
    with looking(app) as session:
        seen = look(session.get_one(Request, made.id))
        clocks = {c.name: c for c in seen.clocks(clock.now)}
        assert seen.standing.state == "in_hand"
        assert clocks["on_site"].stopped_at == clock.now - timedelta(minutes=40)
        assert [p.reason for p in clocks["handle"].pauses] == ["waiting_resident"]


def test_a_failed_check_asks_for_work_by_itself(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.pump)
    note = phone.record("note", {"about": scan.id, "result": "issue", "text": "Water on the floor"})
    assert [r["status"] for r in phone.send(scan, note)] == ["accepted", "accepted"]
    assert phone.one(note)["status"] == "duplicate"
    with looking(app) as session:
        (made,) = session.scalars(sa.select(Request)).all()
        assert (made.channel, made.text, made.checkpoint_id, made.record_id) == (
            "inspection",
            "Water on the floor",
            world.pump.id,
            note.uuid,
        )


def test_staff_report_on_the_phone_by_label_place_or_site(app: Flask, world: World, phone: Phone) -> None:
    by_label = phone.record("request", {"type": "water", "text": "A pipe drips", "code": world.pump.code, "answers": ["danger"]})
    by_place = phone.record("request", {"type": "light", "place": str(world.lobby), "spot": "by the letter boxes"})
    at_site = phone.record("request", {"type": "dirt", "site": "garden"})
    assert {r["status"] for r in phone.send(by_label, by_place, at_site)} == {"accepted"}
    with looking(app) as session:
        found = {r.record_id: r for r in session.scalars(sa.select(Request))}
        assert (found[by_label.uuid].checkpoint_id, found[by_label.uuid].urgency) == (world.pump.id, "urgent")
        assert (found[by_place.uuid].place_id, found[by_place.uuid].spot) == (world.lobby, "by the letter boxes")
        assert found[at_site.uuid].site_id == world.garden
    wrong = [
        phone.record("request", {"type": "dragon", "site": "garden"}),
        phone.record("request", {"type": "light", "site": "river"}),
        phone.record("request", {"type": "light"}),
        phone.record("request", {"type": "light", "place": str(world.garden)}),
        phone.record("request", {"type": "light", "code": world.bridge.code}),
    ]
    assert [r["reason"] for r in phone.send(*wrong)] == ["bad-body", "no-access", "bad-body", "unknown-code", "no-access"]


def test_the_pages_of_field_and_desk_show_it(app: Flask, world: World, sign_in: SignIn) -> None:
    make_order(app, world, text="The tap drips by the door")
    assert "The tap drips" in page(sign_in("technician").get("/work-orders/mine")).text
    assert "The tap drips" in page(sign_in("desk").get("/work-orders")).text
    assert "The tap drips" not in page(sign_in("guard").get("/work-orders/mine")).text
    assert sign_in("guard").get("/work-orders").status_code == 404


def test_history_of_a_place_is_the_earlier_orders_there(app: Flask, world: World, clock: Clock) -> None:
    first = make_order(app, world)
    clock.forward(days=2)
    second = make_order(app, world)
    with looking(app) as session:
        assert [o.id for o in queries.history_of(session.get_one(WorkOrder, second))] == [first]
        assert queries.history_of(session.get_one(WorkOrder, first)) == []
