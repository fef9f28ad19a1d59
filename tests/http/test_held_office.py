"""What a supervisor does about held records: try again, put another in its place, set aside, compare. Nothing is deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, page
from webapp.core.db import db, writing
from webapp.patrols.models import RoundStep, Scan
from webapp.people.devices import OFFICE
from webapp.people.models import Device
from webapp.records.models import HeldStep, Note, Record
from webapp.sites import actions as sites
from webapp.sites.models import Checkpoint, Label

SignIn = Callable[[str], Browser]
WALL = "2026-11-23T22:13"


@pytest.fixture
def record(world: World, phone: Phone) -> Sent:
    """A scan of a label that nobody knows, held."""
    made = phone.scan("0000000000", body={"round": world.round()})
    assert phone.one(made)["reason"] == "unknown-code"
    return made


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


def steps(app: Flask) -> list[tuple[str, str, str]]:
    """Who did what, and why."""
    from webapp.people.models import Person

    with looking(app) as session:
        found = sa.select(Person.username, HeldStep.result, HeldStep.reason).join(Person).order_by(HeldStep.at, HeldStep.id)
        return [tuple(row) for row in session.execute(found)]


def status(app: Flask, record: Sent) -> str:
    with looking(app) as session:
        return str(session.get(Record, record.uuid).status)


# ---------------------------------------------------------------- P4: it is seen


def test_p4_a_held_record_is_counted_on_every_page_of_its_supervisor_at_once(
    world: World, phone: Phone, office: Browser, sign_in: SignIn
) -> None:
    def badge(browser: Browser) -> bool:
        return '<b class="tab-count">2<span class="unseen"> held' in browser.get("/log").text or (
            '<b class="tab-count">2<span class="unseen"> held' in browser.get("/me").text
        )

    assert not badge(office)
    phone.send(phone.record("dance", {}), phone.scan("0000000000"))
    assert badge(office)
    assert not badge(sign_in("elsewhere"))
    assert not badge(sign_in("guard"))


def test_e11_a_record_that_waits_for_another_is_listed_at_once_and_flagged_after_a_day(
    world: World, phone: Phone, office: Browser, clock: Clock
) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "text": "later"})
    assert phone.one(note)["reason"] == "waits-for"
    assert f"/held/{note.id}" in office.get("/held").text
    assert 'class="tab-count">1' not in office.get("/me").text
    clock.forward(days=1, seconds=1)
    assert "Waits since 23 Nov 22:30" in office.get("/held").text
    assert 'class="tab-count">1' in office.get("/me").text
    assert phone.one(scan)["status"] == "accepted"
    assert f"/held/{note.id}" not in office.get("/held").text


# ---------------------------------------------------------------- aside, and up again


def test_a_held_record_is_set_aside_with_a_reason_and_taken_up_again(app: Flask, record: Sent, office: Browser, clock: Clock) -> None:
    assert office.post(f"/held/{record.id}/aside").status_code == 422
    assert office.post(f"/held/{record.id}/aside", {"reason": "  "}).status_code == 422
    assert status(app, record) == "held"
    assert office.post(f"/held/{record.id}/aside", {"reason": "a shop's label"}).status_code == 302
    assert status(app, record) == "aside"
    assert f"/held/{record.id}" not in office.get("/held").text
    assert f"/held/{record.id}" in office.get("/held?state=aside").text
    assert "a shop's label" in page(office.get(f"/held/{record.id}")).text
    for verb in ("try", "aside", "fix"):
        form = {"reason": "x", "checkpoint": str(record.uuid), "at": WALL, "changed": "x"}
        assert office.post(f"/held/{record.id}/{verb}", form).status_code == 409
    clock.forward(minutes=1)
    assert office.post(f"/held/{record.id}/again", {"reason": "it was ours"}).status_code == 302
    assert status(app, record) == "held"
    assert office.post(f"/held/{record.id}/again", {"reason": "twice"}).status_code == 409
    assert steps(app) == [("supervisor", "aside", "a shop's label"), ("supervisor", "again", "it was ours")]


def test_a_record_set_aside_is_still_known_when_the_phone_sends_it_again(app: Flask, phone: Phone, record: Sent, office: Browser) -> None:
    office.post(f"/held/{record.id}/aside", {"reason": "no"})
    assert phone.one(record)["status"] == "duplicate"
    assert status(app, record) == "aside"


@pytest.mark.parametrize(("username", "answer"), [("elsewhere", 404), ("desk", 404), ("colleague", 404), ("guard", 404), ("manager", 302)])
def test_only_supervisors_of_the_author_decide(app: Flask, record: Sent, sign_in: SignIn, username: str, answer: int) -> None:
    browser = sign_in(username)
    assert browser.post(f"/held/{record.id}/aside", {"reason": "no"}).status_code == answer
    assert browser.post(f"/held/{record.id}/again", {"reason": "yes"}).status_code == answer
    assert browser.get(f"/held/{record.id}/fix").status_code == (200 if answer == 302 else 404)
    assert status(app, record) == "held"


def test_the_office_has_no_way_to_delete_a_record(app: Flask) -> None:
    assert [r for r in app.url_map.iter_rules() if "held" in str(r) and (r.methods or set()) & {"DELETE", "PUT", "PATCH"}] == []


# ---------------------------------------------------------------- another in its place


def fix(office: Browser, record: Sent, **form: Any) -> Any:
    return office.post(f"/held/{record.id}/fix", {"at": WALL, "changed": "the label was torn: I asked him"} | form)


def test_a_held_scan_is_replaced_by_a_record_of_the_supervisors_own(
    app: Flask, world: World, phone: Phone, record: Sent, office: Browser
) -> None:
    form = page(office.get(f"/held/{record.id}/fix"))
    assert form.values["at"] == "2026-11-23T22:30"
    assert "B1-01 East gate" in form.text
    answer = fix(office, record, checkpoint=str(world.gate.id))
    assert answer.location == f"/held/{record.id}"
    with looking(app) as session:
        (scan,) = session.scalars(sa.select(Scan))
        assert (scan.checkpoint_id, scan.person_id, scan.round_id) == (world.gate.id, world.people["supervisor"], world.round())
        assert scan.at == NOW - timedelta(minutes=17)
        made, held = session.get(Record, scan.id), session.get(Record, record.uuid)
        assert (held.status, held.payload) == ("replaced", record.payload.encode())
        payload = json.loads(made.payload)
        assert (payload["supersedes"], payload["note"], payload["seq"]) == (record.id, "the label was torn: I asked him", 1)
        assert (made.person_id, made.device_id, made.status) == (world.people["supervisor"], OFFICE, "accepted")
        (step,) = session.scalars(sa.select(HeldStep))
        assert (step.result, step.made, step.person_id) == ("replaced", made.id, world.people["supervisor"])
    shown = page(office.get(f"/held/{record.id}")).text
    assert "Another record counts in its place" in shown
    assert "I asked him" in shown
    assert fix(office, record, checkpoint=str(world.gate.id)).status_code == 409
    assert phone.one(record)["status"] == "duplicate"
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 1
    assert "office" not in office.get("/devices").text  # its device is nobody's phone


def test_the_offices_records_count_on_without_gaps(app: Flask, world: World, phone: Phone, office: Browser) -> None:
    records = [phone.scan("0000000000") for _ in range(3)]
    phone.send(*records)
    for record in records:
        fix(office, record, checkpoint=str(world.gate.id))
    with looking(app) as session:
        assert list(session.scalars(sa.select(Record.seq).where(Record.device_id == OFFICE).order_by(Record.seq))) == [1, 2, 3]
        assert session.get(Device, OFFICE).max_seq == 3


def test_a_note_about_a_replaced_scan_is_replaced_by_one_about_the_new_scan(
    app: Flask, world: World, phone: Phone, record: Sent, office: Browser
) -> None:
    note = phone.record("note", {"about": record.id, "result": "issue", "text": "the lamp is broken"})
    assert phone.one(note)["reason"] == "waits-for"
    fix(office, record, checkpoint=str(world.roof.id))
    form = page(office.get(f"/held/{note.id}/fix"))
    assert form.values["text"] == "the lamp is broken"
    assert fix(office, note, site="garden", result="issue", text="the lamp is broken").status_code == 302
    with looking(app) as session:
        (made,) = session.scalars(sa.select(Note))
        (scan,) = session.scalars(sa.select(Scan))
        assert (made.about, made.checkpoint_id, made.text) == (scan.id, world.roof.id, "the lamp is broken")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "checkpoint"),
        ({"checkpoint": "nonsense"}, "checkpoint"),
        ({"changed": " ", "checkpoint": "{gate}"}, "changed"),
        ({"at": "soon", "checkpoint": "{gate}"}, "at"),
        ({"at": "2026-11-24T22:00", "checkpoint": "{gate}"}, "at"),
        ({"at": "2020-01-01T00:00", "checkpoint": "{gate}"}, None),
    ],
)
def test_a_form_that_cannot_be_right_changes_nothing(
    app: Flask, world: World, record: Sent, office: Browser, form: dict[str, str], field: str | None
) -> None:
    answer = fix(office, record, **{key: value.format(gate=world.gate.id) for key, value in form.items()})
    assert answer.status_code == 422
    assert (f'id="f-{field}-error"' if field else "could not be counted either") in answer.text
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1
        assert session.get(Record, record.uuid).status == "held"
    assert steps(app) == []


def test_a_checkpoint_of_another_site_cannot_be_chosen(world: World, record: Sent, office: Browser) -> None:
    assert fix(office, record, checkpoint=str(world.bridge.id)).status_code == 404


def test_a_record_of_a_kind_without_a_form_can_be_set_aside_only(world: World, phone: Phone, office: Browser) -> None:
    dance = phone.record("dance", {})
    phone.send(dance)
    assert "/fix" not in office.get(f"/held/{dance.id}").text
    assert office.get(f"/held/{dance.id}/fix").status_code == 404
    assert fix(office, dance).status_code == 404


# ---------------------------------------------------------------- two versions


def test_e6_both_versions_are_shown_side_by_side_until_somebody_has_looked(app: Flask, world: World, phone: Phone, office: Browser) -> None:
    first = phone.record("note", {"site": "garden", "text": "all is well"})
    assert phone.one(first)["status"] == "accepted"
    second = Sent.of(first.id, phone.payload("note", {"site": "garden", "text": "<i>the gate is open</i>"}))
    for _ in range(2):
        assert phone.one(second)["reason"] == "id-reused"
    assert phone.one(first)["status"] == "duplicate"
    assert "Another record came under the same number" in office.get("/held").text
    shown = page(office.get(f"/held/{first.id}"))
    assert "body.text all is well <i>the gate is open</i>" in shown.text
    assert first.payload in shown.text
    assert second.payload in shown.text
    assert office.post(f"/held/{first.id}/settle", {"reason": "He wrote twice; the first counts."}).status_code == 302
    assert f"/held/{first.id}" not in office.get("/held").text
    assert office.post(f"/held/{first.id}/settle", {"reason": "again"}).status_code == 409
    assert second.payload in page(office.get(f"/held/{first.id}")).text
    assert steps(app) == [("supervisor", "settled", "He wrote twice; the first counts.")]
    third = Sent.of(first.id, phone.payload("note", {"site": "garden", "text": "a third"}))
    phone.one(third)
    assert f"/held/{first.id}" in office.get("/held").text


def test_e10_work_changed_meanwhile_does_not_cost_a_record_and_a_conflict_is_the_supervisors(
    app: Flask, world: World, phone: Phone, phone_of: Callable[[str], Phone], office: Browser
) -> None:
    """While a phone is offline the round is ended by a colleague, its label is printed anew and its checkpoint retired."""
    offline = [
        phone.record("round-step", {"round": world.round(), "verb": "start"}, NOW - timedelta(minutes=20)),
        phone.scan(world.gate, NOW - timedelta(minutes=15)),
        phone.scan(world.bridge, NOW - timedelta(minutes=10)),
    ]
    other = phone_of("colleague")
    assert other.one(other.record("round-step", {"round": world.round(), "verb": "end", "reason": "fog"}))["status"] == "accepted"
    with app.app_context(), writing():
        checkpoint = db.session.get_one(Checkpoint, world.gate.id)
        sites.issue_label(checkpoint, NOW)
        sites.retire_checkpoint(checkpoint, NOW)
    results = phone.send(*offline)
    assert [(r["status"], r["reason"]) for r in results] == [("accepted", None), ("accepted", None), ("held", "no-access")]
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RoundStep)) == 2  # both are kept, in the order of their times
    assert f"/held/{offline[2].id}" in office.get("/held").text


# ---------------------------------------------------------------- the author learns of it


def test_the_author_reads_what_became_of_a_held_record(app: Flask, world: World, phone: Phone, office: Browser, sign_in: SignIn) -> None:
    records = [phone.scan("0000000000") for _ in range(4)]
    phone.send(*records)
    office.post(f"/held/{records[1].id}/aside", {"reason": "a shop's label"})
    fix(office, records[2], checkpoint=str(world.gate.id))
    with app.app_context(), writing():
        db.session.execute(sa.update(Label).where(Label.code == world.roof.code).values(code="0000000000"))
    office.post(f"/held/{records[3].id}/try")
    address = "/held/mine?" + "&".join(f"id={r.id}" for r in records) + "&id=nonsense"
    told = phone.browser.get(address).get_json()
    assert [told[r.id]["state"] for r in records] == ["held", "held", "received", "received"]
    assert told[records[0].id]["words"].startswith("This label is not known here")
    assert told[records[1].id]["words"] == "The office has set it aside: “a shop's label”"
    assert told[records[2].id]["words"] == "The office has put a corrected record in its place: “the label was torn: I asked him”"
    assert told[records[3].id]["words"] == "The office has looked at it: it counts."
    assert sign_in("colleague").get(address).get_json() == {}
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "text": "it comes first"})
    assert [phone.one(record)["status"] for record in (note, scan)] == ["held", "accepted"]
    told = phone.browser.get(f"/held/mine?id={note.id}&id={scan.id}").get_json()
    assert list(told.values()) == [{"state": "received", "words": ""}] * 2  # it counts since the other came: the office had no part in it
