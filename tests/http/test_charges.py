"""Money: what an order comes to, who signed and paid, a month's ledger, the price list; and the resident's side of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.working import SCRIBBLE, make_order, make_prices, order_of, signing, step, used
from tests.making import Browser, Clock, Phone, World, looking, named_photo, page, picture
from webapp.core.db import db, writing
from webapp.people.models import Person
from webapp.service import actions as service
from webapp.service.forms import TakeForm
from webapp.service.models import Request
from webapp.sites.models import Place
from webapp.work_orders import actions, charging, pricing
from webapp.work_orders.models import ItemPrice, Payment, PriceItem, WorkOrder, WorkSignature

PhoneOf = Callable[[str], Phone]
SignIn = Callable[[str], Browser]


def finished(app: Flask, world: World, phone: Phone, order_id: UUID) -> None:
    """Half an hour of labour and a tap: ¥115.00, and ¥50.00 for coming at night."""
    prices = make_prices(app, world)
    phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices)), step(phone, order_id, "finish"))


def told_and_done(app: Flask, world: World, phone: Phone, clock: Clock) -> tuple[str, UUID]:
    """A repair in a home, told to the desk and done; gives the resident's address and the order."""
    with app.app_context(), writing():
        form = TakeForm(channel="phone", type_code="home", text="The tap drips", spot="1-302", phone="138 0000 0000")
        made = service.take(form, world.garden, world.people["desk"], "en", clock.now)
        order = service.raise_order(made, world.people["desk"], clock.now)
        order_id, address = order.id, f"/r/{made.token}"
        actions.act(order, db.session.get_one(Person, world.people["desk"]), "assign", clock.now, to_id=world.people["technician"])
    finished(app, world, phone, order_id)
    return address, order_id


def test_the_charge_says_what_it_consists_of(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id = make_order(app, world)
    finished(app, world, phone_of("technician"), order_id)
    seen = page(sign_in("desk").get(f"/work-orders/{order_id}")).text
    for words in ("Labour", "0.5 hour × ¥60.00", "¥30.00", "Tap", "¥85.00", "Call-out fee", "¥50.00", "To pay ¥165.00", "Not signed yet"):
        assert words in seen, words
    assert "Let the resident sign" in page(sign_in("technician").get(f"/work-orders/{order_id}")).text  # whose own page works it out itself
    printed = page(sign_in("desk").get(f"/work-orders/{order_id}/receipt")).text
    assert "Itemised charge" in printed
    assert "¥165.00" in printed


def test_payments_are_added_and_never_changed(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id, phone = make_order(app, world), phone_of("technician")
    finished(app, world, phone, order_id)
    phone.one(step(phone, order_id, "sign", signed=signing(app, order_id)))
    desk, address = sign_in("desk"), f"/work-orders/{order_id}/payments"
    assert "outstanding ¥165.00" in page(desk.get(address)).text
    assert desk.post(address, {"way": "wechat", "amount": "100", "number": "R-7"}).status_code == 302
    assert "outstanding ¥65.00" in page(desk.get(address)).text
    assert desk.post(address, {"way": "cash", "amount": "65,00"}).status_code == 302
    assert "Paid" in page(desk.get(address)).text
    assert desk.post(address, {"way": "cash", "amount": "5", "back": "1", "note": "too much"}).status_code == 403
    boss = sign_in("supervisor")
    assert boss.post(address, {"way": "cash", "amount": "5", "back": "1"}).status_code == 422
    assert boss.post(address, {"way": "cash", "amount": "5", "back": "1", "note": "a scratch"}).status_code == 302
    with looking(app) as session:
        assert list(session.scalars(sa.select(Payment.amount).order_by(Payment.at, Payment.id))) == [10_000, 6_500, -500]


@pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1.234", "1e20", "９ yuan"])
def test_an_amount_that_is_none_is_said_and_nothing_is_kept(app: Flask, world: World, sign_in: SignIn, amount: str) -> None:
    order_id = make_order(app, world)
    answer = sign_in("desk").post(f"/work-orders/{order_id}/payments", {"way": "cash", "amount": amount, "note": "as told"})
    assert answer.status_code == 422
    assert "An amount like 85 or 12.50" in page(answer).text or "Please fill this in." in page(answer).text
    assert "as told" in answer.text
    with looking(app) as session:
        assert session.scalars(sa.select(Payment)).all() == []


def test_who_pays_is_the_supervisors_word_and_shows_among_the_steps(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn) -> None:
    order_id = make_order(app, world)
    finished(app, world, phone_of("technician"), order_id)
    address = f"/work-orders/{order_id}/payer"
    assert sign_in("desk").post(address, {"payer": "property"}).status_code == 404
    boss = sign_in("supervisor")
    assert boss.post(address, {"payer": "nobody"}).status_code == 422
    assert boss.post(address, {"payer": "warranty"}).status_code == 302
    assert "Borne by: The warranty" in page(boss.get(f"/work-orders/{order_id}")).text
    boss.post(address, {"payer": "resident", "waived": "our own mistake"})
    assert "Nothing is asked for: our own mistake" in page(boss.get(f"/work-orders/{order_id}")).text
    assert [row.verb for row in steps(app, order_id)][-2:] == ["payer", "waive"]


def steps(app: Flask, order_id: UUID) -> list[object]:
    with looking(app) as session:
        found = list(session.get_one(WorkOrder, order_id).steps)
        session.expunge_all()
        return found


def test_a_months_ledger_adds_up_what_was_charged_paid_and_borne(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    prices, phone = make_prices(app, world, night=0), phone_of("technician")
    orders = [make_order(app, world, type_code) for type_code in ("home", "home", "light")]
    for order_id in orders:
        phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices)), step(phone, order_id, "finish"))
    with app.app_context(), writing():
        charging.pay(
            db.session.get_one(WorkOrder, orders[0]), "cash", 11_500, "R-1", "", db.session.get_one(Person, world.people["desk"]), clock.now
        )
    desk = sign_in("desk")
    seen = page(desk.get("/charges/garden/2026-11")).text
    assert "Charged ¥230.00 Paid ¥115.00 Outstanding ¥115.00 Borne by the community ¥115.00" in seen
    assert desk.get("/charges").location == "/charges/garden/2026-11"
    assert "No charge in this month" in page(desk.get("/charges/garden/2026-10")).text
    for nonsense in ("2026-13", "1999-01", "today"):
        assert desk.get(f"/charges/garden/{nonsense}").status_code == 404
    assert sign_in("elsewhere").get("/charges/garden/2026-11").status_code == 404


def test_a_flats_statement_tells_what_was_charged_paid_and_is_outstanding(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock
) -> None:
    prices, phone = make_prices(app, world, night=0), phone_of("technician")
    spots = ("1-302", "1-302", "1-201", "1-302")
    orders = [make_order(app, world, "light" if n == 3 else "home", spot=spot, text=f"No. {n}") for n, spot in enumerate(spots)]
    for order_id in orders:
        phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices)), step(phone, order_id, "finish"))
    desk = sign_in("desk")
    desk.post(f"/work-orders/{orders[0]}/payments", {"way": "wechat", "amount": "100", "number": "R-7"})
    there = "/charges/garden/statement?spot=1-302"
    seen = page(desk.get(f"{there}&year=2026")).text
    for words in ("No. 0", "No. 1", "WeChat Pay · R-7 · ¥100.00", "Charged ¥230.00 Paid ¥100.00 To pay in all ¥130.00"):
        assert words in seen, words
    assert "No. 2" not in seen and "No. 3" not in seen  # another flat's, and what the community bears
    after = page(desk.get(f"{there}&year=2027")).text
    assert "Nothing was charged in this year." in after and "Outstanding from before 2027 ¥130.00" in after
    assert "Nothing was charged" in page(desk.get("/charges/garden/statement?spot=9-999")).text
    assert "Which flat?" in page(desk.get("/charges/garden/statement?year=nonsense")).text
    assert "spot=1-302" in desk.get("/charges/garden/2026-11").text
    assert sign_in("elsewhere").get(there).status_code == 404
    assert sign_in("technician").get(there).status_code in (403, 404)


def test_flats_of_the_same_number_in_two_towers_are_two(app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock) -> None:
    prices, phone = make_prices(app, world, night=0), phone_of("technician")
    with app.app_context():
        other = next(
            place.id for place in db.session.scalars(sa.select(Place).where(Place.site_id == world.garden)) if place.id != world.lobby
        )
    for n, place_id in enumerate((world.lobby, other)):
        order_id = make_order(app, world, spot="302", place_id=place_id, text=f"No. {n}")
        phone.send(step(phone, order_id, "start"), step(phone, order_id, "use", lines=used(prices)), step(phone, order_id, "finish"))
    desk, there = sign_in("desk"), "/charges/garden/statement?spot=302&year=2026"
    seen = page(desk.get(there)).text
    assert "Which of them?" in seen and "¥" not in seen
    assert "No. 0" in (one := page(desk.get(f"{there}&place={world.lobby}")).text) and "No. 1" not in one


# ---------------------------------------------------------------- the price list


def test_a_new_price_holds_from_now_on_and_the_old_one_stays(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    boss = sign_in("supervisor")
    new = {"part": "material", "unit": "piece", "name": "角阀", "name_en": "Angle valve", "price": "32"}
    assert boss.post("/prices/garden", new | {"price": "a lot"}).status_code == 422
    assert boss.post("/prices/garden", new | {"name": ""}).status_code == 422
    assert boss.post("/prices/garden", new).status_code == 302
    assert "Angle valve · ¥32.00 / piece" in page(boss.get("/prices/garden")).text
    with looking(app) as session:
        item_id = session.scalars(sa.select(PriceItem.id)).one()
    clock.forward(days=1)
    assert boss.post(f"/prices/garden/{item_id}", {"price": "35.5"}).status_code == 302
    assert boss.post(f"/prices/garden/{item_id}", {"price": "x"}).status_code == 422
    clock.forward(days=1)
    assert boss.post(f"/prices/garden/{item_id}", {"price": ""}).status_code == 302
    assert "Angle valve · not for sale" in page(boss.get("/prices/garden")).text
    with looking(app) as session:
        assert list(session.scalars(sa.select(ItemPrice.minor).order_by(ItemPrice.from_at))) == [3200, 3550, None]
    assert sign_in("manager").post(f"/prices/river/{item_id}", {"price": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"holidays": "tomorrow"}, "Dates like 2027-02-06"),
        ({"night": "much"}, "An amount like 85 or 12.50"),
        ({"night_from": "25:00"}, "Please give a date or time"),
        ({"currency": "XXX"}, "This is not possible here."),
        ({"holidays": " ".join(f"2027-{m:02}-{d:02}" for m in range(1, 4) for d in range(1, 29))}, "At most 60 days."),
    ],
)
def test_fees_that_make_no_sense_are_said(sign_in: SignIn, wrong: dict[str, str], said: str) -> None:
    fees = {"currency": "CNY", "day": "0", "night": "50", "holiday": "80", "night_from": "22:00", "night_until": "06:00", "holidays": ""}
    boss = sign_in("supervisor")
    answer = boss.post("/prices/garden/terms", fees | wrong)
    assert answer.status_code == 422
    assert said in page(answer).text
    assert boss.post("/prices/garden/terms", fees).status_code == 302
    assert "¥50.00" in page(boss.get("/prices/garden")).text


# ---------------------------------------------------------------- the resident


def test_the_resident_sees_who_comes_what_it_costs_and_signs_by_link(
    app: Flask, world: World, phone_of: PhoneOf, browser: Browser, clock: Clock
) -> None:
    address, order_id = told_and_done(app, world, phone_of("technician"), clock)
    seen = page(browser.get(address)).text
    for words in ("Technician", "Finished", "To pay ¥165.00", "Your signature", "Not signed yet"):
        assert words in seen
    assert "technician 先生" not in seen  # first name and trade only
    with app.app_context():
        digest = pricing.charge_of(db.session.get_one(WorkOrder, order_id)).digest()
    form = {"charge": digest, "strokes": json.dumps(SCRIBBLE), "name": "Ms Li"}
    sign = f"{address}/orders/{order_id}/sign"
    for wrong in (
        {"strokes": ""},
        {"strokes": "[[[1,1]]]"},
        {"strokes": "nonsense"},
        {"charge": "x"},
        {"strokes": "[" * 5000},
    ):
        assert browser.post(sign, form | wrong).status_code == 422
    assert browser.post(sign, form | {"charge": "0" * 64}).status_code == 409
    assert browser.post(sign, form).status_code == 303
    assert "Outstanding" in page(browser.get(address)).text
    with looking(app) as session:
        (kept,) = session.scalars(sa.select(WorkSignature)).all()
        assert (kept.way, kept.name, kept.charge, kept.shown["due"]) == ("link", "Ms Li", digest, 16_500)
    assert "¥165.00" in page(browser.get(f"{address}/orders/{order_id}/receipt")).text
    assert browser.get(f"{address}/orders/{world.garden}/receipt").status_code == 404
    assert browser.post(f"/r/{'0' * 32}/orders/{order_id}/sign", form).status_code == 404


def test_a_charge_that_changed_meanwhile_wants_to_be_looked_at_again(
    app: Flask, world: World, phone_of: PhoneOf, browser: Browser, clock: Clock
) -> None:
    phone = phone_of("technician")
    address, order_id = told_and_done(app, world, phone, clock)
    with app.app_context():
        digest = pricing.charge_of(db.session.get_one(WorkOrder, order_id)).digest()
    phone.one(step(phone, order_id, "use", lines=[]))
    answer = browser.post(f"{address}/orders/{order_id}/sign", {"charge": digest, "strokes": json.dumps(SCRIBBLE)})
    assert answer.status_code == 409
    assert "The charge has changed meanwhile" in page(answer).text


def test_a_rating_given_with_the_signature_is_the_requests_rating(
    app: Flask, world: World, phone_of: PhoneOf, browser: Browser, clock: Clock
) -> None:
    phone = phone_of("technician")
    address, order_id = told_and_done(app, world, phone, clock)
    phone.one(step(phone, order_id, "sign", signed=signing(app, order_id, stars=4)))
    with app.app_context(), writing():
        made = db.session.scalars(sa.select(Request)).one()
        service.tell(made, "resolved", "Done", world.people["desk"], clock.now)
    seen = page(browser.get(address)).text
    assert "4 of 5 stars" in seen
    assert "How was it?" not in seen


def test_photos_before_and_after_are_meant_for_the_resident_others_not(
    app: Flask, world: World, phone_of: PhoneOf, browser: Browser, clock: Clock
) -> None:
    phone = phone_of("technician")
    address, order_id = told_and_done(app, world, phone, clock)
    shown, inner = picture(colour="red"), picture(colour="blue")
    for content in (shown, inner):
        phone.put_photo(content)
    phone.send(
        step(phone, order_id, "photo", stage="after", photos=[named_photo(shown)]),
        step(phone, order_id, "photo", photos=[named_photo(inner)]),
    )
    digests = [named_photo(content)["sha256"] for content in (shown, inner)]
    assert [browser.get(f"{address}/photos/{digest}").status_code for digest in digests] == [200, 404]
    assert digests[0] in browser.get(address).text


def test_what_was_looked_into_and_why_clocks_stood_still_stays_inside(app: Flask, world: World, browser: Browser, clock: Clock) -> None:
    with app.app_context(), writing():
        form = TakeForm(channel="phone", type_code="conduct", text="The guard was rude")
        made = service.take(form, world.garden, world.people["desk"], "en", clock.now)
        service.investigate(made, "He says he was not", world.people["desk"], clock.now)
        service.stop_clocks(
            made, "waiting_resident", clock.now + timedelta(hours=2), "does not answer the phone", world.people["desk"], clock.now
        )
        address = f"/r/{made.token}"
    seen = page(browser.get(address)).text
    assert "He says" not in seen
    assert "does not answer" not in seen


def test_a_revoked_address_opens_nothing_and_the_new_one_does(
    app: Flask, world: World, browser: Browser, phone_of: PhoneOf, clock: Clock
) -> None:
    address, order_id = told_and_done(app, world, phone_of("technician"), clock)
    with app.app_context(), writing():
        made = db.session.scalars(sa.select(Request)).one()
        service.renew_link(made, clock.now)
        new = f"/r/{made.token}"
    assert [browser.get(one).status_code for one in (address, new)] == [404, 200]
    with app.app_context(), writing():
        service.revoke_link(db.session.scalars(sa.select(Request)).one(), clock.now)
    assert browser.get(new).status_code == 404
    assert order_of(app, order_id).payer == "resident"
