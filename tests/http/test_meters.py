"""Readings: taken from a phone, doubted where they do not fit, kept in any case; usage as a picture and a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import content, inspect, make_checklist
from tests.making import NOW, Browser, Phone, World, looking, page
from tests.upkeep import make_meter
from webapp.equipment.models import Reading
from webapp.inspections.models import Inspection

SignIn = Callable[[str], Browser]
WEEK = timedelta(days=7)


@pytest.fixture
def meter(app: Flask, world: World) -> UUID:
    return make_meter(app, world)


def read(phone: Phone, meter: UUID, value: object, weeks_ago: float = 0, **body: object) -> dict[str, object]:
    result: dict[str, object] = phone.one(phone.record("reading", {"meter": str(meter), "value": value} | body, NOW - weeks_ago * WEEK))
    return result


def doubt_of(app: Flask, result: dict[str, object]) -> str | None:
    with looking(app) as session:
        return session.get_one(Reading, UUID(str(result["id"]))).doubt


def read_weekly(phone: Phone, meter: UUID, *values: float) -> None:
    for n, value in enumerate(values):
        assert read(phone, meter, value, len(values) - n)["status"] == "accepted"


@pytest.mark.parametrize(
    ("value", "doubt"), [(99_570.5, None), (99_000, "below_last"), (99_999, "jump"), (100_000, "too_long"), ("99570.125", None)]
)
def test_a_reading_that_does_not_fit_is_kept_with_its_doubt(
    app: Flask, phone: Phone, meter: UUID, sign_in: SignIn, value: object, doubt: str | None
) -> None:
    read_weekly(phone, meter, 99_150, 99_220, 99_290, 99_360, 99_430, 99_500)
    result = read(phone, meter, value)
    assert result["status"] == "accepted"
    assert doubt_of(app, result) == doubt
    text = page(sign_in("guard").get("/meters/garden")).text
    words = {"below_last": "Below the last reading", "jump": "Far from what is usual", "too_long": "More digits than the meter has"}
    assert [word for word in words.values() if word in text] == ([words[doubt]] if doubt else [])


def test_a_meter_that_goes_round_is_plausible(app: Flask, phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    read_weekly(phone, meter, 99_700, 99_770, 99_840, 99_910, 99_980)
    assert doubt_of(app, read(phone, meter, 50)) is None
    text = page(sign_in("guard").get(f"/meters/items/{meter}")).text
    assert "went round 70 10" in text


def test_the_next_reading_is_not_compared_with_a_misreading(app: Flask, phone: Phone, meter: UUID) -> None:
    read_weekly(phone, meter, 1000, 1070, 1140, 1210, 1280)
    assert doubt_of(app, read(phone, meter, 128, 0.5)) == "below_last"
    assert doubt_of(app, read(phone, meter, 1350)) is None


def test_a_second_reading_confirms_what_was_doubted(app: Flask, phone: Phone, meter: UUID) -> None:
    """A meter that goes round before anything is known of it, or is reset, is not doubted for ever."""
    read_weekly(phone, meter, 99_900)
    assert doubt_of(app, read(phone, meter, 30, 0.9)) == "below_last"
    assert doubt_of(app, read(phone, meter, 95, 0.5)) is None
    assert doubt_of(app, read(phone, meter, 160)) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"meter": str(UUID(int=7)), "value": 1}, "unknown-meter"),
        ({"value": 1, "code": "0000000000"}, "unknown-code"),
        ({"value": -1}, "bad-body"),
        ({"value": None}, "bad-body"),
        ({"value": "many"}, "bad-body"),
        ({"value": 10**12}, "bad-body"),
        ({"value": "NaN"}, "bad-body"),
    ],
)
def test_what_cannot_be_counted_is_held(phone: Phone, meter: UUID, body: dict[str, object], reason: str) -> None:
    result = phone.one(phone.record("reading", {"meter": str(meter)} | body))
    assert (result["status"], result["reason"]) == ("held", reason)


def test_a_stranger_reads_no_meter_of_ours(phone_of: Callable[[str], Phone], meter: UUID, sign_in: SignIn) -> None:
    result = read(phone_of("stranger"), meter, 5)
    assert (result["status"], result["reason"]) == ("held", "no-access")
    assert sign_in("stranger").get(f"/meters/items/{meter}").status_code == 404


def test_the_page_brings_what_is_usual_for_when_there_is_no_signal(phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    guard = sign_in("guard")
    first = guard.get(f"/meters/items/{meter}").text
    assert 'data-digits="5"' in first
    assert "data-least" not in first
    read_weekly(phone, meter, 1000, 1070, 1140, 1210, 1280)
    shown = guard.get(f"/meters/items/{meter}").text
    assert 'data-last="1280.000"' in shown
    assert 'data-least="3.33' in shown
    assert 'data-most="30' in shown
    assert shown.count("<rect") == 4


def test_a_new_meter(app: Flask, world: World, meter: UUID, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    facts = {"number": "W-2", "name": "表", "unit": "m³", "digits": "6", "checkpoint_id": str(world.pump.id)}
    assert "This number is taken." in page(supervisor.post("/meters/garden/new", facts | {"number": "W-1"})).text
    assert "Not more than 12" in page(supervisor.post("/meters/garden/new", facts | {"digits": "40"})).text
    assert supervisor.post("/meters/garden/new", facts | {"checkpoint_id": str(world.bridge.id)}).status_code == 422
    made = supervisor.post("/meters/garden/new", facts)
    assert "B1-03 Pump room" in page(supervisor.get(made.location)).text
    assert supervisor.post(f"{made.location}/retire").status_code == 303
    assert "W-2" not in page(supervisor.get("/meters/garden")).text
    assert "Out of use since" in page(supervisor.get(made.location)).text
    assert sign_in("elsewhere").post(f"{made.location}/retire").status_code == 404


# ---------------------------------------------------------------- read in a checklist


def reading_list(app: Flask, world: World, number: str = "W-1") -> UUID:
    question = {"id": "shows", "kind": "reading", "text": "水表读数", "text_en": "The water meter", "meter": number}
    return make_checklist(app, world, made=content(question))


def readings(app: Flask) -> list[tuple[str, str | None]]:
    with looking(app) as session:
        return [
            (str(one.value).removesuffix(".000"), one.doubt) for one in session.scalars(sa.select(Reading).order_by(Reading.at, Reading.id))
        ]


@pytest.mark.parametrize(("value", "doubt"), [(99_570, None), (99_000, "below_last"), (99_999, "jump"), (100_000, "too_long"), (12, None)])
def test_a_reading_in_a_checklist_is_judged_like_one_in_the_meters_form(
    app: Flask, world: World, phone: Phone, meter: UUID, value: float, doubt: str | None
) -> None:
    start = 99_150 if value != 12 else 99_600
    read_weekly(phone, meter, *(start + 70 * n for n in range(6)))
    record = inspect(phone, reading_list(app, world), {"shows": {"value": value, "text": "玻璃裂"}})
    assert [phone.one(record)["status"] for _once_more in range(2)] == ["accepted", "duplicate"]  # sent again when no answer came
    assert readings(app)[6:] == [(f"{value:g}", doubt)]
    with looking(app) as session:
        last = session.scalars(sa.select(Reading).order_by(Reading.at.desc())).first()
        assert last is not None and (last.meter_id, last.person_id, last.text) == (meter, world.people["guard"], "玻璃裂")


@pytest.mark.parametrize(("number", "value"), [("W-1", -3), ("W-1", 10**12), ("W-1", "x"), ("gone", 5)])
def test_a_figure_that_is_no_reading_or_of_no_meter_stays_an_answer(
    app: Flask, world: World, phone: Phone, meter: UUID, number: str, value: Any
) -> None:
    record = inspect(phone, reading_list(app, world, number), {"shows": {"value": value}})
    assert phone.one(record)["status"] == "accepted"
    assert readings(app) == []
    with looking(app) as session:
        kept = session.get_one(Inspection, UUID(record.id))
        assert kept.answers["shows"]["value"] == value and kept.passed is (number == "gone")


def test_the_phones_page_brings_what_is_usual_and_the_editor_knows_the_meters(
    app: Flask, world: World, phone: Phone, meter: UUID, sign_in: SignIn
) -> None:
    read_weekly(phone, meter, 100, 170, 240, 310)
    checklist_id = reading_list(app, world)
    shown = sign_in("guard").get(f"/inspect/{checklist_id}").text
    assert 'data-meter data-digits="5" data-last="310' in shown and "data-least=" in shown and 'data-doubt-word="jump"' in shown
    form = {
        "base": "1",
        "pass_score": "90",
        "do": "save",
        "item": ["section:0", "question:1"],
        "0.name": "表",
        "1.kind": "reading",
        "1.text": "水表",
        "1.id": "a",
        "1.weight": "1",
    }
    office = sign_in("supervisor")
    refused = office.post(f"/checklists/items/{checklist_id}", form | {"1.meter": "W9"})
    assert refused.status_code == 422 and "No meter in use at this site has this number" in refused.text
    assert office.post(f"/checklists/items/{checklist_id}", form | {"1.meter": "W-1"}).status_code == 302
