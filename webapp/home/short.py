"""Search among what is short: codes, checkpoints, places, equipment and its documents, people."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

import sqlalchemy as sa

from webapp.core.db import db
from webapp.core.i18n import named
from webapp.equipment.models import Equipment, EquipmentDocument
from webapp.home.hits import MOST, Asked, Hit
from webapp.people.models import Person
from webapp.people.queries import people_reached, sites_of
from webapp.people.words import TRADE_WORDS
from webapp.sites.models import Checkpoint, Label, Place
from webapp.sites.queries import label_by_code
from webapp.sites.rules import printed, read_code


def codes(asked: Asked) -> Iterator[Hit]:
    """The point whose label carries the code, re-issued labels too."""
    code = read_code(asked.words)
    label = label_by_code(code) if code else None
    if label and label.site_id in asked.sites:
        yield _point_hit(asked, label.checkpoint, printed(label.code), label.code)


def checkpoints(asked: Asked) -> Iterator[Hit]:
    """Points in use, by their own words and those of their place."""
    points = (
        sa.select(Checkpoint, Label.code)
        .join(Place, Place.id == Checkpoint.place_id)
        .outerjoin(Label, sa.and_(Label.checkpoint_id == Checkpoint.id, Label.superseded_at.is_(None)))
        .where(Checkpoint.site_id.in_(list(asked.sites)), Checkpoint.retired_at.is_(None))
        .where(asked.says(Checkpoint.name, Checkpoint.name_en, Checkpoint.number, Place.name, Place.name_en))
        .order_by(Checkpoint.number)
        .limit(MOST)
    )
    for point, code in db.session.execute(points):
        yield _point_hit(asked, point, point.number, code)


def _point_hit(asked: Asked, point: Checkpoint, number: str, code: str | None) -> Hit:
    leads = f"/checkpoints/{point.id}" if point.site_id in asked.at_least("supervisor") else f"/c/{code}" if code else "/scan"
    return Hit(named(point), f"{number} · {named(point.place)} · {named(asked.sites[point.site_id])}", leads)


def places(asked: Asked) -> Iterator[Hit]:
    """For the desk: what happened there."""
    places = sa.select(Place).where(Place.site_id.in_(asked.at_least("desk")), asked.says(Place.name, Place.name_en)).order_by(Place.name)
    for place in db.session.scalars(places.limit(MOST)):
        site = asked.sites[place.site_id]
        yield Hit(named(place), named(site), f"/work-orders?group=all&site={site.slug}&q={quote_plus(place.name)}")


def equipment(asked: Asked) -> Iterator[Hit]:
    """Pieces of equipment, those out of use last."""
    pieces = (
        sa.select(Equipment)
        .join(Place, Place.id == Equipment.place_id)
        .where(Equipment.site_id.in_(list(asked.sites)))
        .where(
            asked.says(
                *(getattr(Equipment, name) for name in ("number", "name", "name_en", "maker", "model", "serial")), Place.name, Place.name_en
            )
        )
        .order_by(Equipment.retired_at.is_not(None), Equipment.number)
        .limit(MOST)
    )
    for one in db.session.scalars(pieces):
        yield Hit(named(one), f"{one.number} · {named(one.place)} · {named(asked.sites[one.site_id])}", f"/equipment/items/{one.id}")


def documents(asked: Asked) -> Iterator[Hit]:
    """Certificates, manuals and reports of equipment."""
    found = (
        sa.select(EquipmentDocument, Equipment)
        .join(Equipment, Equipment.id == EquipmentDocument.equipment_id)
        .where(Equipment.site_id.in_(list(asked.sites)), asked.says(EquipmentDocument.name, EquipmentDocument.number))
        .order_by(EquipmentDocument.at.desc())
        .limit(MOST)
    )
    for document, one in db.session.execute(found):
        sub = " · ".join(part for part in (document.number, named(one), named(asked.sites[one.site_id])) if part)
        yield Hit(document.name, sub, f"/equipment/items/{one.id}")


def people(asked: Asked) -> Iterator[Hit]:
    """For supervisors: the people they lead."""
    if sites_of(asked.person, "supervisor") == []:
        return
    columns = (Person.name, Person.name_en, Person.username, Person.employee_number)
    for one in db.session.scalars(people_reached(asked.person).where(asked.says(*columns)).limit(MOST)):
        yield Hit(named(one), f"{one.username} · {TRADE_WORDS[one.trade]}", f"/people/{one.id}/day")
