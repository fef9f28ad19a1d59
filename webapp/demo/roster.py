"""Who works when in the demo: guards of the large community in a three-day rotation of day, night and rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GUARDS = ("guard", "guard2", "guard3")
SHIFT = timedelta(hours=12)
DAY_BEGINS = time(7)


@dataclass(frozen=True)
class Hours:
    """A person's regular hours: where, from when to when, and at which post's label (checkpoint number)."""

    username: str
    site: str
    begin: time
    end: time
    post: str | None = None
    weekdays: str = "0123456"  # Monday is 0


REGULAR = (
    Hours("guard4", "hexi", time(8, 20), time(23, 55), "G-01"),
    Hours("technician", "jinxiu", time(8, 45), time(17, 30), weekdays="0145"),
    Hours("technician2", "jinxiu", time(8, 45), time(17, 30), weekdays="236"),
    Hours("cleaner", "jinxiu", time(6, 50), time(15, 30)),
    Hours("gardener", "jinxiu", time(8, 15), time(17, 0), weekdays="01234"),
    Hours("desk", "jinxiu", time(8, 30), time(18, 0)),
)


@dataclass(frozen=True)
class Clocking:
    """Somebody clocks on or off."""

    at: datetime
    username: str
    site: str
    verb: str
    post: str | None


class Roster:
    """Answers who is on. Turned so that `guard` is on shift at `end`: whoever tries the demo as `guard` has been at work today."""

    def __init__(self, end: datetime, zone: ZoneInfo) -> None:
        self.zone = zone
        self.offset = self._shift_number(end)

    def _shift_number(self, moment: datetime) -> int:
        """A night's shift has the number of the day before: so each guard has a day, then the night after, then rest."""
        local = moment.astimezone(self.zone) - timedelta(hours=DAY_BEGINS.hour)
        return local.date().toordinal() - (local.hour >= 12)

    def guard_at(self, moment: datetime) -> str:
        """The guard on shift at the large community."""
        return GUARDS[(self._shift_number(moment) - self.offset) % len(GUARDS)]

    def worker(self, site: str, trade: str, moment: datetime) -> str:
        """Who walks a round that starts at `moment`."""
        if trade == "guard":
            return self.guard_at(moment) if site == "jinxiu" else self._lane_guard(moment)
        weekday = str(moment.astimezone(self.zone).weekday())
        return next(h.username for h in REGULAR if h.username.startswith(trade) and weekday in h.weekdays)

    def _lane_guard(self, moment: datetime) -> str:
        """The lane's own guard; on the evening of a rest day, the colleague from the large community."""
        evening = moment.astimezone(self.zone).hour == 20
        at_rest = "guard2" not in (self.guard_at(moment), self.guard_at(moment - SHIFT))
        return "guard2" if evening and at_rest else "guard4"

    def colleague(self, username: str) -> str:
        """Who takes a round over."""
        return {"guard": "guard2", "guard2": "guard3", "guard3": "guard"}.get(username, "guard2")

    def clockings(self, day: date) -> Iterator[Clocking]:
        """Everybody's clocking on and off of the shifts that begin on `day`."""
        for night in (False, True):
            begin = datetime.combine(day, DAY_BEGINS, self.zone) + night * SHIFT
            guard = self.guard_at(begin + timedelta(hours=1))
            yield Clocking(begin - timedelta(minutes=6), guard, "jinxiu", "on", "G-01")
            yield Clocking(begin + SHIFT + timedelta(minutes=4), guard, "jinxiu", "off", "G-01")
        for hours in REGULAR:
            if str(day.weekday()) in hours.weekdays:
                yield Clocking(datetime.combine(day, hours.begin, self.zone), hours.username, hours.site, "on", hours.post)
                yield Clocking(datetime.combine(day, hours.end, self.zone), hours.username, hours.site, "off", hours.post)
