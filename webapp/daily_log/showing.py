"""The page of a site's day, for whoever shows it: as it is looked at, or after a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from webapp.core import clock, htmx
from webapp.core.clock import DAY
from webapp.core.i18n import named
from webapp.core.pages import zoom_asked
from webapp.daily_log.compared import totals_of
from webapp.daily_log.day import day_of
from webapp.daily_log.lanes import Scale, lanes_of
from webapp.daily_log.signing import signing_of
from webapp.daily_log.summary import sentence_of
from webapp.daily_log.teams import team_lanes
from webapp.daily_log.words import ANSWERS, DAY_STATES, DECIDED, FIGURES, STANDS
from webapp.patrols.words import STEP_WORDS
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import sites_for
from webapp.work_orders.queries import types_of

WEEK = 7 * DAY


def show_log(site: Site, day: date, wrong: str = "", typed: Mapping[str, str] | None = None) -> str:
    """The day's page, or the part of it that is exchanged. `wrong`: what kept a form from being carried out; `typed`: what stood in it."""
    now = clock.now()
    shown = day_of(site, day, now)
    beside = totals_of(site, [day - DAY, day - WEEK], now)
    return htmx.show(
        "daily_log/log.html", "daily_log/_day.html",
        log=shown, site_=site, sites=sites_for(me(), "supervisor"), before=day - DAY, after=day + DAY, today=clock.local_day(now, site.zone),
        signing=signing_of(shown), sentence=sentence_of(shown, beside[day - DAY]), yesterday=beside[day - DAY], last_week=beside[day - WEEK],
        lanes=[*lanes_of(site, day, shown.rounds), *team_lanes(shown)], scale=Scale.of(site, day),
        step_words=STEP_WORDS, stored=shown.stored, stands=STANDS, decided=DECIDED, day_states=DAY_STATES, answer_words=ANSWERS, figure_words=FIGURES, wrong=wrong,
        typed=typed or {}, zoom=zoom_asked(), job_types=[(code, named(known)) for code, known in types_of(site.id).items() if not known.retired],
    )  # fmt: skip
