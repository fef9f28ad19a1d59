"""A site's day on paper, and as a file: for the owners' committee, the filing cabinet, a chat group."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, render_template, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from PIL import Image, ImageChops

from webapp.core import clock, gate, sheets
from webapp.core.clock import DAY
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.core.static import bundle
from webapp.daily_log.answers import answer_words
from webapp.daily_log.compared import totals_of
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.days import parse_day
from webapp.daily_log.lanes import Scale, lanes_of
from webapp.daily_log.settling import Item
from webapp.daily_log.signing import signing_of
from webapp.daily_log.summary import sentence_of
from webapp.daily_log.teams import Done, counts_words, team_lanes, teams_of, words_of
from webapp.daily_log.words import ANSWERS, DAY_STATES, DECIDED, STANDS
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import site_for

paper = Blueprint("paper", __name__)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
PICTURE = (900, 9000)  # CSS pixels of the tall picture at most; what stays white below is cut off
MARGIN = 40
PATIENCE = 60  # seconds for the browser
DRAWN = {"pdf": "application/pdf", "png": "image/png"}
_drawing = threading.Lock()


@paper.get("/log/<slug>/<day>/paper")
@gate.at_least("supervisor")
def paper_page(slug: str, day: str) -> str | Response:
    """The day as it is printed; `?as=xlsx` and `?as=json` are its incidents and exceptions as a file, `?as=pdf` and `?as=png` what a browser
    on the server makes of it, where there is one.
    """
    site = site_for(me(), slug, "supervisor")
    if (drawn := request.args.get("as")) in DRAWN:
        return draw(site, parse_day(day), str(drawn))
    shown = day_of(site, parse_day(day), clock.now())
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"{site.slug}-{shown.day}", ENTRIES, entries_of(shown), site.zone)
    return render_template("daily_log/paper.html", can_draw=browser() is not None, **facts_of(shown))


def draw(site: Site, day: date, kind: str) -> Response:
    """The day as a PDF or as one tall picture. One at a time: a browser takes a processor for seconds. Raises Problem not-found, busy."""
    if browser() is None:
        raise Problem("not-found")
    if not _drawing.acquire(blocking=False):
        raise Problem("busy")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / f"{site.slug}-{day}.{kind}"
            write(site.slug, day, out, clock.now())
            content = out.read_bytes()
    except (NoBrowser, subprocess.SubprocessError):
        raise Problem("busy") from None
    finally:
        _drawing.release()
    return send_file(io.BytesIO(content), mimetype=DRAWN[kind], as_attachment=True, download_name=f"{site.slug}-{day}.{kind}")


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
        "stands": STANDS, "decided": DECIDED, "day_states": DAY_STATES, "answer_words": ANSWERS, "printed_at": now,
    }  # fmt: skip


class Entry(NamedTuple):
    """A row of the day's file."""

    at: datetime
    kind: str
    what: str
    known: str
    said: str
    stands: str
    reason: str
    person: str


def entries_of(shown: Day) -> list[Entry]:
    """The day's incidents, then its exceptions with what was decided."""
    incidents = [Entry(one.at, _("Incident") + f": {one.word}", one.title, one.sub, "", one.stands, "", "") for one in shown.jobs.incidents]
    return [*incidents, *(_entry(shown, item) for item in shown.items)]


def _entry(shown: Day, item: Item) -> Entry:
    line, last = item.line, item.last
    answers = (f"{ANSWERS[answer.verb]}: {answer_words(answer)}" for answer in item.answers.values())
    said, stands = " · ".join([*line.said, *answers]), str(STANDS[item.state][1])
    by = named(shown.people.get(last.person_id)) if last else ""
    return Entry(line.at, line.word, line.title, line.sub, said, stands, last.reason if last else "", by)


ENTRIES: tuple[sheets.Column[Entry], ...] = (
    sheets.Column("at", lazy_gettext("Time"), lambda one: one.at, 17),
    sheets.Column("kind", lazy_gettext("Exception"), lambda one: one.kind),
    sheets.Column("what", lazy_gettext("What"), lambda one: one.what, 32),
    sheets.Column("known", lazy_gettext("Known"), lambda one: one.known, 44),
    sheets.Column("said", lazy_gettext("Said"), lambda one: one.said, 32),
    sheets.Column("stands", lazy_gettext("State"), lambda one: one.stands),
    sheets.Column("reason", lazy_gettext("Reason"), lambda one: one.reason, 32),
    sheets.Column("person", lazy_gettext("Person"), lambda one: one.person),
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
    words = render_template("daily_log/paper_file.html", css=style, css_string=css_string, **facts_of(day_of(site, day, now)))
    if out.suffix == ".html":
        out.write_text(words, encoding="utf-8")
        return True
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "day.html"
        page.write_text(words, encoding="utf-8")
        _print(page, out.resolve(), Path(scratch))
    return True


def css_string(text: str) -> Markup:
    """Text for between the quotes of a CSS string: nothing in it can end the string or the style sheet."""
    plain = (sign if sign.isalnum() or ord(sign) > 127 else f"\\{ord(sign):x} " for sign in text)
    return Markup("".join(plain))  # noqa: S704  escaped here, as CSS


def browser() -> str | None:
    """A browser on this machine that can print."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _print(page: Path, out: Path, scratch: Path) -> None:
    program = browser()
    if program is None:
        raise NoBrowser
    picture = [f"--screenshot={out}", "--window-size={},{}".format(*PICTURE)]
    how = picture if out.suffix == ".png" else [f"--print-to-pdf={out}", "--no-pdf-header-footer"]
    quiet = ["--headless", "--disable-gpu", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={scratch / 'profile'}"]
    subprocess.run([program, *quiet, *how, page.as_uri()], check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603  our own words
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
