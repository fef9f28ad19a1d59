"""Work orders: whether the board and "my jobs" grow with the history, and what the public form weighs at a first visit."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.bench import pages, world
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.records.rules import receipt_code
from webapp.sites.models import Checkpoint, Site
from webapp.work_orders.models import WorkOrder, WorkStep

OPEN_ORDERS = 2_000
TECHNICIANS = 20
AT_ONCE = 5_000
OPEN_STATES = ("new", "offered", "assigned", "accepted", "running", "paused")
PAGES = {"the work-order board": ("/work-orders", "boss"), "my work orders": ("/work-orders/mine", "fitter0")}


def growth(folder: Path, small: int, large: int) -> list[dict[str, Any]]:
    """Each page's time with many finished orders behind the open ones, against none."""
    hire(folder)
    _fill(folder, small, open_orders=OPEN_ORDERS)
    before = pages.medians(folder, PAGES)
    _fill(folder, large - small, open_orders=0)
    after = pages.medians(folder, PAGES)
    return [
        {
            "what": f"{name} with {large:,} work orders, {OPEN_ORDERS:,} open, against {small:,}",
            "value": round(after[name] / before[name], 2),
            "target": "≤ 1.5",
            "met": after[name] / before[name] <= 1.5,
            "detail": f"{before[name]:.1f} → {after[name]:.1f} ms",
        }
        for name in PAGES
    ]


def hire(folder: Path) -> None:
    """Technicians."""
    app = world.application(folder)
    with app.test_request_context():
        with writing():
            site = db.session.scalars(sa.select(Site)).one()
            for n in range(TECHNICIANS):
                people.create_person(f"fitter{n}", f"师傅{n}", "technician", world.PASSWORD, roles={site.id: "worker"}, language="en")
        db.session.remove()
        db.engine.dispose()


def _fill(folder: Path, count: int, open_orders: int) -> None:
    """So many orders, the first of them open, each with its steps."""
    app = world.application(folder)
    with app.test_request_context(), ids.seeded(count) as chance:
        site = db.session.scalars(sa.select(Site)).one()
        boss = db.session.scalars(sa.select(Person.id).where(Person.username == "boss")).one()
        fitters = list(db.session.scalars(sa.select(Person.id).where(Person.trade == "technician").order_by(Person.username)))
        points = list(db.session.execute(sa.select(Checkpoint.id, Checkpoint.place_id)))
        for first in range(0, count, AT_ONCE):
            with writing():
                rows = [
                    order(chance, site, boss, fitters, points, is_open=n < open_orders) for n in range(first, min(count, first + AT_ONCE))
                ]
                db.session.execute(sa.insert(WorkOrder), rows)
                db.session.execute(sa.insert(WorkStep), [step for row in rows for step in steps(chance, row, boss)])
        with writing():
            db.session.execute(sa.text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()


def order(chance: random.Random, site: Site, boss: UUID, fitters: list[UUID], points: list[Any], *, is_open: bool) -> dict[str, Any]:
    """An order's row, open or verified."""
    now, own_id, point = clock.now(), UUID(int=chance.getrandbits(128)), chance.choice(points)
    raised = (
        now - timedelta(minutes=chance.randint(5, 3 * 1440)) if is_open else now - timedelta(minutes=chance.randint(5 * 1440, 900 * 1440))
    )
    state = chance.choice(OPEN_STATES) if is_open else "verified"
    done = None if is_open else raised + timedelta(hours=3)
    return {
        "id": own_id, "number": receipt_code(own_id), "site_id": site.id, "type_code": "light", "service": "repair", "trade": "technician",
        "urgent": chance.random() < 0.1, "text": "The lamp is out", "place_id": point.place_id, "checkpoint_id": point.id, "origin": "request",
        "payer": "property", "raised_at": raised, "raised_by_id": boss, "due_at": raised + timedelta(days=1), "on_site_due_at": None, "state": state,
        "since": done or raised, "assignee_id": None if state in ("new", "offered") else chance.choice(fitters),
        "offered_trade": "technician" if state == "offered" else None, "on_site_at": raised + timedelta(hours=1) if done or state == "running" else None,
        "finished_at": done, "closed_at": done, "conflicts": 0, "reopened": 0, "held_at": raised if state == "paused" else None,
    }  # fmt: skip


WAY = {
    "new": (), "offered": ("offer",), "assigned": ("assign",), "accepted": ("assign", "accept"), "running": ("assign", "accept", "start"),
    "paused": ("assign", "accept", "start", "pause"), "verified": ("assign", "accept", "on_site", "start", "finish", "verify"),
}  # fmt: skip


def steps(chance: random.Random, order: dict[str, Any], boss: UUID) -> list[dict[str, Any]]:
    """The steps that bring an order where it stands."""
    at: datetime = order["raised_at"]
    made = []
    for verb in WAY[order["state"]]:
        at += timedelta(minutes=9)
        office = verb in ("assign", "offer", "verify")
        made.append(
            {
                "id": UUID(int=chance.getrandbits(128)), "order_id": order["id"], "verb": verb, "at": at, "received_at": at,
                "person_id": boss if office else order["assignee_id"], "to_id": order["assignee_id"] if verb == "assign" else None,
                "trade": "technician" if verb == "offer" else None, "reason": "waits" if verb == "pause" else "",
            }
        )  # fmt: skip
    return made
