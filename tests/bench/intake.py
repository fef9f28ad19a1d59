"""POST /sync against a bare view that does one committed INSERT on the same server."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from tests.bench import load, world

CALLS = 250  # a connection
BATCHES = 12
ROUNDS = 3
DAYS = 2  # that CALLS + 100 * BATCHES scans, 90 s apart, take


def measure(made: world.World, folder: Path) -> list[dict[str, Any]]:
    """Rows of the table: the floor, one scan a call, a hundred scans a call; interleaved, medians of ROUNDS."""
    bare, single, hundred = [], [], []
    plain = b"POST /sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    for turn in range(ROUNDS):
        with load.served("tests.bench.bare:app", folder) as port:
            bare.append(load.drive(port, [[plain] * CALLS] * load.CONNECTIONS))
        with load.served("webapp.wsgi:app", folder) as port, load.background(folder):
            base = turn * 2_000
            load.drive(port, [world.first_calls(made, c, base, DAYS) for c in range(load.CONNECTIONS)])
            single.append(load.drive(port, [world.calls(made, g, CALLS, 1, base) for g in range(load.CONNECTIONS)]))
            hundred.append(load.drive(port, [world.calls(made, g, BATCHES, 100, base + 300) for g in range(load.CONNECTIONS)]))
    floor, one, many = (_middle(figures) for figures in (bare, single, hundred))
    return [
        {"what": "bare view, one committed INSERT", "value": f"{floor.rate:.0f}/s, p99 {floor.p99:.0f} ms"},
        _row("POST /sync, one scan a call: share of the bare view's rate", one.rate / floor.rate, 0.40, f"{one.rate:.0f}/s", at_least=True),
        _row("… p99 against the bare view's", one.p99 / floor.p99, 1 / 3, f"{one.p99:.0f} ms"),
        _row("… errors", one.errors + many.errors, 0, ""),
        _row(
            "100 scans a call: records/s against the bare view's rate",
            many.rate * 100 / floor.rate,
            0.40 * 15,  # fifteen times what one scan a call must reach
            f"{many.rate * 100:.0f} records/s, {many.rate * 100 / one.rate:.1f} x one a call",
            at_least=True,
        ),
    ]


def trail(made: world.World, folder: Path) -> list[dict[str, Any]]:
    """The intake with the sealed trail, the worker sealing beside it all the time, against the intake without."""
    sealed, bare = [], []
    for turn in range(ROUNDS):
        base = 10_000 + turn * 4_000
        with load.served("webapp.wsgi:app", folder) as port, load.sealing(folder):
            load.drive(port, [world.first_calls(made, c, base, DAYS) for c in range(load.CONNECTIONS)])
            sealed.append(_rates(made, port, base))
        with load.served("tests.bench.unsealed:app", folder) as port:
            load.drive(port, [world.first_calls(made, c, base + 2_000, DAYS) for c in range(load.CONNECTIONS)])
            bare.append(_rates(made, port, base + 2_000))
    rows = []
    for n, what in enumerate(("one scan a call", "100 scans a call")):
        with_it, without = (statistics.median(rates[n] for rates in found) for found in (sealed, bare))
        rows.append(
            _row(f"sealed trail on: share of the rate with it off, {what}", with_it / without, 0.90, f"{with_it:.0f}/s", at_least=True)
        )
    return rows


def _rates(made: world.World, port: int, base: int) -> tuple[float, float]:
    """Calls a second with one scan each, and with a hundred."""
    one = load.drive(port, [world.calls(made, g, CALLS, 1, base) for g in range(load.CONNECTIONS)])
    many = load.drive(port, [world.calls(made, g, BATCHES, 100, base + 300) for g in range(load.CONNECTIONS)])
    return one.rate, many.rate


def _middle(figures: list[load.Figures]) -> load.Figures:
    return load.Figures(
        statistics.median(f.rate for f in figures),
        statistics.median(f.median for f in figures),
        statistics.median(f.p99 for f in figures),
        sum(f.errors for f in figures),
    )


def _row(what: str, value: float, target: float, detail: str, at_least: bool = False) -> dict[str, Any]:
    met = value >= target if at_least else value <= target
    return {"what": what, "value": round(value, 3), "target": f"{'≥' if at_least else '≤'} {target:.3g}", "met": met, "detail": detail}
