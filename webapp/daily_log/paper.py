"""A site's day on paper, and as a file: for the owners' committee, the filing cabinet, a chat group."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, render_template
from flask_babel import lazy_gettext
from markupsafe import Markup
from PIL import Image, ImageChops

from webapp.core import clock, gate, sheets
from webapp.core.clock import DAY
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.static import bundle
from webapp.daily_log.compared import totals_of
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.days import parse_day
from webapp.daily_log.lanes import Scale, lanes_of
from webapp.daily_log.settling import Item
from webapp.daily_log.signing import signing_of
from webapp.daily_log.summary import sentence_of
from webapp.daily_log.teams import Done, counts_words, team_lanes, teams_of, words_of
from webapp.daily_log.words import DAY_STATES, DECIDED, STANDS
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import site_for

paper = Blueprint("paper", __name__)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
PICTURE = (900, 9000)  # CSS pixels of the tall picture at most; what stays white below is cut off
MARGIN = 40
PATIENCE = 60  # seconds for the browser


@paper.get("/log/<slug>/<day>/paper")
@gate.at_least("supervisor")
def paper_page(slug: str, day: str) -> str | Response:
    """The day as it is printed; `?as=xlsx` and `?as=json` are its exceptions as a file."""
    site = site_for(me(), slug, "supervisor")
    shown = day_of(site, parse_day(day), clock.now())
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"{site.slug}-{shown.day}", columns_of(shown), shown.items, site.zone)
    return render_template("daily_log/paper.html", **facts_of(shown))


@paper.get("/log/<slug>/<day>/table")
@gate.at_least("supervisor")
def table_page(slug: str, day: str) -> str | Response:
    """The picture of the day as tables: each round with its points, and each team with everything it did; the teams as a file too."""
    site = site_for(me(), slug, "supervisor")
    shown = day_of(site, parse_day(day), clock.now())
    teams = teams_of(shown)
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"{site.slug}-{shown.day}-teams", DONE, (one for team in teams for one in team.done), site.zone)
    return render_template("daily_log/table.html", log=shown, site_=site, teams=teams, words_of=words_of, counts_words=counts_words)


DONE: tuple[sheets.Column[Done], ...] = (
    sheets.Column("at", lazy_gettext("Time"), lambda one: one.at, 17),
    sheets.Column("team", lazy_gettext("Trade"), lambda one: TRADE_WORDS[one.person.trade]),
    sheets.Column("person", lazy_gettext("Person"), lambda one: named(one.person)),
    sheets.Column("done", lazy_gettext("What was done"), lambda one: words_of(one)[0], 24),
    sheets.Column("about", lazy_gettext("What"), lambda one: words_of(one)[1], 32),
)


def facts_of(shown: Day) -> dict[str, Any]:
    """What the paper says."""
    site, day, now = shown.site, shown.day, shown.now
    before = totals_of(site, [day - DAY], now)[day - DAY]
    return {
        "log": shown, "site_": site, "signing": signing_of(shown), "sentence": sentence_of(shown, before),
        "lanes": [*lanes_of(site, day, shown.rounds), *team_lanes(shown)], "scale": Scale.of(site, day),
        "stands": STANDS, "decided": DECIDED, "day_states": DAY_STATES, "printed_at": now,
    }  # fmt: skip


def columns_of(shown: Day) -> tuple[sheets.Column[Item], ...]:
    """The columns of a day's exceptions."""

    def by(item: Item) -> str:
        return named(shown.people.get(item.last.person_id)) if item.last else ""

    return (
        sheets.Column("at", lazy_gettext("Time"), lambda item: item.line.at, 17),
        sheets.Column("kind", lazy_gettext("Exception"), lambda item: item.line.word),
        sheets.Column("what", lazy_gettext("What"), lambda item: item.line.title, 32),
        sheets.Column("known", lazy_gettext("Known"), lambda item: item.line.sub, 44),
        sheets.Column("said", lazy_gettext("Said"), lambda item: " · ".join(item.line.said), 32),
        sheets.Column("stands", lazy_gettext("State"), lambda item: STANDS[item.state][1]),
        sheets.Column("reason", lazy_gettext("Reason"), lambda item: item.last.reason if item.last else "", 32),
        sheets.Column("person", lazy_gettext("Person"), by),
    )


# ---------------------------------------------------------------- by command


class NoBrowser(Exception):
    """There is no browser on this machine that could print."""


def write(slug: str, day: date, out: Path, now: datetime) -> bool:
    """Write a site's day to a file: .html, .pdf, or a tall .png. False when there is no such site. Raises NoBrowser."""
    site = db.session.scalar(sa.select(Site).where(Site.slug == slug))
    if site is None:
        return False
    style = Markup(bundle().files["css/app.css"].decode())  # noqa: S704  our own file
    words = render_template("daily_log/paper_file.html", css=style, **facts_of(day_of(site, day, now)))
    if out.suffix == ".html":
        out.write_text(words, encoding="utf-8")
        return True
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "day.html"
        page.write_text(words, encoding="utf-8")
        _print(page, out.resolve(), Path(scratch))
    return True


def _print(page: Path, out: Path, scratch: Path) -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NoBrowser
    picture = [f"--screenshot={out}", "--window-size={},{}".format(*PICTURE)]
    how = picture if out.suffix == ".png" else [f"--print-to-pdf={out}", "--no-pdf-header-footer"]
    quiet = ["--headless", "--disable-gpu", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={scratch / 'profile'}"]
    subprocess.run([browser, *quiet, *how, page.as_uri()], check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603  our own words
    if out.suffix == ".png":
        _cut(out)


def _cut(file: Path) -> None:
    """Cut off what is white below the last line."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    used = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    if used:
        picture.crop((0, 0, picture.width, min(picture.height, used[3] + MARGIN))).save(file)


def init(app: Flask) -> None:
    """Routes."""
    app.register_blueprint(paper)
