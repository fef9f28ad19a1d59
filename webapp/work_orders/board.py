"""The desk's board of work orders, and what the office does with them."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.core import clock, gate
from webapp.core.pages import page_of
from webapp.people.session import me
from webapp.work_orders import queries
from webapp.work_orders.models import WorkOrder
from webapp.work_orders.words import STATE_WORDS, order_mark

board = Blueprint("board", __name__)


@board.get("/work-orders")
@gate.at_least("desk")
def board_page() -> str:
    """Open orders of one's sites."""
    page = page_of(queries.reached(me()).where(WorkOrder.closed_at.is_(None)).order_by(WorkOrder.due_at, WorkOrder.id))
    return render_template("work_orders/board.html", page=page, states=STATE_WORDS, now=clock.now(), mark=order_mark)
