"""Every number of the daily log's page against a count of its own: plain SQL over the raw tables, and the plan as this file knows it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.settling import rows_of
from tests.http.test_month import FIRST, compare
from tests.http.test_work_office import do, raised
from tests.making import NOW, ZONE, Browser, Clock, Phone, World, looking, page
from tests.upkeep import make_piece, make_plan, raise_due, settle
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.daily_log.month import month_of
from webapp.people.models import Person
from webapp.service import actions as service
from webapp.service.forms import ReportForm
from webapp.sites.models import Checkpoint, Site
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
DAY = date(2026, 11, 23)
DAYS = (DAY, DAY - timedelta(days=1), DAY - timedelta(days=7))
STARTS = (0, 2, 20, 22)  # the night round's hours; each may begin 15 minutes early, takes an hour, and closes 15 minutes later
FACT = re.compile(
    r'<dt class="soft">([^<]*)</dt><dd>(.*?)</dd>(?:<dd class="fact-than soft"><span>day before ([^<]*)</span><span>week before ([^<]*)</span></dd>)?'
)


def start_of(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture(params=[1, 2, 3])
def lived(request: Any, app: Flask, world: World, phone_of: PhoneOf, clock: Clock) -> World:
    """Three days as chance makes them: seen early, in time, late, too late, twice, doubtful, taken back; duty, jobs, findings."""
    chance = random.Random(request.param)
    phones = [phone_of("guard"), phone_of("colleague")]
    spots = [*world.spots, world.old_code]
    for day in reversed(DAYS):
        for hour in STARTS:
            for _visit in range(chance.randint(0, 6)):
                at = start_of(day, hour) + timedelta(minutes=chance.choice([-10, 3, 20, 55, 62, 74, 80]), seconds=chance.randint(0, 50))
                phone = chance.choice(phones)
                scan = phone.scan(chance.choice(spots), at)
                records = [scan]
                if chance.random() < 0.2:
                    records.append(phone.record("correction", {"about": scan.id, "verb": "withdraw"}, at + timedelta(minutes=2)))
                elif chance.random() < 0.2:
                    records.append(phone.record("note", {"about": scan.id, "result": "issue", "text": "odd"}, at + timedelta(minutes=1)))
                clock.set(max(clock.now, at + timedelta(minutes=5)) if at > NOW else NOW)
                assert {r["status"] for r in phone.send(*records)} == {"accepted"}
        chance.choice(phones).send(*(p.record("duty", {"verb": "on", "site": "garden"}, start_of(day, 8)) for p in phones[:1]))
    clock.set(NOW)
    for number in range(3):
        order = raised(app, world)
        if number:
            do(phone_of("technician"), order, "on_site", "start", "finish")
    with app.app_context(), writing():  # one of the two was late
        late = db.session.scalars(sa.select(WorkOrder).where(WorkOrder.finished_at.is_not(None))).first()
        late.due_at = late.due_by = late.finished_at - timedelta(minutes=1)
    more_happens(app, world, phone_of, clock, chance)
    clock.set(NOW + timedelta(hours=11))
    return world


def more_happens(app: Flask, world: World, phone_of: PhoneOf, clock: Clock, chance: random.Random) -> None:
    """Inspections good and bad, requests with complaints and somebody in danger, a machine maintained."""
    checklist, guard = make_checklist(app, world), phone_of("guard")
    bad = GOOD | {"light": {"value": False}}
    for day in reversed(DAYS):
        clock.set(min(NOW, start_of(day, 22)))
        for _time in range(chance.randint(0, 3)):
            sent = inspect(guard, checklist, chance.choice([GOOD, bad]), checkpoint=str(world.gate.id), at=clock.now)
            assert guard.one(sent)["status"] == "accepted"
        for type_code, answers in chance.sample(
            [("noise", []), ("light", []), ("noise", []), ("lift", ["danger"]), ("lift", ["trapped"])], 3
        ):
            with app.app_context(), writing():
                form = ReportForm.model_validate({"type_code": type_code, "answers": answers})
                service.report(form, db.session.get_one(Checkpoint, world.gate.id), "en", "", clock.now)
    make_piece(app, world)
    make_plan(app, world, begins_on=DAY, from_completion=True)
    for order_id in raise_due(app, world):
        settle(app, world, order_id)


def moments(app: Flask, text: str, **values: Any) -> list[Any]:
    """Rows of a query in plain SQL; moments as aware ones, whatever the engine gives."""
    with looking(app) as session:
        bound = {
            k: (v.hex if session.get_bind().dialect.name == "sqlite" and hasattr(v, "hex") and not isinstance(v, float) else v)
            for k, v in values.items()
        }
        return [tuple(aware(value) for value in found) for found in session.execute(sa.text(text), bound)]


def aware(value: Any) -> Any:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", value):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return str(value).replace("-", "") if type(value).__name__ == "UUID" else value


def counted(app: Flask, world: World, day: date) -> dict[str, int]:
    """The day's figures from the raw scans: which point of which round was seen when."""
    scans = moments(
        app,
        "SELECT checkpoint_id, at, doubtful, person_id FROM scan WHERE site_id = :site AND id NOT IN (SELECT about FROM correction WHERE verb = 'withdraw')",
        site=world.garden,
    )
    seen = late = 0
    day_start = start_of(day, 0)
    for hour in STARTS:
        start = start_of(day, hour)
        for spot in world.spots:
            minutes = sorted(
                (at - start).total_seconds() / 60 for point, at, _doubt, _who in scans if str(point).replace("-", "") == spot.id.hex
            )
            inside = [m for m in minutes if -15 <= m <= 75]
            seen += bool(inside)
            late += bool(inside) and not any(m <= 60 for m in inside)
    of_day = [row for row in scans if day_of_scan(row[1]) == day]
    duty = moments(app, "SELECT person_id, at FROM duty WHERE site_id = :site", site=world.garden)
    there = {str(who).replace("-", "") for _p, _at, _d, who in of_day}
    there |= {str(who).replace("-", "") for who, at in duty if day_start <= at < day_start + timedelta(days=1)}
    orders = moments(app, "SELECT finished_at, due_at FROM work_order WHERE site_id = :site AND finished_at IS NOT NULL", site=world.garden)
    finished = [(at, due) for at, due in orders if day_start <= at < day_start + timedelta(days=1)]
    return {
        "due": 12, "seen": seen, "missed": 12 - seen, "late": late, "doubtful": sum(bool(row[2]) for row in of_day), "staff": len(there),
        "finished": len(finished), "in_time": sum(at <= due for at, due in finished),
    } | more_counted(app, world, day_start, day_start + timedelta(days=1))  # fmt: skip


def more_counted(app: Flask, world: World, start: datetime, end: datetime) -> dict[str, int]:
    """Requests, inspections and machines of the day, from the raw tables."""

    def of_day(text: str) -> list[Any]:
        return [row for row in moments(app, text, site=world.garden) if row[0] and start <= row[0] < end]

    requests = of_day("SELECT received_at, kind, danger, trapped FROM request WHERE site_id = :site")
    checks = of_day("SELECT at, passed FROM inspection WHERE site_id = :site")
    plans = of_day("SELECT finished_at FROM work_order WHERE site_id = :site AND id IN (SELECT order_id FROM maintenance_due)")
    return {
        "Requests": len(requests), "Complaints": sum(row[1] == "complaint" for row in requests),
        "Incidents": sum(bool(row[2] or row[3]) for row in requests), "Inspections made": len(checks),
        "Inspections failed": sum(not row[1] for row in checks), "Maintenance done": len(plans),
    }  # fmt: skip


def day_of_scan(at: datetime) -> date:
    """A round's scans belong to the day on which it begins: the midnight round's early ones to the day that follows."""
    local = at.astimezone(ZONE)
    return (local + timedelta(minutes=15)).date() if local.hour == 23 and local.minute >= 45 else local.date()


def test_every_figure_of_the_day_and_of_the_days_beside_it(app: Flask, lived: World, sign_in: SignIn) -> None:
    response = sign_in("supervisor").get(f"/log/garden/{DAY}")
    facts = {word: (re.sub(r"<[^>]+>", "", value), before, week) for word, value, before, week in FACT.findall(response.text)}
    own, before, week = (counted(app, lived, day) for day in DAYS)

    def share(figures: dict[str, int]) -> str:
        return f"{100 * figures['seen'] / figures['due']:.1f}%"

    assert facts[f"Points seen {own['seen']}/{own['due']}"] == (share(own), share(before), share(week))
    for word, name in (("Missed", "missed"), ("Late", "late"), ("Doubtful", "doubtful"), ("People there", "staff")):
        assert facts[word] == tuple(str(figures[name]) for figures in (own, before, week)), word
    assert facts["Work orders in time"] == tuple(f"{f['in_time']}/{f['finished']}" for f in (own, before, week))
    assert own["finished"] >= 2 and own["in_time"] == own["finished"] - 1
    for word in ("Requests", "Complaints", "Incidents", "Inspections made", "Inspections failed", "Maintenance done"):
        assert facts[word] == tuple(str(figures[word]) for figures in (own, before, week)), word
    assert own["Requests"] >= 3 and own["Maintenance done"] == 1
    assert len(facts) == 12


def test_the_sentence_and_the_lists_say_the_same_numbers(app: Flask, lived: World, sign_in: SignIn) -> None:
    response = sign_in("supervisor").get(f"/log/garden/{DAY}")
    text, own, before = page(response).text, counted(app, lived, DAY), counted(app, lived, DAYS[1])
    rows = rows_of(response)
    assert f"{own['seen']} of {own['due']} points were seen: {own['missed']} point" in text
    more = own["missed"] - before["missed"]
    if more:
        assert f"({abs(more)} {'more' if more > 0 else 'fewer'} than the day before)" in text
    assert f"{own['finished']} work orders finished, {own['in_time']} of them in time" in text
    assert f"{own['Requests']} requests came" in text
    assert "1 maintenance job done" in text
    for words, name in (("inspections? made", "Inspections made"), ("failed", "Inspections failed"), ("incidents?", "Incidents")):
        told = re.search(rf"(\d+) {words}", text.split("matters wait")[0])
        assert (int(told[1]) if told else 0) == own[name], name
    assert f"{len(rows)} matters wait for a decision" in text
    assert f"To decide {len(rows)} of {len(rows)}" in text
    assert f"{len(rows)} to decide" in text
    assert "All rounds 4 rounds" in text
    kinds = [row.kind for row in rows]
    start = start_of(DAY, 0)
    (issues,) = moments(
        app,
        "SELECT count(*) FROM note JOIN scan ON scan.id = note.about WHERE note.site_id = :site AND result = 'issue' AND scan.day = :day"
        " AND scan.id NOT IN (SELECT about FROM correction WHERE verb = 'withdraw')",
        site=lived.garden,
        day=DAY.isoformat() if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else DAY,
    )
    assert kinds.count("problem") == issues[0]
    assert kinds.count("doubtful") == own["doubtful"]
    assert kinds.count("unsigned") == 1
    missed_rounds = [row for row in rows if row.kind == "missed"]
    assert sum(int((re.search(r"(\d+) missed", row.text) or ["", "1"])[1]) for row in missed_rounds) == own["missed"]
    late_rounds = [row for row in rows if row.kind == "late"]
    assert sum(int((re.search(r"(\d+) late,", row.text) or ["", "1"])[1]) for row in late_rounds) == own["late"]
    per_round = [tuple(map(int, found)) for found in re.findall(r"</b><span class=\"soft\">(\d+)/(\d+)", response.text)]
    assert sum(seen for seen, _all in per_round) == own["seen"]
    assert sum(points for _seen, points in per_round) == own["due"]
    assert start < NOW


@pytest.mark.parametrize("lived", [2], indirect=True)
def test_a_month_counts_every_kind_of_exception_as_its_days_do(app: Flask, lived: World, phone: Phone, clock: Clock) -> None:
    """Rounds, checks, requests, machines, orders without a request that run out, a handover nobody confirms, somebody new and alone."""
    compare(app, lived)
    with app.app_context(), writing():
        db.session.get_one(Person, lived.people["guard"]).began_on = date(2026, 11, 10)
    make_plan(app, lived, name="清灰", name_en="Dust", begins_on=date(2026, 11, 20), every=15, from_completion=True)
    raise_due(app, lived)
    raised(app, lived, "lift", urgent=True)
    phone.send(phone.record("handover", {"verb": "give", "site": "garden", "to": str(lived.people["colleague"])}))
    phone.send(phone.record("scan", {"code": "nonsense"}))
    clock.forward(days=3)
    compare(app, lived)
    for kind in ("induction", "handover", "held", "clock", "complaint", "failed", "missed", "upkeep"):
        with app.test_request_context():
            month = month_of(db.session.get_one(Site, lived.garden), FIRST, product_clock.now())
            assert any(found.kinds[kind] for found in month.sums.values()), kind
