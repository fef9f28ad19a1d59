"""Plans raise their orders ahead of time, once; what is late, missed or called off shows as that; the law is switched on per site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, World, looking, page
from tests.upkeep import make_meter, make_piece, make_plan, raise_due, settle
from webapp.core.db import db, writing
from webapp.equipment import actions
from webapp.equipment.models import MaintenanceDue, MaintenancePlan, Reading
from webapp.people.models import Person
from webapp.sites.models import Site
from webapp.work_orders import actions as work
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
FORM = {
    "name": "绳轮检查", "name_en": "Check the sheave", "about": "class:lift", "every": "1", "unit": "month", "begins_on": "2026-12-31", "anchor": "schedule",
    "lead_days": "5", "type_code": "lift",
}  # fmt: skip


@pytest.fixture
def lift(app: Flask, world: World) -> UUID:
    return make_piece(app, world)


def dues(app: Flask) -> list[date]:
    with looking(app) as session:
        return list(session.scalars(sa.select(MaintenanceDue.due_on).order_by(MaintenanceDue.due_on)))


def test_an_order_comes_ahead_of_time_once_however_often_anybody_looks(app: Flask, world: World, lift: UUID, clock: Clock) -> None:
    make_plan(app, world, begins_on=date(2026, 11, 27), text="Oil the rails")  # four days from now
    assert raise_due(app, world) == []
    clock.forward(days=1)
    (order_id,) = raise_due(app, world)
    assert raise_due(app, world) == []
    with looking(app) as session:
        order = session.get_one(WorkOrder, order_id)
        assert (order.text, order.origin, order.spot, order.type_code) == ("润滑 · 电梯3\nOil the rails", "plan", "DT-03", "lift")
        assert order.due_at.isoformat() == "2026-11-27T16:00:00+00:00"  # the end of that day at the site
    clock.forward(days=30)
    assert raise_due(app, world) == []  # the first is still open: that one is done first
    settle(app, world, order_id)
    clock.forward(days=10)  # done on the 24th, nearest to the 27th: the next is the 6th, three days ahead
    assert len(raise_due(app, world)) == 1


def test_the_background_raises_for_every_site(app: Flask, world: World, lift: UUID) -> None:
    make_plan(app, world, begins_on=NOW.date())
    with app.app_context(), writing():
        actions.raise_everywhere({})
    with app.app_context(), writing():
        actions.raise_everywhere({})
    assert dues(app) == [NOW.date()]
    assert actions.TASK in app.extensions["periodic_tasks"]


@pytest.mark.parametrize(("from_completion", "next_"), [(False, date(2026, 12, 3)), (True, date(2026, 12, 3))])
def test_what_is_called_off_comes_again_at_its_next_time(
    app: Flask, world: World, lift: UUID, clock: Clock, from_completion: bool, next_: date
) -> None:
    make_plan(app, world, begins_on=date(2026, 11, 23), from_completion=from_completion)
    (order_id,) = raise_due(app, world)
    settle(app, world, order_id, verb="cancel")
    assert raise_due(app, world) == []
    clock.set(NOW + timedelta(days=8))
    assert len(raise_due(app, world)) == 1
    assert dues(app) == [date(2026, 11, 23), next_]


def test_early_never_moves_the_grid_and_completion_counts_from_the_day_it_was_done(
    app: Flask, world: World, lift: UUID, clock: Clock, sign_in: SignIn
) -> None:
    """Complaint 20: not moved when done early, drifting by month length."""
    make_plan(app, world, name_en="Grid", unit="month", every=1, begins_on=date(2026, 11, 30), lead_days=9)
    make_plan(app, world, name_en="Chain", begins_on=date(2026, 11, 25), from_completion=True, lead_days=9)
    for order_id in raise_due(app, world):
        settle(app, world, order_id)  # on the 23rd: seven days early, and two
    text = page(sign_in("guard").get("/maintenance/garden")).text
    assert "Due in 10 days Chain · Lift 3 Thursday, 3 December · last done 23 November" in text
    assert "Grid · Lift 3 Wednesday, 30 December · last done 23 November" in text


def test_late_and_overdue_stand_on_the_pages(app: Flask, world: World, lift: UUID, clock: Clock, sign_in: SignIn) -> None:
    make_plan(app, world, begins_on=date(2026, 11, 20), from_completion=True)
    (order_id,) = raise_due(app, world)
    guard = sign_in("guard")
    text = page(guard.get("/maintenance/garden?show=overdue")).text
    assert "3 days overdue" in text
    assert "Overdue 1 Due within 7 days 0" in text
    settle(app, world, order_id)
    assert "3 days late" in page(guard.get(f"/equipment/items/{lift}")).text
    assert "Nothing is due in this time" in page(guard.get("/maintenance/garden?show=overdue")).text


def test_a_plan_by_usage_comes_when_the_meter_has_run_for_so_long(app: Flask, world: World, lift: UUID, clock: Clock) -> None:
    meter = make_meter(app, world, equipment_id=lift)
    make_plan(
        app, world, class_code=None, equipment_id=lift, every=5, unit="year", begins_on=date(2030, 1, 1), meter_id=meter, per_usage=100
    )

    def read(value: int, doubt: str | None = None) -> None:
        with app.app_context(), writing():
            clock.forward(days=1)
            db.session.add(
                Reading(
                    id=UUID(int=value),
                    site_id=world.garden,
                    meter_id=meter,
                    person_id=world.people["guard"],
                    at=clock.now,
                    value=value,
                    doubt=doubt,
                )
            )

    with app.app_context(), writing():
        db.session.execute(sa.update(MaintenancePlan).values(begins_on=date(2026, 11, 24)))
        db.session.execute(sa.update(MaintenancePlan).values(months=[]))
    for value in (1000, 1060):
        read(value)
    assert dues(app) == []
    (first,) = raise_due(app, world)  # by the calendar: it begins on the 24th
    settle(app, world, first)
    read(1090)
    read(5, doubt="below_last")  # a misreading is no usage
    assert raise_due(app, world) == []
    read(1170)
    (second,) = raise_due(app, world)
    with looking(app) as session:
        due = session.scalars(sa.select(MaintenanceDue).where(MaintenanceDue.order_id == second)).one()
        assert (due.by_usage, due.due_on) == (True, date(2026, 11, 28))
    assert raise_due(app, world) == []
    settle(app, world, second)
    assert raise_due(app, world) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"every": "12", "months": "6", "begins_on": "2026-12-01"}, "never falls into these months"),
        ({"every": "11", "unit": "year"}, "Ten years at the most"),
        ({"every": "0"}, "Not less than 1"),
        ({"every": "often"}, "Please give a number"),
        ({"begins_on": "2026-02-30"}, "Please give a date"),
        ({"every": "5", "unit": "day", "lead_days": "5"}, "fewer days, please"),
        ({"about": "class:rocket"}, "This is not possible here"),
        ({"about": str(UUID(int=7))}, "This is not possible here"),
        ({"type_code": "magic"}, "This is not possible here"),
        ({"months": "13"}, "Not more than 12"),
        ({"per_usage": "100"}, "belong together"),
        ({"meter_id": str(UUID(int=7)), "per_usage": "5"}, "This is not possible here"),
        ({"name": ""}, "Please fill this in"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_a_sentence(
    app: Flask, lift: UUID, sign_in: SignIn, wrong: dict[str, str], sentence: str
) -> None:
    answer = sign_in("supervisor").post("/maintenance/garden/new", FORM | wrong)
    assert answer.status_code == 422
    assert sentence in page(answer).text
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(MaintenancePlan)) == 0


def test_a_plan_of_ones_own_begins_and_ends(app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    supervisor = sign_in("supervisor")
    assert supervisor.post("/maintenance/garden/new", FORM).status_code == 303
    text = page(supervisor.get("/maintenance/garden")).text
    assert "Check the sheave · Lift 3 Thursday, 31 December" in text
    with looking(app) as session:
        plan_id = session.scalars(sa.select(MaintenancePlan.id)).one()
    assert sign_in("guard").post(f"/maintenance/plans/{plan_id}/end").status_code == 404
    assert sign_in("elsewhere").post(f"/maintenance/plans/{plan_id}/end").status_code == 404
    supervisor.post(f"/maintenance/plans/{plan_id}/end")
    clock.forward(days=1)
    supervisor.get("/maintenance/garden")  # what was flashed is said once
    assert "Check the sheave" not in page(supervisor.get("/maintenance/garden")).text
    assert supervisor.post(f"/maintenance/plans/{UUID(int=7)}/end").status_code == 404


def test_the_legal_calendar_says_its_source_and_is_switched_on_here_only(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    text = page(supervisor.get("/maintenance/garden/legal")).text
    assert "《特种设备安全监察条例》第31条 · A: text of the law · holds everywhere in mainland China" in text
    assert "holds in 济南、青岛、烟台、东营" in text
    assert "Daily fire patrol with a record Building 0 · daily · 《消防法》第17条第二款第（三）项 · A: text of the law" in text
    assert "only for key fire-safety units" in text
    assert (
        "24 hours' notice before the water is cut for cleaning Water tank 0 · every 6 months · 济南市二次供水规定 · A: text of the law · holds in 济南"
        in text
    )
    for _twice in range(2):
        assert supervisor.post("/maintenance/garden/legal/lift-15").status_code == 303
    with looking(app) as session:
        (plan,) = session.scalars(sa.select(MaintenancePlan)).all()
        assert (plan.site_id, plan.every, plan.unit, plan.from_completion, plan.basis) == (world.garden, 15, "day", True, "law")
        plan_id = plan.id
    supervisor.post(f"/maintenance/plans/{plan_id}/end", {"back": "legal"})
    supervisor.post("/maintenance/garden/legal/lift-15")  # a slip of the finger: it goes on as it was
    with looking(app) as session:
        assert session.scalars(sa.select(MaintenancePlan.ends_on)).all() == [None]
    assert supervisor.post("/maintenance/garden/legal/lift-99").status_code == 404
    assert sign_in("elsewhere").post("/maintenance/garden/legal/lift-15").status_code == 404


def test_a_piece_that_came_later_owes_nothing_for_the_time_before(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    make_plan(app, world, begins_on=date(2026, 10, 30), every=7)
    sign_in("supervisor").post(
        "/equipment/garden/new",
        {"number": "DT-09", "class_code": "lift", "name": "九号梯", "name_en": "Lift 9", "place_id": str(world.lobby)},
    )
    text = page(sign_in("guard").get("/maintenance/garden")).text
    assert "Lubricate · Lift 9 Friday, 27 November" in text
    assert "Lubricate · Lift 3 Friday, 30 October" in text


def test_the_machines_of_todays_orders_and_the_meters_go_into_the_pack(
    app: Flask, world: World, lift: UUID, phone_of: Callable[[str], Phone]
) -> None:
    other = make_piece(app, world, number="DT-04")
    meter = make_meter(app, world, equipment_id=other)
    make_plan(app, world, begins_on=NOW.date(), class_code=None, equipment_id=lift)
    (order_id,) = raise_due(app, world)
    technician = phone_of("technician")

    def pages() -> list[str]:
        return [address for address in technician.browser.get("/pack").get_json()["pages"] if address.startswith(("/equipment", "/meters"))]

    assert pages() == ["/meters/garden", f"/meters/items/{meter}"]
    with app.app_context(), writing():
        order, desk = db.session.get_one(WorkOrder, order_id), db.session.get_one(Person, world.people["desk"])
        work.act(order, desk, "assign", NOW, to_id=world.people["technician"])
    assert pages()[0] == f"/equipment/items/{lift}"
    assert all(technician.browser.get(address).status_code == 200 for address in pages())
    assert f"/equipment/items/{lift}" in page(technician.browser.get(f"/work-orders/{order_id}")).links
    guards = phone_of("guard").browser.get("/pack").get_json()["pages"]
    assert not [address for address in guards if address.startswith(("/equipment", "/meters"))]


# ---------------------------------------------------------------- the binder


def test_the_binder_sums_up_its_gaps_first_and_hides_none(app: Flask, world: World, lift: UUID, sign_in: SignIn, clock: Clock) -> None:
    make_plan(app, world, begins_on=date(2026, 11, 1), every=7, basis="maker")  # 1, 8, 15, 22
    supervisor = sign_in("supervisor")
    (order_id,) = raise_due(app, world)
    settle(app, world, order_id, NOW - timedelta(days=14))  # the 9th: the one of the 8th, a day late
    supervisor.post(f"/equipment/items/{lift}/documents", {"name": "Use certificate", "valid_until": "2026-11-02"})
    text = page(supervisor.get("/equipment/garden/binder?class=lift&from=2026-11-01&to=2026-11-23")).text
    before, after = text.split("Place Lobby")
    assert "Gaps · 5" in before
    for words in (
        "Use certificate: Expired",
        "Lubricate: 1 November, Missed",
        "Lubricate: 8 November, 1 day late",
        "Lubricate: 15 November, Missed",
        "Lubricate: 22 November, 1 day overdue",
    ):
        assert words in before
    with looking(app) as session:
        number = session.get_one(WorkOrder, order_id).number
    assert f"8 November 9 November 1 day late {number} Technician" in after


def test_the_binder_says_what_it_does_not_cover(app: Flask, world: World, lift: UUID, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    assert "No plan is in force for it." in page(supervisor.get("/equipment/garden/binder")).text
    make_plan(app, world, begins_on=date(2026, 11, 20))
    assert "Lubricate: no record here before 20 November" in page(supervisor.get("/equipment/garden/binder?from=2026-11-01")).text
    for odd in ("?from=x&to=y", "?from=2027-01-01&to=2026-01-01", "?class=rocket", "?from=0001-01-01"):
        assert supervisor.get(f"/equipment/garden/binder{odd}").status_code == 200
    assert "No equipment of this class." in page(supervisor.get("/equipment/garden/binder?class=pump")).text


def test_dates_keep_where_the_clocks_change(app: Flask, world: World, lift: UUID, clock: Clock) -> None:
    """Done half an hour after midnight on the day of 25 hours: it counts for that day, and the next order ends at the place's midnight."""
    with app.app_context(), writing():
        db.session.get_one(Site, world.garden).zone = "Europe/Berlin"
    make_plan(app, world, begins_on=date(2027, 10, 30), every=1, from_completion=True, lead_days=1)
    clock.set(datetime(2027, 10, 29, 12, tzinfo=UTC))
    (first,) = raise_due(app, world)
    clock.set(datetime(2027, 10, 30, 22, 30, tzinfo=UTC))  # the 31st, 00:30
    settle(app, world, first)
    (second,) = raise_due(app, world)
    with looking(app) as session:
        assert [session.get_one(WorkOrder, one).due_at.isoformat() for one in (first, second)] == [
            "2027-10-30T22:00:00+00:00",
            "2027-11-01T23:00:00+00:00",
        ]
    assert dues(app) == [date(2027, 10, 30), date(2027, 11, 1)]
