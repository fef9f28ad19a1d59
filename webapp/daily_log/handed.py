"""Handovers in a site's day: who gave the post to whom, and what did not agree. Derived; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _

from webapp.core.i18n import clock_time, named
from webapp.daily_log.lines import Line
from webapp.handover import queries, rules
from webapp.handover.models import Handover
from webapp.handover.words import COUNTED_WORDS, STANDING_WORDS
from webapp.people.models import Person
from webapp.sites.models import Site

CONFIRMED_WITHIN = timedelta(hours=1)


def handover_lines(site: Site, handovers: list[Handover], people: Mapping[UUID, Person], now: datetime) -> list[Line]:
    """Handovers that nobody confirmed, that the colleague objected to, or where something is missing since the one before."""
    before = queries.last_of(site.id, handovers[0].at) if handovers else None
    lines = []
    for given in handovers:
        stands = rules.standing(answer.verb for answer in given.answers)
        changed = rules.differences(before.counts, given.counts) if before else {}
        if stands == "objected" or changed or (stands == "given" and now - given.at > CONFIRMED_WITHIN):
            lines.append(_line(given, stands, changed, people, site.zone))
        before = given
    return lines


def _line(given: Handover, stands: str, changed: Mapping[str, tuple[int, int]], people: Mapping[UUID, Person], zone: str) -> Line:
    counted = [f"{COUNTED_WORDS[name]}: {was} → {now}" for name, (was, now) in changed.items()]
    said = tuple(f"“{text}”" for text in (given.text, *(answer.text for answer in given.answers)) if text)
    word = _("Handover") if stands == "taken" else str(STANDING_WORDS[stands])
    sub = " · ".join([clock_time(given.at, zone), *counted]) if counted else clock_time(given.at, zone)
    return Line(
        "needs", word, who_to_whom(given, people), sub, "", given.at, "handover", str(given.id), facts=(stands, *sorted(changed.items())),
        people=(given.person_id, given.to_id), said=said,
    )  # fmt: skip


def who_to_whom(given: Handover, people: Mapping[UUID, Person]) -> str:
    """Li Jianguo → Wang Fang."""
    return f"{named(people.get(given.person_id))} → {named(people.get(given.to_id))}"


def people_in(handovers: Iterable[Handover]) -> set[UUID]:
    """Whose names are wanted."""
    return {person_id for given in handovers for person_id in (given.person_id, given.to_id)}
