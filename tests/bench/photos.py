"""Photos through a weak link: the phone's own sending code in a real browser, the real server, and between them a link that is slow and
resets a share of all requests at any byte.

At 50 kB a second, 200 photos of 300 kB take twenty minutes. The link here is `SPEED` times as fast and otherwise the same: the same share
of requests is reset, at a random byte of each. What this cannot show is the phone's own patience (20 s without an answer), which no call
reaches at that speed; tests/js/pieces.test.mjs holds it to that.
"""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path
from typing import Any

from PIL import Image

from tests.bench import pages
from tests.bench.load import served
from tests.bench.world import World
from tests.browser.phone import CHROMIUM, Phone
from tests.weak_link import WeakLink

PHOTOS, A_RECORD = 200, 5
SIZE = 300 * 1000  # bytes
RATE, RESETS, SPEED = 50_000, 0.2, 40
MOST = 1.3  # bytes sent for each one stored

# Photos that differ in some bytes behind the picture's end, put into the outbox as pages do it.
FILL = """async ([picture, records, each]) => {
  const { record } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/queue.js`);
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const one = () => {
    const photo = new Uint8Array(bytes.length + 16);
    photo.set(bytes);
    crypto.getRandomValues(photo.subarray(bytes.length));
    return { data: photo.buffer, mime: 'image/jpeg' };
  };
  const ids = [];
  for (let n = 0; n < records; n += 1) {
    const photos = Array.from({ length: each }, one);
    ids.push((await record('note', { site: 'bench', text: `photos ${n}` }, { photos })).id);
  }
  return ids;
}"""
LEFT = """async () => {
  const { records } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/store.js`);
  return (await records()).flatMap((item) => item.photos.filter(({ done }) => !done).map(({ stuck }) => stuck));
}"""


def jpeg(size: int = SIZE) -> bytes:
    """A picture of about so many bytes."""
    side = 200
    while True:
        out = io.BytesIO()
        Image.effect_noise((side, side), 60).convert("RGB").save(out, "JPEG", quality=85)
        if out.tell() >= size:
            return out.getvalue()
        side += 20


def fill(phone: Phone, photos: int, picture: bytes) -> list[str]:
    """So many photos in the phone's outbox, without signal; gives their records' ids."""
    phone.offline()
    ids: list[str] = phone.page.evaluate(FILL, [base64.b64encode(picture).decode(), photos // A_RECORD, A_RECORD])
    return ids


def drain(phone: Phone, link: WeakLink, seconds: float) -> float:
    """Signal comes; how long until every photo is there, in seconds. Nobody touches the phone meanwhile."""
    begun = time.monotonic()
    phone.offline(False)
    while left := phone.page.evaluate(LEFT):
        assert time.monotonic() - begun < seconds, f"{len(left)} photos are left, {link.up} bytes sent"
        phone.page.wait_for_timeout(500)
    return time.monotonic() - begun


def measure(_made: World, folder: Path) -> list[dict[str, Any]]:
    """The figure, as a row of the bench."""
    if not Path(CHROMIUM).exists():
        return [{"what": "Photos through a weak link", "value": "skipped: no browser"}]
    from playwright.sync_api import sync_playwright

    with served("webapp.wsgi:app", folder) as port, sync_playwright() as playwright:
        link = WeakLink(port)
        phone = Phone(playwright, link.origin, folder / "phone-on-a-weak-link").open()
        try:
            name, value = pages.sign_in(folder, "guard1").split("=", 1)
            phone.context.add_cookies([{"name": name, "value": value, "url": link.origin}])
            phone.goto("/today")
            return [_measured(phone.ready(), link)]
        finally:
            phone.close()
            link.close()


def _measured(phone: Phone, link: WeakLink) -> dict[str, Any]:
    picture = jpeg()
    fill(phone, PHOTOS, picture)
    link.log.clear()
    link.rate, link.resets = RATE * SPEED, RESETS
    took = drain(phone, link, 900)
    sent, stored = link.sent(r" /photos/"), PHOTOS * (len(picture) + 16)
    tries = [crossing for crossing in link.log if " /photos/" in crossing.line]
    reset = sum(crossing.reset for crossing in tries)
    return {
        "what": f"Photos: bytes sent for each byte stored ({PHOTOS} of 300 kB, 50 kB/s, 20 % resets)",
        "value": f"{sent / stored:.3f}",
        "target": f"<= {MOST}",
        "met": sent <= MOST * stored,
        "detail": f"{len(tries)} requests, {reset} reset; {took:.0f} s on a link {SPEED} times as fast; {sent / RATE / 60:.0f} min at 50 kB/s for these bytes alone",
    }
