"""Versions of the service agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, ids
from webapp.core.db import Base


class ServiceAgreement(Base):
    """One version 服务约定 of a site's, in force from `from_at` on. `times`: the fields of `rules.Agreement`, minutes."""

    __tablename__ = "service_agreement"
    __table_args__ = (sa.Index("ix_service_agreement_site_from", "site_id", "from_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new_id)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"))
    from_at: Mapped[datetime]
    times: Mapped[dict[str, Any]]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
