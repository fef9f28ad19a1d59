"""Why a record is held: stored whole, not counted, waiting for a supervisor. One code, one sentence a guard understands."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

REASONS: dict[str, LazyString] = {
    "bad-id": _("The record came without a proper number. It is kept; the office looks at it."),
    "bad-body": _("Part of this record could not be read. It is kept; the office looks at it."),
    "unknown-kind": _("The server does not know this kind of record yet. It is kept until it does."),
    "unknown-schema": _("This phone's app is newer than the server. The record is kept until the server catches up."),
    "unknown-code": _("This label is not known here. The office checks where it belongs."),
    "unknown-round": _("This round is not known here. The office checks which one was meant."),
    "unknown-order": _("This work order is not known here. The office checks which one was meant."),
    "unknown-checklist": _("This checklist is not known here. The office checks which one was meant."),
    "unknown-equipment": _("This machine is not known here. The office checks which one was meant."),
    "unknown-meter": _("This meter is not known here. The office checks which one was meant."),
    "unknown-question": _("The question that this answers is not known here. The office checks which one was meant."),
    "no-access": _("The community of this record is not one where its author works. The office checks it."),
    "revoked": _("The account or the phone has been blocked. The record is kept; please speak to the office."),
    "bad-time": _("The time of this record cannot be right. It is kept; the office puts it in its place."),
    "id-reused": _("Another record came under the same number. Both are kept; the office compares them."),
    "waits-for": _("This belongs to a record that has not arrived yet. It counts as soon as that one does."),
    "too-late": _("More than ten minutes have passed. Please explain the scan instead; the office decides."),
    "conflict": _("Somebody changed this in the meantime. Both versions are kept; the office decides."),
    "from-copy": _("This came in a saved copy that does not prove which phone it is from. The office confirms it."),
    "error": _("The server stumbled over this record. It is kept and will be tried again."),
}


class Held(Exception):
    """Raised by an action, before it has changed anything, when a record cannot be counted as it is."""

    def __init__(self, reason: str, waits_for: UUID | None = None) -> None:
        super().__init__(reason)
        assert reason in REASONS, reason
        self.reason = reason
        self.waits_for = waits_for
