"""The office's steps: with one order on its page, and with several marked ones of the board at once."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import rank_at, staff_of
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.work_orders import actions, field, queries
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.office import seen
from webapp.work_orders.words import STATE_WORDS

dispatch = Blueprint("dispatch", __name__)

SUPERVISORS = ("decide", "verify")
LONGEST_REASON = 1_000


class OfficeForm(BaseModel):
    """A step taken in the office. `to`: who gets it; `about`: the version that counts; `seen`: what the page had shown."""

    verb: Literal["assign", "offer", "rotate", "cancel", "verify", "reopen", "decide"]
    to: UUID | None = None
    trade: str | None = None
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    about: UUID | None = None
    seen: str = ""


def lacking(form: OfficeForm, order: WorkOrder) -> dict[str, str]:
    """What the step still needs, by field."""
    if form.verb == "assign" and form.to not in {colleague.id for colleague in staff_of(order.site_id)}:
        return {"to": _("Please choose somebody who works in this community.")}
    if form.verb == "offer" and form.trade not in TRADE_WORDS:
        return {"trade": _("Please choose a trade.")}
    if form.verb in ("cancel", "reopen") and not form.reason:
        return {form.verb: _("Please say why; the others read it.")}
    return {}


def hold(order: WorkOrder) -> None:
    """Wait for whoever is at this order now, and read it anew."""
    db.session.execute(sa.select(WorkOrder.id).where(WorkOrder.id == order.id).with_for_update())
    db.session.expire(order)


@dispatch.post("/work-orders/<uuid:order_id>/steps")
@gate.at_least("desk")
def step(order_id: UUID) -> AnyResponse | tuple[str, int]:
    """Take a step; whoever presses on a page that is not true any more is shown the new state instead."""
    order = queries.reach_order(me(), order_id)
    form, errors = check(OfficeForm, request.form)
    if form is None:
        return shown_again(order, errors, _("This is not possible here.")), 422
    if form.verb in SUPERVISORS and (rank_at(me(), order.site_id) or 0) < gate.RANKS["supervisor"]:
        raise Problem("forbidden")
    hold(order)
    if form.seen and form.seen != seen(order):
        return shown_again(order, {}, changed_meanwhile(order)), 409
    errors = lacking(form, order)
    if errors:
        return shown_again(order, errors, next(iter(errors.values()))), 422
    try:
        said = carry_out(order, form)
    except Problem as refused:
        if refused.code != "conflict":
            raise
        return shown_again(order, {}, changed_meanwhile(order)), 409
    flash(said, "success" if said != nobody_on_duty() else "warning")
    return redirect(url_for("work_orders.order_page", order_id=order.id), 303)


def carry_out(order: WorkOrder, form: OfficeForm) -> str:
    """Take the step, and say so. Raises Problem conflict where it is not offered any more."""
    person, now = me(), clock.now()
    if form.verb == "rotate":
        turn = actions.whose_turn(order.site_id, order.trade, now)
        if turn is None:
            return nobody_on_duty()
        actions.act(order, person, "assign", now, to_id=turn)
    elif form.verb == "decide":
        standing = queries.standing_of(order)
        if not any(conflict.names(form.about) for conflict in standing.conflicts):
            raise Problem("conflict")
        actions.act(order, person, "decide", now, about_id=form.about, reason=form.reason)
    else:
        actions.act(order, person, form.verb, now, to_id=form.to, trade=form.trade if form.verb == "offer" else None, reason=form.reason)
    return {
        "assign": _("It is assigned."),
        "rotate": _("It is assigned."),
        "offer": _("It is offered to all of the trade."),
        "cancel": _("The order is cancelled."),
        "verify": _("Verified."),
        "reopen": _("It is open again."),
        "decide": _("Decided. The other version stays in the history."),
    }[form.verb]


def nobody_on_duty() -> str:
    """Why nobody's turn it is."""
    return _("Nobody of this trade is on duty now.")


def changed_meanwhile(order: WorkOrder) -> str:
    """What a late press is told."""
    return _("Somebody was quicker; nothing was changed. Now it is: %(state)s.", state=STATE_WORDS[order.state])


def shown_again(order: WorkOrder, errors: dict[str, str], said: str) -> str:
    """The order's page as it stands now, with what was wrong."""
    g.office_errors = errors
    flash(said, "error")
    return str(field.order_page(order.id))


# ---------------------------------------------------------------- several at once


def assign_marked(marked: list[str], to: Person) -> list[tuple[WorkOrder, str]]:
    """Assign each marked order ("id~seen"); gives those within reach with what became of each: "" or why not."""
    found = []
    for key in dict.fromkeys(marked):
        order_id, _tilde, shown = key.partition("~")
        order = order_within_reach(order_id)
        if order is not None:
            found.append((order, assign_one(order, shown, to)))
    return found


def order_within_reach(order_id: str) -> WorkOrder | None:
    """The order, if there is one for this person."""
    try:
        return queries.reach_order(me(), UUID(order_id))
    except (ValueError, Problem):
        return None


def assign_one(order: WorkOrder, shown: str, to: Person) -> str:
    """Assign one of several: "" when it worked, else the sentence why it did not."""
    hold(order)
    if rank_at(to, order.site_id) is None:
        return _("%(name)s does not work in this community.", name=named(to))
    if shown != seen(order):
        return changed_meanwhile(order)
    try:
        actions.act(order, me(), "assign", clock.now(), to_id=to.id)
    except Problem as refused:
        return str(refused.sentence)
    return ""
