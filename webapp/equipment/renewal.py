"""Renewal 更新改造: a proposal with its cost, the manager's decision, the result. Steps are only ever added; the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core import ids
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.equipment.models import Equipment, RenewalStep


@dataclass(frozen=True)
class Renewal:
    """A renewal with its steps in order. `state`: proposed, approved, refused, finished."""

    id: UUID
    steps: list[RenewalStep]

    @property
    def state(self) -> str:
        last = self.steps[-1]
        if last.verb == "decide":
            return "approved" if last.approved else "refused"
        return {"propose": "proposed", "finish": "finished"}[last.verb]

    @property
    def equipment_id(self) -> UUID:
        return self.steps[0].equipment_id

    @property
    def cost(self) -> int | None:
        """What it is to cost, or did, in minor units: the latest that was said."""
        return next((step.cost for step in reversed(self.steps) if step.cost is not None), None)

    @property
    def currency(self) -> str:
        return self.steps[0].currency


def renewals_of(equipment_id: UUID) -> list[Renewal]:
    """The piece's renewals, the latest first."""
    found: dict[UUID, list[RenewalStep]] = {}
    rows = sa.select(RenewalStep).where(RenewalStep.equipment_id == equipment_id).order_by(RenewalStep.at, RenewalStep.id)
    for step in db.session.scalars(rows):
        found.setdefault(step.renewal_id, []).append(step)
    return [Renewal(renewal_id, steps) for renewal_id, steps in reversed(found.items())]


def renewal_by_id(renewal_id: UUID) -> Renewal | None:
    """One renewal."""
    rows = sa.select(RenewalStep).where(RenewalStep.renewal_id == renewal_id).order_by(RenewalStep.at, RenewalStep.id)
    steps = list(db.session.scalars(rows))
    return Renewal(renewal_id, steps) if steps else None


def propose(one: Equipment, text: str, cost: int, currency: str, person_id: UUID, now: datetime) -> RenewalStep:
    """Say what should be renewed, and what it would cost, in minor units."""
    step = RenewalStep(
        renewal_id=ids.new_id(), equipment_id=one.id, verb="propose", text=text, cost=cost, currency=currency, person_id=person_id, at=now
    )
    db.session.add(step)
    db.session.flush()
    return step


def decide(renewal: Renewal, approved: bool, text: str, person_id: UUID, now: datetime) -> None:
    """Approve or refuse a proposal. Raises Problem conflict where it is none any more."""
    if renewal.state != "proposed":
        raise Problem("conflict")
    _add(renewal, RenewalStep(verb="decide", approved=approved, text=text, person_id=person_id, at=now))


def finish(renewal: Renewal, text: str, cost: int | None, person_id: UUID, now: datetime) -> None:
    """What came of it, and what it did cost. Raises Problem conflict where it was not approved."""
    if renewal.state != "approved":
        raise Problem("conflict")
    _add(renewal, RenewalStep(verb="finish", text=text, cost=cost, person_id=person_id, at=now))


def _add(renewal: Renewal, step: RenewalStep) -> None:
    step.renewal_id, step.equipment_id, step.currency = renewal.id, renewal.equipment_id, renewal.currency
    db.session.add(step)
    db.session.flush()
