"""Places at which a server may die, by name. Only tests give them something to do: in service they do nothing.

    faults.reach("intake.committed")

What was promised must hold wherever the process ends; a kill at a random moment seldom meets the moments that matter.
"""

from __future__ import annotations

from collections.abc import Callable

POINTS = (
    "intake.read",  # the call is read, nothing is begun
    "intake.begun",  # it is our turn to write
    "intake.stored",  # the raw bytes are in the transaction
    "intake.judged",  # so are verdicts and effects
    "intake.committed",  # they are on disk, nobody was told
    "intake.answered",  # the answer is made, not sent
    "file.written",  # a file's bytes are on disk, under another name
    "file.renamed",  # the file is in its place, its row is not written
    "photo.appended",  # a piece is on disk, its offset is not told
    "photo.stored",  # the row is in the transaction
    "trail.sealed",  # links and seal are in the transaction
)

_armed: Callable[[str], None] | None = None


def arm(happening: Callable[[str], None] | None) -> None:
    """Tests only: what happens at every point from now on; None: nothing."""
    global _armed
    _armed = happening


def reach(point: str) -> None:
    """The process has come to this point."""
    if _armed is not None:
        _armed(point)
