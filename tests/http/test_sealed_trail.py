"""The sealed trail: what changes, removes or adds a record afterwards is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from tests.making import NOW, Phone, World
from webapp import cli
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.patrols.models import Scan
from webapp.people.models import Person
from webapp.records import sealing
from webapp.records.models import Note, Record, Seal, SealLink
from webapp.records.rules import printed_seal, receipt_code
from webapp.records.sealing import Checked, check_trail
from webapp.sync.verifying import check_effects


def seal(app: Flask) -> None:
    with app.app_context(), writing():
        sealing.seal_trails({})


def check(app: Flask, world: World, printed: str | None = None) -> Checked:
    with app.app_context():
        found = check_trail(world.garden, printed)
        db.session.rollback()
        return found


def effects(app: Flask, world: World) -> list[tuple[UUID, str]]:
    with app.app_context():
        found = list(check_effects(world.garden))
        db.session.rollback()
        return found


def change(app: Flask, *statements: Any) -> None:
    with app.app_context(), writing():
        for statement in statements:
            db.session.execute(statement)


@pytest.fixture
def sealed(app: Flask, world: World, phone: Phone) -> list[UUID]:
    """Six scans, sealed in two batches of three, in the order of the trail."""
    for _batch in range(2):
        phone.send(*[phone.scan(world.spots[n]) for n in range(3)])
        seal(app)
    with app.app_context():
        order = list(db.session.scalars(sa.select(SealLink.record_id).order_by(SealLink.n)))
        db.session.rollback()
    assert len(order) == 6
    return order


def test_a_sealed_trail_is_intact_and_has_a_seal_a_batch(app: Flask, world: World, sealed: list[UUID]) -> None:
    checked = check(app, world)
    assert (checked.records, checked.unsealed, checked.broken) == (6, 0, None)
    with app.app_context():
        seals = db.session.execute(sa.select(Seal.n, Seal.hash).order_by(Seal.n)).all()
        db.session.rollback()
    assert [n for n, _hash in seals] == [3, 6]
    assert checked.seal == printed_seal(*seals[-1])
    assert effects(app, world) == []


def test_what_came_since_the_last_sealing_waits_for_the_next(app: Flask, world: World, phone: Phone, sealed: list[UUID]) -> None:
    phone.send(phone.scan(world.gate), phone.scan("nonsense"))  # the second one is held, and held ones are not sealed
    assert (check(app, world).records, check(app, world).unsealed) == (6, 1)
    seal(app)
    assert (check(app, world).records, check(app, world).unsealed) == (7, 0)
    seal(app)  # once more changes nothing
    assert check(app, world).records == 7


def test_a_record_is_sealed_when_a_supervisor_s_second_try_lets_it_count(app: Flask, world: World, phone: Phone) -> None:
    note = phone.record("note", {"about": (scan := phone.scan(world.gate)).id, "result": "normal"})
    phone.send(note)
    phone.send(scan)
    seal(app)
    assert check(app, world).records == 2


CHANGES: list[tuple[str, Callable[[UUID], Any], str]] = [
    ("payload", lambda key: sa.update(Record).where(Record.id == key).values(payload=b"{}"), "payload was changed"),
    ("person", lambda key: sa.update(Record).where(Record.id == key).values(person_id=sa.select(Person.id).where(Person.username == "manager").scalar_subquery()), "says of it was changed"),
    ("time", lambda key: sa.update(Record).where(Record.id == key).values(at=NOW - timedelta(hours=1)), "says of it was changed"),
    ("receipt", lambda key: sa.update(Record).where(Record.id == key).values(received_at=NOW - timedelta(hours=1)), "says of it was changed"),
    ("status", lambda key: sa.update(Record).where(Record.id == key).values(status="held"), "it is held now"),
    ("link", lambda key: sa.update(SealLink).where(SealLink.record_id == key).values(hash="0" * 64), "says of it was changed"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "why"), [(c[1], c[2]) for c in CHANGES], ids=[c[0] for c in CHANGES])
@pytest.mark.parametrize("place", [1, 4])
def test_the_first_record_that_was_changed_is_named(
    app: Flask, world: World, sealed: list[UUID], statement: Callable[[UUID], Any], why: str, place: int
) -> None:
    change(app, statement(sealed[place - 1]))
    broken = check(app, world).broken
    assert broken is not None
    assert (broken.n, broken.record_id) == (place, sealed[place - 1])
    assert why in broken.why


def test_a_record_taken_out_of_the_middle_is_missed_at_its_place(app: Flask, world: World, sealed: list[UUID]) -> None:
    change(app, sa.delete(SealLink).where(SealLink.record_id == sealed[2]))
    broken = check(app, world).broken
    assert broken is not None
    assert (broken.n, broken.record_id) == (3, None)


def test_records_taken_off_the_end_are_missed(app: Flask, world: World, sealed: list[UUID]) -> None:
    change(app, sa.delete(SealLink).where(SealLink.record_id.in_(sealed[4:])))
    broken = check(app, world).broken
    assert broken is not None
    assert broken.n == 5


def test_a_trail_that_was_computed_anew_does_not_lead_to_the_printed_seal(app: Flask, world: World, sealed: list[UUID]) -> None:
    """Whoever may write to the database can make a chain that fits; not one that fits what hangs in the office."""
    printed = check(app, world).seal
    forged = sa.update(Record).where(Record.id == sealed[1]).values(at=NOW - timedelta(hours=2))
    change(app, forged, sa.delete(Seal), sa.update(SealLink).values(n=None, hash=None))
    seal(app)
    assert check(app, world).broken is None
    broken = check(app, world, printed).broken
    assert broken is not None
    assert "not the one that was sealed" in broken.why


def test_a_printed_seal_of_earlier_still_holds_later(app: Flask, world: World, phone: Phone, sealed: list[UUID]) -> None:
    printed = check(app, world).seal
    phone.send(phone.scan(world.gate))
    seal(app)
    assert check(app, world, printed).broken is None
    assert check(app, world, printed.replace("6-", "99-", 1)).broken is not None


def test_the_seal_of_a_day_stays_the_same_when_the_day_is_over(app: Flask, world: World, phone: Phone, sealed: list[UUID]) -> None:
    def seal_of(until: datetime | None) -> str:
        with app.app_context():
            found = sealing.head(world.garden, until)
            assert found is not None
            text = printed_seal(found.n, found.hash)
            db.session.rollback()
            return text

    evening = clock.now() + timedelta(minutes=1)
    of_the_day = seal_of(evening)
    with clock.at(NOW + timedelta(days=1)):
        phone.send(phone.scan(world.gate))
        seal(app)
    assert seal_of(evening) == of_the_day
    assert seal_of(None).startswith("7-")


FORGERIES: list[tuple[str, Callable[[UUID, World], Any], str]] = [
    ("gone", lambda key, _world: sa.delete(Scan).where(Scan.id == key), "what it did is gone"),
    ("time", lambda key, _world: sa.update(Scan).where(Scan.id == key).values(at=NOW - timedelta(hours=1)), "another person or time"),
    ("checkpoint", lambda key, world: sa.update(Scan).where(Scan.id == key).values(checkpoint_id=world.cellar.id), "another checkpoint"),
]


@pytest.mark.parametrize(("forge", "why"), [(f[1], f[2]) for f in FORGERIES], ids=[f[0] for f in FORGERIES])
def test_a_page_that_shows_something_else_than_the_record_is_found(
    app: Flask, world: World, sealed: list[UUID], forge: Callable[[UUID, World], Any], why: str
) -> None:
    change(app, forge(sealed[0], world))
    ((key, said),) = effects(app, world)
    assert key == sealed[0]
    assert why in said


def test_a_note_for_which_no_record_counts_is_found(app: Flask, world: World, phone: Phone, sealed: list[UUID]) -> None:
    with app.app_context(), writing():
        invented = Note(id=ids.new_id(), site_id=world.garden, person_id=phone.person, at=NOW, text="all normal")
        db.session.add(invented)
        key = invented.id
    assert [found for found, _why in effects(app, world)] == [key]


def test_a_backlog_is_sealed_in_several_transactions(app: Flask, world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_AT_ONCE", 2)
    phone.send(*[phone.scan(world.spots[n % 3]) for n in range(5)])
    for expected in (2, 4, 5):
        seal(app)
        assert check(app, world).records == expected
    with app.app_context():
        left = db.session.scalar(sa.text("SELECT COUNT(*) FROM task WHERE kind = 'records.seal' AND state = 'ready'"))
        db.session.rollback()
    assert left == 2


def verify(app: Flask, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(cli, "application", lambda: app)
    result = CliRunner().invoke(cli.main, ["verify", *arguments])
    return result.exit_code, result.output


def test_the_command_says_intact_or_names_the_first_broken_record(
    app: Flask, world: World, sealed: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_ = check(app, world).seal
    code, said = verify(app, monkeypatch)
    assert code == 0
    assert f"garden: intact, 6 records, seal {seal_}" in said
    assert verify(app, monkeypatch, "--site", "garden", "--seal", seal_)[0] == 0
    change(app, sa.update(Record).where(Record.id == sealed[3]).values(payload=b"{}"))
    code, said = verify(app, monkeypatch, "--site", "garden")
    assert code == 1
    assert f"garden: BROKEN at place 4, record {sealed[3]} (receipt {receipt_code(sealed[3])}): its payload was changed." in said


@pytest.mark.parametrize("arguments", [["--site", "nowhere"], ["--seal", "6-0000-0000-0000-0000"], ["--site", "garden", "--seal", "6"]])
def test_the_command_says_what_it_wants(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    code, said = verify(app, monkeypatch, *arguments)
    assert code in (1, 2)
    assert "there is no community" in said or "--seal takes one like" in said
