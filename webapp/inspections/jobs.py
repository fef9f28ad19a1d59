"""The work that a finding asks for: what its question says, or what fits its checklist when somebody makes a job of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import changed, db
from webapp.core.problems import Problem
from webapp.equipment.classes import CLASSES
from webapp.inspections import queries
from webapp.inspections.content import Question
from webapp.inspections.models import Checklist, ChecklistVersion, Finding, Inspection
from webapp.sites.models import Checkpoint
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of
from webapp.work_orders.types import WorkType

DANGER = "danger"
BY_SERVICE = {"cleaning": "dirt", "greening": "green"}
ELSE = "damage"


def type_for(checklist: Checklist, question: Question, types: Mapping[str, WorkType]) -> WorkType | None:
    """Of what type a job about it is: as the question says, else of its class of equipment, else of its service."""
    known = CLASSES.get(checklist.class_code or "")
    fitting = known.type_code if known else BY_SERVICE.get(checklist.service, ELSE)
    return next((types[code] for code in (question.raises, fitting, ELSE) if code in types and not types[code].retired), None)


def raises_by_itself(question: Question, grade: str, types: Mapping[str, WorkType]) -> bool:
    """Does the question ask for work where it is answered so?"""
    return grade == "fail" and question.raises in types and not types[question.raises].retired


def raise_for(made: Inspection, type_: WorkType, question: Question, text: str, at: datetime, by_id: UUID) -> WorkOrder:
    """The work order about a finding, at its place, with its photos."""
    checkpoint = db.session.get(Checkpoint, made.checkpoint_id) if made.checkpoint_id else None
    photos = tuple((made.answers.get(question.id) or {}).get("photos") or ())
    raised = work.Raised(
        made.site_id, type_, by_id, f"{question.text}: {text}" if text else question.text, question.severity == DANGER,
        place_id=checkpoint.place_id if checkpoint else None, checkpoint_id=made.checkpoint_id, origin="finding", record_id=made.id, photos=photos,
    )  # fmt: skip
    return work.raise_order(raised, at)


def make_job(made: Inspection, question_id: str, person_id: UUID, now: datetime) -> WorkOrder:
    """A job about a finding that has none yet. Raises Problem conflict where there is no such finding, or somebody made one meanwhile."""
    finding = db.session.scalar(sa.select(Finding).where(Finding.inspection_id == made.id, Finding.question == question_id))
    content = queries.content_of(db.session.get_one(ChecklistVersion, made.version_id))
    question = next((one for one in content.questions if one.id == question_id), None)
    type_ = type_for(db.session.get_one(Checklist, made.checklist_id), question, types_of(made.site_id)) if question else None
    if finding is None or question is None or type_ is None:
        raise Problem("conflict")
    order = raise_for(made, type_, question, finding.text, now, person_id)
    if changed(sa.update(Finding).where(Finding.id == finding.id, Finding.order_id.is_(None)).values(order_id=order.id)) != 1:
        raise Problem("conflict")
    return order
