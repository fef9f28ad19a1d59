"""The intake as `contract.md` writes it, byte for byte: what is answered to which call."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, RECEIPT, Browser, Clock, Phone, Sent, World, canonical, looking, named_photo, picture
from webapp.core import ids
from webapp.patrols.models import Scan
from webapp.people.models import Device
from webapp.records.models import Record

RESULT_KEYS = {"id", "sha256", "status", "receipt", "reason", "message", "photos_pending"}
UTC_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def count(app: Flask, table: type[Any]) -> int:
    with looking(app) as session:
        found: int = session.scalar(sa.select(sa.func.count()).select_from(table))
    return found


# ---------------------------------------------------------------- the shape of the answers


def test_a_ticket_says_whose_it_is_and_how_long_it_holds(app: Flask, world: World, phone: Phone) -> None:
    answer = phone.browser.get("/ticket").get_json()
    assert set(answer) == {"ticket", "person", "device", "expires_at"}
    assert UUID(answer["person"]) == world.people["guard"]
    assert answer["expires_at"] == "2027-05-22T14:30:00.000Z"  # 180 days


def test_a_ping_proves_that_this_is_our_server(phone: Phone) -> None:
    response = phone.client.get("/sync/ping?n=n0nc3-%E6%B0%B4")
    answer = response.get_json()
    assert response.status_code == 200
    assert set(answer) == {"nonce", "time", "epoch", "build", "min_env"}
    assert answer["nonce"] == "n0nc3-水"
    assert answer["time"] == "2026-11-23T14:30:00.000Z"
    assert UUID(answer["epoch"])
    assert answer["min_env"] == 1
    assert response.headers["Cache-Control"] == "no-store"


def test_an_accepted_record_is_answered_with_a_receipt(world: World, phone: Phone) -> None:
    record = phone.scan(world.gate)
    response = phone.post("/sync", phone.call([record]))
    answer = response.get_json()
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert set(answer) == {"received_at", "epoch", "results"}
    assert UTC_MILLISECONDS.fullmatch(answer["received_at"])
    assert answer["epoch"] == phone.client.get("/sync/ping").get_json()["epoch"]
    (result,) = answer["results"]
    assert RECEIPT.fullmatch(result.pop("receipt"))
    assert result == {"id": record.id, "sha256": record.sha256, "status": "accepted", "reason": None, "message": None, "photos_pending": []}


@pytest.mark.parametrize("kind", ["accepted", "duplicate", "held", "damaged"])
def test_every_result_has_exactly_these_keys(world: World, phone: Phone, kind: str) -> None:
    record = phone.scan(world.gate) if kind != "held" else phone.record("scan", {"code": "nonsense"})
    if kind == "duplicate":
        phone.send(record)
    if kind == "damaged":
        record.sha256 = "0" * 64
    result = phone.one(record)
    assert result["status"] == kind
    assert set(result) == RESULT_KEYS


def test_no_record_no_result(phone: Phone) -> None:
    assert phone.send() == []


def test_one_result_a_record_in_the_order_sent_whatever_became_of_each(world: World, phone: Phone) -> None:
    known = phone.scan(world.gate)
    phone.send(known)
    bad = phone.record("scan", {"code": "nonsense"})
    broken = phone.scan(world.roof)
    broken.sha256 = "f" * 64
    fresh = phone.scan(world.pump)
    results = phone.send(fresh, broken, known, bad)
    assert [r["status"] for r in results] == ["accepted", "damaged", "duplicate", "held"]


# ---------------------------------------------------------------- bytes


def test_the_bytes_are_kept_as_they_came(app: Flask, world: World, phone: Phone) -> None:
    """Not as parsed: with its spaces, its escapes, its odd order of keys, and fields nobody here knows."""
    odd = '{ "kind":"scan",\t"env":1, "schema":1,"seq":7,\n"occurred_at":"2026-11-23T22:29:00.000+08:00", "later": {"a": [1.50, 1e3]},'
    odd += f'"body":{{"code":"{world.gate.code}","note":"\\u6c34 \\ud83d\\udeb0 水"}}}}'
    record = Sent.of(ids.new_id(), odd)
    assert phone.one(record)["status"] == "accepted"
    with looking(app) as session:
        kept = session.get(Record, record.uuid)
        assert kept.payload == odd.encode()
        assert kept.sha256 == record.sha256
        assert kept.occurred_at == "2026-11-23T22:29:00.000+08:00"


def test_the_same_bytes_again_are_a_duplicate_and_change_nothing(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    record = phone.scan(world.gate)
    first = phone.one(record)
    clock.forward(hours=3)
    again = [phone.one(record) for _ in range(3)]
    assert {r["status"] for r in again} == {"duplicate"}
    assert {r["receipt"] for r in again} == {first["receipt"]}
    assert (count(app, Record), count(app, Scan)) == (1, 1)
    with looking(app) as session:
        assert session.get(Record, record.uuid).received_at == NOW


def test_a_held_record_sent_again_is_a_duplicate_with_its_receipt(phone: Phone) -> None:
    record = phone.record("scan", {"code": "nonsense"})
    first, again = phone.one(record), phone.one(record)
    assert (first["status"], again["status"]) == ("held", "duplicate")
    assert first["receipt"] == again["receipt"]


def test_the_same_record_twice_in_one_call_counts_once(app: Flask, world: World, phone: Phone) -> None:
    record = phone.scan(world.gate)
    results = phone.send(record, record, record)
    assert [r["status"] for r in results] == ["accepted", "duplicate", "duplicate"]
    assert len({r["receipt"] for r in results}) == 1
    assert count(app, Scan) == 1


def test_an_id_in_capitals_is_the_same_id_and_comes_back_as_sent(world: World, phone: Phone) -> None:
    record = phone.scan(world.gate)
    phone.send(record)
    capital = Sent(record.id.upper(), record.sha256, record.payload)
    assert phone.one(capital)["status"] == "duplicate"


def test_damaged_bytes_are_not_stored_and_may_be_sent_again(app: Flask, world: World, phone: Phone) -> None:
    record = phone.scan(world.gate)
    damaged = Sent(record.id, record.sha256, record.payload.replace("camera", "cam?ra"))
    result = phone.one(damaged)
    assert (result["status"], result["receipt"], result["photos_pending"]) == ("damaged", None, [])
    assert count(app, Record) == 0
    assert phone.one(record)["status"] == "accepted"


def test_other_bytes_under_a_known_id_are_kept_beside_the_first(app: Flask, world: World, phone: Phone) -> None:
    first = phone.scan(world.gate)
    other = Sent.of(first.id, phone.payload("scan", {"code": world.roof.code}))
    accepted = phone.one(first)
    for _ in range(2):
        result = phone.one(other)
        assert (result["status"], result["reason"], result["receipt"]) == ("held", "id-reused", accepted["receipt"])
    assert phone.one(first)["status"] == "duplicate"
    with looking(app) as session:
        from webapp.records.models import RecordCopy

        assert session.get(Record, first.uuid).payload == first.payload.encode()
        assert [c.payload for c in session.scalars(sa.select(RecordCopy))] == [other.payload.encode()]


def test_two_contents_under_one_new_id_in_one_call_are_both_kept(app: Flask, world: World, phone: Phone) -> None:
    first = phone.scan(world.gate)
    other = Sent.of(first.id, phone.payload("scan", {"code": world.roof.code}))
    assert [(r["status"], r["reason"]) for r in phone.send(first, other)] == [("accepted", None), ("held", "id-reused")]
    office = Browser(app).sign_in("supervisor")
    shown = office.get(f"/held/{first.id}").text
    assert world.gate.code in shown
    assert world.roof.code in shown


def test_seq_shows_what_never_arrived(app: Flask, world: World, phone: Phone) -> None:
    phone.send(phone.scan(world.gate))
    phone.seq = 40
    phone.send(phone.scan(world.roof))
    with looking(app) as session:
        assert session.get(Device, phone.device).max_seq == 41
        assert sorted(session.scalars(sa.select(Record.seq))) == [1, 41]


def test_photos_that_have_not_come_are_pending_until_they_have(world: World, phone: Phone) -> None:
    here, missing = picture(colour="red"), picture(colour="blue")
    phone.put_photo(here)
    record = phone.scan(world.gate, photos=[named_photo(here), named_photo(missing)])
    assert phone.one(record)["photos_pending"] == [named_photo(missing)["sha256"]]
    phone.put_photo(missing)
    assert phone.one(record)["photos_pending"] == []


def test_have_tells_which_records_are_still_here(world: World, phone: Phone) -> None:
    here, held = phone.scan(world.gate), phone.record("scan", {"code": "nonsense"})
    phone.send(here, held)
    never = str(ids.new_id())
    response = phone.post("/sync/have", {"ids": [never, here.id, "not an id", held.id]})
    assert set(response.get_json()) == {"epoch", "have"}
    assert response.get_json()["have"] == [here.id, held.id]


@pytest.mark.parametrize("content", ["{}", '{"ids": 1}', '{"ids": [1]}', '{"ids": {}}', "[]", "null", "", "{"])
def test_have_refuses_what_is_no_list_of_ids(phone: Phone, content: str) -> None:
    response = phone.post("/sync/have", content)
    assert response.status_code == 400
    assert response.get_json()["error"] == "bad-call"


def test_have_takes_a_thousand_ids_at_most(phone: Phone) -> None:
    made = [str(ids.new_id()) for _ in range(1001)]
    assert phone.post("/sync/have", {"ids": made[:1000]}).status_code == 200
    assert phone.post("/sync/have", {"ids": made}).status_code == 413


# ---------------------------------------------------------------- calls that are not of this form


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "nonsense", "null", "1", "[]", "{}", '"text"', "\xff\xfe", "<html>",
        '{"records": []}', '{"sent_at": "2026-11-23T14:30:00Z"}', '{"sent_at": 1, "records": []}', '{"sent_at": "2026-11-23T14:30:00Z", "records": {}}',
        '{"sent_at": "yesterday", "records": []}', '{"sent_at": "2026-11-23T14:30:00", "records": []}', '{"sent_at": "2026-11-23\\u000014:30:00Z", "records": []}',
        '{"sent_at": "2026-11-23T14:30:00.0000000000000000000000000000000000000000Z", "records": []}',
        '{"sent_at": "2026-11-23T14:30:00Z", "records": [1]}', '{"sent_at": "2026-11-23T14:30:00Z", "records": [{}]}',
        '{"sent_at": "2026-11-23T14:30:00Z", "records": [{"id": 1, "sha256": "", "payload": ""}]}',
        '{"sent_at": "2026-11-23T14:30:00Z", "records": [{"id": "", "sha256": "", "payload": ""}]}',
        '{"sent_at": "2026-11-23T14:30:00Z", "records": [{"id": "x", "sha256": null, "payload": ""}]}',
        '{"sent_at": "2026-11-23T14:30:00Z", "records": [{"id": "x", "sha256": "", "payload": {}}]}',
        "[" * 100_000, '{"a":' * 50_000, "1" * 5000,
    ],
)  # fmt: skip
def test_a_call_that_is_not_of_this_form_is_400_and_says_so(app: Flask, phone: Phone, content: str) -> None:
    response = phone.post("/sync", content.encode("latin-1"))
    assert response.status_code == 400
    answer = response.get_json()
    assert set(answer) == {"error", "message"}
    assert answer["error"] == "bad-call"
    assert answer["message"]
    assert count(app, Record) == 0


def test_a_call_of_a_hundred_records_is_taken_and_one_of_more_is_413(app: Flask, world: World, phone: Phone) -> None:
    records = [phone.scan(world.gate) for _ in range(101)]
    response = phone.post("/sync", phone.call(records))
    assert response.status_code == 413
    assert set(response.get_json()) == {"error", "message"}
    assert count(app, Record) == 0
    assert {r["status"] for r in phone.send(*records[:100])} == {"accepted"}


def test_a_call_of_one_mebibyte_is_taken_and_a_byte_more_is_413(phone: Phone) -> None:
    record = phone.record("note", {"site": "garden", "text": "x"})
    room = 1024 * 1024 - len(canonical(phone.call([record])).encode())
    filled = Sent.of(record.id, record.payload + " " * room)
    exact = canonical(phone.call([filled])).encode()
    assert len(exact) == 1024 * 1024
    assert phone.post("/sync", exact).status_code == 200
    assert phone.post("/sync", exact + b" ").status_code == 413


def test_a_gzip_body_is_read(world: World, phone: Phone) -> None:
    packed = gzip.compress(canonical(phone.call([phone.scan(world.gate)])).encode())
    response = phone.post("/sync", packed, Content_Encoding="gzip")
    assert response.get_json()["results"][0]["status"] == "accepted"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"not gzip", 400),
        (gzip.compress(b"x" * 100)[:20], 400),
        (gzip.compress(b" " * (1024 * 1024 + 1)), 413),
        (gzip.compress(b" " * 2**28, 9), 413),
    ],
    ids=["not gzip", "cut short", "a byte too much", "a bomb"],
)
def test_a_gzip_bomb_or_a_broken_one_is_refused(phone: Phone, content: bytes, status: int) -> None:
    assert phone.post("/sync", content, Content_Encoding="gzip").status_code == status


# ---------------------------------------------------------------- tickets


@pytest.mark.parametrize(
    "given", ["", "Ticket", "Ticket ", "Ticket nonsense", "Bearer {ticket}", "{ticket}", "Ticket {ticket}x", "Ticket {swapped}"]
)
@pytest.mark.parametrize(
    ("method", "address"),
    [("POST", "/sync"), ("POST", "/sync/have"), ("PUT", "/photos/" + "0" * 64), ("POST", "/photos"), ("HEAD", "/photos/" + "0" * 64)],
)
def test_without_a_good_ticket_nothing_is_taken(phone: Phone, given: str, method: str, address: str) -> None:
    swapped = ".".join(reversed(phone.ticket.split(".")))
    response = phone.client.open(
        address, method=method, headers={"Authorization": given.format(ticket=phone.ticket, swapped=swapped)}, data="{}"
    )
    assert response.status_code == 401
    if method != "HEAD":
        assert response.get_json()["error"] == "ticket"


def test_the_word_ticket_may_be_written_in_any_case(phone: Phone) -> None:
    assert phone.post("/sync", phone.call([]), Authorization=f"ticket {phone.ticket}").status_code == 200


def test_a_ticket_holds_180_days_and_a_sign_in_renews_it(world: World, phone: Phone, clock: Clock) -> None:
    record = phone.scan(world.gate)
    clock.forward(days=180)
    assert phone.post("/sync", phone.call([])).status_code == 200
    clock.forward(seconds=1)
    assert phone.post("/sync", phone.call([record])).status_code == 401
    phone.browser.sign_in("guard")
    phone.ticket = phone.browser.get("/ticket").get_json()["ticket"]
    assert phone.one(record)["status"] == "accepted"


def test_a_ticket_of_another_server_is_not_good(phone: Phone, new_app: Any) -> None:
    other = new_app(SECRET_KEY="another secret, of 32 letters too")
    response = other.test_client().post("/sync", data=canonical(phone.call([])), headers={"Authorization": f"Ticket {phone.ticket}"})
    assert response.status_code == 401


def test_nobody_gets_a_ticket_without_signing_in(browser: Browser) -> None:
    response = browser.client.get("/ticket")
    assert response.status_code == 401
    assert set(response.get_json()) == {"error", "message"}


def test_the_intake_reads_no_cookie_and_sets_none(app: Flask, world: World, phone: Phone) -> None:
    """A signed-in browser without a ticket is nobody here; a ticket's records are its person's, whoever is signed in."""
    office = Browser(app).sign_in("supervisor")
    record = phone.scan(world.gate)
    content = canonical(phone.call([record]))
    assert office.post("/sync", content).status_code == 401
    response = office.post("/sync", content, {"Authorization": f"Ticket {phone.ticket}"})
    assert response.get_json()["results"][0]["status"] == "accepted"
    with looking(app) as session:
        assert session.get(Record, record.uuid).person_id == world.people["guard"]
    assert "Set-Cookie" not in phone.post("/sync", content).headers


def test_another_website_cannot_use_what_it_does_not_have_and_a_phone_needs_no_origin(world: World, phone: Phone) -> None:
    """The ticket is the proof: where the call comes from is not asked."""
    response = phone.post("/sync", phone.call([phone.scan(world.gate)]), Sec_Fetch_Site="cross-site", Origin="https://elsewhere.example")
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


# ---------------------------------------------------------------- what a phone tells about itself


def tell(phone: Phone, told: str) -> int:
    headers = {"Authorization": f"Ticket {phone.ticket}", "Rounds-Phone": told}
    return phone.client.get("/sync/ping?n=1", headers=headers).status_code


def test_a_phone_tells_how_many_records_it_still_owes(app: Flask, phone: Phone, sign_in: Any) -> None:
    told = {
        "device": str(phone.device),
        "max_seq": 17,
        "unsent": 4,
        "oldest_unsent_at": "2026-11-23T06:12:00+08:00",
        "persisted": True,
        "installed": False,
        "build": "abc",
    }
    assert tell(phone, json.dumps(told)) == 200
    with looking(app) as session:
        device = session.get(Device, phone.device)
        assert (device.max_seq, device.unsent, device.persisted, device.installed, device.build) == (17, 4, True, False, "abc")
        assert device.oldest_unsent_at == NOW.replace(day=22, hour=22, minute=12)
    assert "4" in sign_in("supervisor").get("/devices").text


@pytest.mark.parametrize(
    "told",
    ["nonsense", "[]", "1", "null", '{"max_seq": 1e400}', f'{{"max_seq": {10**30}}}', '{"max_seq": -1}', '{"max_seq": true}', f'{{"unsent": {2**40}}}', '{"unsent": -5}',
     '{"oldest_unsent_at": "9999-12-31T23:59:59-12:00"}', '{"oldest_unsent_at": "0001-01-01T00:00:00+12:00"}', '{"build": "\\u0000\\ud800"}', '{"build": 7, "persisted": "yes"}', '{"oldest_unsent_at": "soon"}'],
)  # fmt: skip
def test_no_word_of_a_phone_whatever_upsets_the_ping(app: Flask, phone: Phone, told: str) -> None:
    assert tell(phone, told) == 200
    with looking(app) as session:
        device = session.get(Device, phone.device)
        assert device.unsent == 0
        assert device.max_seq == 0


def test_a_ping_with_a_ticket_that_is_not_good_says_so(phone: Phone) -> None:
    phone.ticket = "nonsense"
    assert tell(phone, "{}") == 401


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    "ahead", [timedelta(hours=3), timedelta(days=-1), timedelta(days=-9300), timedelta(days=-126 * 365), timedelta(days=73 * 365)]
)
def test_h1_a_record_counts_when_it_happened_whatever_the_phones_clock_says(
    app: Flask, world: World, phone: Phone, ahead: timedelta
) -> None:
    phone.ahead = ahead
    record = phone.scan(world.gate, NOW - timedelta(minutes=20))
    assert phone.one(record)["status"] == "accepted"
    with looking(app) as session:
        scan, kept = session.get(Scan, record.uuid), session.get(Record, record.uuid)
        assert scan.at == NOW - timedelta(minutes=20)
        assert scan.raw_at == scan.at + ahead
        assert (scan.clock_grade, kept.clock_grade) == ("corrected", "corrected")
        assert scan.round_id == world.round()


def test_h2_a_clock_set_back_between_two_scans_is_flagged_across_calls_too(app: Flask, world: World, phone: Phone) -> None:
    phone.send(phone.scan(world.gate, NOW - timedelta(minutes=10)))
    backdated = phone.scan(world.roof, NOW - timedelta(minutes=20), mono=9e6)
    assert phone.one(backdated)["status"] == "accepted"
    with looking(app) as session:
        scan = session.get(Scan, backdated.uuid)
        assert scan.clock_grade == "suspect"
        assert scan.doubtful


def test_h4_a_record_made_long_before_the_first_contact_is_corrected_at_it(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    phone.ahead = timedelta(hours=-5)
    record = phone.scan(world.gate)
    clock.forward(days=90)
    assert phone.one(record)["status"] == "accepted"
    with looking(app) as session:
        assert session.get(Scan, record.uuid).at == NOW


def test_b17_a_phone_that_comes_back_after_90_days_hands_everything_in(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    records = [phone.scan(world.gate, NOW + timedelta(days=d)) for d in range(90)]
    clock.forward(days=90)
    assert {r["status"] for r in phone.send(*records)} == {"accepted"}
