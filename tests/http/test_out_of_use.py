"""Out of use and replaced; and readings that the office settles: nothing is edited away, what follows is derived anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import GOOD, inspect, make_checklist
from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from tests.upkeep import LIFT, make_meter, make_piece, make_plan, raise_due, say
from webapp.equipment import queries
from webapp.equipment.models import Equipment, EquipmentLife, MaintenancePlan, Meter, Reading, ReadingVerdict
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
WEEK = timedelta(days=7)


@pytest.fixture
def lift(app: Flask, world: World) -> UUID:
    return make_piece(app, world)


# ---------------------------------------------------------------- machines


def test_a_retired_piece_stays_in_history_and_its_plans_stop(app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    own = make_plan(app, world, equipment_id=lift, class_code=None, begins_on=NOW.date())
    of_class = make_plan(app, world, name="检验", name_en="Inspect", begins_on=NOW.date())
    raise_due(app, world)
    supervisor = sign_in("supervisor")
    answer = supervisor.post(f"/equipment/items/{lift}/retire", {"reason": "Worn out"})
    assert answer.location == f"/equipment/items/{lift}"
    with looking(app) as session:
        assert [order.state for order in session.scalars(sa.select(WorkOrder))] == ["cancelled", "cancelled"]
        assert session.get_one(MaintenancePlan, own).ends_on == NOW.date()
        assert session.get_one(MaintenancePlan, of_class).ends_on is None
    clock.forward(days=30)
    assert raise_due(app, world) == []
    assert "1 piece out of use" in page(supervisor.get("/equipment/garden")).text
    assert "Lift 3" not in page(supervisor.get("/maintenance/garden")).text
    text = page(supervisor.get(f"/equipment/items/{lift}")).text
    assert "Supervisor: “Worn out”" in text
    assert "What is the matter?" not in text
    assert supervisor.post(f"/equipment/items/{lift}/orders", {"text": "Oil it"}).status_code == 409
    assert page(supervisor.get("/equipment/garden/binder?class=lift&from=2026-11-01&to=2026-12-20")).text.count("DT-03") > 0


@pytest.mark.parametrize(
    ("becomes", "successor", "left"),
    [
        ("", False, None),  # it must be said
        ("go", False, {"DT-03": ("out", None), "KZ-1": ("out", "DT-03"), "KZ-2": ("out", "KZ-1")}),
        ("stay", False, {"DT-03": ("out", "JF-1"), "KZ-1": ("in", "JF-1"), "KZ-2": ("in", "KZ-1")}),
        ("stay", True, {"DT-03": ("out", "JF-1"), "KZ-1": ("in", "DT-04"), "KZ-2": ("in", "KZ-1")}),
    ],
)
def test_the_parts_of_a_machine_are_dealt_with_when_it_goes(
    app: Flask, world: World, sign_in: SignIn, becomes: str, successor: bool, left: dict[str, tuple[str, str | None]] | None
) -> None:
    room = make_piece(app, world, number="JF-1", class_code="other", name="机房", name_en="Machine room")
    lift = make_piece(app, world, parent_id=room)
    box = make_piece(app, world, number="KZ-1", class_code="other", name="控制柜", name_en="Controller", parent_id=lift)
    board = make_piece(app, world, number="KZ-2", class_code="other", name="主板", name_en="Board", parent_id=box)
    own = make_plan(app, world, equipment_id=board, class_code=None, begins_on=NOW.date())
    new = make_piece(app, world, number="DT-04", name="电梯4", name_en="Lift 4")
    office, form = sign_in("supervisor"), {"reason": "Worn out", "parts": becomes} | ({"successor_id": str(new)} if successor else {})
    answer = office.post(f"/equipment/items/{lift}/retire", form)
    with looking(app) as session:
        numbers = {one.id: one.number for one in session.scalars(sa.select(Equipment))}
        found = {
            one.number: ("out" if one.retired_at else "in", numbers.get(one.parent_id))
            for one in session.scalars(sa.select(Equipment).where(Equipment.id.in_([lift, box, board])))
        }
        ended = session.get_one(MaintenancePlan, own).ends_on
    if left is None:
        assert answer.status_code == 422 and "say what becomes of them" in page(answer).text
        assert {state for state, _parent in found.values()} == {"in"}
        return
    assert answer.status_code == 303
    assert found == left | ({"DT-03": ("out", "JF-1")} if becomes == "go" else {})
    assert ended == (NOW.date() if becomes == "go" else None)
    if becomes == "go":
        assert "Worn out" in page(office.get(f"/equipment/items/{board}")).text


def test_a_part_cannot_stand_in_place_of_its_machine(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    part = make_piece(app, world, number="DT-03A", name="副梯", name_en="Car", parent_id=lift)
    answer = sign_in("supervisor").post(f"/equipment/items/{lift}/retire", {"reason": "Old", "successor_id": str(part), "parts": "stay"})
    assert answer.status_code == 422


def test_what_was_overdue_before_stays_in_the_log_of_that_day(app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    make_plan(app, world, begins_on=date(2026, 11, 19), every=15, from_completion=True)
    supervisor = sign_in("supervisor")
    before = page(supervisor.get("/log/garden/2026-11-22")).text
    assert "Maintenance overdue Lubricate · Lift 3" in before
    supervisor.post(f"/equipment/items/{lift}/retire", {"reason": "Worn out"})
    clock.forward(days=2)
    assert "Maintenance overdue Lubricate · Lift 3" in page(supervisor.get("/log/garden/2026-11-22")).text
    assert "Lift 3" not in page(supervisor.get("/log/garden/2026-11-25")).text


@pytest.mark.parametrize("meters", ["go", "stay"])
def test_a_successor_is_linked_both_ways_and_takes_the_meters_that_stay(
    app: Flask, world: World, lift: UUID, sign_in: SignIn, meters: str
) -> None:
    meter = make_meter(app, world, equipment_id=lift)
    supervisor = sign_in("supervisor")
    form = page(supervisor.get(f"/equipment/garden/new?replaces={lift}"))
    assert (form.values["class_code"], form.values["name"], form.values["number"]) == ("lift", "电梯3", "")
    made = supervisor.post("/equipment/garden/new", LIFT | {"number": "DT-03B", "place_id": str(world.lobby), "replaces": str(lift)})
    successor = UUID(made.location.split("successor=")[1].split("#")[0])
    assert page(supervisor.get(made.location)).values["successor_id"] == str(successor)
    answer = supervisor.post(f"/equipment/items/{lift}/retire", {"reason": "Renewed", "successor_id": str(successor), "meters": meters})
    assert answer.location == f"/equipment/items/{successor}"
    assert "Replaced by this one · DT-03" in page(supervisor.get(answer.location)).text
    assert f"/equipment/items/{successor}" in page(supervisor.get(f"/equipment/items/{lift}")).links
    with looking(app) as session:
        found = session.get_one(Meter, meter)
        assert (found.retired_at is not None, found.equipment_id) == ((True, lift) if meters == "go" else (False, successor))


def test_an_order_that_somebody_has_begun_is_not_called_off(app: Flask, world: World, lift: UUID, sign_in: SignIn, phone_of: Any) -> None:
    make_plan(app, world, begins_on=NOW.date())
    (order_id,) = raise_due(app, world)
    supervisor = sign_in("supervisor")
    supervisor.post(f"/work-orders/{order_id}/assign", {"to": str(world.people["technician"])})
    technician = phone_of("technician")
    for verb in ("accept", "start"):
        technician.one(technician.record("work-step", {"order": str(order_id), "verb": verb}))
    with looking(app) as session:
        before = session.get_one(WorkOrder, order_id).state
    supervisor.post(f"/equipment/items/{lift}/retire", {"reason": "Worn out"})
    with looking(app) as session:
        after = session.get_one(WorkOrder, order_id).state
        assert session.get_one(Equipment, lift).retired_at is not None
    assert (before, after) == ("running", "running")


def test_a_mistake_is_taken_back_and_both_stay_on_record(app: Flask, world: World, lift: UUID, sign_in: SignIn, phone: Phone) -> None:
    supervisor = sign_in("supervisor")
    address = f"/equipment/items/{lift}"
    supervisor.post(f"{address}/retire", {"reason": "Wrong one"})
    assert supervisor.post(f"{address}/retire", {"reason": "Again"}).status_code == 409
    assert say(phone, lift, "fault")["status"] == "accepted"  # a phone that did not know yet: kept, it is history
    assert supervisor.post(f"{address}/return", {"reason": " "}).status_code == 422
    assert supervisor.post(f"{address}/return", {"reason": "It was the other"}).status_code == 303
    assert supervisor.post(f"{address}/return", {"reason": "Again"}).status_code == 409
    text = page(supervisor.get(address)).text
    assert "Back in use It was the other" in text
    assert "Out of use Wrong one" in text
    with looking(app) as session:
        assert [life.verb for life in session.scalars(sa.select(EquipmentLife).order_by(EquipmentLife.at, EquipmentLife.id))] == [
            "retire",
            "return",
        ]


@pytest.mark.parametrize(
    ("form", "status"),
    [({"reason": ""}, 422), ({"reason": "x", "successor_id": str(UUID(int=7))}, 422), ({"reason": "x", "successor_id": "lift"}, 422),
     ({"reason": "x", "meters": "sell"}, 422), ({"reason": "x" * 2001}, 422)],
)  # fmt: skip
def test_what_cannot_be_retires_nothing(app: Flask, lift: UUID, sign_in: SignIn, form: dict[str, str], status: int) -> None:
    assert sign_in("supervisor").post(f"/equipment/items/{lift}/retire", form).status_code == status
    with looking(app) as session:
        assert session.get_one(Equipment, lift).retired_at is None


def test_only_supervisors_of_the_site_take_out_of_use(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    pump = make_piece(app, world, number="SB-1", class_code="pump")
    for who, status in (("guard", 404), ("elsewhere", 404)):
        assert sign_in(who).post(f"/equipment/items/{lift}/retire", {"reason": "x"}).status_code == status
    # A pump is no successor of a lift, nor is the lift its own.
    for other in (pump, lift):
        assert sign_in("supervisor").post(f"/equipment/items/{lift}/retire", {"reason": "x", "successor_id": str(other)}).status_code == 422


# ---------------------------------------------------------------- readings


@pytest.fixture
def meter(app: Flask, world: World) -> UUID:
    return make_meter(app, world)


def read(phone: Phone, meter: UUID, *values: float) -> list[UUID]:
    """Readings a week apart, the last one now."""
    sent = [
        phone.one(phone.record("reading", {"meter": str(meter), "value": value}, NOW - WEEK * (len(values) - n - 1)))
        for n, value in enumerate(values)
    ]
    return [UUID(str(one["id"])) for one in sent]


def counted(app: Flask, meter: UUID) -> list[Decimal]:
    with looking(app):
        return [one.value for one in queries.reads_of(meter)]


def settle(browser: Browser, meter: UUID, reading: UUID, do: str, **form: str) -> int:
    return browser.post(f"/meters/items/{meter}/settle", {"reading": str(reading), "do": do} | form).status_code


def test_a_doubted_reading_is_accepted_corrected_or_set_aside(app: Flask, phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    ids = read(phone, meter, 1000, 1070, 1140, 1210, 128)  # the last one misread: a digit is missing
    supervisor = sign_in("supervisor")
    text = page(supervisor.get("/meters/garden")).text
    assert "To be looked at 1 reading Water meter 128 m³" in text
    assert counted(app, meter)[-1] == 1210
    assert settle(supervisor, meter, ids[-1], "correct", value="1280", reason="Seen on the photo") == 303
    assert counted(app, meter) == [1000, 1070, 1140, 1210, 1280]
    assert "To be looked at" not in page(supervisor.get("/meters/garden")).text
    text = page(supervisor.get(f"/meters/items/{meter}?reading={ids[-1]}")).text
    assert "1 280 m³" in text
    assert "showed 128" in text
    assert "Corrected: 1 280 m³ · “Seen on the photo”" in text
    with looking(app) as session:
        kept = session.get_one(Reading, ids[-1])
        assert (kept.value, kept.doubt) == (128, "below_last")  # as it came
        last = str(session.scalars(sa.select(ReadingVerdict.id)).one())
    assert settle(supervisor, meter, ids[-1], "aside", reason="Cannot be told", after=last) == 303
    assert counted(app, meter) == [1000, 1070, 1140, 1210]
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ReadingVerdict)) == 2  # nothing is edited away


def test_the_next_reading_is_compared_with_what_was_accepted(app: Flask, phone: Phone, meter: UUID, sign_in: SignIn, clock: Clock) -> None:
    """The meter was exchanged and begins at 5: accepted at once, the use goes on from there."""
    ids = read(phone, meter, 1000, 1070, 1140, 1210, 5)
    assert settle(sign_in("supervisor"), meter, ids[-1], "accept") == 303
    clock.forward(days=7)
    sent = phone.one(phone.record("reading", {"meter": str(meter), "value": 75}))
    with looking(app) as session:
        assert session.get_one(Reading, UUID(str(sent["id"]))).doubt is None
    assert counted(app, meter)[-2:] == [5, 75]


def test_a_plausible_reading_may_be_wrong_too(app: Flask, phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    ids = read(phone, meter, 1000, 1070, 1140, 1210)
    assert settle(sign_in("supervisor"), meter, ids[1], "aside", reason="Of another meter") == 303
    assert counted(app, meter) == [1000, 1140, 1210]


@pytest.mark.parametrize(
    ("do", "form", "status"),
    [
        ("correct", {"reason": "x"}, 422),
        ("correct", {"value": "1280"}, 422),
        ("correct", {"value": "-1", "reason": "x"}, 422),
        ("correct", {"value": "many", "reason": "x"}, 422),
        ("correct", {"value": "NaN", "reason": "x"}, 422),
        ("correct", {"value": "100000", "reason": "x"}, 422),
        ("aside", {}, 422),
        ("forget", {"reason": "x"}, 422),
        ("accept", {"after": str(UUID(int=7))}, 409),
    ],
)
def test_what_makes_no_sense_settles_nothing(
    app: Flask, phone: Phone, meter: UUID, sign_in: SignIn, do: str, form: dict[str, str], status: int
) -> None:
    ids = read(phone, meter, 1000, 1070, 900)
    assert settle(sign_in("supervisor"), meter, ids[-1], do, **form) == status
    assert counted(app, meter) == [1000, 1070]


def test_two_who_settle_the_same_reading_the_second_sees_the_first(app: Flask, phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    ids = read(phone, meter, 1000, 1070, 900)
    assert settle(sign_in("supervisor"), meter, ids[-1], "accept") == 303
    answer = sign_in("manager").post(f"/meters/items/{meter}/settle", {"reading": str(ids[-1]), "do": "aside", "reason": "x"})
    assert answer.status_code == 409
    assert "Somebody has said something of it meanwhile" in page(answer).text


def test_only_a_supervisor_settles_and_only_the_meters_own(app: Flask, world: World, phone: Phone, meter: UUID, sign_in: SignIn) -> None:
    other = make_meter(app, world, number="W-9")
    (reading,) = read(phone, other, 5)
    supervisor = sign_in("supervisor")
    assert settle(supervisor, meter, reading, "accept") == 422
    assert settle(supervisor, meter, UUID(int=7), "accept") == 422
    assert settle(sign_in("guard"), other, reading, "accept") == 404
    assert settle(sign_in("elsewhere"), other, reading, "accept") == 404
    assert "It is right" not in page(sign_in("guard").get(f"/meters/items/{other}?reading={reading}")).text
    assert page(supervisor.get(f"/meters/items/{other}?reading=nonsense")).text


# ---------------------------------------------------------------- everything that happened


def test_inspections_stand_in_the_machines_history(app: Flask, world: World, lift: UUID, phone: Phone, sign_in: SignIn) -> None:
    checklist = make_checklist(app, world)
    sent = inspect(phone, checklist, GOOD | {"light": {"value": False}}, equipment=str(lift))
    assert phone.one(sent)["status"] == "accepted"
    seen = page(sign_in("supervisor").get(f"/equipment/items/{lift}"))
    assert "Not passed Stairs" in seen.text
    assert "1 finding" in seen.text
    assert f"/inspections/{sent.id}" in seen.links


# ---------------------------------------------------------------- at a label


def test_the_pack_says_what_carries_each_label(app: Flask, world: World, lift: UUID, phone_of: Callable[[str], Phone]) -> None:
    pump = make_piece(app, world, number="SB-1", class_code="pump", name="水泵", name_en="Pump", checkpoint_id=world.pump.id)
    meter = make_meter(app, world, equipment_id=pump)  # hangs where its machine's label is
    make_plan(app, world, class_code="pump", begins_on=date(2026, 11, 20))
    technician = phone_of("technician")
    read(technician, meter, 128.5)
    say(technician, pump, "repair")
    here = technician.browser.get("/pack").get_json()["here"]
    assert list(here) == [str(world.pump.id)]  # the lift carries none
    ((machine,), (shown,)) = here[str(world.pump.id)]["machines"], here[str(world.pump.id)]["meters"]
    assert (machine["name"], machine["status"], machine["due"]) == ("Pump", "repair", [{"name": "Lubricate", "on": "2026-11-20"}])
    assert (shown["name"], shown["unit"], shown["last"]) == ("Water meter", "m³", "128.500")
    guards = phone_of("guard").browser.get("/pack").get_json()["here"]
    assert guards[str(world.pump.id)]["machines"][0]["due"] == []  # not theirs to do
    assert phone_of("stranger").browser.get("/pack").get_json()["here"] == {}
    assert "/here" in technician.browser.get("/pack").get_json()["pages"]
    assert technician.browser.get("/here").status_code == 200
