"""The page of handovers: what waits for me, giving the post away, and confirming by PIN on one phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from webapp.core import clock, gate, sheets
from webapp.core.db import db
from webapp.core.i18n import named
from webapp.core.pages import get_or_404, page_of
from webapp.core.problems import Problem
from webapp.equipment.words import STATUS_MARKS, STATUS_WORDS
from webapp.handover import actions, queries, rules, words
from webapp.handover.models import Handover
from webapp.people.actions import sign_in_by_pin
from webapp.people.models import DevicePerson, Person
from webapp.people.queries import names, rank_at, staff_of
from webapp.people.session import me, my_device
from webapp.sites.queries import site_for, sites_for
from webapp.work_orders.queries import types_of
from webapp.work_orders.showing import where_words

handover = Blueprint("handover", __name__)


@handover.get("/handover")
@gate.at_least("worker")
def page() -> str:
    """What was handed to me, what I gave, and the form; `?site=` of one's sites, else the first."""
    return show()


def show(errors: dict[UUID, str] | None = None) -> str:
    """The page; `errors` by handover."""
    person, now = me(), clock.now()
    sites = sites_for(person)
    site = next((one for one in sites if one.slug == request.args.get("site")), sites[0] if sites else None)
    if site is None:
        raise Problem("not-found")
    waiting, given = queries.waiting_for(person, now), queries.given_lately(person, now)
    shown = [*waiting, *given]
    faults = queries.faults_at(site.id, [now])[now]
    return render_template(
        "handover/page.html", site_=site, sites=sites, waiting=waiting, given=given, last=queries.last_of(site.id, now), now=now,
        people=names({p for one in shown for p in (one.person_id, one.to_id)}), colleagues=[(str(p.id), named(p)) for p in staff_of(site.id) if p.id != person.id],
        orders=queries.open_orders(site.id, now), types=types_of(site.id), here=known_here(), errors=errors or {}, faults=faults,
    )  # fmt: skip


def known_here() -> set[UUID]:
    """Who has a PIN on this phone."""
    known = db.select(DevicePerson.person_id).where(DevicePerson.device_id == my_device().id, DevicePerson.pin_hash.is_not(None))
    return set(db.session.scalars(known))


@handover.get("/handovers/<slug>")
@gate.at_least("supervisor")
def handover_list(slug: str) -> str | Response:
    """A site's handovers, the last first, with what was counted and what went along."""
    site = site_for(me(), slug, "supervisor")
    found = queries.given_at(site.id)
    if kind := sheets.asked():
        rows = list(db.session.scalars(found.limit(sheets.MOST_ROWS + 1)))
        return sheets.hand_out(kind, f"handovers-{site.slug}", columns_of(names(parties(rows))), rows, site.zone)
    page = page_of(found)
    return render_template(
        "handover/list.html", site_=site, sites=sites_for(me(), "supervisor"), page=page, people=names(parties(page.rows)),
        along=queries.along_with(site.id, page.rows),
    )  # fmt: skip


def parties(handovers: Iterable[Handover]) -> set[UUID]:
    """Whose names are wanted."""
    return {person_id for given in handovers for person_id in (given.person_id, given.to_id)}


def columns_of(people: Mapping[UUID, Person]) -> tuple[sheets.Column[Handover], ...]:
    """The columns of the list as a file."""

    def counted(name: str, word: LazyString) -> sheets.Column[Handover]:
        return sheets.Column(name, word, lambda given: given.counts.get(name), 9)

    return (
        sheets.Column("at", lazy_gettext("Time"), lambda given: given.at, 17),
        sheets.Column("gave", lazy_gettext("Given by"), lambda given: named(people.get(given.person_id))),
        sheets.Column("took", lazy_gettext("Given to"), lambda given: named(people.get(given.to_id))),
        sheets.Column("stands", lazy_gettext("State"), lambda given: words.STANDING_WORDS[standing_of(given)]),
        *(counted(name, word) for name, word in words.COUNTED_WORDS.items()),
        sheets.Column("orders", lazy_gettext("Open work orders"), lambda given: len(given.carried), 9),
        sheets.Column("text", lazy_gettext("What is open"), lambda given: given.text, 44),
        sheets.Column("said", lazy_gettext("Said"), lambda given: " · ".join(answer.text for answer in given.answers if answer.text), 32),
    )


@handover.post("/handover/<uuid:handover_id>/pin")
@gate.at_least("worker")
def confirm(handover_id: UUID) -> Response | tuple[str, int]:
    """The colleague confirms on this phone, by the PIN they have on it."""
    given: Handover = get_or_404(Handover, handover_id)
    person = me()
    if given.person_id != person.id or rank_at(person, given.site_id) is None:
        raise Problem("not-found")
    colleague = sign_in_by_pin(my_device(), given.to_id, request.form.get("pin", ""), request.remote_addr or "")
    if colleague is None:
        return show({given.id: _("This PIN is not right. Please try again, or confirm on your own phone.")}), 422
    actions.confirm_by_pin(given, colleague, clock.now())
    flash(_("Taken over."))
    return redirect(url_for("handover.page"))


def standing_of(given: Handover) -> str:
    """given, taken or objected."""
    return rules.standing(answer.verb for answer in given.answers)


def init(app: Flask) -> None:
    """Routes, and what its templates ask for."""
    app.register_blueprint(handover)
    app.jinja_env.globals.update(
        handover_standing=standing_of, standing_words=words.STANDING_WORDS, standing_marks=words.STANDING_MARKS, counts_words=words.counts_words,
        counted_words=words.COUNTED_WORDS, along_words=words.along_words, where_words=where_words, fault_words=STATUS_WORDS, fault_marks=STATUS_MARKS,
    )  # fmt: skip
