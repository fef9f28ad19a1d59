"""When garbage is collected."""

from __future__ import annotations

import pytest

from webapp.core.garbage import MADE, due


@pytest.mark.parametrize(
    ("counts", "generation"),
    [
        ((0, 0, 0), None),
        ((MADE, 99, 99), None),
        ((MADE + 1, 0, 0), 0),
        ((MADE + 1, 10, 99), 0),
        ((MADE + 1, 11, 10), 1),
        ((MADE + 1, 11, 11), 2),
    ],
)
def test_the_older_the_rarer(counts: tuple[int, int, int], generation: int | None) -> None:
    assert due(counts) == generation
