"""The signed log as a topic that can be subscribed to: what is said of a day, and the paper that goes along."""

from __future__ import annotations

import subprocess
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from webapp.core import clock
from webapp.core.clock import DAY
from webapp.core.db import db
from webapp.core.i18n import day_and_time, named
from webapp.daily_log.compared import totals_of
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.lines import ORDER
from webapp.daily_log.models import DaySignature
from webapp.daily_log.paper import NoBrowser, write
from webapp.daily_log.signing import signing_of
from webapp.daily_log.summary import sentence_of
from webapp.daily_log.words import KINDS, STANDS
from webapp.notices.rules import Event
from webapp.notices.topics import Topic, Words, register
from webapp.notices.ways import Attachment
from webapp.records.rules import printed_seal
from webapp.sites.models import Site

MIME = {".pdf": "application/pdf", ".html": "text/html"}


def signatures_since(site: Site, since: date) -> list[Event]:
    """Every signature under a day from `since` on; the second of a day stands under its addendum."""
    found = sa.select(DaySignature.day, DaySignature.number, DaySignature.at).where(
        DaySignature.site_id == site.id, DaySignature.day >= since
    )
    return [Event(row.day, row.number, row.at) for row in db.session.execute(found.order_by(DaySignature.day, DaySignature.number))]


def say(site: Site, event: Event, mark: str) -> Words:
    """What is said of a signed day."""
    now = clock.now()
    shown = day_of(site, event.day, now)
    before = totals_of(site, [event.day - DAY], now)[event.day - DAY]
    lines = [sentence_of(shown, before), *exception_lines(shown), *signature_lines(shown)]
    link = f"{current_app.config['ROUNDS_PUBLIC_URL']}/log/{site.slug}/{event.day}"
    return Words(subject_of(site, event, mark), lines, link, _("Open this day"))


def subject_of(site: Site, event: Event, mark: str) -> str:
    """Garden daily log 2026-11-25; and what kind of message it is where it is not the first of its day."""
    subject = _("%(site)s daily log %(day)s", site=named(site), day=event.day.isoformat())
    if mark == "trial":
        return _("Trial: %(subject)s", subject=subject)
    return _("%(subject)s (addendum)", subject=subject) if mark == "again" else subject


def exception_lines(shown: Day) -> list[str]:
    """How many exceptions there were, and where they stand: a line a state, each with its kinds."""
    if not shown.items:
        return [_("No exceptions.")]
    lines = [ngettext("%(num)d exception", "%(num)d exceptions", len(shown.items))]
    for state, (_mark, word) in STANDS.items():
        kinds = Counter(item.line.kind for item in shown.items if item.state == state)
        if kinds:
            each = _(", ").join(f"{KINDS[kind]} {kinds[kind]}" for kind in ORDER if kind in kinds)
            lines.append(_("%(state)s: %(count)s (%(kinds)s)", state=word, count=kinds.total(), kinds=each))
    return lines


def signature_lines(shown: Day) -> list[str]:
    """Who signed and when, the seal of the last signature, and whether an addendum still waits for one."""
    lines = []
    for row in shown.signatures:
        facts = {"person": named(shown.people.get(row.person_id)), "when": day_and_time(row.at, shown.site.zone)}
        lines.append(
            _("Addendum signed by %(person)s, %(when)s", **facts) if row.number > 1 else _("Signed by %(person)s, %(when)s", **facts)
        )
    last = shown.signatures[-1] if shown.signatures else None
    if last is not None and last.seal_n and last.seal_hash:
        lines.append(_("Seal %(seal)s", seal=printed_seal(last.seal_n, last.seal_hash)))
    if signing_of(shown).state == "addendum":
        lines.append(_("More arrived after that; it waits for a second signature."))
    return lines


def attach(site: Site, event: Event, quick: bool) -> list[Attachment]:
    """The day's paper: a PDF where a browser can print it, else the page itself."""
    with TemporaryDirectory() as scratch:
        for suffix in (".html",) if quick else (".pdf", ".html"):
            out = Path(scratch) / f"{site.slug}-{event.day}{suffix}"
            try:
                write(site.slug, event.day, out, clock.now())
            except (NoBrowser, subprocess.SubprocessError):
                current_app.logger.warning("no PDF of %s %s: its page goes out instead", site.slug, event.day)
                continue
            return [Attachment(out.name, MIME[suffix], out.read_bytes())]
    return []


def init(app: Flask) -> None:
    """Offer the topic."""
    register(app, Topic("signed-log", lazy_gettext("The signed daily log"), signatures_since, say, attach))
