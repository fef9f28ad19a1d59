"""Lengths of time in words: how old something is, how long there is left, by how much it is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def span(length: timedelta) -> str:
    """Short, to two figures: 12 min, 3 h 20 min, 2 d 5 h."""
    length = abs(length)
    if timedelta() < length < MINUTE:
        return _("less than 1 min")
    if length < HOUR:
        return _("%(minutes)s min", minutes=length // MINUTE)
    if length < DAY:
        hours, minutes = divmod(length // MINUTE, 60)
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes) if minutes else _("%(hours)s h", hours=hours)
    days, hours = divmod(length // HOUR, 24)
    return _("%(days)s d %(hours)s h", days=days, hours=hours) if hours and days < 10 else _("%(days)s d", days=days)


def against(due: datetime, now: datetime) -> str:
    """How a deadline stands: so much left, or so much late."""
    return _("%(span)s late", span=span(now - due)) if due < now else _("%(span)s left", span=span(due - now))
