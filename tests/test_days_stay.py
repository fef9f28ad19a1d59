"""Days that are past say the same for ever, whatever the office changes afterwards; and the month counts as its days do. On the demo's days."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import forget
from tests.test_demo import close, empty_app
from webapp.core import clock
from webapp.core.db import db, writing
from webapp.daily_log.day import day_of
from webapp.daily_log.month import month_of
from webapp.daily_log.signing import content_of
from webapp.demo import load
from webapp.equipment import actions as upkeep
from webapp.equipment import register
from webapp.equipment.models import Equipment, EquipmentDocument, MaintenancePlan
from webapp.inspections import actions as inspecting
from webapp.inspections.models import Area, Checklist, InspectionPlan
from webapp.patrols import planning
from webapp.patrols.models import Route, Schedule
from webapp.people import actions as people
from webapp.people.models import Device, Person
from webapp.service import actions as service
from webapp.service.models import Request
from webapp.sites import actions as sites
from webapp.sites.models import Checkpoint, Place, Site
from webapp.standards import actions as standards
from webapp.standards.rules import Agreement, ByUrgency
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder, WorkStep
from webapp.work_orders.queries import types_of
from webapp.work_orders.site_types import row_of

END = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)  # 15:30 at the communities
LAST = [date(2026, 11, 23) - timedelta(days=n) for n in range(9)]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database, that each test takes a copy of."""
    folder = tmp_path_factory.mktemp("lived")
    app = empty_app(folder)
    with app.app_context():
        load.load(seed=1, end=END)
    close(app)
    return folder


@pytest.fixture
def office(lived: Path, tmp_path: Path) -> Iterator[Flask]:
    """The demo's communities, an hour later."""
    shutil.copytree(lived, tmp_path / "data", ignore=shutil.ignore_patterns("photos"))
    app = empty_app(tmp_path / "data")
    with app.test_request_context(), clock.at(END + timedelta(hours=1)):
        yield app
        db.session.rollback()
    close(app)


def every(kind: type[Any], *where: Any) -> list[Any]:
    """All rows of a table, or some."""
    return list(db.session.scalars(sa.select(kind).where(*where)))


def today(site: Site) -> date:
    return clock.local_day(clock.now(), site.zone)


def content() -> dict[tuple[str, date], Any]:
    """What a signature of each of the last days would stand under, and that the month says the same."""
    found = {}
    for site in every(Site):
        month = month_of(site, LAST[0].replace(day=1), clock.now())
        for day in LAST:
            shown = day_of(site, day, clock.now())
            kinds = shown.kinds - Counter(unsigned=1) | Counter({kind: shown.count(kind) for kind in ("missed", "late")})
            assert month.sums[day].kinds - Counter(("missed", "late")) == kinds - Counter(("missed", "late")), (site.slug, day)
            found[site.slug, day] = content_of(shown)
    return found


# ---------------------------------------------------------------- what an office may do


def people_come_go_and_change(site: Site, boss: Person, now: datetime) -> None:
    everywhere = {one.id for one in every(Site)}
    for n, person in enumerate(every(Person, Person.id != boss.id)):
        if n % 3 == 0:
            people.edit_person(person, {}, {site.id: "worker"}, everywhere)
        elif n % 3 == 1 and person.disabled_at is None:
            people.disable(person, now)
    for trade in ("guard", "technician", "cleaner", "gardener"):
        people.create_person(
            f"new-{trade}", "新人", trade, "a walk in the dark", roles=dict.fromkeys(everywhere, "worker"), began_on=today(site)
        )


def phones_are_lost(_site: Site, _boss: Person, now: datetime) -> None:
    for device in every(Device):
        people.revoke_device(device, now)


def everything_has_another_name(_site: Site, _boss: Person, _now: datetime) -> None:
    for kind in (Site, Place, Checkpoint, Route, Equipment, Checklist, InspectionPlan, MaintenancePlan):
        for row in every(kind):
            row.name = f"新{row.name}"


def points_move_and_go(_site: Site, _boss: Person, now: datetime) -> None:
    for n, point in enumerate(every(Checkpoint, Checkpoint.retired_at.is_(None))):
        point.lat, point.lon, point.fence_m = 10.0, 10.0, 20
        if n % 2:
            sites.retire_checkpoint(point, now)
        else:
            sites.issue_label(point, now)


def rounds_are_planned_anew(site: Site, boss: Person, now: datetime) -> None:
    rule, since = planning.rule_of(["03:30"]), today(site) - timedelta(days=20)
    for n, schedule in enumerate(every(Schedule, Schedule.ended_at.is_(None))):
        if n % 2:
            planning.end_schedule(schedule, now)
        else:
            planning.change_schedule(schedule, rule, since, boss.id, now, grace=1, window=20)
    points = [{"checkpoint_id": one.id} for one in every(Checkpoint, Checkpoint.site_id == site.id, Checkpoint.retired_at.is_(None))]
    for route in every(Route, Route.site_id == site.id):
        planning.set_points(route, points[:2], boss.id, now)
        planning.create_schedule(site, route, rule, since, boss.id, now)


def the_agreement_is_another(_site: Site, boss: Person, now: datetime) -> None:
    short = ByUrgency(1, 1)
    for site in every(Site):
        standards.agree(site.id, Agreement(now, 1, short, 1, short, short, 1, 400), boss.id, now)


def types_are_others(_site: Site, _boss: Person, now: datetime) -> None:
    for site in every(Site):
        for known in types_of(site.id).values():
            row = row_of(site, known)
            row.kind, row.trade, row.retired_at = "complaint" if known.kind != "complaint" else "repair", "guard", now


def plans_and_areas_end_and_begin(site: Site, boss: Person, now: datetime) -> None:
    day = today(site)
    for area in every(Area, Area.ends_on.is_(None)):
        inspecting.regrade(area, 3 if area.grade != 3 else 1, None, day, boss.id)
    for n, plan in enumerate(every(InspectionPlan)):
        if n % 2:
            inspecting.end_plan(plan, day)
    for maintenance in every(MaintenancePlan)[::2]:
        register.end_plan(maintenance, day)
    point, checklist = every(Checkpoint, Checkpoint.site_id == site.id)[0], every(Checklist, Checklist.site_id == site.id)[0]
    facts = {
        "checklist_id": checklist.id,
        "name": "早",
        "points": [str(point.id)],
        "every": 1,
        "unit": "day",
        "begins_on": day - timedelta(days=20),
    }
    inspecting.begin_plan(site.id, facts, boss.id)
    register.add_plan(
        site.id, register.PlanFacts("润滑", None, 5, "day", day - timedelta(days=20), "lift", class_code="lift"), boss.id, now
    )
    for one in every(Checklist)[::2]:
        one.retired_at = now


def a_storm_comes(_site: Site, boss: Person, now: datetime) -> None:
    for site in every(Site):
        inspecting.begin_storm(site.id, "台风", boss.id, now)


def machines_go_and_papers_change(site: Site, boss: Person, now: datetime) -> None:
    for machine in every(Equipment, Equipment.retired_at.is_(None), Equipment.parent_id.is_(None))[::2]:
        upkeep.retire(machine, "旧了", None, True, True, boss, now)
    for paper in every(EquipmentDocument, EquipmentDocument.withdrawn_at.is_(None))[::2]:
        register.withdraw(paper, boss.id, now)
    for machine in every(Equipment, Equipment.retired_at.is_(None)):
        register.add_document(machine, "保险", "1", today(site) - timedelta(days=5), boss.id, now)


def open_orders_end(_site: Site, boss: Person, now: datetime) -> None:
    for n, order in enumerate(every(WorkOrder, WorkOrder.finished_at.is_(None), WorkOrder.closed_at.is_(None))):
        if n % 2:
            work.act(order, boss, "cancel", now, reason="不需要了")
        else:
            work.take_step(order, WorkStep(verb="finish", person_id=order.assignee_id or boss.id, at=now), now)


def finished_orders_are_opened_again_or_verified(_site: Site, boss: Person, now: datetime) -> None:
    for n, order in enumerate(every(WorkOrder, WorkOrder.state == "finished")):
        work.act(order, boss, "verify" if n % 2 else "reopen", now, reason="又坏了")


def due_orders_are_raised(_site: Site, _boss: Person, now: datetime) -> None:
    for site in every(Site):
        upkeep.raise_due(site, now)


def requests_are_answered_stopped_and_closed(_site: Site, boss: Person, now: datetime) -> None:
    for n, request in enumerate(every(Request, Request.ended_at.is_(None))):
        if n % 3 == 0:
            service.close(request, boss.id, now)
        elif n % 3 == 1:
            service.stop_clocks(request, "waiting_resident", None, "等一等", boss.id, now)
        else:
            service.tell(request, "told", "在修", boss.id, now)


def requests_were_something_else(_site: Site, boss: Person, now: datetime) -> None:
    for n, request in enumerate(every(Request)):
        service.reclassify(request, ("conduct", "light", "booking")[n % 3], n % 2 == 0, boss.id, now)


DEEDS: list[Callable[[Site, Person, datetime], None]] = [
    people_come_go_and_change, phones_are_lost, everything_has_another_name, points_move_and_go, rounds_are_planned_anew, the_agreement_is_another,
    requests_were_something_else, types_are_others, plans_and_areas_end_and_begin, a_storm_comes, machines_go_and_papers_change, finished_orders_are_opened_again_or_verified,
    open_orders_end, due_orders_are_raised, requests_are_answered_stopped_and_closed,
]  # fmt: skip


def do(deeds: list[Callable[[Site, Person, datetime], None]]) -> None:
    with writing():
        boss = every(Person, Person.username == "manager")[0]
        for deed in deeds:
            deed(every(Site)[0], boss, clock.now())
            db.session.flush()


def test_the_days_that_are_past_stay_as_they_were(office: Flask) -> None:
    before = content()
    assert {line["key"].split(":")[0] for day in before.values() for line in day["exceptions"]} >= {
        "missed", "late", "doubtful", "problem", "clock", "complaint", "unseen", "upkeep", "document", "held", "handover", "failed", "stopped",
    }  # fmt: skip
    do(DEEDS)
    forget()
    after = content()
    assert [(day, gone_and_new(before[day], after[day])) for day in before if before[day] != after[day]] == []


def gone_and_new(before: Any, after: Any) -> Any:
    """Where two states of a day differ."""
    keys = [{line["key"]: line for line in each["exceptions"]} for each in (before, after)]
    return [keys[0][key] for key in keys[0] if keys[1].get(key) != keys[0][key]], [key for key in keys[1] if key not in keys[0]], [
        part for part in before if before[part] != after[part]
    ]  # fmt: skip
