"""Checklists as workbooks: any checklist comes back from a table and from a workbook; nothing in a workbook is carried out, and a bad one is refused whole."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from webapp.inspections import workbooks
from webapp.inspections.content import Content
from webapp.inspections.sheets import HEADERS, BadFile, from_csv, to_csv
from webapp.inspections.workbooks import from_xlsx, to_xlsx

# Words as a form can hold them: one line, no blanks at the ends; often such as spreadsheets would carry out.
WORDS = (
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20),
        st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "|", "\\", "'=", "\\|"]), st.text("ab=1|\\'", max_size=5)),
    )
    .map(str.strip)
    .filter(lambda text: bool(text) and len(text.splitlines()) == 1)
    .filter(lambda text: not any(ord(letter) in (0xFFFE, 0xFFFF) for letter in text))  # no letters of XML
)
MAYBE = st.one_of(st.just(""), WORDS)
NUMBER = st.one_of(st.none(), st.integers(-5_000_000, 5_000_000).map(float), st.floats(allow_nan=False, allow_infinity=False, width=32))


@st.composite
def questions(draw: st.DrawFn, own_id: str, before: list[dict[str, Any]]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["pass", "yes_no", "choice", "several", "number", "text", "photo", "signature", "instruction"]))
    made: dict[str, Any] = {
        "id": own_id, "kind": kind, "text": draw(WORDS), "text_en": draw(MAYBE), "guidance": draw(MAYBE), "required": draw(st.booleans()),
        "weight": draw(st.integers(0, 100)), "unit": draw(MAYBE), "photo": draw(st.sampled_from(["never", "fail", "always"])),
        "severity": draw(st.sampled_from(["minor", "major", "danger"])), "picture": draw(st.sampled_from(["", "a1" * 32])),
    }  # fmt: skip
    if kind in ("choice", "several"):
        made["choices"] = draw(st.lists(WORDS, min_size=2, max_size=4, unique=True))
        made["good"] = made["choices"][:1] if kind == "choice" else []
    if kind == "number":
        made["low"], made["high"] = sorted([draw(NUMBER), draw(NUMBER)], key=lambda one: one or 0.0)
        if None in (made["low"], made["high"]):
            made["high"] = None
    asked = [one for one in before if one["kind"] in ("yes_no", "choice")]
    if asked and draw(st.booleans()):
        other = draw(st.sampled_from(asked))
        made["when"] = {"question": other["id"], "equals": [True] if other["kind"] == "yes_no" else other["choices"][1:]}
    return made


@st.composite
def checklists(draw: st.DrawFn) -> Content:
    sections: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = []
    for name in draw(st.lists(WORDS, min_size=1, max_size=3, unique=True)):
        made = []
        for _ in range(draw(st.integers(1, 3))):
            made.append(draw(questions(f"q{len(before)}", list(before))))
            before.append(made[-1])
        sections.append({"name": name, "name_en": draw(MAYBE), "questions": made})
    return Content.model_validate({"sections": sections, "pass_score": draw(st.integers(0, 100))})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(checklists())
def test_any_checklist_comes_back_from_a_table_and_from_a_workbook(made: Content) -> None:
    assert from_csv(to_csv(made)) == made
    assert from_xlsx(to_xlsx(made)) == made


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(checklists())
def test_no_cell_of_a_workbook_is_a_formula_and_none_of_a_table_begins_one(made: Content) -> None:
    for sheet in load_workbook(io.BytesIO(to_xlsx(made))):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))) or cell.quotePrefix
    for line in to_csv(made).decode("utf-8-sig").split("\r\n")[1:]:
        assert not line.startswith(("=", "@", '"=', '"@'))


def content(*asked: dict[str, Any]) -> Content:
    made = [{"id": f"q{n}", "kind": "pass", "text": f"Question {n}"} | one for n, one in enumerate(asked, 1)]
    return Content.model_validate({"sections": [{"name": "大堂", "questions": made}]})


def book(*rows: tuple[Any, ...]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def wrongs(data: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(BadFile) as caught:
        from_xlsx(data)
    return [(one.row, one.column, one.why) for one in caught.value.wrong]


HEAD = ("section", "id", "kind", "text", "low", "high", "unit", "required")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("section", "kind", "wording")], [(1, "wording", "unknown-head"), (1, "text", "missing-head")]),
        ([("section", "kind", "text", "text")], [(1, "text", "double-head")]),
        ([], [(1, "section", "missing-head"), (1, "kind", "missing-head"), (1, "text", "missing-head")]),
        ([HEAD], [(0, "", "nothing")]),
        ([HEAD, ("A", "q1", "pass", "x"), (), ("A", "q1", "pass", "y")], [(4, "id", "double")]),
        ([HEAD, ("A", "q1", "pass", "=1+1"), ("A", "q2", "pass", "ok"), ("A", "q3", "pass", "=HYPERLINK(A1)")], [(2, "text", "formula"), (4, "text", "formula")]),
        ([HEAD, ("A", "q1", "number", "x", date(2026, 5, 1))], [(2, "low", "date")]),
        ([HEAD, ("A", "q1", "number", "x", "#REF!")], [(2, "low", "error-cell")]),
        ([HEAD, ("A", "q1", "number", "x", 9, 1)], [(2, "high", "range")]),
        ([HEAD, ("A", "q1", "dance", "x")], [(2, "kind", "odd")]),
        ([HEAD, *(("A", f"q{n}", "pass", "x") for n in range(400))], [(302, "", "many")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_row_and_column(rows: list[tuple[Any, ...]], expected: list[tuple[int, str, str]]) -> None:
    assert wrongs(book(*rows)) == expected


def test_numbers_and_ticks_of_a_spreadsheet_are_read_as_what_they_are() -> None:
    made = from_xlsx(book(HEAD, ("A", 7, "number", 2026, 0.5, 10, 3, False)))
    question = made.questions[0]
    assert (question.id, question.text, question.low, question.high, question.unit, question.required) == (
        "7",
        "2026",
        0.5,
        10.0,
        "3",
        False,
    )


def test_words_that_look_like_formulas_are_words() -> None:
    made = content({"text": "=cmd|' /C calc'!A0"}, {"text": "-5 °C ist kalt"}, {"text": "+1"}, {"text": "@SUM(A1)"})
    assert [one.text for one in from_xlsx(to_xlsx(made)).questions] == ["=cmd|' /C calc'!A0", "-5 °C ist kalt", "+1", "@SUM(A1)"]


def test_fifty_thousand_rows_are_refused_at_the_first_too_many() -> None:
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    sheet.append(("section", "kind", "text"))
    for n in range(50_000):
        sheet.append(("A", "pass", f"question {n}"))
    out = io.BytesIO()
    made.save(out)
    assert wrongs(out.getvalue()) == [(302, "", "many")]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """The same workbook with one part of it replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for own, content_ in (parts | {name: part}).items():
            archive.writestr(own, content_)
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_part(to_xlsx(content({})), "xl/sharedStrings.xml", b" " * 300_000_000)
    assert len(bomb) < 2_000_000 and wrongs(bomb) == [(0, "", "unpacks")]
    assert wrongs(zipped(**{f"part{n}": b"" for n in range(500)})) == [(0, "", "unpacks")]
    assert wrongs(b"PK\x03\x04" + b"x" * 2_000_001) == [(0, "", "large")]


def test_a_bomb_of_entities_is_refused() -> None:
    lol = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>'
    assert wrongs(with_part(to_xlsx(content({})), "xl/worksheets/sheet1.xml", lol)) == [(0, "", "no-workbook")]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no workbook", zipped(**{"word__document.xml": b"<a/>"}), zipped()])
def test_what_is_no_workbook_is_said_to_be_none(data: bytes) -> None:
    assert wrongs(data) == [(0, "", "no-workbook")]


def test_a_row_far_below_and_a_column_far_to_the_right_cost_nothing() -> None:
    made = Workbook()
    for row in (HEAD, ("A", "q1", "pass", "x")):
        made.active.append(row)
    made.active.cell(1_048_576, 1, "A")
    made.active.cell(2, 16_384, "note")
    out = io.BytesIO()
    made.save(out)
    assert wrongs(out.getvalue()) == [(2001, "", "many")]


SOUND = to_xlsx(content({"guidance": "看墙角\n和门后"}, {"kind": "number", "low": -5, "high": 35.5}))


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    """Bytes of one of its parts are changed, so that the archive is sound and what is in it is not."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        name = data.draw(st.sampled_from(archive.namelist()))
        part = bytearray(archive.read(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(part) - 1))
        part[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for damaged in (with_part(SOUND, name, bytes(part)), SOUND[: data.draw(st.integers(0, len(SOUND)))]):
        try:
            found = from_xlsx(damaged).questions
        except BadFile as bad:
            found = bad.wrong
        assert found


def test_the_columns_are_explained() -> None:
    made = load_workbook(io.BytesIO(SOUND))
    assert [cell.value for cell in made.worksheets[0][1]] == list(HEADERS) and made.worksheets[1].max_row == len(workbooks.HELP) + 1
