"""Pictures of a site and its floors with the checkpoints on them: what is done to them, and reading them. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from webapp.core.db import changed, db, insert_new
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.photos import actions as photos
from webapp.sites.models import Checkpoint, FloorPlan, PlanPoint, Site
from webapp.sites.queries import reach
from webapp.sites.rules import is_share

SIDE = 2000  # pixels of a plan's longer side: small words stay readable at four times the size of a phone's page
TAKEN = {"image/jpeg", "image/png", "image/webp"}

# ---------------------------------------------------------------- what is done to them


def drawn(content: bytes) -> bytes:
    """A plan's picture, drawn anew, with nothing but its pixels; asks no database. Raises Problem too-large, not-a-picture."""
    if len(content) > photos.MOST_BYTES:
        raise Problem("too-large", _("The picture is larger than 20 MB."))
    try:
        if photos.look_at(content)[0] not in TAKEN:
            raise Problem("not-a-picture")
        return photos.drawn(content, SIDE)
    except Problem as refused:
        if refused.code != "not-a-picture":
            raise
        words = _("No picture, a broken one, or one of more than 25 million pixels. JPEG, PNG or WebP, please.")
        raise Problem("not-a-picture", words) from None


def draw_plan(site: Site, name: str, name_en: str | None, picture: bytes, person_id: UUID, at: datetime) -> FloorPlan:
    """A new plan, its `picture` drawn, behind the others. Raises Problem: conflict (a plan in use has that name), full."""
    check_name(site.id, name)
    last = db.session.scalar(sa.select(sa.func.max(FloorPlan.rank)).where(FloorPlan.site_id == site.id))
    plan = FloorPlan(
        site_id=site.id, name=name, name_en=name_en, rank=(last or 0) + 1, sha256=photos.store_office(picture, person_id),
        pictured_by_id=person_id, pictured_at=at, changed_by_id=person_id, changed_at=at,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    return plan


def check_name(site_id: UUID, name: str, but: UUID | None = None) -> None:
    """Raises Problem conflict when another plan in use at the site has that name."""
    twin = sa.select(FloorPlan.id).where(FloorPlan.site_id == site_id, FloorPlan.name == name, FloorPlan.retired_at.is_(None))
    if db.session.scalar(twin if but is None else twin.where(FloorPlan.id != but)):
        raise Problem("conflict", _("There is a plan of this name already."))


def change_plan(plan: FloorPlan, name: str, name_en: str | None, rank: int, picture: bytes, person_id: UUID, at: datetime) -> None:
    """Another name, another place among the plans, and, unless it is empty, another drawn `picture` under the same points: all or nothing.

    Raises Problem: conflict (retired, or the name is taken), full.
    """
    still_in_use(plan)
    check_name(plan.site_id, name, plan.id)
    sha256 = photos.store_office(picture, person_id) if picture else plan.sha256
    if sha256 != plan.sha256:
        plan.sha256, plan.pictured_by_id, plan.pictured_at = sha256, person_id, at
    plan.name, plan.name_en, plan.rank, plan.changed_by_id, plan.changed_at = name, name_en, rank, person_id, at
    db.session.flush()
    db.session.expire(plan, ["picture"])


def retire_plan(plan: FloorPlan, person_id: UUID, at: datetime) -> None:
    """Take a plan out of use; picture and points stay. Raises Problem conflict when that was done."""
    in_use = sa.update(FloorPlan).where(FloorPlan.id == plan.id, FloorPlan.retired_at.is_(None))
    if changed(in_use.values(retired_at=at, retired_by_id=person_id)) == 0:
        raise Problem("conflict")
    db.session.refresh(plan)


def restore_plan(plan: FloorPlan, person_id: UUID, at: datetime) -> None:
    """Put a retired plan back into use. Raises Problem conflict: it is in use, or its name was given to another."""
    check_name(plan.site_id, plan.name, plan.id)
    retired = sa.update(FloorPlan).where(FloorPlan.id == plan.id, FloorPlan.retired_at.is_not(None))
    if changed(retired.values(retired_at=None, retired_by_id=None, changed_by_id=person_id, changed_at=at)) == 0:
        raise Problem("conflict")
    db.session.refresh(plan)


def still_in_use(plan: FloorPlan) -> None:
    """Raises Problem conflict when the plan is retired."""
    if plan.retired_at is not None:
        raise Problem("conflict", _("This plan is out of use. Put it back into use first."))


def put_point(plan: FloorPlan, checkpoint_id: UUID, x: float, y: float, person_id: UUID, at: datetime) -> PlanPoint:
    """Put a checkpoint onto the plan, or move it. `x`, `y`: shares of width and height.

    Raises Problem: not-found (no checkpoint of this site), conflict (plan or checkpoint is out of use); ValueError outside 0 to 1.
    """
    if not (is_share(x) and is_share(y)):
        raise ValueError((x, y))
    return say_where(plan, checkpoint_id, x, y, person_id, at)


def take_off(plan: FloorPlan, checkpoint_id: UUID, person_id: UUID, at: datetime) -> PlanPoint:
    """Take a checkpoint off the plan. Raises Problem as `put_point`, and conflict when it does not lie there."""
    point = db.session.get(PlanPoint, (plan.id, checkpoint_id))
    if point is not None and point.x is None:
        raise Problem("conflict", _("This checkpoint does not lie on the plan."))
    return say_where(plan, checkpoint_id, None, None, person_id, at)


def say_where(plan: FloorPlan, checkpoint_id: UUID, x: float | None, y: float | None, person_id: UUID, at: datetime) -> PlanPoint:
    """One place a checkpoint and plan: whoever says it last is right."""
    checkpoint = db.session.get(Checkpoint, checkpoint_id)
    if checkpoint is None or checkpoint.site_id != plan.site_id:
        raise Problem("not-found", _("There is no such checkpoint at this community."))
    still_in_use(plan)
    if checkpoint.retired_at is not None:
        raise Problem("conflict", _("%(name)s is out of use.", name=named(checkpoint)))
    said = {"x": x, "y": y, "person_id": person_id, "at": at}
    db.session.execute(insert_new(PlanPoint, [{"plan_id": plan.id, "checkpoint_id": checkpoint_id} | said], "plan_id", "checkpoint_id"))
    own = sa.update(PlanPoint).where(PlanPoint.plan_id == plan.id, PlanPoint.checkpoint_id == checkpoint_id)
    db.session.execute(own.values(**said))
    return db.session.get_one(PlanPoint, (plan.id, checkpoint_id), populate_existing=True)


# ---------------------------------------------------------------- reading


def plans_of(site_id: UUID, retired: bool = False) -> list[FloorPlan]:
    """The site's plans in use, or those that are not any more, in their order."""
    which = FloorPlan.retired_at.is_not(None) if retired else FloorPlan.retired_at.is_(None)
    found = sa.select(FloorPlan).where(FloorPlan.site_id == site_id, which)
    return list(db.session.scalars(found.order_by(FloorPlan.rank, FloorPlan.name, FloorPlan.id)))


def plan_for(person: Person, slug: str, plan_id: UUID, at_least: str = "supervisor") -> FloorPlan:
    """The plan of that site, retired ones too, for this person; refusals as in `queries.reach`."""
    plan = db.session.get(FloorPlan, plan_id)
    reach(person, plan.site if plan and plan.site.slug == slug else None, at_least)
    assert plan is not None
    return plan


def points_on(plan_id: UUID) -> list[PlanPoint]:
    """What lies on the plan, with checkpoints (retired ones too) and their places, by number."""
    found = (
        sa.select(PlanPoint)
        .join(Checkpoint, Checkpoint.id == PlanPoint.checkpoint_id)
        .where(PlanPoint.plan_id == plan_id, PlanPoint.x.is_not(None))
        .options(joinedload(PlanPoint.checkpoint).joinedload(Checkpoint.place))
        .order_by(Checkpoint.number)
    )
    return list(db.session.scalars(found))


def point_counts(plan_ids: list[UUID]) -> dict[UUID, int]:
    """How many checkpoints in use lie on each plan."""
    found = (
        sa.select(PlanPoint.plan_id, sa.func.count())
        .join(Checkpoint, Checkpoint.id == PlanPoint.checkpoint_id)
        .where(PlanPoint.plan_id.in_(plan_ids), PlanPoint.x.is_not(None), Checkpoint.retired_at.is_(None))
        .group_by(PlanPoint.plan_id)
    )
    return {row[0]: row[1] for row in db.session.execute(found)}
