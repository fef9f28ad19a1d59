"""Decisions and states of a day in words."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

DECIDED: dict[str, LazyString] = {
    "accept": lazy_gettext("Accepted as it is"),
    "ask": lazy_gettext("Asked"),
    "job": lazy_gettext("Work order raised"),
    "aside": lazy_gettext("Set aside"),
    "carry": lazy_gettext("Carried over"),
    "again": lazy_gettext("Taken back"),
}
# Where an exception stands: the mark of its pill, and its word.
STANDS: dict[str, tuple[str, LazyString]] = {
    "open": ("open", lazy_gettext("To decide")),
    "asked": ("waiting", lazy_gettext("Asked, no answer yet")),
    "answered": ("needs", lazy_gettext("Has answered")),
    "accept": ("done", lazy_gettext("Accepted as it is")),
    "job": ("done", lazy_gettext("Work order raised")),
    "aside": ("ended", lazy_gettext("Set aside")),
    "carry": ("paused", lazy_gettext("Carried over")),
}
DAY_STATES: dict[str, tuple[str, LazyString]] = {
    "live": ("running", lazy_gettext("Still going on")),
    "open": ("open", lazy_gettext("To decide")),
    "ready": ("on_time", lazy_gettext("Ready to sign")),
    "signed": ("done", lazy_gettext("Day signed")),
    "addendum": ("needs", lazy_gettext("Addendum waits")),
}
# What an exception is, without its figures: for counting.
KINDS: dict[str, LazyString] = {
    "unsigned": lazy_gettext("Not signed"),
    "missed": lazy_gettext("Missed"),
    "induction": lazy_gettext("Alone in induction"),
    "late": lazy_gettext("Late"),
    "doubtful": lazy_gettext("Doubtful"),
    "arrival": lazy_gettext("Perhaps not on site"),
    "held": lazy_gettext("Held"),
    "problem": lazy_gettext("Problem"),
    "failed": lazy_gettext("Failed inspection"),
    "found": lazy_gettext("Passed with findings"),
    "unseen": lazy_gettext("Inspection missed"),
    "complaint": lazy_gettext("Complaint"),
    "clock": lazy_gettext("Overdue"),
    "untold": lazy_gettext("Result not told"),
    "reopened": lazy_gettext("Opened again"),
    "stars": lazy_gettext("Low rating"),
    "versions": lazy_gettext("Two versions"),
    "handover": lazy_gettext("Handover"),
    "upkeep": lazy_gettext("Maintenance overdue"),
    "upkeep-late": lazy_gettext("Maintained late"),
    "document": lazy_gettext("Document runs out"),
    "stopped": lazy_gettext("Clocks stopped"),
    "repeat": lazy_gettext("Repeat fault"),
}
ANSWERS: dict[str, LazyString] = {"explain": lazy_gettext("Explains"), "appeal": lazy_gettext("Does not agree")}
FIGURES: dict[str, LazyString] = {
    "due": lazy_gettext("Points due"),
    "seen": lazy_gettext("Points seen"),
    "missed": lazy_gettext("Missed"),
    "late": lazy_gettext("Late"),
    "doubtful": lazy_gettext("Doubtful"),
}
