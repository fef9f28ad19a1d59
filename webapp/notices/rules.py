"""When something is told, and what an address must look like. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from webapp.core.clock import from_wall, local_day

WAYS = ("mail", "robot")


class Event(NamedTuple):
    """Something that a topic can tell: of which day, the n-th of that day (1 is the first), and since when it can be told."""

    day: date
    number: int
    at: datetime


@dataclass(frozen=True)
class Wish:
    """What a subscription asks for: `hour` of the clock in `zone`, and since when."""

    hour: int
    zone: str
    since: datetime

    @property
    def first_day(self) -> date:
        """The past is not sent: the first day is the one on which the subscription began."""
        return local_day(self.since, self.zone)


class Due(NamedTuple):
    """An event that is to be told now; `again`: another one of its day was told before."""

    event: Event
    again: bool


def goes_out_at(event: Event, hour: int, zone: str) -> datetime:
    """At that hour of the day after; later if it can only be told later. An hour that the clocks skip is the one after the gap."""
    after = event.day + timedelta(days=1)
    return max(event.at, from_wall(datetime(after.year, after.month, after.day, hour), zone))


def due(wish: Wish, events: Iterable[Event], told: Collection[tuple[date, int]], now: datetime) -> list[Due]:
    """What is to be told now, by day. `told`: (day, number) of what this subscription was told already.

    Of several events of a day that nobody has been told of yet, the last one stands for all of them.
    """
    latest: dict[date, Event] = {}
    for event in events:
        if event.day >= wish.first_day and goes_out_at(event, wish.hour, wish.zone) <= now:
            known = latest.get(event.day)
            latest[event.day] = event if known is None or event.number > known.number else known
    reached: dict[date, int] = {}
    for day, number in told:
        reached[day] = max(number, reached.get(day, 0))
    return [Due(event, day in reached) for day, event in sorted(latest.items()) if event.number > reached.get(day, 0)]


# ---------------------------------------------------------------- addresses

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+")
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MAILBOX = re.compile(rf"{ATOM}(?:\.{ATOM})*")  # the dot-atom of RFC 5322, 3.4.1
LONGEST_MAIL, LONGEST_MAILBOX = 254, 64  # RFC 5321, 4.5.3.1
SHOWN, HIDDEN = 4, 12  # letters of a robot's secret that are shown, if it has at least so many


def mail_address(text: str) -> str | None:
    """A mail address as it is kept, or None when it is none. No display name, no comments, no quotes: one mailbox."""
    box, at, host = text.rpartition("@")
    if not at or len(text) > LONGEST_MAIL or len(box) > LONGEST_MAILBOX:
        return None
    if not MAILBOX.fullmatch(box) or not HOST.fullmatch(host):
        return None
    return text.lower()


def robot_address(text: str) -> str | None:
    """A chat robot's https address as it is kept, or None when it is none: a host by name, nobody's password, no fragment."""
    if not text.isascii() or not text.isprintable() or any(letter in text for letter in " <>\"'\\^`{|}"):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.username is not None or parts.fragment or not HOST.fullmatch(host) or is_number(host):
        return None
    return parts._replace(netloc=host if port in (None, 443) else f"{host}:{port}").geturl()


def is_number(host: str) -> bool:
    """Is it an IP address? Those are somebody's own network, where a server must not be sent to."""
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()
    return True


def read_address(way: str, text: str) -> str | None:
    """The address as it is kept, or None when that way has no such addresses."""
    return mail_address(text) if way == "mail" else robot_address(text)


def shown_address(way: str, address: str) -> str:
    """For people: whoever knows a robot's whole address can write into the group."""
    if way == "mail":
        return address
    parts = urlsplit(address)
    rest = f"{parts.path}{'?' if parts.query else ''}{parts.query}".lstrip("/")
    return f"{parts.netloc}/…{rest[-SHOWN:] if len(rest) >= HIDDEN else ''}"
