"""Days of 23 and of 25 hours: everything counts once, on the day it happened at the site, on every page that counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.http.test_day_numbers import FACT
from tests.http.test_work_office import do, raised
from tests.making import Browser, Clock, Phone, World, page
from webapp.core import clock as product_clock
from webapp.core.db import db, writing
from webapp.daily_log.day import day_of
from webapp.daily_log.lanes import Scale
from webapp.daily_log.month import heat_of, month_of
from webapp.service import actions as service
from webapp.service.forms import ReportForm
from webapp.sites.models import Checkpoint, Site

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Change:
    """A day on which clocks are changed: its beginning and end in UTC, and the hours its picture shows."""

    day: date
    start: datetime
    end: datetime
    hours: list[int]


CHANGES = {
    "25 hours": Change(
        date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), [0, 1, 2, 2, *range(3, 25)]
    ),
    "23 hours": Change(
        date(2027, 3, 28), datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC), [0, 1, *range(3, 25)]
    ),
}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest, app: Flask, world: World) -> Change:
    with app.app_context(), writing():
        db.session.get_one(Site, world.garden).zone = "Europe/Berlin"
    return CHANGES[request.param]


def moments(change: Change) -> list[tuple[datetime, date]]:
    """Moments around the day's edges and around the change of clocks, each with the day it belongs to, counted by hand."""
    minute, before, after = timedelta(minutes=1), change.day - timedelta(days=1), change.day + timedelta(days=1)
    jump = datetime(change.day.year, change.day.month, change.day.day, 1, tzinfo=UTC)  # where all of Europe changes
    return [
        (change.start - minute, before), (change.start, change.day), (change.start + minute, change.day), (jump - minute, change.day), (jump, change.day),
        (jump + 59 * minute, change.day), (change.end - 61 * minute, change.day), (change.end - minute, change.day), (change.end, after), (change.end + 59 * minute, after),
    ]  # fmt: skip


def happen(app: Flask, world: World, phones: tuple[Phone, Phone], clock: Clock, change: Change) -> Counter[date]:
    """At each of the moments a scan outside rounds, an inspection, a request and a finished work order; gives how many by day."""
    guard, technician = phones
    checklist = make_checklist(app, world)
    counts: Counter[date] = Counter()
    for at, day in moments(change):
        clock.set(at)
        counts[day] += 1
        sent = [guard.scan(world.cellar), inspect(guard, checklist, GOOD, checkpoint=str(world.gate.id))]
        assert {result["status"] for result in guard.send(*sent)} == {"accepted"}
        with app.app_context(), writing():
            service.report(
                ReportForm.model_validate({"type_code": "noise", "answers": []}),
                db.session.get_one(Checkpoint, world.gate.id),
                "en",
                "",
                at,
            )
        order = raised(app, world)
        do(technician, order, "on_site", "start", "finish")
    return counts


def test_everything_counts_once_on_its_own_day(
    app: Flask, world: World, phone_of: PhoneOf, sign_in: SignIn, clock: Clock, change: Change
) -> None:
    clock.set(change.start - timedelta(hours=2))
    phones = (phone_of("guard"), phone_of("technician"))
    counts = happen(app, world, phones, clock, change)
    clock.set(change.end + timedelta(hours=30))
    office = sign_in("supervisor")
    for day, count in counts.items():
        answer = office.get(f"/log/garden/{day}")
        facts = {word: re.sub(r"<[^>]+>", "", value) for word, value, *_beside in FACT.findall(answer.text)}
        assert (facts["Requests"], facts["Inspections made"], facts["Complaints"]) == (str(count),) * 3, day
        assert facts["Work orders in time"] == f"{count}/{count}", day
        assert page(answer).text.count("Cellar Guard") == count, day
    next_day = office.get(f"/log/garden/{change.day + timedelta(days=1)}").text
    beside = {word: before for word, _value, before, _week in FACT.findall(next_day)}
    assert (beside["Requests"], beside["Inspections made"]) == (str(counts[change.day]),) * 2


def test_rounds_are_due_as_the_clock_on_the_wall_says_and_the_picture_has_its_hours(
    app: Flask, world: World, phone_of: PhoneOf, clock: Clock, change: Change
) -> None:
    clock.set(change.start - timedelta(hours=2))
    phone = phone_of("guard")
    walked = [datetime(change.day.year, change.day.month, change.day.day, hour, 5, tzinfo=BERLIN) for hour in (0, 20, 22)]
    for at in walked:
        clock.set(at.astimezone(UTC))
        assert {result["status"] for result in phone.send(*(phone.scan(spot) for spot in world.spots))} == {"accepted"}
    clock.set(change.end + timedelta(hours=5))
    with app.test_request_context():
        site, now = db.session.get_one(Site, world.garden), product_clock.now()
        shown = day_of(site, change.day, now)
        starts = [view.round.starts_at.astimezone(BERLIN).strftime("%H:%M") for view in shown.rounds]
        assert starts == ["00:00", "03:00" if change.end - change.start < timedelta(hours=24) else "02:00", "20:00", "22:00"]
        assert (shown.due, shown.seen, shown.count("missed")) == (12, 9, 3)
        scale = Scale.of(site, change.day)
        assert [hour for _minute, hour in scale.hours] == change.hours
        assert scale.length == (change.end - change.start) // timedelta(minutes=1)
        points = month_of(site, change.day.replace(day=1), now).sums[change.day].points
        assert (points.due, points.seen, points.missed) == (12, 9, 3)
        heat = dict(heat_of(site, change.day).rows)
        assert {point.name_en: [hour for hour, count in enumerate(hours) if count] for point, hours in heat.items() if any(hours)} == {
            spot: [0, 20, 22] for spot in ("East gate", "Roof", "Pump room")
        }
        db.session.rollback()
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM scan")) == 9
