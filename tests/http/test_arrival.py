"""Being on site, by label or position: what the order's page says of it, and where it has its doubts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.http.settling import LOG, rows_of
from tests.http.test_month import compare
from tests.http.working import make_order, step
from tests.making import Browser, Phone, World, page
from webapp.core.db import db, writing
from webapp.sites.models import Checkpoint


def near(spot: Any, north_m: float = 0, accuracy_m: float = 8) -> dict[str, Any]:
    """A position so far north of a point."""
    return spot.position | {"lat": spot.position["lat"] + north_m / 111_195, "accuracy_m": accuracy_m}


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "words", "is_odd"),
    [
        (12, 8, "Position 12 m from there, ±8 m", False),
        (45, 8, "Position 45 m from there, ±8 m", False),  # the fence is 40 m, and the accuracy is on the person's side
        (480, 10, "Position 480 m from there, ±10 m", True),
        (100, 500, "Position vague: ±500 m", False),
    ],
)
def test_the_phones_position_is_compared_with_the_places(
    app: Flask,
    world: World,
    phone_of: Callable[[str], Phone],
    sign_in: Callable[[str], Browser],
    north_m: float,
    accuracy_m: float,
    words: str,
    is_odd: bool,
) -> None:
    order, phone = make_order(app, world, place_id=None, checkpoint_id=world.gate.id), phone_of("technician")
    phone.one(step(phone, order, "on_site", position=near(world.gate, north_m, accuracy_m)))
    for who in ("technician", "desk"):
        answer = sign_in(who).get(f"/work-orders/{order}")
        assert words in page(answer).text
        assert ("remark" in answer.text and words in answer.text.split('class="soft remark"')[-1]) is is_odd


def test_an_order_at_a_place_goes_by_the_nearest_of_its_points(
    app: Flask, world: World, phone_of: Callable[[str], Phone], sign_in: Callable[[str], Browser]
) -> None:
    order, phone = make_order(app, world), phone_of("technician")  # in the lobby, where the gate's point lies
    phone.one(step(phone, order, "on_site", position=near(world.gate, 5)))
    assert "Position 5 m from there, ±8 m" in page(sign_in("technician").get(f"/work-orders/{order}")).text


def test_a_label_says_where_somebody_was_and_nothing_says_nothing(
    app: Flask, world: World, phone_of: Callable[[str], Phone], sign_in: Callable[[str], Browser]
) -> None:
    phone, worker = phone_of("technician"), sign_in("technician")
    orders = [make_order(app, world, place_id=None, checkpoint_id=world.gate.id) for _n in range(3)]
    phone.one(step(phone, orders[0], "on_site", code=world.gate.code))
    phone.one(step(phone, orders[1], "on_site", code=world.roof.code))
    phone.one(step(phone, orders[2], "on_site"))
    texts = [page(worker.get(f"/work-orders/{order}")).text for order in orders]
    assert "By the label there" in texts[0]
    assert "By a label of another place: Roof" in texts[1]
    assert "Without label or position" in texts[2]


def test_who_perhaps_was_not_there_stands_in_the_log_and_may_be_asked(
    app: Flask, world: World, phone_of: Callable[[str], Phone], sign_in: Callable[[str], Browser]
) -> None:
    phone, office = phone_of("technician"), sign_in("supervisor")
    far, near_by, elsewhere, silent = (make_order(app, world, place_id=None, checkpoint_id=world.gate.id) for _n in range(4))
    phone.one(step(phone, far, "on_site", position=near(world.gate, 480, 10)))
    phone.one(step(phone, near_by, "on_site", position=near(world.gate, 12)))
    phone.one(step(phone, elsewhere, "on_site", code=world.roof.code))
    phone.one(step(phone, silent, "on_site"))
    rows = [each for each in rows_of(office.get(LOG)) if each.kind == "arrival"]
    told = [each.text.split("Take the decision back")[0] for each in rows]
    assert [f"/work-orders/{order}" in each.html for order, each in zip((far, elsewhere), rows, strict=True)] == [True, True]
    assert "22:30 · Technician · Position 480 m from there, ±10 m" in told[0]
    assert "22:30 · Technician · By a label of another place: Roof" in told[1]
    assert "Ask Technician" in told[0]
    compare(app, world)


def test_a_place_that_is_measured_later_doubts_nobody_who_was_there_before(
    app: Flask, world: World, phone_of: Callable[[str], Phone], sign_in: Callable[[str], Browser]
) -> None:
    order, phone = make_order(app, world, place_id=None, checkpoint_id=world.pump.id), phone_of("technician")  # nobody has measured it yet
    phone.one(step(phone, order, "on_site", position=near(world.gate, 480, 10)))
    with app.app_context(), writing():
        pump, gate = db.session.get_one(Checkpoint, world.pump.id), db.session.get_one(Checkpoint, world.gate.id)
        pump.lat, pump.lon = gate.lat, gate.lon
    assert [each for each in rows_of(sign_in("supervisor").get(LOG)) if each.kind == "arrival"] == []
