"""The service agreement of a site: its versions, and a new one. (Here and not with the standards, which know no types of work.)"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.clock import day_bounds, local_day
from webapp.core.forms import check
from webapp.core.i18n import day_words, named
from webapp.people.queries import names, rank_at
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for
from webapp.standards.actions import agree
from webapp.standards.queries import agreements, versions_of
from webapp.standards.rules import Agreement, ByUrgency, agreement_of, in_force
from webapp.work_orders.queries import types_of
from webapp.work_orders.spans import MINUTE, span

agreement_pages = Blueprint("agreements", __name__)

LONGEST = 60 * 24 * 365
Minutes = Annotated[int, Field(ge=1, le=LONGEST)]


class AgreementForm(BaseModel):
    """All times of a version, minutes round the clock, and the day from which it holds."""

    from_day: date
    reply_minutes: Minutes
    dispatch_routine: Minutes
    dispatch_urgent: Minutes
    on_site_minutes: Minutes
    handle_routine: Minutes
    handle_urgent: Minutes
    silence_routine: Minutes
    silence_urgent: Minutes
    reopen_days: Annotated[int, Field(ge=0, le=365)]
    induction_days: Annotated[int, Field(ge=0, le=365)] = 30


class TypeTime(BaseModel):
    """A set time for one type."""

    minutes: Minutes


@agreement_pages.get("/agreements/<slug>")
@gate.at_least("supervisor")
def agreement_page(slug: str) -> str:
    """What holds now, what held before and what will, and (for a manager) the form for a new version."""
    return show(site_for(me(), slug, "supervisor"))


def show(site: Site, errors: dict[str, str] | None = None) -> str:
    """The page, with what was typed and what was wrong."""
    now, types = clock.now(), types_of(site.id)
    current = in_force(agreements([site.id])[site.id], now)
    rows = versions_of(site.id)
    versions = [
        {"row": row, "lines": lines_of(agreement_of(row.from_at, row.times), types), "is_current": row.from_at == current.from_at, "is_ahead": row.from_at > now}
        for row in rows
    ]  # fmt: skip
    choices = [{"href": f"/agreements/{s.slug}", "word": named(s), "active": s.id == site.id} for s in sites_for(me(), "supervisor")]
    return render_template(
        "service/agreement.html", site_=site, sites=choices, current=lines_of(current, types), is_handbook=not any(row.from_at <= now for row in rows),
        versions=versions, people=names(row.person_id for row in rows), errors=errors or {}, values=request.form if errors else values_of(current, site, now),
        may_change=(rank_at(me(), site.id) or 0) >= gate.RANKS["manager"], today=local_day(now, site.zone),
        types=[(code, named(known)) for code, known in types.items() if not known.retired],
    )  # fmt: skip


def minutes(count: int) -> str:
    """So many minutes in words."""
    return span(count * MINUTE)


def lines_of(agreement: Agreement, types: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """An agreement's times: (what, clause, routine, urgent)."""

    def pair(what: str, clause: str, times: ByUrgency) -> tuple[str, str, str, str]:
        return what, clause, minutes(times.routine), minutes(times.urgent)

    found = [
        (_("Reply to an enquiry or complaint"), "4.3.1", minutes(agreement.reply_minutes), minutes(agreement.reply_minutes)),
        pair(_("Dispatched"), "3.2.1", agreement.dispatch_minutes),
        (_("On site"), "6.1.1", "–", minutes(agreement.on_site_minutes)),
        pair(_("Handled"), "4.3.2", agreement.handle_minutes),
        pair(_("News to the resident at least every"), "3", agreement.silence_minutes),
        (_("May be opened again for"), "", _("%(days)s d", days=agreement.reopen_days), _("%(days)s d", days=agreement.reopen_days)),
        (
            _("Induction before working alone"),
            "2.3.2",
            _("%(days)s d", days=agreement.induction_days),
            _("%(days)s d", days=agreement.induction_days),
        ),
    ]
    own = [(code, times) for code, times in agreement.handle_by_type.items()]
    found += [pair(_("Handled: %(type)s", type=named(types.get(code)) or code), "4.3.2", times) for code, times in own]
    return found


def values_of(current: Agreement, site: Site, now: datetime) -> dict[str, Any]:
    """The form of a new version begins as the present one, from tomorrow on."""
    values: dict[str, Any] = {"from_day": local_day(now + clock.DAY, site.zone).isoformat()}
    for name in ("reply_minutes", "on_site_minutes", "reopen_days", "induction_days"):
        values[name] = getattr(current, name)
    for name in ("dispatch", "handle", "silence"):
        times = getattr(current, f"{name}_minutes")
        values |= {f"{name}_routine": times.routine, f"{name}_urgent": times.urgent}
    for code, times in current.handle_by_type.items():
        values |= {f"{code}.routine": times.routine, f"{code}.urgent": times.urgent}
    return values


@agreement_pages.post("/agreements/<slug>")
@gate.at_least("manager")
def new_version(slug: str) -> AnyResponse | tuple[str, int]:
    """Agree on a new version, from today (this moment) or a later day on. What is past was judged, and stays so."""
    site, now = site_for(me(), slug, "manager"), clock.now()
    form, errors = check(AgreementForm, request.form)
    by_type, wrong = times_by_type(site.id)
    errors |= wrong
    today = local_day(now, site.zone)
    if form is not None and form.from_day < today:
        errors["from_day"] = _("From today on at the earliest: what is past stays judged as it was.")
    if form is None or errors:
        return show(site, errors), 422
    from_at = now if form.from_day == today else day_bounds(form.from_day, site.zone)[0]
    version = Agreement(
        from_at=from_at,
        reply_minutes=form.reply_minutes,
        dispatch_minutes=ByUrgency(form.dispatch_routine, form.dispatch_urgent),
        on_site_minutes=form.on_site_minutes,
        handle_minutes=ByUrgency(form.handle_routine, form.handle_urgent),
        silence_minutes=ByUrgency(form.silence_routine, form.silence_urgent),
        reopen_days=form.reopen_days,
        induction_days=form.induction_days,
        handle_by_type=by_type,
    )
    agree(site.id, version, me().id, now)
    flash(_("Agreed, from %(day)s on.", day=day_words(form.from_day, weekday=False)))
    return redirect(url_for("agreements.agreement_page", slug=slug), 303)


def times_by_type(site_id: UUID) -> tuple[dict[str, ByUrgency], dict[str, str]]:
    """Set times of single types, and what is wrong with them by field. A type has both times or none."""
    found: dict[str, ByUrgency] = {}
    wrong: dict[str, str] = {}
    for code in types_of(site_id):
        fields = [f"{code}.{urgency}" for urgency in ("routine", "urgent")]
        typed = [request.form.get(name, "").strip() for name in fields]
        if not any(typed):
            continue
        times = [typed_minutes(name, text, wrong) for name, text in zip(fields, typed, strict=True)]
        if all(times):
            found[code] = ByUrgency(*times)
    return found, wrong


def typed_minutes(name: str, text: str, wrong: dict[str, str]) -> int:
    """Minutes of one field; 0 and a sentence in `wrong` where they are none."""
    form, errors = check(TypeTime, type(request.form)({"minutes": text}))
    if form is None:
        wrong[name] = errors["minutes"]
        return 0
    return form.minutes
