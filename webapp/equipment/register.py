"""Keeping the register: equipment, meters, documents, plans, renewals. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.equipment.classes import CLASSES, LegalRule
from webapp.equipment.models import DocumentFile, Equipment, EquipmentDocument, MaintenancePlan, Meter


@dataclass(frozen=True)
class EquipmentFacts:
    """A piece of equipment as somebody describes it."""

    number: str
    class_code: str
    name: str
    name_en: str | None
    place_id: UUID
    checkpoint_id: UUID | None = None
    parent_id: UUID | None = None
    maker: str = ""
    model: str = ""
    serial: str = ""
    criticality: str | None = None
    commissioned_on: date | None = None
    warranty_until: date | None = None
    notes: str = ""


def add(site_id: UUID, facts: EquipmentFacts, now: datetime) -> Equipment:
    """Put equipment on the register. Raises Problem conflict where its number is taken."""
    if db.session.scalar(db.select(Equipment.id).where(Equipment.site_id == site_id, Equipment.number == facts.number)):
        raise Problem("conflict")
    made = Equipment(site_id=site_id, made_at=now, **_columns(facts))
    db.session.add(made)
    db.session.flush()
    return made


def edit(equipment: Equipment, facts: EquipmentFacts) -> None:
    """Describe it anew. Raises Problem conflict where its number is taken, or it would be a part of itself."""
    taken = db.select(Equipment.id).where(
        Equipment.site_id == equipment.site_id, Equipment.number == facts.number, Equipment.id != equipment.id
    )
    if db.session.scalar(taken) or facts.parent_id in with_parts(equipment):
        raise Problem("conflict")
    for name, value in _columns(facts).items():
        setattr(equipment, name, value)
    db.session.flush()


def _columns(facts: EquipmentFacts) -> dict[str, object]:
    columns = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return columns | {"criticality": facts.criticality or CLASSES[facts.class_code].criticality}


def with_parts(equipment: Equipment) -> set[UUID]:
    """The equipment itself and everything below it."""
    found, layer = {equipment.id}, {equipment.id}
    while layer:
        layer = set(db.session.scalars(db.select(Equipment.id).where(Equipment.parent_id.in_(layer)))) - found
        found |= layer
    return found


@dataclass(frozen=True)
class MeterFacts:
    """A meter as somebody describes it."""

    number: str
    name: str
    name_en: str | None
    unit: str
    digits: int = 6
    equipment_id: UUID | None = None
    checkpoint_id: UUID | None = None


def add_meter(site_id: UUID, facts: MeterFacts) -> Meter:
    """Put a meter on the register; it hangs where its equipment's label is, unless said otherwise. Raises Problem conflict."""
    if db.session.scalar(db.select(Meter.id).where(Meter.site_id == site_id, Meter.number == facts.number)):
        raise Problem("conflict")
    equipment = db.session.get(Equipment, facts.equipment_id) if facts.equipment_id else None
    made = Meter(
        site_id=site_id, number=facts.number, name=facts.name, name_en=facts.name_en, unit=facts.unit, digits=facts.digits,
        equipment_id=facts.equipment_id, checkpoint_id=facts.checkpoint_id or (equipment.checkpoint_id if equipment else None),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


@dataclass(frozen=True)
class PlanFacts:
    """A maintenance plan as somebody describes it: for one piece, or for each of a class."""

    name: str
    name_en: str | None
    every: int
    unit: str
    begins_on: date
    type_code: str
    equipment_id: UUID | None = None
    class_code: str | None = None
    basis: str = "own"
    source: str = ""
    from_completion: bool = False
    months: Sequence[int] = ()
    lead_days: int = 3
    meter_id: UUID | None = None
    per_usage: Decimal | None = None
    text: str = ""


def add_plan(site_id: UUID, facts: PlanFacts, person_id: UUID, now: datetime) -> MaintenancePlan:
    """Begin a plan of the site's own. That its times come at all is the form's to check."""
    columns = {name: getattr(facts, name) for name in facts.__dataclass_fields__} | {"months": list(facts.months)}
    made = MaintenancePlan(site_id=site_id, person_id=person_id, made_at=now, **columns)
    db.session.add(made)
    db.session.flush()
    return made


def add_document(
    equipment: Equipment, name: str, number: str, valid_until: date | None, person_id: UUID, now: datetime
) -> EquipmentDocument:
    """Keep a document; the latest of its name counts, the earlier ones stay."""
    made = EquipmentDocument(equipment_id=equipment.id, name=name, number=number, valid_until=valid_until, person_id=person_id, at=now)
    db.session.add(made)
    db.session.flush()
    return made


def add_files(document: EquipmentDocument, files: Sequence[tuple[str, str]]) -> None:
    """Put stored files to a document (digest, name), behind those that it has; one that is there already stays as it is."""
    known = {one.sha256 for one in document.files}
    for sha256, name in files:
        if sha256 not in known:
            document.files.append(DocumentFile(sha256=sha256, name=name[-120:], position=len(document.files)))
            known.add(sha256)
    db.session.flush()


def withdraw(document: EquipmentDocument, person_id: UUID, now: datetime) -> None:
    """It is not wanted any more: nothing says that it runs out. Raises Problem conflict when it was before."""
    if document.withdrawn_at is not None:
        raise Problem("conflict")
    document.withdrawn_at, document.withdrawn_by_id = now, person_id
    db.session.flush()


def switch_on(site_id: UUID, rule: LegalRule, begins_on: date, person_id: UUID, now: datetime) -> MaintenancePlan:
    """Let a legal duty hold at the site for every piece of its class, from a day on. Done from completion, and never later."""
    in_force = sa.or_(MaintenancePlan.ends_on.is_(None), MaintenancePlan.ends_on >= begins_on)
    known = sa.select(MaintenancePlan).where(MaintenancePlan.site_id == site_id, MaintenancePlan.legal_code == rule.code, in_force)
    plan = db.session.scalar(known)
    if plan is None:
        plan = MaintenancePlan(
            site_id=site_id, class_code=rule.class_code, name=rule.name, name_en=rule.name_en, basis="law", legal_code=rule.code, source=rule.source,
            every=rule.every, unit=rule.unit, from_completion=True, months=[], begins_on=begins_on, lead_days=rule.lead_days,
            type_code=CLASSES[rule.class_code].type_code, text=rule.text, person_id=person_id, made_at=now,
        )  # fmt: skip
        db.session.add(plan)
    plan.ends_on = None  # switched off by mistake a moment ago, it goes on as it was
    db.session.flush()
    return plan


def end_plan(plan: MaintenancePlan, today: date) -> None:
    """No more of it from tomorrow on; what was done and missed stays."""
    plan.ends_on = min(plan.ends_on or today, today)
