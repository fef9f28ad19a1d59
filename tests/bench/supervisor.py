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
from webapp.people.models import Person
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
