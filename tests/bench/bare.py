"""The floor: bare Flask views without anything of ours, served the same way."""

from __future__ import annotations

import os
import sqlite3

from flask import Flask, g

app = Flask(__name__, static_folder=None)


def connection() -> sqlite3.Connection:
    """The pattern of Flask's own documentation: a connection a request, closed at its end; WAL and synchronous=FULL."""
    if "db" not in g:
        g.db = sqlite3.connect(os.environ["BARE_DB"], timeout=30)
        g.db.execute("PRAGMA journal_mode=WAL")
        g.db.execute("PRAGMA synchronous=FULL")
    found: sqlite3.Connection = g.db
    return found


@app.teardown_appcontext
def close(_error: BaseException | None) -> None:
    """At the end of the request."""
    db = g.pop("db", None)
    if db is not None:
        db.close()


@app.get("/healthz")
def healthz() -> str:
    """Ready."""
    connection().execute("CREATE TABLE IF NOT EXISTS scan (id INTEGER PRIMARY KEY, code TEXT, at TEXT)")
    return "ok"


@app.post("/sync")
def insert() -> dict[str, str]:
    """One committed INSERT."""
    db = connection()
    db.execute("INSERT INTO scan (code, at) VALUES (?, ?)", ("7KQ2M4XPC9", "2026-11-23T08:00:00Z"))
    db.commit()
    return {"status": "ok"}


@app.get("/empty")
def empty() -> str:
    """An empty page."""
    return '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Empty</title></head><body><p>Empty</p></body></html>'
