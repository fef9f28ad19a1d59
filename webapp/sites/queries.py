"""Reading sites, places, checkpoints and labels, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from webapp.core.db import db
from webapp.core.gate import RANKS
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import Membered, rank_at, sites_of
from webapp.sites.models import Checkpoint, Label, Place, Site

# Put together once: every page asks.
EVERY_SITE = sa.select(Site).order_by(Site.slug.desc())
THEIR_SITES = EVERY_SITE.where(Site.id.in_(sa.bindparam("sites", expanding=True)))


def sites_for(person: Person, at_least: str = "worker") -> list[Site]:
    """Sites where the person holds at least that rank, by name."""
    own = sites_of(person, at_least)
    return list(db.session.scalars(EVERY_SITE) if own is None else db.session.scalars(THEIR_SITES, {"sites": own}))


def site_for(person: Membered, slug: str, at_least: str = "worker") -> Site:
    """The site of that slug, for this person. Raises not-found for a stranger, forbidden for one who may only see it."""
    site = db.session.scalar(sa.select(Site).where(Site.slug == slug))
    return reach(person, site, at_least)


def reach(person: Membered, site: Site | None, at_least: str = "worker") -> Site:
    """`site` if the person holds that rank there, else the refusal that fits."""
    rank = rank_at(person, site.id) if site else None
    if site is None or rank is None:
        raise Problem("not-found")
    if rank < RANKS[at_least]:
        raise Problem("forbidden")
    return site


def checkpoint_for(person: Person, checkpoint_id: UUID, at_least: str = "worker") -> Checkpoint:
    """The checkpoint, for this person; refusals as in `reach`."""
    checkpoint = db.session.get(Checkpoint, checkpoint_id)
    if checkpoint is None:
        raise Problem("not-found")
    reach(person, checkpoint.site, at_least)
    return checkpoint


def label_by_code(code: str) -> Label | None:
    """The label of a normalised code, in force or superseded."""
    return db.session.scalar(sa.select(Label).where(Label.code == code).options(joinedload(Label.checkpoint)))


@dataclass(frozen=True)
class LabelRead:
    """A label that was read, with what judging a scan of it needs. Position in WGS-84 degrees, fence in metres."""

    code: str
    version: int
    superseded_at: datetime | None
    checkpoint_id: UUID
    lat: float | None
    lon: float | None
    fence_m: int
    site: SiteFacts

    def in_force(self, at: datetime) -> bool:
        """Was it the valid label at `at`? A scan handed in after a re-issue may have been made before it."""
        return self.superseded_at is None or at < self.superseded_at


@dataclass(frozen=True)
class SiteFacts:
    """What judging needs of a site."""

    id: UUID
    zone: str


READ = (
    sa.select(
        Label.code,
        Label.version,
        Label.superseded_at,
        Label.checkpoint_id,
        Checkpoint.lat,
        Checkpoint.lon,
        sa.func.coalesce(Checkpoint.fence_m, Site.fence_m).label("fence_m"),
        Site.id.label("site_id"),
        Site.zone,
    )
    .join(Checkpoint, Checkpoint.id == Label.checkpoint_id)
    .join(Site, Site.id == Label.site_id)
    .where(Label.code.in_(sa.bindparam("codes", expanding=True)))
)


def labels_by_codes(codes: Iterable[str]) -> dict[str, LabelRead]:
    """Labels by code, one query on the connection (the intake asks at every call)."""
    wanted = list(set(codes))
    if not wanted:
        return {}
    return {
        row.code: LabelRead(
            row.code,
            row.version,
            row.superseded_at,
            row.checkpoint_id,
            row.lat,
            row.lon,
            row.fence_m,
            SiteFacts(row.site_id, row.zone),
        )
        for row in db.session.connection().execute(READ, {"codes": wanted})
    }


def labels_of(site_ids: list[UUID]) -> list[Label]:
    """Every label of the sites, superseded ones included."""
    return list(db.session.scalars(sa.select(Label).where(Label.site_id.in_(site_ids)).options(joinedload(Label.checkpoint))))


def current_labels(site_id: UUID, checkpoint_ids: Iterable[UUID] | None = None) -> list[Label]:
    """Labels in force, in the order of their checkpoints' numbers."""
    found = (
        sa.select(Label)
        .join(Checkpoint, Checkpoint.id == Label.checkpoint_id)
        .where(Label.site_id == site_id, Label.superseded_at.is_(None), Checkpoint.retired_at.is_(None))
        .options(joinedload(Label.checkpoint).joinedload(Checkpoint.place))
        .order_by(Checkpoint.number)
    )
    if checkpoint_ids is not None:
        found = found.where(Checkpoint.id.in_(list(checkpoint_ids)))
    return list(db.session.scalars(found))


def checkpoints_of(site_id: UUID) -> list[Checkpoint]:
    """Checkpoints in use at a site, with places, by number."""
    return list(
        db.session.scalars(
            sa.select(Checkpoint)
            .where(Checkpoint.site_id == site_id, Checkpoint.retired_at.is_(None))
            .options(joinedload(Checkpoint.place))
            .order_by(Checkpoint.number)
        )
    )


def checkpoints_by_id(checkpoint_ids: Iterable[UUID]) -> dict[UUID, Checkpoint]:
    """Checkpoints with their places, retired ones included, one query."""
    wanted = set(checkpoint_ids)
    if not wanted:
        return {}
    found = db.session.scalars(sa.select(Checkpoint).where(Checkpoint.id.in_(wanted)).options(joinedload(Checkpoint.place)))
    return {c.id: c for c in found}


def place_tree(site_id: UUID) -> list[tuple[Place, int]]:
    """All places of a site in tree order, each with its depth (0 = top)."""
    places = list(db.session.scalars(sa.select(Place).where(Place.site_id == site_id).order_by(Place.rank, Place.name)))
    children: dict[UUID | None, list[Place]] = {}
    for place in places:
        children.setdefault(place.parent_id, []).append(place)
    ordered: list[tuple[Place, int]] = []

    def walk(parent: UUID | None, depth: int) -> None:
        for place in children.get(parent, []):
            ordered.append((place, depth))
            walk(place.id, depth + 1)

    walk(None, 0)
    return ordered


def labels_of_checkpoint(checkpoint_id: UUID) -> list[Label]:
    """Every label ever issued for a checkpoint, the newest first."""
    return list(db.session.scalars(sa.select(Label).where(Label.checkpoint_id == checkpoint_id).order_by(Label.version.desc())))


def checkpoint_counts(site_ids: list[UUID]) -> dict[UUID, int]:
    """How many checkpoints are in use at each site."""
    found = (
        sa.select(Checkpoint.site_id, sa.func.count())
        .where(Checkpoint.site_id.in_(site_ids), Checkpoint.retired_at.is_(None))
        .group_by(Checkpoint.site_id)
    )
    return dict(db.session.execute(found).all())
