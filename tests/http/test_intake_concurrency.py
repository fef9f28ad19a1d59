"""Many at once: one effect, equal receipts, no lost update, and transactions that keep to their bounds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.databases import Engine
from tests.making import NOW, PASSWORD, Browser, Phone, Sent, World, looking, picture
from webapp.core import ids
from webapp.core.db import db, writing
from webapp.patrols.models import Scan
from webapp.people.models import Device, DevicePerson, SignInTry
from webapp.records.models import Note, Record, RecordCopy

Answer = TypeVar("Answer")


def at_once(tasks: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """Run the tasks in threads that start together."""
    tasks = list(tasks)
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], Answer]) -> Answer:
        barrier.wait(timeout=20)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def send(phone: Phone, records: list[Sent]) -> tuple[int, list[dict[str, Any]]]:
    """One call on a connection of its own."""
    client = phone.app.test_client(use_cookies=False)
    response = client.post("/sync", json=phone.call(records), headers={"Authorization": f"Ticket {phone.ticket}"})
    return response.status_code, (response.get_json() or {}).get("results", [])


def rows(app: Flask, table: type[Any]) -> int:
    with looking(app) as session:
        found: int = session.scalar(sa.select(sa.func.count()).select_from(table))
    return found


@pytest.mark.parametrize("attempt", range(3))
def test_e5_the_same_record_by_ten_connections_at_once_has_one_effect_and_equal_receipts(
    app: Flask, world: World, phone: Phone, attempt: int
) -> None:
    scan = phone.scan(world.gate)
    answers = at_once([lambda: send(phone, [scan])] * 10)
    assert [status for status, _ in answers] == [200] * 10
    results = [results[0] for _, results in answers]
    assert sorted(r["status"] for r in results) == ["accepted"] + ["duplicate"] * 9
    assert len({r["receipt"] for r in results}) == 1
    assert (rows(app, Record), rows(app, Scan)) == (1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_overlapping_calls_in_any_order_have_one_effect_a_record_and_none_fails(app: Flask, world: World, phone: Phone, seed: int) -> None:
    """As after a flapping connection: eight calls with shuffled shares of the same sixty records, all at once."""
    chance = random.Random(seed)
    scans = [phone.scan(world.spots[i % 3]) for i in range(60)]

    def share() -> list[Sent]:
        return chance.sample(scans, 40)

    answers = at_once([partial(send, phone, share()) for _ in range(8)])
    assert [status for status, _ in answers] == [200] * 8, f"seed {seed}"
    receipts: dict[str, set[str]] = {}
    accepted: list[str] = []
    for _status, results in answers:
        for result in results:
            receipts.setdefault(result["id"], set()).add(result["receipt"])
            accepted += [result["id"]] if result["status"] == "accepted" else []
            assert result["status"] in ("accepted", "duplicate"), f"seed {seed}: {result}"
    assert len(accepted) == len(set(accepted)) == len(receipts) == rows(app, Record) == rows(app, Scan), f"seed {seed}"
    assert all(len(given) == 1 for given in receipts.values())


def test_other_bytes_under_one_id_by_ten_connections_at_once_are_kept_once(app: Flask, world: World, phone: Phone) -> None:
    first = phone.scan(world.gate)
    phone.send(first)
    other = Sent.of(first.id, phone.payload("scan", {"code": world.roof.code}))
    answers = at_once([lambda: send(phone, [other])] * 10)
    assert [(status, results[0]["reason"]) for status, results in answers] == [(200, "id-reused")] * 10
    assert rows(app, RecordCopy) == 1


def test_different_phones_at_once_do_not_hinder_each_other(app: Flask, world: World) -> None:
    phones = [Phone(app, who) for who in ("guard", "colleague", "technician", "desk", "supervisor", "manager")]
    for phone in phones:
        phone.seq = 0
    lots = [[phone.scan(world.spots[i % 3]) for i in range(20)] for phone in phones]
    answers = at_once([partial(send, phone, lot) for phone, lot in zip(phones, lots, strict=True)])
    assert {status for status, _ in answers} == {200}
    assert {r["status"] for _, results in answers for r in results} == {"accepted"}
    assert rows(app, Scan) == 120


@pytest.mark.parametrize("attempt", range(5))
def test_a_chain_split_over_two_simultaneous_calls_counts_whole(app: Flask, world: World, phone: Phone, attempt: int) -> None:
    scan = phone.scan(world.gate)
    note = phone.record("note", {"about": scan.id, "result": "normal"})
    at_once([lambda: send(phone, [note]), lambda: send(phone, [scan])])
    assert rows(app, Note) == 1


def test_the_same_photo_by_ten_connections_at_once_is_stored_once(app: Flask, phone: Phone) -> None:
    content = picture(size=(400, 300))
    codes = at_once([lambda: phone.put_photo(content).status_code] * 10)
    assert set(codes) <= {200, 201}
    assert 201 in codes


# ---------------------------------------------------------------- updates that must not be lost


def test_eight_threads_adding_one_fifty_times_make_four_hundred(app: Flask) -> None:
    """Evidence trap 1: with default settings most of these were lost without an error."""
    with app.app_context(), writing():
        db.session.execute(sa.text("CREATE TABLE tally (n INTEGER NOT NULL)"))
        db.session.execute(sa.text("INSERT INTO tally VALUES (0)"))
    lock = " FOR UPDATE" if db_name(app) == "postgresql" else ""

    def add() -> None:
        for _ in range(50):
            with app.test_request_context(method="POST"):
                n = db.session.scalar(sa.text(f"SELECT n FROM tally{lock}"))
                db.session.execute(sa.text("UPDATE tally SET n = :n"), {"n": n + 1})
                db.session.commit()

    at_once([add] * 8)
    with looking(app) as session:
        assert session.scalar(sa.text("SELECT n FROM tally")) == 400


def db_name(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def test_wrong_pins_at_once_are_all_counted(app: Flask, world: World, phone: Phone) -> None:
    """Otherwise a thief with ten connections has more than five tries."""
    phone.browser.post("/me/pin", {"pin": "482913"})
    phone.browser.sign_out()
    cookie = phone.browser.client.get_cookie("rounds_device")
    assert cookie is not None

    def wrong() -> int:
        client = app.test_client()
        client.set_cookie("rounds_device", cookie.value)
        return client.post(f"/login/{phone.person}", data={"pin": "135790"}).status_code

    codes = at_once([wrong] * 5)
    assert set(codes) == {422}
    with looking(app) as session:
        assert session.get(DevicePerson, (phone.device, phone.person)).pin_tries == 5
        assert session.scalar(sa.select(sa.func.count()).select_from(SignInTry)) == 5


def test_a_shift_that_signs_in_at_once_on_new_phones_gets_a_number_each(app: Flask) -> None:
    codes = at_once([lambda: Browser(app).post("/login", {"username": "guard", "password": PASSWORD}).status_code] * 8)
    assert codes == [302] * 8
    with looking(app) as session:
        numbers = session.scalars(sa.select(Device.number)).all()
    assert sorted(numbers) == list(range(1, 9))


# ---------------------------------------------------------------- transactions


def test_a_savepoint_does_not_outlive_an_outer_rollback(app: Flask, world: World) -> None:
    """Evidence trap 1a: with the driver's own BEGIN it does."""
    with app.app_context():
        with db.session.begin_nested():
            db.session.add(SignInTry(account="savepoint", address=""))
        db.session.rollback()
    assert rows(app, SignInTry) == 0


def test_a_refusal_leaves_nothing_of_what_was_done_before_it(new_app: Callable[[], Flask]) -> None:
    app = new_app()
    from webapp.core.problems import Problem

    def half_done() -> str:
        db.session.add(SignInTry(account="half done", address=""))
        db.session.flush()
        raise Problem("conflict")

    half_done.access = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/half-done", "half_done", half_done, methods=["POST"])
    assert Browser(app).post("/half-done").status_code == 409
    assert rows(app, SignInTry) == 0


def test_a_bug_leaves_nothing_either_and_the_next_request_works(new_app: Callable[[], Flask]) -> None:
    app = new_app()

    def stumble() -> str:
        db.session.add(SignInTry(account="stumbled", address=""))
        db.session.flush()
        raise ZeroDivisionError

    stumble.access = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/stumble", "stumble", stumble, methods=["POST"])
    browser = Browser(app)
    assert browser.post("/stumble").status_code == 500
    assert browser.get("/login").status_code == 200
    assert rows(app, SignInTry) == 0


def test_sqlite_really_has_the_settings_that_the_promises_rest_on(app: Flask, engine: Engine) -> None:
    if engine.name != "sqlite":
        with looking(app) as session:
            assert session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
        return
    with looking(app) as session:
        asked = {
            name: session.scalar(sa.text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}  # 2 is FULL


def test_the_database_refuses_a_row_that_points_nowhere(app: Flask) -> None:
    row = Record(id=ids.new_id(), sha256="", payload=b"", person_id=ids.new_id(), device_id=ids.new_id(), received_at=NOW, sent_at="")
    with app.app_context():
        db.session.add(row)
        with pytest.raises(sa.exc.IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_a_moment_without_a_zone_is_refused(app: Flask) -> None:
    with app.app_context():
        db.session.add(SignInTry(account="x", address="", at=NOW.replace(tzinfo=None)))
        with pytest.raises(sa.exc.StatementError, match="time zone"):
            db.session.flush()
        db.session.rollback()
