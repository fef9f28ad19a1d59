"""The backup's file: a tar of the manifest, the database, the secret and the pictures. What it holds is proved by digests."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from webapp.core import clock

FORMAT = 1
MANIFEST, DATABASE, SECRET = "manifest.json", "database", "secret"
PICTURE = re.compile(r"photos/([0-9a-f]{64})")
CHUNK = 1024 * 1024
MOST_MANIFEST = 256 * 1024 * 1024  # bytes; two million pictures


class Unfit(Exception):
    """A backup or a restore cannot be done as asked; the message says why, and what to do, in one line."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `files` and `photos` give digest → bytes; `missing`: pictures the database knows but the folder had not."""

    version: str
    engine: str
    schema: str
    records: int
    files: dict[str, tuple[str, int]]
    photos: dict[str, int]
    missing: list[str] = field(default_factory=list)
    made_at: str = ""
    format: int = FORMAT


def write(file: Path, manifest: Manifest, parts: dict[str, Path], picture: Any) -> None:
    """Write the archive beside its place, sync it to disk, move it there. `picture` gives a picture's path by its digest.

    Only its owner may read it: it holds everybody's records, and the secret. Raises Unfit when there is a file already.
    """
    if file.exists():
        raise Unfit(f"{file} exists already; choose another name.")
    beside = file.with_name(f".{file.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                text = json.dumps(asdict(manifest)).encode()
                tar.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))
                for name, path in parts.items():
                    _add(tar, name, path, manifest.files[name][1])
                for sha256, size in manifest.photos.items():
                    _add(tar, f"photos/{sha256}", picture(sha256), size)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, file)
        sync_folder(file.parent)
    finally:
        beside.unlink(missing_ok=True)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(clock.now().timestamp())
    return entry


def _add(tar: tarfile.TarFile, name: str, path: Path, size: int) -> None:
    with path.open("rb") as content:
        tar.addfile(_entry(name, size), content)


@contextmanager
def opened(file: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """The archive, and its manifest. Raises Unfit for a file that is no backup of ours, or cannot be read to its end."""
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar, _manifest(tar)
    except FileNotFoundError:
        raise Unfit(f"{file} is not there.") from None
    except (tarfile.TarError, EOFError, IsADirectoryError):
        raise Unfit(f"{file} is no backup of Rounds, or was cut short.") from None


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = tar.extractfile(first) if first and first.name == MANIFEST and first.isfile() and first.size < MOST_MANIFEST else None
    try:
        if content is None:
            raise tarfile.ReadError
        value = json.load(content)
        if value.get("format") != FORMAT:
            raise Unfit(f"this backup has format {value.get('format')}, which this release does not know; use a newer one.")
        return Manifest(**value | {"files": {name: (sha, size) for name, (sha, size) in value["files"].items()}})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise tarfile.ReadError from None


def unpack(file: Path, folder: Path | None) -> Manifest:
    """Read the whole archive, compare every part with its digest, and lay it out in `folder` (None: look only).

    Raises Unfit naming the first part that is damaged, missing or strange.
    """
    with opened(file) as (tar, manifest):
        left = {name: sha256 for name, (sha256, _size) in manifest.files.items()} | {f"photos/{sha}": sha for sha in manifest.photos}
        for entry in iter(tar.next, None):
            sha256 = left.pop(entry.name, None)
            content = tar.extractfile(entry) if entry.isfile() else None
            if sha256 is None or content is None:
                raise Unfit(f"{file} holds {entry.name!r}, which its manifest does not name.")
            if _copy(content, folder and _place(folder, entry.name)) != sha256:
                raise Unfit(f"{entry.name} in {file} is damaged: use another backup.")
        if left:
            raise Unfit(f"{min(left)} is missing in {file}: use another backup.")
        return manifest


def _place(folder: Path, name: str) -> Path:
    """Where a part lies in the data folder. Names are the manifest's: no other path can be meant."""
    picture = PICTURE.fullmatch(name)
    if picture:
        return folder / "photos" / picture[1][:2] / picture[1][2:]
    if name not in (DATABASE, SECRET):
        raise Unfit(f"this release does not know what {name!r} is; use a newer one.")
    return folder / name


def _copy(content: IO[bytes], path: Path | None) -> str:
    """Copy to disk; gives the digest."""
    digest = hashlib.sha256()
    if path is None:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def digest_of(path: Path) -> tuple[str, int]:
    """A file's digest, and its size in bytes."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest(), path.stat().st_size


def sync_folder(folder: Path) -> None:
    """Have what was renamed in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
