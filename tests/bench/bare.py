"""The floor: bare Flask views without anything of ours, served the same way."""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask

app = Flask(__name__, static_folder=None)
local = threading.local()


def connection() -> sqlite3.Connection:
    """One connection a thread, WAL and synchronous=FULL, SQLite's own lock back-off."""
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(os.environ["BARE_DB"], timeout=30, isolation_level=None)
        local.db.execute("PRAGMA journal_mode=WAL")
        local.db.execute("PRAGMA synchronous=FULL")
        local.db.execute("CREATE TABLE IF NOT EXISTS scan (id INTEGER PRIMARY KEY, code TEXT, at TEXT)")
    found: sqlite3.Connection = local.db
    return found


@app.get("/healthz")
def healthz() -> str:
    """Ready."""
    connection()
    return "ok"


@app.post("/sync")
def insert() -> dict[str, str]:
    """One committed INSERT."""
    db = connection()
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO scan (code, at) VALUES (?, ?)", ("7KQ2M4XPC9", "2026-11-23T08:00:00Z"))
    db.execute("COMMIT")
    return {"status": "ok"}


@app.get("/empty")
def empty() -> str:
    """An empty page."""
    return '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Empty</title></head><body><p>Empty</p></body></html>'
