"""Trust grades: each names its reason, and only what asks for a look is a doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webapp.patrols import trust


def graded(grade: trust.Grade) -> tuple[str, str]:
    return grade.grade, grade.reason


@pytest.mark.parametrize(("method", "expected"), [("camera", "good"), ("link", "weak"), ("typed", "weak")])
def test_only_a_live_camera_saw_the_label(method: str, expected: str) -> None:
    assert graded(trust.of_method(method)) == (expected, method)


@pytest.mark.parametrize(("current", "expected"), [(True, ("good", "current")), (False, ("doubt", "superseded"))])
def test_an_old_label_may_hang_elsewhere(current: bool, expected: tuple[str, str]) -> None:
    assert graded(trust.of_label(current)) == expected


@pytest.mark.parametrize(("clock", "expected"), [("ok", "good"), ("corrected", "weak"), ("suspect", "doubt")])
def test_a_clock_that_was_set_is_a_doubt(clock: str, expected: str) -> None:
    assert trust.of_clock(clock).grade == expected


@pytest.mark.parametrize(
    ("distance", "accuracy", "expected"),
    [
        (None, 5, ("weak", "unknown")),
        (5, None, ("weak", "unknown")),
        (0, 5, ("good", "inside")),
        (40, 0, ("good", "inside")),
        (41, 0, ("doubt", "outside")),
        (90, 50, ("good", "inside")),  # a bad position is no false alarm
        (91, 50, ("doubt", "outside")),
        (100, 10_000, ("weak", "vague")),
        (161, 161, ("weak", "vague")),
        (160, 160, ("good", "inside")),
    ],
)
def test_outside_means_outside_even_at_best(distance: float | None, accuracy: float | None, expected: tuple[str, str]) -> None:
    assert graded(trust.of_position(distance, accuracy, 40)) == expected


@pytest.mark.parametrize(
    ("seconds", "distance", "learned", "count", "expected"),
    [
        (None, 100, 60, 9, ("weak", "first")),
        (60, None, None, 0, ("weak", "unknown")),
        (34, 100, None, 0, ("good", "plausible")),
        (33, 100, None, 0, ("doubt", "too_fast")),  # 3 m/s in a straight line
        (31, 100, 60, 5, ("good", "plausible")),  # learned: half of the fastest walk
        (29, 100, 60, 5, ("doubt", "too_fast")),
        (34, 100, 600, 4, ("good", "plausible")),  # four walks teach nothing yet
        (10, None, 600, 4, ("weak", "unknown")),
    ],
)
def test_walking_takes_its_time(
    seconds: int | None, distance: float | None, learned: int | None, count: int, expected: tuple[str, str]
) -> None:
    elapsed = None if seconds is None else timedelta(seconds=seconds)
    assert graded(trust.of_walk(elapsed, distance, learned, count)) == expected


def test_a_grade_is_kept_with_its_figures() -> None:
    kept = trust.of_position(123.4, 8.2, 40).as_json()
    assert kept == {
        "about": "position",
        "grade": "doubt",
        "reason": "outside",
        "figures": {"distance_m": 123, "accuracy_m": 8, "fence_m": 40},
    }
