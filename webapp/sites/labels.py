"""Labels as things to print: sheets, and rows for label printers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from webapp.core.i18n import named
from webapp.sites.models import Label, Site
from webapp.sites.qr import svg
from webapp.sites.rules import label_text, printed


@dataclass(frozen=True)
class Tag:
    """One label as it is printed."""

    qr: Markup
    site: str
    place: str
    name: str
    number: str
    code: str


def address(code: str) -> str:
    """What the label's QR code holds."""
    return label_text(current_app.config["ROUNDS_PUBLIC_URL"], code)


def tag(label: Label, site: Site) -> Tag:
    """The printed label."""
    point = label.checkpoint
    return Tag(
        svg(address(label.code), printed(label.code)), named(site), named(point.place), named(point), point.number, printed(label.code)
    )


def in_pages(tags: list[Tag], per_page: int, copies: int) -> list[list[Tag]]:
    """Tags as pages of a sheet; copies of one label stand side by side, so that a spare is at hand."""
    repeated = [t for t in tags for _copy in range(copies)]
    return [repeated[i : i + per_page] for i in range(0, len(repeated), per_page)]


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(rows: Iterable[tuple[Site, Label]]) -> str:
    """`site,place,checkpoint,code,version,url`, with a byte order mark so that spreadsheets read Chinese right."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["site", "place", "checkpoint", "code", "version", "url"])
    for site, label in rows:
        texts = (site.slug, named(label.checkpoint.place), named(label.checkpoint))
        writer.writerow([*(harmless(text) for text in texts), label.code, label.version, address(label.code)])
    return out.getvalue()
