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
SOURCE_WORDS: dict[str, LazyString] = {
    "resident": _("A resident"),
    "owners_committee": _("The owners’ committee"),
    "visitor": _("A visitor"),
    "staff": _("Our staff"),
    "authority": _("An authority"),
}
CLOCK_STATES: dict[str, LazyString] = {
    "kept": _("Kept"),
    "missed": _("Too late"),
    "overdue": _("Overdue"),
    "paused": _("Stands still"),
    "warned": _("Soon due"),
    "running": _("Running"),
}
EVENT_WORDS: dict[str, LazyString] = {
    "told": _("Told"),
    "result_told": _("Result"),
    "resolved": _("Resolved"),
    "closed": _("Closed"),
    "reopened": _("Opened again"),
    "withdrawn": _("Withdrawn"),
    "rated": _("Rated"),
    "investigated": _("Looked into"),
    "stopped": _("Clocks stopped"),
    "resumed": _("Clocks go on"),
    "reclassified": _("Corrected"),
}
POLITE: tuple[LazyString, ...] = (  # news told with one tap
    _("Thank you for telling us. We have it and are looking after it."),
    _("Somebody is on the way to you."),
    _("We are at it; it needs a little longer. We will tell you as soon as there is news."),
    _("A part has to be ordered. We will tell you as soon as it is here."),
    _("We could not reach anybody. Please tell us when somebody may come."),
)
FLOW_WORDS: dict[str, LazyString] = {
    "received": _("Received"),
    "answered": _("Answered"),
    "dispatched": _("Dispatched"),
    "on_site": _("On site"),
    "done": _("Done"),
    "verified": _("Verified"),
    "told": _("Result told"),
    "closed": _("Rated or closed"),
}
PERCENT_WORDS: dict[int, LazyString] = {
    75: _("Three quarters of its time are over"),
    100: _("Its time is over"),
    150: _("Half as long again"),
}
