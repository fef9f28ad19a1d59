"""How far a scan proves that somebody was there: grades that name their reasons. Pure.

good = supports it, weak = says little, doubt = asks for a look. Doubt leads to a supervisor's review, never straight to
a penalty.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from webapp.sites.rules import where_of

RUN_M_PER_S = 3.0  # nobody patrols faster, straight line
LEARNED_ENOUGH = 5  # walks seen before a learned time is used
FASTER_THAN_FASTEST = 0.5  # of the fastest walk learned


class Grade(NamedTuple):
    """One line of a scan's trust: about what, how good, and the reason with its figures."""

    about: str
    grade: str
    reason: str
    figures: dict[str, float]

    def as_json(self) -> dict[str, object]:
        """As kept with the scan."""
        return self._asdict()


def of_method(method: str) -> Grade:
    """A live camera saw the label; a link or a typed code could come from anywhere."""
    return Grade("method", "good" if method == "camera" else "weak", method, {})


def of_label(is_current: bool) -> Grade:
    """A superseded label may hang elsewhere by now."""
    return Grade("label", "good", "current", {}) if is_current else Grade("label", "doubt", "superseded", {})


def of_clock(grade: str) -> Grade:
    """The phone's clock was right, was put right, or was set in between."""
    return Grade("clock", {"ok": "good", "corrected": "weak"}.get(grade, "doubt"), grade, {})


def of_position(distance_m: float | None, accuracy_m: float | None, fence_m: float) -> Grade:
    """Inside when distance − accuracy is within the fence: a radius below the accuracy would raise false alarms."""
    if distance_m is None or accuracy_m is None:
        return Grade("position", "weak", "unknown", {})
    figures = {"distance_m": round(distance_m), "accuracy_m": round(accuracy_m), "fence_m": fence_m}
    where = where_of(distance_m, accuracy_m, fence_m)
    return Grade("position", {"outside": "doubt", "vague": "weak", "inside": "good"}[where], where, figures)


def of_walk(elapsed: timedelta | None, distance_m: float | None, learned_s: int | None, learned_count: int) -> Grade:
    """Could one walk from the previous point in this time? By past walks where there are enough, else by distance."""
    if elapsed is None:
        return Grade("walk", "weak", "first", {})
    seconds = elapsed.total_seconds()
    if learned_s is not None and learned_count >= LEARNED_ENOUGH:
        least = learned_s * FASTER_THAN_FASTEST
    elif distance_m is not None:
        least = distance_m / RUN_M_PER_S
    else:
        return Grade("walk", "weak", "unknown", {"seconds": round(seconds)})
    figures: dict[str, float] = {"seconds": round(seconds), "least_s": round(least)}
    return Grade("walk", "doubt", "too_fast", figures) if seconds < least else Grade("walk", "good", "plausible", figures)
