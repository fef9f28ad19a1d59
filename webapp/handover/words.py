"""Handovers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

if TYPE_CHECKING:
    from webapp.handover.queries import Along

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


def along_words(along: Along) -> str:
    """3 open work orders and 1 machine that does not run went along."""
    parts = []
    if along.orders:
        parts.append(ngettext("%(num)d open work order went along", "%(num)d open work orders went along", len(along.orders)))
    if along.faults:
        parts.append(ngettext("%(num)d machine that did not run", "%(num)d machines that did not run", len(along.faults)))
    return " · ".join(parts)
