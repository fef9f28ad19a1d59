"""Checklists as files and as forms: there and back without loss; what is wrong is told with row and column, and nothing half done."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from webapp.inspections import sheets
from webapp.inspections.content import Content
from webapp.inspections.drafting import apply, content_from, items_of, read_items
from webapp.inspections.sheets import BadFile, from_csv, from_json, to_csv, to_json

LINE = "section,id,kind,text,choices,good,low,high,photo\n"


def content(*questions: dict[str, Any]) -> Content:
    made = [{"kind": "pass", "text": f"Question {n}"} | {"id": f"q{n}"} | q for n, q in enumerate(questions, 1)]
    return Content.model_validate({"sections": [{"name": "大堂", "name_en": "Lobby", "questions": made}]})


FULL = content(
    {
        "text": "地面无垃圾",
        "text_en": "No litter",
        "weight": 3,
        "raises": "dirt",
        "photo": "fail",
        "guidance": "看墙角\n和门后",
        "severity": "major",
    },
    {"kind": "yes_no", "text": "灯亮吗"},
    {"kind": "number", "text": "温度", "low": -5, "high": 35.5, "unit": "°C", "required": False},
    {"kind": "choice", "text": "气味", "choices": ["无", "轻微", "明显"], "choices_en": ["none", "some", "strong"], "good": ["无", "轻微"]},
    {"kind": "yes_no", "text": "已通知住户", "when": {"question": "q2", "equals": [False]}},
    {"kind": "text", "text": "说明", "when": {"question": "q3", "equals": [7.0]}},
)


def wrongs(data: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(BadFile) as caught:
        from_csv(data.encode() if isinstance(data, str) else data)
    return [(one.row, one.column, one.why) for one in caught.value.wrong]


def test_there_and_back_by_json_by_table_and_by_form() -> None:
    assert from_json(to_json(FULL)) == FULL
    assert from_csv(to_csv(FULL)) == FULL
    fields = MultiDict[str, str]()
    for n, item in enumerate(items_of(FULL)):
        fields.add("item", f"{item['what']}:{n}")
        for name, value in item.items():
            fields.add(f"{n}.{name}", value)
    assert content_from(read_items(fields), "90") == (FULL, {})


def test_what_is_written_is_no_formula() -> None:
    assert b"'=cmd" in to_csv(content({"text": "=cmd|' /C calc'!A0"}))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("section,kind,wording\nA,pass,x\n", [(1, "wording", "unknown-head"), (1, "text", "missing-head")]),
        ("section,kind,text,text\nA,pass,x,y\n", [(1, "text", "double-head")]),
        ("", [(1, "section", "missing-head"), (1, "kind", "missing-head"), (1, "text", "missing-head")]),
        (LINE, [(0, "", "nothing")]),
        (LINE + "A,q1,pass,x,,,,,\nA,q1,pass,y,,,,,\n", [(3, "id", "double")]),
        (LINE + "A,q1,pass,=cmd|'/C calc'!A0,,,,,\n", [(2, "text", "formula")]),
        (LINE + "A,q1,pass,@SUM(A1),,,,,\n", [(2, "text", "formula")]),
        (LINE + "A,q1,dance,x,,,,,\n", [(2, "kind", "odd")]),
        (LINE + "A,q1,number,x,,,ten,,\n", [(2, "low", "number")]),
        (LINE + "A,q1,number,x,,,9,1,\n", [(2, "high", "range")]),
        (LINE + "A,q1,choice,x,only,,,,\n", [(2, "choices", "choices")]),
        (LINE + "A,q1,choice,x,a|b,c,,,\n", [(2, "good", "good")]),
        (LINE + "A,q1,pass,,,,,,\n", [(2, "text", "too_short")]),
        (LINE + ",q1,pass,x,,,,,\n", [(2, "section", "too_short")]),
        (b"\xff\xfe\x00\xff\xff", [(0, "", "encoding")]),
        (LINE + 'A,q1,pass,"x\n', [(0, "", "no-table")]),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(data: str | bytes, expected: list[tuple[int, str, str]]) -> None:
    assert wrongs(data) == expected


def test_rows_are_counted_as_the_spreadsheet_counts_them() -> None:
    assert wrongs(LINE + 'A,q1,pass,"two\nlines",,,,,\n\nA,q1,dance,x,,,,,\n') == [(4, "id", "double")]


def test_the_score_stands_in_each_row_or_in_one() -> None:
    head = "section,kind,text,pass_score\n"
    assert from_csv(f"{head}A,pass,x,80\nA,pass,y,\n".encode()).pass_score == 80
    assert wrongs(f"{head}A,pass,x,80\nA,pass,y,85\nA,pass,z,many\n") == [(3, "pass_score", "differs"), (4, "pass_score", "than_equal")]


def test_fifty_thousand_rows_are_refused_at_the_first_too_many() -> None:
    rows = "".join(f"A,q{n},pass,x,,,,,\n" for n in range(50_000))
    assert wrongs(LINE + rows) == [(302, "", "many")]
    assert wrongs(b"x" * (sheets.MOST_BYTES + 1)) == [(0, "", "large")]


def test_a_spreadsheet_of_a_chinese_office_is_read() -> None:
    assert from_csv((LINE + "大堂,q1,pass,地面,,,,,\n").encode("gb18030")).questions[0].text == "地面"


def test_json_says_where() -> None:
    with pytest.raises(BadFile) as caught:
        from_json(b'{"sections": [{"name": "A", "questions": [{"id": "q1", "kind": "dance", "text": "x"}]}]}')
    assert caught.value.wrong[0].column == "sections.0.questions.0.kind"


def test_buttons_move_copy_add_and_remove() -> None:
    items = items_of(FULL)
    assert [item.get("id") for item in apply(items, "down:1")][1:3] == ["q2", "q1"]
    assert [item.get("id") for item in apply(items, "up:2")][1:3] == ["q2", "q1"]
    assert apply(items, "up:0") == items == apply(items, "nonsense:9")
    copied = apply(items, "copy:1")
    assert len(copied) == len(items) + 1 and copied[2]["text"] == copied[1]["text"]
    made, wrong = content_from(copied, "90")
    assert made is not None and wrong == {} and len({question.id for question in made.questions}) == 7
    assert len(apply(items, "remove:1")) == len(items) - 1
    assert apply(items, "question:1")[2]["kind"] == "pass" and apply(items, "section:-1")[0]["what"] == "section"


def test_a_question_without_a_section_or_before_what_it_asks_about_is_pointed_out() -> None:
    items = items_of(FULL)
    assert content_from(items[1:], "90")[1][0] == {"text": "section"}
    early = [items[0], items[5], *items[1:5]]
    assert content_from(early, "90")[1] == {1: {"when_question": "before"}}
    assert content_from([items[0]], "90")[1] == {0: {"name": "empty"}}
