"""Label sheets written to a file, for the command line."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from webapp.core.db import db
from webapp.core.static import bundle
from webapp.sites import labels, queries
from webapp.sites.models import Site
from webapp.sites.words import SHEETS


def sheets_file(slug: str, size: str, out: Path) -> int | None:
    """Write a site's label sheets as one HTML file that stands alone; gives the count, or None when there is no such site."""
    site = db.session.scalar(sa.select(Site).where(Site.slug == slug))
    if site is None:
        return None
    tags = [labels.tag(label, site) for label in queries.current_labels(site.id)]
    style = Markup(bundle().files["css/app.css"].decode())  # noqa: S704  our own file
    sheets = labels.in_pages(tags, SHEETS[size][1], 1)
    out.write_text(render_template("sites/sheets_file.html", site=site, sheets=sheets, size=size, css=style), encoding="utf-8")
    return len(tags)
