"""Forty days of upkeep in the demo: plans raise their orders, technicians do them and read the meters, papers run out, things are renewed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.core.db import db
from webapp.demo.build import ZONE, Town
from webapp.demo.phones import Phone
from webapp.demo.register import ITEMS, METERS, read_meters
from webapp.demo.roster import Roster
from webapp.equipment import actions, register, renewal
from webapp.equipment.models import Equipment, MaintenanceDue, MaintenancePlan, Meter
from webapp.people.models import Person
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder

Later = Callable[[datetime, Callable[[], object]], None]

RAISED_AT, FIRST_VISIT, VERIFIED_AT = time(6), time(9, 40), time(17, 10)
BETWEEN = timedelta(minutes=17)  # from one machine to the next
LATE = ("DT-06", "lift-15", timedelta(days=3))  # its second time: the firm came three days late
NEVER = ("XF-06", "fire-year")  # the test of the smoke fan is overdue
LEFT = {
    ("DT-10", "lift-month"),
    ("DT-11", "lift-month"),
    ("DT-12", "lift-month"),
}  # what is due on the last day is for whoever tries the demo
MISREAD = ("SB-总", 10)  # so many days ago a digit was left out
# class, name, number (with the machine's own), days it is still valid at the end (None: for good)
PAPERS = (
    ("lift", "特种设备使用登记证", "梯11鲁C{n:04}", None), ("lift", "电梯定期检验报告", "TJ-2026-{n:04}", 150), ("fire", "消防设施检测报告", "XJ-26-{n:03}", 210),
    ("tank", "二次供水水质检测报告", "SZ-26-{n:03}", 96), ("power", "高压设备预防性试验报告", "DS-26-{n:03}", 301),
)  # fmt: skip
RUNS_OUT = {"DT-04": 19, "DT-09": -5}  # days after the end


@dataclass
class Upkeep:
    """Plays the large community's upkeep."""

    seed: int
    start: datetime
    end: datetime
    town: Town
    staff: dict[str, Person]
    phones: dict[str, Phone]
    roster: Roster
    later: Later
    machines: dict[str, UUID]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))
    lates: int = 0

    def events(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """What begins by itself."""
        yield self.start, self._papers
        day, last = clock.local_day(self.start, ZONE), clock.local_day(self.end, ZONE)
        while day <= last:
            yield self._at(day, RAISED_AT), self._raise
            day += timedelta(days=1)
        spots = {number: spot for number, _c, _n, _e, _p, spot, *_rest in ITEMS}
        meters = {meter.id: meter for meter in db.session.scalars(db.select(Meter).where(Meter.site_id == self.town.site.id))}
        code_of = {number: self.town.codes[spots[piece]] for number, _n, _e, _u, _d, piece, _usage in METERS}
        for at, meter_id, value in read_meters(self.town, self.start, self.end, self.seed):
            number = meters[meter_id].number
            wrong = number == MISREAD[0] and timedelta(0) <= (self.end - at) - timedelta(days=MISREAD[1] - 7) < timedelta(days=7)
            body = {"meter": str(meter_id), "value": float(int(value / 10) if wrong else value), "code": code_of[number], "text": ""}
            yield at, partial(self._record, "technician", "reading", body)
        yield from self._renewals()

    def _at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone)

    def _record(self, who: str, kind: str, body: dict[str, Any]) -> None:
        phone = self.phones[who]
        at = max(clock.now(), phone.busy_until + timedelta(seconds=20))
        phone.record(kind, body, at)
        phone.contact(at + timedelta(seconds=2))

    # ---------------------------------------------------------------- plans

    def _raise(self) -> None:
        """What the server does every quarter of an hour, here once a day; and when each order will be done."""
        now = clock.now()
        for n, order in enumerate(actions.raise_due(self.town.site, now)):
            due, plan, one = db.session.execute(
                db.select(MaintenanceDue, MaintenancePlan, Equipment)
                .join(MaintenancePlan, MaintenancePlan.id == MaintenanceDue.plan_id)
                .join(Equipment, Equipment.id == MaintenanceDue.equipment_id)
                .where(MaintenanceDue.order_id == order.id)
            ).one()
            visit = self._visit(due.due_on, plan.legal_code or "", one.number)
            if visit is not None:
                at = self._at(max(visit, clock.local_day(now, ZONE)), FIRST_VISIT) + n * BETWEEN
                self.later(at - timedelta(minutes=50), partial(self._assign, order, at))

    def _visit(self, due_on: date, legal_code: str, number: str) -> date | None:
        """The day on which somebody comes; None: nobody does."""
        today = clock.local_day(self.end, ZONE)
        if (number, legal_code) == NEVER or ((number, legal_code) in LEFT and due_on >= today - timedelta(days=2)):
            return None
        if (number, legal_code) == LATE[:2]:
            self.lates += 1
            if self.lates == 2:
                return due_on + LATE[2]
        return due_on - timedelta(days=random.Random(f"visit {due_on} {number} {self.seed}").choice((0, 0, 1)))

    def _assign(self, order: WorkOrder, at: datetime) -> None:
        who = self.roster.worker("jinxiu", "technician", at)
        work.act(order, self.staff["desk"], "assign", clock.now(), to_id=self.staff[who].id)
        step = {"order": str(order.id), "reason": ""}
        self.later(at, partial(self._record, who, "work-step", step | {"verb": "start"}))
        self.later(at + timedelta(minutes=14), partial(self._record, who, "work-step", step | {"verb": "finish"}))
        self.later(self._at(clock.local_day(at, ZONE), VERIFIED_AT), partial(self._verify, order))

    def _verify(self, order: WorkOrder) -> None:
        db.session.refresh(order)
        if order.state == "finished":
            work.act(order, self.staff["supervisor"], "verify", clock.now())

    # ---------------------------------------------------------------- papers and renewals

    def _papers(self) -> None:
        by, last = self.staff["manager"].id, clock.local_day(self.end, ZONE)
        for class_code, name, number, valid in PAPERS:
            for n, (piece, own_class, *_rest) in enumerate(ITEMS, 1):
                if own_class == class_code:
                    days = RUNS_OUT.get(piece, valid + 3 * n) if valid else None
                    until = last + timedelta(days=days) if days else None
                    register.add_document(self._piece(piece), name, number.format(n=n), until, by, clock.now())

    def _piece(self, number: str) -> Equipment:
        return db.session.get_one(Equipment, self.machines[number])

    def _renewals(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        def ago(days: float) -> datetime:
            return self.end - timedelta(days=days)

        yield (
            ago(33),
            partial(
                self._propose,
                "LD-02",
                "地库灯管更换为雷达感应LED，预计节电六成",
                46_800_00,
                (ago(31), True, "同意，从公共收益列支"),
                (ago(12), "已更换312支，验收合格", 45_320_00),
            ),
        )
        yield ago(9), partial(self._propose, "SB-02", "机械密封第三次漏水，建议更换整泵", 18_600_00, (ago(7), True, "同意，三家比价"), None)
        yield ago(2), partial(self._propose, "DT-06", "平层故障频发，建议更换控制柜", 92_000_00, None, None)

    def _propose(
        self, number: str, text: str, cost: int, decision: tuple[datetime, bool, str] | None, result: tuple[datetime, str, int] | None
    ) -> None:
        step = renewal.propose(self._piece(number), text, cost, "CNY", self.staff["supervisor"].id, clock.now())

        def found() -> renewal.Renewal:
            known = renewal.renewal_by_id(step.renewal_id)
            assert known is not None  # proposed above
            return known

        if decision:
            at, approved, why = decision
            self.later(at, lambda: renewal.decide(found(), approved, why, self.staff["manager"].id, clock.now()))
        if result:
            done_at, words, paid = result
            self.later(done_at, lambda: renewal.finish(found(), words, paid, self.staff["supervisor"].id, clock.now()))
