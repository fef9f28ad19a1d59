"""What is counted at a handover, and where one stands."""

from __future__ import annotations

import pytest

from webapp.handover.rules import counted, differences, standing


def test_only_what_was_counted_says_something() -> None:
    assert counted({"keys": 12, "radios": None, "umbrellas": 3}) == {"keys": 12}
    assert differences({"keys": 12, "radios": 4}, {"keys": 11, "cards": 2}) == {"keys": (12, 11)}
    assert differences({"keys": 12}, {"keys": 12}) == {}


@pytest.mark.parametrize(
    ("verbs", "stands"),
    [([], "given"), (["take"], "taken"), (["object"], "objected"), (["take", "object"], "taken"), (["object", "take"], "objected")],
)
def test_the_first_answer_counts(verbs: list[str], stands: str) -> None:
    assert standing(verbs) == stands
