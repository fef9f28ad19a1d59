"""People who changed site: the days of the old one say the same as before, and what they still owe it arrives there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask

from tests.http.settling import LOG, decide, decide_all, row, rows_of, sign
from tests.http.test_month import compare
from tests.http.test_review import answer
from tests.http.test_work_office import do, raised
from tests.making import NOW, Browser, Clock, Phone, World, page
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.daily_log.day import day_of
from webapp.daily_log.month import month_of
from webapp.people import actions
from webapp.people.models import Person
from webapp.sites.models import Site

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
DAY = date(2026, 11, 23)


def move(app: Flask, world: World, username: str, roles: dict[UUID, str]) -> None:
    """From the garden to the river, or away."""
    with app.app_context(), writing():
        person = db.session.get_one(Person, world.people[username])
        actions.edit_person(person, {}, roles, {world.garden, world.river})


def told(app: Flask, world: World) -> tuple[object, ...]:
    """What the day and its month say at the garden."""
    with app.test_request_context():
        site, now = db.session.get_one(Site, world.garden), product_clock.now()
        day, month = day_of(site, DAY, now), month_of(site, DAY.replace(day=1), now)
        found = (
            [(line.key, line.title, line.sub) for line in day.lines], day.due, day.seen, day.doubtful, day.staff, day.jobs.finished,
            [(person.id, spells) for person, spells in day.watches], month.sums,
        )  # fmt: skip
        db.session.rollback()
    return found


@pytest.fixture
def lived(app: Flask, world: World, phone: Phone, phone_of: PhoneOf, clock: Clock) -> World:
    """A guard and a technician, both in their first days, did a round and a job alone; an odd scan, duty, a remark."""
    with app.app_context(), writing():
        for username in ("guard", "technician"):
            db.session.get_one(Person, world.people[username]).began_on = DAY - timedelta(days=3)
    clock.set(NOW - timedelta(hours=1))
    order = raised(app, world)
    clock.set(NOW)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    first = phone.scan(world.gate)
    phone.send(
        first, phone.scan(world.old_code), phone.record("note", {"about": first.id, "result": "issue", "text": "Broken"}),
        phone.record("duty", {"verb": "on", "site": "garden"}), phone.record("note", {"text": "Rain", "site": "garden"}),
    )  # fmt: skip
    clock.forward(hours=11)
    return world


@pytest.mark.parametrize("river", ["worker", ""], ids=["to-another-site", "away"])
def test_a_day_says_the_same_after_its_people_have_moved(app: Flask, lived: World, phone: Phone, sign_in: SignIn, river: str) -> None:
    office = sign_in("supervisor")
    phone.send(phone.record("scan", {"code": "nonsense"}, NOW))  # held; nobody can read where it belongs
    kinds = {each.kind for each in rows_of(office.get(LOG))}
    assert {"induction", "doubtful", "problem", "held"} <= kinds
    decide_all(office)
    assert sign(office).status_code == 303
    assert "The day is signed" in office.get(LOG).text  # is said once
    # Without the frame: that the office is to look at what is held is of now, and goes with the person.
    before, page_before = told(app, lived), page(office.get(LOG, **{"HX-Request": "true"})).text
    for username in ("guard", "technician"):
        move(app, lived, username, {lived.river: river} if river else {})
    assert told(app, lived) == before
    assert page(office.get(LOG, **{"HX-Request": "true"})).text == page_before


def test_the_new_site_knows_nothing_of_the_days_before(app: Flask, lived: World, sign_in: SignIn) -> None:
    office = sign_in("elsewhere")
    address = LOG.replace("garden", "river")
    before = page(office.get(address)).text
    move(app, lived, "guard", {lived.river: "worker"})
    assert page(office.get(address)).text == before


def test_what_is_held_of_a_time_before_moving_is_the_old_sites_alone(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    """Also when nobody can read at which site it was."""
    clock.forward(minutes=1)
    assert phone.one(phone.record("note", {"text": "No site", "site": "nowhere"}))["status"] == "held"
    clock.forward(hours=1)
    move(app, world, "guard", {world.river: "worker"})
    for who, site, held in (("supervisor", "garden", 1), ("elsewhere", "river", 0)):
        shown = rows_of(sign_in(who).get(f"/log/{site}/2026-11-23"))
        assert sum(each.key.startswith("held:") for each in shown) == held, site


def test_what_was_recorded_before_moving_counts_at_the_old_site_whenever_it_comes(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock
) -> None:
    scan, note = phone.scan(world.gate), phone.record("note", {"text": "Gate open", "site": "garden"})
    clock.forward(days=1)
    move(app, world, "guard", {world.river: "worker"})
    assert [result["status"] for result in phone.send(scan, note)] == ["accepted", "accepted"]
    text = page(sign_in("supervisor").get(LOG)).text
    assert "Gate open" in text
    assert "Guard" in text
    compare(app, world)


def test_what_is_recorded_after_moving_is_no_longer_a_matter_of_course(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    move(app, world, "guard", {world.river: "worker"})
    clock.forward(minutes=5)
    assert phone.one(phone.scan(world.gate, clock.now))["reason"] == "no-access"
    clock.forward(hours=1)
    move(app, world, "guard", {world.garden: "worker"})
    assert phone.one(phone.scan(world.gate, clock.now))["status"] == "accepted"


def test_who_moved_is_still_asked_and_heard(app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock) -> None:
    office = sign_in("supervisor")
    phone.send(phone.scan(world.old_code, NOW - timedelta(minutes=10)))
    clock.forward(hours=1)
    move(app, world, "guard", {world.river: "worker"})
    decide(office, row(office, "doubtful"), "ask", "Was that the old label?")
    assert "Was that the old label?" in page(phone.browser.get("/today")).text
    assert phone.one(answer(app, phone, choice="label"))["status"] == "accepted"
    assert row(office, "doubtful").state == "answered"
