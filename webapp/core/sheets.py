"""Lists as a spreadsheet (xlsx) or as JSON, with the filters in force: the list's own address with `as=xlsx` or `as=json`.

COLUMNS = (sheets.Column("number", lazy_gettext("Number"), lambda order: order.number), ...)

kind = sheets.asked()
if kind:
    return sheets.hand_out(kind, "work-orders", COLUMNS, rows)
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from webapp.core import clock
from webapp.core.i18n import iso
from webapp.core.problems import Problem

Row = TypeVar("Row")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("xlsx", "json")
MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@")
HEAD = PatternFill("solid", fgColor="E8EDF2")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its name in JSON, its heading, what stands in it, and how wide it is (letters)."""

    name: str
    word: LazyString
    value: Callable[[Row], Any]
    width: int = 16


def asked() -> str | None:
    """xlsx or json, if the address asks for one of them. Raises Problem not-found for another."""
    kind = request.args.get("as")
    if kind is not None and kind not in KINDS:
        raise Problem("not-found")
    return kind


def hand_out(kind: str, name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], zone: str = "UTC") -> Response:
    """The rows as a file to keep, the first MOST_ROWS of them; moments are local times of `zone` in a spreadsheet, UTC in JSON."""
    some = list(islice(rows, MOST_ROWS + 1))
    is_cut, some = len(some) > MOST_ROWS, some[:MOST_ROWS]
    if kind == "json":
        found = [{column.name: _plain(column.value(row)) for column in columns} for row in some]
        return jsonify({"list": name, "made_at": iso(clock.now()), "is_cut": is_cut, "rows": found})
    return send_file(
        _workbook(name, columns, some, is_cut, ZoneInfo(zone)), mimetype=XLSX, as_attachment=True,
        download_name=f"{name}-{clock.local_day(clock.now(), zone)}.xlsx",
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """A value for JSON."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | list) else str(value)


def _workbook(name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], is_cut: bool, zone: ZoneInfo) -> io.BytesIO:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_heading(sheet, str(column.word)) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, column.value(row), zone) for column in columns])
    if is_cut:
        sheet.append([_cell(sheet, _("There is more: choose narrower filters."), zone)])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _heading(sheet: Any, word: str) -> Cell:
    cell = WriteOnlyCell(sheet, word)
    cell.font, cell.fill = Font(bold=True), HEAD
    return cell


def _cell(sheet: Any, value: Any, zone: ZoneInfo) -> Cell:
    """A cell. Words stay words: what begins like a formula is never worked out."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None, microsecond=0))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if value is None or isinstance(value, bool | int | float):
        return WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day))
        cell.number_format = "yyyy-mm-dd"  # a day has no hour
        return cell
    words = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell = WriteOnlyCell(sheet, words)
    cell.data_type = "s"
    cell.quotePrefix = words.startswith(FORMULA)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def address(kind: str) -> str:
    """The list on this page as a file, filters kept."""
    assert request.endpoint
    kept = {name: value for name, value in request.args.items() if name != "page"}
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept, "as": kind})


def init_sheets(app: Flask) -> None:
    """For templates: the addresses of the list in force."""
    app.jinja_env.globals["list_as"] = address
