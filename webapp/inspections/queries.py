"""Reading checklists and inspections, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist, ChecklistVersion, Finding, GuidePicture, Inspection, SiteMode
from webapp.people.models import Person
from webapp.people.queries import Membered, sites_of
from webapp.sites.queries import reach


def content_of(version: ChecklistVersion) -> Content:
    """What that version asks."""
    return Content.model_validate(version.content)


def checklists_of(site_id: UUID) -> list[Checklist]:
    """Checklists in use at a site, by name."""
    return list(
        db.session.scalars(
            sa.select(Checklist).where(Checklist.site_id == site_id, Checklist.retired_at.is_(None)).order_by(Checklist.name)
        )
    )


def checklist_for(person: Membered, checklist_id: UUID, at_least: str = "worker") -> Checklist:
    """The checklist, for this person; refusals as in `reach`."""
    found = db.session.get(Checklist, checklist_id)
    if found is None:
        raise Problem("not-found")
    reach(person, found.site, at_least)
    return found


def version_at(checklist: Checklist, moment: datetime) -> ChecklistVersion | None:
    """The version in force."""
    return next((version for version in reversed(checklist.versions) if version.from_at <= moment), None)


def pictures_here(site_id: UUID, digests: Iterable[str]) -> set[str]:
    """Which of these pictures show how to check at that site."""
    wanted = set(digests)
    if not wanted:
        return set()
    here = sa.select(GuidePicture.sha256).where(GuidePicture.site_id == site_id, GuidePicture.sha256.in_(wanted))
    return set(db.session.scalars(here))


def inspections_reached(person: Membered, at_least: str = "worker") -> sa.Select[Inspection]:
    """Inspections of the sites where the person holds that rank, in no order yet."""
    own = sites_of(person, at_least)
    found = sa.select(Inspection)
    return found if own is None else found.where(Inspection.site_id.in_(own))


def inspection_for(person: Person, inspection_id: UUID) -> Inspection:
    """The inspection, for staff of its site."""
    found = db.session.scalar(inspections_reached(person).where(Inspection.id == inspection_id))
    if found is None:
        raise Problem("not-found")
    return found


def findings_of(inspection_ids: list[UUID]) -> dict[UUID, list[Finding]]:
    """Findings by inspection, one query."""
    found: dict[UUID, list[Finding]] = {}
    for finding in db.session.scalars(sa.select(Finding).where(Finding.inspection_id.in_(inspection_ids)).order_by(Finding.id)):
        found.setdefault(finding.inspection_id, []).append(finding)
    return found


def failed_questions(inspection_id: UUID) -> list[str]:
    """Ids of the questions that failed or were flagged in an inspection: what its re-inspection asks."""
    return list(db.session.scalars(sa.select(Finding.question).where(Finding.inspection_id == inspection_id).order_by(Finding.id)))


def kept_off(site_ids: Iterable[UUID], moment: datetime) -> list[Inspection]:
    """Treatments of which people keep off at that moment, one a place (the one that lasts longest), what ends last first."""
    off = sa.select(Inspection).where(Inspection.site_id.in_(list(site_ids)), Inspection.keep_off_until > moment, Inspection.at <= moment)
    found: dict[UUID | None, Inspection] = {}
    for one in db.session.scalars(off.order_by(Inspection.keep_off_until.desc(), Inspection.id)):
        found.setdefault(one.checkpoint_id, one)
    return list(found.values())


_moment = sa.bindparam("moment", type_=SiteMode.from_at.type)
STORMS = (  # put together once: every page asks
    sa.select(SiteMode)
    .where(
        SiteMode.site_id.in_(sa.bindparam("sites", expanding=True)),
        SiteMode.from_at <= _moment,
        sa.or_(SiteMode.until_at.is_(None), SiteMode.until_at > _moment),
    )
    .order_by(SiteMode.from_at)
)


def storms_over(site_ids: list[UUID], moment: datetime) -> list[SiteMode]:
    """The storm modes that are on at these sites."""
    return list(db.session.scalars(STORMS, {"sites": site_ids, "moment": moment})) if site_ids else []


def is_storm(site_id: UUID, moment: datetime) -> SiteMode | None:
    """The site's storm mode at a moment, if it was on."""
    return db.session.scalar(
        sa.select(SiteMode)
        .where(SiteMode.site_id == site_id, SiteMode.from_at <= moment, sa.or_(SiteMode.until_at.is_(None), SiteMode.until_at > moment))
        .order_by(SiteMode.from_at.desc())
        .limit(1)
    )


def counted_between(site_id: UUID, start: datetime, end: datetime) -> tuple[int, int]:
    """How many inspections were made at the site in [start, end), and how many of them failed."""
    failed = sa.func.count().filter(Inspection.passed.is_(False))
    found = sa.select(sa.func.count(), failed).where(Inspection.site_id == site_id, Inspection.at >= start, Inspection.at < end)
    made, bad = db.session.execute(found).one()
    return made, bad
