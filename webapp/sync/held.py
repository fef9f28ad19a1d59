"""Held records in the office: what is held and why, and what a supervisor does about it. Nothing here deletes anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, ids, sheets
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.pages import get_or_404, page_of
from webapp.core.problems import Problem
from webapp.people.models import Membership, Person
from webapp.people.queries import names, people_reached, sites_of
from webapp.people.session import me
from webapp.records.held import REASONS
from webapp.records.models import HeldStep, Record
from webapp.records.queries import copies_of, held, photos_of, steps_of
from webapp.records.rules import receipt_code
from webapp.records.words import kind_word
from webapp.sync import fixing
from webapp.sync.judging import judge_again, judge_waiting

office = Blueprint("held", __name__)

MOST_COUNTED = 99
STATES = ("held", "aside", "replaced")
PATIENCE = timedelta(days=1)  # a record that waits for another one is nobody's business before that
MOST_REASON = 1000


def reached(person: Person, state: str = "held") -> sa.Select[Record]:
    """Records in that state at the sites the person supervises, or of the person's people where no site could be read."""
    sites = sites_of(person, "supervisor")
    return held(sites, None if sites is None else people_reached(person).with_only_columns(Person.id).order_by(None), state)


# Made once: every page of the office asks.
_patient = sa.and_(Record.reason == "waits-for", Record.received_at > sa.bindparam("patience", type_=Record.received_at.type))
_waiting = held(None, None).where(~_patient).with_only_columns(sa.literal(1)).order_by(None).limit(MOST_COUNTED)
_sites: sa.BindParameter[list[UUID]] = sa.bindparam("sites", expanding=True)
_theirs = sa.select(Membership.person_id).where(Membership.site_id.in_(_sites))
_mine = _waiting.where(sa.or_(Record.site_id.in_(_sites), sa.and_(Record.site_id.is_(None), Record.person_id.in_(_theirs))))
COUNT_ALL, COUNT_MINE = (sa.select(sa.func.count()).select_from(found.subquery()) for found in (_waiting, _mine))


def count_held(person: Person) -> int:
    """How many records wait for this supervisor's decision; no more than MOST_COUNTED are counted."""
    sites = sites_of(person, "supervisor")
    statement = COUNT_ALL if sites is None else COUNT_MINE
    return int(db.session.connection().execute(statement, {"patience": clock.now() - PATIENCE, "sites": sites or []}).scalar_one())


@office.get("/held")
@gate.at_least("supervisor")
def held_list() -> str | Response:
    """Records that are kept but not counted, with the reason."""
    state = request.args.get("state", "held")
    if state not in STATES:
        raise Problem("not-found")
    if kind := sheets.asked():
        rows = list(db.session.scalars(reached(me(), state).limit(sheets.MOST_ROWS + 1)))
        return sheets.hand_out(kind, f"records-{state}", held_columns(names(row.person_id for row in rows)), rows)
    page = page_of(reached(me(), state))
    return render_template("sync/held.html", page=page, state=state, people=names(r.person_id for r in page.rows), reasons=REASONS,
                           late=clock.now() - PATIENCE)  # fmt: skip


def held_columns(people: Mapping[UUID, Person]) -> tuple[sheets.Column[Record], ...]:
    """The columns of the list as a file."""
    return (
        sheets.Column("at", lazy_gettext("Time"), lambda record: record.at or record.received_at, 17),
        sheets.Column("received_at", lazy_gettext("Received"), lambda record: record.received_at, 17),
        sheets.Column("person", lazy_gettext("Person"), lambda record: named(people.get(record.person_id))),
        sheets.Column("kind", lazy_gettext("Kind"), lambda record: kind_word(record.kind), 20),
        sheets.Column("reason", lazy_gettext("Reason"), lambda record: REASONS.get(record.reason or "", record.reason or ""), 44),
        sheets.Column("id", lazy_gettext("Record"), lambda record: str(record.id), 38),
    )


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


@office.get("/held/<uuid:record_id>")
@gate.at_least("supervisor")
def held_page(record_id: UUID) -> str:
    """One held record: why, its bytes as they came, and what was done about it."""
    return show(held_record(record_id))


def show(record: Record, errors: dict[str, str] | None = None) -> str:
    """The page of a held record, with what was wrong in its form."""
    steps, copies = steps_of([record.id]).get(record.id, []), copies_of(record.id)
    return render_template(
        "sync/held_record.html", record=record, raw=text_of(record.payload), copies=copies, steps=steps, errors=errors or {},
        people=names([record.person_id, *(s.person_id for s in steps), *(c.person_id for c in copies)]), reasons=REASONS,
        receipt=receipt_code(record.id), photos=photos_of([record.id]).get(record.id, []), receipt_code=receipt_code,
        open_copies=[c for c in copies if c.settled_at is None], differences=differences, text_of=text_of, fixable=record.kind in fixing.FORMS,
    )  # fmt: skip


def text_of(payload: bytes) -> str:
    """A payload as people can read it."""
    return payload.decode(errors="replace")


def differences(one: bytes, other: bytes) -> list[tuple[str, str, str]]:
    """Where two payloads differ: (field, in the first, in the second). Empty when one of them is no JSON object."""
    first, second = (_flat(fixing.object_of(payload)) for payload in (one, other))
    if not first or not second:
        return []
    fields = dict.fromkeys([*first, *second])
    return [(field, first.get(field, "–"), second.get(field, "–")) for field in fields if first.get(field) != second.get(field)]


def _flat(value: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            found |= _flat(inner, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)
    return found


def still(record: Record, state: str) -> None:
    """Wait for whoever is at this record now, then raise Problem conflict unless it is in that state."""
    db.session.refresh(record, with_for_update=True)
    if record.status != state:
        raise Problem("conflict")


def note_step(record: Record, result: str, reason: str = "") -> None:
    """Keep who did what, when and why."""
    db.session.add(HeldStep(record_id=record.id, person_id=me().id, result=result, reason=reason))


@office.post("/held/<uuid:record_id>/try")
@gate.at_least("supervisor")
def try_again(record_id: UUID) -> AnyResponse:
    """Judge a held record once more: the label may be known by now, the account enabled, the server upgraded."""
    record = held_record(record_id)
    still(record, "held")
    status = judge_again(record.id).status
    db.session.refresh(record)
    note_step(record, record.reason or status)
    if status == "accepted":
        judge_waiting([record.id])
        flash(_("The record counts now."))
        return redirect(url_for("held.held_list"))
    flash(_("The record is still held."), "warning")
    return redirect(url_for("held.held_page", record_id=record.id))


@office.post("/held/<uuid:record_id>/<any(aside,again,settle):verb>")
@gate.at_least("supervisor")
def decide(record_id: UUID, verb: str) -> AnyResponse | tuple[str, int]:
    """Set a held record aside, take it up again, or settle other bytes that came under its id; each with a reason."""
    record = held_record(record_id)
    reason = request.form.get("reason", "").strip()[:MOST_REASON]
    if not reason:
        return show(record, {verb: _("Please fill this in.")}), 422
    if verb == "settle":
        settle_copies(record, reason)
        flash(_("Both versions stay as they are."))
    elif verb == "aside":
        still(record, "held")
        record.status = "aside"
        note_step(record, "aside", reason)
        flash(_("Set aside. It is kept, and can be taken up again."))
    else:
        still(record, "aside")
        record.status = "held"
        note_step(record, "again", reason)
        flash(_("Taken up again."))
    return redirect(url_for("held.held_page", record_id=record.id))


def settle_copies(record: Record, reason: str) -> None:
    """Note that the other bytes under a record's id were looked at. Raises Problem conflict when somebody else has."""
    db.session.refresh(record, with_for_update=True)
    unsettled = [copy for copy in copies_of(record.id) if copy.settled_at is None]
    if not unsettled:
        raise Problem("conflict")
    for copy in unsettled:
        copy.settled_at = clock.now()
    note_step(record, "settled", reason)


@office.get("/held/<uuid:record_id>/fix")
@gate.at_least("supervisor")
def fix_page(record_id: UUID) -> str:
    """The form for a record that takes a held one's place."""
    record = held_record(record_id)
    if record.status != "held" or record.kind not in fixing.FORMS:
        raise Problem("not-found")
    return fixing.form_page(record, me())


@office.post("/held/<uuid:record_id>/fix")
@gate.at_least("supervisor")
def fix(record_id: UUID) -> AnyResponse | tuple[str, int]:
    """Put a record of one's own in the place of a held one, which stays, marked as replaced."""
    record = held_record(record_id)
    if record.kind not in fixing.FORMS:
        raise Problem("not-found")
    still(record, "held")
    draft, errors = fixing.read_form(record, me(), request.form)
    made = fixing.replace(record, me(), draft, errors) if draft else None
    if made is None:
        return fixing.form_page(record, me(), request.form, errors), 422
    flash(_("Your record %(receipt)s counts in its place.", receipt=receipt_code(made)))
    return redirect(url_for("held.held_page", record_id=record.id))


# ---------------------------------------------------------------- for the phone's outbox


@office.get("/held/mine")
@gate.signed_in
def mine() -> Response:
    """What became of one's own records (`?id=…&id=…`): the outbox's word for it, and a sentence on those that are or were held."""
    wanted = [key for text in request.args.getlist("id")[:100] if (key := ids.read_id(text))]
    found = db.session.scalars(sa.select(Record).where(Record.id.in_(wanted), Record.person_id == me().id)).all()
    steps = steps_of(record.id for record in found)
    response = jsonify(
        {str(record.id): {"state": state_word(record), "words": words_for(record, steps.get(record.id, []))} for record in found}
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def state_word(record: Record) -> str:
    """The outbox's word for the record's state."""
    return "held" if record.status in ("held", "aside") else "received"


def words_for(record: Record, steps: list[HeldStep]) -> str:
    """What became of a held record, for its author; nothing for one that counts without the office's help."""
    if record.status == "held":
        return str(REASONS[record.reason or "error"])
    reason = next((step.reason for step in reversed(steps) if step.result == record.status), None)
    if record.status == "accepted":
        return "" if reason is None else _("The office has looked at it: it counts.")
    if record.status == "aside":
        return _("The office has set it aside: “%(reason)s”", reason=reason)
    return _("The office has put a corrected record in its place: “%(reason)s”", reason=reason)
