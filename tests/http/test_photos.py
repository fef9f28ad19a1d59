"""Pictures in: checked, stored whole, known by the digest of their bytes; and out, as what browsers show."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from tests.making import Browser, Phone, World, looking, named_photo, picture
from webapp.photos.models import Photo


def address(content: bytes) -> str:
    return f"/photos/{hashlib.sha256(content).hexdigest()}"


def headers(phone: Phone, **more: str) -> dict[str, str]:
    return {"Authorization": f"Ticket {phone.ticket}"} | {k.replace("_", "-"): v for k, v in more.items()}


def png(width: int, height: int) -> bytes:
    """A PNG that claims to be so large, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def drawn(kind: str = "JPEG", size: tuple[int, int] = (400, 300), noise: int = 20) -> bytes:
    """A picture with something on it; the more noise, the more bytes."""
    out = io.BytesIO()
    Image.effect_noise(size, noise).convert("RGB").save(out, kind, quality=80)
    return out.getvalue()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64


@pytest.mark.parametrize(
    ("content", "mime", "size"),
    [
        (picture("JPEG"), "image/jpeg", (32, 24)),
        (picture("PNG"), "image/png", (32, 24)),
        (picture("WEBP"), "image/webp", (32, 24)),
        (HEIC, "image/heic", (0, 0)),
    ],
)
def test_each_kind_of_picture_is_stored_once_and_whole(
    app: Flask, phone: Phone, tmp_path: Path, content: bytes, mime: str, size: tuple[int, int]
) -> None:
    assert [phone.put_photo(content).status_code for _ in range(3)] == [201, 200, 200]
    sha256 = hashlib.sha256(content).hexdigest()
    with looking(app) as session:
        kept = session.get(Photo, sha256)
        assert (kept.mime, kept.size, (kept.width, kept.height), kept.person_id) == (mime, len(content), size, phone.person)
    assert [path.read_bytes() for path in (tmp_path / "photos").rglob("*") if path.is_file()] == [content]


def test_a_picture_may_be_posted_with_its_digest_beside_it(phone: Phone) -> None:
    content = picture()
    sha256 = hashlib.sha256(content).hexdigest()
    assert phone.client.post("/photos", data=content, headers=headers(phone, Upload_Digest=sha256)).status_code == 201
    assert phone.client.post(f"/photos?sha256={sha256}", data=content, headers=headers(phone)).status_code == 200


def test_head_tells_how_much_is_here(phone: Phone) -> None:
    content = picture()
    assert phone.client.head(address(content), headers=headers(phone)).status_code == 404
    phone.put_photo(content)
    response = phone.client.head(address(content), headers=headers(phone))
    assert response.status_code == 200
    assert response.headers["Upload-Offset"] == response.headers["Upload-Length"] == str(len(content))
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: c + b"\0", lambda c: c[:20] + b"!" + c[21:], lambda c: b""])
def test_f3_bytes_damaged_on_the_way_are_422_and_not_stored(app: Flask, phone: Phone, tmp_path: Path, damage: object) -> None:
    content = picture()
    response = phone.put_photo(damage(content), hashlib.sha256(content).hexdigest())  # type: ignore[operator]
    assert response.status_code == 422
    assert response.get_json()["error"] == "digest"
    assert not list((tmp_path / "photos").rglob("*"))
    assert phone.put_photo(content).status_code == 201


@pytest.mark.parametrize(
    "content",
    [
        b"", b"text", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<!doctype html><script>alert(1)</script>", b"GIF89a" + b"\0" * 40, b"%PDF-1.7",
        b"BM" + b"\0" * 60, b"\xff\xd8\xff\xe0" + b"\0" * 40, b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypisom" + b"\0" * 60, b"PK\x03\x04" + b"\0" * 40, b"\x7fELF",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_415(app: Flask, phone: Phone, content: bytes) -> None:
    response = phone.put_photo(content)
    assert response.status_code == 415
    assert response.get_json()["error"] == "not-a-picture"
    with looking(app) as session:
        assert session.query(Photo).count() == 0


def test_a_picture_that_is_also_a_page_is_stored_but_never_served_as_one(phone: Phone) -> None:
    """Whatever follows the picture's own bytes: it is handed out as image/jpeg, sandboxed (see test_day)."""
    assert phone.put_photo(picture() + b"<script>alert(1)</script>").status_code == 201


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_f3_a_picture_cut_short_on_the_phone_is_415_and_its_record_stays_accepted(
    app: Flask, phone: Phone, world: World, kind: str, share: float
) -> None:
    """The digest is that of the cut bytes: nothing was lost on the way, and to send it again would not help."""
    content = drawn(kind)
    cut = content[: int(len(content) * share)]
    note = phone.record("note", {"site": "garden", "text": "x"}, photos=[named_photo(cut)])
    assert phone.one(note)["status"] == "accepted"
    response = phone.put_photo(cut)
    assert (response.status_code, response.get_json()["error"]) == (415, "not-a-picture")
    assert phone.one(note)["photos_pending"] == [hashlib.sha256(cut).hexdigest()]
    assert phone.put_photo(content).status_code == 201


def test_the_small_picture_inside_the_exif_block_does_not_pass_for_the_end(phone: Phone) -> None:
    content = drawn()
    exif = b"\xff\xe1" + (2 + len(picture())).to_bytes(2) + picture()
    with_exif = content[:2] + exif + content[2:]
    assert phone.put_photo(with_exif[: len(with_exif) - 2]).status_code == 415
    assert phone.put_photo(with_exif).status_code == 201


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("width", "height", "status"),
    [(50_000, 50_000, 415), (12_000, 10_001, 415), (30_000, 10_000, 415), (12_000, 9_000, 201), (2**31 - 1, 2**31 - 1, 415), (0, 0, 415)],
)
def test_a_decompression_bomb_is_refused_unopened_and_108_megapixels_are_not(phone: Phone, width: int, height: int, status: int) -> None:
    assert phone.put_photo(png(width, height)).status_code == status


def test_twenty_mebibytes_are_taken_and_a_byte_more_is_413(phone: Phone) -> None:
    start = picture()
    limit = 20 * 1024 * 1024
    exact = start + b"\0" * (limit - len(start))
    assert phone.put_photo(exact + b"\0").status_code == 413
    assert phone.put_photo(exact).status_code == 201
    huge = start + b"\0" * (2 * 1024 * 1024 + limit)
    assert phone.put_photo(huge).status_code == 413


@pytest.mark.parametrize("digest", ["x", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "..%2f..%2fsecret", "%00" * 64])
def test_an_address_that_is_no_digest_is_404(phone: Phone, digest: str) -> None:
    assert phone.client.put(f"/photos/{digest}", data=picture(), headers=headers(phone)).status_code == 404


def test_a_photo_without_its_row_is_stored_again(app: Flask, phone: Phone, tmp_path: Path) -> None:
    """The bytes are written before the row: a crash between the two leaves a file that nobody knows."""
    content = picture()
    sha256 = hashlib.sha256(content).hexdigest()
    path = tmp_path / "photos" / sha256[:2] / sha256[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of it")
    assert phone.put_photo(content).status_code == 201
    assert path.read_bytes() == content


def test_a_full_disk_leaves_no_half_file_and_no_row(app: Flask, phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """E4."""
    import os

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused = phone.put_photo(picture())
    assert (refused.status_code, refused.get_json()["error"]) == (507, "full")
    monkeypatch.undo()
    assert not [path for path in (tmp_path / "photos").rglob("*") if path.is_file()]
    assert phone.put_photo(picture()).status_code == 201


def test_f8_the_same_photo_in_two_records_is_stored_once(phone: Phone) -> None:
    content = picture()
    assert [phone.put_photo(content).status_code for _ in range(2)] == [201, 200]


def test_pillow_opens_no_format_but_ours() -> None:
    from webapp.photos.actions import FORMATS

    assert set(FORMATS) == {"JPEG", "PNG", "WEBP"}
    assert Image.MAX_IMAGE_PIXELS is not None


# ---------------------------------------------------------------- HEIC, which browsers other than Apple's do not show


def heic() -> bytes:
    """A real HEIC, red on the left."""
    import pillow_heif

    drawing = Image.new("RGB", (320, 240), "blue")
    drawing.paste((255, 0, 0), (0, 0, 160, 240))
    out = io.BytesIO()
    pillow_heif.from_pillow(drawing).save(out, quality=90)
    return out.getvalue()


@pytest.mark.parametrize("content", [heic(), HEIC], ids=["opens", "does-not"])
def test_a_heic_is_kept_as_it_came_and_shown_as_a_jpeg(
    app: Flask, phone: Phone, tmp_path: Path, sign_in: Callable[[str], Browser], content: bytes
) -> None:
    named = named_photo(content, "image/heic")
    note = phone.record("note", {"site": "garden", "text": "x"}, photos=[named])
    phone.send(note)
    assert phone.put_photo(content).status_code == 201
    supervisor = sign_in("supervisor")
    answers = [supervisor.get(f"/records/{note.id}/photos/{named['sha256']}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data == answers[1].data
    assert (tmp_path / "photos" / named["sha256"][:2] / named["sha256"][2:]).read_bytes() == content
    if content == HEIC:
        assert (answers[0].mimetype, answers[0].data) == ("image/heic", content)
        return
    assert answers[0].mimetype == "image/jpeg"
    with Image.open(io.BytesIO(answers[0].data)) as shown:
        assert shown.size == (320, 240)
        assert [shown.getpixel((x, 120))[0] > 128 for x in (40, 280)] == [True, False]  # type: ignore[index]


@pytest.mark.parametrize("named_first", [True, False])
def test_e12_a_photo_before_or_after_its_record_and_two_of_three(
    phone: Phone, sign_in: Callable[[str], Browser], named_first: bool
) -> None:
    """E12: the record says which photos are pending, whenever they come; the log shows those that are here."""
    contents = [drawn(noise=n) for n in (20, 30, 40)]
    note = phone.record("note", {"site": "garden", "text": "three"}, photos=[named_photo(content) for content in contents])
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    if not named_first:
        phone.put_photo(contents[0])
    assert phone.one(note)["photos_pending"] == digests[0 if named_first else 1 :]
    for content in contents[:2]:
        phone.put_photo(content)
    assert phone.one(note)["photos_pending"] == digests[2:]
    looks = [sign_in("supervisor").get(f"/records/{note.id}/photos/{each}").status_code for each in digests]
    assert looks == [200, 200, 404]
