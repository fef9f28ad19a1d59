"""What tests of inspections share: a checklist of the garden, its plan, and inspections as a phone hands them in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask

from tests.making import OPENED, Phone, World, named_photo
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.inspections import actions
from webapp.inspections.content import Content
from webapp.inspections.models import Checklist

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "floor",
        "kind": "pass",
        "text": "地面无垃圾",
        "text_en": "Floor without litter",
        "weight": 3,
        "raises": "dirt",
        "photo": "fail",
    },
    {"id": "light", "kind": "yes_no", "text": "灯亮吗", "text_en": "Is the light on?", "raises": "light"},
    {"id": "heat", "kind": "number", "text": "温度", "text_en": "Temperature", "low": 5, "high": 35, "unit": "°C", "raises": "damage"},
]
GOOD: dict[str, Any] = {"floor": {"value": "pass"}, "light": {"value": True}, "heat": {"value": 20}}


def content(*questions: dict[str, Any]) -> Content:
    """A checklist of these questions."""
    return Content.model_validate({"sections": [{"name": "大堂", "name_en": "Lobby", "questions": questions or QUESTIONS}]})


def make_checklist(app: Flask, world: World, *, trade: str | None = None, made: Content | None = None) -> UUID:
    """A checklist of the garden, in force since it opened."""
    with app.app_context(), writing():
        checklist = Checklist(site_id=world.garden, name="楼道保洁", name_en="Stairs", service="cleaning", trade=trade)
        db.session.add(checklist)
        db.session.flush()
        actions.set_content(checklist, made or content(), world.people["manager"], OPENED)
        return checklist.id


def make_plan(app: Flask, world: World, checklist_id: UUID, **more: Any) -> UUID:
    """A plan that asks for it each day at gate and roof."""
    facts: dict[str, Any] = {
        "checklist_id": checklist_id, "name": "每日保洁", "name_en": "Daily cleaning", "points": [str(world.gate.id), str(world.roof.id)], "every": 1, "unit": "day",
        "begins_on": clock.local_day(clock.now(), "Asia/Shanghai"),
    }  # fmt: skip
    with app.app_context(), writing():
        return actions.begin_plan(world.garden, facts | more, world.people["manager"]).id


def inspect(phone: Phone, checklist_id: UUID, answers: dict[str, Any], **more: Any) -> Any:
    """An inspection on the phone, not sent yet. `at` and `photos` go to the envelope, the rest to the body."""
    envelope = {key: more.pop(key) for key in ("at", "photos", "note") if key in more}
    return phone.record("inspection", {"checklist": str(checklist_id), "version": 1, "answers": answers} | more, **envelope)


def make_inspection(app: Flask, world: World, phone: Phone, photo: bytes) -> dict[str, Any]:
    """One that failed, with a photo, by a plan."""
    checklist_id = make_checklist(app, world)
    plan_id = make_plan(app, world, checklist_id)
    answers = GOOD | {"floor": {"value": "fail", "photos": [named_photo(photo)["sha256"]]}}
    sent = inspect(phone, checklist_id, answers, checkpoint=str(world.gate.id), plan=str(plan_id), photos=[named_photo(photo)])
    assert phone.one(sent)["status"] == "accepted"
    return {"checklist": checklist_id, "inspection_plan": plan_id, "inspection": sent.id}
