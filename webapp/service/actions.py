"""What people do about requests. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from webapp.core import ids, search
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.photos import actions as photos
from webapp.records.arrived import Arrived
from webapp.records.held import Held
from webapp.records.models import Note
from webapp.records.rules import receipt_code
from webapp.service.bodies import RequestBody
from webapp.service.forms import AnswerForm, ReportForm, TakeForm
from webapp.service.models import ENDS, Request, RequestEvent, RequestPhoto
from webapp.service.queries import look
from webapp.service.rules import OPEN, Answers, may_reopen, urgency
from webapp.sites.models import Checkpoint
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.queries import types_of

TOKEN_BITS = 128
TOKEN_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class Where:
    """What a request is about: a site, and within it a place and a checkpoint as far as they are known."""

    site_id: UUID
    place_id: UUID | None = None
    checkpoint_id: UUID | None = None
    spot: str = ""


def report(form: ReportForm, checkpoint: Checkpoint, language: str, address: str, now: datetime) -> Request:
    """Keep what somebody reports by a label, from a network address; gives the request with its token."""
    where = Where(checkpoint.site_id, checkpoint.place_id, checkpoint.id)
    return _keep(_said(form), where, now, channel="label", language=language, address=address)


def take(form: TakeForm, site_id: UUID, person_id: UUID, language: str, now: datetime) -> Request:
    """Keep what somebody told the desk; gives the request with its token. `person_id`: who took it."""
    where = Where(site_id, form.place_id, spot=form.spot)
    return _keep(_said(form), where, now, channel=form.channel, source=form.source, language=language, person_id=person_id)


def record_request(arrived: Arrived, language: str, body: RequestBody, where: Where) -> Request:
    """Keep what our staff saw or were told, recorded on a phone. Raises Held bad-body for a type that the site has not."""
    if body.type not in types_of(where.site_id):
        raise Held("bad-body")
    said = Said(body.type, body.text or arrived.envelope.note, tuple(body.answers), body.phone)
    return _keep(
        said, where, arrived.at, channel="staff", source="staff", language=language, person_id=arrived.person_id, record_id=arrived.id,
    )  # fmt: skip


def record_finding(note: Note, where: Where, language: str, type_code: str = "") -> Request:
    """A check that failed asks for something to be done, without anybody having to remember it: for work of that type, else of "damage"."""
    known = types_of(where.site_id).get(type_code)
    said = Said("damage" if known is None or known.retired else type_code, note.text, (), "")
    return _keep(
        said, where, note.at, channel="inspection", source="staff", language=language, person_id=note.person_id, record_id=note.id,
    )  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What somebody says is wrong."""

    type_code: str
    text: str
    answers: tuple[str, ...]
    phone: str


def _said(form: ReportForm) -> Said:
    return Said(form.type_code, form.text, tuple(form.answers), form.phone)


def _keep(
    said: Said, where: Where, now: datetime, *, channel: str, language: str, source: str = "resident", address: str = "",
    person_id: UUID | None = None, record_id: UUID | None = None,
) -> Request:  # fmt: skip
    answers = Answers(danger="danger" in said.answers, outage="outage" in said.answers, trapped="trapped" in said.answers)
    new_id = ids.new_id()
    request = Request(
        id=new_id,
        number=receipt_code(new_id),
        site_id=where.site_id,
        place_id=where.place_id,
        checkpoint_id=where.checkpoint_id,
        spot=where.spot,
        channel=channel,
        source=source,
        person_id=person_id,
        record_id=record_id,
        kind=types_of(where.site_id)[said.type_code].kind,
        type_code=said.type_code,
        text=said.text,
        danger=answers.danger,
        outage=answers.outage,
        trapped=answers.trapped,
        urgency=urgency(answers),
        phone=said.phone,
        language=language,
        address=address,
        token=f"{ids.random_bits(TOKEN_BITS):032x}",
        token_until=now + TOKEN_LASTS,
        received_at=now,
    )
    db.session.add(request)
    db.session.flush()
    search.file(
        "request", new_id, request.site_id, now, request.number, request.text, request.spot, said.phone, said.phone.replace(" ", "")
    )
    return request


def add_photos(request: Request, pictures: list[bytes]) -> None:
    """Keep the pictures that came with it, each once. Raises Problem too-large, not-a-picture, full."""
    digests = dict.fromkeys(photos.store_office(content, None) for content in pictures)
    db.session.add_all(RequestPhoto(request_id=request.id, sha256=sha256, rank=rank) for rank, sha256 in enumerate(digests))
    db.session.flush()


def answer(request: Request, form: AnswerForm, now: datetime) -> None:
    """Keep what the resident says to it. Raises Problem conflict where it stands differently by now."""
    seen = look(request)
    stands = seen.standing
    fits = {
        "rated": stands.state in ("resolved", "closed"),
        "reopened": may_reopen(stands, seen.agreement, now),
        "withdrawn": stands.state in OPEN,
    }
    if not fits[form.verb]:
        raise Problem("conflict")
    _happen(request, now, verb=form.verb, text=form.text, stars=form.stars)


def tell(request: Request, verb: str, text: str, person_id: UUID, now: datetime) -> None:
    """Tell the resident something, or (`resolved`) that it is done and with what result (clauses 4.3.1 and 5.3.2)."""
    verbs = ("resolved", "result_told") if verb == "resolved" else ("told",)
    for each in verbs:
        words = "" if each == "resolved" else text
        _happen(request, now, verb=each, text=words, person_id=person_id)


def raise_order(request: Request, by_id: UUID, now: datetime, *, text: str = "", spot: str = "") -> WorkOrder:
    """Raise a work order for a request: its words, photos and telephone go along (they get lost elsewhere)."""
    seen = look(request)
    raised = work.Raised(
        request.site_id, seen.type, by_id, text or request.text, seen.urgency == "urgent", request.phone, request.place_id,
        request.checkpoint_id, spot or request.spot, "finding" if request.channel == "inspection" else "request", request.id, request.record_id,
        photos=tuple(photo.sha256 for photo in request.photos),
    )  # fmt: skip
    order = work.raise_order(raised, now)
    if seen.is_stopped(now):
        said = next(event for event in reversed(request.events) if event.verb == "stopped")
        work.mark_clocks([order], by_id, now, cause=said.cause, until=said.until, reason=said.text)
    return order


def stop_clocks(request: Request, cause: str, until: datetime | None, text: str, person_id: UUID, now: datetime) -> None:
    """Let its clocks and its orders' stand still for a reason on the list (`standards.rules.STOP_REASONS`), till a moment if one was agreed."""
    _happen(request, now, verb="stopped", cause=cause, until=until, text=text, person_id=person_id)
    work.mark_clocks(look(request).orders, person_id, now, cause=cause, until=until, reason=text)


def let_clocks_run(request: Request, person_id: UUID, now: datetime) -> None:
    """Its clocks go on, and its orders'."""
    _happen(request, now, verb="resumed", person_id=person_id)
    work.mark_clocks(look(request).orders, person_id, now)


def reclassify(request: Request, type_code: str, urgent: bool, person_id: UUID, now: datetime) -> None:
    """It was taken for something else: from now on its clocks are judged as what it is, and its orders that are not finished are as urgent."""
    kind = types_of(request.site_id)[type_code].kind
    _happen(
        request, now, verb="reclassified", type_code=type_code, kind=kind, urgency="urgent" if urgent else "routine", person_id=person_id
    )
    for order in look(request).orders:
        work.set_urgent(order, urgent, person_id, now)


def investigate(request: Request, text: str, person_id: UUID, now: datetime) -> None:
    """Keep what looking into it brought; staff alone see it."""
    _happen(request, now, verb="investigated", text=text, person_id=person_id)


def close(request: Request, person_id: UUID, now: datetime) -> None:
    """Close it."""
    _happen(request, now, verb="closed", person_id=person_id)


def revoke_link(request: Request, now: datetime) -> None:
    """The resident's page opens by no address any more, until a new one is made."""
    request.token_until = now


def renew_link(request: Request, now: datetime) -> None:
    """The resident's page opens by a new address alone; the old one opens nothing any more."""
    request.token, request.token_until = f"{ids.random_bits(TOKEN_BITS):032x}", now + TOKEN_LASTS


def _happen(request: Request, now: datetime, *, verb: str, **event: object) -> None:
    """Keep the event, and write down for lists whether it ended the request or opened it again."""
    db.session.add(RequestEvent(request_id=request.id, at=now, verb=verb, **event))
    if verb in ENDS:
        request.ended_at = now
    elif verb == "reopened":
        request.ended_at = None
    db.session.flush()
    db.session.refresh(request, ["events"])
