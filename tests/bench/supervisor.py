"""The supervisor's pages: whether they grow with three years of scans and jobs, and what an unchanged board costs."""

from __future__ import annotations

import random
import statistics
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.bench import jobs, pages, world
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.core.search import SearchEntry, SearchWord, words_of
from webapp.equipment.models import Equipment, MaintenanceDue, MaintenancePlan
from webapp.inspections import actions as inspections
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist, Inspection
from webapp.people.models import Person
from webapp.records.rules import receipt_code
from webapp.service.models import Request, RequestEvent
from webapp.sites.models import Checkpoint, Site
from webapp.work_orders.models import WorkOrder, WorkStep

OPEN_ORDERS = 60
ORDERS_A_DAY = 200
LOOKS = 60
LOG = "/log/…"
WHERE = ("厨房", "卫生间", "楼道", "电梯厅", "车库", "泵房", "屋顶", "大门", "绿地", "配电房")
WHAT = ("水管漏水", "灯不亮", "门锁坏了", "有异味", "地面积水", "墙皮脱落", "噪音很大", "开关失灵")


def growth(folder: Path, scans: int, orders: int) -> list[dict[str, Any]]:
    """Each page's time with the whole history against a tenth of it: as many a day, fewer days."""
    _fill(folder, 0, orders // 10)
    world.fill(folder, scans // 10)
    wanted = addresses(folder)
    before = pages.medians(folder, wanted)
    _fill(folder, orders // 10, orders)
    world.fill(folder, scans)
    after = pages.medians(folder, wanted)
    rows = [
        {
            "what": f"{name} with {scans:,} scans and {orders:,} orders against a tenth",
            "value": round(after[name] / before[name], 2),
            "target": "≤ 1.5",
            "met": after[name] / before[name] <= 1.5,
            "detail": f"{before[name]:.1f} → {after[name]:.1f} ms",
        }
        for name in wanted
    ]
    day = {"what": "the day page, with the whole history", "value": f"{after[LOG]:.0f} ms", "target": "≤ 120 ms", "met": after[LOG] <= 120}
    return [*rows, day, unchanged(folder)]


def addresses(folder: Path) -> dict[str, tuple[str, str]]:
    """Pages by name: yesterday's log, its month, the board, a search for a common word and one for two words."""
    day = pages.addresses(folder)[LOG][0].rsplit("/", 1)[1]
    return {
        LOG: (f"/log/bench/{day}", "boss"),
        "the month": (f"/log/bench/month/{day[:7]}", "boss"),
        "the live board": ("/live/bench", "boss"),
        "search, a common word": ("/search?q=漏水", "boss"),
        "search, two words": ("/search?q=车库 门锁", "boss"),
    }


def unchanged(folder: Path) -> dict[str, Any]:
    """A refresh of the board on which nothing has happened: median time, and bytes of head and body."""
    client = world.application(folder).test_client()
    client.post("/login", data={"username": "boss", "password": world.PASSWORD})
    tag = client.get("/live/bench", headers={"HX-Request": "true"}).headers["ETag"]
    times, size = [], 0
    for look in range(LOOKS + 5):
        begin = time.perf_counter()
        answer = client.get("/live/bench", headers={"HX-Request": "true", "If-None-Match": tag})
        if answer.status_code == 304 and look >= 5:  # a minute may end in between: that look is made anew
            times.append((time.perf_counter() - begin) * 1000)
        size = len(answer.data) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    median = statistics.median(times)
    met = median <= 15 and size <= 300
    return {
        "what": "an unchanged refresh of the live board",
        "value": f"{median:.1f} ms, {size} bytes",
        "target": "≤ 15 ms, 300",
        "met": met,
    }


def _fill(folder: Path, have: int, count: int) -> None:
    """Orders up to that number: the open ones of now, then complete days backwards, filed for the search."""
    app = world.application(folder)
    if not have:
        jobs.hire(folder)
    with app.test_request_context(), ids.seeded(count) as chance:
        site = db.session.scalars(sa.select(Site)).one()
        boss = db.session.scalars(sa.select(Person.id).where(Person.username == "boss")).one()
        fitters = list(db.session.scalars(sa.select(Person.id).where(Person.trade == "technician")))
        points = list(db.session.execute(sa.select(Checkpoint.id, Checkpoint.place_id)))
        _busy(chance, site, boss, fitters, points, range(have // ORDERS_A_DAY, count // ORDERS_A_DAY))
        for first in range(have, count, jobs.AT_ONCE):
            with writing():
                numbers = range(first, min(count, first + jobs.AT_ONCE))
                rows = [_aged(jobs.order(chance, site, boss, fitters, points, is_open=n < OPEN_ORDERS), n, chance) for n in numbers]
                db.session.execute(sa.insert(WorkOrder), rows)
                db.session.execute(sa.insert(WorkStep), [step for row in rows for step in jobs.steps(chance, row, boss)])
                _file(rows, first)
        with writing():
            db.session.execute(sa.text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()


INSPECTIONS_A_DAY, REQUESTS_A_DAY, WAITING = 30, 20, 10
PIECES, EVERY = 40, 15  # machines, and days between two times of their plan


def _busy(chance: random.Random, site: Site, boss: UUID, fitters: list[UUID], points: list[Any], days: range) -> None:
    """What else fills a day: inspections, requests with complaints among them, machines that are maintained; so many days ago each."""
    with writing():
        checklist, version = _checklist(site, boss)
        plan, pieces = _machines(site, boss, points)
    for ago in days:
        noon = clock.now() - timedelta(days=1 + ago)
        moments = [noon + timedelta(minutes=chance.randint(-600, 600)) for _n in range(INSPECTIONS_A_DAY + REQUESTS_A_DAY)]
        with writing():
            db.session.execute(sa.insert(Inspection), [
                {"id": UUID(int=chance.getrandbits(128)), "site_id": site.id, "checklist_id": checklist, "version_id": version,
                 "checkpoint_id": chance.choice(points).id, "person_id": chance.choice(fitters), "at": at, "answers": {},
                 "passed": chance.random() < 0.9, "findings": 0, "text": ""}
                for at in moments[:INSPECTIONS_A_DAY]
            ])  # fmt: skip
            rows = [
                _request(chance, site, points, at, is_open=ago == 0 and n < WAITING) for n, at in enumerate(moments[INSPECTIONS_A_DAY:])
            ]
            db.session.execute(sa.insert(Request), rows)
            db.session.execute(sa.insert(RequestEvent), [event for row in rows for event in _events(chance, row, boss)])
            done = [_aged(jobs.order(chance, site, boss, fitters, points, is_open=False), ago * ORDERS_A_DAY, chance) | {"origin": "plan"}
                    for n in range(PIECES) if (n + ago) % EVERY == 0]  # fmt: skip
            db.session.execute(sa.insert(WorkOrder), done)
            due = [piece for n, piece in enumerate(pieces) if (n + ago) % EVERY == 0]
            db.session.execute(sa.insert(MaintenanceDue), [
                {"plan_id": plan, "equipment_id": piece, "due_on": clock.local_day(order["finished_at"], site.zone), "order_id": order["id"], "by_usage": False}
                for piece, order in zip(due, done, strict=True)
            ])  # fmt: skip


def _checklist(site: Site, boss: UUID) -> tuple[UUID, UUID]:
    found = db.session.scalars(sa.select(Checklist).where(Checklist.site_id == site.id)).first()
    if found is None:
        found = Checklist(site_id=site.id, name="大堂检查", name_en="Lobby", service="cleaning")
        db.session.add(found)
        db.session.flush()
        asked = {"sections": [{"name": "大堂", "questions": [{"id": "floor", "kind": "pass", "text": "地面"}]}]}
        inspections.set_content(found, Content.model_validate(asked), boss, clock.now() - timedelta(days=4000))
        db.session.flush()
        db.session.refresh(found)
    return found.id, found.versions[0].id


def _machines(site: Site, boss: UUID, points: list[Any]) -> tuple[UUID, list[UUID]]:
    plan = db.session.scalars(sa.select(MaintenancePlan).where(MaintenancePlan.site_id == site.id)).first()
    if plan is None:
        long_ago = clock.now() - timedelta(days=4000)
        db.session.add_all(
            Equipment(
                site_id=site.id, number=f"M-{n}", class_code="pump", name=f"水泵{n}", name_en=f"Pump {n}", place_id=points[n % len(points)].place_id,
                checkpoint_id=points[n % len(points)].id, made_at=long_ago,
            )
            for n in range(PIECES)
        )  # fmt: skip
        plan = MaintenancePlan(
            site_id=site.id, class_code="pump", name="润滑", name_en="Lubricate", every=EVERY, unit="day", from_completion=True, months=[],
            begins_on=long_ago.date(), type_code="damage", person_id=boss, made_at=long_ago,
        )  # fmt: skip
        db.session.add(plan)
        db.session.flush()
    return plan.id, list(db.session.scalars(sa.select(Equipment.id).where(Equipment.site_id == site.id).order_by(Equipment.number)))


def _request(chance: random.Random, site: Site, points: list[Any], at: datetime, *, is_open: bool) -> dict[str, Any]:
    own_id, point = UUID(int=chance.getrandbits(128)), chance.choice(points)
    kind = "complaint" if chance.random() < 0.1 else "repair"
    return {
        "id": own_id, "site_id": site.id, "place_id": point.place_id, "checkpoint_id": point.id, "number": receipt_code(own_id), "channel": "label",
        "source": "resident", "kind": kind, "type_code": "noise" if kind == "complaint" else "light", "spot": "", "text": chance.choice(WHAT),
        "danger": chance.random() < 0.02, "outage": False, "trapped": False, "urgency": "routine", "phone": "", "language": "zh_CN", "address": "",
        "token": own_id.hex, "token_until": at + timedelta(days=30), "received_at": at, "ended_at": None if is_open else at + timedelta(hours=2),
    }  # fmt: skip


def _events(chance: random.Random, row: dict[str, Any], boss: UUID) -> list[dict[str, Any]]:
    """A reply at once; then settled and closed, unless it is open."""
    told = [
        ("told", timedelta(minutes=9)),
        *([("resolved", timedelta(hours=2)), ("closed", timedelta(hours=2))] if row["ended_at"] else []),
    ]
    return [
        {"id": UUID(int=chance.getrandbits(128)), "request_id": row["id"], "verb": verb, "at": row["received_at"] + after, "person_id": boss, "text": ""}
        for verb, after in told
    ]  # fmt: skip


def _aged(row: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    """The order as the n-th counted backwards from now, with words of its own."""
    row["text"] = f"{chance.choice(WHERE)}{chance.choice(WHAT)}"
    row["spot"] = f"{chance.randint(1, 12)}-{chance.randint(101, 3204)}"
    if row["finished_at"]:
        moved: timedelta = clock.now() - timedelta(days=1 + number / ORDERS_A_DAY) - row["raised_at"]
        for name in ("raised_at", "due_at", "since", "on_site_at", "finished_at", "closed_at"):
            moment: datetime | None = row[name]
            row[name] = moment + moved if moment else None
    return row


def _file(rows: list[dict[str, Any]], first: int) -> None:
    entries = [
        {"id": first + n, "kind": "order", "subject_id": row["id"], "site_id": row["site_id"], "at": row["raised_at"]}
        for n, row in enumerate(rows, start=1)
    ]
    words: list[dict[str, UUID | int | str]] = []
    for entry, row in zip(entries, rows, strict=True):
        said = words_of(row["number"], row["text"], row["spot"])
        words.extend({"kind": "order", "word": word, "entry_id": entry["id"]} for word in sorted(said))
    db.session.execute(sa.insert(SearchEntry), entries)
    db.session.execute(sa.insert(SearchWord), words)
