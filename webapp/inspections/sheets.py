"""Checklists as files: JSON as it is kept, and a table (CSV) that any spreadsheet opens. Pure.

A file that is wrong is refused whole, with row and column of each thing that is wrong, the first twenty.
"""

from __future__ import annotations

import csv
import io
import json
from typing import NamedTuple

from pydantic import ValidationError

from webapp.inspections.content import MOST_QUESTIONS, Content
from webapp.inspections.drafting import LISTS, Item, content_from, items_of

HEADERS = (
    "section", "section_en", "id", "kind", "text", "text_en", "required", "weight", "choices", "choices_en", "good", "unit", "low", "high", "photo", "raises",
    "severity", "meter", "guidance", "guidance_en", "when_question", "when_equals",
)  # fmt: skip
MOST_BYTES = 2_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBERS = ("weight", "low", "high")
MOST_TOLD = 20
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


def to_csv(content: Content) -> bytes:
    """One row a question, with its section; UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    section: Item = {}
    for item in items_of(content):
        if item["what"] == "section":
            section = item
            continue
        row = {**item, "section": section["name"], "section_en": section["name_en"], "required": "yes" if item["required"] else "no"}
        for name in (*LISTS, "when_equals"):
            row[name] = BETWEEN.join(row[name].splitlines())
        writer.writerow([_safe(name, row.get(name, "")) for name in HEADERS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(name: str, cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if name not in NUMBERS and cell.startswith(FORMULA) else cell


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
    return _content(_rows(text))


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Rows with their numbers. Raises BadFile for heads that are not ours, and for more rows than a checklist has questions."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        heads = [head.strip().casefold() for head in next(reader, [])]
        wrong = [Wrong(1, head, "unknown-head", head) for head in heads if head and head not in HEADERS]
        wrong += [Wrong(1, head, "missing-head", head) for head in ("section", "kind", "text") if head not in heads]
        wrong += [Wrong(1, head, "double-head", head) for head in sorted({head for head in heads if head and heads.count(head) > 1})]
        if wrong:
            raise BadFile(*wrong)
        found: list[tuple[int, dict[str, str]]] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) >= MOST_QUESTIONS:
                raise BadFile(Wrong(reader.line_num, "", "many", str(MOST_QUESTIONS)))
            found.append((reader.line_num, dict(zip(heads, (cell.strip() for cell in cells), strict=False))))
    except csv.Error:
        raise BadFile(Wrong(0, "", "no-table")) from None
    return found


def _content(rows: list[tuple[int, dict[str, str]]]) -> Content:
    wrong: list[Wrong] = []
    items: list[Item] = []
    numbers: list[int] = []
    ids: dict[str, int] = {}
    section = None
    for number, row in rows:
        for name, cell in row.items():
            if name not in NUMBERS and cell.startswith(FORMULA):
                wrong.append(Wrong(number, name, "formula", cell[:40]))
            elif cell.startswith("'"):
                row[name] = cell[1:]
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
    if not rows:
        wrong.append(Wrong(0, "", "nothing"))
    if wrong:
        raise BadFile(*wrong)
    content, odd = content_from(items, "")
    if content is None:
        raise BadFile(*(_told(numbers, items, n, name, why) for n, fields in odd.items() for name, why in fields.items()))
    return content


def _item(row: dict[str, str]) -> Item:
    item: Item = {"what": "question"} | {name: row.get(name, "") for name in HEADERS if name not in ("section", "section_en")}
    for name in (*LISTS, "when_equals"):
        item[name] = "\n".join(part.strip() for part in item[name].split("|"))
    item["required"] = "" if item["required"].casefold() in ("no", "false", "0", "否") else "1"
    return item


def _told(numbers: list[int], items: list[Item], n: int, name: str, why: str) -> Wrong:
    if n < 0:
        return Wrong(0, "", "odd", why)
    column = "section" if items[n]["what"] == "section" else name
    return Wrong(numbers[n], column, why, items[n].get(name, "")[:40])
