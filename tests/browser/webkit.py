"""WebKit, as the GNOME port of it can be driven: a phone of the other family. WebDriver over plain HTTP, on a display of its own.

Its sessions forget everything when they end, and it has no flight mode: the network is taken away at the proxy.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .phone import READ, RECORD, until
from .serving import PASSWORD, free_port

DRIVER = shutil.which("WebKitWebDriver")
XVFB = shutil.which("Xvfb")
BROWSERS = sorted(glob.glob("/usr/lib/*/webkit2gtk-*/MiniBrowser"))
T = TypeVar("T")


def missing() -> str:
    """Which part is not installed; empty when all are there."""
    parts = {"WebKitWebDriver (Debian: webkit2gtk-driver)": DRIVER, "MiniBrowser (webkit2gtk-driver)": BROWSERS, "Xvfb (xvfb)": XVFB}
    return ", ".join(name for name, there in parts.items() if not there)


@contextlib.contextmanager
def driver() -> Iterator[str]:
    """A WebDriver and its display; gives its address."""
    assert DRIVER and XVFB
    heard, told = os.pipe()
    with subprocess.Popen(
        [XVFB, "-displayfd", str(told), "-screen", "0", "800x900x24", "-nolisten", "tcp"], pass_fds=[told], stderr=subprocess.DEVNULL
    ) as display:
        os.close(told)
        with os.fdopen(heard) as number:
            name = f":{number.readline().strip()}"
        port = free_port()
        settings = {**os.environ, "DISPLAY": name, "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        with subprocess.Popen([DRIVER, f"--port={port}"], env=settings, stderr=subprocess.DEVNULL) as process:
            address = f"http://127.0.0.1:{port}"
            try:
                until(lambda: _answers(address), "the driver answers")
                yield address
            finally:
                process.terminate()
                display.terminate()


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(_ask(address, "GET", "/status")["ready"])
    return False


def _ask(address: str, method: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, content, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)["value"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(error.read().decode()) from None


class WebKitPhone:
    """One session of the browser, on our pages."""

    def __init__(self, address: str, origin: str) -> None:
        self.address, self.origin = address, origin
        wanted = {"webkitgtk:browserOptions": {"binary": BROWSERS[-1], "args": ["--automation"]}, "pageLoadStrategy": "normal"}
        opened = _ask(address, "POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{opened['sessionId']}"
        self.version = str(opened["capabilities"].get("browserVersion"))
        _ask(address, "POST", f"{self.session}/timeouts", {"script": 30_000, "pageLoad": 40_000})

    def close(self) -> None:
        """End the session: all that it kept is gone."""
        with contextlib.suppress(Exception):
            _ask(self.address, "DELETE", self.session)

    def goto(self, path: str) -> None:
        """Open a page of ours."""
        _ask(self.address, "POST", f"{self.session}/url", {"url": self.origin + path})

    def reload(self) -> None:
        """As the person does."""
        _ask(self.address, "POST", f"{self.session}/refresh", {})

    def run(self, function: str, *given: Any) -> Any:
        """What an (async) function of the page gives."""
        script = f"const done = arguments[arguments.length - 1]; Promise.resolve(({function})(...[...arguments].slice(0, -1)))"
        script += ".then((value) => done({ value }), (error) => done({ error: `${error.name}: ${error.message}` }))"
        said = _ask(self.address, "POST", f"{self.session}/execute/async", {"script": script, "args": list(given)})
        if "error" in said:
            raise RuntimeError(said["error"])
        return said.get("value")

    def until(self, ask: Callable[[], T], what: str, seconds: float = 30, tell: Callable[[], object] | None = None) -> T:
        """Ask again and again; a page that goes away in mid-question is asked again."""

        def patiently() -> Any:
            with contextlib.suppress(RuntimeError):
                return ask()
            return None

        return until(patiently, what, seconds, tell, lambda: time.sleep(0.1))

    def sign_in(self, username: str, then: str = "/outbox") -> WebKitPhone:
        """With user name and password; until a worker controls the page and a ticket is here."""
        self.goto(f"/login?form=1&next={then}")
        fill = "(name, word) => { document.querySelector('[name=username]').value = name; document.querySelector('[name=password]').value = word; }"
        self.run(fill, username, PASSWORD)
        self.run("() => { setTimeout(() => document.querySelector('[name=password]').form.requestSubmit()); }")
        self.until(lambda: "/login" not in self.run("() => location.pathname"), "signed in")
        self.until(lambda: self.run("async () => Boolean((await navigator.serviceWorker.ready).active)"), "the worker", 60)
        self.reload()
        self.until(lambda: self.run("() => Boolean(navigator.serviceWorker.controller)"), "the worker in control")
        self.until(lambda: any(key.startswith("ticket:") for key in self.database("outbox")["meta"]), "the ticket")
        self.until(lambda: any(pack["pages"] for pack in self.database("pocket")["packs"].values()), "the pack", 60)
        return self

    def record(self, *wanted: tuple[str, dict[str, Any]]) -> list[str]:
        """Put records into the outbox as the page's own forms do; gives their ids when all are saved."""
        return self.run(RECORD, [list(each) for each in wanted])  # type: ignore[no-any-return]

    def database(self, name: str) -> dict[str, dict[str, Any]]:
        """Every store of one of the phone's databases."""
        return self.run(READ, name) or {}

    def items(self, ids: list[str]) -> list[dict[str, Any]]:
        """These records in the outbox."""
        found = self.database("outbox").get("records", {})
        return [found[id] for id in ids if id in found]

    def until_received(self, ids: list[str], seconds: float = 40) -> list[dict[str, Any]]:
        """Wait until the server has confirmed all of these."""
        return self.until(
            lambda: (found := self.items(ids)) and len(found) == len(ids) and all(i["state"] == "accepted" for i in found) and found,
            f"received: {ids}", seconds, lambda: [(i["state"], i["error"]) for i in self.items(ids)],
        )  # type: ignore[return-value]  # fmt: skip

    def send_now(self) -> None:
        """The button on /outbox."""
        self.goto("/outbox")
        self.run("() => document.querySelector('[data-send-now]').click()")

    def text(self) -> str:
        """What the page says."""
        return str(self.run("() => document.body.innerText"))
