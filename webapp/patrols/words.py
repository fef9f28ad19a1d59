"""States, days and answers in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.patrols.states import PointState, RoundState

WEEKDAYS: dict[str, LazyString] = {
    "MO": lazy_gettext("Mon"),
    "TU": lazy_gettext("Tue"),
    "WE": lazy_gettext("Wed"),
    "TH": lazy_gettext("Thu"),
    "FR": lazy_gettext("Fri"),
    "SA": lazy_gettext("Sat"),
    "SU": lazy_gettext("Sun"),
}
METHOD_WORDS: dict[str, LazyString] = {
    "camera": lazy_gettext("read by the camera"),
    "link": lazy_gettext("opened as a link"),
    "typed": lazy_gettext("typed in"),
}
STEP_WORDS: dict[str, LazyString] = {
    "start": lazy_gettext("Started"),
    "pause": lazy_gettext("Paused"),
    "resume": lazy_gettext("Went on"),
    "end": lazy_gettext("Ended early"),
    "hand_over": lazy_gettext("Handed over"),
}

STATE_WORDS: dict[str, LazyString] = {
    "on_time": lazy_gettext("On time"),
    "late": lazy_gettext("Late"),
    "early": lazy_gettext("Early"),
    "missed": lazy_gettext("Missed"),
    "waiting": lazy_gettext("On this phone"),
    "held": lazy_gettext("Office is checking"),
    "doubtful": lazy_gettext("Doubtful"),
    "sending": lazy_gettext("Sending"),
    "received": lazy_gettext("Received"),
    "needs": lazy_gettext("Needs you"),
    "open": lazy_gettext("Not yet"),
    "running": lazy_gettext("Under way"),
    "paused": lazy_gettext("Paused"),
    "done": lazy_gettext("Done"),
    "ended": lazy_gettext("Ended early"),
    "next": lazy_gettext("Next"),
}


def round_pill(state: RoundState) -> tuple[str, str]:
    """(state for the pill, its words): the one thing to know about a round."""
    missed, late = state.count("missed"), state.count("late")
    if state.state == "upcoming":
        return "neutral", _("Not yet due")
    if state.state == "due":
        return "open", _("Due")
    if state.state in ("running", "paused"):
        return state.state, _("Under way") if state.state == "running" else _("Paused")
    if state.state == "missed":
        return "missed", _("Missed")
    if state.state == "ended":
        return "ended", _("Ended early")
    if missed:
        return "missed", _("%(count)s missed", count=missed)
    if late:
        return "late", _("%(count)s late", count=late)
    return "on_time", _("On time")


POINT_WORDS: dict[str, LazyString] = {
    "on_time": lazy_gettext("on time"),
    "early": lazy_gettext("early"),
    "missed": lazy_gettext("missed"),
    "open": lazy_gettext("not yet"),
}


def point_words(point: PointState) -> str:
    """On time, 4 min late, …"""
    words = _("%(minutes)s min late", minutes=point.late_by) if point.state == "late" else str(POINT_WORDS[point.state])
    if point.state == "missed" and point.scan:
        words = _("missed; scanned after the round had closed")
    return words + (" · " + _("out of order") if point.out_of_order else "")


SILENT = {("walk", "first"), ("walk", "unknown")}  # nothing to compare with says nothing about the scan


def trust_words(trust: list[dict[str, object]], good_too: bool = False) -> list[str]:
    """Each grade of a scan in words, with its figures; those that ask for no look only when asked for."""
    return [
        _trust_line(grade) for grade in trust if good_too or (grade["grade"] != "good" and (grade["about"], grade["reason"]) not in SILENT)
    ]


def _trust_line(grade: dict[str, object]) -> str:
    figures = grade["figures"]
    assert isinstance(figures, dict)
    words = {
        ("method", "camera"): lambda: _("Read by the live camera"),
        ("method", "link"): lambda: _("Opened as a link, not read in the app"),
        ("method", "typed"): lambda: _("Code typed in"),
        ("label", "current"): lambda: _("Label in force"),
        ("label", "superseded"): lambda: _("An old label that has been replaced"),
        ("clock", "ok"): lambda: _("Phone clock right"),
        ("clock", "corrected"): lambda: _("Phone clock was wrong; time corrected"),
        ("clock", "suspect"): lambda: _("Phone clock was set in between"),
        ("position", "unknown"): lambda: _("Position unknown"),
        ("position", "vague"): lambda: _("Position vague: ±%(accuracy)s m", accuracy=figures.get("accuracy_m")),
        ("position", "inside"): lambda: _("Position inside: %(distance)s m, ±%(accuracy)s m", distance=figures.get("distance_m"), accuracy=figures.get("accuracy_m")),
        ("position", "outside"): lambda: _(
            "Position outside: %(distance)s m away, ±%(accuracy)s m, fence %(fence)s m",
            distance=figures.get("distance_m"), accuracy=figures.get("accuracy_m"), fence=figures.get("fence_m"),
        ),
        ("walk", "first"): lambda: _("First point of the walk"),
        ("walk", "unknown"): lambda: _("Walking time not known yet"),
        ("walk", "plausible"): lambda: _("Walking time plausible: %(seconds)s s", seconds=figures.get("seconds")),
        ("walk", "too_fast"): lambda: _("%(seconds)s s after the previous point; walking takes at least %(least)s s", seconds=figures.get("seconds"), least=figures.get("least_s")),
    }  # fmt: skip
    line = words.get((str(grade["about"]), str(grade["reason"])))
    return line() if line else str(grade["reason"])


def duration(seconds: float) -> str:
    """42 min, 1 h 5 min."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min", minutes=minutes)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest) if rest else _("%(hours)s h", hours=hours)
