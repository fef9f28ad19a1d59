"""Backup and restore: a drill on both engines, and everything that must be refused."""

from __future__ import annotations

import json
import subprocess
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from tests.conftest import let_go, make_app
from tests.databases import Engine
from tests.making import Browser, Clock, Phone, Sent, World, looking, named_photo, picture
from webapp import cli
from webapp.patrols.models import Scan
from webapp.photos.models import Photo
from webapp.records.models import Record
from webapp.recovery.archive import Unfit, unpack
from webapp.recovery.backup import backup
from webapp.recovery.restore import restore

MakeApp = Callable[..., Flask]


@pytest.fixture
def url(database: str) -> str:
    return database


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the applications that `new_app` makes."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "secret").write_text("a secret for tests, of 32 letters")
    return folder


@pytest.fixture
def served(new_app: MakeApp, data: Path, clock: Clock) -> Flask:
    """The application as it serves."""
    return new_app(ROUNDS_DATA=str(data))


@pytest.fixture
def elsewhere(engine: Engine, tmp_path: Path) -> Any:
    """An empty database and an empty data folder: another machine."""
    (tmp_path / "other").mkdir()
    made = engine.empty()
    yield made, tmp_path / "other"
    engine.drop(made)


def rows(app: Flask) -> set[str]:
    with looking(app) as session:
        return {str(key) for key in session.scalars(sa.select(Record.id))}


def epoch(phone: Phone) -> str:
    return str(phone.client.get("/sync/ping?n=1").get_json()["epoch"])


def test_e8_drill_backup_while_writing_restore_and_phones_send_again_what_it_lacks(
    served: Flask, new_app: MakeApp, url: str, data: Path, world: World, tmp_path: Path
) -> None:
    phones = [Phone(served, username) for username in ("guard", "colleague")]
    accepted: list[list[Sent]] = [[], []]
    pictures = [[picture(size=(32 + n, 24 + i)) for n in range(30)] for i in range(2)]

    def work(i: int) -> None:
        for n in range(30):
            phones[i].put_photo(pictures[i][n])
            record = phones[i].scan(world.spots[n % 3], photos=[named_photo(pictures[i][n])])
            assert phones[i].one(record)["status"] == "accepted"
            accepted[i].append(record)
            if n == 5:
                under_way[i].set()

    under_way = [threading.Event(), threading.Event()]
    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for event in under_way:
        assert event.wait(30)
    file = tmp_path / "night.backup"
    manifest = backup(url, data, file)
    for thread in threads:
        thread.join()
    everything = {record.id for lot in accepted for record in lot}
    assert rows(served) == everything
    assert manifest.missing == []
    assert 12 <= manifest.records <= 60
    before = epoch(phones[0])

    let_go(served)
    _same, kept = restore(file, url, data, force=True)
    assert kept is not None
    again = new_app(ROUNDS_DATA=str(data))
    restored = rows(again)
    assert len(restored) == manifest.records
    assert restored <= everything
    lost = everything - restored
    for i, phone in enumerate(phones):
        phone.client = again.test_client(use_cookies=False)
        assert epoch(phone) != before  # which tells phones to offer again what they hold
        results = phone.send(*accepted[i])
        assert {r["status"] for r in results} <= {"accepted", "duplicate"}
        assert {r["id"] for r in results if r["status"] == "accepted"} == lost & {r.id for r in accepted[i]}
        for content in pictures[i]:
            assert phone.put_photo(content).status_code in (200, 201)
    assert rows(again) == everything
    with looking(again) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 60
        assert session.scalar(sa.select(sa.func.count()).select_from(Photo)) == 60
    assert len([p for p in (data / "photos").rglob("*") if p.is_file()]) == 60


def test_e8_a_backup_starts_on_another_machine_with_its_pictures_and_its_secret(
    served: Flask, elsewhere: tuple[str, Path], url: str, data: Path, world: World, tmp_path: Path
) -> None:
    phone = Phone(served, "guard")
    content = picture()
    phone.put_photo(content)
    record = phone.scan(world.gate, photos=[named_photo(content)])
    phone.send(record)
    file = tmp_path / "night.backup"
    backup(url, data, file)
    assert file.stat().st_mode & 0o077 == 0
    assert unpack(file, None).records == 1

    other_url, other_data = elsewhere
    _manifest, kept = restore(file, other_url, other_data)
    assert kept is None
    assert (other_data / "secret").read_text() == (data / "secret").read_text()
    assert sorted(p.name for p in other_data.iterdir() if not p.name.startswith("rounds")) == ["photos", "secret"]
    app = make_app(other_url, other_data)
    phone.client = app.test_client(use_cookies=False)
    assert phone.one(record)["status"] == "duplicate"  # and so the ticket of before is good
    assert phone.put_photo(content).status_code == 200
    assert Browser(app).sign_in("supervisor").get(f"/records/{record.id}/photos/{named_photo(content)['sha256']}").data == content
    let_go(app)


def test_a_running_server_and_a_folder_that_is_not_empty_are_left_alone(
    served: Flask, url: str, data: Path, world: World, tmp_path: Path
) -> None:
    phone = Phone(served, "guard")
    phone.send(phone.scan(world.gate))
    file = tmp_path / "night.backup"
    backup(url, data, file)
    with pytest.raises(Unfit, match="exists already"):
        backup(url, data, file)
    with looking(served) as session:
        session.scalar(sa.select(Record.id))
        with pytest.raises(Unfit, match="stop the server first"):
            restore(file, url, data, force=True)
    let_go(served)
    with pytest.raises(Unfit, match="--force"):
        restore(file, url, data)
    assert len(rows(served)) == 1


def test_force_keeps_what_was_there_beside(served: Flask, engine: Engine, url: str, data: Path, world: World, tmp_path: Path) -> None:
    phone = Phone(served, "guard")
    file = tmp_path / "night.backup"
    backup(url, data, file)
    content = picture()
    phone.put_photo(content)
    phone.send(phone.scan(world.gate))
    let_go(served)
    (data / "secret").write_text("another secret since then, 32 letters")
    _manifest, kept = restore(file, url, data, force=True)
    assert kept is not None
    assert (kept / "secret").read_text().startswith("another")
    assert (data / "secret").read_text().startswith("a secret")
    assert [p for p in (kept / "photos").rglob("*") if p.is_file()]
    assert not (data / "photos").exists()
    assert rows(served) == set()
    let_go(served)
    if engine.name == "sqlite":
        old = sa.create_engine(f"sqlite:///{kept / Path(url.removeprefix('sqlite:///')).name}")
        count = "SELECT count(*) FROM record"
    else:
        old = sa.create_engine(url)
        count = f'SELECT count(*) FROM "{kept.name}".record'
    with old.connect() as connection:
        assert connection.scalar(sa.text(count)) == 1
    old.dispose()
    # Twice is no worse than once.
    again = tmp_path / "again.backup"
    backup(url, data, again)
    assert unpack(again, None).records == 0


def test_a_restore_that_fails_half_way_leaves_what_was_there(
    served: Flask, url: str, data: Path, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(served, "guard")
    phone.send(phone.scan(world.gate))
    file = tmp_path / "night.backup"
    backup(url, data, file)
    let_go(served)
    for engine in ("SQLite", "PostgreSQL"):
        monkeypatch.setattr(f"webapp.recovery.engines.{engine}.fill", broken)
    with pytest.raises(Unfit, match="the disk is full"):
        restore(file, url, data, force=True)
    assert len(rows(served)) == 1
    assert (data / "secret").exists()


def broken(*_args: Any) -> None:
    raise Unfit("the disk is full")


def spoil(file: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """The same archive with one part changed, or left out."""
    spoilt = file.with_suffix(".spoilt")
    with tarfile.open(file) as old, tarfile.open(spoilt, "w") as new:
        for entry in old:
            content = old.extractfile(entry)
            assert content is not None
            written: bytes | None = content.read()
            if entry.name.startswith(name):
                written = change(written or b"")
            if written is not None:
                entry.size = len(written)
                with (file.parent / "part").open("w+b") as part:
                    part.write(written)
                    part.seek(0)
                    new.addfile(entry, part)
    return spoilt


def manifest_with(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda text: json.dumps(json.loads(text) | changes).encode()


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("database", lambda b: b[:-1] + b"?", "database in .* is damaged"),
        ("database", lambda b: None, "database is missing"),
        ("photos/", lambda b: b[:-1] + b"?", "photos/.* is damaged"),
        ("photos/", lambda b: None, "photos/.* is missing"),
        ("secret", lambda b: b"x" * 40, "secret in .* is damaged"),
        ("manifest.json", lambda b: b"{", "no backup of Rounds"),
        ("manifest.json", lambda b: None, "no backup of Rounds"),
        ("manifest.json", manifest_with(format=2), "format 2"),
        ("manifest.json", manifest_with(schema="9999"), "newer release"),
        ("manifest.json", manifest_with(engine="oracle"), "backup of oracle"),
        ("manifest.json", manifest_with(photos={}), "does not name"),
    ],
)
def test_what_is_not_sound_is_refused_in_one_line_and_nothing_is_touched(
    served: Flask, elsewhere: tuple[str, Path], url: str, data: Path, tmp_path: Path, name: str, change: Any, words: str
) -> None:
    Phone(served, "guard").put_photo(picture())
    file = tmp_path / "night.backup"
    backup(url, data, file)
    other_url, other_data = elsewhere
    with pytest.raises(Unfit, match=words) as refused:
        restore(spoil(file, name, change), other_url, other_data)
    assert "\n" not in str(refused.value)
    assert list(other_data.iterdir()) == []
    restore(file, other_url, other_data)


@pytest.mark.parametrize("left", [0, 100, 20_000, -1])
def test_a_backup_cut_short_is_refused(served: Flask, elsewhere: tuple[str, Path], url: str, data: Path, tmp_path: Path, left: int) -> None:
    Phone(served, "guard").put_photo(picture())
    file = tmp_path / "night.backup"
    backup(url, data, file)
    file.write_bytes(file.read_bytes()[: left if left >= 0 else -12_000])
    with pytest.raises(Unfit, match=r"cut short|damaged|missing"):
        restore(file, *elsewhere)
    assert list(elsewhere[1].iterdir()) == []


def test_the_commands_say_what_they_did_and_refuse_in_one_line(
    served: Flask, url: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDS_DATA", str(data))
    monkeypatch.setenv("DATABASE_URL", url)
    let_go(served)
    file = tmp_path / "night.backup"
    run = CliRunner()
    assert "0 records and 0 pictures" in run.invoke(cli.main, ["backup", str(file)]).output
    assert run.invoke(cli.main, ["restore", "--check", str(file)]).output.startswith("Sound: 0 records")
    refused = run.invoke(cli.main, ["restore", str(file)])
    assert (refused.exit_code, len(refused.output.splitlines())) == (1, 1)
    done = run.invoke(cli.main, ["restore", "--force", str(file)])
    assert done.exit_code == 0, done.output
    assert "kept in before-restore-" in done.output
    gone = run.invoke(cli.main, ["restore", str(tmp_path / "none")])
    assert gone.output == f"Error: {tmp_path / 'none'} is not there.\n"


def test_a_picture_that_the_folder_lost_does_not_cost_the_backup(served: Flask, url: str, data: Path, tmp_path: Path) -> None:
    content = picture()
    Phone(served, "guard").put_photo(content)
    sha256 = named_photo(content)["sha256"]
    (data / "photos" / sha256[:2] / sha256[2:]).unlink()
    assert backup(url, data, tmp_path / "night.backup").missing == [sha256]


def test_the_scripts_are_shell_that_parses() -> None:
    for name in ("backup", "restore"):
        subprocess.run(["bash", "-n", f"scripts/{name}"], check=True, timeout=10)


def test_e17_after_the_secret_was_changed_old_tickets_are_good_and_sessions_ask_for_a_sign_in(
    new_app: Callable[..., Flask], world: World, clock: Clock
) -> None:
    before = new_app()
    phone = Phone(before, "guard")
    record = phone.scan(world.gate)
    changed = {"SECRET_KEY": "another secret, also of 32 letters!!", "OLD_SECRETS": ["a secret for tests, of 32 letters"]}
    after = new_app(**changed)
    phone.client = after.test_client(use_cookies=False)
    assert phone.one(record)["status"] == "accepted"
    browser = Browser(after)
    for name in ("rounds_session", "rounds_device"):
        cookie = phone.browser.client.get_cookie(name)
        assert cookie is not None
        browser.client.set_cookie(name, cookie.value)
    assert browser.get("/today").location.startswith("/login")
    browser.sign_in("guard")
    assert Phone(after, browser=browser).device == phone.device  # and stays the phone it was: its numbers go on
    forgotten = new_app(SECRET_KEY="a third secret, that knows no other one")
    assert phone.post("/sync", phone.call([record])).status_code == 200
    phone.client = forgotten.test_client(use_cookies=False)
    assert phone.post("/sync", phone.call([record])).status_code == 401
