"""The register: a site's equipment as a list, a new piece, an edited one. The other pages are plugged in below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.clock import local_day
from webapp.core.forms import check
from webapp.core.i18n import named
from webapp.core.ids import read_id
from webapp.core.problems import Problem
from webapp.core.tasks import handle
from webapp.equipment import actions, binder, item, listing, meters, papers, plans, queries, register
from webapp.equipment.classes import CLASSES
from webapp.equipment.forms import EquipmentForm
from webapp.equipment.models import Equipment
from webapp.equipment.offline import equipment_of_orders
from webapp.equipment.words import (
    CRITICALITY_WORDS,
    RUNS_OUT,
    STATUS_MARKS,
    STATUS_WORDS,
    document_words,
    every_words,
    figure,
    month_options,
    next_words,
)
from webapp.people.queries import rank_at
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import checkpoints_of, place_tree, site_for, sites_for

MOST_RETIRED = 100  # shown below the register

equipment = Blueprint("equipment", __name__)


@equipment.get("/equipment")
@gate.at_least("worker")
def site_choice() -> Response:
    """To the first site's register."""
    reached = sites_for(me())
    if not reached:
        raise Problem("not-found")
    return redirect(url_for("equipment.register_page", slug=reached[0].slug))


@equipment.get("/equipment/<slug>")
@gate.signed_in
def register_page(slug: str) -> str | Response:
    """Everything on a site's register, or what the address asks for, by class."""
    site, now, wanted = site_for(me(), slug), clock.now(), listing.Wanted.asked(request.args)
    lines = listing.lines_of(site, now)
    if kind := sheets.asked():
        return sheets.hand_out(kind, "equipment", REGISTER, (line for line in lines if wanted.takes(line)), site.zone)
    return render_template(
        "equipment/register.html", site_=site, sites=sites_for(me()), groups=listing.by_class([line for line in lines if wanted.takes(line)]),
        lines=lines, retired=queries.retired_at(site.id, MOST_RETIRED), wanted=wanted, is_filtered=wanted != listing.Wanted(), today=local_day(now, site.zone), may_edit=may_edit(site),
        running_out=papers.running_out(site.id, local_day(now, site.zone) + RUNS_OUT, now), document_words=document_words,
        classes=[(code, named(known)) for code, known in CLASSES.items()], address=lambda **more: address_of(site, wanted, **more),
    )  # fmt: skip


REGISTER = (
    sheets.Column[listing.Line]("number", lazy_gettext("Number"), lambda line: line.equipment.number, 11),
    sheets.Column[listing.Line]("name", lazy_gettext("Name"), lambda line: named(line.equipment), 24),
    sheets.Column[listing.Line]("class", lazy_gettext("Class"), lambda line: named(CLASSES[line.equipment.class_code])),
    sheets.Column[listing.Line]("place", lazy_gettext("Place"), lambda line: named(line.equipment.place)),
    sheets.Column[listing.Line]("maker", lazy_gettext("Maker"), lambda line: line.equipment.maker),
    sheets.Column[listing.Line]("model", lazy_gettext("Model"), lambda line: line.equipment.model),
    sheets.Column[listing.Line]("serial", lazy_gettext("Serial number"), lambda line: line.equipment.serial),
    sheets.Column[listing.Line]("criticality", lazy_gettext("Criticality"), lambda line: line.equipment.criticality, 9),
    sheets.Column[listing.Line]("status", lazy_gettext("State"), lambda line: STATUS_WORDS[line.status]),
    sheets.Column[listing.Line]("commissioned_on", lazy_gettext("Commissioned"), lambda line: line.equipment.commissioned_on),
    sheets.Column[listing.Line]("warranty_until", lazy_gettext("Warranty until"), lambda line: line.equipment.warranty_until),
    sheets.Column[listing.Line](
        "down_hours", lazy_gettext("Hours down in 30 days"), lambda line: round(line.down.total_seconds() / 3600, 1)
    ),
)


def address_of(site: Site, wanted: listing.Wanted, **more: str) -> str:
    """The register's address with something else asked for."""
    asked = {"class": wanted.class_code, "status": wanted.status, "criticality": wanted.criticality, "q": wanted.words} | more
    given = urlencode({name: value for name, value in asked.items() if value})
    return url_for("equipment.register_page", slug=site.slug) + (f"?{given}" if given else "")


def equipment_filters(lines: list[listing.Line], wanted: listing.Wanted, address: Callable[..., str]) -> list[dict[str, Any]]:
    """For the row of statuses above the list: those that there are."""
    counts = Counter(line.status for line in lines)
    return [
        {"href": address(status=status), "word": word, "count": counts[status], "active": wanted.status == status}
        for status, word in STATUS_WORDS.items() if counts[status] or wanted.status == status
    ]  # fmt: skip


def may_edit(site: Site) -> bool:
    """May the person change the site's register?"""
    return (rank_at(me(), site.id) or 0) >= gate.RANKS["supervisor"]


# ---------------------------------------------------------------- a piece's facts


@equipment.get("/equipment/<slug>/new")
@gate.at_least("supervisor")
def new_page(slug: str) -> str:
    """The form for a new piece; `?replaces=` begins it with what the old one's place and kind are."""
    site = site_for(me(), slug, "supervisor")
    old = replaced()
    like = {name: str(getattr(old, name) or "") for name in LIKE_THE_OLD} if old else {}
    return show_form(site, None, like | request.args.to_dict(), {})


LIKE_THE_OLD = ("class_code", "name", "name_en", "place_id", "checkpoint_id", "parent_id", "criticality")


def replaced() -> Equipment | None:
    """What the new piece is to replace, as the address or the form says; for somebody who may take that out of use."""
    key = read_id(request.values.get("replaces", ""))
    return queries.equipment_for(me(), key, "supervisor") if key else None


@equipment.post("/equipment/<slug>/new")
@gate.at_least("supervisor")
def add(slug: str) -> Response | tuple[str, int]:
    """Put a piece on the register."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(EquipmentForm, request.form)
    errors = errors or (wrong_here(form, site) if form else {})
    if form is None or errors:
        return show_form(site, None, request.form, errors), 422
    try:
        made = register.add(site.id, form.facts, clock.now())
    except Problem:
        return show_form(site, None, request.form, {"number": _("This number is taken.")}), 422
    flash(_("%(name)s is on the register.", name=named(made)))
    if (old := replaced()) is not None:
        return redirect(url_for("item.item_page", equipment_id=old.id, successor=made.id, _anchor="out"), 303)
    return redirect(url_for("item.item_page", equipment_id=made.id), 303)


@equipment.get("/equipment/items/<uuid:equipment_id>/edit")
@gate.at_least("supervisor")
def edit_page(equipment_id: UUID) -> str:
    """The form of a piece's facts."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    values = {name: getattr(one, name) for name in register.EquipmentFacts.__dataclass_fields__}
    return show_form(one.site, one, {name: "" if value is None else str(value) for name, value in values.items()}, {})


@equipment.post("/equipment/items/<uuid:equipment_id>/edit")
@gate.at_least("supervisor")
def edit(equipment_id: UUID) -> Response | tuple[str, int]:
    """Change a piece's facts."""
    one = queries.equipment_for(me(), equipment_id, "supervisor")
    form, errors = check(EquipmentForm, request.form)
    errors = errors or (wrong_here(form, one.site) if form else {})
    if form is None or errors:
        return show_form(one.site, one, request.form, errors), 422
    try:
        register.edit(one, form.facts)
    except Problem:
        wrong = _("The number is taken, or it would be a part of itself.")
        return show_form(one.site, one, request.form, {"number": wrong}), 422
    flash(_("Saved."))
    return redirect(url_for("item.item_page", equipment_id=one.id), 303)


def wrong_here(form: EquipmentForm, site: Site) -> dict[str, str]:
    """What is not this site's, by field."""
    known = {
        "place_id": {place.id for place, _depth in place_tree(site.id)},
        "checkpoint_id": {checkpoint.id for checkpoint in checkpoints_of(site.id)},
        "parent_id": {one.id for one in queries.equipment_of(site.id)},
    }
    given = {name: getattr(form, name) for name in known}
    return {name: _("This is not possible here.") for name, value in given.items() if value is not None and value not in known[name]}


def show_form(site: Site, one: Equipment | None, values: Any, errors: dict[str, str]) -> str:
    """The form, with what was typed and what was wrong."""
    return render_template(
        "equipment/form.html", site_=site, one=one, values=values, errors=errors,
        places=[(place.id, "\u2003" * depth + named(place)) for place, depth in place_tree(site.id)],
        checkpoints=[(c.id, f"{c.number} {named(c)}") for c in checkpoints_of(site.id)],
        parents=[(e.id, f"{e.number} {named(e)}") for e in queries.equipment_of(site.id) if one is None or e.id != one.id],
        classes=[(code, named(known)) for code, known in CLASSES.items()], criticalities=list(CRITICALITY_WORDS.items()),
    )  # fmt: skip


def init(app: Flask) -> None:
    """Routes, words for templates, and the plans that raise work by themselves."""
    for blueprint in (equipment, item.item_pages, meters.meter_pages, plans.plan_pages, binder.binder_pages):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        equipment_words={"status": STATUS_WORDS, "mark": STATUS_MARKS, "criticality": CRITICALITY_WORDS, "class": CLASSES}, next_words=next_words,
        equipment_of=lambda order: equipment_of_orders([order]).get(order.id), every_words=every_words, figure=figure, per_day=meters.per_day, equipment_filters=equipment_filters, month_options=month_options,
    )  # fmt: skip
    handle(app, actions.TASK, actions.raise_everywhere, actions.EVERY)
