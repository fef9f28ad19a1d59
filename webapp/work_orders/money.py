"""What work orders cost: a site's price list, a month's ledger, receipts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from webapp.core import gate
from webapp.core.problems import Problem
from webapp.people.session import me
from webapp.sites.queries import sites_for
from webapp.work_orders import pricing
from webapp.work_orders.models import WorkOrder

money_pages = Blueprint("money", __name__)


@money_pages.get("/prices")
@gate.at_least("supervisor")
def price_choice() -> Response:
    """To the first site's price list."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("money.prices", slug=reached[0].slug))


def money_facts(order: WorkOrder) -> dict[str, Any]:
    """What `work_orders/_money.html` shows: the charge as it stands."""
    charge = pricing.charge_of(order)
    return {"charge": pricing.shown_of(order, charge), "balance": pricing.balance_of(order, charge)}
