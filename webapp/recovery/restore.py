"""Putting a backup in the place of what is there. What was there is kept beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask

from webapp import migrate
from webapp.core import clock, ids
from webapp.core.db import db, init_db, writing
from webapp.records.models import ServerState
from webapp.recovery import archive
from webapp.recovery.archive import DATABASE, SECRET, Manifest, Unfit
from webapp.recovery.engines import PostgreSQL, SQLite, engine_of

KEPT = "before-restore-"
STAGING = ".restoring-"


def restore(file: Path, url: str, data: Path, force: bool = False) -> tuple[Manifest, Path | None]:
    """Restore `file`; gives its manifest, and the folder in which what was there before is kept, if anything was.

    Everything is read and compared with its digests before anything is touched. The epoch is new afterwards: phones
    that see it offer again what they still hold. Raises Unfit: not a sound backup, of another engine or a newer
    release, the server running, or something there already and not `force`.
    """
    engine = engine_of(url)
    with archive.opened(file) as (_tar, manifest):
        check_fits(manifest, engine)
    engine.check_unused()
    taken = not engine.is_empty() or any(present(data))
    if taken and not force:
        raise Unfit(f"{data} or its database is not empty; --force restores all the same and keeps what is there beside it.")
    stamp = clock.now().strftime("%Y%m%d-%H%M%S")
    staging, kept = data / f"{STAGING}{stamp}", data / f"{KEPT}{stamp}"
    try:
        staging.mkdir(mode=0o700)
        archive.unpack(file, staging)
        if isinstance(engine, SQLite):
            renew(f"sqlite:///{staging / DATABASE}")
            Path(f"{staging / DATABASE}.turn").unlink(missing_ok=True)
        if taken:
            kept.mkdir(mode=0o700)
        swap(engine, data, staging, kept)
        if isinstance(engine, PostgreSQL):
            renew(url)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest, kept if taken else None


def check_fits(manifest: Manifest, engine: SQLite | PostgreSQL) -> None:
    """Raises Unfit when this release, with this DATABASE_URL, cannot take the backup."""
    if manifest.engine != engine.name:
        raise Unfit(f"this is a backup of {manifest.engine}, but DATABASE_URL names {engine.name}.")
    try:
        ScriptDirectory.from_config(migrate.alembic_config()).get_revision(manifest.schema)
    except CommandError:
        raise Unfit(f"this backup was made by a newer release ({manifest.version}): update Rounds first.") from None


def present(data: Path) -> list[Path]:
    """What a data folder holds, but for what earlier restores kept or left."""
    return [path for path in data.iterdir() if not path.name.startswith((KEPT, STAGING))]


def swap(engine: SQLite | PostgreSQL, data: Path, staging: Path, kept: Path) -> None:
    """Move what is there aside and the restored in. A restore that fails half-way leaves what was there."""
    aside = kept.exists()
    if aside:
        engine.set_aside(kept)
    try:
        engine.fill(staging / DATABASE)
    except BaseException:
        if aside:
            engine.put_back(kept)
        raise
    for path in present(data) if aside else ():
        if path != getattr(engine, "path", None):
            shutil.move(path, kept / path.name)
    for name in ("photos", SECRET):
        if (staging / name).exists():
            shutil.move(staging / name, data / name)
    archive.sync_folder(data)


def renew(url: str) -> None:
    """Bring a restored database to the present schema and give it a new epoch."""
    # Not create_app: reading all settings would make a secret where the backup's is to lie.
    app = Flask("restore")
    app.config |= {"SQLALCHEMY_DATABASE_URI": url, "SQLITE_SYNCHRONOUS": "FULL"}
    init_db(app)
    with app.app_context():
        migrate.upgrade()
        with writing():
            db.session.execute(sa.update(ServerState).values(epoch=ids.new_id()))
        db.session.remove()
        db.engine.dispose()
