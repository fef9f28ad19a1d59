"""Trades, roles and languages in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

TRADE_WORDS: dict[str, LazyString] = {
    "guard": _("Guard"),
    "technician": _("Technician"),
    "cleaner": _("Cleaner"),
    "gardener": _("Gardener"),
    "service": _("Customer service"),
    "management": _("Management"),
}
ROLE_WORDS: dict[str, LazyString] = {
    "worker": _("Field staff"),
    "desk": _("Service desk"),
    "supervisor": _("Supervisor"),
    "manager": _("Manager"),
}
ADMIN_WORD = _("Administrator")
THEME_WORDS: dict[str, LazyString] = {"auto": _("Like the phone"), "light": _("Light"), "dark": _("Night")}
