"""Two languages, both whole: every sentence has its Chinese, with the same places to fill."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from flask import Flask

from tests.making import Browser
from webapp.core import i18n
from webapp.records.held import REASONS

ROOT = Path(__file__).parent.parent
TRANSLATING = {"_", "gettext", "ngettext", "lazy", "lazy_gettext", "lazy_ngettext"}
CATALOGUE = ROOT / "webapp" / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"


@cache
def chinese() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def forms(message: Message) -> tuple[list[str], list[str]]:
    """The English forms and the Chinese ones."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    own = [message.string] if isinstance(message.string, str) else list(message.string)
    return english, own


def places(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%", text))


def test_the_catalogue_has_every_word_in_use_and_no_other() -> None:
    """`scripts/words --check` extracts them from code and templates; run without --check it adds what is missing."""
    done = subprocess.run([sys.executable, "scripts/words", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_word_hides_in_an_f_string_where_it_is_not_collected() -> None:
    hidden = []
    for path in (ROOT / "webapp").rglob("*.py"):
        strings = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr))
        calls = (node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call))
        hidden += [f"{path}:{call.lineno}" for call in calls if isinstance(call.func, ast.Name) and call.func.id in TRANSLATING]
    assert hidden == []


def test_every_sentence_is_translated() -> None:
    untold = [message.id for message in chinese() if message.id and (message.fuzzy or not all(forms(message)[1]))]
    assert untold == []


def test_every_translation_fills_the_same_places() -> None:
    for message in chinese():
        if message.id:
            english, own = forms(message)
            # "one" may leave the number out; Chinese has one form, which must fill what "other" fills.
            for text in own:
                assert places(text) == places(english[-1]), message.id


def test_no_translation_holds_markup() -> None:
    assert [m.id for m in chinese() if m.id and any("<" in text for text in forms(m)[1])] == []


def test_translations_use_chinese_marks_between_chinese_words() -> None:
    half_width = re.compile(r"[\u4e00-\u9fff][,;:?!][\u4e00-\u9fff]")
    assert [text for m in chinese() if m.id for text in forms(m)[1] if half_width.search(text)] == []


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_for_holding_a_record_is_told_in_chinese(app: Flask, reason: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert re.search(r"[\u4e00-\u9fff]", str(REASONS[reason]))


@pytest.mark.parametrize("address", ["/login", "/outbox", "/offline", "/c/x", "/nothing", "/manifest.webmanifest"])
def test_a_page_in_chinese_has_no_english_sentence_left(app: Flask, address: str) -> None:
    response = Browser(app, "zh-CN").get(address)
    known = {text for m in chinese() if isinstance(m.id, str) and len(m.id) > 12 and m.string != m.id for text in (m.id,)}
    assert [text for text in known if f">{text}<" in response.text] == []


def test_what_a_company_names_is_shown_in_the_readers_language_or_in_the_one_there_is() -> None:
    class Both:
        name, name_en = "东门", "East gate"

    class One:
        name, name_en = "东门", None

    assert (i18n.named(Both(), "en"), i18n.named(Both(), "zh_CN"), i18n.named(One(), "en"), i18n.named(None, "en")) == (
        "East gate",
        "东门",
        "东门",
        "",
    )


def test_times_are_the_sites_and_machines_get_utc() -> None:
    moment = datetime(2026, 11, 23, 16, 5, 9, 123456, tzinfo=UTC)
    assert i18n.clock_time(moment, "Asia/Shanghai") == "00:05"
    assert i18n.clock_time(moment, "Asia/Shanghai", seconds=True) == "00:05:09"
    assert i18n.clock_time(None, "Asia/Shanghai") == ""
    assert i18n.iso(moment) == "2026-11-23T16:05:09.123Z"


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("en", date(2026, 11, 23), "Monday, 23 November"),
        ("zh-CN", date(2026, 11, 23), "11月23日 星期一"),
        ("en", date(2025, 1, 2), "2025"),
        ("zh-CN", date(2025, 1, 2), "2025年1月2日"),
    ],
)
def test_days_are_in_the_readers_words(app: Flask, language: str, day: date, words: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert words in i18n.day_words(day)
