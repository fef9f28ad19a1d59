"""What is counted at a handover, and where one stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COUNTED = ("keys", "radios", "cards")


def counted(counts: Mapping[str, int | None]) -> dict[str, int]:
    """What was really counted, of the things that are."""
    return {name: number for name in COUNTED if (number := counts.get(name)) is not None}


def differences(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """What is fewer or more than at the handover before: name to (before, now). What was not counted both times says nothing."""
    return {name: (before[name], now[name]) for name in COUNTED if name in before and name in now and before[name] != now[name]}


def standing(verbs: Iterable[str]) -> str:
    """given (nobody has confirmed it), taken, or objected. The first answer counts: a second one is said after the fact."""
    return {"take": "taken", "object": "objected"}.get(next(iter(verbs), ""), "given")
