"""Keeping the register: equipment, meters, documents, plans, renewals. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.equipment.classes import CLASSES, LegalRule
from webapp.equipment.models import Equipment, MaintenancePlan, Meter


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
    if db.session.scalar(taken) or facts.parent_id in _parts_of(equipment):
        raise Problem("conflict")
    for name, value in _columns(facts).items():
        setattr(equipment, name, value)
    db.session.flush()


def _columns(facts: EquipmentFacts) -> dict[str, object]:
    columns = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return columns | {"criticality": facts.criticality or CLASSES[facts.class_code].criticality}


def _parts_of(equipment: Equipment) -> set[UUID]:
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


def switch_on(site_id: UUID, rule: LegalRule, begins_on: date, person_id: UUID, now: datetime) -> MaintenancePlan:
    """Let a legal duty hold at the site for every piece of its class, from a day on. Done from completion, and never later."""
    known = db.select(MaintenancePlan).where(
        MaintenancePlan.site_id == site_id, MaintenancePlan.legal_code == rule.code, MaintenancePlan.ends_on.is_(None)
    )
    plan = db.session.scalar(known)
    if plan is None:
        plan = MaintenancePlan(
            site_id=site_id, class_code=rule.class_code, name=rule.name, name_en=rule.name_en, basis="law", legal_code=rule.code, source=rule.source,
            every=rule.every, unit=rule.unit, from_completion=True, months=[], begins_on=begins_on, lead_days=rule.lead_days,
            type_code=CLASSES[rule.class_code].type_code, person_id=person_id, made_at=now,
        )  # fmt: skip
        db.session.add(plan)
        db.session.flush()
    return plan


def end_plan(plan: MaintenancePlan, today: date) -> None:
    """No more of it from tomorrow on; what was done and missed stays."""
    plan.ends_on = min(plan.ends_on or today, today)
