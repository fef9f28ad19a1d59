"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from webapp.sync.describe import markdown

ROOT = Path(__file__).parent.parent


def test_the_page_on_records_is_the_one_the_code_writes(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        written = markdown()
    assert (ROOT / "docs" / "records.md").read_text() == written, "run `python -m webapp describe-records > docs/records.md`"


def failures() -> list[tuple[str, str]]:
    """Lines of the list in docs/promises.md: number and where it is tested, or why not."""
    rows = re.findall(r"^\| ([A-H]\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs" / "promises.md").read_text(), re.MULTILINE)
    return [(number, tested.strip()) for number, tested in rows]


def test_the_list_of_failures_is_whole() -> None:
    longest = {"A": 16, "B": 17, "C": 12, "D": 9, "E": 17, "F": 9, "G": 15, "H": 5}
    wanted = [f"{letter}{n}" for letter, last in longest.items() for n in range(1, last + 1)]
    assert [number for number, _tested in failures()] == wanted


@pytest.mark.parametrize(("number", "tested"), failures())
def test_a_failure_is_tested_where_the_list_says_or_the_list_says_why_not(number: str, tested: str) -> None:
    files = re.findall(r"`([^`]+\.(?:py|mjs))`", tested)
    if not files:
        assert len(tested) > 20, "a sentence why not"
    for name in files:
        text = (ROOT / "tests" / name).read_text()
        assert re.search(rf"(?<![A-Za-z0-9]){number}(?![0-9A-Za-z])|_{number}_", text, re.IGNORECASE), f"{name} does not name {number}"
