"""Treatments of which people keep off for a while: told to whoever comes after, and in the log. Derived from the records of the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import clock
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.inspections import queries, rules
from webapp.inspections.content import Content
from webapp.inspections.models import ChecklistVersion, Inspection
from webapp.inspections.words import ROLE_WORDS, answer_words, question_text
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id

TOLD = ("agent", "dose", "area")


@dataclass(frozen=True)
class Treatment:
    """What was used where, and until when people keep off. `zone`: of its site."""

    inspection: Inspection
    checkpoint: Checkpoint | None
    zone: str
    agent: str
    facts: list[tuple[str, str]]

    @property
    def until(self) -> datetime:
        """When they need to keep off no more."""
        assert self.inspection.keep_off_until is not None  # that is what makes it one
        return self.inspection.keep_off_until

    @property
    def words(self) -> str:
        """Agent, dose and area in a line."""
        return " · ".join(f"{term} {value}" for term, value in self.facts)


def treatments(found: Iterable[Inspection]) -> list[Treatment]:
    """These records as treatments: three queries, none where there is none."""
    rows = list(found)
    if not rows:
        return []
    versions = sa.select(ChecklistVersion).where(ChecklistVersion.id.in_({row.version_id for row in rows}))
    contents = {one.id: queries.content_of(one) for one in db.session.scalars(versions)}
    points = checkpoints_by_id(row.checkpoint_id for row in rows if row.checkpoint_id)
    zones = dict(db.session.execute(sa.select(Site.id, Site.zone).where(Site.id.in_({row.site_id for row in rows}))).all())
    return [
        _treatment(row, contents[row.version_id], points.get(row.checkpoint_id) if row.checkpoint_id else None, zones[row.site_id])
        for row in rows
    ]


def _treatment(row: Inspection, content: Content, point: Checkpoint | None, zone: str) -> Treatment:
    said = {role: rules.told(content, row.answers, role) for role in TOLD}
    words = {role: answer_words(*one) for role, one in said.items() if one}
    terms = {
        role: question_text(one[0]) if role == "dose" else str(ROLE_WORDS[role]) for role, one in said.items() if one
    }  # an amount, or a dilution
    return Treatment(row, point, zone, words.get("agent", ""), [(terms[role], text) for role, text in words.items()])


def treated_now(site_ids: Iterable[UUID], moment: datetime) -> list[Treatment]:
    """Of what people keep off at that moment, at these sites."""
    return treatments(queries.kept_off(site_ids, moment))


def treated_here(checkpoint: Checkpoint) -> Treatment | None:
    """Whether people keep off this place now: for whoever scans its label."""
    return next((one for one in treated_now([checkpoint.site_id], clock.now()) if one.inspection.checkpoint_id == checkpoint.id), None)


def treated_between(site_id: UUID, start: datetime, end: datetime) -> list[Treatment]:
    """Treatments of a day, and those of which people still kept off on it, in order of time."""
    rows = sa.select(Inspection).where(Inspection.site_id == site_id, Inspection.keep_off_until > start, Inspection.at < end)
    return treatments(db.session.scalars(rows.order_by(Inspection.at)))


def place_words(treatment: Treatment) -> str:
    """Where it is, in words."""
    return named(treatment.checkpoint) if treatment.checkpoint else _("somewhere at the site")
