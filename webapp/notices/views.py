"""The page of a site's subscriptions, and of what was sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate, tasks
from webapp.core.db import db
from webapp.core.forms import check
from webapp.core.i18n import LANGUAGES, language, named
from webapp.core.pages import page_of
from webapp.core.problems import Problem
from webapp.notices import actions, delivering
from webapp.notices.forms import SubscribeForm
from webapp.notices.models import Notice, Subscription
from webapp.notices.rules import shown_address
from webapp.notices.topics import topics
from webapp.notices.words import STATE_WORDS, WAY_ICONS, WAY_WORDS
from webapp.people.queries import names
from webapp.people.session import me
from webapp.sites.models import Site
from webapp.sites.queries import site_for, sites_for

notices = Blueprint("notices", __name__)

ENDED_SHOWN = 20
WAITS_LONG = timedelta(minutes=30)  # then nobody works on it any more


@notices.get("/notices/<slug>")
@gate.at_least("supervisor")
def page(slug: str) -> str:
    """Who is told, the form for one more, and what was sent lately."""
    return show(site_for(me(), slug, "supervisor"))


def show(site: Site, errors: dict[str, str] | None = None, wrong: str = "") -> str:
    """The page, with what was typed and what was wrong with it."""
    now = clock.now()
    of_site = sa.select(Subscription).where(Subscription.site_id == site.id)
    in_force = list(db.session.scalars(of_site.where(Subscription.ended_at.is_(None)).order_by(Subscription.added_at, Subscription.id)))
    ended = list(
        db.session.scalars(of_site.where(Subscription.ended_at.is_not(None)).order_by(Subscription.ended_at.desc()).limit(ENDED_SHOWN))
    )
    return render_template(
        "notices/page.html", site_=site, sites=[{"href": f"/notices/{s.slug}", "word": named(s), "active": s.id == site.id} for s in sites_for(me(), "supervisor")],
        in_force=in_force, ended=ended, people=names(p for each in (*in_force, *ended) for p in (each.added_by_id, each.ended_by_id) if p),
        page=page_of(delivering.sites_told(site)), may_be_tried=lambda notice: may_be_tried(notice, now), errors=errors or {}, wrong=wrong,
        values=request.form if errors or wrong else {"way": "mail", "language": language(), "hour": 8},
        topics={code: topic.word for code, topic in topics().items()}, ways=WAY_WORDS, way_icons=WAY_ICONS, states=STATE_WORDS, languages=LANGUAGES, shown_address=shown_address,
    )  # fmt: skip


def may_be_tried(notice: Notice, now: datetime) -> bool:
    """Does "try again" stand beside it?"""
    if notice.subscription.ended_at is not None:
        return False
    return notice.state == "failed" or (notice.state == "waiting" and notice.made_at < now - WAITS_LONG)


def back(site: Site) -> AnyResponse:
    """To the page."""
    return redirect(f"/notices/{site.slug}", 303)


@notices.post("/notices/<slug>")
@gate.at_least("supervisor")
def subscribe(slug: str) -> AnyResponse | tuple[str, int]:
    """Add a subscription. The same once more changes nothing; another hour or language is a conflict."""
    site = site_for(me(), slug, "supervisor")
    form, errors = check(SubscribeForm, request.form)
    if form is None:
        return show(site, errors), 422
    wanted = actions.Wanted(form.topic, form.way, form.address, form.language, form.hour)
    try:
        _row, is_new = actions.subscribe(site, wanted, me().id, clock.now())
    except Problem as refused:
        if refused.code != "conflict":
            raise
        return show(site, {"address": str(refused.sentence)}), 409
    flash(_("Added. The first day that is sent is today’s, once it is signed.") if is_new else _("This subscription was there already."))
    return back(site)


def subscription_for(site: Site, subscription_id: UUID) -> Subscription:
    """The site's subscription of that id. Raises not-found."""
    found = db.session.get(Subscription, subscription_id)
    if found is None or found.site_id != site.id:
        raise Problem("not-found")
    return found


@notices.post("/notices/<slug>/<uuid:subscription_id>/end")
@gate.at_least("supervisor")
def end(slug: str, subscription_id: UUID) -> AnyResponse:
    """Nothing more goes there."""
    site = site_for(me(), slug, "supervisor")
    actions.end(subscription_for(site, subscription_id), me().id, clock.now())
    flash(_("Ended. Nothing more goes there."))
    return back(site)


@notices.post("/notices/<slug>/<uuid:subscription_id>/trial")
@gate.at_least("supervisor")
def trial(slug: str, subscription_id: UUID) -> AnyResponse | tuple[str, int]:
    """Send the last signed day there, to see whether it arrives."""
    site = site_for(me(), slug, "supervisor")
    try:
        actions.try_out(subscription_for(site, subscription_id), clock.now())
    except Problem as refused:
        return refused_on_page(site, refused)
    flash(_("The trial goes out now. It stands below."))
    return back(site)


@notices.post("/notices/<slug>/sent/<uuid:notice_id>/again")
@gate.at_least("supervisor")
def again(slug: str, notice_id: UUID) -> AnyResponse | tuple[str, int]:
    """Try once more to send what did not arrive."""
    site = site_for(me(), slug, "supervisor")
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.site_id != site.id:
        raise Problem("not-found")
    try:
        actions.try_again(notice, clock.now())
    except Problem as refused:
        return refused_on_page(site, refused)
    flash(_("It is tried again now."))
    return back(site)


def refused_on_page(site: Site, refused: Problem) -> tuple[str, int]:
    """A conflict is told on the page as it stands now."""
    if refused.code != "conflict":
        raise refused
    return show(site, wrong=str(refused.sentence)), 409


def init(app: Flask) -> None:
    """Routes, the tasks that look and deliver, and the table of topics; slices add theirs."""
    app.extensions["notice_topics"] = {}
    app.register_blueprint(notices)
    tasks.handle(app, delivering.LOOK, delivering.look, delivering.EVERY)
    tasks.handle(app, delivering.DELIVER, delivering.deliver)
