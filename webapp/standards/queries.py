"""Reading service agreements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.standards.models import ServiceAgreement
from webapp.standards.rules import Agreement, agreement_of, in_force


def versions_of(site_id: UUID) -> list[ServiceAgreement]:
    """All versions of a site's agreement, the latest first."""
    return list(
        db.session.scalars(
            sa.select(ServiceAgreement)
            .where(ServiceAgreement.site_id == site_id)
            .order_by(ServiceAgreement.from_at.desc(), ServiceAgreement.made_at.desc())
        )
    )


def agreements(site_ids: Iterable[UUID]) -> dict[UUID, list[Agreement]]:
    """The versions of several sites, by site; a site that has agreed on nothing has none. One query."""
    found: dict[UUID, list[Agreement]] = {site_id: [] for site_id in site_ids}
    rows = db.session.execute(
        sa.select(ServiceAgreement.site_id, ServiceAgreement.from_at, ServiceAgreement.times)
        .where(ServiceAgreement.site_id.in_(found))
        .order_by(ServiceAgreement.made_at)
    )
    for row in rows:
        found[row.site_id].append(agreement_of(row.from_at, row.times))
    return found


def agreement_at(site_id: UUID, moment: datetime) -> Agreement:
    """The agreement by which a moment at a site is judged."""
    return in_force(agreements([site_id])[site_id], moment)
