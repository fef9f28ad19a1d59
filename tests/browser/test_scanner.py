"""The scan page in a real browser with a camera that is a file: read, recorded, said, without any server behind it.

The page is the product's template and scripts; only Flask is missing: a plain file server stands in, and the pack is
put where the phone keeps it. Journeys through the whole product are tested elsewhere.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2
import pytest

from webapp.core.static import icons_at

from .label_pictures import camera_file, render
from .phone import CHROMIUM
from .test_decoder import PAGE_POLICY, REPOSITORY, WORKER_POLICY, Pictures

sync_api = pytest.importorskip("playwright.sync_api")

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PERSON, DEVICE, SALT = "0196f3a0-0000-7000-8000-00000000000a", "0196f3a0-0000-7000-8000-00000000000d", "5a17"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NAMES = ["B1 power room", "B1 pump room", "B2 sump 3", "B2 lift hall 7", "B2 loading bay"]


def code(eight: str) -> str:
    """A label code: eight characters and the two that check them."""
    value = 0
    for character in eight:
        value = value * 32 + ALPHABET.index(character)
    return eight + ALPHABET[value % 1021 // 32] + ALPHABET[value % 1021 % 32]


CODES = [code(f"7KQ2M4X{n}") for n in range(5)]
UNLISTED = code("ZZZZZZZZ")
ADDRESSES = [f"HTTPS://ROUNDS.EXAMPLE/C/{each}" for each in CODES]


def pack() -> dict[str, Any]:
    """One round with five points, open now; the second point asks for a reading."""
    now = datetime.now(UTC)
    at = {name: (now + timedelta(minutes=m)).isoformat() for name, m in (("early", -30), ("due", 60), ("close", 90))}
    reading = {"id": "q1", "text": "Pressure", "kind": "number", "choices": [], "unit": "MPa", "required": True}
    tidy = {"id": "q2", "text": "Door closed?", "kind": "yes_no", "choices": [], "unit": None, "required": True}
    point = {"order_fixed": False, "not_before": None, "due_until": at["due"], "min_interval_s": 600, "scanned_at": None}
    points = [{**point, "checkpoint": f"cp-{n}", "order": n + 1, "questions": [reading, tidy] if n == 1 else []} for n in range(5)]
    place = {"place": "Basement", "instructions": "down the ramp", "site": "jinxiu", "lat": None, "lon": None, "fence_m": None}
    return {
        "person": {"id": PERSON, "name": "Li"}, "device": DEVICE, "made_at": at["early"], "revision": "1", "build": "t", "day": "2026-11-23",
        "pages": [], "salt": SALT, "posts": [], "colleagues": [], "sites": [],
        "labels": {
            hashlib.sha256((SALT + each).encode()).hexdigest()[:8]: {"checkpoint": f"cp-{n}", "version": 1, "current": n != 3}
            for n, each in enumerate(CODES)
        },
        "checkpoints": {f"cp-{n}": {"name": name, "number": f"B-{n}", **place} for n, name in enumerate(NAMES)},
        "rounds": [{
            "id": "R1", "name": "Basement", "site": "jinxiu", "state": "running", "starts_at": at["early"], "early_from": at["early"],
            "due_until": at["due"], "closes_at": at["close"], "points": points,
        }],
    }  # fmt: skip


def scan_page() -> bytes:
    """The product's own template, with the layout's surroundings empty."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(REPOSITORY / "templates"), autoescape=True)
    environment.globals.update(_=lambda words, **_: words, gettext=lambda words: words, get_flashed_messages=lambda **_: [])
    environment.globals.update(asset=lambda name: f"/static/{name}", svg_icon=icons_at("/static/icons/sprite.svg"))
    environment.filters.update(named=str, day_time=lambda moment, _zone: str(moment))  # of data that this page has none of
    html = environment.get_template("scan/scan.html").render(locale="en", build="t", theme="auto", me={"id": PERSON}, device=DEVICE)
    return html.replace("</head>", '<script type="module" src="/static/js/pages/scan.js"></script></head>').encode()


class Site(Pictures):
    """`/scan` beside the static files; nothing else answers."""

    def do_GET(self) -> None:
        if self.path.startswith("/scan"):
            self.answer("text/html; charset=utf-8", scan_page())
        elif self.path.startswith("/static/"):
            super().do_GET()
        elif self.path == "/empty":
            self.answer("text/html", b"<!doctype html><title>empty</title>")
        else:
            self.send_error(404)

    def end_headers(self) -> None:
        policy = PAGE_POLICY + " blob: data:; style-src 'self'; media-src 'self' blob:; manifest-src 'self'"
        self.send_header("Content-Security-Policy", WORKER_POLICY if "/scan/decoder" in self.path else policy)
        super(Pictures, self).end_headers()


FILL = """async (pack) => {
  const { pocketPut } = await import('/static/js/outbox/store.js');
  await pocketPut('packs', { pack, build: 't', at: Date.now(), pages: true }, pack.person.id);
}"""
RECORDS = """async () => {
  const { records, photo } = await import('/static/js/outbox/store.js');
  const items = (await records()).sort((a, b) => a.seq - b.seq);
  return Promise.all(items.map(async ({ id, kind, payload }) => ({ id, kind, ...JSON.parse(payload),
    kept: await Promise.all(JSON.parse(payload).photos.map(async ({ sha256 }) => (await photo(sha256))?.bytes ?? null)) })));
}"""

DRAFT = """async (words) => {
  const { pocketGet } = await import('/static/js/outbox/store.js');
  return (await pocketGet('drafts')).some(({ values, photos }) => values.text === words && photos.length === 1);
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def round_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = [render(url, n, tilt=10 * n, blur=0.6, light=0.7, noise=5) for n, url in enumerate(ADDRESSES)]
    return camera_file(pictures, tmp_path_factory.mktemp("camera") / "round.mjpeg", seconds_each=2, gap=1)


Open = Callable[..., Any]


@pytest.fixture
def open_page(address: str) -> Iterator[Open]:
    """A phone with today's pack on the scan page: `film` is its camera, none at all without one."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        browsers: list[Any] = []

        def opened(film: Path | None = None, query: str = "?round=R1", allow: bool = True, prepare: str = "") -> Any:
            camera = [f"--use-file-for-fake-video-capture={film}", "--use-fake-device-for-media-stream"] if film else []
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS + camera)
            browsers.append(browser)
            context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"] if allow else [], has_touch=True)
            page = context.new_page()
            page.errors = []
            page.on("pageerror", lambda error: page.errors.append(str(error)))
            page.goto(f"{address}/empty")
            page.evaluate(FILL, pack())
            if prepare:
                page.add_init_script(prepare)
            page.goto(f"{address}/scan{query}")
            return page

        yield opened
        for browser in browsers:
            browser.close()


def scans(page: Any) -> list[dict[str, Any]]:
    return [record for record in page.evaluate(RECORDS) if record["kind"] == "scan"]


def test_a_round_of_five_points_is_read_one_after_another(open_page: Open, round_film: Path) -> None:
    page = open_page(round_film)
    for name in NAMES:
        page.get_by_role("heading", name=name).wait_for(timeout=20_000)
        assert "Saved on this phone" in page.locator(".scan-sheet").inner_text()
    recorded = scans(page)[:5]
    assert [scan["body"]["code"] for scan in recorded] == CODES
    for scan in recorded:
        assert scan["body"]["method"] == "camera" and scan["body"]["round"] == "R1"
        assert scan["photos"][0]["sha256"] == scan["body"]["frame"]
        assert 2_000 < scan["kept"][0] <= 25 * 1024
    assert page.errors == []


def test_a_label_in_view_is_one_scan_and_all_normal_is_one_tap(open_page: Open, tmp_path: Path) -> None:
    page = open_page(camera_file([render(ADDRESSES[0], 1)], tmp_path / "still.mjpeg", seconds_each=4, gap=0))
    page.get_by_role("button", name="All normal").click(timeout=20_000)
    page.locator(".scan").get_by_text("All normal · Saved on this phone").wait_for()
    page.wait_for_timeout(4_000)
    scan, note = page.evaluate(RECORDS)
    assert (scan["kind"], note["kind"]) == ("scan", "note")
    assert note["body"] == {
        "about": scan["id"], "round": "R1", "checkpoint": "cp-0", "site": "jinxiu", "result": "normal", "answers": {}, "text": "",
    }  # fmt: skip
    assert note["after"] == [scan["id"]]


def type_code(page: Any, text: str) -> None:
    page.get_by_role("button", name="Type the code").first.click()
    page.get_by_label("The ten characters under the label").fill(text)
    page.get_by_role("button", name="Record").click()


def test_without_a_camera_a_typed_code_is_recorded(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("heading", name="No camera found").wait_for()
    type_code(page, CODES[0][:9] + ("0" if CODES[0][9] != "0" else "1"))
    page.locator(".scan").get_by_text("one character is wrong").wait_for()
    page.get_by_label("The ten characters under the label").fill(f"{CODES[0][:5].lower()}-{CODES[0][5:]}")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=NAMES[0]).wait_for()
    (scan,) = scans(page)
    assert (scan["body"]["method"], scan["body"]["frame"], scan["photos"]) == ("typed", None, [])


def test_required_questions_are_asked_for_and_the_rest_answered(open_page: Open) -> None:
    page = open_page()
    type_code(page, CODES[1])
    page.get_by_role("button", name="All normal").click()
    page.locator(".scan").get_by_text("Please answer this first.").wait_for()
    page.get_by_label("Pressure").fill("0.4")
    page.get_by_role("button", name="All normal").click()
    page.locator(".scan").get_by_text("All normal · Saved on this phone").wait_for()
    assert page.evaluate(RECORDS)[1]["body"]["answers"] == {"q1": 0.4, "q2": True}


def test_an_issue_with_a_photo_survives_the_page_being_closed(open_page: Open, tmp_path: Path) -> None:
    photo = tmp_path / "wall.jpg"
    render(ADDRESSES[0], 7, noise=20, size=(2400, 1800)).save(photo, quality=95)
    page = open_page()
    type_code(page, CODES[0])
    page.get_by_role("button", name="Something is wrong").click()
    page.get_by_label("What is wrong?").fill("Water on the floor")
    page.locator('[name="photos"]').set_input_files(photo)
    page.locator(".shots img").wait_for()
    page.wait_for_function(DRAFT, arg="Water on the floor")
    page.reload()
    page.locator(".shots img").wait_for()
    assert page.get_by_label("What is wrong?").input_value() == "Water on the floor"
    page.get_by_role("button", name="Save").click()
    page.locator(".scan").get_by_text("Problem noted · Saved on this phone").wait_for()
    scan, note = page.evaluate(RECORDS)
    assert (note["body"]["about"], note["body"]["result"], note["body"]["text"]) == (scan["id"], "issue", "Water on the floor")
    assert 5_000 < note["kept"][0] < photo.stat().st_size
    page.reload()
    page.get_by_role("heading", name="No camera found").wait_for()
    assert page.locator(".scan-sheet").count() == 0, "the draft is gone once it is a record"


def test_a_wrong_scan_is_taken_back_in_two_taps(open_page: Open) -> None:
    page = open_page()
    type_code(page, CODES[0])
    page.get_by_role("button", name="Not this one").click()
    page.get_by_role("button", name="Take it back").click()
    page.locator(".scan").get_by_text("Taken back · Saved on this phone").wait_for()
    scan, correction = page.evaluate(RECORDS)
    assert (correction["kind"], correction["body"]["about"], correction["body"]["verb"]) == ("correction", scan["id"], "withdraw")
    page.get_by_role("button", name="Scan on").click()
    type_code(page, CODES[0])
    page.locator(".scan").get_by_text("On time").wait_for()


def test_old_and_unlisted_labels_are_recorded_and_explained(open_page: Open) -> None:
    page = open_page()
    type_code(page, CODES[3])
    page.locator(".scan").get_by_text("an older label").wait_for()
    type_code(page, UNLISTED)
    page.locator(".scan").get_by_text("the office looks it up").wait_for()
    assert [scan["body"]["code"] for scan in scans(page)] == [CODES[3], UNLISTED]


def test_a_scan_by_link_is_recorded_once(open_page: Open) -> None:
    page = open_page(query=f"?code={CODES[2]}")
    page.get_by_role("heading", name=NAMES[2]).wait_for()
    page.reload()
    page.get_by_role("heading", name="No camera found").wait_for()
    (scan,) = scans(page)
    assert (scan["body"]["method"], scan["body"]["round"]) == ("link", "R1")


def test_a_foreign_code_is_named_and_not_recorded(open_page: Open, tmp_path: Path) -> None:
    page = open_page(camera_file([render("https://example.com/menu", 1)], tmp_path / "menu.mjpeg", seconds_each=3, gap=0))
    page.locator(".scan").get_by_text("This is not a Rounds label.").wait_for(timeout=20_000)
    assert scans(page) == []


REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"


def test_G13_with_the_camera_refused_the_code_is_typed(open_page: Open) -> None:
    page = open_page(prepare=REFUSED)
    page.get_by_role("heading", name="The camera is blocked").wait_for()
    type_code(page, CODES[0])
    page.get_by_role("heading", name=NAMES[0]).wait_for()
    (scan,) = scans(page)
    assert scan["body"]["method"] == "typed"


def test_G13_a_refused_camera_leaves_a_photo_of_the_label(open_page: Open, tmp_path: Path) -> None:
    label = tmp_path / "label.jpg"
    render(ADDRESSES[4], 2, tilt=30, blur=1, size=(1600, 1200)).save(label)
    page = open_page(prepare=REFUSED)
    page.get_by_role("heading", name="The camera is blocked").wait_for()
    page.locator('[name="label"]').set_input_files(label)
    page.get_by_role("heading", name=NAMES[4]).wait_for()
    (scan,) = scans(page)
    assert scan["body"]["method"] == "typed" and scan["body"]["frame"]


def test_without_webassembly_the_code_is_typed(open_page: Open, round_film: Path) -> None:
    page = open_page(round_film, prepare="window.Worker = class { constructor() { throw new Error('none') } }")
    page.get_by_role("heading", name="This browser cannot read labels").wait_for()
    type_code(page, CODES[0])
    page.get_by_role("heading", name=NAMES[0]).wait_for()


def test_torch_and_zoom_only_where_the_camera_has_them(open_page: Open, round_film: Path) -> None:
    able = """
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 4, step: 0.1 } });
      MediaStreamTrack.prototype.applyConstraints = async (wish) => { (window.wishes ??= []).push(wish.advanced[0]); };"""
    page = open_page(round_film, prepare=able)
    torch = page.get_by_role("button", name="Torch")
    torch.click(timeout=20_000)
    assert torch.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Zoom, now 1×").click()
    page.get_by_role("button", name="Zoom, now 2×").wait_for()
    assert page.evaluate("window.wishes") == [{"torch": True}, {"zoom": 2}]
    plain = open_page(round_film)
    plain.locator(".scan-hint").wait_for(timeout=20_000)
    assert plain.get_by_role("button", name="Torch").count() == 0


def test_the_camera_is_released_when_nobody_looks(open_page: Open, round_film: Path) -> None:
    page = open_page(round_film)
    page.locator(".scan-hint").wait_for(timeout=20_000)
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    assert page.evaluate("document.querySelector('video').srcObject === null")
    page.evaluate(hide, False)
    page.wait_for_function("() => document.querySelector('video').srcObject?.active === true")
    assert json.dumps(page.errors) == "[]"


NATIVE = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code']; }
  async detect(picture) {
    if (picture.width === 64) return [];
    window.asked = (window.asked ?? 0) + 1;
    if (%s) throw new Error('the service is being updated');
    return [{ rawValue: '%s' }];
  }
}"""


def test_the_phones_own_detector_is_used_where_it_reads_qr(open_page: Open, round_film: Path) -> None:
    page = open_page(round_film, prepare=NATIVE % ("false", ADDRESSES[4]))
    page.get_by_role("heading", name=NAMES[4]).wait_for(timeout=20_000)
    assert page.evaluate("window.asked") >= 1
    assert scans(page)[0]["body"]["frame"]


def test_ours_takes_over_when_the_phones_detector_fails(open_page: Open, round_film: Path) -> None:
    page = open_page(round_film, prepare=NATIVE % ("true", ""))
    page.get_by_role("heading", name=NAMES[0]).wait_for(timeout=30_000)
    assert page.evaluate("window.asked") == 1


def test_nothing_is_said_to_be_saved_when_it_is_not(open_page: Open) -> None:
    page = open_page(prepare="IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError') }")
    type_code(page, CODES[0])
    page.locator(".scan").get_by_text("Not saved: this phone is full").wait_for()
    assert page.locator(".scan-sheet").count() == 0


def test_the_scanner_meets_the_accessibility_rules(open_page: Open, tmp_path: Path) -> None:
    axe = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not installed (npm ci)")
    page = open_page(camera_file([render(ADDRESSES[1], 1)], tmp_path / "still.mjpeg", seconds_each=4, gap=0))
    page.get_by_role("heading", name=NAMES[1]).wait_for(timeout=20_000)
    page.evaluate(axe.read_text())
    rules = "async () => (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0].html])"
    assert page.evaluate(rules) == []
    assert NAMES[1] in page.locator("#announce").inner_text()
    page.get_by_role("button", name="Something is wrong").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.name === 'text'")
    assert page.evaluate(rules) == []
