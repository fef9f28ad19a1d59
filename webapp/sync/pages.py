"""The phone's own pages (scanner, outbox, offline) and the pack."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, g, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, tasks
from webapp.core.static import bundle
from webapp.people.session import me, me_or_none, my_device
from webapp.records import sealing
from webapp.records.words import kind_word
from webapp.sync.copies import copies
from webapp.sync.held import office
from webapp.sync.pack import pack_for
from webapp.sync.queue import Queue
from webapp.sync.views import sync

phone = Blueprint("phone", __name__)

SEAL_EVERY = timedelta(minutes=1)


@phone.get("/pack")
@gate.signed_in
def pack() -> Response:
    """Today's work for this phone."""
    response = jsonify(pack_for(me(), my_device(), clock.now()))
    response.headers["Cache-Control"] = "no-store"
    return response


@phone.get("/scan")
@gate.signed_in
def scan() -> str:
    """The camera scanner."""
    return render_template("scan/scan.html")


@phone.get("/outbox")
@gate.public
def outbox() -> str:
    """What this phone has saved, sent, and what needs attention. Drawn on the phone, from the phone's own store."""
    return render_template("sync/outbox.html")


@phone.get("/offline")
@gate.public
def offline() -> str:
    """Shown by the service worker when a page is neither to be had nor kept. Nobody's page: the phone keeps one for all who use it."""
    return render_template("sync/offline.html", me=None, device=None)


def name_reader(response: AnyResponse) -> AnyResponse:
    """Say of which release this is, for parts swapped into older pages, and whose, so that a phone never keeps one person's page for another."""
    if response.mimetype != "text/html":
        return response
    response.headers["Rounds-Build"] = bundle().build
    if "device_to_remember" not in g:
        person = me_or_none()
        if person is not None:
            response.headers["Rounds-Person"] = str(person.id)
    return response


def init(app: Flask) -> None:
    """Routes of the intake and of the phone's pages."""
    app.extensions["intake"] = Queue()
    app.register_blueprint(sync)
    app.register_blueprint(phone)
    app.register_blueprint(office)
    app.register_blueprint(copies)
    app.after_request(name_reader)
    tasks.handle(app, sealing.TASK, sealing.seal_trails, SEAL_EVERY)
    app.jinja_env.globals.update(kind_word=kind_word)
