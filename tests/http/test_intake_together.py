"""Calls that wait for SQLite's one writer share its transaction, and nobody can tell from the answers."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.databases import Engine
from tests.making import Phone, Sent, World, looking
from webapp.core import db as database
from webapp.core import ids
from webapp.core.db import db
from webapp.patrols.models import Scan
from webapp.people import tickets
from webapp.people.models import Device
from webapp.records.models import Record, RecordCopy
from webapp.sync import intake
from webapp.sync.calls import Parcel

Answer = tuple[int, dict[str, Any]]
PEOPLE = ("guard", "colleague", "technician", "desk", "supervisor")


@pytest.fixture(autouse=True)
def one_writer(engine: Engine) -> None:
    if engine.name != "sqlite":
        pytest.skip("only SQLite has one writer for whom others wait")


@pytest.fixture
def phones(app: Flask, world: World) -> list[Phone]:
    return [Phone(app, who) for who in PEOPLE]


def commits(app: Flask) -> list[object]:
    """A list that grows by one at every commit from now on."""
    seen: list[object] = []
    with app.app_context():
        sa.event.listen(db.engine, "commit", seen.append)
    return seen


def send(phone: Phone, *records: Sent, ticket: str | None = None) -> Answer:
    client = phone.app.test_client(use_cookies=False)
    response = client.post("/sync", json=phone.call(list(records)), headers={"Authorization": f"Ticket {ticket or phone.ticket}"})
    return response.status_code, response.get_json()


@contextmanager
def writer_elsewhere(app: Flask) -> Iterator[None]:
    """Inside: another process is the writer."""
    with app.app_context():
        turnstile = db.engine.dialect.__dict__["turnstile"]
    turnstile.enter()
    try:
        yield
    finally:
        turnstile.leave()


def together(app: Flask, *calls: Callable[[], Answer]) -> list[Answer]:
    """Make the calls while another process writes, in this order, so that all of them wait and share what comes next."""
    queue = app.extensions["intake"]
    with ThreadPoolExecutor(len(calls)) as pool:
        futures: list[Future[Answer]] = []
        with writer_elsewhere(app):
            for n, call in enumerate(calls, 1):
                futures.append(pool.submit(call))
                wait_until(lambda n=n: len(queue.waiting) == n)
        return [future.result(timeout=30) for future in futures]


def wait_until(state: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in itertools.takewhile(lambda _n: not state(), range(3000)):
        pause.wait(0.01)
    assert state()


def one(answer: Answer) -> dict[str, Any]:
    status, body = answer
    assert status == 200, body
    result: dict[str, Any] = body["results"][0]
    return result


def test_calls_that_wait_are_one_transaction(app: Flask, world: World, phones: list[Phone]) -> None:
    scans = [phone.scan(world.gate) for phone in phones]
    seen = commits(app)
    answers = together(app, *(lambda p=p, s=s: send(p, s) for p, s in zip(phones, scans, strict=True)))
    assert [one(a)["status"] for a in answers] == ["accepted"] * len(phones)
    assert [one(a)["id"] for a in answers] == [s.id for s in scans]
    assert len({a[1]["epoch"] for a in answers}) == 1
    assert len(seen) == 1
    with looking(app) as session:
        kept = dict(session.execute(sa.select(Scan.id, Scan.person_id)).all())
        assert {str(key): person for key, person in kept.items()} == {s.id: p.person for s, p in zip(scans, phones, strict=True)}
        assert set(session.scalars(sa.select(Device.max_seq).where(Device.id.in_([p.device for p in phones])))) == {1}


def test_two_calls_of_one_phone_are_taken_in_one_after_the_other(app: Flask, world: World, phones: list[Phone]) -> None:
    phone = phones[0]
    first, second = phone.scan(world.gate), phone.scan(world.roof)
    seen = commits(app)
    answers = together(app, lambda: send(phone, first), lambda: send(phone, second), lambda: send(phones[1], phones[1].scan(world.gate)))
    assert [one(a)["status"] for a in answers] == ["accepted"] * 3
    assert len(seen) == 2
    with looking(app) as session:
        assert session.scalar(sa.select(Device.max_seq).where(Device.id == phone.device)) == 2


def test_the_same_record_from_two_phones_counts_once_and_has_one_receipt(app: Flask, world: World, phones: list[Phone]) -> None:
    scan = phones[0].scan(world.gate)
    answers = [one(a) for a in together(app, lambda: send(phones[0], scan), lambda: send(phones[1], scan))]
    assert [a["status"] for a in answers] == ["accepted", "duplicate"]
    assert answers[0]["receipt"] == answers[1]["receipt"]


def test_other_bytes_under_the_same_id_are_kept_beside_the_first(app: Flask, world: World, phones: list[Phone]) -> None:
    scan = phones[0].scan(world.gate)
    other = Sent.of(scan.id, phones[1].payload("scan", {"code": world.roof.code}))
    answers = [one(a) for a in together(app, lambda: send(phones[0], scan), lambda: send(phones[1], other))]
    assert [(a["status"], a["reason"]) for a in answers] == [("accepted", None), ("held", "id-reused")]
    with looking(app) as session:
        assert session.scalar(sa.select(RecordCopy.payload)) == other.payload.encode()


def test_a_record_that_waits_for_one_of_another_phone_counts_with_it(app: Flask, world: World, phones: list[Phone]) -> None:
    scan = phones[0].scan(world.gate)
    note = phones[1].record("note", {"about": scan.id, "result": "normal"})
    answers = [one(a) for a in together(app, lambda: send(phones[1], note), lambda: send(phones[0], scan))]
    assert [a["status"] for a in answers] == ["accepted", "accepted"]


def test_held_ones_and_a_phone_that_only_its_ticket_knows_do_not_concern_their_neighbours(
    app: Flask, world: World, phones: list[Phone]
) -> None:
    bad, good = phones[0].scan("nonsense"), phones[1].scan(world.gate)
    with app.app_context():
        unknown = tickets.issue(phones[2].person, ids.new_id())[0]  # as after a restored backup
    lost = phones[2].scan(world.gate)
    answers = together(app, lambda: send(phones[2], lost, ticket=unknown), lambda: send(phones[0], bad), lambda: send(phones[1], good))
    assert [(one(a)["status"], one(a)["reason"]) for a in answers] == [("accepted", None), ("held", "unknown-code"), ("accepted", None)]


def test_when_taking_in_together_fails_each_call_is_taken_in_by_itself(
    app: Flask, world: World, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that upsets the database is turned away alone; it may come again."""
    real = intake.take

    def take(parcels: list[Parcel]) -> Any:
        lots = real(parcels)
        if any(p.ticket.person_id == phones[1].person for p in parcels):
            raise RuntimeError("a bug")
        return lots

    scans = [phone.scan(world.gate) for phone in phones]
    monkeypatch.setattr(intake, "take", take)
    app.testing = False  # as in service: an error is an answer
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answers = together(app, *(lambda p=p, s=s: send(p, s) for p, s in zip(phones, scans, strict=True)))
    assert [status for status, _body in answers] == [200, 500, 200, 200, 200]
    with looking(app) as session:
        assert {str(key) for key in session.scalars(sa.select(Record.id))} == {s.id for s in scans} - {scans[1].id}
    monkeypatch.undo()
    assert one(send(phones[1], scans[1]))["status"] == "accepted"


def test_the_queue_goes_on_after_a_leader_that_never_became_the_writer(
    app: Flask, world: World, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = app.extensions["intake"]
    calls = itertools.count()
    real = queue._group

    def group() -> Any:
        if next(calls) == 0:
            raise MemoryError
        return real()

    monkeypatch.setattr(queue, "_group", group)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answers = together(app, *(lambda p=p: send(p, p.scan(world.gate)) for p in phones))
    assert [status for status, _body in answers] == [500, 200, 200, 200, 200]
    assert queue.waiting == []


def test_the_background_process_moves_the_journal_into_the_database_so_that_no_call_has_to(
    app: Flask, world: World, phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MOVED_FROM", 0)
    phone.send(phone.scan(world.gate))
    alone = tmp_path / "alone.db"

    def records_without_journal() -> int:
        shutil.copy(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"), alone)
        with closing(sqlite3.connect(alone)) as connection:
            return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])

    with app.app_context():
        database.move_journal()
        assert records_without_journal() == 1
        database.move_journal()  # nothing left to do
    assert one(send(phone, phone.scan(world.roof)))["status"] == "accepted"
