"""Ways and states in words."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

WAY_WORDS: dict[str, LazyString] = {"mail": lazy_gettext("Mail"), "robot": lazy_gettext("Chat robot")}
WAY_ICONS = {"mail": "mail", "robot": "people"}
# The mark of the pill, and its word.
STATE_WORDS: dict[str, tuple[str, LazyString]] = {
    "waiting": ("waiting", lazy_gettext("Waits to be sent")),
    "sent": ("done", lazy_gettext("Sent")),
    "failed": ("missed", lazy_gettext("Not sent")),
}
