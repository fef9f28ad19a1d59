"""The service agreement 服务约定 of a site: data with versions, so that no time to keep is written into a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Urgency = Literal["urgent", "routine"]
STOP_REASONS = (  # for which a clock may stand still, and no others
    "waiting_resident",  # an answer, a choice or a key is the resident's to give
    "waiting_parts",  # and the resident has agreed to wait
    "access_refused",
    "appointment",  # outside the time agreed with the resident
    "weather",  # work outdoors
)


@dataclass(frozen=True)
class ByUrgency:
    """Minutes for routine and for urgent requests."""

    routine: int
    urgent: int

    def of(self, urgency: str) -> int:
        """The minutes of that urgency. Raises KeyError for one that is none."""
        return {"routine": self.routine, "urgent": self.urgent}[urgency]


@dataclass(frozen=True)
class Agreement:
    """The times a site's service agreement sets from a moment on, in minutes round the clock: there are no quiet hours.

    The defaults are the handbook's where it names a figure. `handle_by_type` holds the site's own types of request.
    """

    from_at: datetime
    reply_minutes: int = 60  # clause 4.3.1
    dispatch_minutes: ByUrgency = ByUrgency(15, 5)  # clause 3.2.1
    on_site_minutes: int = 30  # clause 6.1.1, urgent only
    handle_minutes: ByUrgency = ByUrgency(24 * 60, 2 * 60)  # clauses 4.3.2 and 1.3.3
    silence_minutes: ByUrgency = ByUrgency(24 * 60, 60)
    reopen_days: int = 7
    induction_days: int = 30  # clause 2.3.2
    handle_by_type: Mapping[str, ByUrgency] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for a time of no length: its clock would be missed at its start."""
        pairs = (self.dispatch_minutes, self.handle_minutes, self.silence_minutes, *self.handle_by_type.values())
        if (
            min(self.reply_minutes, self.on_site_minutes, *(pair.routine for pair in pairs), *(pair.urgent for pair in pairs)) <= 0
            or min(self.reopen_days, self.induction_days) < 0
        ):
            raise ValueError(self)

    def handle(self, type_code: str, urgency: str) -> int:
        """The set time of that type of request, or the one for all."""
        return self.handle_by_type.get(type_code, self.handle_minutes).of(urgency)


HANDBOOK = Agreement(datetime.min.replace(tzinfo=UTC))  # holds where a site has agreed on nothing yet


def in_force(versions: Iterable[Agreement], moment: datetime) -> Agreement:
    """The version by which `moment` is judged; before the first, the handbook's own figures.

    Of several from the same moment the one that was made last counts: they come in the order in which they were made.
    """
    found = HANDBOOK
    for version in versions:
        if found.from_at <= version.from_at <= moment:
            found = version
    return found


# ---------------------------------------------------------------- as it is kept

PAIRS = ("dispatch_minutes", "handle_minutes", "silence_minutes")
SINGLES = ("reply_minutes", "on_site_minutes", "reopen_days", "induction_days")


def times_of(agreement: Agreement) -> dict[str, Any]:
    """An agreement's times as JSON."""
    pairs = {name: _pair(getattr(agreement, name)) for name in PAIRS}
    by_type = {code: _pair(minutes) for code, minutes in agreement.handle_by_type.items()}
    return {name: getattr(agreement, name) for name in SINGLES} | pairs | {"handle_by_type": by_type}


def agreement_of(from_at: datetime, times: Mapping[str, Any]) -> Agreement:
    """The agreement of those times; what an older version does not name is the handbook's."""
    known: dict[str, Any] = {name: times[name] for name in SINGLES if name in times}
    known |= {name: ByUrgency(*times[name]) for name in PAIRS if name in times}
    known["handle_by_type"] = {code: ByUrgency(*pair) for code, pair in times.get("handle_by_type", {}).items()}
    return Agreement(from_at, **known)


def _pair(minutes: ByUrgency) -> list[int]:
    return [minutes.routine, minutes.urgent]
