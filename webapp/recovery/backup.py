"""Taking a backup while the server serves."""

from __future__ import annotations

import tempfile
from pathlib import Path

from webapp.config import VERSION
from webapp.core import clock
from webapp.core.i18n import iso
from webapp.recovery import archive
from webapp.recovery.archive import DATABASE, SECRET, Manifest
from webapp.recovery.engines import engine_of


def backup(url: str, data: Path, file: Path) -> Manifest:
    """Write database, pictures and secret as they are at one moment into `file`. Raises Unfit.

    The database comes first: a picture is on disk before the database knows it, and never changes, so all that the copy
    names are there.
    """
    engine = engine_of(url)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        parts = {DATABASE: Path(folder) / DATABASE}
        found = engine.copy(parts[DATABASE])
        if (data / "secret").exists():
            parts[SECRET] = data / "secret"
        present = {sha: size for sha, size in found.photos.items() if picture(data, sha).exists()}
        manifest = Manifest(
            version=VERSION,
            engine=engine.name,
            schema=found.schema,
            records=found.records,
            files={name: archive.digest_of(path) for name, path in parts.items()},
            photos=present,
            missing=sorted(found.photos.keys() - present),
            made_at=iso(clock.now()),
        )
        archive.write(file, manifest, parts, lambda sha: picture(data, sha))
    return manifest


def picture(data: Path, sha256: str) -> Path:
    """Where a picture lies in a data folder (as `photos.actions.path_of`, which needs an application)."""
    return data / "photos" / sha256[:2] / sha256[2:]
