"""Pictures in pieces, as tus 1.0 says it: begun, cut anywhere, gone on with, checked, and never half stored."""

from __future__ import annotations

import hashlib
import io
import os
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.http.test_photos import drawn
from tests.making import Clock, Phone, looking
from webapp.core.db import db
from webapp.photos import actions
from webapp.photos.models import Photo

PIECES = "application/offset+octet-stream"
CONTENT = drawn(size=(600, 400))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ADDRESS = f"/photos/{SHA256}"
HALF = len(CONTENT) // 2


def ask(phone: Phone, method: str, address: str = ADDRESS, data: bytes = b"", **headers: object) -> TestResponse:
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return phone.client.open(
        address, method=method, data=data, headers={"Authorization": f"Ticket {phone.ticket}", "Tus-Resumable": "1.0.0"} | named
    )


def begin(phone: Phone, data: bytes = b"", **headers: object) -> TestResponse:
    more = {"Content_Type": PIECES} if data else {}
    return ask(phone, "POST", data=data, Upload_Length=len(CONTENT), **more, **headers)


def send(phone: Phone, offset: int, data: bytes, **headers: object) -> TestResponse:
    return ask(phone, "PATCH", data=data, Upload_Offset=offset, Content_Type=PIECES, **headers)


def offset(phone: Phone) -> int | None:
    response = ask(phone, "HEAD")
    return int(response.headers["Upload-Offset"]) if response.status_code == 200 else None


class Line:
    """A connection: `before` is called before its first byte is read, and behind its last one it breaks."""

    def __init__(self, data: bytes, before: Callable[[], object] = lambda: None) -> None:
        self.bytes = io.BytesIO(data)
        self.before = before

    def read(self, size: int) -> bytes:
        if self.bytes.tell() == 0:
            self.before()
        return self.bytes.read(size)


def send_over(phone: Phone, line: Line, at: int, promised: int) -> TestResponse:
    """A piece of `promised` bytes comes over that line."""
    headers = {"Authorization": f"Ticket {phone.ticket}", "Upload-Offset": str(at), "Content-Type": PIECES}
    return phone.app.test_client().patch(ADDRESS, headers=headers, environ_overrides={"wsgi.input": line, "CONTENT_LENGTH": str(promised)})


def send_broken(phone: Phone, at: int, data: bytes, promised: int) -> None:
    """`data` of `promised` bytes arrive, then the connection is gone."""
    assert send_over(phone, Line(data), at, promised).status_code >= 400, "nobody hears it"


def stored(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in (tmp_path / "photos").rglob("*") if path.is_file()]


def incoming(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "incoming").rglob("*") if path.is_file()]


def test_options_say_what_is_spoken_without_a_ticket(phone: Phone) -> None:
    for address in ("/photos", ADDRESS):
        response = phone.client.options(address)
        assert response.status_code == 204
        assert response.headers["Tus-Resumable"] == response.headers["Tus-Version"] == "1.0.0"
        assert {"creation", "checksum", "expiration"} <= set(response.headers["Tus-Extension"].split(","))
        assert response.headers["Tus-Max-Size"] == str(20 * 1024 * 1024)
        assert response.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("way", ["address", "metadata", "header"])
def test_a_picture_in_two_pieces_is_stored_whole(app: Flask, phone: Phone, tmp_path: Path, way: str) -> None:
    named: dict[str, Any] = {
        "address": {},
        "metadata": {"Upload_Metadata": f"filename {b64encode(b'a.jpg').decode()},sha256 {b64encode(SHA256.encode()).decode()}"},
        "header": {"Upload_Digest": SHA256},
    }[way]
    response = ask(phone, "POST", ADDRESS if way == "address" else "/photos", Upload_Length=len(CONTENT), **named)
    assert (response.status_code, response.headers["Location"]) == (201, ADDRESS)
    first = send(phone, 0, CONTENT[:HALF])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    assert offset(phone) == HALF
    assert stored(tmp_path) == []
    last = send(phone, HALF, CONTENT[HALF:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(CONTENT)))
    assert stored(tmp_path) == [CONTENT]
    assert incoming(tmp_path) == []
    with looking(app) as session:
        kept = session.get(Photo, SHA256)
        assert (kept.size, kept.person_id, kept.mime) == (len(CONTENT), phone.person, "image/jpeg")


def test_the_first_piece_may_come_with_the_beginning(phone: Phone, tmp_path: Path) -> None:
    response = begin(phone, CONTENT[:HALF])
    assert (response.status_code, response.headers["Upload-Offset"]) == (201, str(HALF))
    assert begin(phone, CONTENT[:HALF]).headers["Upload-Offset"] == str(HALF), "begun again: it goes on where it was"
    assert send(phone, HALF, CONTENT[HALF:]).status_code == 204
    again = begin(phone)
    assert (again.status_code, again.headers["Upload-Offset"]) == (200, str(len(CONTENT)))
    assert (stored(tmp_path), incoming(tmp_path)) == ([CONTENT], [])


@pytest.mark.parametrize("at", [0, 1, 100, HALF, len(CONTENT) - 1])
def test_f1_cut_at_any_byte_it_goes_on_from_there(phone: Phone, tmp_path: Path, at: int) -> None:
    begin(phone)
    send_broken(phone, 0, CONTENT[:at], len(CONTENT))
    assert offset(phone) == at
    assert send(phone, at, CONTENT[at:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


@pytest.mark.parametrize("wrong", [0, HALF - 1, HALF + 1, len(CONTENT)])
def test_another_offset_than_the_servers_is_409_and_changes_nothing(phone: Phone, wrong: int) -> None:
    begin(phone, CONTENT[:HALF])
    assert send(phone, wrong, CONTENT[HALF:]).status_code == 409
    assert offset(phone) == HALF


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_f3_a_piece_damaged_on_the_way_is_460_and_sent_again(phone: Phone, tmp_path: Path, algorithm: str) -> None:
    begin(phone)
    checksum = f"{algorithm} {b64encode(hashlib.new(algorithm, CONTENT[:HALF]).digest()).decode()}"
    damaged = b"?" + CONTENT[1:HALF]
    response = send(phone, 0, damaged, Upload_Checksum=checksum)
    assert (response.status_code, response.get_json()["error"]) == (460, "checksum")
    assert offset(phone) == 0
    assert send(phone, 0, CONTENT[:HALF], Upload_Checksum=checksum).status_code == 204
    assert send(phone, HALF, CONTENT[HALF:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


def test_f3_damage_without_a_checksum_shows_at_the_end_and_the_picture_begins_anew(phone: Phone, tmp_path: Path) -> None:
    begin(phone, b"?" + CONTENT[1:HALF])
    response = send(phone, HALF, CONTENT[HALF:])
    assert (response.status_code, response.get_json()["error"]) == (422, "digest")
    assert (offset(phone), stored(tmp_path), incoming(tmp_path)) == (None, [], [])
    assert begin(phone, CONTENT).status_code == 201
    assert stored(tmp_path) == [CONTENT]


def test_f2_a_partial_the_server_lost_is_404_and_begins_anew(phone: Phone, tmp_path: Path) -> None:
    begin(phone, CONTENT[:HALF])
    for path in incoming(tmp_path):
        path.unlink()
    assert offset(phone) is None
    assert send(phone, HALF, CONTENT[HALF:]).status_code == 404
    assert begin(phone, CONTENT).headers["Upload-Offset"] == str(len(CONTENT))
    assert stored(tmp_path) == [CONTENT]


def test_a_crash_between_the_last_byte_and_the_row_asks_for_that_byte_again(phone: Phone, tmp_path: Path) -> None:
    """To be told "all of it is here" is a receipt; no receipt without a row."""
    begin(phone, CONTENT[:HALF])
    (path,) = incoming(tmp_path)
    path.write_bytes(CONTENT)
    assert offset(phone) == len(CONTENT) - 1
    assert send(phone, len(CONTENT) - 1, CONTENT[-1:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


def test_a_commit_that_fails_leaves_the_pieces_for_the_next_try(phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database is locked"))

    begin(phone, CONTENT[:HALF])
    monkeypatch.setattr(db.session, "commit", fail)
    assert send(phone, HALF, CONTENT[HALF:]).status_code >= 500
    monkeypatch.undo()
    assert offset(phone) == len(CONTENT) - 1
    assert send(phone, len(CONTENT) - 1, CONTENT[-1:]).status_code == 204
    assert (stored(tmp_path), incoming(tmp_path)) == ([CONTENT], [])


def test_e4_a_disk_that_fills_up_is_507_keeps_what_was_there_and_recovers(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite
    begin(phone, CONTENT[:HALF])
    room = [20_000]

    def full(handle: int, data: bytes, at: int) -> int:
        if room[0] < len(data):
            real(handle, data[: room[0]], at)  # a disk fills up in mid-piece
            raise OSError(28, "No space left on device")
        room[0] -= len(data)
        return real(handle, data, at)

    monkeypatch.setattr(os, "pwrite", full)
    response = send(phone, HALF, CONTENT[HALF:])
    assert (response.status_code, response.get_json()["error"]) == (507, "full")
    assert stored(tmp_path) == []
    monkeypatch.undo()
    went_on = offset(phone) or 0
    assert HALF <= went_on < len(CONTENT)
    assert send(phone, went_on, CONTENT[went_on:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


def test_e4_no_room_for_the_whole_picture_is_507_and_the_pieces_stay(phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, "write_whole", full)
    assert begin(phone, CONTENT).status_code == 507
    monkeypatch.undo()
    assert (offset(phone), stored(tmp_path)) == (len(CONTENT) - 1, [])
    assert send(phone, len(CONTENT) - 1, CONTENT[-1:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


def test_an_offset_is_told_only_when_the_bytes_are_on_disk(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def count(handle: int) -> None:
        real(handle)
        synced.append(os.fstat(handle).st_size)

    begin(phone)
    monkeypatch.setattr(os, "fsync", count)
    response = send(phone, 0, CONTENT[:HALF])
    assert synced[-1] == int(response.headers["Upload-Offset"]) == HALF
    synced.clear()
    send_broken(phone, HALF, CONTENT[HALF : HALF + 50], 100)
    assert offset(phone) == HALF + 50
    assert synced[-1] == HALF + 50


def test_two_calls_at_once_do_not_mix(phone: Phone, tmp_path: Path) -> None:
    """A call whose connection died may still be read when the phone has come back."""
    begin(phone)

    def overtake() -> None:
        assert send(phone, 0, CONTENT[:HALF]).status_code == 204

    response = send_over(phone, Line(CONTENT[:HALF], overtake), 0, HALF)
    assert response.status_code == 409
    assert offset(phone) == HALF
    assert send(phone, HALF, CONTENT[HALF:]).status_code == 204
    assert stored(tmp_path) == [CONTENT]


def test_nothing_is_forgotten_for_thirty_days_and_then_it_is(app: Flask, phone: Phone, clock: Clock, tmp_path: Path) -> None:
    response = begin(phone, CONTENT[:HALF])
    assert "GMT" in response.headers["Upload-Expires"]
    (path,) = incoming(tmp_path)
    for age, left in ((29, 1), (31, 0)):
        moment = (clock.now - timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
        with app.app_context():
            app.extensions["task_handlers"]["photos.drop_old_parts"]({})
        assert len(incoming(tmp_path)) == left
    assert app.extensions["periodic_tasks"]["photos.drop_old_parts"] == timedelta(days=1)


def test_pieces_are_each_persons_own(phone: Phone, phone_of: Any) -> None:
    begin(phone, CONTENT[:HALF])
    assert offset(phone_of("colleague")) is None
    assert offset(phone) == HALF


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Upload_Length": 21 * 1024 * 1024}, 413),
        ("POST", {"Upload_Length": 0}, 415),
        ("POST", {"Upload_Length": "many"}, 400),
        ("POST", {"Upload_Length": -1}, 400),
        ("POST", {"Upload_Length": 10, "Tus_Resumable": "0.2.2"}, 412),
        ("PATCH", {"Content_Type": PIECES}, 400),
        ("PATCH", {"Content_Type": PIECES, "Upload_Offset": 0}, 404),
        ("PATCH", {"Upload_Offset": 0}, 415),
        ("POST", {"Upload_Length": 10, "Authorization": "Ticket no"}, 401),
        ("PATCH", {"Upload_Offset": 0, "Content_Type": PIECES, "Authorization": "Ticket no"}, 401),
    ],
)
def test_a_call_of_another_form_is_refused_and_says_so(
    phone: Phone, tmp_path: Path, method: str, headers: dict[str, object], status: int
) -> None:
    response = ask(phone, method, **headers)
    assert response.status_code == status
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert response.get_json()["error"]
    assert incoming(tmp_path) == []


@pytest.mark.parametrize("metadata", ["sha256 !", f"sha256 {b64encode(b'../../x').decode()}", "filename YQ=="])
def test_a_beginning_without_a_digest_is_refused(phone: Phone, tmp_path: Path, metadata: str) -> None:
    response = ask(phone, "POST", "/photos", Upload_Length=10, Upload_Metadata=metadata)
    assert response.status_code in (400, 404)
    assert incoming(tmp_path) == []


def test_more_bytes_than_announced_are_413(phone: Phone) -> None:
    begin(phone, CONTENT[:HALF])
    assert send(phone, HALF, CONTENT[HALF:] + b"!" * 20_000).status_code == 413


def test_what_is_no_picture_is_415_at_its_last_byte_and_forgotten(phone: Phone, tmp_path: Path) -> None:
    text = b"no picture at all"
    address = f"/photos/{hashlib.sha256(text).hexdigest()}"
    response = ask(phone, "POST", address, data=text, Upload_Length=len(text), Content_Type=PIECES)
    assert response.status_code == 415
    assert incoming(tmp_path) == []
