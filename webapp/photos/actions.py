"""Taking in a picture: checked, stored whole and synced to disk, known by its digest."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from uuid import UUID

from PIL import Image, UnidentifiedImageError

from webapp.core import clock
from webapp.core.db import db, insert_new
from webapp.core.files import data_folder, write_whole
from webapp.core.problems import Problem
from webapp.photos.models import Photo

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 120_000_000  # a decompression bomb, not a phone's picture
Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow's own limit would warn about pictures that phones do take
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def path_of(sha256: str) -> Path:
    """Where the bytes lie: two levels, so that no folder grows large."""
    return data_folder() / "photos" / sha256[:2] / sha256[2:]


def look_at(content: bytes) -> tuple[str, int, int]:
    """MIME type, width, height in pixels (0, 0 for HEIC, which is kept unopened). Raises Problem not-a-picture."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "image/heic", 0, 0
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Problem("not-a-picture")
            return FORMATS[picture.format or ""], width, height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, Image.DecompressionBombError):
        raise Problem("not-a-picture") from None


def store(sha256: str, content: bytes, person_id: UUID | None) -> bool:
    """Keep a picture under its digest. True when it is new, False when it was here.

    Raises Problem: too-large (413), digest (422: the bytes are others), not-a-picture (415).
    """
    if len(content) > MOST_BYTES:
        raise Problem("too-large")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Problem("digest")
    if db.session.get(Photo, sha256) is not None:
        return False
    mime, width, height = look_at(content)
    write_whole(path_of(sha256), content)  # before the row: a row means that the bytes are on disk
    row = {
        "sha256": sha256,
        "mime": mime,
        "size": len(content),
        "width": width,
        "height": height,
        "person_id": person_id,
        "stored_at": clock.now(),
    }
    db.session.execute(insert_new(Photo, [row], "sha256"))  # another connection may have brought it meanwhile
    return True


def store_office(content: bytes, person_id: UUID) -> str:
    """Keep a picture that came with an office form; gives its digest. Raises Problem too-large, not-a-picture."""
    sha256 = hashlib.sha256(content).hexdigest()
    store(sha256, content, person_id)
    return sha256
