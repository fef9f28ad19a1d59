"""A field worker's day: what is next, what is open, what was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp.daily_log.answers import Question, questions_for
from webapp.equipment.offline import READS_METERS
from webapp.inspections.keeping_off import Treatment, treated_now
from webapp.inspections.offering import Offer, offers_for
from webapp.patrols.mine import rounds_of
from webapp.patrols.showing import RoundView
from webapp.people.models import Duty, Person
from webapp.people.queries import on_duty
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_by_id, sites_for
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import mine

JOB_TRADES = ("technician", "cleaner", "gardener")  # whose day is made of work orders rather than rounds
OPEN = ("running", "paused", "due")


@dataclass
class Today:
    """What `/today` shows. `now`: the round in hand or the next one; `open`, `coming`, `past`: the others.

    `jobs`: the person's open work orders, what burns first; `offered`: how many more they may take; `jobs_first`: work orders are
    what this person's day is made of.
    """

    sites: list[Site]
    duty: Duty | None
    now: RoundView | None
    open: list[RoundView]
    coming: list[RoundView]
    past: list[RoundView]
    at: datetime
    jobs: list[WorkOrder]
    offered: int
    jobs_first: bool
    reads_meters: bool
    lists: list[Offer]
    points: dict[UUID, Checkpoint]
    questions: list[Question]
    treated: list[Treatment]

    @property
    def minutes_to_start(self) -> int:
        """Whole minutes until the next round may begin; 0 or less when it may."""
        return 0 if self.now is None else int((self.now.round.starts_at - self.at).total_seconds() // 60)


def today_of(person: Person, at: datetime) -> Today:
    """Everything `/today` needs."""
    sites = sites_for(person)
    views = sorted((v for site in sites for v in rounds_of(person, site, at)), key=lambda v: v.round.starts_at)
    handed = [v for v in views if _is_mine(v, person)]
    open_ = sorted((v for v in handed if v.state.state in OPEN), key=lambda v: (OPEN.index(v.state.state), v.round.closes_at))
    coming = [v for v in handed if v.state.state == "upcoming"]
    past = [v for v in reversed(handed) if v.state.state not in (*OPEN, "upcoming")]
    first = open_.pop(0) if open_ else coming.pop(0) if coming else None
    orders = mine(person, at)
    jobs = [order for order in orders if order.assignee_id == person.id]
    jobs_first = person.trade in JOB_TRADES and not (first and first.state.state in OPEN)
    lists = [offer for site in sites for offer in offers_for(person, site, at) if offer.plan and (offer.due or offer.done)]
    points = checkpoints_by_id(point for offer in lists for point in offer.due)
    return Today(
        sites, on_duty(person.id, at), first, open_, coming, past, at, jobs, len(orders) - len(jobs), jobs_first,
        person.trade == READS_METERS, lists, points, questions_for(person, at),
        treated_now([site.id for site in sites], at),
    )  # fmt: skip


def _is_mine(view: RoundView, person: Person) -> bool:
    """A round that a colleague took over, or began, is no longer the next thing for this person."""
    if view.state.state not in OPEN or view.state.holder_id is None:
        return True
    return view.state.holder_id == person.id
