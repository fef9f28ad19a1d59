"""A phone: Chromium on a profile of its own that survives being closed or killed, with helpers for what a person does
on it and for looking into its memory. Nothing of the product is replaced; the outbox is read straight from IndexedDB.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from .serving import PASSWORD, Spot
from .speech import in_chinese

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The same browser without its windows starts in a third of the time. It has no camera.
SHELL = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or CHROMIUM
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE: Any = {"width": 360, "height": 780}
T = TypeVar("T")

# Never makes a database: to look must not leave an empty one behind.
READ = """async (name) => {
  const db = await new Promise((done, failed) => {
    const asked = indexedDB.open(name);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => (asked.error.name === 'AbortError' ? done(null) : failed(asked.error));
  });
  if (!db) return null;
  const found = {};
  for (const store of db.objectStoreNames) {
    const all = (what) => new Promise((done, failed) => {
      const asked = db.transaction(store).objectStore(store)[what]();
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    const [keys, values] = [await all('getAllKeys'), await all('getAll')];
    found[store] = Object.fromEntries(keys.map((key, n) => [key, values[n]?.data instanceof ArrayBuffer ? { ...values[n], data: null } : values[n]]));
  }
  db.close();
  return found;
}"""
RECORD = """async (wanted) => {
  const { record } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/queue.js`);
  return Promise.all(wanted.map(async ([kind, body]) => (await record(kind, body)).id));
}"""
READY = """async ({ decoder }) => {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration?.active || registration.active.state !== 'activated') return false;
  const { build } = document.documentElement.dataset;
  const shell = await caches.open(`shell-${build}`);
  return !decoder || Boolean(await shell.match(`/static/${build}/vendor/zxing-wasm/reader/zxing_reader.wasm`));
}"""
# For `prepare`: only the page sends.
NO_BACKGROUND_SYNC = "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: undefined });"
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"
IS_COPY = "() => Boolean(document.documentElement.dataset.cachedAt)"
KEPT = """async () => {
  const [name] = (await caches.keys()).filter((each) => each.startsWith('pack-'));
  return name ? (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname).sort() : [];
}"""


class Phone:
    """One phone. `film` is what its camera sees."""

    def __init__(self, playwright: Any, origin: str, profile: Path, film: Path | None = None, prepare: str = "") -> None:
        self.playwright, self.origin, self.profile, self.film, self.prepare = playwright, origin, profile, film, prepare
        self.context: Any = None
        self.page: Any = None
        self.complaints: list[str] = []  # what the browser itself refused: the policy, scripts that broke
        self.strangers: set[str] = set()  # requests to anybody but us
        self.says: Callable[[str], str] = str  # the page's words for English ones
        self.evicted = False  # the browser took the store away under an open page

    # ------------------------------------------------------------ on and off

    def open(self, offline: bool = False) -> Phone:
        """Start the browser, as the person left it."""
        camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={self.film}"] if self.film else []
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM if self.film else SHELL, args=ARGS + camera, viewport=SIZE, has_touch=True, is_mobile=True,
            locale="en-US", timezone_id="Asia/Shanghai", permissions=["camera"], offline=offline,
        )  # fmt: skip
        self.context.set_default_timeout(40_000)  # a busy machine takes its time to open a camera
        self.context.on("request", lambda request: self._look_at(request.url))
        self.context.on("console", self._listen)
        self.context.on("weberror", lambda error: self._hear(str(error.error)))
        if self.prepare:
            self.context.add_init_script(self.prepare)
        self.page = self.context.pages[0]
        return self

    def _hear(self, error: str) -> None:
        # The store's library leaves a read's transaction to itself: when the store is taken away in its midst, nobody waits for that word.
        if not (self.evicted and error.startswith(("AbortError", "Connection is closing because of: Force close"))):
            self.complaints.append(error)

    def _look_at(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:", "about:", "chrome")):
            self.strangers.add(url)

    def _listen(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def close(self) -> None:
        """Swipe the app away."""
        if self.context:
            with contextlib.suppress(Exception):
                self.context.close()
        self.context = None

    def kill(self) -> None:
        """SIGKILL every process of this browser at once."""
        for pid in family(f"--user-data-dir={self.profile}"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not family(f"--user-data-dir={self.profile}"), "the browser is gone")
        self.close()

    def offline(self, off: bool = True) -> None:
        """Flight mode."""
        self.context.set_offline(off)

    # ------------------------------------------------------------ what a person does

    def goto(self, path: str) -> None:
        """Open a page of ours."""
        self.page.goto(self.origin + path)

    def fresh(self, path: str) -> None:
        """Open a page as the server has it now: for one that is slow to answer the phone shows its copy, and a person looks once more."""

        def is_the_servers() -> bool:
            self.goto(path)
            return not self.page.evaluate(IS_COPY)

        self.until(is_the_servers, f"the server's own {path}")

    def sign_in(self, username: str = "guard", then: str = "/today") -> Phone:
        """With user name and password."""
        self.goto(f"/login?form=1&next={then}")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def speak_chinese(self) -> Phone:
        """The page's words are Chinese from now on: as its person has chosen, or as somebody without an account has."""
        form, headers = {"language": "zh_CN", "theme": "auto"}, {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        self.context.request.post(f"{self.origin}/me/settings", form=form, headers=headers)
        self.context.add_cookies([{"name": "language", "value": "zh_CN", "url": self.origin}])
        self.says = in_chinese
        return self

    def ready(self, decoder: bool = False) -> Phone:
        """Until a worker controls the page, a ticket and the whole pack are here and, if wanted, the label reader."""
        self.until(lambda: self.page.evaluate(READY, {"decoder": decoder}), "the worker and its shell", 40, self.worker)
        if not self.page.evaluate(CONTROLLED):
            self.page.reload()  # a page on its way while the worker took over is served from the next one on
        self.until(lambda: self.page.evaluate(CONTROLLED), "the worker in control", 20, self.worker)
        person = self.page.evaluate("() => document.documentElement.dataset.person")
        self.until(lambda: self.pack(person)["pages"], "the pack", 30)
        self.until(lambda: any(key.startswith(f"ticket:{person}") for key in self.meta()), "the ticket")
        return self

    def scan_page(self, round_id: str = "") -> None:
        """Open the scanner and wait until it listens."""
        self.goto("/scan" + (f"?round={round_id}" if round_id else ""))
        self.page.locator(".scan-denied h2, .scan-hint").filter(visible=True).first.wait_for()

    def type_code(self, spot: Spot) -> dict[str, Any]:
        """Type a label's code on the open scanner; gives the new record once the phone says that it is saved."""
        before = {item["id"] for item in self.items()}
        self.page.get_by_role("button", name="Type the code").first.click()
        self.page.get_by_label("The ten characters under the label").fill(f"{spot.code[:5].lower()}-{spot.code[5:]}")
        self.page.get_by_role("button", name="Record").click()
        self.page.locator("dialog[open]").wait_for(state="hidden")
        self.page.locator(".scan-sheet").get_by_text("Saved on this phone").wait_for()
        (new,) = [item for item in self.items() if item["id"] not in before and item["kind"] == "scan"]
        return new

    def record(self, *wanted: tuple[str, dict[str, Any]]) -> list[str]:
        """Put records into the outbox as the page's own forms do; gives their ids when all are saved."""
        return self.page.evaluate(RECORD, [list(each) for each in wanted])  # type: ignore[no-any-return]

    def send_now(self) -> None:
        """The button on /outbox."""
        if not self.page.url.endswith("/outbox"):
            self.goto("/outbox")
        self.page.get_by_role("button", name=self.says("Send now")).click()

    # ------------------------------------------------------------ what the phone holds

    def database(self, name: str) -> dict[str, dict[str, Any]]:
        """Every store of one of the phone's databases, also while a page goes away and the next one comes."""
        (found,) = self.until(lambda: (self.page.evaluate(READ, name) or {},), "the phone's memory")
        return found

    def items(self, ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Records in the outbox, in order of their number."""
        found = self.database("outbox").get("records", {}).values()
        wanted = None if ids is None else set(ids)
        return sorted((item for item in found if wanted is None or item["id"] in wanted), key=lambda item: (item["device"], item["seq"]))

    def item(self, id: str) -> dict[str, Any]:
        """One record."""
        (found,) = self.items([id])
        return found

    def meta(self) -> dict[str, Any]:
        """What the outbox knows besides records."""
        return self.database("outbox").get("meta", {})

    def worker(self) -> object:
        """How far the service worker is."""
        return self.page.evaluate(
            """async () => {
              const all = await navigator.serviceWorker.getRegistrations();
              return [all.map((r) => [r.installing?.state, r.waiting?.state, r.active?.state]), await caches.keys(), location.href];
            }"""
        )

    def pack(self, person: str) -> dict[str, Any]:
        """The page pack as kept."""
        return self.database("pocket").get("packs", {}).get(person) or {"pages": False, "pack": None}

    def kept(self) -> list[str]:
        """The addresses of the pages and photos that the phone keeps."""
        return self.page.evaluate(KEPT)  # type: ignore[no-any-return]

    def until_kept(self, start: str) -> None:
        """Wait until an address that begins so is kept. Photos come after the pages."""
        self.until(lambda: any(path.startswith(start) for path in self.kept()), f"{start} is kept", 30, self.kept)

    def until_remembered(self, seq: int) -> None:
        """Wait until the browser's small memory, too, knows the last number that was given out."""
        known = "seq => Object.keys(localStorage).some((key) => key.startsWith('rounds-seq-') && localStorage[key] === String(seq))"
        self.until(lambda: self.page.evaluate(known, seq), f"number {seq} is remembered")

    def until_state(self, ids: Iterable[str], *states: str, seconds: float = 30) -> list[dict[str, Any]]:
        """Wait until all these records are in one of the states; gives them."""
        ids = list(ids)
        return self.until(
            lambda: (found := self.items(ids)) and len(found) == len(ids) and all(i["state"] in states for i in found) and found,
            f"{states}: {ids}", seconds, lambda: [(i["state"], i["error"]) for i in self.items(ids)],
        )  # fmt: skip

    def until_received(self, ids: Iterable[str], seconds: float = 30) -> list[dict[str, Any]]:
        """Wait until the server has confirmed all of these, photos too."""
        found = self.until_state(ids, "accepted", seconds=seconds)
        return self.until(
            lambda: all(p["done"] for i in self.items([i["id"] for i in found]) for p in i["photos"]) and self.items([i["id"] for i in found]),
            "photos sent", seconds,
        )  # fmt: skip

    def until(self, ask: Callable[[], T], what: str, seconds: float = 20, tell: Callable[[], object] | None = None) -> T:
        """Ask again and again, letting the browser work meanwhile; pages that go away in mid-question are asked again."""

        def patiently() -> Any:
            try:
                return ask()
            except Exception as error:
                if "navigat" not in str(error) and "Execution context" not in str(error):
                    raise
                return None

        return until(patiently, what, seconds, tell, lambda: self.page.wait_for_timeout(60))

    def note(self) -> str:
        """The line above every page that says why nothing leaves."""
        words = self.page.locator("[data-offline-note]").filter(visible=True)
        return words.inner_text() if words.count() else ""


def listens(page: Any) -> None:
    """Wait until a page's own script listens: app.js holds taps until then, but not keys, and no pen on a pad."""
    page.locator("html[data-ready]").wait_for()


def until(
    ask: Callable[[], T], what: str, seconds: float = 20, tell: Callable[[], object] | None = None, rest: Callable[[], object] | None = None
) -> T:
    """The first true answer. Fails, saying what was waited for, after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited in vain for: {what} ({tell() if tell else answer!r})"
        (rest or (lambda: time.sleep(0.05)))()


def family(mark: str) -> list[int]:
    """Processes started with that argument, and their descendants."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().split(b"\0")
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z":
                continue
            parents[int(entry.name)] = int(parent)
            if mark.encode() in line:
                found.add(int(entry.name))
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found)
        found |= more


def moment(text: str) -> datetime:
    """A time as the database or a payload writes it."""
    return datetime.fromisoformat(text)
