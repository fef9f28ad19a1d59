"""What backup and restore ask of each engine: a consistent copy while others write, and putting one in the place of another."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from webapp.photos.models import Photo
from webapp.records.models import Record
from webapp.recovery.archive import Unfit


@dataclass(frozen=True)
class Contents:
    """What a copy of the database holds: the schema's revision, the number of records, its pictures' digests and sizes."""

    schema: str
    records: int
    photos: dict[str, int]


def contents(connection: sa.Connection) -> Contents:
    """Read a copy. Raises Unfit when it has none of our tables."""
    try:
        schema = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except sa.exc.DatabaseError:
        raise Unfit("the database that DATABASE_URL names has no records of Rounds.") from None
    records = connection.scalar(sa.select(sa.func.count()).select_from(Record)) or 0
    photos = connection.execute(sa.select(Photo.sha256, Photo.size).order_by(Photo.sha256))
    return Contents(str(schema), records, {row.sha256: row.size for row in photos})


class SQLite:
    """A database in a file."""

    name = "sqlite"

    def __init__(self, url: str) -> None:
        self.path = Path(str(sa.make_url(url).database))

    def copy(self, target: Path) -> Contents:
        """The online backup: one consistent moment, while the server goes on writing. Raises Unfit."""
        if not self.path.exists():
            raise Unfit(f"there is no database at {self.path}.")
        with closing(sqlite3.connect(self.path, timeout=30)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
            if (found := there.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise Unfit(f"the database is damaged, so there is nothing to back up: {found}")
        with _connected(f"sqlite:///{target}") as connection:
            return contents(connection)

    def is_empty(self) -> bool:
        """Is there no database yet?"""
        return not self.path.exists()

    def check_unused(self) -> None:
        """Raises Unfit when a server has the database open. What its log held is in the one file then."""
        if self.is_empty():
            return
        with closing(sqlite3.connect(self.path, timeout=0)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")  # refused while anybody else is connected
            except sqlite3.OperationalError:
                raise Unfit(f"{self.path} is in use: stop the server first.") from None
            except sqlite3.DatabaseError:
                return  # not readable: that is why somebody restores

    def set_aside(self, kept: Path) -> None:
        """Move the present database, if any, into the folder `kept`."""
        for tail in ("", "-wal", "-shm", ".turn"):
            old = Path(f"{self.path}{tail}")
            if old.exists():
                shutil.move(old, kept / old.name)

    def put_back(self, kept: Path) -> None:
        """Undo `set_aside`."""
        if (kept / self.path.name).exists():
            shutil.move(kept / self.path.name, self.path)

    def fill(self, dump: Path) -> None:
        """Put a copy in the empty place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(dump, self.path)


class PostgreSQL:
    """A database of a server, through its own client programs."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)

    def copy(self, target: Path) -> Contents:
        """A dump of the moment that `contents` sees too, while the server goes on writing. Raises Unfit."""
        with _connected(self.url, isolation_level="REPEATABLE READ") as connection:
            found = contents(connection)
            moment = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
            schema = connection.scalar(sa.text("SELECT current_schema()"))
            options = ("--format=custom", "--no-owner", "--no-privileges", f"--schema={schema}")
            self._run("pg_dump", *options, f"--snapshot={moment}", f"--file={target}")
            return found

    def is_empty(self) -> bool:
        """Has the database no table yet?"""
        with _connected(self.url) as connection:
            return not sa.inspect(connection).get_table_names()

    def check_unused(self) -> None:
        """Raises Unfit when anybody else is connected to the database."""
        others = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with _connected(self.url) as connection:
            if connection.scalar(sa.text(others)):
                raise Unfit(f"database {self.url.database} is in use: stop the server first.")

    def set_aside(self, kept: Path) -> None:
        """Move the present tables into a schema named as the folder `kept`."""
        self._move_tables(None, kept.name)

    def put_back(self, kept: Path) -> None:
        """Undo `set_aside`."""
        self._move_tables(kept.name, None)

    def _move_tables(self, source: str | None, target: str | None) -> None:
        with _connected(self.url) as connection, connection.begin():
            quote = connection.dialect.identifier_preparer.quote
            own = connection.scalar(sa.text("SELECT current_schema()"))
            if target is not None:
                connection.execute(sa.text(f"CREATE SCHEMA {quote(target)}"))
            for table in sa.inspect(connection).get_table_names(schema=source):
                connection.execute(sa.text(f"ALTER TABLE {quote(source or own)}.{quote(table)} SET SCHEMA {quote(target or own)}"))

    def fill(self, dump: Path) -> None:
        """Restore a dump, all of it or nothing. Raises Unfit."""
        with _connected(self.url) as connection:
            schema = connection.scalar(sa.text("SELECT current_schema()"))
        # With --schema its objects are made, not the schema itself, which is there.
        self._run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", f"--schema={schema}", str(dump))

    def _run(self, program: str, *options: str) -> None:
        """Raises Unfit with the program's own first word when it fails."""
        # The password goes by the environment: other users of the machine can read a command line.
        address = self.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
        environment = os.environ | ({"PGPASSWORD": str(self.url.password)} if self.url.password else {})
        command = [client_program(program), f"--dbname={address}", *options]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own command
        if done.returncode:
            raise Unfit((done.stderr.strip().splitlines() or [f"{program} failed."])[0])


def client_program(name: str) -> str:
    """Where a program of PostgreSQL's lies: of the newest version that Debian's packages have put here, else on the PATH. Raises Unfit."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise Unfit(f"{name} is not here: install PostgreSQL's client programs (on Debian and Ubuntu: apt install postgresql-client).")
    return found


@contextmanager
def _connected(url: str | sa.URL, **options: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=NullPool)
    try:
        with engine.connect().execution_options(**options) as connection:
            yield connection
    except sa.exc.OperationalError as refused:
        raise Unfit(f"the database does not answer: {str(refused.orig).strip().splitlines()[0]}") from None
    finally:
        engine.dispose()


def engine_of(url: str) -> SQLite | PostgreSQL:
    """The engine that an address names."""
    return PostgreSQL(url) if url.startswith("postgresql") else SQLite(url)
