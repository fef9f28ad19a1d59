"""What is done to sites, places, checkpoints and labels. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import ids
from webapp.core.db import changed, db
from webapp.core.problems import Problem
from webapp.sites.models import Checkpoint, Label, Place, Site
from webapp.sites.rules import make_code


def create_site(slug: str, name: str, name_en: str | None, zone: str, fence_m: int = 60) -> Site:
    """Open a community. Raises conflict when the short name is taken."""
    if db.session.scalar(sa.select(Site.id).where(Site.slug == slug)):
        raise Problem("conflict", _("This short name is taken."))
    site = Site(slug=slug, name=name, name_en=name_en, zone=zone, fence_m=fence_m)
    db.session.add(site)
    db.session.flush()
    return site


def create_place(site: Site, kind: str, name: str, name_en: str | None = None, parent_id: UUID | None = None, rank: int = 0) -> Place:
    """Add a place under another of the same site. Raises conflict when a sibling has that name."""
    parent = db.session.get(Place, parent_id) if parent_id else None
    if parent_id and (parent is None or parent.site_id != site.id):
        raise Problem("not-found")
    twin = sa.select(Place.id).where(Place.site_id == site.id, Place.parent_id == parent_id, Place.name == name)
    if db.session.scalar(twin):
        raise Problem("conflict", _("There is a place of this name already."))
    place = Place(site_id=site.id, kind=kind, name=name, name_en=name_en, parent_id=parent_id, rank=rank)
    db.session.add(place)
    db.session.flush()
    return place


def create_checkpoint(site: Site, place_id: UUID, number: str, name: str, at: datetime, **more: object) -> Checkpoint:
    """Add a checkpoint with its first label. Raises conflict when the number is taken at the site."""
    place = db.session.get(Place, place_id)
    if place is None or place.site_id != site.id:
        raise Problem("not-found")
    if db.session.scalar(sa.select(Checkpoint.id).where(Checkpoint.site_id == site.id, Checkpoint.number == number)):
        raise Problem("conflict", _("This number is taken at this community."))
    checkpoint = Checkpoint(site_id=site.id, place_id=place_id, number=number, name=name, **more)
    db.session.add(checkpoint)
    db.session.flush()
    issue_label(checkpoint, at)
    return checkpoint


def issue_label(checkpoint: Checkpoint, at: datetime) -> Label:
    """A new label; the one in force until now is superseded, but still recognised and flagged."""
    last = db.session.scalar(sa.select(sa.func.max(Label.version)).where(Label.checkpoint_id == checkpoint.id)) or 0
    db.session.execute(sa.update(Label).where(Label.checkpoint_id == checkpoint.id, Label.superseded_at.is_(None)).values(superseded_at=at))
    code = make_code(ids.random_bits(40))
    while db.session.scalar(sa.select(Label.id).where(Label.code == code)):
        code = make_code(ids.random_bits(40))
    label = Label(code=code, site_id=checkpoint.site_id, checkpoint_id=checkpoint.id, version=last + 1, issued_at=at)
    db.session.add(label)
    db.session.flush()
    return label


def retire_checkpoint(checkpoint: Checkpoint, at: datetime) -> None:
    """Take a checkpoint out of use. Its history stays; its label is superseded. Raises conflict when that was done."""
    if changed(sa.update(Checkpoint).where(Checkpoint.id == checkpoint.id, Checkpoint.retired_at.is_(None)).values(retired_at=at)) == 0:
        raise Problem("conflict")
    db.session.execute(sa.update(Label).where(Label.checkpoint_id == checkpoint.id, Label.superseded_at.is_(None)).values(superseded_at=at))


def edit_checkpoint(checkpoint: Checkpoint, columns: dict[str, object]) -> None:
    """Change a checkpoint. Raises Problem: conflict (number taken), not-found (place of another site)."""
    place = db.session.get(Place, columns["place_id"])
    if place is None or place.site_id != checkpoint.site_id:
        raise Problem("not-found")
    twin = sa.select(Checkpoint.id).where(
        Checkpoint.site_id == checkpoint.site_id, Checkpoint.number == columns["number"], Checkpoint.id != checkpoint.id
    )
    if db.session.scalar(twin):
        raise Problem("conflict", _("This number is taken at this community."))
    for column, value in columns.items():
        setattr(checkpoint, column, value)
