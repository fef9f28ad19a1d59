"""Channels, states and clocks of requests in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

CHANNEL_WORDS: dict[str, LazyString] = {
    "label": _("By label"),
    "phone": _("By phone"),
    "counter": _("At the counter"),
    "owners_group": _("In the owners’ group"),
    "staff": _("By our staff"),
    "inspection": _("A failed check"),
}
REQUEST_STATES: dict[str, LazyString] = {
    "received": _("Received"),
    "answered": _("Answered"),
    "in_hand": _("In hand"),
    "resolved": _("Resolved"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
}
NEWS_WORDS: dict[str, LazyString] = {  # to the resident: what happened
    "assign": _("Takes care of it"),
    "take": _("Takes care of it"),
    "accept": _("Has accepted it"),
    "on_the_way": _("On the way"),
    "on_site": _("On site"),
    "start": _("Has begun"),
    "need_parts": _("Parts have to be ordered"),
    "need_contractor": _("A contractor has to come"),
    "finish": _("Finished"),
    "part_finish": _("Done in part, the rest follows"),
    "sign": _("Signed the charge"),
    "resolved": _("Settled"),
    "result_told": _("Result"),
    "reopened": _("Opened again"),
    "withdrawn": _("Withdrawn"),
    "rated": _("Rated"),
}
CLOCK_WORDS: dict[str, LazyString] = {
    "reply": _("Reply"),
    "dispatch": _("Dispatch"),
    "on_site": _("On site"),
    "handle": _("Handled"),
    "silence": _("News"),
}
