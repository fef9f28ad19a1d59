"""Loading the demo into an empty database: all of it in one transaction, or nothing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.demo.build import ZONE, build_plans, build_prices, build_staff, build_town
from webapp.demo.drawings import build_floor_plans
from webapp.demo.hexi import HEXI
from webapp.demo.history import History
from webapp.demo.inspecting import build_checklists
from webapp.demo.jinxiu import JINXIU
from webapp.demo.phones import Phone
from webapp.demo.register import build_register, fault
from webapp.demo.staff import STAFF
from webapp.people.models import Person
from webapp.records.sealing import seal_all
from webapp.service.warn import mark_seen

DAYS = 40
SEEN_BEFORE = timedelta(hours=3)  # the office looked at its warnings last
OPENED_BEFORE = timedelta(days=3)  # accounts and plans are older than the first round


class NotEmpty(Exception):
    """Somebody has an account in this database: the demo, whose password everybody knows, has no place in it."""


def load(seed: int, end: datetime, days: int = DAYS) -> None:
    """Make the demo community and its history of `days` days until `end`. Commits. Raises NotEmpty.

    The same seed and end make the same communities, codes and history.
    """
    zone = ZoneInfo(ZONE)
    end = end.replace(microsecond=0)
    start = datetime.combine(clock.local_day(end, ZONE) - timedelta(days=days), time(), zone)
    opened = start - OPENED_BEFORE
    with writing(), ids.seeded(seed):
        if has_people():
            raise NotEmpty
        with clock.at(opened):
            towns = {community.slug: build_town(community, opened) for community in (JINXIU, HEXI)}
            staff = build_staff(towns, clock.local_day(end, ZONE))
            for town in towns.values():
                build_plans(town, staff["manager"].id, opened, start.date())
                build_prices(town, staff["manager"].id, opened)
            for town in towns.values():
                build_checklists(town, staff["manager"].id, opened)
            machines = build_register(towns["jinxiu"], staff["manager"].id, opened)
        phones = {username: Phone.hand_out(person, zone, opened) for username, person in staff.items()}
        History(seed, start, end, towns, phones, staff, machines).play()
        with clock.at(end - SEEN_BEFORE):
            for username in ("desk", "supervisor", "manager", "technician", "technician2"):
                mark_seen(staff[username], clock.now())
        fault(machines, end, staff["technician"].id)
        with clock.at(opened):
            for town in towns.values():
                build_floor_plans(town, staff["manager"].id, opened)
        with clock.at(end):
            seal_all()


def has_people() -> bool:
    """Does anybody have an account?"""
    return db.session.scalar(sa.select(Person.id).limit(1)) is not None


def is_loaded() -> bool:
    """Is this database a demo: are all its accounts there?"""
    usernames = {member.username for member in STAFF}
    found = sa.select(sa.func.count()).select_from(Person).where(Person.username.in_(usernames))
    return db.session.scalar(found) == len(usernames)
