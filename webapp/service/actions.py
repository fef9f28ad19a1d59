"""What people do about requests. Nothing here commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from webapp.core import ids
from webapp.core.db import db
from webapp.service.forms import ReportForm
from webapp.service.models import Request, RequestEvent
from webapp.service.rules import Answers, urgency
from webapp.sites.models import Checkpoint

TOKEN_BITS = 128
TOKEN_LASTS = timedelta(days=365)


def report(form: ReportForm, checkpoint: Checkpoint, language: str, address: str, now: datetime) -> Request:
    """Keep what somebody reports at a checkpoint; gives the request with its token."""
    answers = Answers(danger="danger" in form.answers, outage="outage" in form.answers, trapped="trapped" in form.answers)
    request = Request(
        site_id=checkpoint.site_id,
        place_id=checkpoint.place_id,
        checkpoint_id=checkpoint.id,
        channel="label",
        kind=form.kind,
        topic=form.topic,
        text=form.text,
        danger=answers.danger,
        outage=answers.outage,
        trapped=answers.trapped,
        urgency=urgency(answers),
        phone=form.phone,
        language=language,
        address=address,
        token=f"{ids.random_bits(TOKEN_BITS):032x}",
        token_until=now + TOKEN_LASTS,
        received_at=now,
    )
    db.session.add(request)
    db.session.flush()
    return request


def tell(request: Request, verb: str, text: str, person_id: UUID, now: datetime) -> None:
    """Tell the resident something, or (`resolved`) that it is done and with what result (clauses 4.3.1 and 5.3.2)."""
    verbs = ("resolved", "result_told") if verb == "resolved" else ("told",)
    for each in verbs:
        words = "" if each == "resolved" else text
        db.session.add(RequestEvent(request_id=request.id, verb=each, text=words, person_id=person_id, at=now))
    db.session.flush()
    db.session.refresh(request, ["events"])
