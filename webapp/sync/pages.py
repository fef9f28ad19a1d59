"""The phone's own pages (scanner, outbox, offline), the pack, and the office's list of held records."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, flash, g, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.pages import get_or_404, page_of
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import names, people_reached, sites_of
from webapp.people.session import me, me_or_none, my_device
from webapp.records.held import REASONS
from webapp.records.models import HeldStep, Record
from webapp.records.queries import copies_of, held, photos_of, steps_of
from webapp.records.rules import receipt_code
from webapp.sync.judging import judge_again, judge_waiting
from webapp.sync.pack import pack_for
from webapp.sync.queue import Queue
from webapp.sync.views import sync

phone = Blueprint("phone", __name__)


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


# ---------------------------------------------------------------- held records


def reached_held() -> sa.Select[Record]:
    """Held records of the sites one supervises, or of one's people where no site could be read."""
    person = me()
    sites = sites_of(person, "supervisor")
    return held(sites, None if sites is None else [p.id for p in db.session.scalars(people_reached(person))])


@phone.get("/held")
@gate.at_least("supervisor")
def held_list() -> str:
    """Records that are kept but not counted, with the reason."""
    page = page_of(reached_held())
    return render_template("sync/held.html", page=page, people=names(r.person_id for r in page.rows), reasons=REASONS, receipt=receipt_code)


def held_record(record_id: UUID) -> Record:
    """A record that is or was held, for a supervisor of its site or of its author. Raises not-found."""
    record: Record = get_or_404(Record, record_id)
    person = me()
    sites = sites_of(person, "supervisor")
    if sites is not None and record.site_id not in sites:
        known = record.site_id is None and db.session.scalar(people_reached(person).where(Person.id == record.person_id)) is not None
        if not known:
            raise Problem("not-found")
    return record


@phone.get("/held/<uuid:record_id>")
@gate.at_least("supervisor")
def held_page(record_id: UUID) -> str:
    """One held record: why, its bytes as they came, and what was done about it."""
    record = held_record(record_id)
    steps = steps_of(record.id)
    return render_template(
        "sync/held_record.html", record=record, raw=record.payload.decode(errors="replace"), copies=copies_of(record.id), steps=steps,
        people=names([record.person_id, *(s.person_id for s in steps)]), reasons=REASONS, receipt=receipt_code(record.id),
        photos=photos_of([record.id]).get(record.id, []),
    )  # fmt: skip


@phone.post("/held/<uuid:record_id>/try")
@gate.at_least("supervisor")
def try_again(record_id: UUID) -> AnyResponse:
    """Judge a held record once more: the label may be known by now, the account enabled, the server upgraded."""
    record = held_record(record_id)
    db.session.refresh(record, with_for_update=True)  # the record it waits for may be arriving
    if record.status != "held":
        raise Problem("conflict")
    status = judge_again(record.id).status
    db.session.refresh(record)
    db.session.add(HeldStep(record_id=record.id, person_id=me().id, result=record.reason or status))
    if status == "accepted":
        judge_waiting([record.id])
        flash(_("The record counts now."))
        return redirect(url_for("phone.held_list"))
    flash(_("The record is still held."), "warning")
    return redirect(url_for("phone.held_page", record_id=record.id))


def kind_word(kind: str | None) -> str:
    """What a kind of record is called."""
    words = {
        "scan": _("Scan of a label"),
        "note": _("Note"),
        "correction": _("Correction"),
        "duty": _("Duty"),
        "round-step": _("Step of a round"),
    }
    return words.get(kind or "") or _("Record")


def name_reader(response: AnyResponse) -> AnyResponse:
    """Say whose page this is, so that a phone never keeps one person's page for another."""
    if response.mimetype == "text/html" and "device_to_remember" not in g:
        person = me_or_none()
        if person is not None:
            response.headers["Rounds-Person"] = str(person.id)
    return response


def init(app: Flask) -> None:
    """Routes of the intake and of the phone's pages."""
    app.extensions["intake"] = Queue()
    app.register_blueprint(sync)
    app.register_blueprint(phone)
    app.after_request(name_reader)
    app.jinja_env.globals.update(kind_word=kind_word)
