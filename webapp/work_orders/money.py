"""What work orders cost: an order's charge and payments, its receipt, a month's ledger, the price list."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.gate import RANKS
from webapp.core.problems import Problem
from webapp.people.models import Person
from webapp.people.queries import rank_at
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders import actions, charging, pricing, queries
from webapp.work_orders import signature as signatures
from webapp.work_orders.charges import BadAmount, Sums, major, minor_of
from webapp.work_orders.forms import PayerForm, PaymentForm
from webapp.work_orders.models import ChargeTerms, WorkOrder, WorkSignature
from webapp.work_orders.words import BALANCE_WORDS, PART_WORDS, PAYER_WORDS, SERVICE_WORDS, UNIT_WORDS, WAY_WORDS

money_pages = Blueprint("money", __name__)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


# ---------------------------------------------------------------- one order


def money_facts(order: WorkOrder, person: Person | None) -> dict[str, Any]:
    """What `work_orders/_money.html` shows: the charge as it stands, and what this person may do about it (None: the resident)."""
    charge = pricing.charge_of(order)
    rank = (rank_at(person, order.site_id) or 0) if person else 0
    signed = pricing.signature_under(order, charge)
    return {
        "charge": pricing.shown_of(order, charge), "balance": pricing.balance_of(order, charge), "charge_digest": charge.digest(), "signed": signed,
        "drawn": drawn(signed) if signed else None, "signed_before": bool(order.signatures) and signed is None,
        "may_take_money": rank >= RANKS["desk"], "may_set_payer": rank >= RANKS["supervisor"],
        "pay_words": {"balance": BALANCE_WORDS, "part": PART_WORDS, "payer": PAYER_WORDS, "unit": UNIT_WORDS, "way": WAY_WORDS},
    }  # fmt: skip


def drawn(signed: WorkSignature) -> dict[str, Any]:
    """A signature as an SVG path in its field."""
    return {"path": signatures.path(signatures.strokes_of(signed.strokes)), "width": signatures.WIDTH, "height": signatures.HEIGHT}


@money_pages.get("/work-orders/<uuid:order_id>/receipt")
@gate.at_least("desk")
def receipt(order_id: UUID) -> str:
    """The itemised charge of an order to print (clause 6.3.1)."""
    return show_receipt(queries.reach_order(me(), order_id))


def show_receipt(order: WorkOrder) -> str:
    """An order's receipt; the resident gets the same."""
    return render_template(
        "work_orders/receipt.html",
        order=order,
        now=clock.now(),
        type=queries.types_of(order.site_id).get(order.type_code),
        **money_facts(order, None),
    )


def show_money(order: WorkOrder, errors: dict[str, str]) -> tuple[str, int]:
    """A form about an order's money again, with what is wrong in it."""
    return render_template("work_orders/money.html", order=order, errors=errors, values=request.form, **money_facts(order, me())), 422


@money_pages.get("/work-orders/<uuid:order_id>/payments")
@gate.at_least("desk")
def payments(order_id: UUID) -> str:
    """The charge of an order, what was paid, and the forms for both."""
    order = queries.reach_order(me(), order_id)
    return render_template("work_orders/money.html", order=order, errors={}, values={}, **money_facts(order, me()))


@money_pages.post("/work-orders/<uuid:order_id>/payments")
@gate.at_least("desk")
def pay(order_id: UUID) -> Response | tuple[str, int]:
    """Keep that money came, or went back (a supervisor's)."""
    order = queries.reach_order(me(), order_id)
    form, errors = check(PaymentForm, request.form)
    if form is None:
        return show_money(order, errors)
    if form.back:
        queries.reach_order(me(), order_id, "supervisor")
    try:
        amount = minor_of(form.amount, pricing.charge_of(order).currency)
    except BadAmount:
        amount = 0
    if amount == 0:
        return show_money(order, {"amount": _("An amount like 85 or 12.50, please.")})
    charging.pay(order, form.way, -amount if form.back else amount, form.number, form.note, me(), clock.now())
    flash(_("The payment is kept."))
    return redirect(url_for("money.payments", order_id=order.id))


@money_pages.post("/work-orders/<uuid:order_id>/payer")
@gate.at_least("supervisor")
def payer(order_id: UUID) -> Response | tuple[str, int]:
    """Who bears the cost, and why nothing is asked for."""
    order = queries.reach_order(me(), order_id, "supervisor")
    form, errors = check(PayerForm, request.form)
    if form is None:
        return show_money(order, errors)
    actions.set_payer(order, form.payer, form.waived, me(), clock.now())
    flash(_("Saved. A charge that was signed before has to be signed again."))
    return redirect(url_for("money.payments", order_id=order.id))


# ---------------------------------------------------------------- a month


@money_pages.get("/charges")
@gate.at_least("desk")
def charges_choice() -> Response:
    """To this month of the first site."""
    reached = sites_for(me(), "desk")
    if not reached:
        raise Problem("not-found")
    month = clock.local_day(clock.now(), reached[0].zone).strftime("%Y-%m")
    return redirect(url_for("money.month_page", slug=reached[0].slug, month=month))


@money_pages.get("/charges/<slug>/<month>")
@gate.at_least("desk")
def month_page(slug: str, month: str) -> str | Response:
    """A month's ledger: charged, paid and outstanding by service, what the community bore, and every order (chapter 11)."""
    site = site_for(me(), slug, "desk")
    begin, end, first = bounds_of(month, site)
    terms = pricing.terms_of(site.id)
    lines = [ledger_line(order, site, terms) for order in orders_finished(site, begin, end)]
    lines = [line for line in lines if line["charge"].lines]
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"charges-{month}", LEDGER, lines, site.zone)
    return render_template(
        "work_orders/ledger.html", site_=site, sites=sites_for(me(), "desk"), month=month, first=first, lines=lines, sums=sums_of(lines),
        before=(first - timedelta(days=1)).strftime("%Y-%m"), after=next_month(first).strftime("%Y-%m") if end < clock.now() else None,
        services=SERVICE_WORDS, balances=BALANCE_WORDS, may_price=(rank_at(me(), site.id) or 0) >= RANKS["supervisor"],
    )  # fmt: skip


def _amount(minor: int, line: dict[str, Any]) -> float:
    """An amount as a spreadsheet adds it up, in the charge's currency."""
    return float(major(minor, line["charge"].currency))


LEDGER = (
    sheets.Column[dict[str, Any]]("order", lazy_gettext("Work order"), lambda line: line["order"].number, 11),
    sheets.Column[dict[str, Any]]("service", lazy_gettext("Service"), lambda line: SERVICE_WORDS[line["order"].service]),
    sheets.Column[dict[str, Any]]("where", lazy_gettext("Where"), lambda line: line["order"].spot),
    sheets.Column[dict[str, Any]]("finished_at", lazy_gettext("Finished"), lambda line: line["order"].finished_at, 17),
    sheets.Column[dict[str, Any]]("currency", lazy_gettext("Currency"), lambda line: line["charge"].currency, 9),
    sheets.Column[dict[str, Any]]("cost", lazy_gettext("Cost"), lambda line: _amount(line["charge"].cost, line), 12),
    sheets.Column[dict[str, Any]]("charged", lazy_gettext("Charged"), lambda line: _amount(line["balance"].due, line), 12),
    sheets.Column[dict[str, Any]]("paid", lazy_gettext("Paid"), lambda line: _amount(line["balance"].paid, line), 12),
    sheets.Column[dict[str, Any]]("outstanding", lazy_gettext("Outstanding"), lambda line: _amount(line["balance"].outstanding, line), 12),
    sheets.Column[dict[str, Any]]("borne", lazy_gettext("Borne by the community"), lambda line: _amount(line["borne"], line), 12),
    sheets.Column[dict[str, Any]]("state", lazy_gettext("State"), lambda line: BALANCE_WORDS[line["balance"].state]),
)


def bounds_of(month: str, site: Site) -> tuple[datetime, datetime, date]:
    """[begin, end) of a month of the site's, and its first day. Raises not-found for what is no month."""
    if not MONTH.fullmatch(month):
        raise Problem("not-found")
    first = date(int(month[:4]), int(month[5:]), 1)
    return clock.day_bounds(first, site.zone)[0], clock.day_bounds(next_month(first), site.zone)[0], first


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def orders_finished(site: Site, begin: datetime, end: datetime) -> list[WorkOrder]:
    """Orders finished in [begin, end), with what was used, signed and paid: a fixed number of queries."""
    found = (
        sa.select(WorkOrder)
        .where(WorkOrder.site_id == site.id, WorkOrder.finished_at >= begin, WorkOrder.finished_at < end)
        .order_by(WorkOrder.finished_at)
        .options(*(sa.orm.selectinload(part) for part in (WorkOrder.uses, WorkOrder.signatures, WorkOrder.payments)))
    )
    return list(db.session.scalars(found))


def ledger_line(order: WorkOrder, site: Site, terms: list[ChargeTerms]) -> dict[str, Any]:
    """One order in the ledger."""
    assert order.finished_at
    charge = pricing.charge_of(order, terms)
    return {
        "order": order, "charge": charge, "balance": pricing.balance_of(order, charge), "day": order.finished_at.astimezone(ZoneInfo(site.zone)).date(),
        "borne": charge.cost - charge.due,
    }  # fmt: skip


def sums_of(lines: list[dict[str, Any]]) -> dict[tuple[str, str], Sums]:
    """Sums by service and currency, and of all services ("")."""
    found: dict[tuple[str, str], Sums] = {}
    for line in lines:
        stands = line["balance"]
        one = Sums(1, stands.due, stands.paid, stands.outstanding, line["borne"])
        for service in (line["order"].service, ""):
            key = service, line["charge"].currency
            found[key] = Sums(*(a + b for a, b in zip(found.get(key, Sums(0, 0, 0, 0, 0)), one, strict=True)))
    return dict(sorted(found.items(), key=lambda item: (item[0][0] == "", item[0])))
