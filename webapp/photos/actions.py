"""Taking in a picture: checked, stored whole and synced to disk, known by its digest."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError

from webapp.core import clock, faults
from webapp.core.db import db, insert_new
from webapp.core.files import data_folder, write_whole
from webapp.core.problems import Problem
from webapp.photos import whole
from webapp.photos.models import Photo
from webapp.photos.partial import Partial, room

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 120_000_000  # a decompression bomb, not a phone's picture
Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow's own limit would warn about pictures that phones do take
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
VERDICTS = {"too-large", "digest", "not-a-picture"}  # on the bytes; no further try changes them
PDF = "application/pdf"
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def path_of(sha256: str) -> Path:
    """Where the bytes lie: two levels, so that no folder grows large."""
    return data_folder() / "photos" / sha256[:2] / sha256[2:]


def look_at(content: bytes) -> tuple[str, int, int]:
    """MIME type, width, height in pixels (0, 0 for HEIC, which is kept unopened). Raises Problem not-a-picture, also for one cut short."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "image/heic", 0, 0
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            width, height = picture.size
            mime = FORMATS[picture.format or ""]
            if width * height > MOST_PIXELS or not whole.is_whole(mime, content, picture):
                raise Problem("not-a-picture")
            return mime, width, height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, Image.DecompressionBombError):
        raise Problem("not-a-picture") from None


def look_at_paper(content: bytes) -> tuple[str, int, int]:
    """As `look_at`, of a picture or of a whole PDF, which is never opened here: it is only handed out again, to be kept (`hand_out`)."""
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-1_024:]:
            raise Problem("not-a-picture")
        return PDF, 0, 0
    return look_at(content)


def store(sha256: str, content: bytes, person_id: UUID | None, look: Callable[[bytes], tuple[str, int, int]] = look_at) -> bool:
    """Keep a picture (or what `look` takes) under its digest. True when it is new, False when it was here.

    Raises Problem: too-large (413), digest (422: the bytes are others), not-a-picture (415), full (507: no room on disk).
    """
    if len(content) > MOST_BYTES:
        raise Problem("too-large")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Problem("digest")
    mime, width, height = look(content)
    path = path_of(sha256)
    # Before the row: a row means that the bytes are on disk. And before the database is asked at all: its one writer waits for no disk.
    if not path.exists() or path.read_bytes() != content:
        with room():
            write_whole(path, content)
    row = {
        "sha256": sha256,
        "mime": mime,
        "size": len(content),
        "width": width,
        "height": height,
        "person_id": person_id,
        "stored_at": clock.now(),
    }
    new = db.session.scalar(insert_new(Photo, [row], "sha256").returning(Photo.sha256)) is not None
    faults.reach("photo.stored")
    return new


def store_partial(sha256: str, partial: Partial, person_id: UUID) -> bool:
    """Keep a picture whose pieces are all here. What cannot become a picture is forgotten, so that the phone begins anew. As `store`."""
    try:
        new = store(sha256, partial.content(), person_id)
    except Problem as problem:
        if problem.code in VERDICTS:
            partial.drop()
        raise
    # Should the commit fail, the pieces are still here for the next try.
    sa.event.listen(db.session(), "after_commit", lambda _session: partial.drop(), once=True)
    return new


def store_office(content: bytes, person_id: UUID | None) -> str:
    """Keep a picture that came with a form (`person_id`: of whom, if of our people); gives its digest. Raises Problem too-large, not-a-picture."""
    sha256 = hashlib.sha256(content).hexdigest()
    store(sha256, content, person_id)
    return sha256


def store_papers(contents: Sequence[bytes], person_id: UUID) -> list[str]:
    """Keep pictures and PDFs that came with a form, all or none; gives their digests. Asks the database nothing before all were looked at.

    Raises Problem as `store_office`.
    """
    papers = []
    for content in contents:
        if len(content) > MOST_BYTES:
            raise Problem("too-large")
        papers.append((hashlib.sha256(content).hexdigest(), content, look_at_paper(content)))
    for sha256, content, seen in papers:
        store(sha256, content, person_id, _as_seen(seen))
    return [sha256 for sha256, *_rest in papers]


def _as_seen(seen: tuple[str, int, int]) -> Callable[[bytes], tuple[str, int, int]]:
    """For `store`, of what was looked at already."""
    return lambda _content: seen


def drawn(content: bytes, side: int = 1280) -> bytes:
    """A picture that explains something, drawn anew: small, upright, and free of where it was taken. Asks no database: that takes a second.

    Raises Problem too-large, not-a-picture.
    """
    if len(content) > MOST_BYTES:
        raise Problem("too-large")
    mime, _width, _height = look_at(content)
    opened = whole.jpeg_of_heic(content) if mime == "image/heic" else content
    made = whole.redrawn(opened, side) if opened else None
    if made is None:
        raise Problem("not-a-picture")
    return made
