"""Held: kept whole, not counted, with a reason people understand. Nothing that carries an id is turned away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, Sent, World, canonical, looking, page
from webapp.core import ids
from webapp.core.db import db, writing
from webapp.patrols import scanning
from webapp.patrols.models import RoundStep, Scan
from webapp.people import actions as people
from webapp.people.models import Device, Duty, Person
from webapp.records.held import REASONS
from webapp.records.models import HeldStep, Note, Record
from webapp.sites import actions as sites
from webapp.sites.models import Label

SignIn = Callable[[str], Browser]


def disable(app: Flask, person_id: Any) -> None:
    with app.app_context(), writing():
        people.disable(db.session.get_one(Person, person_id), NOW)


def make_reason(reason: str, app: Flask, world: World, phone: Phone, patch: pytest.MonkeyPatch) -> Sent:  # noqa: PLR0912  one case a reason
    """A record that will be held for just this reason."""
    match reason:
        case "bad-id":
            return Sent.of("my first record", phone.payload("scan", {"code": world.gate.code}))
        case "bad-body":
            return phone.record("scan", {"method": "telepathy"})
        case "unknown-kind":
            return phone.record("dance", {})
        case "unknown-schema":
            return phone.scan(world.gate, schema=99)
        case "unknown-code":
            return phone.scan("0000000000")
        case "unknown-round":
            return phone.record("round-step", {"round": "RNONE-20261123-2200", "verb": "start"})
        case "no-access":
            return phone.scan(world.bridge)
        case "revoked":
            disable(app, phone.person)
            return phone.scan(world.gate)
        case "bad-time":
            return phone.scan(world.gate, NOW - timedelta(days=401))
        case "id-reused":
            first = phone.scan(world.gate)
            phone.send(first)
            return Sent.of(first.id, phone.payload("scan", {"code": world.roof.code}))
        case "waits-for":
            return phone.record("note", {"about": str(uuid4()), "result": "normal"})
        case "too-late":
            scan = phone.scan(world.gate, NOW - timedelta(minutes=11))
            phone.send(scan)
            return phone.record("correction", {"about": scan.id, "verb": "withdraw"})
        case "conflict":
            scan = phone.scan(world.gate)
            phone.send(scan, phone.record("correction", {"about": scan.id, "verb": "withdraw"}))
            return phone.record("correction", {"about": scan.id, "verb": "withdraw"})
        case "unknown-checklist":
            return phone.record("inspection", {"checklist": str(uuid4()), "version": 1, "answers": {}})
        case "unknown-order":
            return phone.record("work-step", {"order": str(world.garden), "verb": "accept"})
        case "unknown-equipment":
            return phone.record("equipment-status", {"equipment": str(world.garden), "status": "fault"})
        case "unknown-question":
            return phone.record("answer", {"question": str(world.garden), "verb": "explain"})
        case "unknown-meter":
            return phone.record("reading", {"meter": str(world.garden), "value": 5})
        case "error":
            patch.setattr(scanning, "record_scan", broken)
            return phone.scan(world.gate)
    raise AssertionError(f"no test reaches the reason {reason!r}: add one here")


def broken(*_args: Any) -> None:
    raise ZeroDivisionError("a bug of ours")


# No call of a phone is held for the reason `from-copy`: test_copies reaches it.
@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason != "from-copy"])
def test_every_reason_is_reached_is_told_in_the_persons_language_and_loses_nothing(
    reason: str, app: Flask, world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = make_reason(reason, app, world, phone, monkeypatch)
    result = phone.one(record)
    assert (result["status"], result["reason"]) == ("held", reason)
    assert result["receipt"]
    assert result["message"] == str(REASONS[reason])  # the guard reads English
    with app.app_context(), writing():
        db.session.get_one(Person, phone.person).language = "zh_CN"
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        chinese = str(REASONS[reason])
    if reason == "id-reused":
        assert phone.one(record)["message"] == chinese
    with looking(app) as session:
        kept = session.scalars(sa.select(Record).order_by(Record.id)).all()
        copies = session.execute(sa.text("SELECT payload FROM record_copy")).scalars().all()
        assert record.payload.encode() in [*(k.payload for k in kept), *map(bytes, copies)]


def test_other_bytes_under_a_known_id_are_on_the_supervisors_list(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.one(make_reason("id-reused", app, world, phone, monkeypatch))
    page = sign_in("supervisor").get("/held").text
    assert "Another record came under the same number" in page


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("scan", {}),
        ("scan", {"code": ""}),
        ("scan", {"code": 7}),
        ("scan", {"code": "x" * 201}),
        ("scan", {"code": "7KQ2M4XPC9", "frame": "not a digest"}),
        ("scan", {"code": "7KQ2M4XPC9", "round": 1}),
        ("note", {}),
        ("note", {"site": "garden", "result": "perhaps"}),
        ("note", {"site": "garden", "text": "x" * 10_001}),
        ("note", {"site": "garden", "answers": []}),
        ("note", {"about": "not an id"}),
        ("correction", {"verb": "withdraw"}),
        ("correction", {"about": str(uuid4()), "verb": "delete"}),
        ("duty", {"verb": "on"}),
        ("duty", {"verb": "asleep", "site": "garden"}),
        ("round-step", {"verb": "start"}),
        ("round-step", {"round": "{round}", "verb": "cancel"}),
        ("round-step", {"round": "{round}", "verb": "end"}),
        ("round-step", {"round": "{round}", "verb": "end", "reason": "  "}),
        ("round-step", {"round": "{round}", "verb": "hand_over"}),
        ("round-step", {"round": "{round}", "verb": "hand_over", "to": str(uuid4())}),
        ("round-step", {"round": "{round}", "verb": "hand_over", "to": "{stranger}"}),
    ],
)
def test_nonsense_in_a_body_is_held(app: Flask, world: World, phone: Phone, kind: str, body: dict[str, Any]) -> None:
    filled = {k: v.format(round=world.round(), stranger=world.people["stranger"]) if isinstance(v, str) else v for k, v in body.items()}
    result = phone.one(phone.record(kind, filled))
    assert (result["status"], result["reason"]) == ("held", "bad-body")


@pytest.mark.parametrize(
    "change",
    [
        {"env": "one"}, {"env": None}, {"seq": -1}, {"seq": "one"}, {"seq": 2**53}, {"seq": 1.5}, {"kind": None}, {"kind": 1}, {"kind": "x" * 201},
        {"schema": None}, {"schema": "one"}, {"occurred_at": None}, {"occurred_at": 1}, {"occurred_at": "x" * 41}, {"mono": "yesterday"}, {"boot": 5},
        {"position": []}, {"position": {"lat": 91, "lon": 0, "accuracy_m": 1}}, {"position": {"lat": 0, "lon": 181, "accuracy_m": 1}},
        {"position": {"lat": 0, "lon": 0, "accuracy_m": -1}}, {"position": {"lat": None, "lon": 0, "accuracy_m": 1}}, {"position": {"lat": 1}},
        {"photos": [{}]}, {"photos": [{"sha256": "x", "bytes": 1, "mime": "image/jpeg"}]}, {"photos": [{"sha256": "0" * 64, "bytes": 0, "mime": "image/jpeg"}]},
        {"photos": {}}, {"photos": [{"sha256": "0" * 64, "bytes": 1, "mime": "a"}] * 61}, {"note": 1}, {"note": "x" * 10_001}, {"after": "x"}, {"after": ["x"]}, {"after": ["0" * 8 + "-0000-4000-8000-" + "0" * 12] * 101},
        {"supersedes": "x"}, {"body": None}, {"body": []}, {"body": "text"},
    ],
    ids=lambda change: str(change)[:60],
)  # fmt: skip
def test_nonsense_in_the_envelope_is_held(app: Flask, world: World, phone: Phone, change: dict[str, Any]) -> None:
    whole = json.loads(phone.payload("scan", {"code": world.gate.code}))
    record = Sent.of(ids.new_id(), canonical(whole | change))
    result = phone.one(record)
    assert (result["status"], result["reason"]) == ("held", "bad-body")
    with looking(app) as session:
        assert session.get(Record, record.uuid).payload == record.payload.encode()


@pytest.mark.parametrize("missing", ["env", "kind", "schema", "seq", "occurred_at", "body"])
def test_an_envelope_without_one_of_its_six_necessities_is_held(world: World, phone: Phone, missing: str) -> None:
    whole = json.loads(phone.payload("scan", {"code": world.gate.code}))
    del whole[missing]
    assert phone.one(Sent.of(ids.new_id(), canonical(whole)))["reason"] == "bad-body"


@pytest.mark.parametrize("missing", ["zone", "mono", "boot", "position", "photos", "note", "supersedes", "after"])
def test_the_rest_of_the_envelope_may_be_left_out(world: World, phone: Phone, missing: str) -> None:
    whole = json.loads(phone.payload("scan", {"code": world.gate.code}))
    del whole[missing]
    assert phone.one(Sent.of(ids.new_id(), canonical(whole)))["status"] == "accepted"


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "nonsense",
        "null",
        "[]",
        "1",
        '"text"',
        "{",
        "[" * 5000,
        '{"a":' * 5000,
        "\x00",
        '{"a": "\\u0000"}',
        "NaN",
        "1" * 5000,
        "\ufeff{}",
    ],
)
def test_a_payload_that_is_no_envelope_is_kept_as_it_is(app: Flask, phone: Phone, payload: str) -> None:
    record = Sent.of(ids.new_id(), payload)
    result = phone.one(record)
    assert (result["status"], result["reason"]) == ("held", "bad-body")
    with looking(app) as session:
        assert session.get(Record, record.uuid).payload == payload.encode()
    assert Browser(app).sign_in("supervisor").get(f"/held/{record.id}").status_code == 200


@pytest.mark.parametrize("depth", [10, 40, 60, 400, *range(960, 1000, 4)])
def test_nesting_is_read_or_held_but_never_fails_the_call(world: World, phone: Phone, depth: int) -> None:
    scan = phone.scan(world.gate)
    payload = phone.payload("note", {"about": scan.id, "answers": {"q1": "HERE"}}).replace('"HERE"', "[" * depth + "]" * depth)
    status = [r["status"] for r in phone.send(scan, Sent.of(ids.new_id(), payload))]
    assert status == ["accepted", "accepted" if depth < 45 else "held"]


def test_half_of_a_surrogate_pair_has_no_utf8_and_so_no_digest(app: Flask, world: World, phone: Phone) -> None:
    """No well-behaved phone sends one; it must not hold up the others."""
    good = phone.scan(world.gate)
    bad = {"id": str(ids.new_id()), "sha256": "0" * 64, "payload": "\ud800"}
    bad["sha256"] = hashlib.sha256("\ud800".encode("utf-8", "surrogatepass")).hexdigest()
    call = json.dumps({"sent_at": phone.wall().isoformat(), "records": [bad, good.as_json()]})
    results = phone.post("/sync", call).get_json()["results"]
    assert [r["status"] for r in results] == ["damaged", "accepted"]


def test_an_escaped_half_of_a_surrogate_pair_is_held(world: World, phone: Phone) -> None:
    payload = phone.payload("note", {"site": "garden", "text": "HERE"}).replace("HERE", "\\ud800")
    assert phone.one(Sent.of(ids.new_id(), payload))["reason"] == "bad-body"


def test_a_text_that_speaks_of_nul_is_no_nul(world: World, phone: Phone) -> None:
    payload = phone.payload("note", {"site": "garden", "text": "HERE"}).replace("HERE", "\\\\u0000")
    assert phone.one(Sent.of(ids.new_id(), payload))["status"] == "accepted"


@pytest.mark.parametrize(
    "own_id",
    ["1", "x" * 200, "😀", "' OR 1=1 --", "../../etc/passwd", "<script>", "\u202e", "00000000-0000-0000-0000-00000000000g", "\x00"],
)
def test_an_id_that_is_none_is_kept_and_recognised_again(world: World, phone: Phone, own_id: str) -> None:
    record = Sent.of(own_id, phone.payload("scan", {"code": world.gate.code}))
    first, again = phone.one(record), phone.one(record)
    assert (first["id"], first["status"], first["reason"]) == (own_id, "held", "bad-id")
    assert (again["status"], again["receipt"]) == ("duplicate", first["receipt"])


def test_b12_of_a_hundred_records_three_bad_ones_hold_up_nobody(app: Flask, world: World, phone: Phone) -> None:
    records = [phone.scan(world.spots[i % 3], NOW - timedelta(minutes=30, seconds=-i)) for i in range(100)]
    records[3] = Sent.of(records[3].id, "poison")
    records[50] = phone.record("scan", {"code": world.bridge.code})
    records[99] = phone.record("dance", {})
    results = phone.send(*records)
    assert [i for i, r in enumerate(results) if r["status"] == "held"] == [3, 50, 99]
    assert sum(r["status"] == "accepted" for r in results) == 97
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 97


@pytest.mark.parametrize("stage", ["before", "after", "flush"])
def test_e9_a_bug_in_one_records_action_costs_no_other_record(
    app: Flask, world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """Records of every kind round the one over which the server stumbles: all of them count, once."""
    from webapp.records import actions

    real = actions.write_note

    def stumbling(arrived: Any, body: Any, *where: Any) -> Any:
        if body.text != "stumble":
            return real(arrived, body, *where)
        if stage == "after":
            real(arrived, body, *where)
        if stage == "flush":
            note = real(arrived, body, *where)
            note.site_id = uuid4()  # no such site: the database refuses
            return note
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(actions, "write_note", stumbling)
    scan, later = phone.scan(world.gate), phone.scan(world.roof)
    good = phone.record("note", {"about": scan.id, "text": "before"})
    bad = phone.record("note", {"about": scan.id, "text": "stumble"})
    rest = [
        later,
        phone.record("note", {"about": later.id, "text": "after"}),
        phone.record("round-step", {"round": world.round(), "verb": "start"}),
        phone.record("duty", {"verb": "on", "site": "garden"}),
        phone.record("correction", {"about": scan.id, "verb": "explain", "reason": "so"}),
    ]
    results = phone.send(scan, good, bad, *rest)
    assert [(r["status"], r["reason"]) for r in results] == [("accepted", None)] * 2 + [("held", "error")] + [("accepted", None)] * 5
    with looking(app) as session:
        counts = {t.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Scan, Note, RoundStep, Duty)}
    assert counts == {"scan": 2, "note": 2, "round_step": 1, "duty": 1}
    # After the repair it is tried again, and counts just once.
    monkeypatch.setattr(actions, "write_note", real)
    office = Browser(app).sign_in("supervisor")
    assert office.post(f"/held/{bad.id}/try").location == "/held"
    assert phone.one(bad)["status"] == "duplicate"
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == 3


# ---------------------------------------------------------------- the office's side


def test_a_supervisor_sees_what_is_held_why_and_as_it_came(world: World, phone: Phone, sign_in: SignIn) -> None:
    record = phone.record("scan", {"code": "nonsense <b>"}, note="<script>alert(1)</script>")
    receipt = phone.one(record)["receipt"]
    office = sign_in("supervisor")
    shown = page(office.get("/held"))
    assert "Guard" in shown.text
    assert f"/held/{record.id}" in shown.links
    one = office.get(f"/held/{record.id}")
    assert receipt in one.text
    assert "<script>alert(1)" not in one.text
    assert record.payload in page(one).text


@pytest.mark.parametrize(
    ("username", "listed", "status"),
    [
        ("supervisor", True, 200),
        ("manager", True, 200),
        ("admin", True, 200),
        ("elsewhere", False, 404),
        ("desk", None, 404),
        ("colleague", None, 404),
        ("guard", None, 404),
    ],
)
def test_who_sees_a_held_record(world: World, phone: Phone, sign_in: SignIn, username: str, listed: bool | None, status: int) -> None:
    record = phone.record("scan", {"code": "nonsense"})
    phone.send(record)
    office = sign_in(username)
    if listed is not None:
        assert (record.id in office.get("/held").text) is listed
    assert office.get(f"/held/{record.id}").status_code == status
    assert office.post(f"/held/{record.id}/try").status_code == (302 if status == 200 else 404)


def test_a_held_record_counts_once_its_label_got_known(app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock) -> None:
    from webapp.sites.rules import make_code

    code = make_code(12345)
    record = phone.scan(code)
    assert phone.one(record)["reason"] == "unknown-code"
    office = sign_in("supervisor")
    assert office.post(f"/held/{record.id}/try").location == f"/held/{record.id}"
    with app.app_context(), writing():
        db.session.execute(sa.update(Label).where(Label.code == world.gate.code).values(code=code))
    clock.forward(hours=2)
    assert office.post(f"/held/{record.id}/try").location == "/held"
    assert office.post(f"/held/{record.id}/try").status_code == 409
    with looking(app) as session:
        scan = session.get(Scan, record.uuid)
        assert scan.at == NOW  # when it happened, not when it was tried
        assert scan.round_id == world.round()
        steps = session.scalars(sa.select(HeldStep).order_by(HeldStep.at)).all()
        assert [(s.person_id, s.result) for s in steps] == [
            (world.people["supervisor"], "unknown-code"),
            (world.people["supervisor"], "accepted"),
        ]
    assert phone.one(record)["status"] == "duplicate"


def test_a_held_record_counts_once_the_person_works_there(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    record = phone.scan(world.bridge)
    assert phone.one(record)["reason"] == "no-access"
    with app.app_context(), writing():
        guard = db.session.get_one(Person, world.people["guard"])
        people.edit_person(guard, {}, {world.river: "worker"}, {world.river})
    sign_in("supervisor").post(f"/held/{record.id}/try")
    with looking(app) as session:
        assert session.get(Record, record.uuid).status == "accepted"
        assert session.get(Scan, record.uuid).site_id == world.river


def test_a_held_record_shows_in_the_days_log(world: World, phone: Phone, sign_in: SignIn) -> None:
    record = phone.record("scan", {"code": "nonsense"})
    phone.send(record)
    assert f"/held/{record.id}" in sign_in("supervisor").get("/log/garden/2026-11-23").text


def test_held_records_come_in_pages(phone: Phone, sign_in: SignIn) -> None:
    phone.send(*(phone.record("dance", {}) for _ in range(30)))
    office = sign_in("supervisor")
    first, second = (office.get(f"/held?page={n}").text for n in (1, 2))
    assert first.count('href="/held/') == 25
    assert second.count('href="/held/') == 5
    assert office.get("/held?page=99999999999999999999").status_code == 200
    assert office.get("/held?page=-3").status_code == 200


# ---------------------------------------------------------------- whose records they are


def test_g5_records_of_a_disabled_account_are_held_under_its_name_not_refused(
    app: Flask, world: World, phone: Phone, sign_in: SignIn
) -> None:
    before = phone.scan(world.gate)
    disable(app, phone.person)
    result = phone.one(before)
    assert (result["status"], result["reason"]) == ("held", "revoked")
    with looking(app) as session:
        assert session.get(Record, before.uuid).person_id == phone.person
    with app.app_context(), writing():
        people.enable(db.session.get_one(Person, phone.person))
    sign_in("supervisor").post(f"/held/{before.id}/try")
    with looking(app) as session:
        assert session.get(Record, before.uuid).status == "accepted"


def test_g6_records_from_a_blocked_phone_are_held(app: Flask, world: World, phone: Phone) -> None:
    with app.app_context(), writing():
        people.revoke_device(db.session.get_one(Device, phone.device), NOW)
    assert phone.one(phone.scan(world.gate))["reason"] == "revoked"
    assert phone.one(phone.record("dance", {}))["status"] == "held"


def test_g6_a_blocked_phone_that_calls_on_and_on_is_told_to_wait(
    app: Flask, world: World, phone: Phone, phone_of: Callable[[str], Phone], clock: Clock
) -> None:
    with app.app_context(), writing():
        people.revoke_device(db.session.get_one(Device, phone.device), NOW)
    for _ in range(60):
        assert phone.one(phone.scan(world.gate))["status"] == "held"
    refused = phone.post("/sync", phone.call([phone.scan(world.gate)]))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert phone.put_photo(b"x").status_code == 429
    other = phone_of("colleague")
    assert other.one(other.scan(world.gate))["status"] == "accepted"
    clock.forward(hours=1)
    assert phone.one(phone.scan(world.gate))["status"] == "held"


def test_g1_records_leave_under_the_ticket_long_after_the_session_ended(world: World, phone: Phone, clock: Clock) -> None:
    record = phone.scan(world.gate)
    phone.browser.sign_out()
    clock.forward(days=21)
    assert phone.one(record)["status"] == "accepted"


def test_g3_g4_two_people_on_one_phone_stay_two_people(app: Flask, world: World) -> None:
    browser = Browser(app)
    first = Phone(app, "guard", browser)
    mine = first.scan(world.gate)
    browser.sign_out()
    second = Phone(app, "colleague", browser)
    second.seq = first.seq
    theirs = second.scan(world.roof)
    assert second.device == first.device
    assert second.one(theirs)["status"] == "accepted"
    assert first.one(mine)["status"] == "accepted"  # under its author's ticket, whoever is signed in by now
    with looking(app) as session:
        people_by_record = dict(session.execute(sa.select(Record.id, Record.person_id)).all())
    assert people_by_record == {mine.uuid: world.people["guard"], theirs.uuid: world.people["colleague"]}


def test_e16_a_ticket_that_is_younger_than_the_restored_database_is_good(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    """The phone's sign-in is not in the backup: its device gets its row back, and its records count."""
    from tests.making import forged_ticket

    device = uuid4()
    record = phone.scan(world.gate)
    response = phone.post("/sync", phone.call([record]), ticket=forged_ticket(app, phone.person, device))
    assert [r["status"] for r in response.get_json()["results"]] == ["accepted"]
    with looking(app) as session:
        assert session.get(Record, record.uuid).device_id == device
        numbers = list(session.scalars(sa.select(Device.number)))
        assert len(set(numbers)) == len(numbers)


def test_e16_records_of_somebody_whose_account_the_backup_lacks_are_held_until_it_is_enabled(
    app: Flask, world: World, phone: Phone, sign_in: SignIn
) -> None:
    from tests.making import forged_ticket

    person = uuid4()
    ticket = forged_ticket(app, person, phone.device)
    record, later = phone.scan(world.gate), phone.scan(world.roof)
    for one in (record, later):
        response = phone.post("/sync", phone.call([one]), ticket=ticket)
        assert [(r["status"], r["reason"]) for r in response.get_json()["results"]] == [("held", "revoked")]
    admin = sign_in("admin")
    shown = page(admin.get(f"/held/{record.id}"))
    assert record.payload in shown.text
    with app.app_context(), writing():
        found = db.session.get_one(Person, person)
        people.edit_person(found, {"name": "New"}, {world.garden: "worker"}, {world.garden})
    assert admin.post(f"/people/{person}/enable").status_code == 302
    assert admin.post(f"/held/{record.id}/try").location == "/held"
    with looking(app) as session:
        assert session.get(Scan, record.uuid).person_id == person


def test_sites_renamed_and_labels_reissued_do_not_orphan_a_record(app: Flask, world: World, phone: Phone) -> None:
    record = phone.scan(world.gate)
    with app.app_context(), writing():
        from webapp.sites.models import Checkpoint

        checkpoint = db.session.get_one(Checkpoint, world.gate.id)
        sites.issue_label(checkpoint, NOW)
        sites.retire_checkpoint(checkpoint, NOW)
    assert phone.one(record)["status"] == "accepted"
    with looking(app) as session:
        assert session.get(Scan, record.uuid).label_version == 1
