"""The month as a calendar, and the week as a heat map."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import get_day_names
from flask import Blueprint, Flask, Response, redirect, render_template
from flask_babel import format_date, get_locale, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, sheets
from webapp.core.clock import local_day
from webapp.core.i18n import language, named
from webapp.core.problems import Problem
from webapp.daily_log.days import parse_day, parse_month
from webapp.daily_log.month import Sum, heat_of, month_of
from webapp.daily_log.words import KINDS
from webapp.people.session import me
from webapp.sites.models import Checkpoint
from webapp.sites.queries import site_for, sites_for

months = Blueprint("months", __name__)

WEEK = timedelta(days=7)


@months.get("/log/<slug>/month")
@gate.at_least("supervisor")
def this_month(slug: str) -> AnyResponse:
    """To the month that is under way."""
    site = site_for(me(), slug, "supervisor")
    return redirect(f"/log/{site.slug}/month/{local_day(clock.now(), site.zone):%Y-%m}")


@months.get("/log/<slug>/month/<month>")
@gate.at_least("supervisor")
def month_page(slug: str, month: str) -> str | Response:
    """A month: each day by its state."""
    site, now = site_for(me(), slug, "supervisor"), clock.now()
    today = local_day(now, site.zone)
    first = parse_month(month)
    if first > today:
        raise Problem("not-found")
    shown = month_of(site, first, now)
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"{site.slug}-{month}", MONTH, shown.sums.items(), site.zone)
    return render_template("daily_log/month.html", month=shown, site_=site, sites=sites_for(me(), "supervisor"), today=today)


@months.get("/log/<slug>/<day>/heat")
@gate.at_least("supervisor")
def heat_page(slug: str, day: str) -> str | Response:
    """The week that ends with a day: which points were seen at which hours."""
    site = site_for(me(), slug, "supervisor")
    last, today = parse_day(day), local_day(clock.now(), site.zone)
    if last > today:
        raise Problem("not-found")
    heat = heat_of(site, last)
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"{site.slug}-hours-{last}", HEAT, heat.rows, site.zone)
    return render_template("daily_log/heat.html", heat=heat, site_=site, sites=sites_for(me(), "supervisor"), today=today)


Day = tuple[date, Sum]
MONTH: tuple[sheets.Column[Day], ...] = (
    sheets.Column("day", lazy_gettext("Day"), lambda row: row[0]),
    sheets.Column("due", lazy_gettext("Points due"), lambda row: row[1].points.due, 9),
    sheets.Column("seen", lazy_gettext("Points seen"), lambda row: row[1].points.seen, 9),
    sheets.Column("missed", lazy_gettext("Missed"), lambda row: row[1].points.missed, 9),
    sheets.Column("late", lazy_gettext("Late"), lambda row: row[1].points.late, 9),
    sheets.Column("doubtful", lazy_gettext("Doubtful"), lambda row: row[1].points.doubtful, 9),
    sheets.Column("others", lazy_gettext("Other exceptions"), lambda row: row[1].others, 9),
    sheets.Column(
        "kinds", lazy_gettext("Exceptions"), lambda row: _(", ").join(f"{KINDS[k]} {n}" for k, n in sorted(row[1].kinds.items())), 44
    ),
    sheets.Column(
        "signed", lazy_gettext("Signature"), lambda row: {"signed": _("signed"), "unsigned": _("unsigned")}.get(row[1].signed, "")
    ),
)
Hours = tuple[Checkpoint, list[int]]


def _hour(hour: int) -> sheets.Column[Hours]:
    return sheets.Column(f"h{hour:02}", lazy_gettext("%(hour)s h", hour=f"{hour:02}"), lambda row: row[1][hour], 6)


HEAT: tuple[sheets.Column[Hours], ...] = (
    sheets.Column("number", lazy_gettext("Number"), lambda row: row[0].number, 11),
    sheets.Column("checkpoint", lazy_gettext("Checkpoint"), lambda row: named(row[0]), 28),
    *(_hour(hour) for hour in range(24)),
    sheets.Column("all", lazy_gettext("All"), lambda row: sum(row[1]), 9),
)


def month_words(first: date) -> str:
    """November 2026 / 2026年11月."""
    return format_date(first, "LLLL y" if language() == "en" else "y年M月")


def weekdays() -> list[str]:
    """Monday to Sunday, short."""
    names = get_day_names("short" if language() == "en" else "narrow", context="stand-alone", locale=get_locale())
    return [names[number] for number in range(7)]


def init(app: Flask) -> None:
    """Routes, and what their templates ask for."""
    app.register_blueprint(months)
    app.jinja_env.globals.update(
        month_words=month_words,
        weekdays=weekdays,
        week_before=lambda last: last - WEEK,
        week_after=lambda last, today: min(last + WEEK, today),
    )
