"""The server of the browser tests: the product's own command on a small community of its own, as a process group that
can be frozen, killed and started again on the same port and data; and, for the phone's "new version", another release of it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from webapp import create_app, migrate
from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.inspections import actions as inspections
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist
from webapp.patrols import planning
from webapp.people import actions as people
from webapp.people.models import Person
from webapp.sites import actions as sites
from webapp.sites.models import Label, Site
from webapp.work_orders import actions as work
from webapp.work_orders import charging
from webapp.work_orders.queries import types_of

REPOSITORY = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "walk in the dark"
PUBLIC = "https://rounds.example"
WEAK_HASHES = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
STAFF = {"guard": "worker", "guard2": "worker", "technician": "worker", "supervisor": "supervisor"}
NAMES = ["East gate", "Power room", "Pump room", "Sump 3", "Lift hall 7", "Loading bay",
         "Roof", "Tower 2 lobby", "Bicycle shed", "Transformer", "West gate", "Car park B2"]  # fmt: skip
JOBS = (
    ("home", "The kitchen tap drips"),
    ("light", "The stairs are dark"),
    ("home", "The balcony door jams"),
    ("home", "The window is loose"),
)
POINTS_OF_MAIN = 6
STEP_ROUNDS = 6


@dataclass(frozen=True)
class Spot:
    """A checkpoint and its label."""

    id: str
    name: str
    code: str

    @property
    def address(self) -> str:
        """What the label's QR code says."""
        return f"{PUBLIC.upper()}/C/{self.code}"


@dataclass
class World:
    """One community with twelve labelled checkpoints; rounds that are open now, until at least an hour from now.

    `main` visits the first six checkpoints in order, `other` the rest; each of `steps` two of these, for journeys that end a round.
    `jobs`: work orders at the seventh checkpoint: the technician's and paid by the resident, but for the second, which is on offer.
    """

    database: Path
    spots: list[Spot] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    main: str = ""
    other: str = ""
    steps: list[str] = field(default_factory=list)
    day: str = ""
    jobs: list[str] = field(default_factory=list)
    made: datetime = field(default_factory=clock.now)

    def is_young(self) -> bool:
        """Whether it is still its day, and its rounds stay open for long enough."""
        return clock.now() - self.made < timedelta(minutes=20) and clock.local_day(clock.now(), ZONE.key).isoformat() == self.day


def make_world(folder: Path, more: Callable[[World, Site], None] | None = None) -> World:
    """Build the community through the product's own actions, in a database of its own. `more`: what a module adds to it, last."""
    world = World(folder / "rounds.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROUNDS_DATA", str(folder))
        app = create_app({"ARGON2": WEAK_HASHES, "ROUNDS_PUBLIC_URL": PUBLIC})
    with app.app_context():
        migrate.upgrade()
        with writing(), ids.seeded(20261123):  # the same labels in every run, so that their pictures are the same too
            site = _fill(world)
            if more:
                more(world, site)
        db.session.remove()
        db.engine.dispose()
    return world


def _fill(world: World) -> Site:
    now = clock.now()
    past = now - timedelta(days=30)
    site = sites.create_site("garden", "锦绣花园", "Garden", ZONE.key)
    place = sites.create_place(site, "building", "1栋", "Tower 1")
    for username, role in STAFF.items():
        trade = {"supervisor": "management", "technician": "technician"}.get(username, "guard")
        person = people.create_person(
            username, f"{username}先生", trade, PASSWORD, name_en=username.title(), language="en", roles={site.id: role}
        )
        world.people[username] = str(person.id)
    for n, name in enumerate(NAMES):
        made = sites.create_checkpoint(site, place.id, f"T1-{n:02}", f"点位{n}", past, name_en=name)
        code = db.session.scalars(db.select(Label.code).where(Label.checkpoint_id == made.id)).one()
        world.spots.append(Spot(str(made.id), name, code))
    # Not before midnight: what is recorded now belongs to the same day.
    begin = max(now.astimezone(ZONE) - timedelta(minutes=40), now.astimezone(ZONE).replace(hour=0, minute=0))
    world.day = begin.date().isoformat()
    world.main = _round(site, "Main", world.spots[:POINTS_OF_MAIN], begin, past)
    world.other = _round(site, "Other", world.spots[POINTS_OF_MAIN:], begin, past)
    pairs = [(world.spots + world.spots)[6 + n : 8 + n] for n in range(STEP_ROUNDS)]
    world.steps = [_round(site, f"Pair {n}", pair, begin, past) for n, pair in enumerate(pairs, 1)]
    _raise_jobs(world, site.id, place.id, past)
    _cleaning(world, site, past)
    desk = people.create_person("desk", "小陈", "service", PASSWORD, name_en="Chen", language="en", roles={site.id: "desk"})
    world.people["desk"] = str(desk.id)
    return site


def _raise_jobs(world: World, site_id: UUID, place_id: UUID, past: datetime) -> None:
    """A price list, and work for the technician."""
    mate = people.create_person(
        "technician2", "technician2先生", "technician", PASSWORD, name_en="Technician2", language="en", roles={site_id: "worker"}
    )
    world.people["technician2"] = str(mate.id)
    boss, technician = UUID(world.people["supervisor"]), UUID(world.people["technician"])
    for part, unit, name, name_en, minor in (("labour", "hour", "人工", "Labour", 6000), ("material", "piece", "水龙头", "Tap", 8500)):
        charging.add_item(site_id, charging.ItemFacts(part, unit, name, name_en), minor, boss, past)
    charging.set_terms(site_id, charging.Terms(day=2000, night=5000), boss, past)
    types, now = types_of(site_id), clock.now()
    for kind, text in JOBS:
        where = {"place_id": place_id, "checkpoint_id": UUID(world.spots[6].id), "spot": "1-302"}
        order = work.raise_order(work.Raised(site_id, types[kind], boss, text, phone="13800000000", **where), now)
        if order.state == "new":
            work.act(order, db.session.get_one(Person, boss), "assign", now, to_id=technician)
        world.jobs.append(str(order.id))


def _cleaning(world: World, site: Any, past: datetime) -> None:
    """A cleaner, and a floor's checklist that is due at the first point. Last of all: the labels stay what they were."""
    cleaner = people.create_person("cleaner", "保洁女士", "cleaner", PASSWORD, name_en="Cleaner", language="en", roles={site.id: "worker"})
    world.people["cleaner"] = str(cleaner.id)
    questions = [
        {"id": "floor", "kind": "pass", "text": "地面", "text_en": "The floor is clean", "weight": 3, "raises": "light", "photo": "fail"},
        {"id": "dry", "kind": "yes_no", "text": "干燥", "text_en": "The stairs are dry"},
        {"id": "bins", "kind": "pass", "text": "垃圾桶", "text_en": "The bins are empty"},
    ]
    checklist = Checklist(site_id=site.id, name="楼层保洁", name_en="Floor", service="cleaning", trade="cleaner")
    db.session.add(checklist)
    db.session.flush()
    by = UUID(world.people["supervisor"])
    content = Content.model_validate({"sections": [{"name": "楼层", "name_en": "Floor", "questions": questions}]})
    inspections.set_content(checklist, content, by, past)
    facts = {
        "checklist_id": checklist.id,
        "name": "每日保洁",
        "name_en": "Daily floor",
        "points": [world.spots[0].id],
        "every": 1,
        "unit": "day",
        "trade": "cleaner",
    }
    inspections.begin_plan(site.id, facts | {"begins_on": past.date()}, by)


def _round(site: Any, name: str, spots: list[Spot], begin: datetime, past: datetime) -> str:
    """A round of these points that began at `begin`; gives its id."""
    route = planning.create_route(site, name, name)
    planning.set_points(route, [{"checkpoint_id": UUID(spot.id)} for spot in spots], None, past)
    rule = planning.rule_of([f"{begin:%H:%M}"])
    schedule = planning.create_schedule(site, route, rule, past.date(), None, past, window=110, grace=30, trade="guard")
    return f"{schedule.code}-{begin:%Y%m%d-%H%M}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def another_release(folder: Path) -> Path:
    """The product once more, with one static file changed: a new build, as an update of the server brings it."""
    for part in ("webapp", "templates"):
        (folder / part).symlink_to(REPOSITORY / part)
    shutil.copytree(REPOSITORY / "static", folder / "static")
    style = folder / "static" / "css" / "app.css"
    style.write_text(style.read_text() + "\n/* the next release */\n")
    return folder


class Server:
    """`python -m webapp serve` on data of its own."""

    def __init__(self, world: World, folder: Path, public: str = PUBLIC) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.public = public
        self.world = world
        self.database = folder / "rounds.db"
        shutil.copyfile(world.database, self.database)
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"
        self.secret, self.old_secrets = "the same secret after every restart", ""

    def start(self, release: Path = REPOSITORY) -> Server:
        """Start, and wait until it answers."""
        settings = {
            "ROUNDS_DATA": str(self.folder), "ROUNDS_PUBLIC_URL": self.public, "ROUNDS_SECRET": self.secret, "ROUNDS_OLD_SECRETS": self.old_secrets,
            "DATABASE_URL": "", "ROUNDS_LOCALE": "en", "PYTHONPATH": str(release),
        }  # fmt: skip
        command = [sys.executable, "-m", "webapp", "serve", "--port", str(self.port), "--workers", "1"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=release, env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()
        # A new server takes its time over the first page: a phone's patience with it would be over, and its copy shown.
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/login", timeout=60):
            return self

    def wait(self, seconds: float = 60) -> None:
        """Until /healthz says so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return
            assert self.process and self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(f"no answer: {self.log.read_text()}")

    def signal(self, number: int) -> None:
        """To all its processes."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """As a power cut ends it."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(timeout=10)
        self.process = None

    def renew(self) -> None:
        """The server as it was before anybody used it: for a second try, which must not meet what the first one left."""
        self.kill()
        for left in self.folder.iterdir():
            if left != self.log:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        shutil.copyfile(self.world.database, self.database)
        self.start()

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Killed; back at the end."""
        self.kill()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Accepts connections and says nothing: a black hole."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else holds the database's only write lock: what is received cannot be committed."""
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """What the database says."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]

    def records(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        """The server's rows of these records, by id."""
        marks = ",".join("?" * len(ids))
        keys = [UUID(text).hex for text in ids]
        found = self.rows(f"SELECT * FROM record WHERE id IN ({marks})", *keys)
        return {str(UUID(row["id"])): row for row in found}


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
