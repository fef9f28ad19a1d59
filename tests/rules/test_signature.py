"""Signatures: what is one, what is not, and what holds it to the charge it was drawn under."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.work_orders.signature import HEIGHT, MOST_POINTS, WIDTH, BadSignature, digest, path, strokes_of

NAME = [[[10, 10], [200, 100], [300, 20]], [[400, 50]]]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "form"), ({}, "form"), ("[]", "form"), ([5], "form"), ([[5]], "form"), ([[[1]]], "form"), ([[[1, 2, 3]]], "form"),
        ([[[1, "2"]]], "form"), ([[[1, True]]], "form"), ([[[1.5, 2]]], "form"), ([[[-1, 0]]], "outside"), ([[[0, HEIGHT + 1]]], "outside"),
        ([], "empty"), ([[]], "empty"), ([[[5, 5]]], "empty"), ([[[5, 5], [10, 5]]], "empty"), ([[[0, 0], [WIDTH, 0]] * MOST_POINTS], "long"),
    ],
)  # fmt: skip
def test_what_is_no_signature_says_why(value: Any, why: str) -> None:
    with pytest.raises(BadSignature) as caught:
        strokes_of(value)
    assert caught.value.why == why


def test_a_signature_is_drawn_as_a_path_and_a_lone_point_is_a_dot() -> None:
    assert path(strokes_of(NAME)) == "M10 10L200 100L300 20M400 50L400 50"


points = st.lists(st.lists(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)), min_size=2, max_size=5), min_size=1, max_size=4)


@given(points, st.integers(0, 3), st.integers(0, 1))
def test_neither_a_stroke_nor_the_charge_can_be_exchanged_afterwards(drawn: list[list[tuple[int, int]]], which: int, part: int) -> None:
    strokes = tuple(tuple(stroke) for stroke in drawn)
    at = which % len(strokes)
    moved = tuple(
        (((x + 1, y) if part else (x, y + 1)), *stroke[1:]) if n == at else stroke
        for n, stroke in enumerate(strokes)
        for x, y in stroke[:1]
    )
    assert digest(strokes, "a") != digest(moved, "a")
    assert digest(strokes, "a") != digest(strokes, "b")
