"""The month as a calendar, and the week as a heat map."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import get_day_names
from flask import Blueprint, Flask, redirect, render_template
from flask_babel import format_date, get_locale
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.clock import local_day
from webapp.core.i18n import language
from webapp.core.problems import Problem
from webapp.daily_log.days import parse_day, parse_month
from webapp.daily_log.month import heat_of, month_of, state_of
from webapp.people.session import me
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
def month_page(slug: str, month: str) -> str:
    """A month: each day by its state."""
    site, now = site_for(me(), slug, "supervisor"), clock.now()
    today = local_day(now, site.zone)
    first = parse_month(month)
    if first > today:
        raise Problem("not-found")
    return render_template(
        "daily_log/month.html", month=month_of(site, first, now), site_=site, sites=sites_for(me(), "supervisor"), today=today
    )


@months.get("/log/<slug>/<day>/heat")
@gate.at_least("supervisor")
def heat_page(slug: str, day: str) -> str:
    """The week that ends with a day: which points were seen at which hours."""
    site = site_for(me(), slug, "supervisor")
    last, today = parse_day(day), local_day(clock.now(), site.zone)
    if last > today:
        raise Problem("not-found")
    return render_template("daily_log/heat.html", heat=heat_of(site, last), site_=site, sites=sites_for(me(), "supervisor"), today=today)


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
        day_state=state_of,
        month_words=month_words,
        weekdays=weekdays,
        week_before=lambda last: last - WEEK,
        week_after=lambda last, today: min(last + WEEK, today),
    )
