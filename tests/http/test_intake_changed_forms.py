"""D5: what a checkpoint asks was changed while a phone was out of reach. The answers count as they were given, to the questions of then."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from tests.making import NOW, QUESTIONS, Clock, Phone, World, looking
from webapp.core import clock as time
from webapp.core.db import db, writing
from webapp.patrols import planning
from webapp.patrols.models import Route
from webapp.records.models import Note, Record


def ask_differently(app: Flask, world: World, questions: list[dict[str, object]]) -> None:
    """The manager changes the questions at the pump room."""
    points: list[dict[str, object]] = [{"checkpoint_id": spot.id} for spot in world.spots]
    points[2]["questions"] = questions
    with app.app_context(), writing():
        planning.set_points(db.session.get_one(Route, world.route), points, world.people["manager"], time.now())


def test_d5_answers_to_questions_that_are_gone_are_kept_as_given(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    scan = phone.scan(world.pump, round=world.round())
    answers = {QUESTIONS[0]["id"]: True, QUESTIONS[1]["id"]: 0.4}
    note = phone.record("note", {"about": scan.id, "result": "normal", "answers": answers}, after=[scan.id])
    clock.forward(minutes=5)
    ask_differently(app, world, [{"id": "q9", "text": "有异味吗？", "text_en": "Any smell?", "kind": "yes_no", "required": True}])
    assert [result["status"] for result in phone.send(scan, note)] == ["accepted", "accepted"]
    with looking(app) as session:
        assert session.get(Note, note.uuid).answers == answers
        assert session.get(Record, note.uuid).payload == note.payload.encode()


def test_d5_answers_about_a_point_that_left_the_route_are_kept(app: Flask, world: World, phone: Phone, clock: Clock) -> None:
    scan = phone.scan(world.pump, NOW - timedelta(minutes=1))
    note = phone.record("note", {"about": scan.id, "result": "issue", "answers": {"q1": False}, "text": "wet"}, after=[scan.id])
    clock.forward(minutes=5)
    with app.app_context(), writing():
        rest = [{"checkpoint_id": spot.id} for spot in world.spots[:2]]
        planning.set_points(db.session.get_one(Route, world.route), rest, world.people["manager"], time.now())
    assert [result["status"] for result in phone.send(scan, note)] == ["accepted", "accepted"]
    with looking(app) as session:
        assert session.get(Note, note.uuid).answers == {"q1": False}
