"""E1, B2, B3, F1: the server dies at each point that has a name. What was told holds, and sending again mends the rest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Dying
from tests.databases import Engine
from tests.making import NOW, Phone, Sent, World, looking, picture
from webapp.core import faults
from webapp.core.db import writing
from webapp.patrols.models import RoundStep, Scan
from webapp.people.models import Duty
from webapp.photos.models import Photo
from webapp.records import sealing
from webapp.records.models import Correction, Note, Record, SealLink
from webapp.records.sealing import check_trail

ROOT = Path(__file__).parents[2]
Ask = Callable[..., tuple[int, dict[str, Any] | None]]
INTAKE = [point for point in faults.POINTS if point.startswith("intake.")]
BEFORE_COMMIT = {"intake.read", "intake.begun", "intake.stored", "intake.judged"}


@pytest.fixture
def ask(dying: Dying, tmp_path: Path) -> Ask:
    """Have a process do something, and die at a point; gives how it ended, and what it had answered by then."""

    def ask(phone: Phone, point: str | None, **what: Any) -> tuple[int, dict[str, Any] | None]:
        return dying({"data": str(tmp_path), "ticket": phone.ticket, "step": 0, "point": point, "after_ms": None} | what)

    return ask


def test_every_point_is_named_in_the_code_and_every_name_is_a_point() -> None:
    named: set[str] = set()
    for path in (ROOT / "webapp").rglob("*.py"):
        if path.name != "faults.py":
            named |= set(re.findall(r'faults\.reach\("([^"]+)"\)', path.read_text()))
    assert named == set(faults.POINTS)


def test_nothing_arms_a_point_in_service() -> None:
    assert [p.name for p in (ROOT / "webapp").rglob("*.py") if "faults.arm" in p.read_text()] == []


VERBS: dict[str, Callable[[Phone, World], list[Sent]]] = {
    "scan": lambda phone, world: [phone.scan(world.gate, NOW)],
    "note": lambda phone, _world: [phone.record("note", {"site": "garden", "text": "water"})],
    "duty": lambda phone, _world: [phone.record("duty", {"verb": "on", "site": "garden"})],
    "round-step": lambda phone, world: [phone.record("round-step", {"round": world.round(), "verb": "start"})],
    "correction": lambda phone, world: [
        scan := phone.scan(world.gate, NOW),
        phone.record("correction", {"about": scan.id, "verb": "explain", "reason": "wet"}),
    ],
    "held": lambda phone, _world: [phone.scan("nonsense", NOW)],
}  # fmt: skip
EFFECTS = (Scan, Note, Duty, RoundStep, Correction)


def rows(app: Flask) -> tuple[dict[str, str], list[str]]:
    """Status by record, and the ids of all effects."""
    with looking(app) as session:
        status = {str(key): status for key, status in session.execute(sa.select(Record.id, Record.status))}
        return status, [str(key) for table in EFFECTS for key in session.scalars(sa.select(table.id))]


@pytest.mark.parametrize("point", INTAKE)
def test_e1_a_death_at_a_point_of_the_intake_loses_nothing_and_doubles_nothing(
    app: Flask, world: World, phone: Phone, ask: Ask, point: str
) -> None:
    if point == "intake.begun":
        skip_where_calls_do_not_wait(app)
    for verb, made in VERBS.items():
        records = made(phone, world)
        ours = {r.id for r in records}
        ended, answer = ask(phone, point, call=phone.call(records))
        assert (ended, answer) == (9, None), "it died before it told anybody"
        status, effects = rows(app)
        assert status.keys() & ours == (set() if point in BEFORE_COMMIT else ours), "the whole call or nothing of it"
        first = "held" if verb == "held" else "accepted"
        assert {r["status"] for r in phone.send(*records)} == ({first} if point in BEFORE_COMMIT else {"duplicate"})
        status, effects = rows(app)
        assert ours <= status.keys()
        assert sorted(effects) == sorted(key for key, verdict in status.items() if verdict == "accepted")


def skip_where_calls_do_not_wait(app: Flask) -> None:
    if not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("on PostgreSQL a call waits for no turn")


@pytest.mark.parametrize("point", ["file.written", "file.renamed", "photo.stored"])
def test_e1_a_death_while_a_photo_is_stored_leaves_it_whole_or_absent(app: Flask, phone: Phone, ask: Ask, point: str) -> None:
    content = picture(size=(400, 300))
    sha256 = hashlib.sha256(content).hexdigest()
    assert ask(phone, point, photo=base64.b64encode(content).decode(), sha256=sha256) == (9, None)
    with looking(app) as session:
        assert session.get(Photo, sha256) is None
    assert phone.put_photo(content).status_code == 201
    with looking(app) as session:
        assert session.get(Photo, sha256) is not None
    assert (Path(app.config["ROUNDS_DATA"]) / "photos" / sha256[:2] / sha256[2:]).read_bytes() == content


@pytest.mark.parametrize("point", ["photo.appended", "file.written", "file.renamed", "photo.stored"])
def test_f1_a_death_at_the_last_piece_of_a_photo_is_mended_by_going_on(app: Flask, phone: Phone, ask: Ask, point: str) -> None:
    content = picture(size=(400, 300))
    sha256 = hashlib.sha256(content).hexdigest()
    headers = {"Authorization": f"Ticket {phone.ticket}", "Tus-Resumable": "1.0.0"}
    address = f"/photos/{sha256}"
    assert phone.client.post(address, headers=headers | {"Upload-Length": str(len(content))}).status_code == 201
    piece = headers | {"Content-Type": "application/offset+octet-stream"}
    assert phone.client.patch(address, data=content[:100], headers=piece | {"Upload-Offset": "0"}).status_code == 204
    rest = base64.b64encode(content[100:]).decode()
    assert ask(phone, point, photo=rest, sha256=sha256, offset=100) == (9, None)
    offset = int(phone.client.head(address, headers=headers).headers["Upload-Offset"])
    assert 100 <= offset < len(content), "not whole before its row is written"
    answer = phone.client.patch(address, data=content[offset:], headers=piece | {"Upload-Offset": str(offset)})
    assert answer.status_code in (200, 201, 204)
    assert int(phone.client.head(address, headers=headers).headers["Upload-Offset"]) == len(content)
    assert (Path(app.config["ROUNDS_DATA"]) / "photos" / sha256[:2] / sha256[2:]).read_bytes() == content


def test_e1_a_death_while_sealing_seals_nothing_and_the_next_time_everything(app: Flask, world: World, phone: Phone, ask: Ask) -> None:
    phone.send(*[phone.scan(spot, NOW) for spot in world.spots])
    assert ask(phone, "trail.sealed", seal=True) == (9, None)
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).where(SealLink.n.isnot(None))) == 0
    with app.app_context(), writing():
        sealing.seal_trails({})
    with app.app_context():
        checked = check_trail(world.garden)
    assert (checked.records, checked.unsealed, checked.broken) == (3, 0, None)


# ---------------------------------------------------------------- a receipt means: on disk


SYNCS = re.compile(r"\b(?:fsync|fdatasync)\(\d+<([^>]+)>\)")
CALLS = 20


@pytest.mark.parametrize(("synchronous", "enough"), [("FULL", True), ("NORMAL", False)])
def test_e2_every_receipt_has_its_own_sync_of_the_journal(
    app: Flask, engine: Engine, world: World, phone: Phone, tmp_path: Path, synchronous: str, enough: bool
) -> None:
    """What a power cut would leave: counted at the system call. With NORMAL, receipts are given before the disk has them."""
    if engine.name != "sqlite":
        pytest.skip("PostgreSQL syncs in its own process")
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", str(trace)]
    serve = [sys.executable, "-m", "tests.http.synced", app.config["SQLALCHEMY_DATABASE_URI"], str(tmp_path), synchronous]
    calls = [phone.call([phone.scan(world.spots[n % 3], NOW)]) for n in range(CALLS)]
    asked = json.dumps({"ticket": phone.ticket, "calls": calls})
    answered = subprocess.run([*strace, *serve], cwd=ROOT, input=asked, capture_output=True, text=True, check=True).stdout
    assert json.loads(answered) == ["accepted"] * CALLS
    synced = [found[1] for found in map(SYNCS.search, trace.read_text().splitlines()) if found]
    assert (sum(path.endswith("-wal") for path in synced) >= CALLS) is enough, synced
