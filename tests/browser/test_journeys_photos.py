"""Photos: taken with the camera in the page or with the phone's own, stamped, upright, small; kept through whatever happens to the
page, and sent over links that break, after the records and past each other.

Names carry the lines of the failure list (F1–F9, and what of A11–E14 concerns photos).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import MakePhone
from .label_pictures import camera_file, render
from .phone import Phone
from .proxy import Call, Proxy, Reply
from .serving import REPOSITORY, Server, World

SHOTS = REPOSITORY / "test-results" / "photos"
VEST = (221, 249, 60)
ENOUGH = 350 * 1024


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: a wall with something on it, at 720p."""
    path = tmp_path_factory.mktemp("film") / "wall.mjpeg"
    camera_file([render(f"https://rounds.example/{n}", n, noise=12, size=(1280, 720)) for n in range(2)], path, seconds_each=2, gap=1)
    return path


@pytest.fixture(scope="module")
def guard(playwright: Any, proxy: Proxy, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """A guard's phone with a camera, for the whole module."""
    phone = Phone(playwright, proxy.origin, tmp_path_factory.mktemp("phone"), film).open()
    yield phone.sign_in().ready()
    phone.close()
    assert (phone.complaints, phone.strangers) == ([], set())


@pytest.fixture
def phone(guard: Phone) -> Iterator[Phone]:
    yield guard
    guard.offline(False)


def open_note(phone: Phone, world: World) -> Any:
    """The note of a round; gives its form."""
    phone.goto(f"/rounds/{world.main}")
    phone.page.get_by_role("button", name="More").first.click()
    form = phone.page.locator('form[data-outbox="note"][data-taken]')
    phone.page.locator("summary", has_text="Write a note").click()
    form.get_by_role("button", name="Take a photo").wait_for()
    return form


def shoot(phone: Phone) -> Any:
    """Press the shutter once the camera is live; gives the photo under review."""
    phone.page.locator('[data-part="shutter"]:not(:disabled)').click()
    shot = phone.page.locator('img[data-part="shot"]')
    shot.wait_for()
    phone.until(lambda: shot.evaluate("(image) => image.complete && image.naturalWidth"), "the photo is shown")
    return shot


def use(phone: Phone, count: int) -> None:
    phone.page.get_by_role("button", name="Use this photo").click()
    phone.page.get_by_text(f"{count} photo" + ("s" if count > 1 else "") + " kept").wait_for()


def picture(server: Server, sha256: str) -> Image.Image:
    """The stored picture, opened."""
    return Image.open(io.BytesIO((server.folder / "photos" / sha256[:2] / sha256[2:]).read_bytes()))


def stamped(image: Image.Image) -> bool:
    """Does the bright edge of the stamp stand at the foot, on the left?"""
    image = image.convert("RGB")
    found = image.getpixel((2, image.height - 6))
    return all(abs(a - b) < 40 for a, b in zip(found, VEST, strict=True))  # type: ignore[arg-type]


def note_of(phone: Phone) -> dict[str, Any]:
    """The newest note in the outbox."""
    return [item for item in phone.items() if item["kind"] == "note"][-1]


def test_two_photos_in_a_row_stamped_small_and_with_their_originals_digest(phone: Phone, server: Server, world: World) -> None:
    form = open_note(phone, world)
    phone.offline()
    form.get_by_label("Note").fill("Two photos")
    form.get_by_role("button", name="Take a photo").click()
    shoot(phone)
    phone.page.screenshot(path=SHOTS / "review.png")
    phone.page.get_by_role("button", name="Take it again").click()
    phone.page.screenshot(path=SHOTS / "live.png")
    for count in (1, 2):
        shoot(phone)
        use(phone, count)
    phone.page.get_by_role("button", name="Done").click()
    assert form.locator(".shots img").count() == 2
    phone.page.screenshot(path=SHOTS / "form.png")
    form.get_by_role("button", name="Save").click()
    phone.page.wait_for_url(lambda url: "/rounds/" in url)
    note = phone.until(lambda: (n := note_of(phone)) and json.loads(n["payload"])["body"]["text"] == "Two photos" and n, "the note")
    named = json.loads(note["payload"])["photos"]
    assert len(named) == 2
    phone.offline(False)
    phone.until_received([note["id"]], seconds=60)
    for each in named:
        assert len(each["original"]) == 64 and each["original"] != each["sha256"]
        image = picture(server, each["sha256"])
        image.save(SHOTS / f"stored-{each['sha256'][:6]}.png")
        assert (image.format, image.size, stamped(image)) == ("JPEG", (1280, 720), True)
        assert 5_000 < each["bytes"] <= ENOUGH
