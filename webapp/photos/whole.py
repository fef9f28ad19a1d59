"""Is a picture there to its end? And pictures that no browser shows, made into such as they do."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

MOST_DECODED = 25_000_000  # pixels; beyond, an odd JPEG could ask for more memory than the server has
LONGER_SIDE = 2400  # of a picture made for showing
PNG = b"\x89PNG"
MOST_REDRAWN = 60_000_000  # pixels of a picture that is drawn anew as a whole


def is_whole(mime: str, content: bytes, picture: Image.Image) -> bool:
    """Does the picture reach its own end? Raises what Pillow does for bytes that are broken."""
    if mime == "image/webp":
        return len(content) >= int.from_bytes(content[4:8], "little") + 8
    if mime == "image/png":
        picture.verify()  # every chunk with its checksum, up to IEND
        return content.rfind(b"IEND") >= 0
    if not _ends(content):
        return False
    if picture.width * picture.height <= MOST_DECODED:
        picture.draft("RGB", (picture.width // 8, picture.height // 8))  # reads all of it, at an eighth of the size
        picture.load()
    return True


def _ends(jpeg: bytes) -> bool:
    """Is there an end of image behind the picture's own data? (The small picture inside the EXIF block has one of its own.)"""
    at = 2
    while jpeg[at : at + 1] == b"\xff" and at + 4 <= len(jpeg):
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == 0xDA:
            return jpeg.find(b"\xff\xd9", at) >= 0
        at += 1 if marker == 0xFF else 2 + length
    return False


def jpeg_of_heic(content: bytes) -> bytes | None:
    """The picture as a JPEG, upright; None when it cannot be opened."""
    import pillow_heif

    try:
        heic = pillow_heif.open_heif(content)
        if heic.size[0] * heic.size[1] > Image.MAX_IMAGE_PIXELS:
            return None
        picture = heic.to_pillow().convert("RGB")  # libheif has turned it upright
    except (ValueError, OSError, RuntimeError, EOFError, SyntaxError):
        return None
    picture.thumbnail((LONGER_SIDE, LONGER_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def redrawn(content: bytes, side: int) -> bytes | None:
    """The picture drawn anew: upright, at most so many pixels a side, with nothing but its pixels; None when that cannot be done.

    A JPEG; but a drawing that came as a PNG stays one if that is smaller: its lines stay sharp.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > (MOST_REDRAWN if picture.format == "JPEG" else MOST_DECODED):
                return None
            picture.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((side, side))
            flat = Image.new("RGB", upright.size, "white")  # what is transparent would be black
            flat.paste(upright.convert("RGB"), mask=upright.convert("RGBA").getchannel("A"))
    except (ValueError, OSError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None
    made = _saved(flat, "JPEG", quality=80)
    return min(made, _saved(flat, "PNG"), key=len) if content.startswith(PNG) else made


def _saved(picture: Image.Image, kind: str, **how: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, optimize=True, **how)
    return out.getvalue()
