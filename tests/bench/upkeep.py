"""Upkeep: whether a machine's page and the list of plans grow with the years, and how soon a tap on a long checklist shows."""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.bench import browsing, load, pages, world
from webapp.core import clock, ids
from webapp.core.clock import day_bounds, local_day
from webapp.core.db import db, writing
from webapp.equipment.models import Equipment, EquipmentStatus, MaintenanceDue, MaintenancePlan, Meter, Reading
from webapp.inspections import actions as inspections
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist, Inspection
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.records.rules import receipt_code
from webapp.sites import actions as sites
from webapp.sites.models import Checkpoint, Site
from webapp.work_orders.models import WorkOrder

YEARS = 5
CLASSES = ("lift", "pump", "fire", "power", "gate")
PIECES, METERS = 40, 4  # of the community whose machine is looked at; its meters are read daily
MANY = 540  # pieces of the other one, whose four plans a piece come to 50,000 times a year
STEPS = {"lift": (15, 30), "works": (7, 15, 30, 90)}  # days between two times
QUESTIONS, TAPS, SLOW = 150, 60, 4
AT_ONCE = 5_000


@dataclass
class Made:
    """What the measurements ask of the database."""

    piece: UUID
    checklist: UUID
    answered: int = 0


def measure(scratch: Path) -> list[dict[str, Any]]:
    """All of it, on a database of its own: first with the latest tenth of the history, then with all of it."""
    folder = scratch / "upkeep"
    folder.mkdir()
    world.build(folder)
    made = _begin(folder)
    a_machine, the_plans = f"a machine's page with {YEARS} years of history", "the list of plans with 50,000 due times a year"
    wanted = {a_machine: (f"/equipment/items/{made.piece}", "fitter"), the_plans: ("/maintenance/works", "chief")}
    spans = {"bench": 365 * YEARS, "works": 365}
    _remember(folder, {slug: (days // 10, 0) for slug, days in spans.items()})
    few = pages.medians(folder, wanted)
    _remember(folder, {slug: (days, days // 10) for slug, days in spans.items()})
    many = pages.medians(folder, wanted)
    return [*(_grown(name, few[name], many[name]) for name in wanted), tap_to_paint(folder, made)]


def _grown(name: str, few: float, many: float) -> dict[str, Any]:
    ratio = many / few
    detail = f"{few:.1f} → {many:.1f} ms"
    return {"what": f"{name} against a tenth", "value": round(ratio, 2), "target": "≤ 1.5", "met": ratio <= 1.5, "detail": detail}


# ---------------------------------------------------------------- a community full of machines


def _begin(folder: Path) -> Made:
    """Machines, plans, a technician and the long checklist; nothing has happened yet."""
    app = world.application(folder)
    with app.test_request_context(), ids.seeded(5):
        with writing():
            site = db.session.scalars(sa.select(Site)).one()
            works = sites.create_site("works", "测试厂区", "Bench Works", site.zone)
            people.create_person("fitter", "师傅", "technician", world.PASSWORD, roles={site.id: "worker"}, language="en")
            boss = people.create_person(
                "chief", "主任", "management", world.PASSWORD, roles={site.id: "supervisor", works.id: "supervisor"}, language="en"
            ).id
            long_ago = clock.now() - timedelta(days=4000)
            pieces = _machines(site, PIECES, long_ago)
            _machines(works, MANY, long_ago)
            for each, steps in ((site, STEPS["lift"]), (works, STEPS["works"])):
                for class_code in CLASSES:
                    for days in steps:
                        db.session.add(_plan(each, class_code, days, boss, long_ago))
            for n in range(METERS):
                db.session.add(Meter(site_id=site.id, number=f"M-{n}", name=f"表{n}", unit="h", digits=8, equipment_id=pieces[0]))
            checklist = _long_list(site, boss, long_ago)
            made = Made(pieces[0], checklist.id)
        db.session.remove()
        db.engine.dispose()
    return made


def _machines(site: Site, count: int, at: datetime) -> list[UUID]:
    points = list(db.session.execute(sa.select(Checkpoint.id, Checkpoint.place_id).where(Checkpoint.site_id == site.id)))
    place = points[0].place_id if points else sites.create_place(site, "building", "1号楼", "Hall 1").id
    rows = [
        Equipment(
            site_id=site.id, number=f"{CLASSES[n % len(CLASSES)].upper()}-{n}", class_code=CLASSES[n % len(CLASSES)], name=f"设备{n}",
            name_en=f"Machine {n}", place_id=points[n % len(points)].place_id if points else place,
            checkpoint_id=points[n % len(points)].id if points else None, made_at=at,
        )
        for n in range(count)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _plan(site: Site, class_code: str, days: int, boss: UUID, at: datetime) -> MaintenancePlan:
    return MaintenancePlan(
        site_id=site.id, class_code=class_code, name=f"每{days}天", name_en=f"Every {days} days", every=days, unit="day", from_completion=days != 7,
        months=[], begins_on=local_day(at, site.zone), type_code="damage", person_id=boss, made_at=at,
    )  # fmt: skip


def _long_list(site: Site, boss: UUID, at: datetime) -> Checklist:
    """150 questions of every usual kind, in ten sections."""
    kinds = ("pass", "pass", "pass", "yes_no", "pass", "choice", "pass", "number")
    questions = [
        {
            "id": f"q{n}", "kind": kinds[n % len(kinds)], "text": f"第{n}项", "text_en": f"Item {n}", "photo": "fail", "low": 0 if kinds[n % len(kinds)] == "number" else None,
            "choices": ["a", "b", "c"] if kinds[n % len(kinds)] == "choice" else [], "good": ["a"] if kinds[n % len(kinds)] == "choice" else [],
        }
        for n in range(QUESTIONS)
    ]  # fmt: skip
    sections = [{"name": f"部分{n}", "questions": questions[n * 15 : n * 15 + 15]} for n in range(QUESTIONS // 15)]
    checklist = Checklist(site_id=site.id, name="长表", name_en="Long list", service="repair")
    db.session.add(checklist)
    db.session.flush()
    inspections.set_content(checklist, Content.model_validate({"sections": sections}), boss, at)
    return checklist


# ---------------------------------------------------------------- what happened there


def _remember(folder: Path, spans: dict[str, tuple[int, int]]) -> None:
    """The history of each community between two days, counted backwards from today."""
    app = world.application(folder)
    with app.test_request_context(), ids.seeded(sum(since for since, _until in spans.values())) as chance:
        for slug, (since, until) in spans.items():
            site = db.session.scalars(sa.select(Site).where(Site.slug == slug)).one()
            today = local_day(clock.now(), site.zone)
            past = Past(site, today - timedelta(days=since), today - timedelta(days=until), chance)
            for table, rows in past.rows().items():
                for first in range(0, len(rows), AT_ONCE):
                    with writing():
                        db.session.execute(sa.insert(table), rows[first : first + AT_ONCE])
        with writing():
            db.session.execute(sa.text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()


class Past:
    """What happened at a site in [first, last): maintenance done, faults, inspections, readings."""

    def __init__(self, site: Site, first: date, last: date, chance: random.Random) -> None:
        self.site, self.first, self.last, self.chance = site, first, last, chance
        self.boss = db.session.scalars(sa.select(Person.id).where(Person.username == "chief")).one()
        self.pieces = list(db.session.scalars(sa.select(Equipment).where(Equipment.site_id == site.id).order_by(Equipment.number)))
        self.found: dict[Any, list[dict[str, Any]]] = {WorkOrder: [], MaintenanceDue: [], EquipmentStatus: [], Inspection: [], Reading: []}

    def rows(self) -> dict[Any, list[dict[str, Any]]]:
        """By table, in the order in which they may be put in."""
        for plan in db.session.scalars(sa.select(MaintenancePlan).where(MaintenancePlan.site_id == self.site.id)):
            for piece in self.pieces:
                if piece.class_code == plan.class_code:
                    self.maintained(plan, piece)
        if self.site.slug == "bench":
            for n, piece in enumerate(self.pieces):
                self.failed(piece, n)
                self.inspected(piece, n)
            for meter in db.session.scalars(sa.select(Meter)):
                self.read(meter)
        return self.found

    def days(self, step: int, offset: int = 0) -> list[date]:
        """Every `step` days of the span, counted from the year 1."""
        begin = self.first + timedelta(days=(offset - self.first.toordinal()) % step)
        return [begin + timedelta(days=n) for n in range(0, max(0, (self.last - begin).days), step)]

    def at(self, day: date, hour: int = 9) -> datetime:
        return day_bounds(day, self.site.zone)[0] + timedelta(hours=hour, minutes=self.chance.randint(0, 59))

    def order(self, piece: Equipment, day: date, origin: str) -> UUID:
        own_id, raised = UUID(int=self.chance.getrandbits(128)), self.at(day)
        done = raised + timedelta(hours=self.chance.randint(1, 30))
        self.found[WorkOrder].append(
            {
                "id": own_id, "number": receipt_code(own_id), "site_id": self.site.id, "type_code": "damage", "service": "repair", "trade": "technician",
                "urgent": False, "text": "Every so many days", "place_id": piece.place_id, "checkpoint_id": piece.checkpoint_id, "spot": piece.number,
                "origin": origin, "payer": "property", "raised_at": raised, "raised_by_id": self.boss, "due_at": raised + timedelta(days=1),
                "state": "cancelled" if self.chance.random() < 0.01 else "verified", "since": done, "assignee_id": self.boss, "finished_at": done,
                "closed_at": done, "conflicts": 0, "reopened": 0,
            }
        )  # fmt: skip
        return own_id

    def maintained(self, plan: MaintenancePlan, piece: Equipment) -> None:
        for day in self.days(plan.every, self.chance.randint(0, plan.every - 1)):
            order_id = self.order(piece, day, "plan")
            self.found[MaintenanceDue].append(
                {"plan_id": plan.id, "equipment_id": piece.id, "due_on": day, "order_id": order_id, "by_usage": False}
            )

    def failed(self, piece: Equipment, n: int) -> None:
        """Down for a day, each three weeks."""
        for day in self.days(21, n):
            order_id, at = self.order(piece, day, "hand"), self.at(day)
            for status, moment in (("fault", at), ("running", at + timedelta(days=1))):
                row = {"id": UUID(int=self.chance.getrandbits(128)), "equipment_id": piece.id, "status": status, "at": moment}
                self.found[EquipmentStatus].append(row | {"person_id": self.boss, "reason": "", "order_id": order_id})

    def inspected(self, piece: Equipment, n: int) -> None:
        checklist = db.session.scalars(sa.select(Checklist)).one()
        for day in self.days(7, n):
            row = {"id": UUID(int=self.chance.getrandbits(128)), "site_id": self.site.id, "checklist_id": checklist.id, "at": self.at(day)}
            more = {
                "version_id": checklist.versions[0].id,
                "checkpoint_id": piece.checkpoint_id,
                "equipment_id": piece.id,
                "person_id": self.boss,
            }
            self.found[Inspection].append(row | more | {"answers": {}, "passed": True, "score": 100, "findings": 0})

    def read(self, meter: Meter) -> None:
        for day in self.days(1):
            row = {"id": UUID(int=self.chance.getrandbits(128)), "site_id": self.site.id, "meter_id": meter.id, "person_id": self.boss}
            self.found[Reading].append(row | {"at": self.at(day, 7), "value": Decimal(day.toordinal() * 7 % 10_000_000)})


# ---------------------------------------------------------------- on the phone


def tap_to_paint(folder: Path, made: Made) -> dict[str, Any]:
    """Milliseconds from a tap on an answer to the next picture, on the long list, the CPU slowed."""
    with load.served("webapp.wsgi:app", folder) as port, browsing.phone(port, folder, "guard1") as (context, page):
        page.goto(f"/inspect/{made.checklist}")
        page.locator("form[data-ready]").wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
        for n in range(TAPS):
            choices = page.locator("[data-question]").nth(n).locator(".choice")
            choices.nth(n % 2).click() if choices.count() else page.locator("[data-question]").nth(n).locator("input").first.click()
            page.wait_for_function("(n) => window.painted.length > n", arg=n)
        times = page.evaluate("() => window.painted")
    value = statistics.median(times)
    what = f"tap to paint on a checklist of {QUESTIONS} questions, CPU slowed {SLOW}×, median ms"
    detail = f"{len(times)} taps, slowest {max(times):.0f} ms"
    return {"what": what, "value": round(value), "target": "≤ 100", "met": value <= 100, "detail": detail}


WATCH = """() => {
  window.painted = [];
  // One tap on a word is two clicks to the page: the word's and the field's. The first begins, and the picture after it ends it.
  let begun = 0;
  document.addEventListener('pointerup', (event) => { begun = event.timeStamp; }, true);
  document.addEventListener('click', () => {
    if (!begun) return;
    const since = begun;
    begun = 0;
    requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port2.onmessage = () => window.painted.push(performance.now() - since); port1.postMessage(0); });
  }, true);
}"""
