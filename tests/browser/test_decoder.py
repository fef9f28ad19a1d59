"""The decoder that ships, in a real browser under the product's policy: photographs nobody here took, and labels under
the conditions of a night round.

The photographs lie outside the repository (`shared/real/qr-photos` beside it); without them that part is skipped.
"""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PIL import Image

from .label_pictures import blank, render
from .phone import SHELL

sync_api = pytest.importorskip("playwright.sync_api")

REPOSITORY = Path(__file__).parents[2]
STATIC = REPOSITORY / "static"
PHOTOS = REPOSITORY.parent / "shared" / "real" / "qr-photos"
EXPECTED: dict[str, str] = json.loads((PHOTOS / "expected.json").read_text()) if PHOTOS.exists() else {}

PAGE_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self'"
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
ADDRESS = "HTTPS://ROUNDS.EXAMPLE/C/7KQ2M4XPC9"

READ = """async ({name, every}) => {
  window.reader ??= await (await import('/static/js/scan/reader.js')).wasmReader();
  const bitmap = await createImageBitmap(await (await fetch('/picture/' + name)).blob());
  const started = performance.now();
  const found = await window.reader.read(bitmap, {every});
  return {text: found && found.text, frame: found && found.frame && found.frame.bytes, ms: performance.now() - started};
}"""


class Pictures(http.server.SimpleHTTPRequestHandler):
    """`/static/…` as the product serves it, `/picture/<name>` from memory, and an empty page."""

    pictures: ClassVar[dict[str, bytes]] = {}
    extensions_map: ClassVar[dict[str, str]] = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".js": "text/javascript",
    }

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
        elif self.path.startswith("/picture/"):
            self.answer("image/png", self.pictures[self.path.removeprefix("/picture/")])
        else:
            self.answer("text/html", b"<!doctype html><title>decoder</title>")

    def translate_path(self, path: str) -> str:
        return str(STATIC / path.removeprefix("/static/"))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", WORKER_POLICY if "/scan/decoder" in self.path else PAGE_POLICY)
        super().end_headers()

    def answer(self, mime: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    if not Path(SHELL).exists():
        pytest.skip(f"no browser at {SHELL}")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pictures, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://localhost:{server.server_port}/")
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


def read(page: Any, image: Image.Image, every: bool = True) -> dict[str, Any]:
    """What the decoder says about one picture."""
    file = BytesIO()
    image.convert("RGB").save(file, "PNG", compress_level=1)
    Pictures.pictures["it.png"] = file.getvalue()
    found: dict[str, Any] = page.evaluate(READ, {"name": "it.png", "every": every})
    return found


def plain(text: str) -> str:
    """The text without what `expected.json` does not tell: it quotes some texts a second time (\\" and \\' for " and ')
    while the bookmark format has backslashes of its own (http\\:), and it dropped blanks at the ends of lines. So neither
    backslashes nor such blanks are compared; everything else is."""
    return "\n".join(line.strip() for line in text.replace("\\", "").strip().splitlines())


@pytest.mark.skipif(not EXPECTED, reason="shared/real/qr-photos is not beside this repository")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_photographs_are_read(page: Any, name: str) -> None:
    found = read(page, Image.open(PHOTOS / name))
    assert found["text"] is not None, "not read"
    assert plain(found["text"]) == plain(EXPECTED[name])


@pytest.mark.parametrize("tilt", [0, 15, 30, 40, 50])
def test_tilted_labels_are_read(page: Any, tilt: int) -> None:
    for seed in range(4):
        assert read(page, render(ADDRESS, seed, tilt=tilt))["text"] == ADDRESS, f"seed {seed}"


@pytest.mark.parametrize("blur", [1, 2, 3])
def test_blurred_labels_are_read(page: Any, blur: float) -> None:
    for seed in range(4):
        assert read(page, render(ADDRESS, seed, tilt=20, blur=blur))["text"] == ADDRESS, f"seed {seed}"


@pytest.mark.parametrize(("light", "noise"), [(0.6, 8), (0.35, 12), (0.2, 5)])
def test_labels_in_poor_light_are_read(page: Any, light: float, noise: float) -> None:
    for seed in range(4):
        assert read(page, render(ADDRESS, seed, tilt=20, light=light, noise=noise))["text"] == ADDRESS, f"seed {seed}"


# Harsh on purpose: no single picture must be read, but the share must not fall when the decoder's options are changed.
@pytest.mark.parametrize(
    ("conditions", "least"),
    [
        ({"tilt": 20, "light": 0.2, "noise": 10}, 18),
        ({"tilt": 20, "dirt": 0.01}, 16),
        ({"tilt": 20, "dirt": 0.02}, 14),
        ({"tilt": 40, "blur": 2, "light": 0.4, "noise": 10, "dirt": 0.02}, 11),
        ({"side": 110, "tilt": 30, "blur": 1.2, "noise": 8}, 15),
    ],
)
def test_most_of_the_harsh_pictures_are_read(page: Any, conditions: dict[str, float], least: int) -> None:
    texts = [read(page, render(ADDRESS, seed, **conditions))["text"] for seed in range(20)]
    assert set(texts) <= {ADDRESS, None}, "nothing else is ever read"
    assert texts.count(ADDRESS) >= least


def test_small_and_off_centre_labels_are_read(page: Any) -> None:
    assert read(page, render(ADDRESS, 1, side=110))["text"] == ADDRESS
    assert read(page, render(ADDRESS, 1, side=200, offset=(-480, 180)))["text"] == ADDRESS


def test_a_bare_wall_reads_as_nothing(page: Any) -> None:
    for seed in range(6):
        assert read(page, blank(seed))["text"] is None


def test_the_scan_frame_is_small_and_comes_with_the_read(page: Any) -> None:
    busy = render(ADDRESS, 3, tilt=25, light=0.7, noise=35)
    found = read(page, busy)
    assert found["text"] == ADDRESS
    assert 2_000 < found["frame"] <= 25 * 1024


def test_a_live_picture_is_read_within_one_cycle(page: Any) -> None:
    image = render(ADDRESS, 5, side=200, offset=(-480, 180))  # only the full frame holds it
    answers = [read(page, image, every=False) for _ in range(4)]
    assert ADDRESS in [answer["text"] for answer in answers]
