"""A database to measure on: a community with 60 checkpoints, routes round the clock, eight guards, and many scans."""

from __future__ import annotations

import hashlib
import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from webapp import create_app, migrate
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.core.i18n import iso
from webapp.patrols import planning, queries
from webapp.patrols.models import Scan
from webapp.people import actions as people
from webapp.people import tickets
from webapp.people.models import Person
from webapp.sites import actions as sites
from webapp.sites.models import Checkpoint, Label, Site

GUARDS = 8
POINTS = 60
PASSWORD = "bench-rounds"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@dataclass
class World:
    """What the measurements need to know of the database."""

    folder: Path
    codes: list[str]
    tickets: list[str]


def application(folder: Path) -> Flask:
    """The application on a data folder of its own, SQLite at synchronous=FULL."""
    os.environ["ROUNDS_DATA"] = str(folder)
    return create_app({"ARGON2": CHEAP})


def build(folder: Path) -> World:
    """Make the community and its people."""
    app = application(folder)
    with app.test_request_context(), ids.seeded(1):
        migrate.upgrade()
        with writing():
            codes = _community()
            issued = _guards()
        db.session.remove()
        db.engine.dispose()
    return World(folder, codes, issued)


def _community() -> list[str]:
    past = clock.now() - timedelta(days=4000)
    site = sites.create_site("bench", "测试小区", "Bench Garden", "Asia/Shanghai")
    place = sites.create_place(site, "building", "1号楼", "Tower 1")
    points = [
        sites.create_checkpoint(site, place.id, f"P-{n:02}", f"点位{n}", past, name_en=f"Point {n}", lat=31.23 + n * 2e-4, lon=121.47)
        for n in range(POINTS)
    ]
    for first in range(0, POINTS, 15):
        route = planning.create_route(site, f"路线{first // 15 + 1}", f"Route {first // 15 + 1}")
        rows = [{"checkpoint_id": p.id} for p in points[first : first + 15]]
        planning.set_points(route, rows, None, past)
        every_two_hours = planning.rule_of([f"{h:02}:00" for h in range(0, 24, 2)])
        planning.create_schedule(site, route, every_two_hours, past.date(), None, past, window=90, grace=30, trade="guard")
    return list(db.session.scalars(sa.select(Label.code).join(Checkpoint).order_by(Checkpoint.number)))


def _guards() -> list[str]:
    site = db.session.scalars(sa.select(Site)).one()
    people.create_person("boss", "主管", "management", PASSWORD, roles={site.id: "supervisor"}, language="en")
    issued = []
    for n in range(GUARDS):
        guard = people.create_person(f"guard{n}", f"保安{n}", "guard", PASSWORD, roles={site.id: "worker"}, language="en")
        device = people.know_device(None, "bench")
        issued.append(tickets.issue(guard.id, device.id)[0])
    return issued


def hire(folder: Path, count: int) -> None:
    """More guards, each with a phone."""
    app = application(folder)
    with app.test_request_context():
        with writing():
            site = db.session.scalars(sa.select(Site)).one()
            for n in range(count):
                guard = people.create_person(f"more{n}", f"新人{n}", "guard", PASSWORD, roles={site.id: "worker"}, language="en")
                people.remember_on_device(people.know_device(None, "bench"), guard, by_password=True)
        db.session.remove()
        db.engine.dispose()


def fill(folder: Path, scans: int, per_day: int = 720) -> None:
    """Add scans of complete days, backwards from yesterday: a longer history, not busier days."""
    app = application(folder)
    with app.test_request_context(), ids.seeded(scans) as chance:
        site = db.session.scalars(sa.select(Site)).one()
        guards = list(db.session.scalars(sa.select(Person.id).where(Person.trade == "guard")))
        have = db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) or 0
        day = clock.local_day(clock.now(), site.zone) - timedelta(days=have // per_day)
        while have < scans:
            with writing():
                for _week in range(14):
                    rows = _day_rows(site, day, guards, chance)[: max(0, scans - have)]
                    have += len(rows)
                    day -= timedelta(days=1)
                    if rows:
                        db.session.execute(sa.insert(Scan), rows)
        with writing():
            db.session.execute(sa.text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()


def _day_rows(site: Site, day: date, guards: list[UUID], chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for round_ in queries.rounds_on(site, day):
        guard = chance.choice(guards)
        for n, point in enumerate(round_.points):
            at = round_.starts_at + timedelta(minutes=n * 2, seconds=chance.randint(0, 60))
            rows.append(
                {
                    "id": UUID(int=chance.getrandbits(128)), "site_id": site.id, "checkpoint_id": point.checkpoint_id, "person_id": guard,
                    "round_id": round_.id, "day": day, "at": at, "raw_at": at, "clock_grade": "ok", "received_at": at, "method": "camera",
                    "label_version": 1, "repeat": False, "doubtful": chance.random() < 0.01, "trust": [],
                }
            )  # fmt: skip
    return rows


def calls(world: World, guard: int, count: int, per_call: int, start_seq: int) -> list[bytes]:
    """`count` whole HTTP requests to /sync of `per_call` scans each, ready to be sent.

    Scans are 90 s apart and each guard has weeks of their own, so that a point gets about one scan a round, as in life.
    """
    chance = random.Random(guard * 1000 + start_seq)
    begin = _begin(guard)
    out = []
    seq = start_seq
    for _n in range(count):
        records = []
        for _ in range(per_call):
            seq += 1
            at = begin + timedelta(seconds=90 * (seq % 40_000))
            records.append(_record(chance, seq, at, world.codes[seq % len(world.codes)]))
        out.append(_call(world, guard, records))
    return out


def first_calls(world: World, connection: int, seq: int, days: int) -> list[bytes]:
    """A call for every guard with a scan twice a day, for days that `calls` from `seq` on are about.

    A server in service has worked out the rounds of the day at its first scan; here each guard has days of their own.
    """
    out = []
    for guard in range(GUARDS):
        chance = random.Random(f"{connection}:{guard}:{seq}")
        begin = _begin(guard) + timedelta(seconds=90 * seq)
        moments = [begin + timedelta(hours=12 * half) for half in range(2 * days)]
        out.append(_call(world, guard, [_record(chance, seq, at, world.codes[n % len(world.codes)]) for n, at in enumerate(moments)]))
    return out


def _begin(guard: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=45 * guard + 44)


def _call(world: World, guard: int, records: list[dict[str, str]]) -> bytes:
    body = json.dumps({"sent_at": iso(datetime.now(UTC)), "records": records}).encode()
    head = (
        f"POST /sync HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Ticket {world.tickets[guard]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _record(chance: random.Random, seq: int, at: datetime, code: str) -> dict[str, str]:
    value = {
        "env": 1, "kind": "scan", "schema": 1, "seq": seq, "occurred_at": iso(at), "zone": "Asia/Shanghai", "mono": seq * 20.0, "boot": "b",
        "position": {"lat": 31.23, "lon": 121.47, "accuracy_m": 12, "at": iso(at)}, "photos": [], "note": "", "supersedes": None, "after": [],
        "body": {"code": code, "method": "camera", "round": None},
    }  # fmt: skip
    payload = json.dumps(value)
    millis = int(at.timestamp() * 1000)
    key = UUID(int=millis << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))
    return {"id": str(key), "sha256": hashlib.sha256(payload.encode()).hexdigest(), "payload": payload}
