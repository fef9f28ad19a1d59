"""Meters and their readings 抄表: the list, one meter with its usage as a picture, a new one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.clock import local_day
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import day_words, named
from webapp.core.ids import read_id
from webapp.core.problems import Problem
from webapp.equipment import actions, lifeline, queries, register
from webapp.equipment.forms import MeterForm, SettleForm
from webapp.equipment.models import Meter, Reading
from webapp.equipment.rules import Usage, usages, usual
from webapp.equipment.words import DOUBT_WORDS, VERDICT_WORDS, figure
from webapp.people.queries import names, rank_at
from webapp.people.session import me
from webapp.sites.models import Checkpoint, Site
from webapp.sites.queries import checkpoints_of, site_for, sites_for

meter_pages = Blueprint("meters", __name__)

BARS = 26  # stretches in the picture: half a year of weeks
FEWEST = 8  # slots: one bar alone would look like a wall
LISTED = 30  # readings below it
TALL = 100  # of the highest bar
MOST_DOUBTED = 30  # doubted readings on the list: there are hardly ever more


@meter_pages.get("/meters/<slug>")
@gate.signed_in
def meters(slug: str) -> str | Response:
    """A site's meters with their last readings."""
    site = site_for(me(), slug)
    lines = lifeline.meters_with_last(site.id)
    if kind := sheets.asked():
        return sheets.hand_out(kind, f"meters-{site.slug}", METERS, lines, site.zone)
    return render_template(
        "equipment/meters.html", doubted=queries.doubted_at(site.id, MOST_DOUBTED) if may_edit(site) else [], site_=site, sites=sites_for(me()), lines=lines, doubts=DOUBT_WORDS, today=local_day(clock.now(), site.zone), may_edit=may_edit(site)
    )  # fmt: skip


WithLast = tuple[Meter, queries.Showed | None]
METERS: tuple[sheets.Column[WithLast], ...] = (
    sheets.Column("number", lazy_gettext("Number"), lambda line: line[0].number, 11),
    sheets.Column("name", lazy_gettext("Name"), lambda line: named(line[0]), 28),
    sheets.Column("unit", lazy_gettext("Unit"), lambda line: line[0].unit, 9),
    sheets.Column("value", lazy_gettext("Last reading"), lambda line: float(line[1].value) if line[1] else None),
    sheets.Column("at", lazy_gettext("Time"), lambda line: line[1].at if line[1] else None, 17),
    sheets.Column("doubt", lazy_gettext("Doubt"), lambda line: DOUBT_WORDS[line[1].doubt] if line[1] and line[1].doubt else "", 28),
)


def may_edit(site: Site) -> bool:
    """May the person change the site's register?"""
    return (rank_at(me(), site.id) or 0) >= gate.RANKS["supervisor"]


@meter_pages.get("/meters/items/<uuid:meter_id>")
@gate.signed_in
def meter_page(meter_id: UUID) -> str:
    """One meter: what is expected, the form that works without signal, the usage, the readings; `?reading=` one of them to be settled."""
    return show(queries.meter_for(me(), meter_id), {})


def show(meter: Meter, errors: dict[str, str]) -> str:
    """The page, with what was wrong in the form that settles a reading."""
    sound = queries.reads_of(meter.id)
    stretches = usages(sound, meter.digits)[-BARS:]
    rows = db.session.scalars(
        sa.select(Reading).where(Reading.meter_id == meter.id).order_by(Reading.at.desc(), Reading.id.desc()).limit(LISTED)
    ).all()
    chosen = reading_of(meter, request.values.get("reading", "")) if may_edit(meter.site) else None
    said = queries.verdicts_of(sa.select(Reading.id).where(Reading.meter_id == meter.id))
    people = [row.person_id for row in rows] + [one.person_id for all_ in said.values() for one in all_]
    return render_template(
        "equipment/meter.html", meter=meter, site_=meter.site, usual=usual(sound, meter.digits), stretches=list(reversed(stretches)),
        bars=bars_of(stretches, meter), rows=rows, people=names([*people, *([chosen.person_id] if chosen else [])]), doubts=DOUBT_WORDS,
        may_edit=may_edit(meter.site), counted={one.id: one for one in queries.as_settled(rows, said)}, said=said, verdicts=VERDICT_WORDS,
        chosen=chosen, errors=errors, values=request.form if errors else {},
        spot=db.session.get(Checkpoint, meter.checkpoint_id) if meter.checkpoint_id else None, day=lambda at: local_day(at, meter.site.zone),
    )  # fmt: skip


def reading_of(meter: Meter, key: str) -> Reading | None:
    """A reading of the meter's; what is none of its is none."""
    found = db.session.get(Reading, known) if (known := read_id(key)) else None
    return found if found and found.meter_id == meter.id else None


@meter_pages.post("/meters/items/<uuid:meter_id>/settle")
@gate.at_least("supervisor")
def settle(meter_id: UUID) -> Response | tuple[str, int]:
    """Say what one of its readings is: as it came, another value, or none."""
    meter = queries.meter_for(me(), meter_id, "supervisor")
    reading = reading_of(meter, request.form.get("reading", ""))
    if reading is None:
        return show(meter, {}), 422
    form, errors = check(SettleForm, request.form)
    errors = errors or (form.wrong(meter.digits) if form else {})
    said = queries.verdicts_of(sa.select(Reading.id).where(Reading.id == reading.id)).get(reading.id, [])
    if form is None or errors:
        return show(meter, errors), 422
    if form.after != (str(said[-1].id) if said else ""):
        return show(meter, {"do": _("Somebody has said something of it meanwhile: look once more, please.")}), 409
    actions.settle_reading(reading, form.do, form.value, form.reason, me().id, clock.now())
    flash(_("Saved. The usage is worked out anew."))
    return redirect(url_for("meters.meter_page", meter_id=meter.id), 303)


@dataclass(frozen=True)
class Bar:
    """A stretch between two readings: per cent from the left, height, and what it says when pointed at."""

    x: float
    width: float
    height: float
    word: str


def bars_of(stretches: list[Usage], meter: Meter) -> list[Bar]:
    """Usage a day of each stretch, the highest as tall as the picture."""
    most = max((stretch.per_day for stretch in stretches), default=Decimal(0))
    if not most:
        return []
    slot = 100 / max(len(stretches), FEWEST)
    return [
        Bar(
            round(n * slot, 3), round(slot * 0.72, 3), round(float(stretch.per_day / most) * TALL, 2),
            f"{day_words(local_day(stretch.until, meter.site.zone), False)}: {per_day(stretch)} {meter.unit}",
        )
        for n, stretch in enumerate(stretches)
    ]  # fmt: skip


def per_day(stretch: Usage) -> str:
    """Usage a day as it is shown: whole above a hundred, else to a tenth."""
    return figure(stretch.per_day.quantize(Decimal(1) if stretch.per_day >= 100 else Decimal("0.1")))


# ---------------------------------------------------------------- the list itself


@meter_pages.get("/meters/<slug>/new")
@gate.at_least("supervisor")
def new_page(slug: str) -> str:
    """The form for a new meter."""
    return show_form(site_for(me(), slug, "supervisor"), {})


@meter_pages.post("/meters/<slug>/new")
@gate.at_least("supervisor")
def add(slug: str) -> Response | tuple[str, int]:
    """Put a meter on the register."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(MeterForm, request.form)
    errors = errors or (wrong_here(form, site) if form else {})
    if form is None or errors:
        return show_form(site, errors), 422
    try:
        made = register.add_meter(site.id, form.facts)
    except Problem:
        return show_form(site, {"number": _("This number is taken.")}), 422
    flash(_("%(name)s is on the register.", name=named(made)))
    return redirect(url_for("meters.meter_page", meter_id=made.id), 303)


def wrong_here(form: MeterForm, site: Site) -> dict[str, str]:
    """What is not this site's, by field."""
    wrong = {}
    if form.equipment_id and form.equipment_id not in {one.id for one in queries.equipment_of(site.id)}:
        wrong["equipment_id"] = _("This is not possible here.")
    if form.checkpoint_id and form.checkpoint_id not in {checkpoint.id for checkpoint in checkpoints_of(site.id)}:
        wrong["checkpoint_id"] = _("This is not possible here.")
    return wrong


def show_form(site: Site, errors: dict[str, str]) -> str:
    """The form, with what was typed and what was wrong."""
    return render_template(
        "equipment/new_meter.html", site_=site, errors=errors, values=request.form if errors else request.args,
        pieces=[(one.id, f"{one.number} {named(one)}") for one in queries.equipment_of(site.id)],
        checkpoints=[(c.id, f"{c.number} {named(c)}") for c in checkpoints_of(site.id)],
    )  # fmt: skip


@meter_pages.post("/meters/items/<uuid:meter_id>/retire")
@gate.at_least("supervisor")
def retire(meter_id: UUID) -> Response:
    """Take a meter out of use; its readings stay."""
    meter = queries.meter_for(me(), meter_id, "supervisor")
    meter.retired_at = meter.retired_at or clock.now()
    flash(_("%(name)s is taken out of use.", name=named(meter)))
    return redirect(url_for("meters.meters", slug=meter.site.slug), 303)
