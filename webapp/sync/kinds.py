"""Which kind of record goes to which action: the one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from webapp.core.db import Base, db
from webapp.core.problems import Problem
from webapp.daily_log import answers
from webapp.daily_log.bodies import AnswerBody
from webapp.daily_log.models import Answer
from webapp.equipment import actions as equipment
from webapp.equipment.bodies import ReadingBody, StatusBody
from webapp.equipment.models import EquipmentStatus, Reading
from webapp.handover import actions as handovers
from webapp.handover.bodies import HandoverBody
from webapp.inspections import actions as inspections
from webapp.inspections.bodies import InspectionBody
from webapp.inspections.models import Inspection
from webapp.patrols import queries as patrols
from webapp.patrols import rules, scanning
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
from webapp.service import actions as service
from webapp.service.bodies import RequestBody
from webapp.sites.models import Checkpoint, Place, Site
from webapp.sites.queries import site_for
from webapp.sync.batch import Batch
from webapp.work_orders import actions as work
from webapp.work_orders.bodies import WorkStepBody
from webapp.work_orders.models import WorkStep


def scan(batch: Batch, arrived: Arrived, body: ScanBody) -> UUID:
    return scanning.record_scan(arrived, batch.author(arrived), body, batch.label(arrived), batch.memory)


def note(batch: Batch, arrived: Arrived, body: NoteBody) -> UUID:
    site_id, round_id, checkpoint_id = _where(batch, arrived, body)
    if rank_at(batch.author(arrived), site_id) is None:
        raise Held("no-access")
    written = records.write_note(arrived, body, site_id, round_id, checkpoint_id)
    if body.result == "issue":
        db.session.flush()  # its scan may be of this very call
        checkpoint = db.session.get(Checkpoint, checkpoint_id) if checkpoint_id else None
        where = service.Where(site_id, checkpoint.place_id if checkpoint else None, checkpoint_id)
        asked = patrols.questions_at(round_id, checkpoint_id)
        service.record_finding(written, where, batch.author(arrived).language, rules.work_wanted(asked, body.answers))
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


def work_step(batch: Batch, arrived: Arrived, body: WorkStepBody) -> UUID:
    return work.record_step(arrived, batch.author(arrived), body, batch.label(arrived)).site_id


def inspection(batch: Batch, arrived: Arrived, body: InspectionBody) -> UUID:
    return inspections.record_inspection(arrived, batch.author(arrived), body, batch.label(arrived)).site_id


def reading(batch: Batch, arrived: Arrived, body: ReadingBody) -> UUID:
    return equipment.record_reading(arrived, batch.author(arrived), body, batch.label(arrived)).site_id


def handover(batch: Batch, arrived: Arrived, body: HandoverBody) -> UUID:
    author = batch.author(arrived)
    if body.verb != "give":
        return handovers.answer(arrived, author, body, batch.trail).site_id
    if not body.site:
        raise Held("bad-body")
    return handovers.give(arrived, author, body, _site(author, body.site).id).site_id


def equipment_status(batch: Batch, arrived: Arrived, body: StatusBody) -> UUID:
    return equipment.record_status(arrived, batch.author(arrived), body, batch.label(arrived)).site_id


def answer(_batch: Batch, arrived: Arrived, body: AnswerBody) -> UUID:
    return answers.record_answer(arrived, body)


def request(batch: Batch, arrived: Arrived, body: RequestBody) -> UUID:
    where = _place(batch, arrived, body)
    if rank_at(batch.author(arrived), where.site_id) is None:
        raise Held("no-access")
    return service.record_request(arrived, batch.author(arrived).language, body, where).site_id


def _place(batch: Batch, arrived: Arrived, body: RequestBody) -> service.Where:
    """Where something is to be done, from the most exact thing the record names. Raises Held."""
    label = batch.label(arrived)
    if body.code and label is None:
        raise Held("unknown-code")
    checkpoint = db.session.get(Checkpoint, label.checkpoint_id if label else body.checkpoint) if label or body.checkpoint else None
    if checkpoint is not None:
        return service.Where(checkpoint.site_id, checkpoint.place_id, checkpoint.id, body.spot)
    place = db.session.get(Place, body.place) if body.place else None
    if place is not None:
        return service.Where(place.site_id, place.id, spot=body.spot)
    if body.checkpoint or body.place or not body.site:
        raise Held("unknown-code" if body.checkpoint or body.place else "bad-body")
    return service.Where(_site(batch.author(arrived), body.site).id, spot=body.spot)


@dataclass(frozen=True)
class Kind:
    """What a kind's body must look like, who does it, and the table of what it does, one row of the record's id
    (None: `verifying` looks for it in its own way). The function gives the site it belongs to."""

    body: type[BaseModel]
    do: Callable[[Batch, Arrived, Any], UUID | None]
    effect: type[Base] | None


KINDS: dict[str, dict[int, Kind]] = {
    "scan": {1: Kind(ScanBody, scan, Scan)},
    "note": {1: Kind(NoteBody, note, Note)},
    "correction": {1: Kind(CorrectionBody, correction, Correction)},
    "duty": {1: Kind(DutyBody, duty, Duty)},
    "request": {1: Kind(RequestBody, request, None)},
    "work-step": {1: Kind(WorkStepBody, work_step, WorkStep)},
    "inspection": {1: Kind(InspectionBody, inspection, Inspection)},
    "reading": {1: Kind(ReadingBody, reading, Reading)},
    "handover": {1: Kind(HandoverBody, handover, None)},
    "equipment-status": {1: Kind(StatusBody, equipment_status, EquipmentStatus)},
    "round-step": {1: Kind(RoundStepBody, round_step, RoundStep)},
    "answer": {1: Kind(AnswerBody, answer, Answer)},
}
