"""Pictures that arrive in pieces. What has come so far lies in a file of its own until the picture is whole.

One file a person and picture, `incoming/<person>/<sha256>.<length>`. Its size is the offset, so the two cannot differ, and a crash needs
no clean-up. An offset is told only when the bytes before it are on disk.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from webapp.core import clock, faults
from webapp.core.files import data_folder
from webapp.core.problems import Problem

KEPT = timedelta(days=30)
PIECE = 16 * 1024  # bytes: what a broken connection can cost beyond the network's own buffers


@dataclass(frozen=True)
class Partial:
    """A picture of which `length` bytes are expected."""

    path: Path
    length: int

    def end(self) -> int:
        """Where the next byte belongs. Never behind the last one: what is whole has been handed on, or a crash came between and the
        last byte has to come again for that. Raises Problem offset when the file has gone meanwhile: another call made it whole."""
        with _opened(self.path) as handle:
            return min(os.fstat(handle).st_size, self.length - 1)

    def offset(self) -> int:
        """The same, to be told: the bytes before it are on disk."""
        with _opened(self.path) as handle:
            _settle(handle, self.path)
        return self.end()

    def expires_at(self) -> datetime:
        """When the nightly task may remove it, unless more arrives."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC) + KEPT

    def content(self) -> bytes:
        """What is here."""
        return self.path.read_bytes()

    def drop(self) -> None:
        """It is whole and stored, or cannot become so."""
        self.path.unlink(missing_ok=True)


def _folder(person_id: UUID) -> Path:
    return data_folder() / "incoming" / person_id.hex


def find(person_id: UUID, sha256: str) -> Partial | None:
    """What this person has sent of that picture."""
    for path in _folder(person_id).glob(f"{sha256}.*"):
        return Partial(path, int(path.suffix[1:]))
    return None


def begin(person_id: UUID, sha256: str, length: int) -> Partial:
    """The file for that picture: the one that is there, or a new one. Who said another length before was mistaken, and is forgotten."""
    known = find(person_id, sha256)
    if known is not None:
        if known.length == length:
            return known
        known.drop()
    path = _folder(person_id) / f"{sha256}.{length}"
    with room():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Partial(path, length)


def append(partial: Partial, offset: int, read: Callable[[int], bytes], proven: Callable[[], bool]) -> int:
    """Write what `read` gives behind `offset`; gives the new offset. What came before a connection broke stays.

    `proven` is asked at the end whether the bytes are those that were sent. Raises Problem: offset (409) when the picture goes on
    elsewhere, checksum (460) with these bytes taken back, too-large, full (507) when the disk is.
    """
    at = offset
    with _opened(partial.path) as handle:
        try:
            while piece := read(PIECE):
                _write(handle, at, piece, partial.length)
                at += len(piece)
            if not proven():
                _take_back(handle, offset, at)
                raise Problem("checksum")
        finally:
            with room():
                _settle(handle, partial.path)
    faults.reach("photo.appended")
    return at


def _settle(handle: int, path: Path) -> None:
    """To disk: where the file is, and what is in it."""
    for folder in (path.parent.parent, path.parent):
        with _opened(folder, os.O_RDONLY) as above:
            os.fsync(above)
    os.fsync(handle)


def _write(handle: int, at: int, piece: bytes, length: int) -> None:
    """One piece, if the picture still ends where it should: a call whose connection died may still be at it beside a newer one."""
    if at + len(piece) > length:
        raise Problem("too-large")
    with _alone(handle):
        size = os.fstat(handle).st_size
        if at != min(size, length - 1):
            raise Problem("offset")
        try:
            with room():
                os.truncate(handle, at)
                written = 0
                while written < len(piece):
                    written += os.pwrite(handle, piece[written:], at + written)
        except Problem:
            os.truncate(handle, at)
            raise


def _take_back(handle: int, begin: int, end: int) -> None:
    """Forget the bytes of this call, unless another has written behind them: then the picture's own digest decides."""
    with _alone(handle):
        if os.fstat(handle).st_size == end:
            os.truncate(handle, begin)


@contextmanager
def room() -> Iterator[None]:
    """Inside, a disk that is full is a refusal and not a bug. Raises Problem full."""
    try:
        yield
    except OSError as error:
        from errno import EDQUOT, ENOSPC

        if error.errno in (ENOSPC, EDQUOT):
            raise Problem("full") from error
        raise


@contextmanager
def _opened(path: Path, flags: int = os.O_RDWR) -> Iterator[int]:
    """The open file, or folder. Raises Problem offset when it has gone."""
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise Problem("offset") from None
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _alone(handle: int) -> Iterator[None]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def drop_old(_payload: dict[str, Any]) -> None:
    """Nightly: forget pictures of which nothing more has come for KEPT. The phone has them and begins anew."""
    before = (clock.now() - KEPT).timestamp()
    for path in (data_folder() / "incoming").glob("*/*.*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
    for path in (data_folder() / "photos").glob("*/.part-*"):  # of a server that died while it wrote
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
