"""Migrations: from nothing and from a filled database, forth and back, on both engines; and they make what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from tests.conftest import let_go, make_app
from tests.databases import Engine
from tests.making import Phone, World, looking
from webapp import migrate
from webapp.core.db import Base, db, writing
from webapp.records.models import Record, ServerState


@pytest.fixture
def bare(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """An application over a database without tables."""
    app = make_app(engine.empty(), tmp_path)
    yield app
    let_go(app)
    engine.drop(app.config["SQLALCHEMY_DATABASE_URI"])


def run(app: Flask, verb: str, revision: str) -> None:
    config = migrate.alembic_config()
    with app.app_context(), writing():
        config.attributes["connection"] = db.session.connection()
        getattr(command, verb)(config, revision)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def differences(app: Flask) -> list[object]:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return list(compare_metadata(context, Base.metadata))


def test_an_empty_database_is_brought_to_what_the_models_say(bare: Flask) -> None:
    with bare.app_context():
        migrate.upgrade()
    assert tables(bare) == set(Base.metadata.tables)
    assert differences(bare) == []
    with looking(bare) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ServerState)) == 1


def test_migrating_again_changes_nothing_and_keeps_the_epoch(bare: Flask) -> None:
    with bare.app_context():
        migrate.upgrade()
    with looking(bare) as session:
        epoch = session.scalar(sa.select(ServerState.epoch))
    with bare.app_context():
        migrate.upgrade()
    with looking(bare) as session:
        assert session.scalar(sa.select(ServerState.epoch)) == epoch


def test_every_step_leads_back_to_nothing_and_forth_again(bare: Flask) -> None:
    run(bare, "upgrade", "head")
    for revision in ScriptDirectory.from_config(migrate.alembic_config()).walk_revisions():
        run(bare, "downgrade", str(revision.down_revision or "base"))
    assert tables(bare) == set()
    run(bare, "upgrade", "head")
    assert differences(bare) == []


def test_a_filled_database_is_migrated_back_and_forth_by_the_last_step_without_a_crash(app: Flask, world: World, phone: Phone) -> None:
    """And migrating a filled database that is up to date leaves every record."""
    records = [phone.scan(spot) for spot in world.spots]
    phone.send(*records)
    with app.app_context():
        migrate.upgrade()
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 3
    head = ScriptDirectory.from_config(migrate.alembic_config()).get_revision("head")
    run(app, "downgrade", str(head.down_revision or "base"))
    run(app, "upgrade", "head")
    assert differences(app) == []


def test_the_steps_are_one_line_without_branches() -> None:
    script = ScriptDirectory.from_config(migrate.alembic_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    revisions = list(script.walk_revisions())
    assert not any(revision.is_branch_point or revision.is_merge_point for revision in revisions)


def test_every_index_and_constraint_has_a_name_that_a_migration_can_use() -> None:
    for table in Base.metadata.tables.values():
        for constraint in (*table.constraints, *table.indexes):
            assert constraint.name, f"{table.name}: {constraint}"
            assert len(str(constraint.name)) <= 63, constraint.name  # PostgreSQL cuts longer ones
