"""The month says of each day what the day's own page says; the heat map counts each scan in its hour at the site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.inspecting import make_plan as make_inspection_plan
from tests.http.settling import row
from tests.making import NOW, ZONE, Browser, Clock, Phone, World, looking, page
from tests.upkeep import make_piece
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.daily_log.day import day_of
from webapp.daily_log.month import heat_of, month_of
from webapp.equipment.models import Equipment, EquipmentDocument
from webapp.patrols.models import Scan, Schedule
from webapp.sites.models import Site

SignIn = Callable[[str], Browser]
FIRST = date(2026, 11, 1)
FIRST_NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)  # at the site


def compare(app: Flask, world: World) -> Counter[str]:
    """Every day of the month, by its own page and by the month; gives the month's exceptions by kind."""
    with app.test_request_context():
        site, now = db.session.get_one(Site, world.garden), product_clock.now()
        month = month_of(site, FIRST, now)
        for day, found in month.sums.items():
            shown = day_of(site, day, now)
            figures = (shown.due, shown.seen, shown.count("missed"), shown.count("late"), shown.doubtful)
            own = found.points
            assert (own.due, own.seen, own.missed, own.late, own.doubtful) == figures, day
            kinds = shown.kinds - Counter(unsigned=1)
            for kind, count in (("missed", shown.count("missed")), ("late", shown.count("late"))):
                kinds[kind] = count  # the page has a line a round, the month counts points
            assert found.kinds == +kinds, day
            assert found.signed == ("unsigned" if day < shown.now.astimezone(ZONE).date() else "none"), day
        db.session.rollback()
        return sum((found.kinds for found in month.sums.values()), Counter())


def test_a_month_agrees_with_its_days_as_records_come(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    compare(app, world)
    first = phone.scan(world.gate)
    phone.send(first, phone.scan(world.roof))
    compare(app, world)
    phone.send(phone.record("correction", {"about": first.id, "verb": "withdraw", "reason": "wrong"}))
    compare(app, world)
    clock.forward(hours=5)
    compare(app, world)
    late = [phone.scan(spot, NOW + timedelta(minutes=40)) for spot in world.spots]  # made in time, received when the day is over
    clock.forward(days=2)
    compare(app, world)
    phone.send(*late)
    compare(app, world)
    phone.send(phone.record("round-step", {"round": world.round("20261125-2200"), "verb": "end", "reason": "Flooded"}))
    compare(app, world)


def test_every_past_day_with_a_record_says_whether_it_is_signed(
    app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    """Also where no round is planned any more; a day on which nothing was recorded says nothing."""
    with app.app_context(), writing():
        for plan in db.session.scalars(sa.select(Schedule).where(Schedule.site_id == world.garden)):
            plan.ended_at = datetime(2026, 11, 21, tzinfo=ZONE)
    phone.send(phone.record("note", {"text": "Rain", "site": "garden"}, NOW - timedelta(days=1)))
    phone.send(phone.record("duty", {"verb": "on", "site": "garden"}, NOW - timedelta(days=1)))
    html = sign_in("supervisor").get("/log/garden/month/2026-11").text
    cells = {day: state for state, day in re.findall(r'data-signed="(\w+)"><a href="/log/garden/2026-11-(\d\d)"', html)}
    assert (cells["20"], cells["21"], cells["22"]) == ("unsigned", "none", "unsigned")
    assert row(sign_in("supervisor"), "unsigned").key == "unsigned:2026-11-22"


def test_the_page_leads_to_each_day_and_to_other_months(world: World, sign_in: SignIn, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    shown = page(supervisor.get("/log/garden/month/2026-11"))
    assert "November 2026" in shown.text
    assert "/log/garden/2026-11-22" in shown.links
    assert "/log/garden/2026-11-24" not in shown.links, "has not begun"
    assert "/log/garden/month/2026-10" in shown.links
    assert "/log/garden/month/2026-12" not in shown.links
    assert supervisor.get("/log/garden/month").headers["Location"].endswith("/log/garden/month/2026-11")


@pytest.mark.parametrize(
    "address", ["/log/garden/month/2026-13", "/log/garden/month/soon", "/log/garden/month/2027-01", "/log/garden/2026-11-24/heat"]
)
def test_what_is_no_month_and_what_has_not_come_is_not_found(world: World, sign_in: SignIn, clock: Clock, address: str) -> None:
    assert sign_in("supervisor").get(address).status_code == 404


def test_the_heat_map_counts_every_scan_once_in_its_hour(app: Flask, world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    for hours in (0, 1, 26):
        phone.send(*(phone.scan(spot, NOW - timedelta(hours=hours)) for spot in world.spots))
    with app.test_request_context():
        heat = heat_of(db.session.get_one(Site, world.garden), date(2026, 11, 23))
        counts = {point.id: hours for point, hours in heat.rows}
        db.session.rollback()
    with looking(app) as session:
        assert sum(map(sum, counts.values())) == session.scalar(sa.select(sa.func.count()).select_from(Scan))
    assert counts[world.gate.id][22] == 1, "22:30 at the site"
    assert counts[world.gate.id][21] == 1
    assert counts[world.gate.id][20] == 1
    assert counts[world.cellar.id] == [0] * 24
    assert "East gate" in page(sign_in("supervisor").get("/log/garden/2026-11-23/heat")).text


def test_documents_and_places_left_out_count_in_the_month_as_in_their_days(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    """A certificate that was renewed, one that was withdrawn, one of a machine that is gone; a plan of which some places were inspected, some late."""
    lift, pump = make_piece(app, world), make_piece(app, world, number="P-1", class_code="pump", name="水泵", name_en="Pump")
    with app.app_context(), writing():
        by = world.people["manager"]
        papers = (
            (lift, "Certificate", 2, 10, None), (lift, "Certificate", 14, 60, None), (lift, "Insurance", 3, 12, 18), (pump, "Report", 4, 25, None),
            (pump, "Manual", 4, None, None),
        )  # fmt: skip
        db.session.add_all(
            EquipmentDocument(
                equipment_id=piece, name=name, person_id=by, at=FIRST_NOON + timedelta(days=came),
                valid_until=FIRST + timedelta(days=until) if until else None, withdrawn_at=FIRST_NOON + timedelta(days=gone) if gone else None,
                withdrawn_by_id=by if gone else None,
            )
            for piece, name, came, until, gone in papers
        )  # fmt: skip
        db.session.get_one(Equipment, pump).retired_at = FIRST_NOON + timedelta(days=20)
    checklist = make_checklist(app, world)
    plan = make_inspection_plan(app, world, checklist, begins_on=date(2026, 11, 19), made_at=NOW - timedelta(days=5))
    for spot, at in ((world.gate, NOW - timedelta(days=3)), (world.roof, NOW - timedelta(days=3)), (world.roof, NOW - timedelta(days=1))):
        sent = inspect(phone, checklist, GOOD, checkpoint=str(spot.id), plan=str(plan), at=at)
        assert phone.one(sent)["status"] == "accepted"
    clock.forward(hours=11)
    compare(app, world)
    with app.test_request_context():
        sums = month_of(db.session.get_one(Site, world.garden), FIRST, product_clock.now()).sums
        assert [sums[FIRST + timedelta(days=n)].kinds["document"] for n in (1, 2, 3, 14, 17, 18, 20, 21)] == [0, 1, 2, 2, 2, 1, 0, 0]
        unseen = [sums[date(2026, 11, day)].kinds["unseen"] for day in range(18, 24)]
        assert unseen == [0, 1, 0, 1, 1, 1], "nobody on the 19th, both on the 20th, one on the 22nd, nobody else"
        db.session.rollback()
