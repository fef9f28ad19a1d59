"""Agreeing anew. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from webapp.core.db import db
from webapp.standards.models import ServiceAgreement
from webapp.standards.rules import Agreement, times_of


def agree(site_id: UUID, agreement: Agreement, person_id: UUID, now: datetime) -> ServiceAgreement:
    """Keep a new version, in force from its `from_at` on. What came before is judged by the version of its time."""
    version = ServiceAgreement(site_id=site_id, from_at=agreement.from_at, times=times_of(agreement), person_id=person_id, made_at=now)
    db.session.add(version)
    db.session.flush()
    return version
