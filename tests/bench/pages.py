"""Pages: requests a second for a list, and whether a page's server time grows with the history."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from http.cookies import SimpleCookie
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.bench import load, world
from webapp.core import clock
from webapp.core.db import db
from webapp.core.garbage import collected_between_requests
from webapp.patrols import queries
from webapp.sites.models import Site

ROWS = 30  # more than a page
LISTS = 150  # requests a connection
LOOKS = 40
LOG_DAY_MS = 120  # at the most, for the supervisor's day


def list_rates(folder: Path) -> list[dict[str, Any]]:
    """List pages of 25 rows at 8 connections."""
    world.hire(folder, ROWS)
    cookie = sign_in(folder, "boss")
    with load.served("webapp.wsgi:app", folder) as port:
        return [_list_rate(port, path, cookie) for path in ("/people", "/devices")]


def _list_rate(port: int, path: str, cookie: str) -> dict[str, Any]:
    request = load.get(path, cookie)
    load.drive(port, [[request] * 10] * load.CONNECTIONS)
    # Which of the server's two processes takes a new connection is chance: the middle of three.
    tries = [load.drive(port, [iter([request] * LISTS * load.CONNECTIONS)] * load.CONNECTIONS) for _ in range(3)]
    figures = sorted(tries, key=lambda each: each.rate)[1]
    detail = f"median {figures.median:.0f} ms, p99 {figures.p99:.0f} ms, {figures.errors} errors"
    met = figures.rate >= 300
    return {"what": f"{path}, 25 rows, 8 connections", "value": round(figures.rate), "target": "≥ 300/s", "met": met, "detail": detail}


def sign_in(folder: Path, username: str) -> str:
    """A session cookie, from the real sign-in."""
    client = world.application(folder).test_client()
    answer = client.post("/login", data={"username": username, "password": world.PASSWORD})
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        jar.load(header)
    return f"rounds_session={jar['rounds_session'].value}"


def addresses(folder: Path) -> dict[str, tuple[str, str]]:
    """Pages by name, each with who looks: today, a round of yesterday, yesterday's log."""
    app = world.application(folder)
    with app.app_context():
        site = db.session.scalars(sa.select(Site)).one()
        yesterday = clock.local_day(clock.now() - clock.DAY, site.zone)
        round_id = queries.rounds_on(site, yesterday)[0].id
        db.session.remove()
    return {
        "/today": ("/today", "guard0"),
        "a round's page": (f"/rounds/{round_id}", "guard0"),
        "/log/…": (f"/log/bench/{yesterday}", "boss"),
    }


def server_times(folder: Path) -> dict[str, float]:
    """Median milliseconds of the pages of rounds."""
    return medians(folder, addresses(folder))


def medians(folder: Path, wanted: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Median milliseconds of each page, in a process of its own that has done nothing else, as a server's; by name: its address and who looks."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_medians, folder, wanted).result()


def _medians(folder: Path, wanted: dict[str, tuple[str, str]]) -> dict[str, float]:
    app = world.application(folder)
    app.wsgi_app = collected_between_requests(app.wsgi_app)  # type: ignore[method-assign]  # as it is served
    return {name: _median(app, path, who) for name, (path, who) in wanted.items()}


def _median(app: Flask, path: str, who: str) -> float:
    client = app.test_client()
    client.post("/login", data={"username": who, "password": world.PASSWORD})
    times = []
    for look in range(LOOKS + 5):
        begin = time.perf_counter()
        answer = client.get(path)
        if look >= 5:
            times.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.median(times)


def growth(folder: Path, small: int, large: int) -> list[dict[str, Any]]:
    """Each page's time with a long history against a short one."""
    world.fill(folder, small)
    before = server_times(folder)
    world.fill(folder, large)
    after = server_times(folder)
    day = after["/log/…"]
    absolute = {
        "what": f"/log/… with {large:,} scans, median", "value": f"{day:.0f} ms", "target": f"≤ {LOG_DAY_MS} ms", "met": day <= LOG_DAY_MS, "detail": "",
    }  # fmt: skip
    return [absolute] + [
        {
            "what": f"{name} with {large:,} scans against {small:,}",
            "value": round(after[name] / before[name], 2),
            "target": "≤ 1.5",
            "met": after[name] / before[name] <= 1.5,
            "detail": f"{before[name]:.1f} → {after[name]:.1f} ms",
        }
        for name in before
    ]
