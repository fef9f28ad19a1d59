"""How the demo's people fill in their checklists: on their phones, through the intake; some fail, one is re-inspected, one evening is stormy."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db
from webapp.demo import pictures
from webapp.demo.build import ZONE, Town
from webapp.demo.checklists import AREAS, HEXI_AREAS, HEXI_LISTS, HEXI_PLANS, LISTS, PLANS, Asked, Listed
from webapp.demo.jobs import SCRIBBLE, Craft, Job
from webapp.demo.phones import Phone, Picture
from webapp.inspections import actions
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist, Finding, InspectionPlan
from webapp.inspections.rules import all_normal, asked
from webapp.people.models import Person
from webapp.photos.actions import drawn
from webapp.work_orders.models import WorkOrder

STORM_DAYS_AGO = 13
STORM = (time(17, 40), timedelta(hours=5))
FAILS = 0.035
FORGOTTEN = 0.02  # a place left out that day
ALBUM = timedelta(days=6)
SPOTTED = (78, 15, 7)  # good, fair, poor: of a hundred
RESTED = ("green", "water", "prune", "feed", "frost")
PAIRS_ALBUM = timedelta(days=10)
FAILED = {"stairs": "swept", "green": "weeds", "wells": "flow", "lift": "doors"}
SAID = {"swept": "3 层拐角有装修垃圾", "weeds": "灌木丛里有杂草和饮料瓶", "flow": "北侧井内有油污，水流慢", "doors": "5 楼平层差约 1 厘米"}


@dataclass(frozen=True)
class Upkept:
    """What a community has agreed on: checklists by key, areas, plans, and who looks whether it was done well."""

    lists: tuple[Listed, ...]
    areas: tuple[tuple[str, str, int, float | None], ...]
    plans: tuple[Asked, ...]
    boss: str


UPKEPT = {
    "jinxiu": Upkept(LISTS, AREAS, PLANS, "supervisor"),
    "hexi": Upkept(tuple(one for one in LISTS if one.key in HEXI_LISTS), HEXI_AREAS, HEXI_PLANS, "supervisor2"),
}


def build_checklists(town: Town, by: UUID, at: datetime) -> None:
    """The community's checklists, areas and plans."""
    agreed = UPKEPT[town.community.slug]
    made: dict[str, UUID] = {}
    for one in agreed.lists:
        row = Checklist(
            site_id=town.site.id, name=one.name, name_en=one.name_en, service=one.service, target=one.target, class_code=one.class_code, trade=one.trade, source=one.source,
            purpose=one.purpose,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        actions.set_content(row, _pictured(town, one, by), by, at)
        made[one.key] = row.id
    trades = {one.key: one.trade for one in LISTS}
    begins = clock.local_day(at, ZONE) + timedelta(days=3)
    for number, kind, grade, size in agreed.areas:
        area = {"checkpoint_id": town.checkpoint_id(number), "kind": kind, "grade": grade, "size_m2": size, "begins_on": begins}
        actions.begin_area(town.site.id, area, by)
    for plan in agreed.plans:
        facts = {
            "checklist_id": made[plan.listed], "name": plan.name, "name_en": plan.name_en, "points": [] if plan.area else [str(town.checkpoint_id(n)) for n in plan.points],
            "area_kind": plan.area[0] if plan.area else None, "area_grade": plan.area[1] if plan.area else None, "source": plan.source, "confidence": plan.confidence,
            "every": plan.every, "unit": plan.unit, "from_completion": plan.from_completion, "months": list(plan.months), "weekdays": list(plan.weekdays),
            "begins_on": begins + timedelta(days=first_day(plan, begins)), "from_time": plan.hours[0], "until_time": plan.hours[1], "trade": trades[plan.listed], "mode": plan.mode,
        }  # fmt: skip
        actions.begin_plan(town.site.id, facts, by)


def first_day(plan: Asked, start: date) -> int:
    """Days after `start` on which a plan begins: what gardeners do each week is not for the weekend."""
    weekday = (start + timedelta(days=plan.offset)).weekday()
    return plan.offset + (7 - weekday if weekday > 4 and plan.listed in RESTED else 0)


def _pictured(town: Town, one: Listed, by: UUID) -> Content:
    """The list with the pictures that show how to check."""
    shows = {"swept": pictures.clean_hall} if one.key == "stairs" else {}
    sections = []
    for section in one.content.sections:
        asked_ = [
            question.model_copy(update={"picture": actions.keep_picture(town.site.id, drawn(shows[question.id]().content), by)})
            if question.id in shows
            else question
            for question in section.questions
        ]
        sections.append(section.model_copy(update={"questions": tuple(asked_)}))
    return one.content.model_copy(update={"sections": tuple(sections)})


@dataclass
class Inspecting:
    """Plays the plans of the days from `start` to `end`."""

    seed: int
    start: datetime
    end: datetime
    town: Town
    staff: dict[str, Person]
    phones: dict[str, Phone]
    craft: Craft
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))

    def __post_init__(self) -> None:
        self.plans = {
            one.name: one for one in db.session.scalars(sa.select(InspectionPlan).where(InspectionPlan.site_id == self.town.site.id))
        }
        self.content: dict[str, Content] = {one.key: one.content for one in LISTS}
        self.agreed = UPKEPT[self.town.community.slug]

    def events(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """When each place of each plan is done."""
        for plan in self.agreed.plans:
            yield from self._storm(plan) if plan.mode == "storm" else self._days(plan)

    def _days(self, plan: Asked) -> Iterator[tuple[datetime, Callable[[], object]]]:
        step = plan.every * {"day": 1, "week": 7, "month": 31}[plan.unit]
        day = first_day(plan, clock.local_day(self.start, ZONE))
        while self.start + timedelta(days=day) <= self.end:
            chance = random.Random(f"{self.seed}:inspect:{plan.name}:{day}")
            moved = self._moved(plan, day, chance)
            begin = datetime.combine((self.start + timedelta(days=day + moved)).date(), time(int(plan.hours[0][:2]), 20), self.zone)
            for n, number in enumerate(plan.points if not plan.months or begin.month in plan.months else ()):
                if plan.unit == "day" and plan.every == 1 and chance.random() < FORGOTTEN:
                    continue
                yield begin + timedelta(minutes=22 * n + chance.uniform(0, 9)), partial(self._do, plan, number, chance.random() < FAILS)
            day += step + (moved if plan.from_completion else 0)

    def _moved(self, plan: Asked, day: int, chance: random.Random) -> int:
        """Gardeners rest at the weekend; the second lift maintenance came three days late."""
        weekday = (self.start + timedelta(days=day)).weekday()
        if plan.listed == "lift" and 10 < day < 20:
            return 3
        return 7 - weekday if plan.listed in RESTED and weekday > 4 else 0 if plan.every == 1 else chance.choice((0, 0, 1))

    def _storm(self, plan: Asked) -> Iterator[tuple[datetime, Callable[[], object]]]:
        day = (self.end.astimezone(self.zone) - timedelta(days=STORM_DAYS_AGO)).date()
        begin = datetime.combine(day, STORM[0], self.zone)
        if begin < self.start:
            return
        by, site_id = self.staff["supervisor"].id, self.town.site.id
        yield begin, lambda: actions.begin_storm(site_id, "市气象台发布暴雨橙色预警", by, clock.now())
        yield begin + STORM[1], lambda: actions.end_storm(site_id, by, clock.now())
        for n, number in enumerate(plan.points):
            yield begin + timedelta(minutes=50 + 15 * n), partial(self._do, plan, number, n == 1)

    def _do(self, plan: Asked, number: str, fails: bool, again_of: UUID | None = None) -> None:
        """Somebody fills the list in at that place. What failed is worked on and, of the stairs, looked at again."""
        now = clock.now()
        chance = random.Random(f"{self.seed}:answers:{plan.name}:{number}:{now:%Y%m%d}")
        phone = self.phones[self._who(plan, now)]
        at = max(now, phone.busy_until + timedelta(seconds=20))
        if at >= self.end:
            return
        answers, shots = self._answers(plan, number, fails, chance, again_of is not None)
        row = self.plans[plan.name]
        body = {
            "checklist": str(row.checklist_id), "version": 1, "checkpoint": str(self.town.checkpoint_id(number)), "plan": None if again_of else str(row.id),
            "again_of": str(again_of) if again_of else None, "answers": answers,
        }  # fmt: skip
        record_id = phone.record("inspection", body, at, pictures=shots)
        phone.contact(at + timedelta(seconds=2))
        if fails and phone.no_signal_until is None:
            self._mend(plan, number, record_id, chance)

    def _mend(self, plan: Asked, number: str, record_id: UUID, chance: random.Random) -> None:
        """The order that failing raised is worked on; then somebody looks again."""
        order_ids = db.session.scalars(sa.select(Finding.order_id).where(Finding.inspection_id == record_id, Finding.order_id.is_not(None)))
        for order in db.session.scalars(sa.select(WorkOrder).where(WorkOrder.id.in_(list(order_ids)), WorkOrder.state == "new")):
            self.craft.play(Job(order, chance, done=lambda: self._do(plan, number, False, record_id)))

    def _who(self, plan: Asked, now: datetime) -> str:
        trade = next(one.trade for one in LISTS if one.key == plan.listed)
        if trade == "management":
            return self.agreed.boss
        try:
            return self.craft.roster.worker("jinxiu", trade, now)
        except StopIteration:
            return trade

    def _answers(
        self, plan: Asked, number: str, fails: bool, chance: random.Random, again: bool
    ) -> tuple[dict[str, Any], tuple[Picture, ...]]:
        content = self.content[plan.listed]
        answers = all_normal(content)
        shots: tuple[Picture, ...] = ()
        for question in asked(content, answers):
            if question.kind == "number":
                answers[question.id] = {"value": self._number(question.id, fails, chance)}
            elif question.kind == "signature":
                answers[question.id] = {"value": SCRIBBLE}
            elif question.kind == "photo" and clock.now() > self.end - PAIRS_ALBUM:
                spot = self.town.spots[self.town.checkpoint_id(number)]
                caption = f"{clock.now().astimezone(self.zone):%Y-%m-%d %H:%M}"
                shots = (
                    *shots,
                    pictures.worked(
                        spot, caption, random.Random(f"{self.seed}:{number}:{caption}"), question.role == "after", plan.listed == "prune"
                    ),
                )
                answers[question.id] = {"value": [shots[-1].sha256], "photos": [shots[-1].sha256]}
            elif question.kind == "choice":
                picked = chance.choices(question.choices, SPOTTED)[0] if question.good else chance.choice(question.choices[:2])
                answers[question.id] = {"value": picked}
        wanted = FAILED.get(plan.listed, "")
        if fails and wanted:
            answers[wanted] = {"value": "fail", "text": SAID[wanted]}
            if clock.now() > self.end - ALBUM:
                spot = self.town.spots[self.town.checkpoint_id(number)]
                shots = (
                    *shots,
                    pictures.scene(spot, f"{clock.now().astimezone(self.zone):%Y-%m-%d %H:%M}", chance),
                )
                answers[wanted]["photos"] = [shots[-1].sha256]
        return ({wanted: {"value": "pass"}} if again and wanted else answers), shots

    @staticmethod
    def _number(question_id: str, fails: bool, chance: random.Random) -> float:
        whole = {"dose": (800, 1500), "area": (120, 600), "interval": (48, 72), "level": (45, 120), "minutes": (20, 60), "depth": (0, 6)}[
            question_id
        ]
        return 18 if fails and question_id == "depth" else chance.randint(*whole)
