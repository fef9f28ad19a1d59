"""Plans of a site: pictures taken in, points put, moved and taken off; what does not do is said, and nothing is lost or half done."""

from __future__ import annotations

import fcntl
import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from tests.making import NOW, Browser, Clock, World, looking, page, picture
from webapp.core.db import db, writes_one_at_a_time, writing
from webapp.photos import actions as photos
from webapp.photos.models import Photo
from webapp.sites.actions import retire_checkpoint
from webapp.sites.models import Checkpoint, FloorPlan, PlanPoint

SignIn = Callable[[str], Browser]
LISTED = "/sites/garden/plans"
MOST = 300_000  # bytes of a picture, as far as these tests go


def upload(office: Browser, address: str = LISTED, content: bytes | None = None, **form: str) -> Any:
    content = picture("PNG", (400, 300)) if content is None else content
    return office.post(address, {"name": "园区", "name_en": "Grounds", "rank": "1"} | form | {"picture": (io.BytesIO(content), "plan.png")})


@pytest.fixture
def office(world: World, clock: Clock, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(photos, "MOST_BYTES", MOST)
    return sign_in("supervisor")


@pytest.fixture
def address(office: Browser) -> str:
    """The page of a plan of the garden."""
    return str(upload(office).location)


def rows(app: Flask) -> list[tuple[UUID, float | None, float | None, UUID]]:
    with looking(app) as session:
        found = session.execute(sa.text("SELECT checkpoint_id, x, y, person_id FROM plan_point ORDER BY at, checkpoint_id"))
        return [(UUID(str(row[0])), row[1], row[2], UUID(str(row[3]))) for row in found]


def plans(app: Flask) -> list[Any]:
    with looking(app) as session:
        found = list(session.scalars(sa.select(FloorPlan).order_by(FloorPlan.rank)))
        session.expunge_all()
        return found


def put(office: Browser, address: str, checkpoint: object, x: object = "25", y: object = "40.5", json: bool = False, **more: str) -> Any:
    form = {"checkpoint": str(checkpoint), "x": str(x), "y": str(y)} | more
    return office.post(f"{address}/points", form, {"Accept": "application/json"} if json else None)


# ---------------------------------------------------------------- the picture


def test_a_plan_is_taken_in_drawn_anew_and_says_who_and_when(app: Flask, world: World, office: Browser) -> None:
    out = io.BytesIO()
    shot = Image.new("RGB", (3000, 1500), "white")
    exif = shot.getexif()
    exif[0x0131] = "secret maker"
    shot.save(out, "JPEG", exif=exif, quality=50)
    assert page(office.get(LISTED)).text.count("No floor plan yet") == 1
    made = upload(office, content=out.getvalue())
    assert made.status_code == 302
    (plan,) = plans(app)
    by = world.people["supervisor"]
    assert (plan.site_id, plan.name, plan.name_en, plan.pictured_by_id, plan.pictured_at, plan.changed_by_id) == (
        world.garden,
        "园区",
        "Grounds",
        by,
        NOW,
        by,
    )
    with looking(app) as session:
        kept = session.get_one(Photo, plan.sha256)
        assert (kept.mime, kept.width, kept.height) == ("image/jpeg", 2000, 1000)
    handed = office.get(f"/sites/garden/plans/{plan.id}/picture/{plan.sha256}")
    assert handed.status_code == 200 and handed.mimetype == "image/jpeg" and b"secret maker" not in handed.data
    assert handed.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert f"/picture/{plan.sha256}" in office.get(made.location).text
    assert "0 of 4 checkpoints lie on it" in page(office.get(LISTED)).text


def test_while_a_picture_is_drawn_others_may_write(
    app: Flask, world: World, office: Browser, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing takes a second of the processor; a guard's records do not wait for it, where a database has one writer at a time."""
    redrawn, free = photos.whole.redrawn, []

    def drawing(content: bytes, side: int) -> bytes | None:
        with app.app_context():
            free.append(not writes_one_at_a_time() or is_free(f"{db.engine.url.database}.turn"))
        return redrawn(content, side)

    def is_free(turn: str) -> bool:
        with open(turn) as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    monkeypatch.setattr(photos.whole, "redrawn", drawing)
    assert upload(office, name="Other").status_code == 302
    assert upload(office, address).status_code == 302
    assert free == [True, True]


def test_a_drawing_stays_sharp_and_a_photo_that_came_as_png_becomes_small(app: Flask, world: World, office: Browser) -> None:
    noise, out = Image.effect_noise((300, 300), 80).convert("RGB"), io.BytesIO()
    noise.save(out, "PNG")
    upload(office, content=picture("PNG", (800, 600)), name="图")
    upload(office, content=out.getvalue(), name="照片")
    with looking(app) as session:
        kept = dict(session.execute(sa.select(FloorPlan.name, Photo.mime).join(Photo, Photo.sha256 == FloorPlan.sha256)).all())
    assert kept == {"图": "image/png", "照片": "image/jpeg"}


def test_another_picture_keeps_the_points_and_the_old_one_is_not_handed_out_any_more(
    app: Flask, world: World, office: Browser, address: str, clock: Clock
) -> None:
    put(office, address, world.gate.id)
    (before,), points, later = plans(app), rows(app), clock.forward(days=1)
    assert upload(office, address, picture("PNG", (500, 500), "red"), rank="7").location == address
    (after,) = plans(app)
    assert after.sha256 != before.sha256 and after.pictured_at == later and after.rank == 7 and rows(app) == points
    assert office.get(f"{address}/picture/{before.sha256}").status_code == 404
    assert office.post(address, {"name": "另一个", "name_en": "Other", "rank": "7"}).status_code == 302, (
        "without a picture the picture stays"
    )
    assert (plans(app)[0].sha256, plans(app)[0].name, plans(app)[0].pictured_at) == (after.sha256, "另一个", later)


def bomb() -> bytes:
    """Few bytes, more pixels than are drawn anew."""
    out = io.BytesIO()
    Image.new("1", (6000, 6000)).save(out, "PNG")
    return out.getvalue()


NO_PICTURES = {
    "nothing": (b"", "Please choose a picture."),
    "words": (b"no picture", "No picture, a broken one"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "No picture, a broken one"),
    "gif": (b"GIF89a" + b"\0" * 40, "No picture, a broken one"),
    "heic": (b"\0\0\0\x18ftypheic" + b"\0" * 40, "No picture, a broken one"),
    "cut short": (picture("JPEG", (400, 300))[:600], "No picture, a broken one"),
    "too many pixels": (bomb(), "25 million pixels"),
    "too large": (b"\xff\xd8\xff" + b"\0" * MOST, "larger than 20 MB"),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_words_and_what_was_typed_stays(app: Flask, world: World, office: Browser, name: str) -> None:
    content, words = NO_PICTURES[name]
    refused = upload(office, content=content)
    assert refused.status_code == 422 and words in page(refused).text
    assert page(refused).values["name"] == "园区" and plans(app) == []


@pytest.mark.parametrize("name", [name for name in NO_PICTURES if name != "nothing"])
def test_a_picture_that_does_not_do_leaves_the_plan_as_it_was(app: Flask, world: World, office: Browser, address: str, name: str) -> None:
    content, words = NO_PICTURES[name]
    put(office, address, world.gate.id)
    (before,), points = plans(app), rows(app)
    refused = upload(office, address, content, name="新名字", rank="9")
    assert refused.status_code == 422 and words in page(refused).text and page(refused).values["name"] == "新名字"
    (after,) = plans(app)
    assert (after.name, after.rank, after.sha256, rows(app)) == (before.name, before.rank, before.sha256, points), "not half of the form"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "fill this in"),
        ({"name": "x" * 81}, "At most 80"),
        ({"rank": "soon"}, "number"),
        ({"rank": "-1"}, "Not less"),
        ({"rank": "1000"}, "Not more"),
    ],
)
def test_names_and_order_that_do_not_do(app: Flask, world: World, office: Browser, address: str, wrong: dict[str, str], words: str) -> None:
    refused = upload(office, address, **wrong)
    assert refused.status_code == 422 and words in page(refused).text
    assert [(plan.name, plan.rank) for plan in plans(app)] == [("园区", 1)]


def test_two_plans_in_use_have_two_names_and_stand_in_their_order(app: Flask, world: World, office: Browser, address: str) -> None:
    twin = upload(office)
    assert twin.status_code == 422 and "There is a plan of this name already." in twin.text
    second = upload(office, name="地下", name_en="Garage").location
    assert upload(office, second, rank="0", name="地下").status_code == 302
    assert [plan.name for plan in plans(app)] == ["地下", "园区"]
    assert upload(office, second, name="园区").status_code == 422


def test_a_retired_plan_keeps_everything_takes_nothing_and_can_come_back(app: Flask, world: World, office: Browser, address: str) -> None:
    put(office, address, world.gate.id)
    points = rows(app)
    assert office.post(f"{address}/retire").location == LISTED
    assert office.post(f"{address}/retire").status_code == 409
    assert put(office, address, world.roof.id).status_code == 409
    assert put(office, address, world.roof.id, json=True).get_json()["message"].startswith("This plan is out of use")
    assert upload(office, address).status_code == 422
    assert "Out of use since" in page(office.get(address)).text and rows(app) == points
    assert address not in page(office.get("/log/garden/2026-11-23/plan")).text
    assert office.post(f"{address}/restore").location == address
    assert put(office, address, world.roof.id).status_code == 302
    assert len(rows(app)) == 2
    office.post(f"{address}/retire")
    upload(office)
    taken = office.post(f"{address}/restore")
    assert taken.status_code == 409 and "There is a plan of this name already." in taken.text


# ---------------------------------------------------------------- points


def test_a_checkpoint_is_put_moved_and_taken_off_each_with_who_and_when(
    app: Flask, world: World, office: Browser, address: str, sign_in: SignIn, clock: Clock
) -> None:
    assert put(office, address, world.gate.id).location == address
    supervisor, manager = world.people["supervisor"], world.people["manager"]
    assert rows(app) == [(world.gate.id, 0.25, 0.405, supervisor)]
    assert 'x="25.0%" y="40.5%"' in office.get(address).text
    clock.forward(hours=1)
    moved = put(sign_in("manager"), address, world.gate.id, 0, 100, json=True)
    assert moved.get_json() == {"said": "East gate saved: 0 % from the left, 100 % from the top.", "x": 0.0, "y": 1.0}
    assert rows(app) == [(world.gate.id, 0.0, 1.0, manager)], "one place a checkpoint and plan"
    off = put(office, address, world.gate.id, json=True, do="off")
    assert off.get_json()["said"] == "East gate taken off the plan."
    assert rows(app) == [(world.gate.id, None, None, supervisor)]
    again = put(office, address, world.gate.id, do="off")
    assert again.status_code == 409 and "does not lie on the plan" in again.text
    assert put(office, address, world.gate.id, 50, 50).status_code == 302
    with looking(app) as session:
        (point,) = session.scalars(sa.select(PlanPoint))
        assert (point.x, point.y, point.at) == (0.5, 0.5, clock.now)


@pytest.mark.parametrize(
    ("x", "y"),
    [("-0.01", "5"), ("100.1", "5"), ("5", "1e9"), ("nan", "5"), ("5", "inf"), ("", "5"), ("5", ""), ("left", "5"), ("5", "０x")],
)
def test_outside_the_picture_is_no_place(app: Flask, world: World, office: Browser, address: str, x: str, y: str) -> None:
    put(office, address, world.gate.id)
    points = rows(app)
    for json in (False, True):
        refused = put(office, address, world.gate.id, x, y, json=json)
        assert refused.status_code == 422
        assert refused.get_json()["message"] if json else page(refused).values["y"] == y
    assert rows(app) == points


@pytest.mark.parametrize("do", ["", "off"])
def test_a_checkpoint_of_another_site_or_none_is_not_put_anywhere(app: Flask, world: World, office: Browser, address: str, do: str) -> None:
    for stranger in (world.bridge.id, uuid4()):
        refused = put(office, address, stranger, do=do)
        assert refused.status_code == 404 and "There is no such checkpoint at this community." in refused.text
        assert put(office, address, stranger, json=True, do=do).status_code == 404
    assert put(office, address, "nonsense", do=do).status_code == 422
    assert rows(app) == []


def test_a_retired_checkpoint_leaves_the_desk_and_is_not_put_again(
    app: Flask, world: World, office: Browser, address: str, clock: Clock
) -> None:
    put(office, address, world.cellar.id)
    with app.app_context(), writing():
        retire_checkpoint(db.session.get_one(Checkpoint, world.cellar.id), clock.now)
    assert f'data-point="{world.cellar.id}"' not in office.get(address).text
    assert put(office, address, world.cellar.id).status_code == 409
    assert "0 of 3 checkpoints lie on it" in page(office.get(LISTED)).text


def test_a_plan_is_found_at_its_own_site_only(app: Flask, world: World, office: Browser, address: str, sign_in: SignIn) -> None:
    plan_id, sha256 = address.rsplit("/", 1)[1], plans(app)[0].sha256
    manager = sign_in("manager")
    assert manager.get(address).status_code == 200
    for lost in (
        f"/sites/river/plans/{plan_id}",
        f"/sites/river/plans/{plan_id}/picture/{sha256}",
        f"/log/river/2026-11-23/plan/{plan_id}",
    ):
        assert manager.get(lost).status_code == 404, lost
    assert manager.post(f"/sites/river/plans/{plan_id}/points", {"checkpoint": str(world.bridge.id), "x": "1", "y": "1"}).status_code == 404
    assert sign_in("elsewhere").get(f"{address}/picture/{sha256}").status_code == 404
    assert sign_in("guard").get(address).status_code == 404
    assert put(sign_in("guard"), address, world.gate.id).status_code == 404 and rows(app) == []
