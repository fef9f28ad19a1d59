"""`scripts/bench [--json FILE] [--only PART …]`: measure, print a table, and optionally write JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import browsing, intake, jobs, load, pages, photos, supervisor, upkeep, world

Rows = list[dict[str, Any]]


def in_browser(made: world.World, folder: Path) -> Rows:
    """Everything that wants a browser, over one server."""
    with load.served("webapp.wsgi:app", folder) as port, load.served("tests.bench.bare:app", folder) as bare_port:
        return [
            browsing.first_visit(port, folder),
            browsing.public_form(port, folder, made),
            browsing.cold_start(port, folder),
            browsing.drain(port, folder, made),
            browsing.frame_to_recorded(port, folder, made),
            *browsing.lighthouse(port, folder, bare_port),
        ]


PARTS: dict[str, Callable[[world.World, Path], Rows]] = {
    "lists": lambda _made, folder: pages.list_rates(folder),
    "intake": intake.measure,
    "trail": intake.trail,
    "browser": in_browser,
    "photos": photos.measure,
    "jobs": lambda _made, folder: jobs.growth(folder, 2_000, 200_000),
    "upkeep": lambda _made, folder: upkeep.measure(folder.parent),
    "supervisor": lambda _made, folder: supervisor.growth(folder, 1_000_000, 200_000),
    "growth": lambda _made, folder: pages.growth(folder, 10_000, 1_000_000),
}


def machine() -> str:
    """The machine, in a line."""
    model = next((line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.processor())
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def show(rows: Rows) -> None:
    """Print the table as it grows."""
    for row in rows:
        verdict = {True: "met", False: "NOT MET", None: ""}[row.get("met")]
        print(f"{row['what']:<75} {row['value']!s:>26} {row.get('target', ''):>12} {verdict:<8} {row.get('detail', '')}", flush=True)


def main() -> None:
    """Run the parts asked for, or all."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    wanted = parser.parse_args()
    print(machine())
    rows: Rows = []
    with tempfile.TemporaryDirectory(prefix="rounds-bench-") as scratch:
        folder = Path(scratch) / "data"
        folder.mkdir()
        made = world.build(folder)
        for part in wanted.only:
            found = PARTS[part](made, folder)
            show(found)
            rows += found
    if wanted.json:
        wanted.json.write_text(json.dumps({"machine": machine(), "figures": rows}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
