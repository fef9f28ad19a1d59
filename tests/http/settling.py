"""What tests of the supervisor's day share: reading its exceptions off the page, and deciding about them as a browser does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.making import PASSWORD, Browser, page

LOG = "/log/garden/2026-11-23"
NEXT = "/log/garden/2026-11-24"
ITEM = re.compile(r'<details class="fold item" name="item" id="([^"]+)" data-item="(\w+)".*?</details>', re.S)
FIELD = re.compile(r'<input type="hidden" name="(key|seen)" value="([^"]*)">')


@dataclass
class Row:
    """An exception as the page shows it."""

    anchor: str
    state: str
    html: str
    key: str = ""
    seen: str = ""

    @property
    def kind(self) -> str:
        return self.key.split(":")[0]

    @property
    def text(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.html).split())


def rows_of(response: TestResponse) -> list[Row]:
    """Every exception of a day's page, in its order."""
    assert response.status_code in (200, 409, 422), response.status
    found = []
    for match in ITEM.finditer(response.text):
        row = Row(match[1], match[2], match[0])
        for name, value in FIELD.findall(match[0]):
            setattr(row, name, value)
        found.append(row)
    return found


def row(browser: Browser, kind: str, address: str = LOG) -> Row:
    """The one exception of that kind."""
    (found,) = [each for each in rows_of(browser.get(address)) if each.kind == kind or each.anchor.startswith(f"x-{kind}-")]
    return found


def decide(browser: Browser, each: Row, verb: str, reason: str = "", address: str = LOG, **more: Any) -> TestResponse:
    """Press one of its buttons."""
    return browser.post(f"{address}/decide", {"key": each.key, "seen": each.seen, "verb": verb, "reason": reason} | more)


def decide_all(browser: Browser, verb: str = "accept", address: str = LOG) -> int:
    """Decide about everything that is open; gives how many there were."""
    count = 0
    while left := [each for each in rows_of(browser.get(address)) if each.state not in ("accept", "job", "aside", "carry")]:
        assert decide(browser, left[0], verb, address=address).status_code == 303
        count += 1
    return count


def sign(browser: Browser, address: str = LOG, password: str = PASSWORD, seen: str | None = None) -> TestResponse:
    """Sign the day as its page stands now."""
    digest = seen or page(browser.get(address)).values.get("seen", "")
    if len(digest) != 64:
        digest = (re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(address).text) or ["", "0" * 64])[1]
    return browser.post(f"{address}/sign", {"password": password, "seen": digest})
