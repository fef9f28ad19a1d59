"""A supervisor's own record in the place of a held one: it supersedes that one, and tells what was changed.

The record is the supervisor's, who answers for it; the held one stays as it came, marked as replaced.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import render_template
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict

from webapp.core import clock, ids
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import iso
from webapp.people.devices import office_device
from webapp.people.models import Person
from webapp.records.held import REASONS, Held
from webapp.records.models import HeldStep, Record
from webapp.records.rules import receipt_code
from webapp.sites.queries import checkpoint_for, checkpoints_of, current_labels, site_for, sites_for
from webapp.sync.judging import judge_again, judge_waiting

Said = Annotated[str, Field(min_length=1, max_length=1000)]


class ScanForm(BaseModel):
    """Which point it was, and when by the site's clock."""

    checkpoint: UUID
    at: datetime
    changed: Said


class NoteForm(BaseModel):
    """Where it belongs, and what was found."""

    site: Annotated[str, Field(max_length=40)]
    at: datetime
    result: Literal["normal", "issue"] | None = None
    text: Annotated[str, Field(max_length=10_000)] = ""
    changed: Said


FORMS: dict[str | None, type[BaseModel]] = {"scan": ScanForm, "note": NoteForm}


@dataclass(frozen=True)
class Draft:
    """The record to be made: its body, its moment, the site's zone, and what was changed."""

    body: dict[str, Any]
    at: datetime
    zone: str
    changed: str


def object_of(payload: bytes) -> dict[str, Any]:
    """A payload as a JSON object; empty when it is none."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def body_of(record: Record) -> dict[str, Any]:
    """What the held record says."""
    body = object_of(record.payload).get("body")
    return body if isinstance(body, dict) else {}


def form_page(record: Record, person: Person, given: Mapping[str, str] | None = None, errors: dict[str, str] | None = None) -> str:
    """The form, filled with what the held record says or what was typed."""
    sites = sites_for(person, "supervisor")
    zone = sites[0].zone if sites else "UTC"
    body = body_of(record)
    at = (record.at or record.received_at).astimezone(ZoneInfo(zone))
    values = given or {"at": f"{at:%Y-%m-%dT%H:%M}", "text": str(body.get("text", "")), "result": str(body.get("result") or ""),
                       "site": str(body.get("site", ""))}  # fmt: skip
    return render_template(
        "sync/fix.html", record=record, receipt=receipt_code(record.id), values=values, errors=errors or {}, reasons=REASONS, sites=sites,
        checkpoints=[(site, checkpoints_of(site.id)) for site in sites] if record.kind == "scan" else [],
        author=db.session.get(Person, record.person_id), raw=record.payload.decode(errors="replace"),
    )  # fmt: skip


def read_form(record: Record, person: Person, given: MultiDict[str, str]) -> tuple[Draft | None, dict[str, str]]:
    """The record that the form describes, or what is wrong with it. Raises not-found for a place beyond the person's reach."""
    form, errors = check(FORMS[record.kind], given)
    if isinstance(form, ScanForm):
        checkpoint = checkpoint_for(person, form.checkpoint, "supervisor")
        label = next(iter(current_labels(checkpoint.site_id, [checkpoint.id])), None)
        if label is None:
            return None, {"checkpoint": _("This checkpoint has no label.")}
        round_ = body_of(record).get("round")
        body: dict[str, Any] = {"code": label.code, "method": "typed"} | ({"round": round_} if isinstance(round_, str) else {})
        return _draft(body, form.at, checkpoint.site.zone, form.changed)
    if isinstance(form, NoteForm):
        site = site_for(person, form.site, "supervisor")
        about = _replaced_by(body_of(record).get("about"))
        where = {"about": str(about)} if about else {"site": site.slug}
        return _draft(where | {"result": form.result, "text": form.text}, form.at, site.zone, form.changed)
    return None, errors


def _draft(body: dict[str, Any], wall: datetime, zone: str, changed: str) -> tuple[Draft | None, dict[str, str]]:
    at = clock.from_wall(wall.replace(tzinfo=None), zone)
    if at > clock.now():
        return None, {"at": _("This moment has not come yet.")}
    return Draft(body, at, zone, changed), {}


def _replaced_by(record_id: object) -> UUID | None:
    """The accepted record that a note's scan is now: itself, or the one that took its place."""
    try:
        about = db.session.get(Record, UUID(str(record_id)))
    except ValueError:
        return None
    if about is None or about.status == "accepted":
        return about.id if about else None
    return db.session.scalar(
        sa.select(HeldStep.made).where(HeldStep.record_id == about.id, HeldStep.made.isnot(None)).order_by(HeldStep.at.desc()).limit(1)
    )


def replace(record: Record, person: Person, draft: Draft, errors: dict[str, str]) -> UUID | None:
    """Make the record and have it judged like any other; gives its id.

    None, nothing changed, and the reason in `errors` when it could not be counted either.
    """
    try:
        with db.session.begin_nested():
            made = _make(record, person, draft)
            verdict = judge_again(made.id)
            if verdict.status != "accepted":
                raise Held(verdict.reason or "error")
    except Held as held:
        errors["form"] = str(REASONS[held.reason])
        return None
    record.status = "replaced"
    db.session.add(HeldStep(record_id=record.id, person_id=person.id, result="replaced", reason=draft.changed, made=made.id))
    db.session.flush()
    judge_waiting([made.id])
    return made.id


def _make(record: Record, person: Person, draft: Draft) -> Record:
    """The record's row, not judged yet. It keeps the held one's pictures, and comes from the office's own device."""
    device = office_device()
    device.max_seq += 1
    photos = object_of(record.payload).get("photos")
    payload = json.dumps(
        {
            "env": 1, "kind": record.kind, "schema": 1, "seq": device.max_seq,
            "occurred_at": draft.at.astimezone(ZoneInfo(draft.zone)).isoformat(timespec="milliseconds"), "zone": draft.zone,
            "photos": photos if isinstance(photos, list) else [], "note": draft.changed, "supersedes": str(record.id), "body": draft.body,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()  # fmt: skip
    now = clock.now()
    made = Record(
        id=ids.new_id(), sha256=hashlib.sha256(payload).hexdigest(), payload=payload, person_id=person.id, device_id=device.id,
        received_at=now, sent_at=iso(now), status="held", reason="error",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made
