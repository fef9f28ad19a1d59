"""The daily log of a site, "my day", and the evidence behind a record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from webapp.core import clock, gate
from webapp.core.db import db
from webapp.core.i18n import language
from webapp.core.pages import get_or_404
from webapp.core.problems import Problem
from webapp.daily_log import live_pages, month_pages, paper, plan_pages, told
from webapp.daily_log.answers import answer_words
from webapp.daily_log.days import parse_day
from webapp.daily_log.handed import who_to_whom
from webapp.daily_log.overview import overview
from webapp.daily_log.person_day import person_day
from webapp.daily_log.reviewing import review
from webapp.daily_log.settle import settle
from webapp.daily_log.showing import show_log
from webapp.daily_log.walked import photo_address
from webapp.daily_log.words import ANSWERS, DECIDED
from webapp.patrols import queries
from webapp.patrols.showing import PointLine, round_views
from webapp.patrols.words import STEP_WORDS
from webapp.people.models import Person
from webapp.people.queries import people_reached, rank_at
from webapp.people.session import me
from webapp.photos.queries import stored
from webapp.photos.views import hand_out
from webapp.records.models import Note, Record, RecordPhoto
from webapp.records.rules import printed_seal
from webapp.sites.queries import site_for, sites_for

daily_log = Blueprint("daily_log", __name__)


@daily_log.get("/log")
@gate.at_least("supervisor")
def today() -> AnyResponse:
    """To the log of one's first site, today."""
    reached = sites_for(me(), "supervisor")
    if not reached:
        raise Problem("not-found")
    site = reached[0]
    return redirect(url_for("daily_log.log", slug=site.slug, day=clock.local_day(clock.now(), site.zone).isoformat()))


@daily_log.get("/log/<slug>/<day>")
@gate.at_least("supervisor")
def log(slug: str, day: str) -> str:
    """A site's day: exceptions first, then every round. Live while it can still change."""
    return show_log(site_for(me(), slug, "supervisor"), parse_day(day))


@daily_log.get("/log/<slug>/<day>/rounds/<round_id>")
@gate.at_least("supervisor")
def evidence(slug: str, day: str, round_id: str) -> str:
    """A round of the day with every point's evidence: who, when, how far it proves that somebody was there, answers and pictures."""
    site, wanted = site_for(me(), slug, "supervisor"), parse_day(day)
    round_ = next((r for r in queries.rounds_on(site, wanted) if r.id == round_id), None)
    if round_ is None:
        raise Problem("not-found")
    view = round_views(site, [round_], clock.now())[0]
    pictures = stored([sha for line in view.scans for sha in (*line.photos, line.scan.frame_sha256) if sha])
    return render_template("daily_log/evidence.html", view=view, site_=site, day=wanted, stored=pictures, step_words=STEP_WORDS)


def answers_of(point: PointLine, note: Note) -> list[tuple[str, str]]:
    """A note's answers beside the questions as they were asked."""
    questions = {q["id"]: q for q in point.state.point.questions}
    return [(_question_words(questions.get(key)), _answer_words(value, questions.get(key))) for key, value in note.answers.items()]


def _question_words(question: dict[str, Any] | None) -> str:
    if question is None:
        return _("Question")
    return str(question.get("text_en") if language() == "en" and question.get("text_en") else question["text"])


def _answer_words(value: Any, question: dict[str, Any] | None) -> str:
    words = {"yes": _("yes"), "no": _("no"), "True": _("yes"), "False": _("no")}.get(str(value), str(value))
    unit = (question or {}).get("unit")
    return f"{words} {unit}" if unit else words


@daily_log.get("/my-day")
@gate.signed_in
def my_day() -> str:
    """What I did today, or on `?day=`: the same facts that my supervisor sees."""
    return show_person_day(me())


@daily_log.get("/people/<uuid:person_id>/day")
@gate.at_least("supervisor")
def day_of_person(person_id: UUID) -> str:
    """What one of my people did on a day."""
    person = db.session.scalar(people_reached(me()).where(Person.id == person_id))
    if person is None:
        raise Problem("not-found")
    return show_person_day(person)


def show_person_day(person: Person) -> str:
    """The page of a person's day."""
    sites = sites_for(person)
    zone = sites[0].zone if sites else "Asia/Shanghai"
    today_ = clock.local_day(clock.now(), zone)
    day = parse_day(request.args["day"]) if "day" in request.args else today_
    own = person.id == me().id
    mine = [] if own else sites_for(me(), "supervisor")
    return render_template("daily_log/person_day.html", shown=person_day(person, sites, day, clock.now()), today=today_, own=own, at=next((site for site in mine if site in sites), None),
                           before=day - timedelta(days=1), after=day + timedelta(days=1), decided=DECIDED, answer_words=ANSWERS)  # fmt: skip


# ---------------------------------------------------------------- evidence


def may_look_at(person: Person, record: Record) -> bool:
    """Its author may, and the supervisors of its site; of the author, where no site could be read (it is held then)."""
    if record.person_id == person.id:
        return True
    if record.site_id is None:
        return db.session.scalar(people_reached(person).where(Person.id == record.person_id)) is not None
    rank = rank_at(person, record.site_id)
    return rank is not None and rank >= gate.RANKS["supervisor"]


@daily_log.get("/records/<uuid:record_id>/photos/<sha256>")
@gate.signed_in
def photo(record_id: UUID, sha256: str) -> Response:
    """A picture that a record names, for its author and for the supervisors of its site."""
    record: Record = get_or_404(Record, record_id)
    if not may_look_at(me(), record):
        raise Problem("not-found")
    if db.session.get(RecordPhoto, (record_id, sha256)) is None:
        raise Problem("not-found")
    return hand_out(sha256)


def init(app: Flask) -> None:
    """Routes, and what its templates ask for."""
    app.register_blueprint(daily_log)
    app.register_blueprint(settle)
    app.register_blueprint(review)
    app.register_blueprint(overview)
    live_pages.init(app)
    month_pages.init(app)
    plan_pages.init(app)
    paper.init(app)
    told.init(app)
    app.jinja_env.globals.update(photo_address=photo_address, answers_of=answers_of, printed_seal=printed_seal, who_to_whom=who_to_whom)
    app.jinja_env.globals.update(said_in_answer=answer_words)
