"""A server on loopback and a client with several connections that measures it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CONNECTIONS = 8


@dataclass
class Figures:
    """Requests per second, and times in milliseconds."""

    rate: float
    median: float
    p99: float
    errors: int


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(target: str, folder: Path, workers: int = 2) -> Iterator[int]:
    """Serve `module:app` by granian as the product is served; gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", target, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "32", "--backlog", "1024", "--no-ws", "--log-level", "error"]
    environment = os.environ | {"ROUNDS_DATA": str(folder), "BARE_DB": str(folder / "bare.db"), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def background(folder: Path) -> Iterator[None]:
    """The process that does the background work beside a server in service."""
    environment = os.environ | {"ROUNDS_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "webapp", "worker"], env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def sealing(folder: Path) -> Iterator[None]:
    """The background worker, which seals what is accepted, once every two seconds instead of once a minute."""
    process = subprocess.Popen(
        [sys.executable, "-c", SEAL],
        env=os.environ | {"ROUNDS_DATA": str(folder), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
    )
    try:
        yield
    finally:
        process.communicate()
        if process.returncode:
            raise RuntimeError("sealing failed")


SEAL = """
import select, sys
from webapp import create_app
from webapp.core.db import writing
from webapp.records.sealing import seal_trails
app = create_app()
while not select.select([sys.stdin], [], [], 2)[0]:
    with app.app_context(), writing():
        seal_trails({})
"""


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if probe.recv(12).startswith(b"HTTP/1.1"):
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def drive(port: int, requests: Sequence[Iterable[bytes]]) -> Figures:
    """Send each inner row over a connection of its own, one request after the other, all at once. Connections that share one
    iterator take turns: none is done before the others, however the server's processes share the connections."""
    times: list[float] = []
    errors: list[int] = []
    gate = threading.Barrier(len(requests) + 1)

    def one(mine: Iterable[bytes]) -> None:
        own: list[float] = []
        bad = 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            gate.wait()
            for request in mine:
                begin = time.perf_counter()
                connection.sendall(request)
                bad += _answer(connection) != 200
                own.append(time.perf_counter() - begin)
        times.extend(own)
        errors.append(bad)

    threads = [threading.Thread(target=one, args=(mine,)) for mine in requests]
    for thread in threads:
        thread.start()
    gate.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begin
    times.sort()
    count = len(times)
    return Figures(count / took, times[count // 2] * 1000, times[int(count * 0.99)] * 1000, sum(errors))


def _answer(connection: socket.socket) -> int:
    """Read one whole answer; gives its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("closed")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"content-length:" in lower:
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(262144)
    else:
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(262144)
    return int(head.split(b" ")[1])


def get(path: str, cookie: str = "", extra: str = "") -> bytes:
    """A GET request."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookies}{extra}\r\n".encode()
