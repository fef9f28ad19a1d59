"""What the product's English words are in another language: journeys are written once, in English, and made in either."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^ {2}'?([\w.-]+)'?: '((?:[^'\\\\]|\\\\.)*)',$", re.MULTILINE)


@cache
def chinese() -> dict[str, str]:
    """Chinese by English: the pages' words, and those of scripts. Numbers that are filled in stand as #."""
    with (ROOT / "webapp/translations/zh_CN/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    found: dict[str, str] = {}
    for message in catalogue:
        ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        text = message.string[0] if isinstance(message.string, (tuple, list)) else message.string
        found.update({_bare(english): _bare(text) for english in ids if english})
    script, ours = (dict(LINE.findall((ROOT / f"static/js/words/{lang}.js").read_text("utf-8"))) for lang in ("en", "zh_CN"))
    for key, english in script.items():
        found.setdefault(_bare(english), _bare(ours.get(key) or ours[re.sub(r"\.one$", ".other", key)]))
    return found


def _bare(text: str) -> str:
    return text.replace("%(num)d", "#").replace("{n}", "#")


def in_chinese(english: str) -> str:
    """The product's Chinese for what it says in English. Raises KeyError for what it does not say."""
    known = chinese()
    if english in known:
        return known[english]
    number = re.search(r"\d+", english)
    return known[re.sub(r"\d+", "#", english, count=1)].replace("#", number[0] if number else "")
