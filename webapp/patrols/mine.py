"""Which rounds are a person's work now: for `/today` and for the phone's page pack."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.core.clock import local_day
from webapp.patrols import queries
from webapp.patrols.showing import RoundView, round_views
from webapp.people.models import Person
from webapp.sites.models import Site

AHEAD = timedelta(hours=12)  # a night shift sees the rounds after midnight in the evening


def rounds_of(person: Person, site: Site, at: datetime) -> list[RoundView]:
    """The person's rounds at a site: those of the local day, those still open from before, those soon."""
    day = local_day(at, site.zone)
    near = [r for offset in (-1, 0, 1) for r in queries.rounds_on(site, day + timedelta(days=offset))]
    mine = [r for r in near if (r.day == day or r.closes_at > at) and r.early_from < at + AHEAD]
    handed_over = queries.handed_to(person.id, [r.id for r in mine])
    return round_views(site, [r for r in mine if queries.meant_for(r, person) or r.id in handed_over], at)
