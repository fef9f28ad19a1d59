"""A reverse proxy on loopback that fails on demand: what a weak link, a captive portal or a dying server looks like to
the phone. Without a rule it passes everything on.

    proxy.on("POST /sync$", lose_reply, times=1)    # the next one reaches the server, its reply does not come back

Every exchange closes its connection, so that the browser cannot quietly repeat a call on a reused one.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Reply:
    """What the server said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        packed = any(name.lower() == "content-encoding" for name, _value in self.headers)
        return json.loads(gzip.decompress(self.body) if packed else self.body)


@dataclass
class Call:
    """One request on its way, for a rule to do with as it likes."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    upstream: int
    answered: Callable[[Reply, int | None], None]
    at: float = field(default_factory=time.monotonic)
    status: int | None = None
    until: float = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def forward(self) -> Reply:
        """Let the server answer. Raises OSError when nobody is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        try:
            connection.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers:
                if name.lower() not in HOP - {"content-length"}:
                    connection.putheader(name, value)
            connection.endheaders(self.body or None)
            answer = connection.getresponse()
            return Reply(answer.status, [h for h in answer.getheaders() if h[0].lower() not in HOP], answer.read())
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def answer(self, reply: Reply, only: int | None = None) -> None:
        """Answer the phone; with `only`, stop after so many bytes of the body."""
        self.status = reply.status
        self.answered(reply, only)

    def say(self, status: int, body: bytes = b"", mime: str = "text/plain", **headers: str) -> None:
        """Answer in the server's place."""
        own = [("Content-Type", mime), *((name.replace("_", "-"), value) for name, value in headers.items())]
        self.answer(Reply(status, own, body))


Act = Callable[[Call], None]


def drop(_call: Call) -> None:
    """The request never arrives."""


def lose_reply(call: Call) -> None:
    """The server does it; nobody hears of it."""
    call.forward()


def truncate(call: Call) -> None:
    """Half the reply arrives."""
    reply = call.forward()
    call.answer(reply, len(reply.body) // 2)


def portal(call: Call) -> None:
    """A hotel's Wi-Fi: 200 and a sign-in page, whatever was asked."""
    call.say(200, b"<!doctype html><title>Wi-Fi</title><h1>Welcome! Please accept our terms.</h1>", "text/html")


def to_login(call: Call) -> None:
    """A server, or something before it, that wants a session first."""
    call.say(302, Location="/login")


def status(code: int, retry_after: int | None = None, body: bytes = b"Sorry.", mime: str = "text/html") -> Act:
    """That status, as a proxy before the server gives it."""
    headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
    return lambda call: call.say(code, body, mime, **headers)


def rewrite(change: Callable[[Any], Any]) -> Act:
    """The server's own JSON reply, changed on the way."""

    def act(call: Call) -> None:
        reply = call.forward()
        body = json.dumps(change(reply.json())).encode()
        call.answer(Reply(reply.status, [h for h in reply.headers if h[0].lower() != "content-encoding"], body))

    return act


class Stale:
    """A cache that heeds no header: passes the first call on, and answers every later one to the same address with its reply."""

    def __init__(self) -> None:
        self.kept: dict[str, Reply] = {}

    def __call__(self, call: Call) -> None:
        address = f"{call.method} {call.path.partition('?')[0]}"
        if address not in self.kept:
            self.kept[address] = call.forward()
        call.answer(self.kept[address])


class Late:
    """Calls whose sender gives up on them, and which reach the server long after: see `arrive`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> None:
        self.calls.append(call)

    def arrive(self) -> list[Reply]:
        """What was late is here; nobody hears the answers."""
        return [call.forward() for call in self.calls]


@dataclass
class Rule:
    """What to do with calls whose "METHOD /path" matches, so many times (None: always)."""

    pattern: re.Pattern[str]
    act: Act
    times: int | None


class Proxy:
    """Listens on `port` in front of `upstream`. `calls` is everything that was asked, in order."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.rules: list[Rule] = []
        self.calls: list[Call] = []
        self.lock = threading.Lock()
        self.listener = _Listener(("127.0.0.1", 0), type("Bound", (_Handler,), {"proxy": self}))
        self.port = self.listener.server_port
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def on(self, pattern: str, act: Act, times: int | None = None) -> Rule:
        """From now on, do that with matching calls. The latest rule counts."""
        rule = Rule(re.compile(pattern), act, times)
        with self.lock:
            self.rules.insert(0, rule)
        return rule

    def clear(self) -> None:
        """Pass everything on again."""
        with self.lock:
            self.rules.clear()

    @contextlib.contextmanager
    def failing(self, pattern: str, act: Act) -> Iterator[None]:
        """Do that with matching calls inside the block."""
        self.on(pattern, act)
        try:
            yield
        finally:
            self.clear()

    def asked(self, pattern: str, since: float = 0) -> list[Call]:
        """Calls that match, from a moment of time.monotonic() on."""
        return [call for call in list(self.calls) if call.at >= since and re.search(pattern, str(call))]

    def handle(self, call: Call) -> None:
        """Do what the first matching rule says."""
        with self.lock:
            self.calls.append(call)
            rule = next((r for r in self.rules if r.times != 0 and r.pattern.search(str(call))), None)
            if rule and rule.times is not None:
                rule.times -= 1
        try:
            if rule:
                rule.act(call)
            else:
                call.answer(call.forward())
        except OSError:
            pass  # nobody behind us, or nobody before us any more: the connection just ends
        finally:
            call.until = time.monotonic()

    def close(self) -> None:
        """Stop listening."""
        self.listener.shutdown()
        self.listener.server_close()


class _Listener(ThreadingHTTPServer):
    """Takes what a browser asks for at once: dozens of files."""

    daemon_threads = True
    request_queue_size = 256


class _Handler(BaseHTTPRequestHandler):
    """One connection of the browser, for one request."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def _any(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.proxy.handle(Call(self.command, self.path, self.headers.items(), body, self.proxy.upstream, self._answer))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _any

    def _answer(self, reply: Reply, only: int | None) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[:only])

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the browser went away: its right
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Not a word: `Proxy.calls` is the log."""
