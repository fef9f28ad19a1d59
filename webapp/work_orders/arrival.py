"""Whether somebody who says "on site" was there: by the label they scanned, by where their phone was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.db import db
from webapp.core.i18n import named
from webapp.sites.models import Checkpoint
from webapp.sites.rules import distance_m, where_of
from webapp.work_orders.models import WorkOrder, WorkStep


def spots_of(order: WorkOrder) -> list[Checkpoint]:
    """The points at which somebody who is there may stand: the order's own, or those of its place; as far as their positions are known."""
    return spots_by_order([order])[order.id]


def spots_by_order(orders: Collection[WorkOrder]) -> dict[UUID, list[Checkpoint]]:
    """As `spots_of`, of several orders: one query."""
    points = {order.checkpoint_id for order in orders if order.checkpoint_id}
    places = {order.place_id for order in orders if order.place_id and not order.checkpoint_id}
    there = sa.and_(Checkpoint.place_id.in_(places), Checkpoint.retired_at.is_(None))
    measured = sa.select(Checkpoint).where(sa.or_(Checkpoint.id.in_(points), there), Checkpoint.lat.is_not(None))
    found = list(db.session.scalars(measured)) if points or places else []
    return {
        order.id: [
            spot
            for spot in found
            if (spot.id == order.checkpoint_id if order.checkpoint_id else spot.place_id == order.place_id and spot.retired_at is None)
        ]
        for order in orders
    }


@dataclass(frozen=True)
class Arrival:
    """A step "on site" beside what is known of where its order is. Distances in metres. `met`: labels' points by id that have been read already."""

    step: WorkStep
    order: WorkOrder
    spots: Iterable[Checkpoint]
    met: Mapping[UUID, Checkpoint] = field(default_factory=dict)

    @cached_property
    def label(self) -> Checkpoint | None:
        """The point whose label was scanned."""
        own_id = self.step.checkpoint_id
        return (self.met.get(own_id) or db.session.get_one(Checkpoint, own_id)) if own_id else None

    @cached_property
    def is_by_its_label(self) -> bool:
        """Was the label that of the order's point, or of any point of its place where it has none?"""
        order, label = self.order, self.label
        return label is not None and (label.id == order.checkpoint_id or (order.checkpoint_id is None and label.place_id == order.place_id))

    @cached_property
    def nearest(self) -> tuple[float, str] | None:
        """How far the phone was from the nearest point, and whether that is inside, outside or vague; None where one of the two is not known."""
        lat, lon, fence = self.step.lat, self.step.lon, self.order.site.fence_m
        if lat is None or lon is None:
            return None
        away = [(distance_m(lat, lon, s.lat, s.lon), s.fence_m or fence) for s in self.spots if s.lat is not None and s.lon is not None]
        if not away:
            return None
        distance, fence = min(away)
        return distance, where_of(distance, self.step.accuracy_m or 0, fence)

    @property
    def is_doubtful(self) -> bool:
        """Does anything speak against it?"""
        return (self.label is not None and not self.is_by_its_label) or (self.nearest is not None and self.nearest[1] == "outside")

    @property
    def words(self) -> tuple[str, str]:
        """By what it shows that somebody was there, and what is doubtful about it."""
        said: list[str] = []
        odd: list[str] = []
        if self.is_by_its_label:
            said.append(_("By the label there"))
        elif self.label is not None:
            odd.append(_("By a label of another place: %(name)s", name=named(self.label)))
        if self.nearest is not None:
            distance, where = self.nearest
            figures = {"distance": round(distance), "accuracy": round(self.step.accuracy_m or 0)}
            if where == "vague":
                said.append(_("Position vague: ±%(accuracy)s m", accuracy=figures["accuracy"]))
            else:
                (said if where == "inside" else odd).append(_("Position %(distance)s m from there, ±%(accuracy)s m", **figures))
        elif self.label is None:
            said.append(_("Without label or position") if self.step.lat is None else _("The position of this place is not known"))
        return " · ".join(said), " · ".join(odd)
