"""What people do about inspections. Nothing here commits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from webapp.core import clock, search
from webapp.core.db import db, insert_new
from webapp.core.problems import Problem
from webapp.equipment.actions import keep_reading
from webapp.equipment.models import Equipment
from webapp.equipment.queries import meters_by_number
from webapp.equipment.rules import Read
from webapp.inspections import jobs, queries, rules
from webapp.inspections.bodies import InspectionBody
from webapp.inspections.content import Content, Question
from webapp.inspections.models import Area, Checklist, ChecklistVersion, Finding, GuidePicture, Inspection, InspectionPlan, SiteMode
from webapp.people.authors import Author
from webapp.people.queries import rank_at
from webapp.photos.actions import store_office
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.sites.models import Checkpoint
from webapp.sites.queries import LabelRead
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of


def set_content(checklist: Checklist, content: Content, person_id: UUID, from_at: datetime) -> ChecklistVersion:
    """A new version, in force from then on; inspections made with an older one stay as they were judged."""
    latest = checklist.versions[-1] if checklist.versions else None
    value = content.model_dump(mode="json")
    if latest and queries.content_of(latest) == content:  # as read now: a version kept before a field was there says the same without it
        return latest
    version = ChecklistVersion(
        checklist_id=checklist.id, number=latest.number + 1 if latest else 1, from_at=from_at, content=value, person_id=person_id
    )
    db.session.add(version)
    db.session.flush()
    db.session.refresh(checklist, ["versions"])
    return version


def keep_picture(site_id: UUID, picture: bytes, person_id: UUID) -> str:
    """A drawn picture that shows how to check; gives its digest. Raises Problem full."""
    sha256 = store_office(picture, person_id)
    row = {"site_id": site_id, "sha256": sha256, "person_id": person_id, "at": clock.now()}
    db.session.execute(insert_new(GuidePicture, [row], "site_id", "sha256"))
    return sha256


def begin_storm(site_id: UUID, reason: str, person_id: UUID, now: datetime) -> SiteMode:
    """Switch storm mode on. Raises Problem conflict when it is."""
    if queries.is_storm(site_id, now):
        raise Problem("conflict")
    mode = SiteMode(site_id=site_id, mode="storm", reason=reason, from_at=now, begun_by_id=person_id)
    db.session.add(mode)
    db.session.flush()
    return mode


def end_storm(site_id: UUID, person_id: UUID, now: datetime) -> None:
    """Switch storm mode off. Raises Problem conflict when it is not on."""
    mode = queries.is_storm(site_id, now)
    if mode is None:
        raise Problem("conflict")
    mode.until_at, mode.ended_by_id = now, person_id


def record_inspection(arrived: Arrived, author: Author, body: InspectionBody, label: LabelRead | None) -> Inspection:
    """Keep an inspection, judged by the version it was made with; what failed raises the work that its questions say.

    Raises Held: unknown-checklist, no-access, unknown-code, bad-body (a place of another site, an inspection of another list).
    """
    version = db.session.scalar(
        sa.select(ChecklistVersion).where(ChecklistVersion.checklist_id == body.checklist, ChecklistVersion.number == body.version)
    )
    if version is None:
        raise Held("unknown-checklist")
    checklist = db.session.get_one(Checklist, version.checklist_id)
    if rank_at(author, checklist.site_id) is None:
        raise Held("no-access")
    checkpoint = _where(checklist, body, label)
    if body.again_of is not None:
        before = db.session.get(Inspection, body.again_of)
        if before is None:
            raise Held("waits-for", body.again_of)
        if before.checklist_id != checklist.id:
            raise Held("bad-body")
    answers = {key: answer.model_dump(mode="json") for key, answer in body.answers.items()}
    content = _asked_of(version, body.again_of)
    verdict, off = rules.judge(content, answers), rules.keep_off(content, answers)
    equipment_id = _equipment(checklist, body, checkpoint, arrived.at)
    made = Inspection(
        id=arrived.id, site_id=checklist.site_id, checklist_id=checklist.id, version_id=version.id, plan_id=_plan(checklist, body),
        checkpoint_id=checkpoint.id if checkpoint else None, equipment_id=equipment_id, person_id=author.id, at=arrived.at, answers=answers,
        keep_off_until=arrived.at + off if off else None, text=arrived.envelope.note, score=verdict.score, passed=verdict.passed, findings=len(verdict.findings), again_of_id=body.again_of,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for found in verdict.findings:
        _keep_finding(made, checklist, found)
    _keep_readings(made, rules.readings(content, answers), answers)
    found_words = [word for found in verdict.findings for word in (found.question.text, found.question.text_en, found.text)]
    search.file("finding", made.id, made.site_id, made.at, made.text, *found_words, *_written(content, answers))
    return made


def _keep_readings(made: Inspection, showed: list[tuple[Question, Decimal]], answers: dict[str, Any]) -> None:
    """What its meters showed, judged like readings by themselves. Of a meter that is gone only the answer stays."""
    meters = meters_by_number(made.site_id, (question.meter for question, _value in showed))
    for question, value in showed:
        if question.meter in meters:
            own_id = uuid5(made.id, question.id)  # one of each question, however often the record comes
            keep_reading(meters[question.meter], own_id, Read(made.at, value), made.person_id, answers[question.id]["text"])


def _written(content: Content, answers: dict[str, Any]) -> list[str]:
    """What was written in answers: beside any of them, and as the answer to a question for words."""
    own = [answers[question.id].get("value") for question in content.questions if question.kind == "text" and question.id in answers]
    return [text for text in (*own, *(answer.get("text") for answer in answers.values())) if isinstance(text, str) and text]


def _asked_of(version: ChecklistVersion, again_of: UUID | None) -> Content:
    """What was asked: the whole checklist, or what failed the time before."""
    content = queries.content_of(version)
    return rules.narrowed(content, queries.failed_questions(again_of)) if again_of else content


def _where(checklist: Checklist, body: InspectionBody, label: LabelRead | None) -> Checkpoint | None:
    if body.code and label is None:
        raise Held("unknown-code")
    wanted = label.checkpoint_id if label else body.checkpoint
    if wanted is None:
        return None
    checkpoint = db.session.get(Checkpoint, wanted)
    if checkpoint is None or checkpoint.site_id != checklist.site_id:
        raise Held("bad-body")
    return checkpoint


def _plan(checklist: Checklist, body: InspectionBody) -> UUID | None:
    """The plan it was due by; a plan of another checklist, or one that nobody knows, takes nothing from what was done."""
    plan = db.session.get(InspectionPlan, body.plan) if body.plan else None
    return plan.id if plan and plan.checklist_id == checklist.id else None


def _equipment(checklist: Checklist, body: InspectionBody, checkpoint: Checkpoint | None, at: datetime) -> UUID | None:
    """The equipment the record names, or, with a list for equipment, the only one that the label can mean: of several none is guessed, and
    swept stairs are no history of the lift whose label hangs there."""
    named = sa.select(Equipment.id).where(Equipment.site_id == checklist.site_id)
    if body.equipment is not None:
        found = db.session.scalar(named.where(Equipment.id == body.equipment))
        if found is None:
            raise Held("bad-body")
        return found
    if checkpoint is None or checklist.target != "equipment":
        return None
    here = named.where(Equipment.checkpoint_id == checkpoint.id, sa.or_(Equipment.retired_at.is_(None), Equipment.retired_at > at))
    meant = list(db.session.scalars(here.where(Equipment.class_code == checklist.class_code) if checklist.class_code else here))
    return meant[0] if len(meant) == 1 else None


def _keep_finding(made: Inspection, checklist: Checklist, found: rules.Finding) -> None:
    """Keep it, and raise its work where the question or the person asks for it; a re-inspection that fails again raises none while the
    first order is open."""
    question, types = found.question, types_of(made.site_id)
    order_id, type_ = None, jobs.type_for(checklist, question, types)
    wanted = jobs.raises_by_itself(question, found.grade, types) or bool((made.answers.get(question.id) or {}).get("job"))
    if wanted and type_ is not None:
        order_id = _open_order(made, question.id) or jobs.raise_for(made, type_, question, found.text, made.at, made.person_id).id
    db.session.add(
        Finding(
            inspection_id=made.id, question=question.id, grade=found.grade, severity=question.severity, text=found.text, order_id=order_id
        )
    )


def _open_order(made: Inspection, question: str) -> UUID | None:
    """The order that the same question raised at the inspection this one looks at again, if nobody has closed it yet."""
    if made.again_of_id is None:
        return None
    return db.session.scalar(
        sa.select(WorkOrder.id)
        .join(Finding, Finding.order_id == WorkOrder.id)
        .where(
            Finding.inspection_id == made.again_of_id,
            Finding.question == question,
            WorkOrder.finished_at.is_(None),
            WorkOrder.closed_at.is_(None),
        )
    )


def begin_plan(site_id: UUID, facts: dict[str, Any], person_id: UUID) -> InspectionPlan:
    """A plan from its first day on."""
    plan = InspectionPlan(site_id=site_id, made_by_id=person_id, **facts)
    db.session.add(plan)
    db.session.flush()
    return plan


def end_plan(plan: InspectionPlan, day: date) -> None:
    """Nothing is due by it from that day on. Ending it again changes nothing."""
    if plan.ends_on is None or plan.ends_on > day:
        plan.ends_on = day
        db.session.flush()


def begin_area(site_id: UUID, facts: dict[str, Any], person_id: UUID) -> Area:
    """An area from its first day on. Raises Problem conflict when its place has one of that kind already."""
    running = sa.select(Area.id).where(Area.checkpoint_id == facts["checkpoint_id"], Area.kind == facts["kind"], Area.ends_on.is_(None))
    if db.session.scalar(running.limit(1)) is not None:
        raise Problem("conflict")
    area = Area(site_id=site_id, made_by_id=person_id, **facts)
    db.session.add(area)
    db.session.flush()
    return area


def end_area(area: Area, day: date) -> None:
    """It is nobody's task from that day on. Ending it again changes nothing."""
    if area.ends_on is None:
        area.ends_on = max(day, area.begins_on)
        db.session.flush()


def regrade(area: Area, grade: int, size_m2: float | None, day: date, person_id: UUID) -> Area:
    """The same place with another grade or size from that day on; what was asked for before stays as it was. Raises Problem conflict for one that has ended."""
    if area.ends_on is not None:
        raise Problem("conflict")
    if (area.grade, area.size_m2) == (grade, size_m2):
        return area
    end_area(area, day)
    facts = {"checkpoint_id": area.checkpoint_id, "kind": area.kind, "grade": grade, "size_m2": size_m2, "begins_on": area.ends_on}
    return begin_area(area.site_id, facts, person_id)
