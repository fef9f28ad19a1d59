"""Counting complaints by type and source."""

from __future__ import annotations

from webapp.service.complaints import Heard, overview


def test_each_type_and_source_has_a_line_and_all_together_one() -> None:
    lines, everything = overview(
        [
            Heard("noise", "resident", in_time=True, told=True, stars=5),
            Heard("noise", "resident", in_time=False, told=False, stars=2),
            Heard("noise", "resident"),
            Heard("fees", "authority", in_time=True),
        ]
    )
    assert [(line.type_code, line.source, line.count) for line in lines] == [("noise", "resident", 3), ("fees", "authority", 1)]
    noise = lines[0]
    assert (noise.in_time, noise.replies_due, noise.told, noise.ended, noise.rated, noise.mean) == (1, 2, 1, 2, 2, 3.5)
    assert (everything.count, everything.in_time, everything.replies_due) == (4, 2, 3)


def test_no_complaint_is_no_line() -> None:
    lines, everything = overview([])
    assert (lines, everything.count, everything.mean) == ([], 0, None)
