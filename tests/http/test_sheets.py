"""Lists as files: the same rows as on the page, filters in force, nothing in a cell that a spreadsheet would work out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.http.working import make_order, order_of
from tests.making import Browser, Clock, World

SignIn = Callable[[str], Browser]


def book(browser: Browser, address: str) -> list[list[Any]]:
    """The rows of the workbook at that address, the heading first."""
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert ".xlsx" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def rows(browser: Browser, address: str) -> list[dict[str, Any]]:
    """The rows as JSON."""
    answer = browser.get(address)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["rows"]
    return found


def test_orders_with_the_filters_in_force(app: Flask, world: World, sign_in: SignIn, clock: Clock) -> None:
    tap = make_order(app, world, text='=HYPERLINK("http://evil")', urgent=True)
    make_order(app, world, "light", text="The stairs are dark", assign=None)
    desk = sign_in("desk")
    number = order_of(app, tap).number
    assert {row["number"] for row in rows(desk, "/work-orders?as=json")} > {number}
    (only,) = rows(desk, "/work-orders?urgent=1&as=json")
    assert (only["number"], only["urgent"], only["text"]) == (number, True, '=HYPERLINK("http://evil")')
    assert only["raised_at"].endswith("Z")
    heading, line = book(desk, "/work-orders?urgent=1&as=xlsx")
    assert heading[0] == "Number"
    assert (line[0], line[4]) == (number, '=HYPERLINK("http://evil")')
    assert line[8].hour == 22, "local time of the site"
    sheet = load_workbook(io.BytesIO(desk.get("/work-orders?urgent=1&as=xlsx").data)).active
    assert sheet is not None
    assert sheet["E2"].data_type == "s", "words, never a formula"


@pytest.mark.parametrize(
    ("username", "address", "least"),
    [("supervisor", "/people", 5), ("desk", "/requests?state=all", 0), ("desk", "/work-orders?group=all", 0), ("supervisor", "/inspections", 0),
     ("supervisor", "/equipment/garden", 0), ("desk", "/charges/garden/2026-11", 0)],
)  # fmt: skip
def test_every_list_comes_both_ways_with_the_same_rows(
    world: World, sign_in: SignIn, clock: Clock, username: str, address: str, least: int
) -> None:
    browser = sign_in(username)
    joint = "&" if "?" in address else "?"
    found = rows(browser, f"{address}{joint}as=json")
    assert len(found) >= least
    assert len(book(browser, f"{address}{joint}as=xlsx")) == len(found) + 1
    assert f"{joint}as=xlsx".replace("&", "&amp;") in browser.get(address).text or not found
    assert browser.get(f"{address}{joint}as=pdf").status_code == 404


def test_people_of_another_community_are_not_in_the_file(world: World, sign_in: SignIn, clock: Clock) -> None:
    assert "guard" not in {row["username"] for row in rows(sign_in("elsewhere"), "/people?as=json")}
    assert {row["username"] for row in rows(sign_in("supervisor"), "/people?q=guard&as=json")} == {"guard"}
