"""The journeys that WebKit's driver can run: saved without network, sent once, nothing deleted for a wrong answer.

Names carry the lines of the failure list. Skipped, and said so, where WebKit's driver is not installed (`scripts/test` installs it when it may).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from . import webkit
from .proxy import Proxy, drop, lose_reply, portal
from .serving import Server, World
from .webkit import WebKitPhone

pytestmark = pytest.mark.skipif(bool(webkit.missing()), reason=f"the second engine is not here: {webkit.missing()}")

SYNC = r"^POST /sync$"


@pytest.fixture(scope="module")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product's server, known by plain http: unlike Chromium, this engine keeps no secure cookie of 127.0.0.1."""
    running = Server(world, tmp_path_factory.mktemp("server"), public="http://127.0.0.1").start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """WebKit's driver."""
    with webkit.driver() as address:
        yield address


@pytest.fixture(scope="module")
def old_phone(address: str, proxy: Proxy, world: World) -> Iterator[WebKitPhone]:
    """The guard's phone of the other family."""
    opened = WebKitPhone(address, proxy.origin)
    try:
        yield opened.sign_in("guard")
    finally:
        opened.close()


def scans(world: World, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Scans of as many labels."""
    return [("scan", {"code": spot.code, "method": "typed", "round": None, "frame": None}) for spot in world.spots[:count]]


def once(server: Server, ids: list[str]) -> None:
    """Each is accepted there, with one effect."""
    rows = server.records(ids)
    assert sorted(rows) == sorted(ids)
    for row in rows.values():
        assert row["status"] == "accepted"
        assert server.rows("SELECT count(*) n FROM scan WHERE id = ?", row["id"]) == [{"n": 1}]


def test_A1_C9_without_network_it_is_saved_and_the_reloaded_page_shows_it(
    old_phone: WebKitPhone, proxy: Proxy, server: Server, world: World
) -> None:
    with proxy.failing(".", drop):
        ids = old_phone.record(*scans(world, 4))
        old_phone.goto("/outbox")
        old_phone.until(lambda: old_phone.text().count("On this phone") >= 4, "the kept page shows them", tell=old_phone.text)
        assert [item["payload"] is not None for item in old_phone.items(ids)] == [True] * 4
        assert [item["seq"] for item in old_phone.items(ids)] == [1, 2, 3, 4]
        assert server.records(ids) == {}
    old_phone.send_now()
    old_phone.until_received(ids)
    once(server, ids)


def test_B2_what_was_saved_while_the_server_was_dead_leaves_when_it_is_back(old_phone: WebKitPhone, server: Server, world: World) -> None:
    with server.down():
        ids = old_phone.record(*scans(world, 3))
        assert {item["state"] for item in old_phone.items(ids)} <= {"saved", "sending"}
    old_phone.send_now()
    old_phone.until_received(ids)
    once(server, ids)


def test_B1_a_lost_reply_makes_one_row_and_the_same_receipt(old_phone: WebKitPhone, proxy: Proxy, server: Server, world: World) -> None:
    proxy.on(SYNC, lose_reply, times=1)
    ids = old_phone.record(*scans(world, 1))
    old_phone.until(lambda: server.records(ids), "it did arrive")
    old_phone.until(lambda: (item := old_phone.items(ids)[0])["error"] and item["state"] == "saved", "a failed try")
    old_phone.send_now()
    (item,) = old_phone.until_received(ids)
    assert item["receipt"]["status"] == "duplicate"
    once(server, ids)


def test_B4_a_portal_moves_nothing(old_phone: WebKitPhone, proxy: Proxy, server: Server, world: World) -> None:
    proxy.on(r" /(sync|photos|ticket)", portal)
    ids = old_phone.record(*scans(world, 2))
    old_phone.until(lambda: "sign-in of its own" in old_phone.text(), "the portal is told as such", tell=old_phone.text)
    assert [(item["state"], item["receipt"]) for item in old_phone.items(ids)] == [("saved", None)] * 2
    proxy.clear()
    old_phone.send_now()
    old_phone.until_received(ids)
    once(server, ids)


def test_A14_saves_of_one_millisecond_get_ids_and_numbers_of_their_own(old_phone: WebKitPhone, server: Server, world: World) -> None:
    old_phone.run("() => { const frozen = Date.now(); Date.now = () => frozen; }")
    ids = old_phone.record(*(scans(world, 1) * 20))
    assert len(set(ids)) == 20
    assert len({item["seq"] for item in old_phone.items(ids)}) == 20
    old_phone.goto("/outbox")
    old_phone.until_received(ids)
    once(server, ids)
