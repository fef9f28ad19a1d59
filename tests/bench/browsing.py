"""What a browser sees: weight of the first visit, Lighthouse, from frame to "recorded", draining a full outbox."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench import pages, world

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
LIGHTHOUSE = "13.5.0"


@contextmanager
def phone(port: int, folder: Path, who: str | None, args: list[str] | None = None) -> Iterator[tuple[BrowserContext, Page]]:
    """A phone in which somebody has signed in, or nobody."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS + (args or []))
        context = browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN", base_url=f"http://127.0.0.1:{port}")
        if who:
            name, value = pages.sign_in(folder, who).split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        yield context, context.new_page()
        browser.close()


def first_visit(port: int, folder: Path) -> dict[str, Any]:
    """Bytes of HTML, CSS and JavaScript of the first visit to /today after sign-in, as they travel."""
    with phone(port, folder, "guard1") as (context, page):
        weight = _weight(context, page, "/today")
    return _row("first visit to /today: HTML + CSS + JavaScript, kB compressed", weight, 60)


def public_form(port: int, folder: Path, made: world.World) -> dict[str, Any]:
    """The same of the form by which anybody reports a problem, on a phone that has never been here."""
    with phone(port, folder, None) as (context, page):
        weight = _weight(context, page, f"/c/{made.codes[0]}/report")
    return _row("first visit to the public form: HTML + CSS + JavaScript, kB compressed", weight, 40)


def _weight(context: BrowserContext, page: Page, path: str) -> float:
    """Kilobytes of HTML, CSS and JavaScript that a page and its service worker fetch, as they travel."""
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    kinds: dict[str, str] = {}
    total: dict[str, float] = {}
    cdp.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], e["type"]))
    cdp.on("Network.dataReceived", lambda e: total.__setitem__(e["requestId"], total.get(e["requestId"], 0) + e["encodedDataLength"]))
    page.goto(path)
    page.wait_for_function("() => navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    return sum(total.get(key, 0) for key, kind in kinds.items() if kind in ("Document", "Stylesheet", "Script")) / 1000


def _row(what: str, value: float, target: float, detail: str = "") -> dict[str, Any]:
    return {"what": what, "value": round(value, 1), "target": f"≤ {target:g}", "met": value <= target, "detail": detail}


def lighthouse(port: int, folder: Path, bare_port: int) -> list[dict[str, Any]]:
    """Lighthouse with mobile throttling: each page, and the empty page of the same server in the same run."""
    tool = _lighthouse_tool(folder)
    if tool is None:
        return [{"what": "Lighthouse", "value": "not run", "target": "", "met": None, "detail": "needs Node and the npm registry"}]
    floor = _audit(tool, f"http://127.0.0.1:{bare_port}/empty", "")
    rows = []
    targets = pages.addresses(folder) | {"/login": ("/login", "")}
    for name, (path, who) in targets.items():
        cookie = pages.sign_in(folder, who) if who else ""
        seen = _audit(tool, f"http://127.0.0.1:{port}{path}", cookie)
        scores = [seen[k] for k in ("performance", "accessibility", "best-practices")]
        rows.append({"what": f"Lighthouse {name}: performance, accessibility, best practices", "value": " ".join(f"{s:.0f}" for s in scores),
                     "target": "100 100 100", "met": min(scores) == 100, "detail": ""})  # fmt: skip
        rows.append(_row("… largest contentful paint against the empty page's", seen["lcp"] / floor["lcp"], 1.6, f"{seen['lcp']:.0f} ms"))
    return rows


def _lighthouse_tool(folder: Path) -> Path | None:
    if shutil.which("npm") is None:
        return None
    place = folder.parent / "lighthouse"
    tool = place / "node_modules" / ".bin" / "lighthouse"
    if not tool.exists():
        place.mkdir(exist_ok=True)
        done = subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(place), f"lighthouse@{LIGHTHOUSE}"], check=False)
        if done.returncode:
            return None
    return tool


def _audit(tool: Path, url: str, cookie: str, runs: int = 3) -> dict[str, float]:
    """Medians of several runs."""
    seen: list[dict[str, float]] = []
    for _ in range(runs):
        command = [str(tool), url, "--quiet", "--output=json", f"--chrome-flags=--headless=new {' '.join(ARGS[:7])}"]
        command += ["--only-categories=performance,accessibility,best-practices"]
        if cookie:
            command.append("--extra-headers=" + json.dumps({"Cookie": cookie}))
        out = subprocess.run(command, capture_output=True, check=True, env=_environment(), timeout=180).stdout
        report = json.loads(out)
        scores = {key: value["score"] * 100 for key, value in report["categories"].items()}
        seen.append(scores | {"lcp": report["audits"]["largest-contentful-paint"]["numericValue"]})
    return {key: statistics.median(s[key] for s in seen) for key in seen[0]}


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"CHROME_PATH": CHROMIUM}


def drain(port: int, folder: Path, made: world.World, count: int = 500, latency_ms: int = 150) -> dict[str, Any]:
    """Seconds from signal to an empty outbox, with many records saved, every answer late: the page's calls and the worker's."""
    from tests.browser.proxy import Call, Proxy, drop

    def late(call: Call) -> None:
        time.sleep(latency_ms / 1000)
        call.answer(call.forward())

    proxy = Proxy(port)
    with phone(proxy.port, folder, "guard2") as (_context, page):
        page.goto("/outbox")
        page.wait_for_function("() => navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        proxy.on(".", drop)
        page.evaluate(FILL, [made.codes, count])
        proxy.on(".", late)
        begin = time.perf_counter()
        page.click("[data-send-now]")
        page.evaluate(EMPTY)
        took = time.perf_counter() - begin
        calls = len(proxy.asked("POST /sync$"))
    proxy.close()
    return _row(f"draining {count} saved records at {latency_ms} ms latency, s", took, 10, f"{calls} calls")


def cold_start(port: int, folder: Path, slow: int = 4, runs: int = 5) -> dict[str, Any]:
    """Seconds until today's work stands on the screen, without signal, in a page that has to be loaded, the CPU slowed."""
    times = []
    with phone(port, folder, "guard4") as (context, page):
        page.goto("/today")
        page.evaluate(KEPT)
        page.close()
        context.set_offline(True)
        for _ in range(runs):
            cold = context.new_page()
            context.new_cdp_session(cold).send("Emulation.setCPUThrottlingRate", {"rate": slow})
            begin = time.perf_counter()
            cold.goto("/today", wait_until="commit")
            cold.locator('main a[href^="/rounds/"]').first.wait_for()
            times.append(time.perf_counter() - begin)
            cold.close()
    return _row(f"cold start without signal, CPU slowed {slow}×, median s", statistics.median(times), 2)


KEPT = """async () => {
  const pointer = () => new Promise((resolve) => {
    const opening = indexedDB.open('pocket');
    opening.onsuccess = () => {
      const asked = opening.result.transaction('pointers').objectStore('pointers').get('pack');
      asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
    };
  });
  while (!(navigator.serviceWorker.controller && await pointer())) await new Promise((resolve) => setTimeout(resolve, 50));
}"""
FILL = """async ([codes, count]) => {
  const base = document.querySelector('script[type=module]').src.replace(/js\\/app\\.js$/, '');
  const { record } = await import(base + 'js/outbox/queue.js');
  for (let i = 0; i < count; i++) await record('scan', { code: codes[i % codes.length], method: 'typed', round: null, frame: null });
}"""
EMPTY = """async () => {
  const base = document.querySelector('script[type=module]').src.replace(/js\\/app\\.js$/, '');
  const { counts } = await import(base + 'js/outbox/queue.js');
  while ((await counts()).unsent) await new Promise((resolve) => setTimeout(resolve, 50));
}"""


def frame_to_recorded(port: int, folder: Path, made: world.World, slow: int = 4) -> dict[str, Any]:
    """Milliseconds from a frame that was read to "recorded" on the screen, offline, the CPU slowed."""
    from tests.browser import label_pictures

    film = folder / "labels.mjpeg"
    codes = made.codes[:20]
    pictures = [label_pictures.render(f"HTTP://127.0.0.1:8000/C/{code}", seed) for seed, code in enumerate(codes)]
    label_pictures.camera_file(pictures, film)
    with phone(port, folder, "guard3", [f"--use-file-for-fake-video-capture={film}"]) as (context, page):
        context.grant_permissions(["camera"], origin=f"http://127.0.0.1:{port}")
        page.goto("/scan")
        page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slow})
        page.wait_for_function("() => performance.getEntriesByName('scan:shown').length >= 12", timeout=120_000)
        times = page.evaluate(TIMES)
    return _row(f"frame to recorded, offline, CPU slowed {slow}×, median ms", statistics.median(times), 250, f"{len(times)} labels")


TIMES = """() => {
  const at = (name, code) => performance.getEntriesByName(name).find((m) => m.detail.code === code)?.startTime;
  return performance.getEntriesByName('scan:shown').map((m) => m.startTime - at('scan:frame', m.detail.code)).filter((n) => n > 0);
}"""
