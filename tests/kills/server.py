"""Serves, and dies as told: `python -m tests.kills.server <data folder> <socket's number>`.

Each line read is the manner of one death: {"after_ms"} for SIGKILL that long after it began to serve, or {"point", "nth"}
for the n-th time it comes to a point of `webapp.core.faults`; {} lives until the next line. A fork of this process, which
has loaded the application once, serves threaded on the socket it was given; when it has ended, a line says how.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from tests.bench.world import application
from tests.http.killed import own_lock
from webapp.core import faults
from webapp.core.db import db

PATIENCE_S = 2.0  # a point that is not reached by then: SIGKILL after all


def serve(app: Flask, socket: int, asked: dict[str, Any]) -> None:
    """Serve until death."""
    own_lock(app)
    if "point" in asked:
        faults.arm(dies_at(asked["point"], asked["nth"]))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_server("127.0.0.1", 0, app, threaded=True, fd=socket).serve_forever()


def dies_at(point: str, nth: int) -> Callable[[str], None]:
    left, lock = nth, threading.Lock()

    def happening(reached: str) -> None:
        nonlocal left
        with lock:
            left -= reached == point
            if left <= 0:
                os._exit(9)

    return happening


def wait_for(child: int, seconds: float) -> bool:
    """Has it ended by itself within that time?"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.002)
    return False


def main(folder: str, socket: int) -> None:
    app = application(Path(folder))
    with app.app_context():
        db.engine.dispose()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                serve(app, socket, asked)
            finally:
                os._exit(1)
        how = "point"
        if not asked:
            sys.stdin.readline()
        if not asked or not wait_for(child, asked.get("after_ms", PATIENCE_S * 1000) / 1000):
            how = "signal"
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        print(json.dumps({"ended": how}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
