"""Whether anything at all was recorded at a site on a day: such a day wants a signature, also where no round was planned."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from webapp.core.clock import day_bounds
from webapp.core.db import db
from webapp.handover.models import Handover
from webapp.inspections.models import Inspection
from webapp.patrols.models import Scan
from webapp.people.models import Duty
from webapp.records.models import Note
from webapp.service.models import Request
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder


def is_busy(site: Site, day: date) -> bool:
    """One query, each part of it answered from an index."""
    start, end = day_bounds(day, site.zone)
    columns = (Request.received_at, Inspection.at, WorkOrder.raised_at, WorkOrder.finished_at, Duty.at, Note.at, Handover.at)
    parts = [sa.exists().where(column.class_.site_id == site.id, column >= start, column < end) for column in columns]
    return bool(db.session.scalar(sa.select(sa.or_(sa.exists().where(Scan.site_id == site.id, Scan.day == day), *parts))))
