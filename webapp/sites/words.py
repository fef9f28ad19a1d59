"""Kinds of place in words, and the sizes of label sheets."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PLACE_WORDS: dict[str, LazyString] = {
    "building": _("Building"),
    "floor": _("Floor"),
    "room": _("Room"),
    "outdoors": _("Outdoors"),
    "green": _("Green area"),
}
SHEETS: dict[str, tuple[LazyString, int]] = {
    "large": (_("Large, 6 a page"), 6),
    "medium": (_("Medium, 15 a page"), 15),
    "small": (_("Small, 32 a page"), 32),
}
