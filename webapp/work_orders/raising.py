"""Raising a work order by hand: what the office sees needs doing, without anybody having reported it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.people.queries import staff_of
from webapp.people.session import me
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Site
from webapp.sites.queries import place_tree, site_for, sites_for
from webapp.work_orders import actions, queries
from webapp.work_orders.office import candidates

raising = Blueprint("raising", __name__)

LONGEST = 2_000


class RaiseForm(BaseModel):
    """An order raised by hand. `answers`: to the three questions that make it urgent; `to`: who gets it at once."""

    type_code: Annotated[str, Field(min_length=1, max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    answers: list[Literal["danger", "outage", "trapped"]] = []
    place_id: UUID | None = None
    spot: Annotated[str, Field(max_length=80)] = ""
    to: UUID | None = None


@raising.get("/work-orders/new")
@gate.at_least("desk")
def new_order() -> str:
    """The form for a work order."""
    return show_new(site_asked_for())


def site_asked_for() -> Site:
    """The site that the address names, or the first within reach. Raises Problem not-found."""
    reached = sites_for(me(), "desk")
    return site_for(me(), request.args.get("site", reached[0].slug if reached else ""), "desk")


@raising.post("/work-orders/new")
@gate.at_least("desk")
def raise_by_hand() -> AnyResponse | tuple[str, int]:
    """Raise it, give it to somebody if one was chosen, and lead to its page."""
    site, person, now = site_asked_for(), me(), clock.now()
    form, errors = check(RaiseForm, request.form)
    errors = errors or (wrong_here(form, site) if form else {})
    if form is None or errors:
        return show_new(site, errors), 422
    type_ = queries.types_of(site.id)[form.type_code]
    raised = actions.Raised(site.id, type_, person.id, form.text, bool(form.answers), place_id=form.place_id, spot=form.spot)
    order = actions.raise_order(raised, now)
    if form.to and order.assignee_id != form.to:
        actions.act(order, person, "assign", now, to_id=form.to)
    flash(_("Work order %(number)s is raised.", number=order.number))
    return redirect(url_for("work_orders.order_page", order_id=order.id), 303)


def wrong_here(form: RaiseForm, site: Site) -> dict[str, str]:
    """What is not this site's, by field."""
    known = queries.types_of(site.id).get(form.type_code)
    if known is None or known.retired:
        return {"type_code": _("This is not possible here.")}
    if form.place_id and form.place_id not in {place.id for place, _depth in place_tree(site.id)}:
        return {"place_id": _("This is not possible here.")}
    if form.to and form.to not in {colleague.id for colleague in staff_of(site.id)}:
        return {"to": _("Please choose somebody who works in this community.")}
    return {}


def show_new(site: Site, errors: dict[str, str] | None = None) -> str:
    """The form, with what was typed and what was wrong."""
    people = candidates([site.id], None, clock.now())
    return render_template(
        "work_orders/new.html",
        site_=site,
        sites=[
            {"href": url_for("raising.new_order", site=s.slug), "word": named(s), "active": s.id == site.id}
            for s in sites_for(me(), "desk")
        ],
        places=[(place.id, "\u2003" * depth + named(place)) for place, depth in place_tree(site.id)],
        types=[(known.code, named(known)) for known in queries.types_of(site.id).values() if not known.retired],
        people=[
            (c.person.id, f"{named(c.person)} · {TRADE_WORDS[c.person.trade]}" + (" · " + _("on duty") if c.is_on else "")) for c in people
        ],
        errors=errors or {},
        values=request.form if request.method == "POST" else MultiDict(),
        longest=LONGEST,
    )
