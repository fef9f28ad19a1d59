"""Checklists as files: JSON as it is kept, and a table (CSV here, a workbook in `workbooks`) that any spreadsheet opens. Pure.

A file that is wrong is refused whole, with row and column of each thing that is wrong, the first twenty.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from webapp.inspections.content import MOST_QUESTIONS, Content
from webapp.inspections.drafting import LISTS, Item, content_from, items_of

HEADERS = (
    "section", "section_en", "id", "kind", "text", "text_en", "required", "weight", "choices", "choices_en", "good", "unit", "low", "high", "photo", "raises",
    "severity", "meter", "role", "guidance", "guidance_en", "picture", "when_question", "when_equals", "pass_score",
)  # fmt: skip
MOST_BYTES = 2_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBERS = ("weight", "low", "high", "pass_score")
MOST_TOLD = 20
MOST_ROWS = 2_000  # with the empty ones between
BETWEEN = " | "


class Wrong(NamedTuple):
    """Something wrong in a file. `row`: as the spreadsheet counts, from 1; 0 for the file; `why`: a word of `editing.WRONG`; `what`: what stood there."""

    row: int
    column: str
    why: str
    what: str = ""


class BadFile(ValueError):
    """A file that is no checklist."""

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong[:MOST_TOLD]


def to_json(content: Content) -> bytes:
    """As it is kept."""
    return json.dumps(content.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()


def from_json(data: bytes) -> Content:
    """Raises BadFile."""
    if len(data) > MOST_BYTES:
        raise BadFile(Wrong(0, "", "large"))
    try:
        return Content.model_validate_json(data)
    except ValidationError as error:
        raise BadFile(
            *(
                Wrong(0, ".".join(map(str, one["loc"])), "json", str(one.get("ctx", {}).get("error", "")) or one["msg"])
                for one in error.errors()
            )
        ) from None


def rows_of(content: Content) -> Iterator[dict[str, str]]:
    """One row a question, with its section, by column."""
    section: Item = {}
    for item in items_of(content):
        if item["what"] == "section":
            section = item
            continue
        row = {**item, "section": section["name"], "section_en": section["name_en"], "required": "yes" if item["required"] else "no"}
        for name in (*LISTS, "when_equals"):
            row[name] = BETWEEN.join(part.replace("\\", r"\\").replace("|", r"\|") for part in row[name].splitlines())
        row["pass_score"] = str(content.pass_score)
        yield {name: row.get(name, "") for name in HEADERS}


def to_csv(content: Content) -> bytes:
    """UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    for row in rows_of(content):
        writer.writerow([_safe(name, row[name]) for name in HEADERS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(name: str, cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; reading takes the apostrophe away again."""
    return f"'{cell}" if name not in NUMBERS and cell.startswith((*FORMULA, "'")) else cell


def from_csv(data: bytes) -> Content:
    """Raises BadFile."""
    if len(data) > MOST_BYTES:
        raise BadFile(Wrong(0, "", "large"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")  # what Chinese spreadsheets write unless told otherwise
        except UnicodeDecodeError:
            raise BadFile(Wrong(0, "", "encoding")) from None
    rows = table(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1))
    return content_of(rows, [wrong for number, row in rows for wrong in _unquoted(number, row)])


def _unquoted(number: int, row: dict[str, str]) -> Iterator[Wrong]:
    """Takes the apostrophes away; gives what a spreadsheet would carry out."""
    for name, cell in row.items():
        if name not in NUMBERS and cell.startswith(FORMULA):
            yield Wrong(number, name, "formula", cell[:40])
        elif cell.startswith("'"):
            row[name] = cell[1:]


def table(lines: Iterable[tuple[int, list[str]]]) -> list[tuple[int, dict[str, str]]]:
    """Rows by column with their numbers, as the spreadsheet counts. Raises BadFile for heads that are not ours, and for too many rows."""
    found: list[tuple[int, dict[str, str]]] = []
    heads: list[str] | None = None
    try:
        for number, cells in lines:
            if heads is None:
                heads = checked_heads(cells)
                continue
            if number > MOST_ROWS or len(found) >= MOST_QUESTIONS:
                if not any(cell.strip() for cell in cells) and number <= MOST_ROWS:
                    continue
                raise BadFile(Wrong(number, "", "many", str(MOST_QUESTIONS)))
            if any(cell.strip() for cell in cells):
                found.append((number, {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head}))
    except csv.Error:
        raise BadFile(Wrong(0, "", "no-table")) from None
    if heads is None:
        checked_heads([])
    return found


def checked_heads(cells: list[str]) -> list[str]:
    """The names of the columns. Raises BadFile."""
    heads = [head.strip().casefold() for head in cells]
    wrong = [Wrong(1, head, "unknown-head", head[:40]) for head in heads if head and head not in HEADERS]
    wrong += [Wrong(1, head, "missing-head", head) for head in ("section", "kind", "text") if head not in heads]
    wrong += [Wrong(1, head, "double-head", head) for head in sorted({head for head in heads if head and heads.count(head) > 1})]
    if wrong:
        raise BadFile(*wrong)
    return heads


def content_of(rows: list[tuple[int, dict[str, str]]], wrong: list[Wrong]) -> Content:
    """The checklist that the rows make; `wrong`: what is known to be wrong already. Raises BadFile."""
    items: list[Item] = []
    numbers: list[int] = []
    ids: dict[str, int] = {}
    section = None
    for number, row in rows:
        own_id = row.get("id", "")
        if own_id and own_id in ids:
            wrong.append(Wrong(number, "id", "double", f"{own_id} ({ids[own_id]})"))
        ids.setdefault(own_id, number)
        if row.get("section", "") != section:
            section = row.get("section", "")
            items.append({"what": "section", "name": section, "name_en": row.get("section_en", "")})
            numbers.append(number)
        items.append(_item(row))
        numbers.append(number)
    if not rows and not wrong:
        wrong.append(Wrong(0, "", "nothing"))
    score = _pass_score(rows, wrong)
    if wrong:
        raise BadFile(*wrong)
    content, odd = content_from(items, score)
    if content is None:
        raise BadFile(*(_told(numbers, items, n, name, why) for n, fields in odd.items() for name, why in fields.items()))
    return content


def _pass_score(rows: list[tuple[int, dict[str, str]]], wrong: list[Wrong]) -> str:
    """The whole list's score: it stands in every row, or in one."""
    given = [(number, row["pass_score"]) for number, row in rows if row.get("pass_score")]
    for number, cell in given:
        if not (cell.isdecimal() and int(cell) <= 100):
            wrong.append(Wrong(number, "pass_score", "than_equal", cell[:40]))
        elif cell != given[0][1]:
            wrong.append(Wrong(number, "pass_score", "differs", cell[:40]))
    return given[0][1] if given else ""


def _item(row: dict[str, str]) -> Item:
    item: Item = {"what": "question"} | {name: row.get(name, "") for name in HEADERS if name not in ("section", "section_en", "pass_score")}
    for name in (*LISTS, "when_equals"):
        item[name] = "\n".join(part.strip() for part in _parts(item[name]))
    item["required"] = "" if item["required"].casefold() in ("no", "false", "0", "否") else "1"
    return item


def _parts(cell: str) -> list[str]:
    """What stands between the bars; a bar or a backslash of the words themselves has a backslash before it."""
    parts = [""]
    letters = iter(cell)
    for letter in letters:
        if letter == "|":
            parts.append("")
            continue
        if letter == "\\":
            after = next(letters, "")
            letter = after if after in ("\\", "|") and after else letter + after  # noqa: PLW2901
        parts[-1] += letter
    return parts


def _told(numbers: list[int], items: list[Item], n: int, name: str, why: str) -> Wrong:
    if n < 0:
        return Wrong(0, "", "odd", why)
    column = "section" if items[n]["what"] == "section" else name
    return Wrong(numbers[n], column, why, items[n].get(name, "")[:40])
