"""What kinds of record are called."""

from __future__ import annotations

from flask_babel import gettext as _


def kind_word(kind: str | None) -> str:
    """What a kind of record is called."""
    words = {
        "scan": _("Scan of a label"),
        "note": _("Note"),
        "correction": _("Correction"),
        "duty": _("Duty"),
        "round-step": _("Step of a round"),
        "request": _("Report"),
        "inspection": _("Inspection"),
        "reading": _("Meter reading"),
        "handover": _("Handover"),
        "equipment-status": _("Status of a machine"),
        "work-step": _("Step of a work order"),
        "answer": _("Answer to the supervisor"),
    }
    return words.get(kind or "") or _("Record")
