"""Schedules in words and in form fields: reading back the rules that `planning.rule_of` writes."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.patrols.models import ScheduleVersion
from webapp.patrols.words import WEEKDAYS


def parts_of(rule: str) -> dict[str, str]:
    """An RRULE's parts by name."""
    return dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)


def rule_parts(rule: str) -> tuple[str, list[str]]:
    """(times "20:00, 22:00", weekdays) of a rule made from times; ("", []) for a rule of another kind."""
    parts = parts_of(rule)
    if parts.get("FREQ") != "DAILY" or "BYHOUR" not in parts or parts.keys() - {"FREQ", "BYDAY", "BYHOUR", "BYMINUTE", "BYSETPOS"}:
        return "", []
    product = [f"{int(h):02}:{int(m):02}" for h in parts["BYHOUR"].split(",") for m in parts.get("BYMINUTE", "0").split(",")]
    if "BYSETPOS" in parts:
        product = [product[int(p) - 1] for p in parts["BYSETPOS"].split(",")]
    return ", ".join(product), parts["BYDAY"].split(",") if "BYDAY" in parts else []


def rule_words(version: ScheduleVersion) -> str:
    """20:00, 22:00 · Mon Tue, or the rule itself when it is of another kind."""
    times, days = rule_parts(version.rule)
    if not times:
        return version.rule
    shown = times.split(", ")
    if len(shown) > 4:
        times = _("%(count)s times from %(first)s to %(last)s", count=len(shown), first=shown[0], last=shown[-1])
    return times + " · " + (" ".join(str(WEEKDAYS[d]) for d in days) if days else _("every day"))
