"""One piece of equipment on one page, and what is done there: a work order, a document, a renewal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core import clock, gate
from webapp.core.clock import local_day
from webapp.core.db import db, let_others_write
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.equipment import actions, lifeline, queries, register, renewal
from webapp.equipment.classes import CLASSES
from webapp.equipment.forms import DecisionForm, DocumentForm, OrderForm, RenewalForm, RetireForm, ReturnForm
from webapp.equipment.listing import LOOKED_BACK
from webapp.equipment.models import Equipment, EquipmentDocument
from webapp.equipment.rules import STATUSES, downtime
from webapp.equipment.words import BASIS_WORDS, DOUBT_WORDS, RENEWAL_WORDS, document_words, line_words
from webapp.people.queries import names, rank_at
from webapp.people.session import me
from webapp.photos import actions as photos
from webapp.photos.views import hand_out
from webapp.work_orders import pricing
from webapp.work_orders.charges import BadAmount, minor_of

item_pages = Blueprint("item", __name__)


@item_pages.get("/equipment/items/<uuid:equipment_id>")
@gate.signed_in
def item_page(equipment_id: UUID) -> str:
    """Everything about one piece."""
    return show(queries.equipment_for(me(), equipment_id))


@item_pages.get("/here")
@gate.signed_in
def here() -> str:
    """What carries one label, `?at=` its checkpoint: one page for all of them, which the phone keeps and fills from its pack."""
    return render_template("equipment/here.html", statuses=STATUSES, doubts=DOUBT_WORDS)


def show(one: Equipment, errors: dict[str, str] | None = None) -> str:
    """The page, with what was wrong in a form."""
    now, rank = clock.now(), rank_at(me(), one.site_id) or 0
    today, said = local_day(now, one.site.zone), lifeline.last_status(one)
    changes = queries.changes_of([one.id], now - LOOKED_BACK).get(one.id, [])
    events, older = lifeline.events_of(one, me(), asked_before() or now + clock.DAY, now)
    renewals, lives = renewal.renewals_of(one.id), queries.lives_of(one)
    return render_template(
        "equipment/item.html", one=one, site_=one.site, now=now, today=today, class_=CLASSES[one.class_code], said=said,
        status=said.status if said else "running", statuses=STATUSES, down=downtime(changes, now - LOOKED_BACK, now), plans=lifeline.plan_lines(one, today),
        meters=lifeline.meters_with_last(one.site_id, one.id), documents=lifeline.documents_of([one.id]).get(one.id, []), document_words=document_words,
        line_words=line_words, basis=BASIS_WORDS, events=events, older=older, renewals=renewals, renewal_words=RENEWAL_WORDS, errors=errors or {},
        values=request.form if errors else {}, parent=db.session.get(Equipment, one.parent_id) if one.parent_id else None,
        parts=queries.parts_of(one), may_edit=rank >= gate.RANKS["supervisor"],
        lives=lives, replaces=queries.predecessors_of(one), successors=successors_for(one) if rank >= gate.RANKS["supervisor"] else [],
        may_decide=rank >= gate.RANKS["manager"], currency=currency_at(one),
        people=names([*([said.person_id] if said else []), *(life.person_id for life in lives), *(step.person_id for each in renewals for step in each.steps)]),
    )  # fmt: skip


def successors_for(one: Equipment) -> list[tuple[UUID, str]]:
    """What may stand in its place: of its class, in use, and no part of it."""
    own = register.with_parts(one)
    found = [other for other in queries.equipment_of(one.site_id) if other.class_code == one.class_code and other.id not in own]
    return [(other.id, f"{other.number} {named(other)}") for other in found]


def asked_before() -> datetime | None:
    """From where the history goes on, as the address says; what is no moment is none."""
    try:
        found = datetime.fromisoformat(request.args.get("before", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None


def currency_at(one: Equipment) -> str:
    """The site's currency."""
    terms = pricing.terms_at(pricing.terms_of(one.site_id), clock.now())
    return terms.currency if terms else pricing.DEFAULT_CURRENCY


def back_to(one: Equipment) -> Response:
    """To its page, as it is now."""
    return redirect(url_for("item.item_page", equipment_id=one.id), 303)


# ---------------------------------------------------------------- work; its status comes as a record


@item_pages.post("/equipment/items/<uuid:equipment_id>/orders")
@gate.signed_in
def raise_order(equipment_id: UUID) -> Response | tuple[str, int]:
    """Raise a work order about it."""
    one = queries.equipment_for(me(), equipment_id)
    form, errors = check(OrderForm, request.form)
    if form is None:
        return show(one, errors), 422
    if one.retired_at is not None:
        raise Problem("conflict")
    order = actions.raise_about(one, form.text, form.urgent, me().id, clock.now())
    flash(_("Work order %(number)s is raised.", number=order.number))
    return back_to(one)


# ---------------------------------------------------------------- out of use


@item_pages.post("/equipment/items/<uuid:equipment_id>/retire")
@gate.at_least("supervisor")
def retire(equipment_id: UUID) -> Response | tuple[str, int]:
    """Take it out of use; what stands in its place is linked."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    form, errors = check(RetireForm, request.form)
    if form is not None and form.successor_id and form.successor_id not in {found for found, _name in successors_for(one)}:
        form, errors = None, {"successor_id": _("This is not possible here.")}
    if form is not None and form.parts is None and queries.parts_of(one):
        form, errors = None, {"parts": _("It has parts that are in use: say what becomes of them.")}
    if form is None:
        return show(one, {f"retire-{name}": why for name, why in errors.items()}), 422
    successor = db.session.get(Equipment, form.successor_id) if form.successor_id else None
    actions.retire(one, form.reason, successor, form.meters == "go", form.parts == "go", me(), clock.now())
    flash(_("%(name)s is taken out of use.", name=named(one)))
    return back_to(successor or one)


@item_pages.post("/equipment/items/<uuid:equipment_id>/return")
@gate.at_least("supervisor")
def take_back(equipment_id: UUID) -> Response | tuple[str, int]:
    """Put it into use again."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    form, errors = check(ReturnForm, request.form)
    if form is None:
        return show(one, {f"return-{name}": why for name, why in errors.items()}), 422
    actions.take_back(one, form.reason, me().id, clock.now())
    flash(_("%(name)s is in use again. Begin its plans anew if they are wanted.", name=named(one)))
    return back_to(one)


# ---------------------------------------------------------------- documents


MOST_FILES = 20  # at a time


@item_pages.post("/equipment/items/<uuid:equipment_id>/documents")
@gate.at_least("supervisor")
def add_document(equipment_id: UUID) -> Response | tuple[str, int]:
    """Keep a document with its files, pictures and PDFs; nothing is kept when one of them is neither."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    form, errors = check(DocumentForm, request.form)
    if form is None:
        return show(one, {f"document-{name}": why for name, why in errors.items()}), 422
    files, wrong = stored_files()
    if wrong:
        return show(one, {"document-files": wrong}), 422
    register.add_files(register.add_document(one, form.name, form.number, form.valid_until, me().id, clock.now()), files)
    flash(_("%(name)s added.", name=form.name))
    return back_to(one)


@item_pages.post("/equipment/items/<uuid:equipment_id>/documents/<uuid:document_id>")
@gate.at_least("supervisor")
def change_document(equipment_id: UUID, document_id: UUID) -> Response | tuple[str, int]:
    """Put more files to it; or say that it is not needed any more, so that nothing warns of it. Nothing is removed."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    document = document_of(one, document_id)
    if request.form.get("do") == "withdraw":
        register.withdraw(document, me().id, clock.now())
        flash(_("%(name)s is not needed any more. It stays in the history.", name=document.name))
        return back_to(one)
    files, wrong = stored_files()
    if wrong or not files:
        return show(one, {f"files-{document.id}": wrong or _("Choose a file first.")}), 422
    register.add_files(document, files)
    flash(_("%(name)s added.", name=document.name))
    return back_to(one)


def stored_files() -> tuple[list[tuple[str, str]], str]:
    """(digest, name) of the files that came with the form, stored; or why none of them was kept."""
    given = [(one.filename or "", one.read()) for one in request.files.getlist("files") if one.filename]
    if len(given) > MOST_FILES:
        return [], _("At most %(count)s files at a time.", count=MOST_FILES)
    let_others_write()
    try:
        digests = photos.store_papers([content for _name, content in given], me().id)
    except Problem as refused:
        return [], _(
            "One of the files is neither a picture nor a whole PDF. Nothing was kept: choose again."
        ) if refused.code == "not-a-picture" else str(refused.sentence)
    return [(sha256, name) for sha256, (name, _content) in zip(digests, given, strict=True)], ""


def document_of(one: Equipment, document_id: UUID) -> EquipmentDocument:
    """A document of the piece. Raises Problem not-found."""
    document = db.session.get(EquipmentDocument, document_id)
    if document is None or document.equipment_id != one.id:
        raise Problem("not-found")
    return document


@item_pages.get("/equipment/items/<uuid:equipment_id>/documents/<uuid:document_id>/<sha256>")
@gate.signed_in
def document_file(equipment_id: UUID, document_id: UUID, sha256: str) -> Response:
    """A file of a document, for the site's staff: a picture to be seen, a PDF to be saved."""
    document = document_of(queries.equipment_for(me(), equipment_id), document_id)
    file = next((one for one in document.files if one.sha256 == sha256), None)
    if file is None:
        raise Problem("not-found")
    return hand_out(sha256, file.name)


# ---------------------------------------------------------------- renewal


@item_pages.post("/equipment/items/<uuid:equipment_id>/renewals")
@gate.at_least("supervisor")
def propose(equipment_id: UUID) -> Response | tuple[str, int]:
    """Propose to renew it."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    form, errors = check(RenewalForm, request.form)
    if form is None:
        return show(one, {f"renewal-{name}": why for name, why in errors.items()}), 422
    try:
        cost = minor_of(form.cost, currency_at(one))
    except BadAmount:
        return show(one, {"renewal-cost": _("An amount like 85 or 12.50, please.")}), 422
    renewal.propose(one, form.text, cost, currency_at(one), me().id, clock.now())
    flash(_("The manager decides."))
    return back_to(one)


@item_pages.post("/equipment/renewals/<uuid:renewal_id>")
@gate.at_least("supervisor")
def go_on(renewal_id: UUID) -> Response | tuple[str, int]:
    """Approve or refuse it, as a manager; or say what came of it."""
    found = renewal.renewal_by_id(renewal_id)
    if found is None:
        raise Problem("not-found")
    form, errors = check(DecisionForm, request.form)
    decides = request.form.get("do") != "finish"
    one = queries.equipment_for(me(), found.equipment_id, "manager" if decides else "supervisor")
    if form is None:
        return show(one, errors), 422
    if form.do == "finish":
        try:
            cost = minor_of(form.cost, found.currency) if form.cost else None
        except BadAmount:
            return show(one, {f"finish-{found.id}": _("An amount like 85 or 12.50, please.")}), 422
        renewal.finish(found, form.text, cost, me().id, clock.now())
    else:
        renewal.decide(found, form.do == "approve", form.text, me().id, clock.now())
    flash(_("Saved."))
    return back_to(one)
