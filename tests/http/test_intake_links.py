"""Records that speak of other records: notes, corrections, steps of rounds, duty; whatever order they arrive in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, page
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.patrols import planning
from webapp.patrols.models import RoundStep, Route, Scan
from webapp.people.models import Duty
from webapp.records.models import Correction, Note, Record

PhoneOf = Callable[[str], Phone]
SignIn = Callable[[str], Browser]


def status_of(app: Flask, record: Sent) -> tuple[str, str | None]:
    with looking(app) as session:
        kept = session.get(Record, record.uuid)
        return kept.status, kept.reason


# ---------------------------------------------------------------- order of arrival


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))], ids=str)
def test_e11_a_chain_counts_whole_whatever_order_it_arrives_in(app: Flask, world: World, phone: Phone, order: tuple[int, ...]) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    explanation = phone.record("correction", {"about": note.id, "verb": "explain", "reason": "so it was"})
    after = phone.record("note", {"site": "garden", "text": "afterwards"}, after=[explanation.id])
    chain = [scan, note, explanation, after]
    for place in order:
        phone.one(chain[place])
    assert [status_of(app, record) for record in chain] == [("accepted", None)] * 4
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Correction)) == 1


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_a_chain_in_one_call_counts_whole_and_is_answered_so(world: World, phone: Phone, order: tuple[int, ...]) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    explanation = phone.record("correction", {"about": note.id, "verb": "explain", "reason": "so"})
    chain = [scan, note, explanation]
    assert {r["status"] for r in phone.send(*(chain[i] for i in order))} == {"accepted"}


def test_a_record_numbered_before_the_one_it_speaks_of_is_answered_as_it_counts(world: World, phone: Phone) -> None:
    scan = phone.scan(world.gate, seq=9)
    note = phone.record("note", {"about": scan.id, "result": "normal"}, seq=3)
    assert {r["status"] for r in phone.send(note, scan)} == {"accepted"}


def test_what_waits_says_for_what_and_shows_it_to_nobody_else(world: World, phone: Phone, app: Flask) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    result = phone.one(note)
    assert (result["status"], result["reason"]) == ("held", "waits-for")
    with looking(app) as session:
        assert session.get(Record, note.uuid).waits_for == scan.uuid


def test_two_records_that_wait_for_each_other_wait(app: Flask, world: World, phone: Phone) -> None:
    one, other = phone.record("note", {"site": "garden"}), phone.record("note", {"site": "garden"})
    first = Sent.of(one.id, phone.payload("note", {"site": "garden"}, after=[other.id]))
    second = Sent.of(other.id, phone.payload("note", {"site": "garden"}, after=[one.id]))
    assert [r["reason"] for r in phone.send(first, second)] == ["waits-for", "waits-for"]


def test_what_waits_for_a_held_record_counts_when_that_is_tried_again_with_success(
    app: Flask, world: World, phone: Phone, sign_in: SignIn
) -> None:
    from webapp.core.db import db, writing
    from webapp.people import actions
    from webapp.people.models import Person

    scan = phone.scan(world.bridge)
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    assert [r["reason"] for r in phone.send(scan, note)] == ["no-access", "waits-for"]
    with app.app_context(), writing():
        actions.edit_person(db.session.get_one(Person, phone.person), {}, {world.river: "worker"}, {world.river})
    sign_in("manager").post(f"/held/{scan.id}/try")
    assert status_of(app, note) == ("accepted", None)


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize(("minutes", "status"), [(0, "accepted"), (10, "accepted"), (10.1, "held")])
def test_a_scan_may_be_withdrawn_within_ten_minutes(app: Flask, world: World, phone: Phone, minutes: float, status: str) -> None:
    scan = phone.scan(world.gate, NOW - timedelta(minutes=12))
    withdrawal = phone.record(
        "correction", {"about": scan.id, "verb": "withdraw", "reason": "wrong door"}, NOW - timedelta(minutes=12 - minutes)
    )
    results = phone.send(scan, withdrawal)
    assert [r["status"] for r in results] == ["accepted", status]
    assert results[1]["reason"] == (None if status == "accepted" else "too-late")
    assert ("withdrawn" in phone.browser.get("/my-day").text) is (status == "accepted")


def test_ten_minutes_count_from_scan_to_withdrawal_not_to_the_arrival(world: World, phone: Phone, clock: Clock) -> None:
    scan = phone.scan(world.gate)
    withdrawal = phone.record("correction", {"about": scan.id, "verb": "withdraw"}, NOW + timedelta(minutes=3))
    clock.forward(hours=9)
    assert [r["status"] for r in phone.send(scan, withdrawal)] == ["accepted", "accepted"]


def test_a_withdrawn_scan_frees_its_point(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan, phone.record("correction", {"about": scan.id, "verb": "withdraw"}))
    again = phone.scan(world.gate, NOW)
    phone.send(again)
    with looking(app) as session:
        assert not session.get(Scan, again.uuid).repeat


def test_an_explanation_may_come_any_time_and_more_than_once(world: World, phone: Phone, clock: Clock, sign_in: SignIn) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan)
    clock.forward(hours=20)
    texts = ["the lift stood still", "and the stairs were wet"]
    results = phone.send(*(phone.record("correction", {"about": scan.id, "verb": "explain", "reason": t}) for t in texts))
    assert {r["status"] for r in results} == {"accepted"}
    evidence = sign_in("supervisor").get(f"/log/garden/2026-11-23/rounds/{world.round()}").text
    assert all(text in evidence for text in texts)


@pytest.mark.parametrize("verb", ["withdraw", "explain"])
@pytest.mark.parametrize("who", ["colleague", "supervisor", "stranger"])
def test_nobody_corrects_somebody_elses_record(world: World, phone: Phone, phone_of: PhoneOf, who: str, verb: str) -> None:
    scan = phone.scan(world.gate)
    phone.send(scan)
    other = phone_of(who)
    assert other.one(other.record("correction", {"about": scan.id, "verb": verb, "reason": "x"}))["reason"] == "no-access"


# ---------------------------------------------------------------- notes


def test_a_note_belongs_where_its_scan_was(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.pump)
    note = phone.record("note", {"about": scan.id, "result": "issue", "answers": {"q1": "no", "q2": 0.42}, "text": "wet"})
    phone.send(scan, note)
    with looking(app) as session:
        kept = session.get(Note, note.uuid)
        assert (kept.site_id, kept.round_id, kept.checkpoint_id, kept.result) == (world.garden, world.round(), world.pump.id, "issue")
        assert kept.answers == {"q1": "no", "q2": 0.42}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"site": "garden"}, None),
        ({"checkpoint": "{gate}"}, None),
        ({"round": "{round}"}, None),
        ({"site": "river"}, "no-access"),
        ({"site": "nowhere"}, "no-access"),
        ({"checkpoint": "{bridge}"}, "no-access"),
        ({"checkpoint": "00000000-0000-7000-8000-000000000000"}, "unknown-code"),
        ({"round": "RNONE-20261123-2200"}, "unknown-round"),
        ({"round": "nonsense"}, "unknown-round"),
    ],
)
def test_a_note_without_a_scan_names_its_place(world: World, phone: Phone, body: dict[str, str], reason: str | None) -> None:
    names = {"gate": world.gate.id, "bridge": world.bridge.id, "round": world.round()}
    result = phone.one(phone.record("note", {k: v.format(**names) for k, v in body.items()} | {"text": "seen"}))
    assert (result["status"], result["reason"]) == (("held", reason) if reason else ("accepted", None))


def test_a_note_about_what_is_no_scan_is_held(world: World, phone: Phone) -> None:
    duty = phone.record("duty", {"verb": "on", "site": "garden"})
    phone.send(duty)
    assert phone.one(phone.record("note", {"about": duty.id}))["reason"] == "bad-body"


# ---------------------------------------------------------------- steps of rounds


def test_a_round_is_started_paused_resumed_and_ended_early_with_a_reason(world: World, phone: Phone, sign_in: SignIn) -> None:
    steps = [
        phone.record("round-step", {"round": world.round(), "verb": verb}, NOW - timedelta(minutes=20 - i))
        for i, verb in enumerate(("start", "pause", "resume"))
    ]
    assert {r["status"] for r in phone.send(*steps)} == {"accepted"}
    assert "Under way" in page(sign_in("supervisor").get("/log/garden/2026-11-23")).text
    end = phone.record("round-step", {"round": world.round(), "verb": "end", "reason": "fire alarm in tower 2"})
    assert phone.one(end)["status"] == "accepted"
    log = page(sign_in("supervisor").get("/log/garden/2026-11-23")).text
    assert "Ended early" in log
    assert "fire alarm in tower 2" in log


def test_a_round_is_handed_over_to_a_colleague_who_then_has_it(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    start = phone.record("round-step", {"round": world.round(), "verb": "start"})
    over = phone.record("round-step", {"round": world.round(), "verb": "hand_over", "to": str(world.people["technician"])})
    assert {r["status"] for r in phone.send(start, over)} == {"accepted"}
    with looking(app) as session:
        assert session.get(RoundStep, over.uuid).to_person_id == world.people["technician"]
    assert world.round() in sign_in("technician").get("/today").text  # though it is the guards' round


@pytest.mark.parametrize("who", ["stranger", "nowhere"])
def test_a_stranger_takes_no_step_in_a_round(world: World, phone_of: PhoneOf, who: str) -> None:
    phone = phone_of(who)
    assert phone.one(phone.record("round-step", {"round": world.round(), "verb": "start"}))["reason"] == "no-access"


@pytest.mark.parametrize(
    "round_id", ["", "x", "R-1-2", "RNONE-20261123-2200", "{code}-20261123-2201", "{code}-20190101-2200", "{code}-20261123"]
)
def test_a_round_that_never_was_is_unknown(world: World, phone: Phone, round_id: str) -> None:
    record = phone.record("round-step", {"round": round_id.format(code=world.schedule_code), "verb": "start"})
    assert phone.one(record)["reason"] == "unknown-round"


# ---------------------------------------------------------------- duty


def test_clocking_on_and_off_at_a_post_by_its_label_or_just_at_a_site(app: Flask, world: World, phone: Phone) -> None:
    on = phone.record("duty", {"verb": "on", "code": world.gate.code})
    assert phone.one(on)["status"] == "accepted"
    with looking(app) as session:
        assert session.get(Duty, on.uuid).checkpoint_id == world.gate.id
    off = phone.record("duty", {"verb": "off", "site": "garden"}, NOW + timedelta(minutes=1))
    assert phone.one(off)["status"] == "accepted"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"code": "0000000000"}, "unknown-code"),
        ({"code": "nonsense"}, "unknown-code"),
        ({"code": "{bridge}"}, "no-access"),
        ({"site": "river"}, "no-access"),
        ({}, "bad-body"),
    ],
)
def test_duty_nowhere_known_is_held(world: World, phone: Phone, body: dict[str, str], reason: str) -> None:
    filled = {k: v.format(bridge=world.bridge.code) for k, v in body.items()}
    assert phone.one(phone.record("duty", {"verb": "on"} | filled))["reason"] == reason


# ---------------------------------------------------------------- scans and what they prove


def grades(app: Flask, record: Sent) -> dict[str, str]:
    with looking(app) as session:
        return {g["about"]: g["reason"] for g in session.get(Scan, record.uuid).trust}


@pytest.mark.parametrize("method", ["camera", "link", "typed"])
def test_g12_how_a_label_was_read_is_kept(app: Flask, world: World, phone: Phone, method: str) -> None:
    scan = phone.scan(world.gate, body={"method": method})
    assert phone.one(scan)["status"] == "accepted"
    assert grades(app, scan)["method"] == method


@pytest.mark.parametrize(
    "text", ["{code}", "{code_lower}", "https://old-host.example/c/{code}", "HTTPS://ROUNDS.EXAMPLE.COM/C/{code}", " {printed} "]
)
def test_a_scan_may_carry_the_code_or_the_whole_text_that_was_read(world: World, phone: Phone, text: str) -> None:
    code = world.gate.code
    filled = text.format(code=code, code_lower=code.lower(), printed=f"{code[:5]}-{code[5:]}")
    assert phone.one(phone.scan(filled))["status"] == "accepted"


def test_an_old_label_counts_and_is_doubtful(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.old_code)
    assert phone.one(scan)["status"] == "accepted"
    assert grades(app, scan)["label"] == "superseded"
    with looking(app) as session:
        kept = session.get(Scan, scan.uuid)
        assert (kept.checkpoint_id, kept.label_version, kept.doubtful) == (world.pump.id, 1, True)


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        (None, "unknown"),
        ({"lat": 31.2304, "lon": 121.4737, "accuracy_m": 8}, "inside"),
        ({"lat": 31.24, "lon": 121.4737, "accuracy_m": 8}, "outside"),
        ({"lat": 31.24, "lon": 121.4737, "accuracy_m": 10_000}, "vague"),
        ({"lat": 31.2304, "lon": 121.4737, "accuracy_m": 1e300}, "vague"),
        ({"lat": -90, "lon": 180, "accuracy_m": 0}, "outside"),
    ],
)
def test_where_the_phone_believed_to_be_is_graded(
    app: Flask, world: World, phone: Phone, position: dict[str, float] | None, reason: str
) -> None:
    scan = phone.record("scan", {"code": world.gate.code}, position=position)
    assert phone.one(scan)["status"] == "accepted"
    assert grades(app, scan)["position"] == reason


def test_g11_the_same_point_scanned_twice_in_five_seconds_is_kept_and_marked_repeat(app: Flask, world: World, phone: Phone) -> None:
    first, second = phone.scan(world.gate, NOW - timedelta(seconds=5)), phone.scan(world.gate, NOW)
    phone.send(first)
    phone.send(second)
    with looking(app) as session:
        assert [session.get(Scan, r.uuid).repeat for r in (first, second)] == [False, True]


def test_walking_faster_than_anybody_runs_is_doubtful_across_calls_and_within_one(app: Flask, world: World, phone: Phone) -> None:
    one, two = phone.scan(world.gate, NOW - timedelta(minutes=5)), phone.scan(world.roof, NOW - timedelta(minutes=5, seconds=-10))
    three = phone.scan(world.gate, NOW - timedelta(minutes=5, seconds=-20))
    phone.send(one, two)
    phone.send(three)
    assert [grades(app, r)["walk"] for r in (one, two, three)] == ["first", "too_fast", "too_fast"]


def test_walking_times_learned_at_night_are_used_the_next_day(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    from webapp.core.db import writing
    from webapp.patrols.walking import learn_walking_times

    for day in range(-8, 0):
        start = NOW + timedelta(days=day)
        phone.send(phone.scan(world.gate, start), phone.scan(world.roof, start + timedelta(seconds=300)))
    with app.app_context(), writing():
        learn_walking_times({})
    quick = phone.scan(world.gate, NOW - timedelta(minutes=4)), phone.scan(world.roof, NOW - timedelta(minutes=2))
    assert {r["status"] for r in phone.send(*quick)} == {"accepted"}
    assert grades(app, quick[1])["walk"] == "too_fast"  # 120 s, where 150 s is half of what it takes; plausible by distance alone


@pytest.mark.parametrize(
    ("minutes", "wanted", "counted"),
    [
        (0, None, "2200"),
        (-45, None, "2200"),
        (-46, None, None),
        (45, "20261123-2200", "2200"),
        (0, "20261123-2000", "2000"),
        (0, "20261121-2000", "2200"),
        (0, "nonsense", "2200"),
    ],
)
def test_which_round_a_scan_counts_to(
    app: Flask, world: World, phone: Phone, clock: Clock, minutes: int, wanted: str | None, counted: str | None
) -> None:
    moment = clock.set(NOW + timedelta(minutes=minutes))
    named = wanted if wanted in (None, "nonsense") else world.round(wanted)
    scan = phone.scan(world.gate, moment, body={"round": named})
    assert phone.one(scan)["status"] == "accepted"
    with looking(app) as session:
        found = session.get(Scan, scan.uuid).round_id
    assert (found[-4:] if found else None) == counted


def test_a_scan_at_a_point_on_no_route_is_kept_outside_rounds(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    scan = phone.scan(world.cellar)
    phone.send(scan)
    with looking(app) as session:
        kept = session.get(Scan, scan.uuid)
        assert kept.round_id is None
        assert kept.day.isoformat() == "2026-11-23"
    assert "Scans outside rounds" in sign_in("supervisor").get("/log/garden/2026-11-23").text


def test_a_scan_after_midnight_belongs_to_the_evening_its_round_began(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    clock.set(NOW + timedelta(hours=2))  # 00:30
    scan = phone.scan(world.gate)
    phone.send(scan)
    with looking(app) as session:
        kept = session.get(Scan, scan.uuid)
        assert (kept.round_id, kept.day.isoformat()) == (world.round("20261124-0000"), "2026-11-24")


@pytest.mark.parametrize("who", ["stranger", "nowhere", "elsewhere"])
def test_a_stranger_may_not_scan(world: World, phone_of: PhoneOf, who: str) -> None:
    phone = phone_of(who)
    assert phone.one(phone.scan(world.gate))["reason"] == "no-access"


@pytest.mark.parametrize("who", ["colleague", "technician", "desk", "supervisor", "manager", "admin"])
def test_anybody_with_a_duty_at_the_site_may(world: World, phone_of: PhoneOf, who: str) -> None:
    phone = phone_of(who)
    assert phone.one(phone.scan(world.gate))["status"] == "accepted"


# ---------------------------------------------------------------- what people type is shown as text

NASTY = [
    "😀🧑‍🚒",
    "مرحبا \u202eevil",
    "'; DROP TABLE scan; --",
    '<img src=x onerror="alert(1)">',
    "{{ 7*7 }}",
    "</script><script>alert(1)</script>",
    "a\nb\r\tc",
    "ß" * 200,
    "\u2028\ufeff",
]


@pytest.mark.parametrize("text", NASTY)
def test_any_text_in_any_field_is_shown_as_text(app: Flask, world: World, phone: Phone, sign_in: SignIn, text: str) -> None:
    scan = phone.scan(world.pump, note=text)
    records: list[Any] = [
        scan,
        phone.record("note", {"about": scan.id, "result": "issue", "answers": {"q1": text, text: text}, "text": text}),
        phone.record("note", {"site": "garden", "text": text}),
        phone.record("correction", {"about": scan.id, "verb": "explain", "reason": text}),
        phone.record("round-step", {"round": world.round(), "verb": "end", "reason": text}),
    ]
    assert {r["status"] for r in phone.send(*records)} == {"accepted"}
    held = phone.record("scan", {"code": text[:100]}, kind_note=text, zone=text)
    assert phone.one(held)["status"] == "held"
    office = sign_in("supervisor")
    addresses = [
        "/log/garden/2026-11-23",
        "/held",
        f"/held/{held.id}",
        f"/rounds/{world.round()}",
        f"/people/{phone.person}/day?day=2026-11-23",
    ]
    for browser, address in [*((office, a) for a in addresses), (phone.browser, "/today"), (phone.browser, "/my-day")]:
        response = browser.get(address)
        assert response.status_code == 200, address
        for markup in ("<img src=x", "<script>alert", 'onerror="alert'):
            assert markup not in response.text, address
    shown = page(office.get(addresses[0])).text
    assert " ".join(text.split()) in shown


def test_ids_of_other_records_never_leak_what_they_say(world: World, phone: Phone, phone_of: PhoneOf) -> None:
    """A stranger who guesses an id learns nothing by sending other bytes under it."""
    scan = phone.scan(world.gate, note="secret of the garden")
    phone.send(scan)
    other = phone_of("stranger")
    result = other.one(Sent.of(scan.id, other.payload("note", {"about": scan.id})))
    assert (result["status"], result["reason"]) == ("held", "id-reused")
    assert "secret" not in str(result)
    assert UUID(result["id"]) == scan.uuid


# ---------------------------------------------------------------- late


def test_b16_a_call_that_arrives_ten_minutes_after_its_retry_changes_nothing(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.gate)
    delayed = phone.call([scan])  # on its way; the phone gives up waiting and sends again
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    receipts = {r["id"]: r["receipt"] for r in phone.send(scan, note)}
    with clock.at(NOW + timedelta(minutes=10)):
        answer = phone.client.post("/sync", json=delayed, headers={"Authorization": f"Ticket {phone.ticket}"}).get_json()
    assert [(r["status"], r["receipt"]) for r in answer["results"]] == [("duplicate", receipts[scan.id])]
    with looking(app) as session:
        kept = session.get(Scan, scan.uuid)
        assert (kept.at, kept.received_at, kept.clock_grade) == (NOW, NOW, "ok")
        assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == 1


def test_d5_a_point_taken_out_of_the_route_meanwhile_counts_in_the_round_it_was_scanned_for(app: Flask, world: World, phone: Phone) -> None:
    scan = phone.scan(world.gate, NOW, body={"round": world.round()})
    with clock.at(NOW + timedelta(minutes=5)), app.app_context(), writing():
        planning.set_points(db.session.get_one(Route, world.route), [{"checkpoint_id": world.roof.id}], None, clock.now())
    with clock.at(NOW + timedelta(hours=3)):
        assert phone.one(scan)["status"] == "accepted"
    with looking(app) as session:
        assert session.get(Scan, scan.uuid).round_id == world.round()
