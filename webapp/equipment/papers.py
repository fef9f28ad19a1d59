"""Documents of equipment that run out: certificates, reports, insurances; as it stands now, and as it stood on a day that is past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.core.db import db
from webapp.equipment.models import Equipment, EquipmentDocument


def running_out(site_id: UUID, by: date, at: datetime) -> list[tuple[EquipmentDocument, Equipment]]:
    """Documents that run out by a day or have run out, as it stood at a moment, the first first: of each name the latest, of what was in use."""
    later = aliased(EquipmentDocument)
    newer = sa.exists().where(
        later.equipment_id == EquipmentDocument.equipment_id,
        later.name == EquipmentDocument.name,
        later.at <= at,
        sa.or_(later.at > EquipmentDocument.at, sa.and_(later.at == EquipmentDocument.at, later.id > EquipmentDocument.id)),
    )
    found = sa.select(EquipmentDocument, Equipment).join(Equipment, Equipment.id == EquipmentDocument.equipment_id)
    wanted = found.where(
        Equipment.site_id == site_id,
        sa.or_(Equipment.retired_at.is_(None), Equipment.retired_at > at),
        EquipmentDocument.valid_until <= by,
        EquipmentDocument.at <= at,
        sa.or_(EquipmentDocument.withdrawn_at.is_(None), EquipmentDocument.withdrawn_at > at),
        ~newer,
    )
    rows = db.session.execute(wanted.order_by(EquipmentDocument.valid_until, Equipment.number, EquipmentDocument.name))
    return [(document, one) for document, one in rows]


class Paper(NamedTuple):
    """A document as far as its running out goes. `retired_at`: from when on its machine was out of use."""

    equipment_id: UUID
    name: str
    at: datetime
    valid_until: date | None
    withdrawn_at: datetime | None
    retired_at: datetime | None

    def runs_out(self, by: date, at: datetime) -> bool:
        """Does it run out by that day, of what was wanted and in use at that moment?"""
        over = [moment for moment in (self.withdrawn_at, self.retired_at) if moment is not None and moment <= at]
        return self.valid_until is not None and self.valid_until <= by and not over


def papers_of(site_id: UUID) -> list[Paper]:
    """All documents of a site there ever were, in the order they came."""
    columns = (EquipmentDocument.equipment_id, EquipmentDocument.name, EquipmentDocument.at, EquipmentDocument.valid_until)
    found = sa.select(*columns, EquipmentDocument.withdrawn_at, Equipment.retired_at)
    theirs = found.join(Equipment, Equipment.id == EquipmentDocument.equipment_id).where(Equipment.site_id == site_id)
    return [Paper(*row) for row in db.session.execute(theirs.order_by(EquipmentDocument.at, EquipmentDocument.id))]


def latest_paper(same: Iterable[Paper], at: datetime) -> Paper | None:
    """Of those of one name, in order: the latest that was there at that moment."""
    return next((paper for paper in reversed(list(same)) if paper.at <= at), None)
