"""Days and months as addresses name them."""

from __future__ import annotations

from datetime import date, timedelta

from webapp.core import clock
from webapp.core.problems import Problem

EARLIEST = date(2020, 1, 1)


def parse_day(text: str) -> date:
    """A day of the address. Raises not-found for what is no day, or one outside the product's life."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Problem("not-found") from None
    if not EARLIEST <= day <= clock.now().date() + timedelta(days=31):
        raise Problem("not-found")
    return day


def parse_month(text: str) -> date:
    """The first day of a month of the address (`2026-11`). Raises not-found as for days."""
    return parse_day(f"{text}-01")
