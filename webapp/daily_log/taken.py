"""What a request was taken for, day by day: the desk may correct it, and a day that is past says for ever what was known when it was over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from webapp.core.clock import day_bounds, local_day
from webapp.service.queries import Look


class Taken(NamedTuple):
    """What a request was taken for in [since, until), whole days: the desk's word counts from the beginning of the day on which it came.

    None: from the first, or still.
    """

    look: Look
    since: datetime | None = None
    until: datetime | None = None


def taken_for(each: Look, zone: str) -> list[Taken]:
    """What it was taken for, one after the other."""
    found = [Taken(each)]
    for word in each.corrections:
        since, end = day_bounds(local_day(word.at, zone), zone)
        found[-1] = found[-1]._replace(until=since)
        if found[-1].since is None:
            found[-1] = found[-1]._replace(look=replace(each, taken_until=since))
        found.append(Taken(replace(each, taken_until=end), since))
    return [one for one in found if one.until is None or one.until > (one.since or each.request.received_at)]


def taken_on(each: Look, moment: datetime, zone: str) -> Look:
    """As what it was taken for when the day of that moment was over."""
    return next((one.look for one in reversed(taken_for(each, zone)) if one.since is None or one.since <= moment), each)


class Word(NamedTuple):
    """The desk's word on what a request is; `kind` None: as before."""

    at: datetime
    kind: str | None


def complained_at(received_at: datetime, kind: str, words: Iterable[Word], zone: str) -> datetime | None:
    """When a request became a complaint: as it came, or when the desk said so on a later day. None: on no day it was one when the day was over."""
    by_day = {local_day(received_at, zone): Word(received_at, kind)}
    for word in words:
        kind, day = word.kind or kind, local_day(word.at, zone)
        by_day[day] = Word(by_day[day].at if day == local_day(received_at, zone) else word.at, kind)
    return next((word.at for word in by_day.values() if word.kind == "complaint"), None)
