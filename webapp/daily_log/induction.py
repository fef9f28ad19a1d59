"""Clause 2.3.2 in a site's day: rounds and jobs that people in their induction did alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core.db import db
from webapp.core.i18n import clock_time, named
from webapp.daily_log.lines import Line, Proof
from webapp.daily_log.readings import SiteDay
from webapp.patrols.showing import RoundView
from webapp.people.models import Person
from webapp.people.rules import alone_in_induction, begun_after
from webapp.standards.rules import Agreement
from webapp.work_orders.models import WorkOrder, WorkRun, WorkStep
from webapp.work_orders.steps import FINISHES, LEADS_TO

HANDS_ON = (*LEADS_TO, *FINISHES)


def induction_lines(day: SiteDay, date_: date, views: Iterable[RoundView], agreement: Agreement) -> list[Line]:
    """Rounds walked and jobs done by people in their first days, with nobody beside them who is past those. One query, two if there are such people."""
    new = new_people(date_, agreement.induction_days)
    if not new:
        return []
    return [*round_lines(day, views, new), *job_lines(day, new)]


def new_people(day: date, days: int) -> dict[UUID, Person]:
    """People who are in their induction on that day, wherever they work by now."""
    rows = db.session.scalars(sa.select(Person).where(Person.began_on > begun_after(day, days), Person.began_on <= day))
    return {person.id: person for person in rows}


def round_lines(day: SiteDay, views: Iterable[RoundView], new: dict[UUID, Person]) -> list[Line]:
    """Rounds that only such people walked."""
    found = []
    for view in views:
        walkers = {line.scan.person_id for line in view.scans if not line.withdrawn}
        if alone_in_induction(walkers, new):
            person = new[min(walkers)]
            sub = f"{clock_time(view.round.starts_at, day.site.zone)} · {since_words(person, day)}"
            found.append(
                line_of(person, view.name, sub, f"/rounds/{view.round.id}", view.round.starts_at, view.round.id, _("Open the round"))
            )
    return found


def hands_of(day: SiteDay) -> dict[tuple[WorkOrder, datetime], set[UUID]]:
    """Who had laid hands on each order that was finished on the day, by order and that moment; whether it was opened again later or not."""
    steps = sa.select(WorkStep.person_id, WorkOrder).join(WorkOrder, WorkOrder.id == WorkStep.order_id)
    hands: dict[tuple[WorkOrder, datetime], set[UUID]] = {}
    for column, joined in ((WorkOrder.finished_at, steps), (WorkRun.finished_at, steps.join(WorkRun, WorkRun.order_id == WorkOrder.id))):
        of_day = joined.add_columns(column).where(column >= day.start, column < day.end, column.class_.site_id == day.site.id)
        for person_id, order, finished_at in db.session.execute(of_day.where(WorkStep.verb.in_(HANDS_ON), WorkStep.at <= column)):
            hands.setdefault((order, finished_at), set()).add(person_id)
    return hands


def job_lines(day: SiteDay, new: dict[UUID, Person]) -> list[Line]:
    """Jobs finished on the day on which only such people laid hands."""
    found = []
    for (order, finished_at), people in hands_of(day).items():
        if alone_in_induction(people, new):
            person = new[min(people)]
            sub = f"{clock_time(finished_at, day.site.zone)} · {since_words(person, day)}"
            href = f"/work-orders/{order.id}"
            found.append(line_of(person, day.order_words(order), sub, href, finished_at, str(order.id), _("Open the work order")))
    return found


def since_words(person: Person, day: SiteDay) -> str:
    """Which of their first days it is, and who was to accompany them."""
    assert person.began_on is not None
    number = (day.day - person.began_on).days + 1
    words = _("day %(number)s of induction, clause 2.3.2", number=number)
    mentor = db.session.get(Person, person.mentor_id) if person.mentor_id else None
    return " · ".join((words, _("mentor: %(name)s", name=named(mentor)) if mentor else _("no mentor named")))


def line_of(person: Person, title: str, sub: str, href: str, at: datetime, subject: str, opens: str) -> Line:
    """The breach as a row."""
    return Line(
        "needs", _("Alone in induction"), f"{named(person)} · {title}", sub, href, at, "induction", subject, (str(person.id),),
        (person.id, *((person.mentor_id,) if person.mentor_id else ())),
        proofs=(Proof("page", opens, href),),
    )  # fmt: skip
