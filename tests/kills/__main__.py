"""`scripts/kills [--kills N] [--seed S]`: a server is killed again and again while eight phones write to it.

Counts, in the end: receipts whose record is not there, records that are missing, and effects that are not exactly one for
each record that counts. Exits 1 when one of them is not zero.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import world
from tests.kills.phones import Phone
from webapp.core import faults
from webapp.core.db import db, writing
from webapp.records import sealing
from webapp.records.models import Record
from webapp.sites.models import Site
from webapp.sync.verifying import EFFECTS, check_effects

ROOT = Path(__file__).parents[2]
POINTS = [point for point in faults.POINTS if point.startswith("intake.")]


@contextmanager
def server(folder: Path, listening: socket.socket) -> Iterator[Callable[[dict[str, Any]], str]]:
    """A function that has the server live and die once, in the manner given; gives how it ended."""
    command = [sys.executable, "-m", "tests.kills.server", str(folder), str(listening.fileno())]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[listening.fileno()]
    ) as process:
        assert process.stdin and process.stdout

        def live(manner: dict[str, Any], meanwhile: Callable[[], None] | None = None) -> str:
            process.stdin.write(json.dumps(manner) + "\n")
            process.stdin.flush()
            if meanwhile:
                meanwhile()
                process.stdin.write("\n")
                process.stdin.flush()
            return str(json.loads(process.stdout.readline())["ended"])

        yield live
        process.stdin.close()


def manner(chance: random.Random) -> dict[str, Any]:
    """How the next server dies: by a signal some time after its start, or at a point with a name."""
    if chance.random() < 0.5:
        return {"after_ms": chance.uniform(5, 120)}
    return {"point": chance.choice(POINTS), "nth": chance.randint(1, 12)}


def run(kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Everything; gives the figures."""
    made = world.build(folder)
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port = listening.getsockname()[1]
        phones = [Phone(port, ticket, made.codes, random.Random(f"{seed}:{n}")) for n, ticket in enumerate(made.tickets)]
        threads = [threading.Thread(target=phone.live, args=(over,)) for phone in phones]
        with server(folder, listening) as live:
            for thread in threads:
                thread.start()
            for _ in range(kills):
                ends[live(manner(chance))] += 1

            def drain() -> None:
                over.set()
                for thread in threads:
                    thread.join()
                for phone in phones:
                    while phone.unsent:
                        phone.send()

            live({}, drain)
    return {"kills": kills, "seed": seed, "phones": len(phones), "ends": dict(ends), **check(folder, phones)}


def check(folder: Path, phones: list[Phone]) -> dict[str, Any]:
    """The phones' halves against the server's."""
    receipts = {key for phone in phones for key in phone.receipts}
    sent = {key: payload.encode() for phone in phones for key, payload in phone.made.items()}
    app = world.application(folder)
    with app.app_context():
        with writing():
            sealing.seal_all()
        rows = {str(row.id): row for row in db.session.execute(sa.select(Record.id, Record.payload, Record.status))}
        effects = Counter(str(key) for table in set(EFFECTS.values()) for key in db.session.scalars(sa.select(table.id)))
        site = db.session.scalars(sa.select(Site.id)).one()
        trail, strange = sealing.check_trail(site), list(check_effects(site))
    return {
        "records": len(sent),
        "answers": sum(phone.answers for phone in phones),
        "answers that never came": sum(phone.failures for phone in phones),
        "receipts": len(receipts),
        "receipts without their record": len(receipts - rows.keys()),
        "losses": sum(key not in rows or rows[key].payload != payload for key, payload in sent.items()) + len(sent.keys() - receipts),
        "doubles": sum(count != 1 for count in effects.values()) + len(effects.keys() - sent.keys()),
        "effects missing": sum(row.status == "accepted" and effects[key] != 1 for key, row in rows.items()),
        "trail": "intact" if trail.broken is None and not strange else f"broken: {trail.broken} {strange[:3]}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(arguments.kills, arguments.seed, Path(folder))
    for name, value in figures.items():
        print(f"{name:<32} {value}")
    print(f"{'seconds':<32} {time.monotonic() - begin:.0f}")
    sys.exit(0 if sound(figures) else 1)


def sound(figures: dict[str, Any]) -> bool:
    """Is nothing lost and nothing doubled?"""
    return (
        not any(figures[name] for name in ("receipts without their record", "losses", "doubles", "effects missing"))
        and figures["trail"] == "intact"
    )


if __name__ == "__main__":
    main()
