"""A technician's pages: my work orders, and one of them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template

from webapp.core import clock, gate
from webapp.people.session import me
from webapp.photos.views import hand_out
from webapp.work_orders import queries
from webapp.work_orders.money import money_facts
from webapp.work_orders.office import office_facts
from webapp.work_orders.words import order_mark

field = Blueprint("work_orders", __name__)


@field.get("/work-orders/mine")
@gate.signed_in
def mine() -> str:
    """The person's open orders and those on offer, what burns first."""
    now = clock.now()
    return render_template("work_orders/mine.html", orders=queries.mine(me(), now), now=now, mark=order_mark)


@field.get("/work-orders/<uuid:order_id>")
@gate.signed_in
def order_page(order_id: UUID) -> str:
    """One order: what is to be done, its steps, what it costs."""
    order = queries.order_for(me(), order_id)
    standing = queries.standing_of(order)
    return render_template(
        "work_orders/order.html",
        order=order,
        standing=standing,
        now=clock.now(),
        **office_facts(order, standing, me()),
        **money_facts(order, me()),
    )


@field.get("/work-orders/<uuid:order_id>/photos/<sha256>")
@gate.signed_in
def photo(order_id: UUID, sha256: str) -> Response:
    """A photo of the order or of one of its steps, for who may see the order."""
    return hand_out(queries.photo_of(queries.order_for(me(), order_id), sha256))
