"""Which kind of record goes to which action: the one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from webapp.core.db import Base, db
from webapp.core.problems import Problem
from webapp.patrols import queries as patrols
from webapp.patrols import scanning
from webapp.patrols.bodies import RoundStepBody, ScanBody
from webapp.patrols.models import RoundStep, Scan
from webapp.people.actions import clock_duty
from webapp.people.authors import Author
from webapp.people.bodies import DutyBody
from webapp.people.models import Duty
from webapp.people.queries import rank_at
from webapp.records import actions as records
from webapp.records.arrived import Arrived
from webapp.records.bodies import CorrectionBody, NoteBody
from webapp.records.held import Held
from webapp.records.models import Correction, Note
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import site_for
from webapp.sync.batch import Batch


def scan(batch: Batch, arrived: Arrived, body: ScanBody) -> UUID:
    return scanning.record_scan(arrived, batch.author(arrived), body, batch.label(arrived), batch.memory)


def note(batch: Batch, arrived: Arrived, body: NoteBody) -> UUID:
    site_id, round_id, checkpoint_id = _where(batch, arrived, body)
    if rank_at(batch.author(arrived), site_id) is None:
        raise Held("no-access")
    records.write_note(arrived, body, site_id, round_id, checkpoint_id)
    return site_id


def _where(batch: Batch, arrived: Arrived, body: NoteBody) -> tuple[UUID, str | None, UUID | None]:
    """Site, round and checkpoint a note belongs to, from the most exact thing it names. Raises Held."""
    if body.about:
        batch.trail.require(body.about)
        about = batch.memory.counted.get(body.about) or db.session.get(Scan, body.about)
        if about is None:
            raise Held("bad-body")
        return about.site_id, about.round_id, about.checkpoint_id
    checkpoint = db.session.get(Checkpoint, body.checkpoint) if body.checkpoint else None
    if checkpoint is not None:
        return checkpoint.site_id, body.round, checkpoint.id
    found = patrols.find_round(body.round) if body.round else None
    if found is not None:
        return found[0].id, found[1].id, None
    if body.round or body.checkpoint:
        raise Held("unknown-round" if body.round else "unknown-code")
    if not body.site:
        raise Held("bad-body")
    return _site(batch.author(arrived), body.site).id, None, None


def _site(author: Author, slug: str) -> Site:
    try:
        return site_for(author, slug)
    except Problem:
        raise Held("no-access") from None


def correction(batch: Batch, arrived: Arrived, body: CorrectionBody) -> UUID | None:
    done = records.correct(arrived, body, batch.trail)
    return batch.trail.require(done.about).site_id


def duty(batch: Batch, arrived: Arrived, body: DutyBody) -> UUID:
    label = batch.label(arrived)
    if body.code and label is None:
        raise Held("unknown-code")
    if label is not None:
        site_id, checkpoint_id = label.site.id, label.checkpoint_id
        if rank_at(batch.author(arrived), site_id) is None:
            raise Held("no-access")
    elif body.site:
        site_id, checkpoint_id = _site(batch.author(arrived), body.site).id, None
    else:
        raise Held("bad-body")
    clock_duty(arrived.id, batch.author(arrived).id, site_id, checkpoint_id, body.verb, arrived.at)
    return site_id


def round_step(batch: Batch, arrived: Arrived, body: RoundStepBody) -> UUID:
    return scanning.step_round(arrived, batch.author(arrived), body).site_id


@dataclass(frozen=True)
class Kind:
    """What a kind's body must look like, who does it, and the table of what it does. The function gives the site it belongs to."""

    body: type[BaseModel]
    do: Callable[[Batch, Arrived, Any], UUID | None]
    effect: type[Base]


KINDS: dict[str, dict[int, Kind]] = {
    "scan": {1: Kind(ScanBody, scan, Scan)},
    "note": {1: Kind(NoteBody, note, Note)},
    "correction": {1: Kind(CorrectionBody, correction, Correction)},
    "duty": {1: Kind(DutyBody, duty, Duty)},
    "round-step": {1: Kind(RoundStepBody, round_step, RoundStep)},
}
