"""Handovers in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

COUNTED_WORDS: dict[str, LazyString] = {"keys": _("Keys"), "radios": _("Radios"), "cards": _("Access cards")}
STANDING_WORDS: dict[str, LazyString] = {
    "given": _("Not confirmed yet"),
    "taken": _("Taken over"),
    "objected": _("Something does not agree"),
}
STANDING_MARKS = {"given": "open", "taken": "done", "objected": "needs"}


def counts_words(counts: dict[str, int]) -> str:
    """Keys 12 · Radios 4."""
    return " · ".join(f"{COUNTED_WORDS[name]} {number}" for name, number in counts.items() if name in COUNTED_WORDS)
