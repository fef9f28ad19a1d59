"""The database: one base class, one time type, and the rules of a transaction.

One view call, or one call of the intake, is one transaction, committed at the edge (`commit_at_the_edge`); actions
never commit. A request that may write begins SQLite's transaction with BEGIN IMMEDIATE: a reader that later turned
writer would work from an old snapshot and fail with "database is locked".
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from pydantic_core import to_json
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def _as_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {value!r}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes moments for SQLite: `2026-11-23 08:00:00.123456`, in UTC."""
    moment = _as_utc(value)
    return None if moment is None else moment.isoformat(" ", "microseconds")[:26]


def _from_text(value: str | None) -> datetime | None:
    """What `_as_text` wrote."""
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class UTCTime(TypeDecorator[datetime]):
    """An aware moment in UTC. Refuses a naive one: a time without zone is a bug, not a time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """In one step for SQLite, which keeps text: the intake writes five moments a record."""
        return _as_text if dialect.name == "sqlite" else _as_utc

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        """In one step for SQLite, too: a day's log reads five thousand moments."""
        return _from_text if dialect.name == "sqlite" else _as_utc


@lru_cache(maxsize=50_000)
def _as_uuid(value: str) -> UUID:
    return UUID(value)


class KeptUUID(sa.Uuid[UUID]):
    """An id. SQLite keeps it as text, and reading that takes as long as all else about a column: an id that was read is kept in memory."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID | None] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
        return lambda value: None if value is None else _as_uuid(value)


class Base(DeclarativeBase):
    """Every table's base. Constraint names are fixed so that migrations can name them on both engines."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UTCTime(), UUID: KeptUUID(), dict[str, Any]: sa.JSON(), list[Any]: sa.JSON()},
    )


def _as_json(value: object) -> str:
    return to_json(value).decode()  # four times as fast as the standard library, and five lines of it come with every scan


db = SQLAlchemy(model_class=Base, engine_options={"json_serializer": _as_json})
_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Inside: transactions outside a request (a command, a task) are writers. Commits when left, rolls back on error."""
    mark = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(mark)


@contextmanager
def reading() -> Iterator[None]:
    """Inside `writing()`, before anything was asked: what is read here keeps no writer waiting. Ends its transaction when left."""
    mark = _writing.set(False)
    try:
        yield
    finally:
        db.session.rollback()
        _writing.reset(mark)


def let_others_write() -> None:
    """In a request, before long work that asks the database nothing: what it has done so far is committed, and SQLite's one writer's turn is free.

    What was loaded is read anew afterwards, when the next question takes a turn of its own.
    """
    db.session.commit()


def is_writer() -> bool:
    """May the transaction that begins now write?"""
    return _writing.get() or (has_request_context() and request.method not in READING)


class Turnstile:
    """One writer at a time, in order of arrival, across the threads and processes of this machine.

    SQLite lets writers wait by sleeping and trying again, which starves some of them for half a second; a lock that
    the kernel queues on does not. The lock falls when its holder dies, so a crash needs no clean-up.
    """

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.threads = threading.RLock()

    def enter(self) -> None:
        """Wait for the turn. Raises sqlite3.OperationalError ("database is locked") after 30 s, as SQLite would."""
        if not self.threads.acquire(timeout=30):
            raise sqlite3.OperationalError("database is locked")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Let the next writer in."""
        fcntl.flock(self.file, fcntl.LOCK_UN)
        self.threads.release()


def writes_one_at_a_time() -> bool:
    """Has this database one writer at a time (SQLite), who waits at the turnstile?"""
    return db.engine.dialect.name == "sqlite"


_computing = threading.Lock()


@contextmanager
def one_thread_at_a_time() -> Iterator[None]:
    """Inside: no other thread of this process that asked for the same is running. For short work while the one writer may be among us.

    SQLite gives up Python's lock at every statement; while other threads compute, each statement then waits for a whole
    switch interval to get it back, and everybody waits for the writer. Threads that wait here do not compete with it.
    """
    if not writes_one_at_a_time():
        yield
        return
    with _computing:
        yield


LONGEST_JOURNAL = 20_000  # pages: only then does a writer stop to move them, should the background process not have done so
MOVED_FROM = 1_000


def move_journal() -> None:
    """SQLite: move what the journal holds into the database file. Writers need not wait for it, nor do it themselves."""
    if not writes_one_at_a_time():
        return
    journal = Path(f"{db.engine.url.database}-wal")
    if journal.exists() and journal.stat().st_size > MOVED_FROM * 4096:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # of the engine's own BEGIN: moving is for those who hold no snapshot
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            connection.exec_driver_sql("BEGIN")


def _prepare_sqlite(engine: sa.Engine, synchronous: str) -> None:
    turnstile = Turnstile(f"{engine.url.database}.turn")
    engine.dialect.turnstile = turnstile  # type: ignore[attr-defined]  # where a process that was forked finds it

    @sa.event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions by itself: with its own late BEGIN, a savepoint outlives a rollback.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "cache_size=-16000",
            f"wal_autocheckpoint={LONGEST_JOURNAL}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not is_writer():
            connection.exec_driver_sql("BEGIN")
            return
        turnstile.enter()
        connection.info["has_turn"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        # The pool takes a connection back after COMMIT or ROLLBACK is done: only then is the turn over.
        if record.info.pop("has_turn", False):
            turnstile.leave()


def commit_at_the_edge(response: Response) -> Response:
    """Returning commits; raising has rolled back before this is reached."""
    if request.method not in READING:
        db.session.commit()
    return response


def init_db(app: Flask) -> None:
    """Connect Flask-SQLAlchemy and set the engine's transaction rules."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine, app.config["SQLITE_SYNCHRONOUS"])
    app.after_request(commit_at_the_edge)


Processor = Callable[[Any], Any] | None


@lru_cache(maxsize=64)
def _compiled_insert(table: sa.Table, columns: tuple[str, ...], dialect: Dialect) -> tuple[str, bool, tuple[tuple[str, Processor], ...]]:
    """The text of an INSERT of these columns, whether its parameters go by position, and how each value is put in."""
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=columns)
    ways = tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in columns)
    return str(compiled), compiled.positional, ways


def insert_rows(table: type[Base], rows: list[dict[str, Any]]) -> None:
    """INSERT of rows that all name the same columns, with half the work that a general statement is for each row."""
    connection = db.session.connection()
    core = cast(sa.Table, table.__table__)
    columns = tuple(column.name for column in core.columns if column.name in rows[0])
    text, by_position, ways = _compiled_insert(core, columns, connection.dialect)
    if by_position:
        tuples = [tuple([row[name] if way is None else way(row[name]) for name, way in ways]) for row in rows]
        connection.exec_driver_sql(text, tuples)
    else:
        connection.exec_driver_sql(text, [{name: row[name] if way is None else way(row[name]) for name, way in ways} for row in rows])


def insert_new(table: Any, rows: list[dict[str, Any]], *key: str) -> sa.Insert:
    """INSERT of rows that skips those whose unique `key` (its columns) is there already, in either engine's words."""
    dialect = db.session.get_bind().dialect.name
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).values(rows).on_conflict_do_nothing(index_elements=key)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).values(rows).on_conflict_do_nothing(index_elements=key)


def changed(statement: sa.Update) -> int:
    """Run an UPDATE that asks "is it still so?" in its WHERE; the count of rows says who won."""
    return cast(sa.CursorResult[Any], db.session.execute(statement)).rowcount
