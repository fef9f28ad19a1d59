"""Pictures that show how to check: uploaded in the editor, drawn anew, kept across versions and copies, on the phone, and for staff of the site only."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from tests.http.inspecting import make_checklist
from tests.making import Browser, World, looking
from webapp.inspections.models import Checklist, GuidePicture
from webapp.photos.models import Photo

SignIn = Callable[[str], Browser]
MADE_BY = 0x0131  # EXIF: which program made it; turned by 90°: 0x0112 = 6
TURNED = 0x0112


def shot(size: tuple[int, int] = (2400, 1600), kind: str = "JPEG") -> bytes:
    """A photo as a phone makes it: large, on its side, with words about where it came from."""
    picture = Image.new("RGB", size, "green")
    exif = picture.getexif()
    exif[TURNED], exif[MADE_BY] = 6, "secret maker"
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def form(**more: Any) -> dict[str, Any]:
    """The editor's form with one part and one question."""
    return {
        "base": "1", "pass_score": "90", "item": ["section:0", "question:1"], "0.name": "大堂", "1.id": "floor", "1.kind": "pass", "1.text": "地面", "1.weight": "1",
    } | more  # fmt: skip


def upload(office: Browser, address: str, content: bytes) -> Any:
    return office.post(address, form(do="picture:1") | {"1.new_picture": (io.BytesIO(content), "x.jpg")})


def kept(app: Flask) -> list[str]:
    with looking(app) as session:
        return list(session.scalars(sa.select(GuidePicture.sha256)))


def test_a_picture_is_drawn_anew_and_kept_across_versions_and_copies(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    address = f"/checklists/items/{checklist_id}"
    shown = upload(office, address, shot())
    (sha256,) = kept(app)
    assert shown.status_code == 200 and f'value="{sha256}"' in shown.text
    with looking(app) as session:
        photo = session.get_one(Photo, sha256)
        assert (photo.mime, photo.width, photo.height) == ("image/jpeg", 853, 1280) and photo.size < 200_000
    picture = f"/inspect/pictures/garden/{sha256}"
    assert b"secret maker" not in office.get(picture).data
    for number, text in ((2, "地面"), (3, "地面无垃圾")):  # the next version keeps it
        assert office.post(address, form(do="save", base=str(number - 1)) | {"1.picture": sha256, "1.text": text}).status_code == 302
    copied = office.post(f"{address}/settings", {"do": "copy"}).location
    for page in (office.get(copied), office.get(address), sign_in("guard").get(f"/inspect/{checklist_id}")):
        assert picture in page.text
    assert picture in sign_in("guard").get("/pack").get_json()["photos"]
    back = office.post(f"{address}/import", {"file": (io.BytesIO(office.get(f"{address}/xlsx").data), "x.xlsx")})
    assert f'value="{sha256}"' in back.text
    gone = office.post(address, form(do="unpicture:1") | {"1.picture": sha256})
    assert sha256 not in gone.text


def test_it_is_for_staff_of_the_site_and_no_other_photo_is_handed_out_by_its_digest(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id = make_checklist(app, world)
    upload(sign_in("supervisor"), f"/checklists/items/{checklist_id}", shot())
    (sha256,) = kept(app)
    expected = {"guard": 200, "supervisor": 200, "elsewhere": 404, "stranger": 404}
    assert {who: sign_in(who).get(f"/inspect/pictures/garden/{sha256}").status_code for who in expected} == expected
    assert sign_in("elsewhere").get(f"/inspect/pictures/river/{sha256}").status_code == 404
    refused = sign_in("supervisor").post(f"/checklists/items/{checklist_id}", form(do="save") | {"1.picture": "0" * 64})
    assert refused.status_code == 422 and "not on this server" in refused.text
    table = f"section,id,kind,text,picture\nA,q1,pass,x,{'0' * 64}\n".encode()
    read = sign_in("supervisor").post(f"/checklists/items/{checklist_id}/import", {"file": (io.BytesIO(table), "x.csv")})
    assert read.status_code == 200 and "1 picture is not on this server" in read.text and "0" * 64 not in read.text


@pytest.mark.parametrize("content", [b"", b"no picture", shot()[:2000], b"\xff\xd8\xff\xe0" + b"\0" * 400])
def test_what_is_no_picture_is_said_and_the_form_stays(app: Flask, world: World, sign_in: SignIn, content: bytes) -> None:
    checklist_id = make_checklist(app, world)
    answer = upload(sign_in("supervisor"), f"/checklists/items/{checklist_id}", content)
    assert answer.status_code == 422 and "No picture, or a broken one" in answer.text and 'value="地面"' in answer.text
    assert kept(app) == []


def test_one_with_a_see_through_ground_becomes_white_and_not_black(app: Flask, world: World, sign_in: SignIn) -> None:
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    upload(office, f"/checklists/items/{checklist_id}", out.getvalue())
    with Image.open(io.BytesIO(office.get(f"/inspect/pictures/garden/{kept(app)[0]}").data)) as drawn:
        assert drawn.getpixel((20, 20))[0] > 250


def test_the_longest_list_takes_a_picture_too(app: Flask, world: World, sign_in: SignIn) -> None:
    """Its form has more parts than a form usually may have."""
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    many: dict[str, Any] = form(do="picture:1") | {"item": ["section:0", *(f"question:{n}" for n in range(1, 301))]}
    for n in range(1, 301):
        many |= {f"{n}.{name}": "" for name in ("unit", "low", "high", "choices", "good", "guidance")} | {
            f"{n}.text": f"Question {n}",
            f"{n}.kind": "pass",
        }
    answer = office.post(f"/checklists/items/{checklist_id}", many | {"1.new_picture": (io.BytesIO(shot((60, 40))), "x.jpg")})
    assert answer.status_code == 200 and "Question 300" in answer.text and len(kept(app)) == 1


def test_a_button_means_its_block_wherever_that_was_moved(app: Flask, world: World, sign_in: SignIn) -> None:
    """Blocks are moved in the page; their keys stay."""
    checklist_id, office = make_checklist(app, world), sign_in("supervisor")
    moved = {
        "pass_score": "90", "item": ["section:0", "question:2", "question:1"], "0.name": "A", "1.id": "a", "1.text": "First", "2.id": "b", "2.text": "Second",
    }  # fmt: skip
    copied = office.post(f"/checklists/items/{checklist_id}", moved | {"do": "remove:1"}).text
    assert "Second" in copied and "First" not in copied.split("<aside")[0]
    with looking(app) as session:
        assert len(session.get_one(Checklist, UUID(str(checklist_id))).versions) == 1
