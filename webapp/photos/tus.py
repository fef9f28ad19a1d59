"""What tus 1.0 says in headers: reading them, and those of every answer. https://tus.io/protocols/resumable-upload"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from email.utils import format_datetime

from flask import Response, request

from webapp.core.problems import Problem
from webapp.photos.partial import Partial

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration"
ALGORITHMS = ("sha1", "sha256")
PIECES = "application/offset+octet-stream"


def mark(response: Response) -> Response:
    """Every answer says which protocol is spoken; how much is here changes with every call."""
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


def check_version() -> None:
    """Raises Problem version (412) when the caller speaks another one."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable", VERSION) != VERSION:
        raise Problem("version")


def number(name: str) -> int:
    """A header's whole number. Raises Problem bad-call."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem("bad-call")
    return int(text)


def metadata() -> dict[str, str]:
    """`Upload-Metadata`: names with their values. Raises Problem bad-call."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Problem("bad-call") from None
    return found


class Piece:
    """The body of a call, read piece by piece, with its checksum (`Upload-Checksum`). Raises Problem bad-call for an unknown one."""

    def __init__(self) -> None:
        algorithm, _, wanted = request.headers.get("Upload-Checksum", "").partition(" ")
        if algorithm and algorithm not in ALGORITHMS:
            raise Problem("bad-call")
        self.digest = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None
        try:
            self.wanted = b64decode(wanted, validate=True)
        except binascii.Error:
            raise Problem("bad-call") from None

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end. Raises werkzeug's ClientDisconnected when the connection broke."""
        piece = request.stream.read(size)
        if self.digest:
            self.digest.update(piece)
        return piece

    def proven(self) -> bool:
        """Are these the bytes that were sent? Yes where no checksum came with them."""
        return self.digest is None or self.digest.digest() == self.wanted


def tell(response: Response, offset: int, length: int, partial: Partial | None = None) -> Response:
    """How much is here; of a picture in pieces also until when they stay."""
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Length"] = str(length)
    if partial is not None:
        response.headers["Upload-Expires"] = format_datetime(partial.expires_at(), usegmt=True)
    return response
