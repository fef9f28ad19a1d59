"""What a signature stands under, and what came after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from webapp.core.clock import DAY, day_bounds
from webapp.core.db import db
from webapp.daily_log import rules
from webapp.daily_log.day import Day
from webapp.handover.queries import between
from webapp.inspections.models import Inspection
from webapp.patrols.models import RoundStep
from webapp.people.models import Person
from webapp.people.queries import names
from webapp.records.models import Record
from webapp.work_orders.models import WorkOrder, WorkStep

FIGURES = ("due", "seen", "missed", "late", "doubtful")
LOT = 500


def content_of(shown: Day) -> rules.Content:
    """What a day shows, free of language: figures of its rounds, exceptions with where they stand, decisions, remarks."""
    figures = (shown.due, shown.seen, shown.count("missed"), shown.count("late"), shown.doubtful)
    content = {
        "site": shown.site.slug,
        "day": shown.day.isoformat(),
        "figures": dict(zip(FIGURES, figures, strict=True)),
        "jobs": {name: getattr(shown.jobs, name) for name in ("reported", "settled", "raised", "finished", "in_time")},
        "exceptions": [{"key": item.key, "facts": list(item.line.facts), "state": item.state} for item in shown.items],
        "decisions": [
            {"id": str(row.id), "key": row.key, "verb": row.verb, "by": str(row.person_id), "at": row.at.isoformat(), "reason": row.reason}
            for item in shown.items
            for row in item.decisions
        ],
        "remarks": [{"id": str(row.id), "by": str(row.person_id), "text": row.text} for row in shown.remarks],
    }
    read: rules.Content = json.loads(json.dumps(content))  # as the database gives it back
    return read


@dataclass(frozen=True)
class LateRecord:
    """A record of a signed day that arrived after the signature."""

    id: UUID
    kind: str | None
    person: Person | None
    at: datetime
    received_at: datetime


@dataclass
class Addendum:
    """What a signed day shows beyond what was signed."""

    since: rules.Since
    records: list[LateRecord]

    def __bool__(self) -> bool:
        return bool(self.since or self.records)


@dataclass
class Signing:
    """Where a day stands with its signatures. `state`: see `rules.day_state`; `seen`: the digest that a form sends back."""

    state: str
    seen: str
    addendum: Addendum

    @property
    def is_locked(self) -> bool:
        """Signed, and nothing to add."""
        return self.state == "signed"


def signing_of(shown: Day) -> Signing:
    """Where the day stands: three queries more for a signed one."""
    content = content_of(shown)
    addendum = addendum_of(shown, content)
    state = rules.day_state(shown.is_over, len(shown.open), len(shown.signatures), bool(addendum))
    return Signing(state, rules.digest_of(content), addendum)


def addendum_of(shown: Day, content: rules.Content) -> Addendum:
    """What came after the last signature."""
    if not shown.signatures:
        return Addendum(rules.Since(), [])
    last = shown.signatures[-1]
    return Addendum(rules.since_signed(last.content, content), late_records(shown, last.at))


def late_records(shown: Day, signed_at: datetime) -> list[LateRecord]:
    """Records whose time lies in the day and that arrived after that moment.

    They are looked for among what the day consists of, by id: the trail has no index by time, which would cost the intake at every record.
    """
    ids = {line.scan.id for line in shown.scans} | {note.id for note in shown.notes} | {duty.id for duty in shown.duty}
    ids |= {note.id for line in shown.scans for note in line.notes} | {c.id for line in shown.scans for c in line.corrections}
    ids |= parts_of(shown)
    found: list[Record] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), LOT):
        lot = sa.select(Record).where(Record.id.in_(wanted[start : start + LOT]), Record.received_at > signed_at)
        found += db.session.scalars(lot.options(sa.orm.defer(Record.payload)))
    of_day = [record for record in found if record.at and is_of_day(shown, record)]
    people = names(record.person_id for record in of_day)
    rows = [LateRecord(r.id, r.kind, people.get(r.person_id), r.at, r.received_at) for r in of_day if r.at]
    return sorted(rows, key=lambda row: row.at)


def is_of_day(shown: Day, record: Record) -> bool:
    """A scan belongs to its round's day; a word about a scan to the day on which it was said."""
    if record.kind in ("scan", "round-step"):
        return True
    assert record.at is not None
    start, end = day_bounds(shown.day, shown.site.zone)
    return start <= record.at < end


def parts_of(shown: Day) -> set[UUID]:
    """Ids of the day's steps of rounds and of work orders, of its inspections and of its handovers with their answers."""
    start, end = day_bounds(shown.day, shown.site.zone)
    steps = sa.select(RoundStep.id).where(RoundStep.site_id == shown.site.id, RoundStep.day == shown.day)
    of_site = sa.select(WorkStep.id).join(WorkOrder, WorkOrder.id == WorkStep.order_id).where(WorkOrder.site_id == shown.site.id)
    work = of_site.where(WorkStep.at >= start, WorkStep.at < end)
    checks = sa.select(Inspection.id).where(Inspection.site_id == shown.site.id, Inspection.at >= start, Inspection.at < end)
    handed = between(shown.site.id, start - DAY, end)  # what was given before midnight may be taken over after it
    said = {each for given in handed for each in (given.id, *(answer.id for answer in given.answers))}
    return said | {found for each in (steps, work, checks) for found in db.session.scalars(each)}
