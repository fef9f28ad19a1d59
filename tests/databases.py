"""Databases for tests: made and filled once a session, then copied for each test."""

from __future__ import annotations

import itertools
import shutil
from abc import ABC, abstractmethod
from pathlib import Path

import sqlalchemy as sa


class Engine(ABC):
    """One of the two engines: makes empty databases and copies of filled ones. Each database is known by its address."""

    name: str

    @abstractmethod
    def empty(self) -> str:
        """The address of a new database without tables."""

    @abstractmethod
    def copy(self, template: str) -> str:
        """The address of a new database like `template`, to which nobody is connected."""

    @abstractmethod
    def refill(self, url: str, template: str) -> None:
        """Make the database, to which nobody is connected, like `template` again."""

    @abstractmethod
    def drop(self, url: str) -> None:
        """Throw a database away."""


class SQLite(Engine):
    """Files of one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()

    def empty(self) -> str:
        return f"sqlite:///{self.folder / f'{next(self.numbers)}.db'}"

    def copy(self, template: str) -> str:
        url = self.empty()
        self.refill(url, template)
        return url

    def refill(self, url: str, template: str) -> None:
        # The last connection that closed has moved the write-ahead log into the file: the file alone is the database.
        assert not Path(self._path(template) + "-wal").exists()
        for tail in ("-wal", "-shm"):
            Path(self._path(url) + tail).unlink(missing_ok=True)
        shutil.copyfile(self._path(template), self._path(url))

    def drop(self, url: str) -> None:
        for tail in ("", "-wal", "-shm", ".turn"):
            Path(self._path(url) + tail).unlink(missing_ok=True)

    @staticmethod
    def _path(url: str) -> str:
        return url.removeprefix("sqlite:///")


class PostgreSQL(Engine):
    """Databases of one server."""

    name = "postgresql"

    def __init__(self, server: sa.URL) -> None:
        self.server = server
        self.numbers = itertools.count()
        self.engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        self.kept: dict[str, Kept] = {}

    def empty(self) -> str:
        url = self.server.set(database=f"rounds_{next(self.numbers)}").render_as_string(hide_password=False)
        self._create(url, "template0")
        return url

    def copy(self, template: str) -> str:
        url = self.server.set(database=f"rounds_{next(self.numbers)}").render_as_string(hide_password=False)
        self._create(url, self._name(template))
        return url

    def refill(self, url: str, template: str) -> None:
        # A new copy takes seventy times as long as emptying the tables and filling them from what was kept beside them.
        kept = self.kept.get(url)
        if kept is None or kept.template != template or not kept.put_back():
            if kept is not None:
                kept.engine.dispose()
            self.drop(url)
            self._create(url, self._name(template))
            self.kept[url] = Kept(url, template)

    def drop(self, url: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{self._name(url)}" WITH (FORCE)')

    def _create(self, url: str, template: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{self._name(url)}" TEMPLATE "{template}"')

    @staticmethod
    def _name(url: str) -> str:
        return str(sa.make_url(url).database)


class Kept:
    """What a PostgreSQL database of tests holds when it is new, kept in a schema of its own beside the tables."""

    MOST = 200  # times; deleted rows stay in the files until then

    def __init__(self, url: str, template: str) -> None:
        self.template = template
        self.times = 0
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        with self.engine.begin() as connection:
            tables = list(connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
            filled = [name for name in tables if connection.scalar(sa.text(f'SELECT EXISTS (SELECT 1 FROM public."{name}")'))]
            connection.execute(sa.text("CREATE SCHEMA kept"))
            for name in filled:
                connection.execute(sa.text(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"'))
            sequences = connection.execute(sa.text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"))
            self.statements = [
                "SET LOCAL session_replication_role = replica",  # no foreign key is looked at in between
                *(f'DELETE FROM public."{name}"' for name in tables),
                *(f'INSERT INTO public."{name}" SELECT * FROM kept."{name}"' for name in filled),
                *(f"SELECT setval('public.\"{name}\"', {last or 1}, {bool(last)})" for name, last in sequences),
            ]
            self.shape = self._shape(connection)

    def put_back(self) -> bool:
        """Make the database like new. False where a test has changed its tables, or it has been done often enough."""
        self.times += 1
        with self.engine.begin() as connection:
            if self.times > self.MOST or self._shape(connection) != self.shape:
                return False
            connection.execute(sa.text(";".join(self.statements)))
        return True

    @staticmethod
    def _shape(connection: sa.Connection) -> str:
        columns = "SELECT attrelid, attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0 ORDER BY 1, 2"
        return str(connection.scalar(sa.text(f"SELECT md5(string_agg(a::text, '')) FROM ({columns}) a")))
