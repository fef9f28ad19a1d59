"""A technician's pages: my work orders, and one of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, render_template

from webapp.core import clock, gate
from webapp.people.queries import staff_of
from webapp.people.session import me
from webapp.photos.views import hand_out
from webapp.standards.rules import STOP_REASONS
from webapp.work_orders import queries, showing
from webapp.work_orders.actions import OTHER
from webapp.work_orders.linking import link_facts
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.money import money_facts
from webapp.work_orders.office import office_facts
from webapp.work_orders.words import CAUSE_WORDS, DO_WORDS, STATE_WORDS, UNIT_WORDS, order_mark

field = Blueprint("work_orders", __name__)

LATELY = timedelta(days=7)
# What the page offers as causes of a pause: those that stop the clock, and one more that does not. Parts have a step of their own.
CAUSES = (*(cause for cause in CAUSE_WORDS if cause in STOP_REASONS and cause != "waiting_parts"), OTHER)


@field.get("/work-orders/mine")
@gate.signed_in
def mine() -> str:
    """The person's open orders and those on offer, what burns first; below, what was finished lately."""
    now, person = clock.now(), me()
    open_ = queries.mine(person, now)
    done = queries.done_lately(person, now - LATELY)
    return render_template(
        "work_orders/mine.html",
        orders=[order for order in open_ if order.assignee_id == person.id],
        offered=[order for order in open_ if order.assignee_id != person.id],
        done=done,
        now=now,
        mark=order_mark,
        **list_facts([*open_, *done]),
    )


def list_facts(orders: list[WorkOrder]) -> dict[str, object]:
    """What the rows of a list of orders want (`work_orders/_row.html`)."""
    types = {site_id: queries.types_of(site_id) for site_id in {order.site_id for order in orders}}
    return {"types": types, "own_steps": showing.own_steps(orders, me())}


@field.get("/work-orders/<uuid:order_id>")
@gate.signed_in
def order_page(order_id: UUID) -> str:
    """One order: what is to be done, its steps, what it costs."""
    now, person = clock.now(), me()
    order = queries.order_for(person, order_id)
    standing = queries.standing_of(order)
    view = showing.order_view(order, standing, person)
    return render_template(
        "work_orders/order.html",
        order=order,
        standing=standing,
        view=view,
        now=now,
        mark=order_mark,
        do=DO_WORDS,
        states=STATE_WORDS,
        units=UNIT_WORDS,
        causes=[(cause, CAUSE_WORDS[cause]) for cause in CAUSES],
        facts=showing.charge_facts(order, now),
        own_steps=showing.own_steps([order], person).get(order.id, []),
        colleagues=[colleague for colleague in staff_of(order.site_id) if colleague.id != person.id],
        sign_link=link_facts(order, person, now),
        **office_facts(order, standing, person),
        **money_facts(order, person),
    )


@field.get("/work-orders/<uuid:order_id>/photos/<sha256>")
@gate.signed_in
def photo(order_id: UUID, sha256: str) -> Response:
    """A photo of the order or of one of its steps, for who may see the order."""
    return hand_out(queries.photo_of(queries.order_for(me(), order_id), sha256))
