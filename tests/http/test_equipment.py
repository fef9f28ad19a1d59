"""The register's pages: a piece's facts, its status and work, documents, renewal, and what ever happened to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from tests.upkeep import LIFT, make_piece, say, status_of
from webapp.core.db import db, writing
from webapp.equipment.models import Equipment, EquipmentStatus
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]


@pytest.fixture
def lift(app: Flask, world: World) -> UUID:
    return make_piece(app, world)


def test_the_register_groups_and_filters_by_the_address(app: Flask, world: World, lift: UUID, sign_in: SignIn, phone: Phone) -> None:
    make_piece(app, world, number="SB-01", class_code="pump", name="水泵", name_en="Water pump")
    guard = sign_in("guard")
    text = page(guard.get("/equipment/garden")).text
    assert text.index("Lift 1 piece") < text.index("Pump 1 piece")
    assert "Lift 3" not in page(guard.get("/equipment/garden?class=pump")).text
    assert "Water pump" not in page(guard.get("/equipment/garden?q=dt-0")).text
    assert "No such equipment" in page(guard.get("/equipment/garden?status=fault")).text
    say(phone, lift, "fault", text="Door jams")
    found = page(guard.get("/equipment/garden?status=fault&criticality=A")).text
    assert "Lift 3" in found
    assert "Water pump" not in found
    assert page(guard.get("/equipment/garden?class=nonsense&status=%3Cb%3E&criticality=Z")).text.count("piece") == page(
        guard.get("/equipment/garden")
    ).text.count("piece")


def test_a_new_piece_and_its_edited_facts(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    facts = LIFT | {"place_id": str(world.lobby)}
    assert "This number is taken." in page(supervisor.post("/equipment/garden/new", facts)).text
    assert "Please fill this in." in page(supervisor.post("/equipment/garden/new", facts | {"name": ""})).text
    river = {"place_id": str(lift), "class_code": "rocket", "number": "X"}
    assert supervisor.post("/equipment/garden/new", facts | river).status_code == 422
    made = supervisor.post("/equipment/garden/new", facts | {"number": "DT-04", "parent_id": str(lift)})
    assert "Part of this machine · DT-03" in page(supervisor.get(made.location)).text
    part = made.location.rsplit("/", 1)[1]
    assert page(supervisor.get(f"/equipment/items/{part}/edit")).values["number"] == "DT-04"
    assert supervisor.post(f"/equipment/items/{lift}/edit", facts | {"maker": "Mitsubishi"}).status_code == 303
    assert "Mitsubishi" in page(supervisor.get(f"/equipment/items/{lift}")).text
    refused = supervisor.post(f"/equipment/items/{lift}/edit", facts | {"parent_id": part})
    assert "it would be a part of itself" in page(refused).text


def test_a_fault_is_one_tap_and_raises_its_order(app: Flask, world: World, lift: UUID, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    assert say(phone, lift, "fault", text="Door jams", order=True)["status"] == "accepted"
    clock.forward(hours=5)
    say(phone, lift, "running", order=True)  # nothing is to be done about a machine that runs
    with looking(app) as session:
        order = session.scalars(sa.select(WorkOrder)).one()
        order_page = f"/work-orders/{order.id}"
        assert (order.type_code, order.spot, order.text, order.place_id) == ("lift", "DT-03", "电梯3: Door jams", world.lobby)
        assert [change.order_id for change in session.scalars(sa.select(EquipmentStatus).order_by(EquipmentStatus.at))] == [order.id, None]
    guard = sign_in("guard")
    text = page(guard.get(f"/equipment/items/{lift}")).text
    assert "5 h down in 30 days" in text
    assert text.index("In operation") < text.index("Everything that happened")
    assert order_page in page(guard.get(f"/equipment/items/{lift}")).links


def test_what_was_said_without_signal_counts_from_when_it_was_said(
    app: Flask, lift: UUID, sign_in: SignIn, phone: Phone, clock: Clock
) -> None:
    """A fault that arrives after the repair stands before it, and the time it was down is that between the two."""
    broke = phone.record("equipment-status", {"equipment": str(lift), "status": "fault", "text": "Stuck"}, NOW - timedelta(hours=9))
    say(phone, lift, "running", NOW - timedelta(hours=3))
    assert status_of(app, lift) == "running"
    clock.forward(minutes=1)
    assert phone.one(broke)["status"] == "accepted"
    assert phone.one(broke)["status"] == "duplicate"
    assert status_of(app, lift) == "running"
    text = page(sign_in("guard").get(f"/equipment/items/{lift}")).text
    assert "6 h down in 30 days" in text
    assert text.count("Stuck") == 1


def test_a_fault_without_words_says_what_it_is_in_the_authors_language(app: Flask, lift: UUID, phone: Phone) -> None:
    say(phone, lift, "out_of_service", order=True)
    with looking(app) as session:
        assert session.scalars(sa.select(WorkOrder.text)).one() == "电梯3: Out of service"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"status": ""}, "bad-body"),
        ({"status": "broken"}, "bad-body"),
        ({"status": None}, "bad-body"),
        ({"text": "x" * 10_001}, "bad-body"),
        ({"order": "perhaps"}, "bad-body"),
        ({"code": "0000000000"}, "unknown-code"),
        ({"equipment": str(UUID(int=7))}, "unknown-equipment"),
        ({"equipment": "lift 3"}, "bad-body"),
    ],
)
def test_a_status_that_is_none_is_held_and_changes_nothing(
    app: Flask, lift: UUID, phone: Phone, body: dict[str, object], reason: str
) -> None:
    result = phone.one(phone.record("equipment-status", {"equipment": str(lift), "status": "fault", "order": True} | body))
    assert (result["status"], result["reason"]) == ("held", reason)
    assert status_of(app, lift) == "running"
    with looking(app) as session:
        assert session.scalars(sa.select(WorkOrder)).all() == []


def test_two_phones_that_contradict_each_other_are_both_kept_in_order(app: Flask, lift: UUID, phone: Phone, phone_of: PhoneOf) -> None:
    say(phone_of("technician"), lift, "repair", NOW - timedelta(minutes=5))
    say(phone, lift, "fault", NOW - timedelta(minutes=10))
    assert status_of(app, lift) == "repair"
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EquipmentStatus)) == 2


def test_only_a_work_order(app: Flask, lift: UUID, sign_in: SignIn) -> None:
    guard = sign_in("guard")
    assert "Please fill this in." in page(guard.post(f"/equipment/items/{lift}/orders", {"text": " "})).text
    assert guard.post(f"/equipment/items/{lift}/orders", {"text": "Lamp in the car", "urgent": "true"}).status_code == 303
    with looking(app) as session:
        assert session.scalars(sa.select(WorkOrder.urgent)).all() == [True]
    assert status_of(app, lift) == "running"


def test_pieces_that_share_a_point_keep_their_orders_apart(app: Flask, world: World, sign_in: SignIn) -> None:
    one, other = (make_piece(app, world, number=number, checkpoint_id=world.pump.id) for number in ("SB-01", "SB-02"))
    guard = sign_in("guard")
    guard.post(f"/equipment/items/{one}/orders", {"text": "Seal leaks"})
    assert "Seal leaks" in page(guard.get(f"/equipment/items/{one}")).text
    assert "Seal leaks" not in page(guard.get(f"/equipment/items/{other}")).text


def test_what_is_not_of_ones_site_is_not_there(app: Flask, lift: UUID, sign_in: SignIn, phone_of: PhoneOf) -> None:
    for who in ("stranger", "nowhere"):
        browser = sign_in(who)
        assert browser.get(f"/equipment/items/{lift}").status_code == 404
        result = say(phone_of(who), lift, "fault")
        assert (result["status"], result["reason"]) == ("held", "no-access")
    assert sign_in("guard").get(f"/equipment/items/{lift}/edit").status_code == 404
    assert sign_in("guard").get(f"/equipment/items/{UUID(int=7)}").status_code == 404


def test_documents_the_latest_of_a_name_counts(app: Flask, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    address = f"/equipment/items/{lift}"
    supervisor.post(f"{address}/documents", {"name": "Use certificate", "number": "T-1", "valid_until": "2026-11-20"})
    assert "Expired" in page(supervisor.get(address)).text
    clock.forward(minutes=1)
    supervisor.post(f"{address}/documents", {"name": "Use certificate", "number": "T-2", "valid_until": "2026-12-01"})
    text = page(supervisor.get(address)).text
    assert "Expired" not in text
    assert "8 days left" in text
    assert "Use certificate T-1" in text  # still in the history
    assert "Please fill this in." in page(supervisor.post(f"{address}/documents", {"name": ""})).text
    assert "Please give a date" in page(supervisor.post(f"{address}/documents", {"name": "Manual", "valid_until": "soon"})).text


def test_a_renewal_is_proposed_decided_and_finished(app: Flask, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    supervisor, manager, address = sign_in("supervisor"), sign_in("manager"), f"/equipment/items/{lift}"
    assert "An amount like" in page(supervisor.post(f"{address}/renewals", {"text": "New ropes", "cost": "much"})).text
    supervisor.post(f"{address}/renewals", {"text": "New ropes", "cost": "12500"})
    assert "Waiting for the manager ¥12,500.00" in page(supervisor.get(address)).text
    with looking(app) as session:
        renewal_id = session.execute(sa.text("SELECT renewal_id FROM renewal_step")).scalar_one()
    going = f"/equipment/renewals/{UUID(str(renewal_id))}"
    assert manager.post(going, {"do": "finish"}).status_code == 409
    assert supervisor.post(going, {"do": "approve"}).status_code == 403
    clock.forward(hours=1)
    assert manager.post(going, {"do": "approve", "text": "Ropes are at their limit"}).status_code == 303
    assert manager.post(going, {"do": "refuse"}).status_code == 409
    clock.forward(days=3)
    assert supervisor.post(going, {"do": "finish", "text": "Replaced, tested", "cost": "11,800.50"}).status_code == 303
    text = page(supervisor.get(address)).text
    assert "Finished ¥11,800.50" in text
    assert "Ropes are at their limit" in text
    assert manager.post(f"/equipment/renewals/{UUID(int=7)}", {"do": "approve"}).status_code == 404
    assert sign_in("elsewhere").post(going, {"do": "finish"}).status_code == 404


def test_a_long_life_is_read_page_by_page(app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    from webapp.equipment import actions

    with app.app_context(), writing():
        one = db.session.get_one(Equipment, lift)
        for n in range(70):
            clock.forward(hours=1)
            actions.set_status(one, ("fault", "running")[n % 2], f"reason {n}", world.people["guard"], clock.now)
    guard = sign_in("guard")
    first = page(guard.get(f"/equipment/items/{lift}"))
    assert "reason 69" in first.text
    assert "reason 39" not in first.text
    older = next(link for link in first.links if "before=" in link)
    assert "reason 39" in page(guard.get(older)).text
    assert guard.get(f"/equipment/items/{lift}?before=never").status_code == 200
