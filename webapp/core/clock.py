"""The one clock. Everything that asks for the time asks here, so that a test can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: datetime | None = None


DAY = timedelta(days=1)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) for a test or for the demo's history."""
    global _frozen
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` in the IANA zone `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of `day` and of the day after, in UTC. A day may last 23, 24 or 25 hours."""
    return from_wall(datetime(day.year, day.month, day.day), zone), from_wall(
        datetime(day.year, day.month, day.day) + timedelta(days=1), zone
    )


def from_wall(wall: datetime, zone: str) -> datetime:
    """UTC instant of a naive wall-clock time in `zone`.

    A time that the clocks skip in spring moves forward by the gap; a time that comes twice in autumn means the first.
    """
    # fold=0 reads a skipped time with the offset before the change: it lands after the gap, by just the gap's length.
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
