"""Does what the pages show follow from the records? Each accepted record has one effect, with its person and its time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.handover.models import Handover, HandoverAnswer
from webapp.patrols.models import Scan
from webapp.records.models import Record
from webapp.service.models import Request
from webapp.sites.models import Label
from webapp.sites.rules import read_code
from webapp.sync.kinds import KINDS

EFFECTS = {name: table for name, schemas in KINDS.items() if (table := schemas[max(schemas)].effect) is not None}


def check_effects(site_id: UUID) -> Iterator[tuple[UUID, str]]:
    """Records of a site and effects that do not belong together: (record, what is wrong, for operators, in English)."""
    for kind, table in EFFECTS.items():
        yield from _check_table(kind, table, site_id)
    yield from _check_checkpoints(site_id)
    yield from _check_requests(site_id)
    yield from _check_handovers(site_id)


def _check_table(kind: str, effect: Any, site_id: UUID) -> Iterator[tuple[UUID, str]]:
    of_site = (Record.site_id == site_id, Record.kind == kind, Record.status == "accepted")
    missing = sa.select(Record.id).outerjoin(effect, effect.id == Record.id).where(*of_site, effect.id.is_(None))
    yield from ((key, f"this {kind} counts, but what it did is gone") for key in db.session.scalars(missing))
    other = sa.or_(effect.at != Record.at, effect.person_id != Record.person_id)
    changed = sa.select(Record.id).join(effect, effect.id == Record.id).where(*of_site, other)
    yield from ((key, f"the {kind} shows another person or time than its record") for key in db.session.scalars(changed))
    if hasattr(effect, "site_id"):
        counts = sa.exists().where(Record.id == effect.id, *of_site)
        invented = sa.select(effect.id).where(effect.site_id == site_id, ~counts)
        yield from ((key, f"a {kind} is shown for which no record counts") for key in db.session.scalars(invented))


def _check_checkpoints(site_id: UUID) -> Iterator[tuple[UUID, str]]:
    """A scan is of the checkpoint whose label its payload names."""
    labels = dict(db.session.execute(sa.select(Label.code, Label.checkpoint_id).where(Label.site_id == site_id)).all())
    scans = sa.select(Scan.id, Scan.checkpoint_id, Record.payload).join(Record, Record.id == Scan.id).where(Scan.site_id == site_id)
    for key, checkpoint_id, payload in db.session.execute(scans.execution_options(yield_per=1000)):
        if labels.get(_code_in(payload)) != checkpoint_id:
            yield key, "the scan shows another checkpoint than its label's"


def _check_requests(site_id: UUID) -> Iterator[tuple[UUID, str]]:
    """A report of our staff's is a request of its own id, which names its record."""
    of_site = (Record.site_id == site_id, Record.kind == "request", Record.status == "accepted")
    missing = sa.select(Record.id).outerjoin(Request, Request.record_id == Record.id).where(*of_site, Request.id.is_(None))
    yield from ((key, "this request counts, but what it did is gone") for key in db.session.scalars(missing))


def _check_handovers(site_id: UUID) -> Iterator[tuple[UUID, str]]:
    """A record of a handover gives the post, or answers to one that did."""
    of_site = (Record.site_id == site_id, Record.kind == "handover", Record.status == "accepted")
    done = sa.select(Record.id).outerjoin(Handover, Handover.id == Record.id).outerjoin(HandoverAnswer, HandoverAnswer.id == Record.id)
    missing = done.where(*of_site, Handover.id.is_(None), HandoverAnswer.id.is_(None))
    yield from ((key, "this handover counts, but what it did is gone") for key in db.session.scalars(missing))


def _code_in(payload: bytes) -> str:
    """The label's code in a scan's payload; nothing where it was tampered with so that there is none."""
    try:
        return read_code(json.loads(payload)["body"]["code"]) or ""
    except (ValueError, KeyError, TypeError):
        return ""
