"""A saved copy is taken in: sealed, by anybody; without a good seal, held, by a supervisor. Sending it later doubles nothing."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, named_photo, page, picture
from webapp.core.db import db, writing
from webapp.patrols.models import Scan
from webapp.people import actions as people
from webapp.people.models import Device
from webapp.photos.models import Photo
from webapp.records.models import HeldStep, Record, RecordCopy
from webapp.sync.models import CopyTaken

SignIn = Callable[[str], Browser]


def part_of(phone: Phone, records: Iterable[Sent], made_at: str, offset: int | None, sealed: bool = True) -> dict[str, Any]:
    """A lot of records as the phone seals it."""
    listed = [record.as_json() for record in records]
    lines = [f"{made_at} {'' if offset is None else offset}", *(f"{r['id']} {r['sha256']}" for r in listed)]
    part: dict[str, Any] = {"person": str(phone.person), "device": str(phone.device), "records": listed}
    if sealed:
        part["claim"] = phone.ticket.rpartition(".")[0]
        part["seal"] = hmac.new(phone.ticket.encode(), "".join(f"{line}\n" for line in lines).encode(), hashlib.sha256).hexdigest()
    return part


def copy_of(
    phone: Phone, *records: Sent, photos: Iterable[bytes] = (), sealed: bool = True, offset: int | None = None, **changes: Any
) -> bytes:
    """The file that a phone saves."""
    made_at = "2026-11-23T14:30:00.000Z"
    text = {"made_at": made_at, "clock_offset_ms": offset, "parts": [part_of(phone, records, made_at, offset, sealed)]} | changes
    return zipped({"records.json": json.dumps(text).encode()} | {f"photos/{hashlib.sha256(p).hexdigest()}": p for p in photos})


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def hand_in(browser: Browser, content: bytes) -> TestResponse:
    answer = browser.post("/copies", {"file": (io.BytesIO(content), "rounds-unsent-2026-11-23.zip")})
    answer.request.environ["wsgi.input"].close()  # the test client's own temporary file
    return answer


def report(response: TestResponse) -> str:
    """The figures: new, here already, held, damaged, photos."""
    words = page(response).text
    return words[words.index("Taken in") :].split("Everything")[0].split("This copy")[0].split("What is")[0].strip()


def figures(new: int = 0, known: int = 0, held: int = 0, damaged: int = 0, photos: int = 0) -> str:
    return f"Taken in New, count now {new} Here already {known} Held {held} Damaged {damaged} Photos {photos}"


def count(app: Flask, model: Any) -> int:
    with looking(app) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize("bringer", ["supervisor", "colleague", "elsewhere", "guard"])
def test_g15_a_sealed_copy_is_taken_in_by_whoever_brings_it_and_sending_it_later_doubles_nothing(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, bringer: str
) -> None:
    content = picture()
    records = [phone.scan(spot, photos=[named_photo(content)]) for spot in world.spots]
    records += [phone.record("note", {"about": records[0].id, "result": "normal"}), phone.record("scan", {"code": "nonsense"})]
    copy = copy_of(phone, *records, photos=[content])
    browser = sign_in(bringer)
    assert report(hand_in(browser, copy)) == figures(new=4, held=1, photos=1)
    assert report(hand_in(browser, copy)) == figures(known=5, photos=1)
    results = phone.send(*records)
    assert {r["status"] for r in results} == {"duplicate"}
    assert [r["photos_pending"] for r in results] == [[]] * 5
    with looking(app) as session:
        assert {r.person_id for r in session.scalars(sa.select(Record))} == {phone.person}
        assert {r.device_id for r in session.scalars(sa.select(Record))} == {phone.device}
        taken = session.scalars(sa.select(CopyTaken).order_by(CopyTaken.id)).all()
        assert [(t.brought_by, t.person_id, t.proved, t.counted, t.held, t.duplicate) for t in taken] == [
            (world.people[bringer], phone.person, True, 4, 1, 0),
            (world.people[bringer], phone.person, True, 0, 0, 5),
        ]
    assert (count(app, Scan), count(app, Photo)) == (3, 1)


def test_g15_a_copy_of_what_the_phone_has_sent_meanwhile_is_known(world: World, phone: Phone, sign_in: SignIn) -> None:
    records = [phone.scan(spot) for spot in world.spots]
    copy = copy_of(phone, *records)
    phone.send(*records[:2])
    assert report(hand_in(sign_in("supervisor"), copy)) == figures(new=1, known=2)


def test_a_copy_without_a_seal_is_held_until_a_supervisor_tries_its_records(
    app: Flask, world: World, phone: Phone, sign_in: SignIn
) -> None:
    record = phone.scan(world.gate)
    copy = copy_of(phone, record, sealed=False)
    assert hand_in(sign_in("colleague"), copy).status_code == 403
    assert hand_in(sign_in("elsewhere"), copy).status_code == 403
    assert count(app, Record) == 0
    office = sign_in("supervisor")
    assert report(hand_in(office, copy)) == figures(held=1)
    with looking(app) as session:
        held = session.get(Record, record.uuid)
        assert (held.status, held.reason, held.payload, held.seq) == ("held", "from-copy", record.payload.encode(), 1)
        (step,) = session.scalars(sa.select(HeldStep))
        assert (step.person_id, step.result) == (world.people["supervisor"], "from-copy")
    assert "does not prove which phone" in page(office.get("/held")).text
    assert office.post(f"/held/{record.id}/try").location == "/held"
    assert phone.one(record)["status"] == "duplicate"
    with looking(app) as session:
        (scan,) = session.scalars(sa.select(Scan))
        assert (scan.person_id, scan.at) == (phone.person, NOW)


def test_a_copy_as_the_first_release_saved_it_is_taken_in_too(world: World, phone: Phone, sign_in: SignIn) -> None:
    record = phone.scan(world.gate)
    text = {"person": str(phone.person), "device": str(phone.device), "sent_at": "2026-11-23T14:30:00Z", "records": [record.as_json()]}
    answer = hand_in(sign_in("supervisor"), zipped({"records.json": json.dumps(text).encode()}))
    assert report(answer) == figures(held=1)


@pytest.mark.parametrize("change", ["record", "digest", "person", "device", "seal", "claim", "time", "expired"])
def test_a_seal_holds_for_just_these_records_of_this_person(
    app: Flask, world: World, phone: Phone, phone_of: Callable[[str], Phone], sign_in: SignIn, clock: Clock, change: str
) -> None:
    other = phone_of("colleague")
    made_at, record = "2026-11-23T14:30:00.000Z", phone.scan(world.gate)
    part = part_of(phone, [record], made_at, None)
    match change:
        case "record":
            part["records"].append(phone.scan(world.roof).as_json())
        case "digest":
            part["records"][0] |= Sent.of(record.id, phone.payload("scan", {"code": world.roof.code})).as_json()
        case "person":
            part["person"] = str(other.person)
        case "device":
            part["device"] = str(other.device)
        case "seal":
            part["seal"] = "0" * 64
        case "claim":
            part["claim"] = other.ticket.rpartition(".")[0]
        case "time":
            made_at = "2026-11-23T15:00:00.000Z"
        case "expired":
            clock.forward(days=181)
    copy = copy_of(phone, made_at=made_at, parts=[part])
    assert hand_in(sign_in("elsewhere"), copy).status_code == 403
    assert report(hand_in(sign_in("supervisor"), copy)) == figures(held=len(part["records"]))
    assert count(app, Scan) == 0


def test_the_file_holds_no_ticket(world: World, phone: Phone) -> None:
    text = zipfile.ZipFile(io.BytesIO(copy_of(phone, phone.scan(world.gate)))).read("records.json").decode()
    assert phone.ticket not in text
    claim = json.loads(text)["parts"][0]["claim"]
    assert phone.post("/sync", phone.call([phone.scan(world.gate)]), ticket=claim).status_code == 401


def test_what_is_damaged_is_counted_and_costs_no_other(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    good, bad = phone.scan(world.gate), phone.scan(world.roof)
    bad = Sent(bad.id, bad.sha256, bad.payload + " ")
    good_photo, other_photo = picture(), picture(colour="red")
    files = {
        "records.json": json.dumps({"made_at": "x", "parts": [part_of(phone, [good, bad], "x", None)]}).encode(),
        f"photos/{'0' * 64}": other_photo,
        "photos/../../../etc/passwd": other_photo,
        f"photos/{hashlib.sha256(b'no picture').hexdigest()}": b"no picture",
        f"photos/{hashlib.sha256(good_photo).hexdigest()}": good_photo,
    }
    assert report(hand_in(sign_in("supervisor"), zipped(files))) == figures(new=1, damaged=4, photos=1)
    assert (count(app, Record), count(app, Photo)) == (1, 1)


def test_other_bytes_under_a_known_id_are_kept_beside(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    first = phone.scan(world.gate)
    phone.send(first)
    for sealed in (True, False):
        second = Sent.of(first.id, phone.payload("scan", {"code": world.roof.code}))
        for _ in range(2):
            assert report(hand_in(sign_in("supervisor"), copy_of(phone, second, sealed=sealed))) == figures(known=1)
    assert (count(app, Record), count(app, RecordCopy)) == (1, 2)


@pytest.mark.parametrize("sealed", [True, False])
def test_the_clock_of_the_phone_is_corrected_by_what_it_knew(
    app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock, sealed: bool
) -> None:
    """It was three hours ahead, and the copy is brought two hours after it was made."""
    phone.ahead = timedelta(hours=3)
    record = phone.scan(world.gate)
    copy = copy_of(phone, record, sealed=sealed, offset=-3 * 3_600_000)
    clock.forward(hours=2)
    office = sign_in("supervisor")
    hand_in(office, copy)
    if not sealed:
        office.post(f"/held/{record.id}/try")
    with looking(app) as session:
        (scan,) = session.scalars(sa.select(Scan))
        assert (scan.at, scan.clock_grade) == (NOW, "corrected")


def test_records_of_a_blocked_phone_are_held_whoever_brings_them(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    with app.app_context(), writing():
        people.revoke_device(db.session.get_one(Device, phone.device), NOW)
    assert report(hand_in(sign_in("colleague"), copy_of(phone, phone.scan(world.gate)))) == figures(held=1)


def test_more_than_a_call_holds_and_more_than_a_call_weighs(app: Flask, world: World, phone: Phone, sign_in: SignIn) -> None:
    records = [phone.record("note", {"site": "garden", "text": "x" * 9000}) for _ in range(250)]
    assert report(hand_in(sign_in("supervisor"), copy_of(phone, *records))) == figures(new=250)


def test_a_copy_may_be_larger_than_any_other_form(world: World, phone: Phone, sign_in: SignIn) -> None:
    copy = zipped({"records.json": json.dumps({"parts": [part_of(phone, [], "None", None)]}).encode(), "padding": b"x" * 25_000_000})
    assert hand_in(sign_in("supervisor"), copy).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        zipped({}),
        zipped({"records.json": b"{"}),
        zipped({"records.json": b"[]"}),
        zipped({"records.json": b'{"parts": []}'}),
        zipped({"records.json": b'{"parts": [{}]}'}),
        zipped({"records.json": b'{"parts": [{"person": 1, "device": 2, "records": []}]}'}),
        zipped({"records.json": b'{"person": "x", "device": "x", "records": [1]}'}),
        zipped({"records.json": b"[" * 100_000}),
        zipped({"records.json": b'{"parts": ["records"]}'}),
    ],
)
def test_what_is_no_copy_is_refused_with_a_word(app: Flask, sign_in: SignIn, content: bytes) -> None:
    answer = hand_in(sign_in("supervisor"), content)
    assert answer.status_code == 422
    assert "not a copy saved by Rounds" in answer.text


def test_a_record_without_an_id_is_no_record(world: World, phone: Phone, sign_in: SignIn) -> None:
    part = part_of(phone, [], "x", None) | {"records": [{"payload": "{}"}]}
    assert hand_in(sign_in("supervisor"), copy_of(phone, parts=[part])).status_code == 422


def test_no_file_is_asked_for(sign_in: SignIn) -> None:
    answer = sign_in("supervisor").post("/copies")
    assert answer.status_code == 422
    assert "Choose the file first." in answer.text


def test_a_copy_of_somebody_unknown_here_is_refused(world: World, phone: Phone, sign_in: SignIn) -> None:
    for field in ("person", "device"):
        part = part_of(phone, [], "x", None) | {field: str(uuid4())}
        assert hand_in(sign_in("admin"), copy_of(phone, parts=[part])).status_code == 404
