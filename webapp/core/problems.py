"""The catalogue of refusals: one code, one status, one sentence that says what happened and what to do.

Raise one with `raise Problem("not-found")`. A phone acts on the code, a person on the sentence. Anything else that is
raised is a bug and is not caught.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from webapp.core.db import db


@dataclass(frozen=True)
class Refusal:
    """A line of the catalogue: HTTP status, the sentence, and what the reader can do now."""

    status: int
    sentence: LazyString
    advice: LazyString


CATALOGUE: dict[str, Refusal] = {
    "bad-call": Refusal(400, _("This request could not be read."), _("Go back and try once more. Nothing was changed.")),
    "sign-in": Refusal(401, _("Please sign in."), _("What you recorded on this phone is safe and stays on it.")),
    "ticket": Refusal(
        401, _("This phone's upload ticket is not valid any more."), _("Sign in on this phone once; everything is kept and goes out then.")
    ),
    "forbidden": Refusal(403, _("You can see this, but not change it."), _("Ask your supervisor if you think you should.")),
    "cross-site": Refusal(403, _("This came from another website and was not carried out."), _("Open Rounds itself and try again.")),
    "not-found": Refusal(404, _("There is nothing here for you."), _("The address may be old, or belong to another community.")),
    "method": Refusal(405, _("This address does not take that kind of request."), _("Go back and try again.")),
    "conflict": Refusal(409, _("Somebody changed this in the meantime."), _("Look at the new state and decide again.")),
    "offset": Refusal(409, _("The picture goes on elsewhere."), _("Ask how much of it is here, and go on from there.")),
    "version": Refusal(412, _("This version of the upload protocol is not spoken here."), _("Use tus 1.0.0.")),
    "too-large": Refusal(413, _("That is too much in one piece."), _("Send less at a time. Nothing was lost.")),
    "not-a-picture": Refusal(415, _("This file is not a picture that Rounds can keep."), _("Use JPEG, PNG, WebP or HEIC, at most 20 MB.")),
    "digest": Refusal(422, _("The picture arrived damaged."), _("Send it again; the phone still has it.")),
    "checksum": Refusal(460, _("A piece of the picture arrived damaged."), _("Send this piece again; the phone still has it.")),
    "too-many": Refusal(429, _("Too many tries. Please wait a little."), _("Wait a quarter of an hour, or ask your supervisor.")),
    "busy": Refusal(503, _("The server is busy."), _("Try again in a moment. What you recorded stays on the phone.")),
    "full": Refusal(507, _("The server's disk is full."), _("What you recorded stays on the phone. Tell your administrator.")),
    "bug": Refusal(500, _("Something went wrong on our side."), _("What you recorded on this phone is safe. Try again in a moment.")),
}
BY_STATUS = {
    400: "bad-call",
    401: "sign-in",
    403: "forbidden",
    404: "not-found",
    405: "method",
    413: "too-large",
    415: "not-a-picture",
    429: "too-many",
    503: "busy",
}


class Problem(Exception):
    """A refusal from the catalogue, with an own sentence where the general one says too little."""

    def __init__(self, code: str, sentence: str | LazyString | None = None, retry_after_s: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.refusal = CATALOGUE[code]
        self.sentence = sentence or self.refusal.sentence
        self.retry_after_s = retry_after_s


def wants_json() -> bool:
    """Does the caller read JSON (the phone's own calls) rather than a page?"""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], "text/html")
    return best == "application/json" or request.path.startswith(("/sync", "/photos", "/ticket", "/pack"))


def answer(problem: Problem) -> Response:
    """The refusal as JSON, as a fragment for HTMX, or as a page."""
    db.session.rollback()
    status = problem.refusal.status
    if wants_json():
        response = jsonify(error=problem.code, message=str(problem.sentence))
    else:
        response = make_response(
            render_template(
                "errors/problem.html", problem={"title": problem.sentence, "todo": problem.refusal.advice, "code": problem.code}
            )
        )
    response.status_code = status
    if problem.retry_after_s:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    return response


def init_problems(app: Flask) -> None:
    """Answer our refusals and the framework's in one voice."""

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return answer(problem)

    @app.errorhandler(HTTPException)
    def framework(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return make_response(error.get_response())
        response = answer(Problem(BY_STATUS.get(error.code or 500, "bad-call" if (error.code or 500) < 500 else "bug")))
        response.status_code = error.code or 500
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or []))  # RFC 9110, 15.5.6
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(sqlite3.OperationalError)
    def unreachable(error: Exception) -> Response:
        """The database does not answer, or is locked: a matter of time. No page is drawn, since a page would ask it again."""
        app.logger.error("database: %s", error)
        busy = Problem("busy", retry_after_s=10)
        response = (
            jsonify(error=busy.code, message=str(busy.sentence))
            if wants_json()
            else make_response(f"{busy.sentence} {busy.refusal.advice}")
        )
        response.mimetype = "application/json" if wants_json() else "text/plain"
        response.status_code = busy.refusal.status
        response.headers["Retry-After"] = str(busy.retry_after_s)
        return response

    @app.errorhandler(500)
    def bug(_error: Exception) -> Response:
        return answer(Problem("bug"))
