"""A signature as it was drawn: strokes of points, never a picture, so that it stays sharp on paper and small on the line. Pure."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Any

WIDTH, HEIGHT = 1000, 400  # of the field that was signed in; points are whole numbers within it
MOST_POINTS = 5_000
LEAST_LENGTH = 60  # of all strokes together: a tap is no signature

Stroke = tuple[tuple[int, int], ...]
Strokes = tuple[Stroke, ...]


class BadSignature(ValueError):
    """Strokes that are no signature. Says why in `why`: "form", "outside", "long", "empty"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def strokes_of(value: Any) -> Strokes:
    """Strokes from JSON: [[[x, y], …], …]. Raises BadSignature."""
    if not isinstance(value, list):
        raise BadSignature("form")
    strokes = tuple(tuple(_point(point) for point in _listed(stroke)) for stroke in value)
    if sum(map(len, strokes)) > MOST_POINTS:
        raise BadSignature("long")
    if length(strokes) < LEAST_LENGTH:
        raise BadSignature("empty")
    return strokes


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadSignature("form")
    return value


def _point(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or not all(type(number) is int for number in value):
        raise BadSignature("form")
    x, y = value
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise BadSignature("outside")
    return x, y


def length(strokes: Strokes) -> float:
    """The way the pen went, in the field's units."""
    return sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for stroke in strokes for a, b in pairwise(stroke))


def digest(strokes: Strokes, charge: str) -> str:
    """SHA-256 over the strokes and the digest of the charge they stand under: neither can be exchanged afterwards."""
    return hashlib.sha256(json.dumps([strokes, charge], separators=(",", ":")).encode()).hexdigest()


def path(strokes: Strokes) -> str:
    """The `d` of an SVG path in a field of WIDTH × HEIGHT; a lone point is a dot."""
    drawn = []
    for stroke in strokes:
        points = stroke if len(stroke) > 1 else stroke * 2
        drawn.append("M" + "L".join(f"{x} {y}" for x, y in points))
    return "".join(drawn)
