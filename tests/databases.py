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

    def empty(self) -> str:
        url = self.server.set(database=f"rounds_{next(self.numbers)}").render_as_string(hide_password=False)
        self._create(url, "template0")
        return url

    def copy(self, template: str) -> str:
        url = self.server.set(database=f"rounds_{next(self.numbers)}").render_as_string(hide_password=False)
        self._create(url, self._name(template))
        return url

    def refill(self, url: str, template: str) -> None:
        self.drop(url)
        self._create(url, self._name(template))

    def drop(self, url: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{self._name(url)}" WITH (FORCE)')

    def _create(self, url: str, template: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{self._name(url)}" TEMPLATE "{template}"')

    @staticmethod
    def _name(url: str) -> str:
        return str(sa.make_url(url).database)
