"""The server's half of the simulator: the product's own intake over a real SQLite file, asked through pipes.

    python -m tests.simulate.server

Each line read is one JSON object with `do`; each is answered with one line. Every schedule begins with a copy of the same
migrated, filled database. A call that is to die is taken by a fork of this process, which ends at its n-th step with the
database: no handler, no flush, no rollback.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from tests.conftest import forget, let_go, make_app
from tests.http.killed import STEPS, own_lock
from tests.making import NOW, make_world, picture
from webapp import migrate
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.patrols.models import RoundStep, Scan
from webapp.people import actions as people
from webapp.people import tickets
from webapp.people.models import Device, Duty, Person
from webapp.photos.models import Photo
from webapp.records import queries
from webapp.records.held import REASONS
from webapp.records.models import Correction, Note, Record, RecordCopy, ServerState

EFFECTS = (Scan, Note, RoundStep, Duty, Correction)
PEOPLE = ("guard", "colleague", "technician")
PHONES = 3
KEPT_HEADERS = ("Retry-After", "Upload-Offset", "Upload-Length", "Location", "Tus-Resumable")
COLOURS = ("green", "red", "blue", "white", "yellow")


class Server:
    """The application, its present database, and its backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "rounds.db"
        self.backups: dict[str, Path] = {}
        self.schedules = 0
        self.app: Flask = make_app(f"sqlite:///{self.database}", folder)
        self.hello = self._fill()
        self._copy(self.database, folder / "template.db")

    def _fill(self) -> dict[str, Any]:
        """Build the community, and say what phones have to know of it."""
        with self.app.app_context(), clock.at(NOW), ids.seeded(3):
            migrate.upgrade()
            world = make_world()
            with writing():
                devices = [people.know_device(None, "simulated") for _n in range(PHONES)]
                known = [device.id for device in devices]
            return {
                "now": int(NOW.timestamp() * 1000),
                "people": [str(world.people[name]) for name in PEOPLE],
                "devices": [str(device) for device in known],
                "tickets": [self._ticket(world.people[name], device) for name in PEOPLE for device in known],
                "codes": world.codes,
                "round": world.round(),
                "pictures": [base64.b64encode(picture(colour=colour)).decode() for colour in COLOURS],
            }

    @staticmethod
    def _ticket(person: UUID, device: UUID) -> dict[str, str]:
        text, issued = tickets.issue(person, device)
        return {"ticket": text, "person": str(person), "device": str(device), "expires_at": issued.expires_at.isoformat()}

    def _copy(self, source: Path, target: Path) -> None:
        """Copy the database file while nobody is connected: then the file alone is the database."""
        let_go(self.app)
        for tail in ("-wal", "-shm"):
            assert not Path(f"{source}{tail}").exists() or source != self.database
            Path(f"{target}{tail}").unlink(missing_ok=True)
        shutil.copyfile(source, target)

    def begin(self, **_asked: Any) -> dict[str, Any]:
        """A new schedule: the database as it was filled, no pictures, no backups."""
        self.schedules += 1
        for path in (*self.backups.values(), self.data()):
            shutil.rmtree(path, ignore_errors=True)
        self.backups.clear()
        self._put_back(self.folder / "template.db")
        self.data().mkdir()
        self.app.config["ROUNDS_DATA"] = str(self.data())
        return {}

    def data(self) -> Path:
        """This schedule's data folder."""
        return self.folder / "data"

    def _put_back(self, source: Path) -> None:
        self._settle()
        self._copy(source, self.database)
        forget()

    def _settle(self) -> None:
        """Close every connection; what a killed process left in the write-ahead log goes into the file, or is rolled back."""
        let_go(self.app)
        with self.app.app_context():
            db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        let_go(self.app)

    def backup(self, name: str, **_asked: Any) -> dict[str, Any]:
        """Last night's copy of database and pictures."""
        kept = self.backups[name] = self.folder / f"backup-{name}"
        self._settle()
        shutil.copytree(self.data(), kept)
        shutil.copyfile(self.database, kept / "rounds.db")
        return {}

    def restore(self, name: str, **_asked: Any) -> dict[str, Any]:
        """Put that copy back; the database gets a new epoch, as the operator's command gives it."""
        kept = self.backups[name]
        self._put_back(kept / "rounds.db")
        shutil.rmtree(self.data())
        shutil.copytree(kept, self.data(), ignore=shutil.ignore_patterns("rounds.db"))
        with self.app.app_context(), writing():
            db.session.execute(sa.update(ServerState).values(epoch=ids.new_id()))
        return {}

    def block(self, **asked: Any) -> dict[str, Any]:
        """Revoke a phone, or disable or enable a person."""
        with self.app.app_context(), writing():
            if "device" in asked:
                people.revoke_device(db.session.get_one(Device, UUID(asked["device"])), clock.now())
            else:
                person = db.session.get_one(Person, UUID(asked["person"]))
                if person.in_force:
                    people.disable(person, clock.now())
                else:
                    people.enable(person)
        return {}

    def ticket(self, person: str, device: str, **_asked: Any) -> dict[str, Any]:
        """What a new sign-in gives the phone."""
        with self.app.app_context():
            return self._ticket(UUID(person), UUID(device))

    def call(self, **asked: Any) -> dict[str, Any]:
        """One HTTP request; with `dies`, in a process that ends at that step. `dead`: nobody answered."""
        return self._doomed(asked) if asked.get("dies") else self._ask(asked)

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        body = asked["body"].encode() if asked.get("text") else base64.b64decode(asked["body"])
        path, _, query = asked["path"].partition("?")
        environ = {
            "REQUEST_METHOD": asked["method"], "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "rounds.example.com",
            "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "rounds.example.com", "REMOTE_ADDR": "10.0.0.1",
            "CONTENT_LENGTH": str(len(body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in asked["headers"].items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        said: list[Any] = []
        chunks = self.app(environ, lambda status, headers, _error=None: said.extend((status, headers)))
        try:
            content = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        headers = {name: value for name, value in said[1] if name in KEPT_HEADERS}
        return {"status": int(said[0][:3]), "headers": headers, "body": content.decode()}

    def _doomed(self, asked: dict[str, Any]) -> dict[str, Any]:
        let_go(self.app)
        forget()
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(heard)
                self._die_at(asked["dies"])
                answer = json.dumps(self._ask(asked)).encode()
                os.write(told, answer)
            finally:
                os._exit(9)
        os.close(told)
        with os.fdopen(heard, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        return json.loads(answer) if answer else {"dead": True}

    def _die_at(self, left: int) -> None:
        own_lock(self.app)

        def step(*_args: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)

        with self.app.app_context():
            for event in STEPS:
                sa.event.listen(db.engine, event, step)

    def rows(self, **_asked: Any) -> dict[str, Any]:
        """What is on disk: records with the number of their effects, other bytes, pictures, and what supervisors can see."""
        with self.app.app_context():
            effects = Counter(found for table in EFFECTS for found in db.session.scalars(sa.select(table.id)))
            seen = set(db.session.scalars(queries.held(None, None)).all())
            columns = (
                Record.id,
                Record.sha256,
                Record.status,
                Record.reason,
                Record.waits_for,
                Record.seq,
                Record.device_id,
                Record.person_id,
            )
            rows = [dict(zip(("id", "sha256", "status", "reason", "waits_for", "seq", "device", "person"), row, strict=True))
                    for row in db.session.execute(sa.select(*columns))]  # fmt: skip
            shown = {record.id for record in seen}
            answer = {
                "epoch": str(db.session.scalar(sa.select(ServerState.epoch))),
                "records": [
                    {name: None if value is None else value if isinstance(value, int) else str(value) for name, value in row.items()}
                    | {"effects": effects.pop(row["id"], 0), "shown": row["id"] in shown and row["reason"] in REASONS}
                    for row in rows
                ],
                "stray_effects": sum(effects.values()),
                "copies": [[str(copy.record_id), copy.sha256] for copy in db.session.scalars(sa.select(RecordCopy))],
                "photos": list(db.session.scalars(sa.select(Photo.sha256))),
            }
            db.session.rollback()
        return answer


def never_commit(server: Server) -> None:
    """Broken on purpose: answers, and forgets."""
    with server.app.app_context():
        sa.event.listen(db.engine, "commit", lambda connection: connection.exec_driver_sql("ROLLBACK"))


def makes_its_own_ids(server: Server) -> None:
    """Broken on purpose: what comes again is taken for something new."""
    ask = server._ask

    def forgetful(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["path"] != "/sync" or not asked.get("text"):
            return ask(asked)
        body, answer = asked["body"], None
        try:
            named = {str(ids.new_id()): record["id"] for record in json.loads(body)["records"]}
        except (ValueError, KeyError, TypeError):
            return ask(asked)
        for new, old in named.items():
            body = body.replace(f'"id":"{old}"', f'"id":"{new}"')
        answer = ask(asked | {"body": body})
        for new, old in named.items():
            answer["body"] = answer["body"].replace(new, old)
        return answer

    server._ask = forgetful  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[Server], None]] = {
    "server-never-commits": never_commit,
    "server-makes-its-own-ids": makes_its_own_ids,
}


def main() -> None:
    room = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=room, prefix="rounds-simulate-") as folder, ExitStack() as held:
        server = Server(Path(folder))
        if len(sys.argv) > 1:
            MUTANTS[sys.argv[1]](server)
        out = os.fdopen(os.dup(1), "w")
        print(json.dumps(server.hello), file=out, flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            with ExitStack() as moment:
                moment.enter_context(clock.at(datetime.fromtimestamp(asked["now"] / 1000, UTC)))
                answer = getattr(server, asked["do"])(**asked)
            print(json.dumps(answer), file=out, flush=True)
        held.callback(let_go, server.app)


if __name__ == "__main__":
    main()
