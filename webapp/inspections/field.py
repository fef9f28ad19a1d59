"""The phone's page of one checklist: the same for every place, so that it is kept for offline; the script reads where it is filled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template

from webapp.core import clock, gate
from webapp.core.i18n import named
from webapp.core.problems import Problem
from webapp.equipment.models import Meter
from webapp.equipment.queries import meters_by_number, reads_of
from webapp.equipment.rules import Usual, usual
from webapp.equipment.words import DOUBT_WORDS
from webapp.inspections import queries
from webapp.inspections.content import Content, Question
from webapp.inspections.jobs import type_for
from webapp.inspections.models import Checklist
from webapp.inspections.offering import may_inspect
from webapp.people.session import me
from webapp.photos.views import hand_out
from webapp.sites.queries import checkpoints_of, site_for
from webapp.work_orders.queries import types_of

field = Blueprint("inspecting", __name__)

NOTHING_RAISED = Question(id="any", kind="pass", text="-")


@field.get("/inspect/<uuid:checklist_id>")
@gate.signed_in
def inspect(checklist_id: UUID) -> str:
    """Fill a checklist in. `?at=`, `?plan=`, `?again=` and `?only=` are read by the page itself."""
    checklist = queries.checklist_for(me(), checklist_id)
    version = queries.version_at(checklist, clock.now())
    if version is None or checklist.retired_at is not None or not may_inspect(me(), me().trade, checklist):
        raise Problem("not-found")
    content = queries.content_of(version)
    return render_template(
        "inspections/inspect.html",
        checklist=checklist,
        version=version,
        content=content,
        facts=facts_of(checklist, content, version.number),
        meters=meters_of(checklist, content),
        doubts=DOUBT_WORDS,
        spots=[(point.id, f"{point.number} {named(point)}") for point in checkpoints_of(checklist.site_id)],
    )


def meters_of(checklist: Checklist, content: Content) -> dict[str, tuple[Meter, Usual | None]]:
    """The meters that its questions read, by number, with what is usual: two queries each."""
    meters = meters_by_number(checklist.site_id, (question.meter for question in content.questions if question.kind == "reading"))
    return {number: (meter, usual(reads_of(meter.id), meter.digits)) for number, meter in meters.items()}


@field.get("/inspect/pictures/<slug>/<sha256>")
@gate.signed_in
def guide_picture(slug: str, sha256: str) -> Response:
    """A picture that shows how to check, for staff of the site."""
    site = site_for(me(), slug)
    if not queries.pictures_here(site.id, [sha256]):
        raise Problem("not-found")
    return hand_out(sha256)


def facts_of(checklist: Checklist, content: Content, version: int) -> dict[str, Any]:
    """What the page's script needs: the questions, and what failing them raises."""
    types = types_of(checklist.site_id)
    job = type_for(checklist, NOTHING_RAISED, types)
    raised = {question.raises for question in content.questions if question.raises}
    return {
        "id": str(checklist.id),
        "version": version,
        "name": named(checklist),
        "site": named(checklist.site),
        "content": content.model_dump(mode="json"),
        "target": checklist.target,
        "class": checklist.class_code,
        "job": named(job) if job else "",
        "types": {code: named(types[code]) for code in raised if code in types and not types[code].retired},
    }
