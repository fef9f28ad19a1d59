"""Checklists as workbooks (xlsx): written so that people can edit them, read so that nothing in them can do harm. Pure.

Formulas are never carried out, cells that would begin one are kept as words, and a workbook that unpacks to more than a checklist
needs is refused before it is unpacked.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from webapp.inspections.content import MOST_QUESTIONS, Content
from webapp.inspections.sheets import FORMULA, HEADERS, MOST_BYTES, NUMBERS, BadFile, Wrong, content_of, rows_of, table

MOST_PARTS = 200
MOST_SHEET, MOST_OTHER = 40_000_000, 8_000_000  # bytes unpacked: a sheet is read row by row, words and styles are read whole
MOST_COLUMNS = 100
WIDTHS = {
    "text": 44,
    "text_en": 36,
    "guidance": 40,
    "guidance_en": 40,
    "section": 18,
    "section_en": 18,
    "choices": 28,
    "choices_en": 28,
    "good": 20,
}
TAKES = {
    "kind": ("pass", "yes_no", "choice", "several", "number", "text", "photo", "reading", "signature", "instruction"),
    "required": ("yes", "no"),
    "photo": ("never", "fail", "always"),
    "severity": ("minor", "major", "danger"),
    "role": ("before", "after", "agent", "dose", "area", "keep_off"),
}
HELP = (
    ("section", "部分名称；相同名称的相邻行属于同一部分", "Name of the part; rows below each other with the same name belong together"),
    ("id", "题号，可留空；保留原题号，历史记录才连得上", "May be empty; keep it as it is, so that old records still match"),
    ("kind", "回答方式：pass 合格/注意/不合格，yes_no 是/否，choice 单选，several 多选，number 数字，text 文字，photo 照片，reading 抄表，signature 签名，instruction 说明", "How it is answered"),
    ("text", "题目", "The question"),
    ("required", "必答：yes 或 no", "Must be answered: yes or no"),
    ("weight", "分值权重，0 不计分", "Weight in the score, 0: does not count"),
    ("choices", "选项，用 | 隔开", "Choices, with | between them"),
    ("good", "算合格的选项", "Which of them pass"),
    ("low, high", "合格范围的下限、上限", "The range that passes"),
    ("photo", "拍照：never 不要求，fail 不合格时，always 必须", "Photo: never, fail (where it fails), always"),
    ("raises", "不合格时自动派单的工单类型代码", "Type of work order that failing raises"),
    ("severity", "严重程度：minor 轻微，major 严重，danger 危险（整张表不合格）", "How bad: minor, major, danger (the whole list fails)"),
    ("role", "含义：before 作业前照片，after 作业后照片，agent 药剂，dose 用量，area 面积，keep_off 禁入小时数", "What the answer tells others: photo of before or after, agent, dose, area, hours to keep off"),
    ("picture", "示意图的编号，在编辑器里上传", "The picture's number; upload pictures in the editor"),
    ("when_question, when_equals", "只在前面某题（题号）这样回答时才问", "Asked only after that question was answered so"),
    ("pass_score", "满分 100 分中多少分合格，整张表一个数", "From how many of 100 it passes, one number for the list"),
)  # fmt: skip
# What openpyxl, zipfile and the XML parser raise over bytes that are no workbook; defusedxml's refusals are ValueErrors.
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, OSError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


def to_xlsx(content: Content) -> bytes:
    """A sheet with one row a question, lists to choose from, and a second sheet that says what the columns take."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    sheet.title = "checklist"
    _head(sheet, HEADERS)
    for number, row in enumerate(rows_of(content), 2):
        for column, name in enumerate(HEADERS, 1):
            if row[name]:
                _write(sheet, number, column, row[name], name in NUMBERS)
    for column, name in enumerate(HEADERS, 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = WIDTHS.get(name, 12)
        if name in TAKES:
            listed = DataValidation(type="list", formula1=f'"{",".join(TAKES[name])}"', allow_blank=True, showErrorMessage=True)
            listed.add(f"{letter}2:{letter}{MOST_QUESTIONS + 1}")
            sheet.add_data_validation(listed)
    sheet.freeze_panes = "E2"
    _explain(book.create_sheet("说明 help"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, names: tuple[str, ...]) -> None:
    for column, name in enumerate(names, 1):
        cell = sheet.cell(1, column, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color="E7EBDD")


def _write(sheet: Worksheet, row: int, column: int, text: str, is_number: bool) -> None:
    """Words stay words, also those that begin like a formula: kept as text, with the mark that keeps them so when they are edited."""
    cell = sheet.cell(row, column)
    if is_number:
        cell.value = float(text) if "." in text or "e" in text else int(text)
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text.startswith(FORMULA):
        cell.quotePrefix = True


def _explain(sheet: Worksheet) -> None:
    _head(sheet, ("column", "说明", "meaning"))
    for number, words in enumerate(HELP, 2):
        for column, text in enumerate(words, 1):
            _write(sheet, number, column, text, False)
    for letter, width in (("A", 26), ("B", 70), ("C", 60)):
        sheet.column_dimensions[letter].width = width


def from_xlsx(data: bytes) -> Content:
    """The first sheet of a workbook. Raises BadFile."""
    _check_size(data)
    wrong: list[Wrong] = []
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        rows = table(_lines(book.worksheets[0], wrong)) if book.worksheets else []
    except BadFile:
        raise
    except BROKEN:
        raise BadFile(Wrong(0, "", "no-workbook")) from None
    return content_of(rows, wrong)


def _check_size(data: bytes) -> None:
    """Is it a workbook that can be unpacked? Sizes are those that the archive names: zipfile reads no more of a part than that."""
    if len(data) > MOST_BYTES:
        raise BadFile(Wrong(0, "", "large"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except BROKEN:
        raise BadFile(Wrong(0, "", "no-workbook")) from None
    sheets = sum(part.file_size for part in parts if part.filename.startswith("xl/worksheets/"))
    if len(parts) > MOST_PARTS or sheets > MOST_SHEET or sum(part.file_size for part in parts) - sheets > MOST_OTHER:
        raise BadFile(Wrong(0, "", "unpacks"))


def _lines(sheet: Any, wrong: list[Wrong]) -> Iterator[tuple[int, list[str]]]:
    """Rows as words. What is no plain words goes to `wrong`, with its column's name. `sheet`: a ReadOnlyWorksheet."""
    sheet.reset_dimensions()  # a workbook may lie about them
    heads: list[str] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        words = []
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            name = heads[column] if column < len(heads) else f"{column + 1}"
            text, why = _words(cell.value, cell.data_type if cell.value is not None else "n")
            if why and (not heads or (column < len(heads) and heads[column])):
                wrong.append(Wrong(number, name, why, text[:40]))
            words.append(text)
        heads = heads or [word.strip().casefold() for word in words]
        yield number, words


def _words(value: object, data_type: str) -> tuple[str, str]:
    """A cell as words, and what is wrong with it if anything is."""
    if value is None:
        return "", ""
    if data_type == "f":
        return str(getattr(value, "text", value)), "formula"
    if data_type == "e":
        return str(value), "error-cell"
    if isinstance(value, (datetime, date, time, timedelta)):
        return str(value), "date"
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, float):
        return str(value).removesuffix(".0"), ""
    return str(value).replace("_x000D_", "").replace("\r\n", "\n"), ""
