"""Bringing a database to the present schema, and making sure that it has its one row of state."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from webapp.core.db import db, writing
from webapp.records.actions import ensure_state

HERE = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Alembic without a file of settings: where the scripts lie is all it needs."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    return config


def upgrade() -> None:
    """Run every migration that the database has not seen, and make its state. Call inside an application context."""
    config = alembic_config()
    with writing():
        connection = db.session.connection()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with writing():
        ensure_state()


def revision(message: str) -> None:
    """Write a new migration from what differs between models and database."""
    config = alembic_config()
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True)
