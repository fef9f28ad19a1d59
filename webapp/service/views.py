"""Reporting by a label; and all of the slice's routes together."""

from __future__ import annotations

from math import ceil
from uuid import UUID

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, tasks
from webapp.core.forms import check
from webapp.core.i18n import language, named
from webapp.core.problems import Problem
from webapp.service import actions, queries, warn
from webapp.service.agreement_pages import agreement_pages
from webapp.service.desk import desk
from webapp.service.forms import LONGEST, ReportForm
from webapp.service.overviews import overviews
from webapp.service.pictures import MOST_TAKEN, pictures_sent, status_of
from webapp.service.request_page import request_pages
from webapp.service.resident import resident
from webapp.service.rules import Limits, looks_automatic, too_many
from webapp.service.warning_pages import warning_pages
from webapp.sites.models import Checkpoint
from webapp.sites.queries import label_by_code
from webapp.sites.rules import read_code
from webapp.work_orders.queries import types_of
from webapp.work_orders.types import WorkType

service = Blueprint("service", __name__)
LIMITS = Limits()


# ---------------------------------------------------------------- anybody: report; `resident.py`: follow it


@service.get("/c/<code>/report")
@gate.public
def report_page(code: str) -> str:
    """The form by which anybody reports a problem at a label's place."""
    return show_form(code, checkpoint_of(code))


@service.post("/c/<code>/report")
@gate.public
@gate.takes(most_bytes=MOST_TAKEN)
def report(code: str) -> AnyResponse | tuple[str, int]:
    """Take a report in and lead to its page."""
    pictures, wrong = pictures_sent()  # before the database is asked at all: its one writer waits for no picture to be looked at
    checkpoint, now, address = checkpoint_of(code), clock.now(), (request.remote_addr or "")[:60]
    form, errors = check(ReportForm, request.form)
    if form is not None and form.type_code not in public_types(checkpoint.site_id):
        form, errors = None, {"type_code": _("This is not possible here.")}
    if form is None or wrong:
        return show_form(code, checkpoint, errors | wrong), status_of(wrong)
    if looks_automatic(form.website):
        return show_form(code, checkpoint, {"website": _("Please leave the hidden field empty and send it again.")}), 422
    longest = max(LIMITS.address.window, LIMITS.label.window)
    wait_s = too_many(*queries.posts_since(now - longest, address, checkpoint.id), now, LIMITS)
    if wait_s is not None:
        response = make_response(show_form(code, checkpoint, wait_s=wait_s), 429)
        response.headers["Retry-After"] = str(wait_s)
        return response
    made = actions.report(form, checkpoint, language(), address, now)
    actions.add_photos(made, pictures)
    return redirect(url_for("resident.resident_page", token=made.token), 303)


def public_types(site_id: UUID) -> dict[str, WorkType]:
    """The types that a resident may choose from."""
    return {code: known for code, known in types_of(site_id).items() if known.public and not known.retired}


def checkpoint_of(code: str) -> Checkpoint:
    """The checkpoint that a label marks, a superseded label's too. Raises Problem not-found."""
    known = read_code(code)
    label = label_by_code(known) if known else None
    if label is None:
        raise Problem("not-found")
    return label.checkpoint


def show_form(code: str, checkpoint: Checkpoint, errors: dict[str, str] | None = None, wait_s: int = 0) -> str:
    """The form, with what was typed and what was wrong."""
    values = request.form if request.method == "POST" else MultiDict()
    return render_template(
        "service/report.html", code=code, checkpoint=checkpoint, errors=errors or {}, values=values, longest=LONGEST,
        types=[(known.code, named(known)) for known in public_types(checkpoint.site_id).values()], wait=ceil(wait_s / 60),
    )  # fmt: skip


def init(app: Flask) -> None:
    """Routes, and the task that warns."""
    for blueprint in (service, resident, desk, overviews, request_pages, warning_pages, agreement_pages):
        app.register_blueprint(blueprint)
    tasks.handle(app, warn.TASK, warn.warn, warn.EVERY)
