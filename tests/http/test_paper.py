"""A day on paper: the page, the file by command in both languages, and its exceptions as a spreadsheet."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

from tests.http.settling import decide, row
from tests.making import NOW, Browser, Clock, Phone, World, page
from webapp import cli
from webapp.daily_log import paper
from webapp.daily_log.paper import BROWSERS, css_string

SignIn = Callable[[str], Browser]


def make_day(phone: Phone, world: World, clock: Clock) -> None:
    """One point of three seen, with a problem there; the day is over."""
    scan = phone.scan(world.gate)
    phone.send(scan, phone.record("note", {"about": scan.id, "result": "issue", "text": "=broken"}))
    clock.forward(days=1, hours=2)


def test_the_paper_says_what_the_log_says(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    make_day(phone, world, clock)
    supervisor = sign_in("supervisor")
    paper, log = (page(supervisor.get(f"/log/garden/2026-11-23{more}")).text for more in ("/paper", ""))
    for words in ("East gate", "Roof, Pump room", "“=broken”", "Night round", "1/3"):
        assert words in paper, words
    assert "Signature" in paper
    for figure in ("Points seen", "Missed"):
        assert figure in paper
        assert figure in log


def test_the_exceptions_as_a_spreadsheet(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    make_day(phone, world, clock)
    supervisor = sign_in("supervisor")
    rows = supervisor.get("/log/garden/2026-11-23/paper?as=json").get_json()["rows"]
    assert {row["kind"] for row in rows} >= {"Problem"}
    assert any("Roof, Pump room" in row["what"] for row in rows)
    sheet = load_workbook(io.BytesIO(supervisor.get("/log/garden/2026-11-23/paper?as=xlsx").data)).active
    assert sheet is not None
    assert sheet.max_row == len(rows) + 1


def test_an_exception_that_was_carried_over_says_so_on_paper(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    make_day(phone, world, clock)
    supervisor = sign_in("supervisor")
    decide(supervisor, row(supervisor, "problem"), "carry", "the locksmith comes tomorrow")
    first, second = (page(supervisor.get(f"/log/garden/2026-11-{day}/paper")).text for day in (23, 24))
    assert "Carried over “the locksmith comes tomorrow”" in first
    assert "from 23 November" in second
    assert "To decide “the locksmith comes tomorrow” Carried over · Supervisor" in second


def test_who_came_or_went_on_another_day_says_from_and_to(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    phone.send(phone.record("duty", {"verb": "on", "site": "garden"}, NOW))
    clock.forward(days=1)
    phone.send(phone.record("duty", {"verb": "off", "site": "garden"}, NOW + timedelta(hours=8)))
    supervisor = sign_in("supervisor")
    assert "Guard from 22:30" in page(supervisor.get("/log/garden/2026-11-23/paper")).text
    assert "Guard to 06:30" in page(supervisor.get("/log/garden/2026-11-24/paper")).text


@pytest.mark.parametrize("name", ['G" } </style><script>', "a\\b", "锦绣花园", "one\ntwo"])
def test_a_name_at_the_foot_of_a_sheet_never_ends_its_string(name: str) -> None:
    assert not set('"\n<>{}') & set(css_string(name))
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), css_string(name)) == name


def run(app: Flask, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(cli, "application", lambda: app)
    done = CliRunner().invoke(cli.main, ["print-day", *words])
    return done.exit_code, done.output


def test_the_command_writes_a_page_in_either_language(
    app: Flask, world: World, phone: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_day(phone, world, clock)
    for language, words in (("en", "Exceptions"), ("zh_CN", "异常")):
        out = tmp_path / f"{language}.html"
        code, said = run(app, monkeypatch, "--site", "garden", "--day", "2026-11-23", "--language", language, "--out", str(out))
        assert (code, said.strip()) == (0, str(out))
        assert words in out.read_text(encoding="utf-8")
    assert run(app, monkeypatch, "--site", "nowhere", "--day", "2026-11-23", "--out", str(tmp_path / "x.html"))[0] == 1
    assert "ends in .pdf" in run(app, monkeypatch, "--site", "garden", "--day", "2026-11-23", "--out", str(tmp_path / "x.doc"))[1]


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no browser to print with")
def test_the_command_writes_a_pdf_and_a_tall_picture(
    app: Flask, world: World, phone: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_day(phone, world, clock)
    asked = ("--site", "garden", "--day", f"{NOW:%Y-%m-%d}")
    assert run(app, monkeypatch, *asked, "--out", str(tmp_path / "day.pdf"))[0] == 0
    assert (tmp_path / "day.pdf").read_bytes().startswith(b"%PDF")
    assert run(app, monkeypatch, *asked, "--out", str(tmp_path / "day.png"))[0] == 0
    with Image.open(tmp_path / "day.png") as picture:
        assert picture.width == 900
        assert 600 < picture.height < 3000


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no browser to print with")
def test_the_page_hands_out_a_tall_picture_and_a_pdf(world: World, sign_in: SignIn, phone: Phone, clock: Clock) -> None:
    make_day(phone, world, clock)
    supervisor = sign_in("supervisor")
    assert "/log/garden/2026-11-23/paper?as=png" in page(supervisor.get("/log/garden/2026-11-23/paper")).links
    answer = supervisor.get("/log/garden/2026-11-23/paper?as=png")
    assert answer.mimetype == "image/png"
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.width == 900
        assert picture.height > 600
    assert supervisor.get("/log/garden/2026-11-23/paper?as=pdf").data.startswith(b"%PDF")
    assert sign_in("elsewhere").get("/log/garden/2026-11-23/paper?as=png").status_code == 404


def test_without_a_browser_on_the_server_only_the_print_button_is_offered(
    world: World, sign_in: SignIn, phone: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_day(phone, world, clock)
    monkeypatch.setattr("webapp.daily_log.paper.BROWSERS", ())
    supervisor = sign_in("supervisor")
    assert "as=png" not in supervisor.get("/log/garden/2026-11-23/paper").text
    assert supervisor.get("/log/garden/2026-11-23/paper?as=png").status_code == 404


def test_while_one_picture_is_drawn_the_next_one_waits_its_turn(
    world: World, sign_in: SignIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.daily_log.paper.browser", lambda: "/bin/true")
    with paper._drawing:
        answer = sign_in("supervisor").get("/log/garden/2026-11-23/paper?as=png")
    assert answer.status_code == 503
