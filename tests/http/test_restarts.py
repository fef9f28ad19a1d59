"""The server is restarted while phones send, and its clock jumps: what was confirmed is there, once."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.browser.serving import PASSWORD, Server, make_world
from tests.browser.serving import World as Served
from tests.making import NOW, Clock, Phone, Sent, World, canonical, looking
from webapp.core import clock as the_clock
from webapp.core import ids
from webapp.patrols.models import Scan
from webapp.records.models import Record

RECORDS_EACH = 120
PHONES = 4
RESTARTS = 3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Served]]:
    """The product's own command on a small community."""
    world = make_world(tmp_path_factory.mktemp("world"))
    server = Server(world, tmp_path_factory.mktemp("server")).start()
    yield server, world
    server.kill()


class Sender:
    """A phone that sends one record a call and goes on with the next when it has its receipt."""

    def __init__(self, server: Server, code: str) -> None:
        self.server, self.code = server, code
        self.receipts: dict[str, str] = {}
        self.refused: list[int] = []
        self.cut = 0
        self.ticket = self._sign_in()

    def _sign_in(self) -> str:
        form = urllib.parse.urlencode({"username": "guard", "password": PASSWORD})
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)) as connection:
            connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            answer.read()
            # The cookies are for https only, as the public address is; here nobody stands in front.
            cookies = "; ".join(cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie", []))
            connection.request("GET", "/ticket", headers={"Cookie": cookies})
            return str(json.load(connection.getresponse())["ticket"])

    def work(self) -> None:
        for seq in range(1, RECORDS_EACH + 1):
            record = self._record(seq)
            while record.id not in self.receipts:
                self._send(record)

    def _record(self, seq: int) -> Sent:
        envelope = {
            "env": 1,
            "kind": "scan",
            "schema": 1,
            "seq": seq,
            "occurred_at": the_clock.now().isoformat(),
            "body": {"code": self.code},
        }
        return Sent.of(ids.new_id(), canonical(envelope))

    def _send(self, record: Sent) -> None:
        call = canonical({"sent_at": the_clock.now().isoformat(), "records": [record.as_json()]})
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request("POST", "/sync", call, {"Authorization": f"Ticket {self.ticket}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.cut += 1  # nobody answers, or not to the end: the phone keeps the record and sends it again
            return
        finally:
            connection.close()
        if answer.status != 200:
            self.refused.append(answer.status)
            return
        (result,) = json.loads(content)["results"]
        self.receipts[record.id] = result["status"]


def restart(server: Server) -> int:
    """As a deployment does it: SIGTERM to the first process, then start anew. Gives how it ended."""
    assert server.process is not None
    server.process.terminate()
    ended = server.process.wait(timeout=40)
    server.process = None
    server.start()
    return ended


def test_a_restore_beside_a_server_that_runs_is_refused_even_when_nobody_calls(served: tuple[Server, Served], tmp_path: Path) -> None:
    server, _world = served
    settings = {**os.environ, "ROUNDS_DATA": str(server.folder), "DATABASE_URL": ""}

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "webapp", *words], env=settings, capture_output=True, text=True, timeout=60, check=False
        )

    file = str(tmp_path / "night.backup")
    assert command("backup", file).returncode == 0
    refused = command("restore", "--force", file)
    assert (refused.returncode, refused.stderr.strip().endswith("is in use: stop the server first.")) == (1, True)
    server.wait()


@pytest.mark.slow
def test_e15_workers_restarted_while_phones_send_lose_nothing_and_refuse_nothing(served: tuple[Server, Served]) -> None:
    server, world = served
    senders = [Sender(server, world.spots[n].code) for n in range(PHONES)]
    threads = [threading.Thread(target=sender.work) for sender in senders]
    for thread in threads:
        thread.start()
    for n in range(1, RESTARTS + 1):
        while sum(len(sender.receipts) for sender in senders) < n * PHONES * RECORDS_EACH / (RESTARTS + 1):
            assert any(thread.is_alive() for thread in threads)
            threads[0].join(0.01)
        assert restart(server) == 0
    for thread in threads:
        thread.join(120)
    assert [code for sender in senders for code in sender.refused if code < 500] == []
    confirmed = {record for sender in senders for record in sender.receipts}
    assert len(confirmed) == PHONES * RECORDS_EACH
    rows = server.records(sorted(confirmed))
    assert rows.keys() == confirmed
    assert {row["status"] for row in rows.values()} == {"accepted"}
    scans = [str(UUID(row["id"])) for row in server.rows("SELECT id FROM scan")]
    assert len(scans) == len(set(scans))
    assert set(scans) >= confirmed
    assert "Traceback" not in Path(server.log).read_text()


def test_e13_the_servers_clock_may_jump_receipts_stay_and_nothing_is_lost(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    answers: dict[str, dict[str, Any]] = {}
    records = []
    for jump in (timedelta(0), timedelta(hours=-3), timedelta(days=365), timedelta(days=-400), timedelta(0)):
        clock.set(NOW)
        record = phone.scan(world.gate)
        clock.set(NOW + jump)
        response = phone.post("/sync", phone.call([record]) | {"sent_at": NOW.isoformat()})
        if response.status_code == 401:
            continue  # a year from now the ticket is over: the phone keeps all and asks for a sign-in
        records.append(record)
        (answers[record.id],) = response.get_json()["results"]
    clock.set(NOW)
    assert len(records) == 4
    for record in records:
        again = phone.one(record)
        assert (again["status"], again["receipt"]) == ("duplicate", answers[record.id]["receipt"])
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 4
        accepted = {str(key) for key in session.scalars(sa.select(Record.id).where(Record.status == "accepted"))}
        assert {str(key) for key in session.scalars(sa.select(Scan.id))} == accepted


def test_a_worker_whose_server_died_before_it_had_begun_ends_too(tmp_path: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    ).stdout.strip()
    words = [sys.executable, "-m", "webapp", "worker", "--until-orphaned", gone]
    ended = subprocess.run(words, env=os.environ | {"ROUNDS_DATA": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
