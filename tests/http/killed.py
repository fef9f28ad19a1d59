"""Processes that take records in, and die. Run by the tests' fixture `dying` as

    python -m tests.http.killed <database>

Each line read is one request with the manner of death: {"data" (the folder), "ticket", "call" or "photo", "step", "point", "after_ms"}. A fork
of this process makes itself a server, takes the request and writes its answer, flushed, as to a socket. At its n-th step
with the database (before or after a statement, at a savepoint, at the commit, after it), or at a point of
`webapp.core.faults`, it dies at once: no handler, no flush, no rollback. Or it is killed with SIGKILL some milliseconds
after it began. Then this process writes how it ended.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.conftest import make_app
from tests.making import NOW
from webapp.core import clock, faults
from webapp.core.db import db, writing
from webapp.records import sealing

STEPS = ("before_cursor_execute", "after_cursor_execute", "savepoint", "release_savepoint", "rollback_savepoint", "commit", "checkin")


def say(value: object) -> None:
    """One line to the test."""
    os.write(1, json.dumps(value).encode() + b"\n")


def own_lock(app: Flask) -> None:
    """Open SQLite's turnstile anew: a lock on a file that was opened before the fork would outlive this process."""
    with app.app_context():
        turnstile = getattr(db.engine.dialect, "turnstile", None)
        if turnstile is not None:
            turnstile.file = os.open(f"{db.engine.url.database}.turn", os.O_RDWR)


def serve(app: Flask, asked: dict[str, Any], ready: int) -> None:
    """Take one call, and die on the way if told to."""
    app.config["ROUNDS_DATA"] = asked["data"]
    own_lock(app)
    left = asked["step"]

    def step(*_args: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)

    with app.app_context():
        for event in STEPS:
            sa.event.listen(db.engine, event, step)
    faults.arm(lambda point: os._exit(9) if point == asked["point"] else None)
    os.write(ready, b".")
    with clock.at(NOW):
        response = answer(app, asked)
    step()
    say({"status": response.status_code, "answer": response.get_json(silent=True)})


def answer(app: Flask, asked: dict[str, Any]) -> Any:
    """Do what is asked: a call of the intake, a photo (whole, or its last piece), or sealing the trail."""
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": f"Ticket {asked['ticket']}", "Tus-Resumable": "1.0.0"}
    if asked.get("photo"):
        content, sha256 = base64.b64decode(asked["photo"]), asked["sha256"]
        if "offset" not in asked:
            return client.put(f"/photos/{sha256}", data=content, headers=headers)
        piece = headers | {"Upload-Offset": str(asked["offset"]), "Content-Type": "application/offset+octet-stream"}
        return client.patch(f"/photos/{sha256}", data=content, headers=piece)
    if asked.get("seal"):
        with app.app_context(), writing():
            sealing.seal_trails({})
        return app.response_class("{}", mimetype="application/json")
    return client.post("/sync", json=asked["call"], headers=headers)


def main(url: str) -> None:
    app = make_app(url, Path("nowhere"))  # every request names its folder
    for line in sys.stdin:
        asked = json.loads(line)
        heard, ready = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                serve(app, asked, ready)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(ready)
        os.read(heard, 1)
        os.close(heard)
        if asked["after_ms"] is not None:
            time.sleep(asked["after_ms"] / 1000)
            os.kill(child, signal.SIGKILL)
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


if __name__ == "__main__":
    main(sys.argv[1])
