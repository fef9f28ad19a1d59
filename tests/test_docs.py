"""The documentation says what the code does."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from webapp.sync.describe import markdown

ROOT = Path(__file__).parent.parent


def test_the_page_on_records_is_the_one_the_code_writes(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        written = markdown()
    assert (ROOT / "docs" / "records.md").read_text() == written, "run `python -m webapp describe-records > docs/records.md`"
