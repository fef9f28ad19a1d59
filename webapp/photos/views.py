"""`/photos/<sha256>`: pictures in, under a ticket, whole or in pieces (tus 1.0); handing out is for the slice that owns the record."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Flask, Response, jsonify, request, send_file

from webapp.core import gate, tasks
from webapp.core.db import db
from webapp.core.files import write_whole
from webapp.core.problems import Problem
from webapp.people import tickets
from webapp.photos import actions, partial, tus, whole
from webapp.photos.models import Photo

photos = Blueprint("photos", __name__)
photos.before_request(tus.check_version)
photos.after_request(tus.mark)
DIGEST = re.compile(r"[0-9a-f]{64}")


def _digest(text: str) -> str:
    if not DIGEST.fullmatch(text):
        raise Problem("not-found")
    return text


def _stored(sha256: str, new: bool, length: int) -> Response:
    response = jsonify(sha256=sha256, stored=True)
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/photos/{sha256}"
    return tus.tell(response, length, length)


def _take(sha256: str) -> Response:
    ticket = tickets.presented()  # before a byte of the picture is read
    content = request.get_data()
    return _stored(sha256, actions.store(_digest(sha256), content, ticket.person_id), len(content))


@photos.route("/photos", methods=["OPTIONS"], provide_automatic_options=False)
@photos.route("/photos/<sha256>", methods=["OPTIONS"], provide_automatic_options=False)
@gate.ticket
def options(sha256: str = "") -> Response:  # noqa: ARG001  the same for every picture
    """What is spoken here. Nothing personal: no ticket is asked for."""
    response = Response(status=204)
    response.headers["Tus-Version"] = tus.VERSION
    response.headers["Tus-Extension"] = tus.EXTENSIONS
    response.headers["Tus-Max-Size"] = str(actions.MOST_BYTES)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(tus.ALGORITHMS)
    return response


@photos.put("/photos/<sha256>")
@gate.ticket
def put(sha256: str) -> Response:
    """A whole picture at its address. 201 stored, 200 already here, 422 digest differs, 415 not a picture, 507 no room."""
    return _take(sha256)


@photos.post("/photos")
@photos.post("/photos/<sha256>")
@gate.ticket
def post(sha256: str = "") -> Response:
    """Begin a picture in pieces (`Upload-Length`), or take a whole one.

    The digest stands in the address, in `Upload-Metadata` (`sha256`), in the header `Upload-Digest` or in the query.
    """
    sha256 = sha256 or request.headers.get("Upload-Digest", request.args.get("sha256", ""))
    if "Upload-Length" not in request.headers:
        return _take(sha256)
    ticket = tickets.presented()
    return _begin(_digest(sha256 or tus.metadata().get("sha256", "")), ticket.person_id)


def _begin(sha256: str, person_id: UUID) -> Response:
    """201 with what is here now; the body, if one came along and nothing was here yet, is the first piece. 200 when all of it is."""
    length = tus.number("Upload-Length")
    if length > actions.MOST_BYTES:
        raise Problem("too-large")
    if length == 0:
        raise Problem("not-a-picture")
    begun = partial.begin(person_id, sha256, length)
    # Without delay: what waits in the connection is lost when that breaks.
    if begun.end() == 0 and request.mimetype == tus.PIECES:
        return _append(sha256, begun, 0, person_id, 201)
    # Asked last: on SQLite this waits for the one writer's turn, and nobody should have to wait for a body.
    photo = db.session.get(Photo, sha256)
    if photo is not None:
        begun.drop()
        return _stored(sha256, False, photo.size)
    return _told(sha256, begun, begun.offset(), 201)


@photos.patch("/photos/<sha256>")
@gate.ticket
def patch(sha256: str) -> Response:
    """The next piece, behind `Upload-Offset`. 204 with the new offset, 409 when it goes on elsewhere, 460 when the piece is damaged."""
    ticket = tickets.presented()
    if request.mimetype != tus.PIECES:
        raise Problem("not-a-picture")
    offset = tus.number("Upload-Offset")
    known = partial.find(ticket.person_id, _digest(sha256))
    if known is not None:
        if known.end() != offset:
            raise Problem("offset")
        return _append(sha256, known, offset, ticket.person_id, 204)
    photo = db.session.get(Photo, sha256)
    if photo is None:
        raise Problem("not-found")
    if offset != photo.size:
        raise Problem("offset")
    return tus.tell(Response(status=204), offset, offset)


def _append(sha256: str, known: partial.Partial, offset: int, person_id: UUID, status: int) -> Response:
    piece = tus.Piece()
    offset = partial.append(known, offset, piece.read, piece.proven)
    if offset == known.length:
        actions.store_partial(sha256, known, person_id)
        return _told(sha256, None, offset, status)
    return _told(sha256, known, offset, status)


def _told(sha256: str, known: partial.Partial | None, offset: int, status: int) -> Response:
    response = Response(status=status)
    response.headers["Location"] = f"/photos/{sha256}"
    return tus.tell(response, offset, known.length if known else offset, known)


@photos.route("/photos/<sha256>", methods=["HEAD"])
@gate.ticket
def head(sha256: str) -> Response:
    """How much of the picture is here: `Upload-Offset` is its size when it is whole. 404 when nothing is."""
    ticket = tickets.presented()
    photo = db.session.get(Photo, _digest(sha256))
    if photo is not None:
        return tus.tell(Response(status=200), photo.size, photo.size)
    known = partial.find(ticket.person_id, sha256)
    if known is None:
        raise Problem("not-found")
    return tus.tell(Response(status=200), known.offset(), known.length, known)


def hand_out(sha256: str, name: str = "") -> Response:
    """A stored picture as an answer; the caller has asked whether this person may see it. Raises Problem not-found.

    A PDF goes out to be saved, under `name`, and is opened by no page of ours.
    """
    photo, path = db.session.get(Photo, sha256), actions.path_of(sha256)
    if photo is None or not path.exists():
        raise Problem("not-found")
    shown, mime = (path, photo.mime) if photo.mime != "image/heic" else _shown_heic(path)
    is_pdf = mime == actions.PDF
    called = name or sha256[:12] + (".pdf" if is_pdf else "")
    response = send_file(shown, mimetype=mime, conditional=False, as_attachment=is_pdf, download_name=called)
    # Never opened as a page of ours, whatever its bytes pretend to be.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _shown_heic(path: Path) -> tuple[Path, str]:
    """Most browsers show no HEIC: a JPEG made at the first look lies beside it. The evidence stays as it came."""
    beside = path.with_name(f"{path.name}.jpg")
    if not beside.exists():
        made = whole.jpeg_of_heic(path.read_bytes())
        if made is None:
            return path, "image/heic"
        write_whole(beside, made)
    return beside, "image/jpeg"


def init(app: Flask) -> None:
    """Routes, and the nightly task."""
    app.register_blueprint(photos)
    tasks.handle(app, "photos.drop_old_parts", partial.drop_old, timedelta(days=1))
