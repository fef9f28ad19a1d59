"""Labels: what their codes open for whom, sheets to print, rows for label printers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.making import NOW, Browser, World, page
from webapp.core.db import db, writing
from webapp.sites import actions
from webapp.sites.models import Checkpoint, Place, Site
from webapp.sites.rules import make_code

SignIn = Callable[[str], Browser]


# ---------------------------------------------------------------- what a code opens


@pytest.mark.parametrize("who", ["guard", "colleague", "technician", "desk", "supervisor", "manager", "admin"])
@pytest.mark.parametrize("prefix", ["/c/", "/C/"])
def test_staff_of_the_site_go_on_to_record_it(world: World, sign_in: SignIn, who: str, prefix: str) -> None:
    assert sign_in(who).get(prefix + world.gate.code).location == f"/scan?code={world.gate.code}"


@pytest.mark.parametrize("written", ["{0}", "{1}-{2}", "{3}", " {0} ", "{1} {2}"])
def test_a_code_may_be_written_as_people_write(world: World, sign_in: SignIn, written: str) -> None:
    code = world.gate.code
    address = "/c/" + written.format(code, code[:5], code[5:], code.lower())
    assert sign_in("guard").get(address).location == f"/scan?code={code}"


def test_an_old_label_still_opens_its_place_for_staff(world: World, sign_in: SignIn) -> None:
    assert sign_in("guard").get(f"/c/{world.old_code}").location == f"/scan?code={world.old_code}"


def test_anybody_else_learns_what_this_label_is_and_staff_may_sign_in_there(world: World, browser: Browser) -> None:
    shown = page(browser.get(f"/c/{world.gate.code}"))
    for words in ("East gate", "Garden", "Lobby"):
        assert words in shown.text
    assert f"/login?next=/c/{world.gate.code}" in [link.replace("%2F", "/") for link in shown.links]
    assert "replaced" not in shown.text
    assert "replaced by a newer one" in page(browser.get(f"/c/{world.old_code}")).text


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "nowhere"])
def test_staff_of_another_community_are_told_that_nothing_was_recorded(world: World, sign_in: SignIn, who: str) -> None:
    response = sign_in(who).get(f"/c/{world.gate.code}")
    assert response.status_code == 200
    assert "have no duty at this community" in response.text


def test_an_unknown_label_is_404_and_says_so(browser: Browser) -> None:
    response = browser.get(f"/c/{make_code(99)}")
    assert response.status_code == 404
    assert "not known here" in response.text


@pytest.mark.parametrize(
    "code", ["0000000001", "x", "AAAAAAAAAAAAAAAAAAAAAAAA", "7KQ2M4XPC8", "<script>alert(1)<b>", "😀", "%20", "' OR 1=1"]
)
def test_a_damaged_code_is_404_says_so_and_is_shown_as_text(browser: Browser, code: str) -> None:
    response = browser.get(f"/c/{code}")
    assert response.status_code == 404
    assert "This is not a label code" in response.text
    assert "<script>alert" not in response.text


def test_every_face_speaks_the_readers_language(app: Flask, world: World) -> None:
    chinese = Browser(app, "zh-CN")
    assert "东门" in chinese.get(f"/c/{world.gate.code}").text
    assert '<html lang="zh-CN"' in chinese.get("/c/x").text


# ---------------------------------------------------------------- sheets


@pytest.mark.parametrize(("size", "per_page"), [("large", 6), ("medium", 15), ("small", 32), ("nonsense", 6)])
def test_sheets_hold_every_label_in_force_and_no_other(world: World, sign_in: SignIn, size: str, per_page: int) -> None:
    shown = sign_in("supervisor").get(f"/labels?site=garden&size={size}&copies=2").text
    assert shown.count('class="qr"') == 8
    for spot in (*world.spots, world.cellar):
        assert f"{spot.code[:5]}-{spot.code[5:]}" in shown
    assert f"{world.old_code[:5]}-{world.old_code[5:]}" not in shown
    assert f"{world.bridge.code[:5]}" not in shown


@pytest.mark.parametrize("query", ["copies=0", "copies=-1", "copies=99", "copies=x", "checkpoint=x", "size=", "copies=" + "9" * 30])
def test_odd_choices_still_print(sign_in: SignIn, query: str) -> None:
    assert sign_in("supervisor").get(f"/labels?site=garden&{query}").status_code == 200


def test_one_checkpoints_label_is_printed_alone(world: World, sign_in: SignIn) -> None:
    shown = sign_in("supervisor").get(f"/labels?site=garden&checkpoint={world.roof.id}").text
    assert shown.count('class="qr"') == 1
    assert world.roof.code[:5] in shown


# ---------------------------------------------------------------- CSV


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))


def test_the_csv_is_as_the_contract_says(world: World, sign_in: SignIn) -> None:
    response = sign_in("supervisor").get("/labels.csv?site=garden")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="labels-garden.csv"'
    assert response.text.startswith("\ufeff")
    header, *rows = rows_of(response.text)
    assert header == ["site", "place", "checkpoint", "code", "version", "url"]
    assert rows[0] == ["garden", "Lobby", "East gate", world.gate.code, "1", f"HTTPS://ROUNDS.EXAMPLE.COM/C/{world.gate.code}"]
    assert [row[3] for row in rows] == [world.gate.code, world.roof.code, world.pump.code, world.cellar.code]
    assert rows[2][4] == "2"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://evil")'])
def test_no_cell_is_a_formula(app: Flask, world: World, sign_in: SignIn, name: str) -> None:
    with app.app_context(), writing():
        checkpoint = db.session.get_one(Checkpoint, world.gate.id)
        checkpoint.name = checkpoint.name_en = name
        place = db.session.get_one(Place, world.lobby)
        place.name = place.name_en = name
    rows = rows_of(sign_in("supervisor").get("/labels.csv?site=garden").text)
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert f"'{name}" in cells


def test_a_name_with_commas_quotes_and_line_breaks_stays_one_cell(app: Flask, world: World, sign_in: SignIn) -> None:
    nasty = 'a,"b"\nc；水'
    with app.app_context(), writing():
        db.session.get_one(Checkpoint, world.gate.id).name_en = nasty
    assert rows_of(sign_in("supervisor").get("/labels.csv?site=garden").text)[1][2] == nasty


@pytest.mark.parametrize("query", ["", "?site=", "?site=nowhere", "?site=river", "?site=' OR 1=1"])
def test_there_is_no_csv_of_a_site_that_is_not_yours(sign_in: SignIn, query: str) -> None:
    assert sign_in("supervisor").get(f"/labels.csv{query}").status_code == 404


def test_a_printed_file_stands_alone(app: Flask, world: World, tmp_path: object) -> None:
    from pathlib import Path

    from webapp.sites.printing import sheets_file

    out = Path(str(tmp_path)) / "labels.html"
    with app.test_request_context():
        assert sheets_file("garden", "large", out) == 4
        assert sheets_file("nowhere", "large", out) is None
    text = out.read_text()
    assert text.count('class="qr"') == 4
    assert "/static/" not in text


def test_codes_are_unguessable_unless_seeded(app: Flask) -> None:
    """Two sites made alike get different codes."""
    with app.app_context(), writing():
        site = db.session.query(Site).filter_by(slug="garden").one()
        place = actions.create_place(site, "room", "机房")
        codes = {actions.issue_label(actions.create_checkpoint(site, place.id, f"X{i}", "x", NOW), NOW).code for i in range(50)}
    assert len(codes) == 50
