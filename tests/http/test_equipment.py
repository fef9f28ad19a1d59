"""The register's pages: a piece's facts, its status and work, documents, renewal, and what ever happened to it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, World, looking, page, picture
from tests.upkeep import LIFT, make_piece, say, status_of
from webapp.core.db import db, writing
from webapp.equipment.models import Equipment, EquipmentDocument, EquipmentStatus
from webapp.photos.models import Photo
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


# ---------------------------------------------------------------- documents


PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def files(*given: tuple[str, bytes]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(content), name) for name, content in given]


def documents(app: Flask) -> list[tuple[str, list[str]]]:
    with looking(app) as session:
        rows = session.scalars(sa.select(EquipmentDocument).order_by(EquipmentDocument.at, EquipmentDocument.id))
        return [(row.name, [file.name for file in row.files]) for row in rows]


def test_a_document_has_pictures_and_pdfs_and_a_pdf_is_only_handed_out_to_be_saved(app: Flask, lift: UUID, sign_in: SignIn) -> None:
    office, address = sign_in("supervisor"), f"/equipment/items/{lift}"
    given = {"name": "Use certificate", "files": files(("front.jpg", picture()), ("report 报告.pdf", PDF), ("again.pdf", PDF))}
    assert office.post(f"{address}/documents", given).status_code == 303
    assert documents(app) == [("Use certificate", ["front.jpg", "report 报告.pdf"])]  # the same bytes once
    with looking(app) as session:
        document_id = session.scalars(sa.select(EquipmentDocument.id)).one()
    one = f"{address}/documents/{document_id}"
    assert office.post(one, {"do": "files", "files": files(("back.jpg", picture(colour="red")))}).status_code == 303
    assert documents(app)[0][1] == ["front.jpg", "report 报告.pdf", "back.jpg"]
    links = re.findall(rf"{one}/([0-9a-f]{{64}})", office.get(address).text)
    assert len(links) == 3
    shown = [sign_in("guard").get(f"{one}/{link}") for link in links]
    assert [(answer.mimetype, answer.headers["Content-Disposition"].split(";")[0]) for answer in shown] == [
        ("image/jpeg", "inline"), ("application/pdf", "attachment"), ("image/jpeg", "inline"),
    ]  # fmt: skip
    assert shown[1].data == PDF and "filename*=UTF-8''report%20" in shown[1].headers["Content-Disposition"]
    for answer in shown:
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers["Content-Security-Policy"]
    assert sign_in("stranger").get(f"{one}/{links[1]}").status_code == 404
    assert office.get(f"{one}/{'0' * 64}").status_code == 404
    assert office.get(f"/equipment/items/{lift}/documents/{UUID(int=7)}/{links[0]}").status_code == 404


@pytest.mark.parametrize("bad", [b"<html><script>alert(1)</script>", PDF[:-8], b"MZ\x90", b"", b"GIF89a" + PDF])
def test_one_file_that_is_neither_picture_nor_whole_pdf_refuses_them_all(app: Flask, lift: UUID, sign_in: SignIn, bad: bytes) -> None:
    office, address = sign_in("supervisor"), f"/equipment/items/{lift}"
    answer = office.post(f"{address}/documents", {"name": "Manual", "files": files(("good.pdf", PDF), ("bad.pdf", bad))})
    assert answer.status_code == 422 and "neither a picture nor a whole PDF" in answer.text and 'value="Manual"' in answer.text
    assert documents(app) == []
    with looking(app) as session:
        assert session.scalars(sa.select(Photo)).all() == []
    office.post(f"{address}/documents", {"name": "Manual"})
    with looking(app) as session:
        document_id = session.scalars(sa.select(EquipmentDocument.id)).one()
    for given in ({"files": files(("bad.pdf", bad))}, {}):
        assert office.post(f"{address}/documents/{document_id}", given | {"do": "files"}).status_code == 422
    assert documents(app) == [("Manual", [])]


def test_a_phone_cannot_hand_in_a_pdf_as_a_photo(phone: Phone) -> None:
    assert phone.put_photo(PDF).status_code == 415


def test_documents_that_run_out_stand_where_people_look_and_in_the_log(
    app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock
) -> None:
    """Thirty days before, and from the day after; not on what is out of use, replaced by a newer one, or not needed any more."""
    office, address = sign_in("supervisor"), f"/equipment/items/{lift}"
    for name, until in (("Gone", "2026-11-22"), ("Today", "2026-11-23"), ("Soon", "2026-12-23"), ("Later", "2026-12-24")):
        office.post(f"{address}/documents", {"name": name, "valid_until": until})
    where = {"/equipment/garden": "", "/maintenance/garden": "", address: "", "/log/garden/2026-11-23": ""}

    def found(path: str) -> set[str]:
        shown = page(sign_in("supervisor").get(path)).text
        return {
            name for name in ("Gone", "Today", "Soon", "Later") if re.search(rf"{name}( · Lift 3|: (Expired|[0-9]+ days? left))", shown)
        }

    for path in where:
        assert found(path) == {"Gone", "Today", "Soon"}, path
    assert "Expired Gone · Lift 3" in page(office.get("/log/garden/2026-11-23")).text
    clock.forward(days=1)
    assert "Expired Today · Lift 3" in page(office.get("/log/garden/2026-11-24")).text
    office.post(f"{address}/documents", {"name": "Gone", "valid_until": "2028-01-01"})
    with looking(app) as session:
        today = session.scalars(sa.select(EquipmentDocument.id).where(EquipmentDocument.name == "Today")).one()
    assert office.post(f"{address}/documents/{today}", {"do": "withdraw"}).status_code == 303
    assert office.post(f"{address}/documents/{today}", {"do": "withdraw"}).status_code == 409
    for path in ("/equipment/garden", "/maintenance/garden", address, "/log/garden/2026-11-24"):
        assert found(path) == {"Soon", "Later"}, path
    assert found("/log/garden/2026-11-23") == {"Gone", "Today", "Soon"}  # that day's log says what it said
    assert "Not needed any more" in page(office.get(address)).text
    office.post(f"{address}/retire", {"reason": "Worn out"})
    assert found("/equipment/garden") == set() and found(address) == set()


def test_the_binder_of_the_whole_site_is_all_classes_with_their_gaps(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    make_piece(app, world, number="SB-01", class_code="pump", name="水泵", name_en="Water pump")
    office = sign_in("supervisor")
    office.post(f"/equipment/items/{lift}/documents", {"name": "Certificate", "valid_until": "2026-11-01"})
    whole = page(office.get("/equipment/garden/binder?class=all")).text
    assert whole.index("DT-03 Lift 3") < whole.index("SB-01 Water pump")
    gaps = whole[whole.index("Gaps") : whole.index("Serial number")] if "Serial number" in whole else whole
    assert "Certificate: Expired" in gaps and "SB-01 Water pump · No plan is in force for it." in gaps
    alone = page(office.get("/equipment/garden/binder?class=pump")).text
    assert "DT-03" not in alone and "SB-01" in alone
