"""D3, D4: what phones of every release have sent is still taken, with the same verdict; what newer ones send is kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.inspecting import content as checklist_content
from tests.making import NOW, OPENED, Phone, World, looking
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.daily_log.models import Answer, ExceptionDecision
from webapp.equipment.models import Equipment, EquipmentStatus, Meter, Reading
from webapp.handover.models import Handover, HandoverAnswer
from webapp.inspections import actions as inspections
from webapp.inspections.models import Checklist, Inspection
from webapp.patrols.models import RoundStep, Scan, Schedule
from webapp.people.models import Duty, Membership, Person
from webapp.records.models import Correction, Note, Record
from webapp.service.models import Request
from webapp.sites.models import Label
from webapp.sync.kinds import KINDS, Kind
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkStep
from webapp.work_orders.types import HANDBOOK_TYPES

HERE = Path(__file__).parent
INDEX: list[dict[str, Any]] = json.loads((HERE / "index.json").read_text())
EFFECTS = (Scan, Note, RoundStep, Duty, Correction, WorkStep, Reading, EquipmentStatus, Inspection, Handover, HandoverAnswer, Answer)
CODE = "9NTQ6SBNPP"
SCHEDULE = "RMSEM"
CHECKLIST = UUID("01a208d0-0000-7000-8000-0000000000cc")
ORDER = UUID("01a208d0-0000-7000-8000-0000000000aa")
MACHINE = UUID("01a208d0-0000-7000-8000-0000000000dd")
METER = UUID("01a208d0-0000-7000-8000-0000000000bb")
COLLEAGUE = UUID("01a208d0-0000-7000-8000-0000000000dd")
QUESTION = UUID("01a208d0-0000-7000-8000-0000000000dd")


def name_of(exhibit: dict[str, Any]) -> str:
    return str(exhibit["file"])


def content(exhibit: dict[str, Any]) -> bytes:
    return (HERE / "exhibits" / exhibit["file"]).read_bytes()


@pytest.fixture
def museum(app: Flask, world: World) -> Flask:
    """The world that exhibits speak of: the label on the gate and the round under way have the names they had then."""
    with app.app_context(), writing():
        db.session.execute(sa.update(Label).where(Label.checkpoint_id == world.gate.id).values(code=CODE))
        db.session.execute(sa.update(Schedule).where(Schedule.id == world.schedule).values(code=SCHEDULE))
        raised = work.Raised(world.garden, HANDBOOK_TYPES[0], world.people["desk"], "The lamp is out")
        work.raise_order(raised, clock.now(), ORDER)
        db.session.add(Person(id=COLLEAGUE, username="relief", name="接班人", trade="guard", password_hash="none"))
        db.session.flush()
        db.session.add(Membership(person_id=COLLEAGUE, site_id=world.garden, role="worker"))
        asked = {"site_id": world.garden, "day": NOW.date(), "key": "missed:x", "number": 1, "person_id": world.people["supervisor"]}
        db.session.add(ExceptionDecision(id=QUESTION, verb="ask", to_id=world.people["guard"], **asked))
        db.session.add(Meter(id=METER, site_id=world.garden, number="W-1", name="水表", unit="m³"))
        db.session.add(Equipment(id=MACHINE, site_id=world.garden, number="DT-03", class_code="lift", name="电梯3", place_id=world.lobby))
        checklist = Checklist(id=CHECKLIST, site_id=world.garden, name="楼道保洁", service="cleaning")
        db.session.add(checklist)
        db.session.flush()
        inspections.set_content(checklist, checklist_content(), world.people["manager"], OPENED)
    return app


def send(phone: Phone, exhibit: dict[str, Any]) -> dict[str, Any]:
    """Hand an exhibit in as it is; gives its result."""
    response = phone.post("/sync", content(exhibit))
    assert response.status_code == 200, response.text
    (result,) = response.get_json()["results"]
    return dict(result)


def count(app: Flask, own_id: str) -> int:
    """How many effects a record had."""
    with looking(app) as session:
        requests = session.scalar(sa.select(sa.func.count()).where(Request.record_id == UUID(own_id), Request.channel == "staff"))
        return sum(session.get(table, UUID(own_id)) is not None for table in EFFECTS) + requests


@pytest.mark.parametrize("exhibit", INDEX, ids=name_of)
def test_exhibits_are_as_they_were_made(exhibit: dict[str, Any]) -> None:
    assert hashlib.sha256(content(exhibit)).hexdigest() == exhibit["sha256"], "a released record cannot be changed afterwards"
    (record,) = json.loads(content(exhibit))["records"]
    assert hashlib.sha256(record["payload"].encode()).hexdigest() == record["sha256"]
    payload = json.loads(record["payload"])
    assert (payload["env"], payload["kind"], payload["schema"]) == (exhibit["env"], exhibit["kind"], exhibit["schema"])


def test_every_kind_and_schema_has_its_exhibit() -> None:
    shown = {(exhibit["kind"], exhibit["schema"]) for exhibit in INDEX if exhibit["status"] == "accepted"}
    taken = {(kind, schema) for kind, schemas in KINDS.items() for schema in schemas}
    assert taken <= shown, "see tests/museum/README.md"
    assert {path.name for path in (HERE / "exhibits").iterdir()} == {exhibit["file"] for exhibit in INDEX}


def test_d3_what_every_release_sent_gets_the_verdict_it_always_got(museum: Flask, phone: Phone) -> None:
    for exhibit in INDEX:
        result = send(phone, exhibit)
        assert (result["status"], result["reason"]) == (exhibit["status"], exhibit["reason"]), exhibit["file"]
        assert count(museum, result["id"]) == (exhibit["status"] == "accepted")
        with looking(museum) as session:
            kept = session.get(Record, UUID(result["id"]))
            assert kept.payload == json.loads(content(exhibit))["records"][0]["payload"].encode()
    assert {send(phone, exhibit)["status"] for exhibit in INDEX} == {"duplicate"}


def test_d3_in_the_wrong_order_they_end_the_same(museum: Flask, phone: Phone) -> None:
    for exhibit in reversed(INDEX):
        send(phone, exhibit)
    with looking(museum) as session:
        ends = {str(record.id): (record.status, record.reason) for record in session.scalars(sa.select(Record))}
    for exhibit in INDEX:
        (record,) = json.loads(content(exhibit))["records"]
        assert ends[record["id"]] == (exhibit["status"], exhibit["reason"]), exhibit["file"]


@pytest.mark.parametrize("exhibit", [e for e in INDEX if e["reason"] == "unknown-schema" and e["env"] == 1], ids=name_of)
def test_d4_what_a_newer_phone_sent_counts_once_after_the_update(
    museum: Flask, phone: Phone, sign_in: Any, monkeypatch: pytest.MonkeyPatch, exhibit: dict[str, Any]
) -> None:
    held = send(phone, exhibit)
    assert count(museum, held["id"]) == 0
    # The update: the server learns that schema.
    schemas: dict[int, Kind] = {**KINDS[exhibit["kind"]], exhibit["schema"]: KINDS[exhibit["kind"]][1]}
    monkeypatch.setitem(KINDS, exhibit["kind"], schemas)
    supervisor = sign_in("supervisor")
    for _tap in range(2):
        supervisor.post(f"/held/{held['id']}/try")
    with looking(museum) as session:
        assert session.get(Record, UUID(held["id"])).status == "accepted"
    assert count(museum, held["id"]) == 1
    assert send(phone, exhibit)["status"] == "duplicate"
