"""`/photos/<sha256>`: pictures in, under a ticket; handing out is for the slice that owns the record."""

from __future__ import annotations

import re

from flask import Blueprint, Flask, Response, jsonify, request, send_file

from webapp.core import gate
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.people import tickets
from webapp.photos import actions
from webapp.photos.models import Photo

photos = Blueprint("photos", __name__)
DIGEST = re.compile(r"[0-9a-f]{64}")


def _digest(text: str) -> str:
    if not DIGEST.fullmatch(text):
        raise Problem("not-found")
    return text


def _take(sha256: str) -> Response:
    ticket = tickets.presented()  # before a byte of the picture is read
    new = actions.store(_digest(sha256), request.get_data(), ticket.person_id)
    response = jsonify(sha256=sha256, stored=True)
    response.status_code = 201 if new else 200
    return response


@photos.put("/photos/<sha256>")
@gate.ticket
def put(sha256: str) -> Response:
    """A whole picture at its address. 201 stored, 200 already here, 422 digest differs, 415 not a picture."""
    return _take(sha256)


@photos.post("/photos")
@gate.ticket
def post() -> Response:
    """A whole picture whose digest is in the header `Upload-Digest` or the query `sha256`."""
    return _take(request.headers.get("Upload-Digest", request.args.get("sha256", "")))


@photos.route("/photos/<sha256>", methods=["HEAD"])
@gate.ticket
def head(sha256: str) -> Response:
    """How much of the picture is here: `Upload-Offset` is its size when it is whole. 404 when nothing is."""
    tickets.presented()
    photo = db.session.get(Photo, _digest(sha256))
    if photo is None:
        raise Problem("not-found")
    response = Response(status=200)
    response.headers["Upload-Offset"] = response.headers["Upload-Length"] = str(photo.size)
    response.headers["Tus-Resumable"] = "1.0.0"
    response.headers["Cache-Control"] = "no-store"
    return response


def hand_out(sha256: str) -> Response:
    """A stored picture as an answer; the caller has asked whether this person may see it. Raises Problem not-found."""
    photo, path = db.session.get(Photo, sha256), actions.path_of(sha256)
    if photo is None or not path.exists():
        raise Problem("not-found")
    response = send_file(path, mimetype=photo.mime, conditional=False)
    # Never opened as a page of ours, whatever its bytes pretend to be.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'inline; filename="{sha256[:12]}"'
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(photos)
