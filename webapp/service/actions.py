"""What people do about requests. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from webapp.core import ids
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.photos import actions as photos
from webapp.service.forms import AnswerForm, ReportForm, TakeForm
from webapp.service.models import Request, RequestEvent, RequestPhoto
from webapp.service.queries import standing_of
from webapp.service.rules import HANDBOOK, OPEN, Answers, may_reopen, urgency
from webapp.sites.models import Checkpoint

TOKEN_BITS = 128
TOKEN_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class Where:
    """What a request is about: a site, and within it a place and a checkpoint as far as they are known."""

    site_id: UUID
    place_id: UUID | None = None
    checkpoint_id: UUID | None = None


def report(form: ReportForm, checkpoint: Checkpoint, language: str, address: str, now: datetime) -> Request:
    """Keep what somebody reports by a label, from a network address; gives the request with its token."""
    return _keep(
        form, Where(checkpoint.site_id, checkpoint.place_id, checkpoint.id), now, channel="label", language=language, address=address
    )


def take(form: TakeForm, site_id: UUID, person_id: UUID, language: str, now: datetime) -> Request:
    """Keep what somebody told the desk; gives the request with its token. `person_id`: who took it."""
    return _keep(form, Where(site_id, form.place_id), now, channel=form.channel, language=language, person_id=person_id)


def _keep(
    form: ReportForm, where: Where, now: datetime, *, channel: str, language: str, address: str = "", person_id: UUID | None = None
) -> Request:
    answers = Answers(danger="danger" in form.answers, outage="outage" in form.answers, trapped="trapped" in form.answers)
    request = Request(
        site_id=where.site_id,
        place_id=where.place_id,
        checkpoint_id=where.checkpoint_id,
        channel=channel,
        person_id=person_id,
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


def add_photos(request: Request, pictures: list[bytes]) -> None:
    """Keep the pictures that came with it, each once. Raises Problem too-large, not-a-picture, full."""
    digests = dict.fromkeys(photos.store_office(content, None) for content in pictures)
    db.session.add_all(RequestPhoto(request_id=request.id, sha256=sha256, rank=rank) for rank, sha256 in enumerate(digests))
    db.session.flush()


def answer(request: Request, form: AnswerForm, now: datetime) -> None:
    """Keep what the resident says to it. Raises Problem conflict where it stands differently by now."""
    stands = standing_of(request)
    fits = {
        "rated": stands.state in ("resolved", "closed"),
        "reopened": may_reopen(stands, HANDBOOK, now),
        "withdrawn": stands.state in OPEN,
    }
    if not fits[form.verb]:
        raise Problem("conflict")
    db.session.add(RequestEvent(request_id=request.id, verb=form.verb, text=form.text, stars=form.stars, at=now))
    db.session.flush()


def tell(request: Request, verb: str, text: str, person_id: UUID, now: datetime) -> None:
    """Tell the resident something, or (`resolved`) that it is done and with what result (clauses 4.3.1 and 5.3.2)."""
    verbs = ("resolved", "result_told") if verb == "resolved" else ("told",)
    for each in verbs:
        words = "" if each == "resolved" else text
        db.session.add(RequestEvent(request_id=request.id, verb=each, text=words, person_id=person_id, at=now))
    db.session.flush()
    db.session.refresh(request, ["events"])
