"""Statuses, doubts, times and bases of the register in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from webapp.core.i18n import MONTHS, language
from webapp.equipment.due import Due
from webapp.equipment.models import EquipmentDocument, MaintenancePlan

STATUS_WORDS: dict[str, LazyString] = {
    "running": lazy_gettext("In operation"),
    "fault": lazy_gettext("Fault"),
    "repair": lazy_gettext("Under repair"),
    "out_of_service": lazy_gettext("Out of service"),
}
STATUS_MARKS = {"running": "on_time", "fault": "needs", "repair": "paused", "out_of_service": "ended"}
CRITICALITY_WORDS: dict[str, LazyString] = {
    "A": lazy_gettext("A: safety"),
    "B": lazy_gettext("B: service"),
    "C": lazy_gettext("C: comfort"),
}
DOUBT_WORDS: dict[str, LazyString] = {
    "too_long": lazy_gettext("More digits than the meter has"),
    "below_last": lazy_gettext("Below the last reading"),
    "jump": lazy_gettext("Far from what is usual"),
    "aside": lazy_gettext("Set aside"),
}
VERDICT_WORDS: dict[str, LazyString] = {
    "accept": lazy_gettext("Accepted"),
    "correct": lazy_gettext("Corrected"),
    "aside": lazy_gettext("Set aside"),
}
BASIS_WORDS: dict[str, LazyString] = {
    "law": lazy_gettext("Law"),
    "maker": lazy_gettext("Maker"),
    "own": lazy_gettext("Own plan"),
}
UNIT_WORDS: dict[str, LazyString] = {
    "day": lazy_gettext("days"),
    "week": lazy_gettext("weeks"),
    "month": lazy_gettext("months"),
    "year": lazy_gettext("years"),
}
CONFIDENCE_WORDS: dict[str, LazyString] = {
    "A": lazy_gettext("A: text of the law"),
    "B": lazy_gettext("B: press"),
}
RENEWAL_WORDS: dict[str, LazyString] = {
    "propose": lazy_gettext("Renewal proposed"),
    "approve": lazy_gettext("Renewal approved"),
    "refuse": lazy_gettext("Renewal refused"),
    "finish": lazy_gettext("Renewal finished"),
}
RUNS_OUT = timedelta(days=30)  # so long before a document has run out it is spoken of


def every_words(plan: MaintenancePlan) -> str:
    """How often: every 15 days."""
    return every(plan.every, plan.unit)


def every(count: int, unit: str) -> str:
    """How often something comes back."""
    if unit == "day":
        return ngettext("daily", "every %(num)d days", count)
    if unit == "week":
        return ngettext("every week", "every %(num)d weeks", count)
    if unit == "month":
        return ngettext("every month", "every %(num)d months", count)
    return ngettext("every year", "every %(num)d years", count)


def next_words(due_on: date, today: date, word: str = "") -> tuple[str, str]:
    """(state for a pill, words) of the next time: overdue, today, in some days. `word`: what to say instead of "due"."""
    days = (due_on - today).days
    if days < 0:
        return "needs", word or ngettext("%(num)d day overdue", "%(num)d days overdue", -days)
    if days == 0:
        return "late", _("Due today")
    return "open", ngettext("Due tomorrow", "Due in %(num)d days", days)


def line_words(line: Due, today: date) -> tuple[str, str]:
    """(state, words) of one time in a plan's history."""
    if line.done_on is not None:
        late = (line.done_on - line.due_on).days
        return ("late", ngettext("%(num)d day late", "%(num)d days late", late)) if line.state == "late" else ("done", _("Done in time"))
    if line.state == "missed":
        return "missed", _("Missed")
    return next_words(line.due_on, today)


def document_words(document: EquipmentDocument, today: date) -> tuple[str, str]:
    """(state, words) of a document: valid, running out, run out."""
    if document.valid_until is None:
        return "neutral", _("No expiry")
    if document.valid_until < today:
        return "missed", _("Expired")
    if document.valid_until <= today + RUNS_OUT:
        return "late", ngettext("%(num)d day left", "%(num)d days left", (document.valid_until - today).days)
    return "done", _("Valid")


def month_options() -> list[tuple[str, str]]:
    """For a form: the twelve months, by number."""
    if language() == "en":
        return [(str(number), name) for number, name in enumerate(MONTHS, 1)]
    return [(str(number), f"{number}月") for number in range(1, 13)]


def figure(value: Decimal | None) -> str:
    """A meter's figure as it is read: no zeros at the end of its fraction."""
    if value is None:
        return ""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u202f")
