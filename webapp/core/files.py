"""Files in the data folder: a file is there whole and on disk, or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from flask import current_app

from webapp.core import faults


def data_folder() -> Path:
    """Where database, photos and secret live."""
    return Path(current_app.config["ROUNDS_DATA"])


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, sync to disk, rename into place, sync the folder: a crash leaves the old state or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        faults.reach("file.written")
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    faults.reach("file.renamed")
