"""Fixtures of the journeys: a small world, the product's own server, a proxy that fails on demand, and phones.

One server, one proxy and one Playwright a module; a phone (a browser profile) for each test that asks for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .label_pictures import render
from .phone import CHROMIUM, Phone
from .proxy import Proxy
from .serving import Server, World, make_world

MakePhone = Callable[..., Phone]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine fails now and then for reasons of its own: one more try. The run's last lines name whoever needed it (RERUN)."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def worlds() -> list[World]:
    """The communities made so far."""
    return []


@pytest.fixture(scope="module")
def world(worlds: list[World], tmp_path_factory: pytest.TempPathFactory) -> World:
    """The community that every server of these tests starts with: another one when its rounds are no longer young, or its day is over."""
    if not (worlds and worlds[-1].is_young()):
        worlds.append(make_world(tmp_path_factory.mktemp("world")))
    return worlds[-1]


@pytest.fixture(scope="module")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product's server on a copy of the world."""
    running = Server(world, tmp_path_factory.mktemp("server")).start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    """What the phones take for the server."""
    between = Proxy(server.port)
    yield between
    between.close()


@pytest.fixture(autouse=True)
def fair_weather(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each journey begins and ends with a network that works; a second try begins with the community as it was."""
    # The module's phone has what it recorded on the server as it is.
    if getattr(request.node, "execution_count", 1) > 1 and "server" in request.fixturenames and "old_phone" not in request.fixturenames:
        request.getfixturevalue("server").renew()
    yield
    if "proxy" in request.fixturenames:
        request.getfixturevalue("proxy").clear()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """Playwright, for the length of a module: other modules start their own."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_api.sync_playwright() as running:
        yield running


def _maker(playwright: Any, proxy: Proxy, folders: Callable[[], Path]) -> Iterator[MakePhone]:
    phones: list[Phone] = []

    def make(film: Path | None = None, prepare: str = "") -> Phone:
        phones.append(Phone(playwright, proxy.origin, folders(), film, prepare).open())
        return phones[-1]

    yield make
    for phone in phones:
        phone.close()
    assert [phone.complaints for phone in phones if phone.complaints] == []
    assert [phone.strangers for phone in phones if phone.strangers] == []


@pytest.fixture
def new_phone(playwright: Any, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakePhone]:
    """Makes phones nobody has used yet. No page of theirs may break the policy, throw, or ask another origin."""
    yield from _maker(playwright, proxy, lambda: tmp_path_factory.mktemp("phone"))


@pytest.fixture
def phone(new_phone: MakePhone) -> Phone:
    """The guard's phone, ready for a night without signal."""
    return new_phone().sign_in().ready()


@pytest.fixture(scope="module")
def old_phone(playwright: Any, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """The guard's phone, one for the whole module: for journeys that only add records."""
    for make in _maker(playwright, proxy, lambda: tmp_path_factory.mktemp("phone")):
        yield make().sign_in().ready()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a phone's camera app hands over: a picture of some megabytes."""
    path = tmp_path_factory.mktemp("photo") / "wall.jpg"
    render("https://rounds.example/", 7, noise=20, size=(2400, 1800)).save(path, quality=95)
    return path
