"""Checklists in and out of the editor as files: a workbook, a table with commas, or JSON."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import FileStorage

from webapp.core import gate
from webapp.inspections import drafting, queries, sheets
from webapp.inspections.content import Content
from webapp.inspections.editing import WRONG, editing, show_editor
from webapp.inspections.models import Checklist
from webapp.inspections.sheets import BadFile, Wrong
from webapp.people.session import me

pages = editing  # the editor's own pages, with these among them

FILE_WRONG: dict[str, LazyString] = {
    "large": lazy_gettext("The file is larger than two megabytes."),
    "unpacks": lazy_gettext("Unpacked, the workbook is far larger than any checklist. Copy the rows you need into a new one."),
    "no-workbook": lazy_gettext("This is no Excel workbook (.xlsx), or it is damaged. Open it, save it as .xlsx and read that."),
    "old-workbook": lazy_gettext("This workbook is of the old kind (.xls) or has a password. Save it as .xlsx without one."),
    "encoding": lazy_gettext("The file is not text in UTF-8 or GB18030."),
    "no-table": lazy_gettext("The file is no table with commas: a quotation mark is not closed."),
    "nothing": lazy_gettext("There is no question in the file."),
    "many": lazy_gettext("More questions than a checklist takes."),
    "unknown-head": lazy_gettext("This column is not known. Export a checklist to see how columns are called."),
    "missing-head": lazy_gettext("This column is missing."),
    "double-head": lazy_gettext("This column is there twice."),
    "formula": lazy_gettext("A spreadsheet would carry this out as a formula. Write its result, or the words themselves."),
    "error-cell": lazy_gettext("The spreadsheet could not work this cell out."),
    "date": lazy_gettext("The spreadsheet has made a date of this. Format the cell as text and type it again."),
    "double": lazy_gettext("This id is there twice."),
    "differs": lazy_gettext("Another number stands above; the whole list has one."),
    "json": lazy_gettext("Not as a checklist is kept"),
}
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}
ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how an xlsx begins, and how an xls or one with a password does
EXAMPLE = {"sections": [{"name": "…", "questions": [{"id": "q1", "kind": "pass", "text": "…"}]}]}


@editing.get("/checklists/items/<uuid:checklist_id>/xlsx")
@gate.at_least("supervisor")
def export_xlsx(checklist_id: UUID) -> Response:
    """The newest version as a workbook."""
    return download(queries.checklist_for(me(), checklist_id, "supervisor"), "xlsx")


@editing.get("/checklists/items/<uuid:checklist_id>/csv")
@gate.at_least("supervisor")
def export_csv(checklist_id: UUID) -> Response:
    """The newest version as a table."""
    return download(queries.checklist_for(me(), checklist_id, "supervisor"), "csv")


@editing.get("/checklists/items/<uuid:checklist_id>/json")
@gate.at_least("supervisor")
def export_json(checklist_id: UUID) -> Response:
    """The newest version as it is kept."""
    return download(queries.checklist_for(me(), checklist_id, "supervisor"), "json")


def download(checklist: Checklist, kind: str) -> Response:
    """A file of the newest version; of a list without one, of an empty question to begin from."""
    content = queries.content_of(checklist.versions[-1]) if checklist.versions else Content.model_validate(EXAMPLE)
    response = Response(written(content, kind), mimetype=MIME[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="checklist-{checklist.id}.{kind}"'
    return response


def written(content: Content, kind: str) -> bytes:
    """The file's bytes."""
    if kind == "xlsx":
        from webapp.inspections.workbooks import to_xlsx  # heavy, and seldom wanted

        return to_xlsx(content)
    return sheets.to_csv(content) if kind == "csv" else sheets.to_json(content)


@editing.post("/checklists/items/<uuid:checklist_id>/import")
@gate.at_least("supervisor")
def import_file(checklist_id: UUID) -> str | tuple[str, int]:
    """A file into the editor, to be looked at and saved; a wrong one is refused whole, with row and column."""
    checklist = queries.checklist_for(me(), checklist_id, "supervisor")
    try:
        content = read_file(request.files.get("file"))
    except BadFile as bad:
        newest = queries.content_of(checklist.versions[-1]) if checklist.versions else None
        items = drafting.items_of(newest) if newest else []
        return show_editor(
            checklist, items, str(newest.pass_score) if newest else "90", {}, file_errors=[told(one) for one in bad.wrong]
        ), 422
    items, lost = without_unknown_pictures(checklist, drafting.items_of(content))
    notice = _("Read from the file: %(count)s questions. Nothing is kept before you save.", count=len(content.questions))
    if lost:
        notice += " " + ngettext(
            "%(num)d picture is not on this server and is left out.", "%(num)d pictures are not on this server and are left out.", lost
        )
    return show_editor(checklist, items, str(content.pass_score), {}, notice=notice)


def without_unknown_pictures(checklist: Checklist, items: list[drafting.Item]) -> tuple[list[drafting.Item], int]:
    """A file of another server names pictures that are not here."""
    here = queries.pictures_here(checklist.site_id, (item["picture"] for item in items if item.get("picture")))
    lost = sum(1 for item in items if item.get("picture") and item["picture"] not in here)
    return [item | {"picture": item["picture"] if item["picture"] in here else ""} if "picture" in item else item for item in items], lost


def read_file(given: FileStorage | None) -> Content:
    """What the file holds, by how its bytes begin; its name counts only where it promises a workbook. Raises BadFile."""
    data = given.read(sheets.MOST_BYTES + 1) if given else b""
    name = (given.filename or "").casefold() if given else ""
    if data.startswith(OLD):
        raise BadFile(Wrong(0, "", "old-workbook"))
    if data.startswith(ZIP):
        from webapp.inspections.workbooks import from_xlsx

        return from_xlsx(data)
    if name.endswith((".xlsx", ".xlsm", ".xls")):
        raise BadFile(Wrong(0, "", "no-workbook"))
    return sheets.from_json(data) if data.lstrip()[:1] == b"{" else sheets.from_csv(data)


def told(wrong: Wrong) -> str:
    """What is wrong in a file, with its place."""
    sentence = str((FILE_WRONG | WRONG).get(wrong.why, WRONG["odd"]))
    what = f" “{wrong.what}”" if wrong.what else ""
    if wrong.row:
        place = _("Row %(row)s, column %(column)s", row=wrong.row, column=wrong.column) if wrong.column else _("Row %(row)s", row=wrong.row)
        return f"{place}: {sentence}{what}"
    return f"{wrong.column}: {sentence}{what}" if wrong.column else f"{sentence}{what}"
