"""A site's price list and its fees for coming."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.people.queries import names
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders import charging, pricing
from webapp.work_orders.charges import BadAmount, minor_of, written
from webapp.work_orders.forms import CURRENCIES, ItemForm, PriceForm, TermsForm
from webapp.work_orders.models import PriceItem
from webapp.work_orders.words import PART_WORDS, UNIT_WORDS

price_pages = Blueprint("prices", __name__)


@price_pages.get("/prices")
@gate.at_least("supervisor")
def price_choice() -> Response:
    """To the first site's price list."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("prices.prices", slug=reached[0].slug))


@price_pages.get("/prices/<slug>")
@gate.at_least("supervisor")
def prices(slug: str) -> str:
    """A site's price list and fees, with their versions."""
    return show_prices(site_for(me(), slug, "supervisor"), {})


def show_prices(site: Site, errors: dict[str, str]) -> str:
    """The price list, with what was wrong in a form."""
    now, terms, items = clock.now(), pricing.terms_of(site.id), list(pricing.items_of(site.id).values())
    in_force = pricing.terms_at(terms, now)
    currency = in_force.currency if in_force else pricing.DEFAULT_CURRENCY
    people = names([*(t.person_id for t in terms), *(p.person_id for item in items for p in item.prices)])
    return render_template(
        "work_orders/prices.html", site_=site, sites=sites_for(me(), "supervisor"), items=[(item, price_now(item, now)) for item in items], terms=terms,
        in_force=in_force, currency=currency, currencies=[(code, code) for code in CURRENCIES], errors=errors, values=request.form if errors else {}, people=people,
        parts=PART_WORDS, units=UNIT_WORDS, plain=lambda minor: written(minor, currency).rpartition(" ")[2],
    )  # fmt: skip


def price_now(item: PriceItem, now: datetime) -> int | None:
    """The item's price in force, None when it is not for sale."""
    return next((price.minor for price in reversed(item.prices) if price.from_at <= now), None)


def amount_of(text: str, site: Site) -> int:
    """An amount typed on the site's page, in minor units. Raises BadAmount."""
    in_force = pricing.terms_at(pricing.terms_of(site.id), clock.now())
    return minor_of(text, in_force.currency if in_force else pricing.DEFAULT_CURRENCY)


@price_pages.post("/prices/<slug>")
@gate.at_least("supervisor")
def add_item(slug: str) -> Response | tuple[str, int]:
    """Put an item on the list."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(ItemForm, request.form)
    if form is None:
        return show_prices(site, errors), 422
    try:
        charging.add_item(site.id, form.facts, amount_of(form.price, site), me().id, clock.now())
    except BadAmount:
        return show_prices(site, {"price": _("An amount like 85 or 12.50, please.")}), 422
    flash(_("%(name)s added.", name=form.name))
    return redirect(url_for("prices.prices", slug=slug))


@price_pages.post("/prices/<slug>/<uuid:item_id>")
@gate.at_least("supervisor")
def set_price(slug: str, item_id: UUID) -> Response | tuple[str, int]:
    """A new price from now on; left empty: not for sale any more. Orders keep the price of their time."""
    site = site_for(me(), slug, "supervisor")
    item = db.session.get(PriceItem, item_id)
    if item is None or item.site_id != site.id:
        raise Problem("not-found")
    form, errors = check(PriceForm, request.form)
    if form is None:
        return show_prices(site, {f"price-{item.id}": errors["price"]}), 422
    try:
        minor = amount_of(form.price, site) if form.price else None
    except BadAmount:
        return show_prices(site, {f"price-{item.id}": _("An amount like 85 or 12.50, please.")}), 422
    if minor != price_now(item, clock.now()):
        charging.set_price(item, minor, me().id, clock.now())
    flash(_("%(name)s: the new price holds from now on.", name=named(item)))
    return redirect(url_for("prices.prices", slug=site.slug))


@price_pages.post("/prices/<slug>/terms")
@gate.at_least("supervisor")
def set_terms(slug: str) -> Response | tuple[str, int]:
    """New fees from now on."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(TermsForm, request.form)
    if form is None:
        return show_prices(site, errors), 422
    fees: dict[str, int] = {}
    for name in ("day", "night", "holiday"):
        try:
            fees[name] = minor_of(getattr(form, name), form.currency)
        except BadAmount:
            errors[name] = _("An amount like 85 or 12.50, please.")
    if errors:
        return show_prices(site, errors), 422
    charging.set_terms(site.id, form.terms(**fees), me().id, clock.now())
    flash(_("The new fees hold from now on."))
    return redirect(url_for("prices.prices", slug=slug))
