"""A field worker's day, the round's page, the daily log, and the pack that a phone takes along: one set of facts, shown to all sides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, named_photo, page, picture
from webapp.core.db import db
from webapp.records.models import Record
from webapp.sites.models import Site

SignIn = Callable[[str], Browser]
LOG = "/log/garden/2026-11-23"


@pytest.fixture
def walked(world: World, phone: Phone, clock: Clock) -> dict[str, Sent]:
    """The 22:00 round: the gate on time, the roof late with a problem, the pump room missed; it is 23:30."""
    gate, roof = phone.scan(world.gate, NOW - timedelta(minutes=20)), phone.scan(world.roof, NOW + timedelta(minutes=35))
    normal = phone.record("note", {"about": gate.id, "result": "normal"}, NOW - timedelta(minutes=20))
    issue = phone.record("note", {"about": roof.id, "result": "issue", "text": "hatch open"}, NOW + timedelta(minutes=36))
    clock.forward(hours=1)
    assert {r["status"] for r in phone.send(gate, normal, roof, issue)} == {"accepted"}
    return {"gate": gate, "roof": roof, "normal": normal, "issue": issue}


# ---------------------------------------------------------------- the round


@pytest.mark.parametrize(
    ("who", "status"),
    [("guard", 200), ("colleague", 200), ("desk", 200), ("supervisor", 200), ("stranger", 404), ("elsewhere", 404), ("nowhere", 404)],
)
def test_who_sees_a_round(world: World, sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(who).get(f"/rounds/{world.round()}").status_code == status


def test_a_rounds_page_shows_its_points_and_the_fragment_is_the_same_without_the_frame(world: World, phone: Phone, walked: Any) -> None:
    whole, part = phone.browser.get(f"/rounds/{world.round()}"), phone.browser.get(f"/rounds/{world.round()}", HX_Request="true")
    for shown in (whole.text, part.text):
        for words in ("East gate", "Roof", "Pump room", "6 min late", "missed"):
            assert words in shown
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert part.text.strip() in whole.text or len(part.text) < len(whole.text)


@pytest.mark.parametrize("round_id", ["x", "RNONE-20261123-2200", "{code}-20261123-2201", "{code}-20261323-2200", "{code}-20150101-2200"])
def test_a_round_that_never_was_is_404(world: World, phone: Phone, round_id: str) -> None:
    assert phone.browser.get(f"/rounds/{round_id.format(code=world.schedule_code)}").status_code == 404


# ---------------------------------------------------------------- today and my day


def test_today_shows_the_round_in_hand_first_and_what_comes(world: World, phone: Phone) -> None:
    shown = phone.browser.get("/today")
    links = [link for link in page(shown).links if link.startswith("/rounds/")]
    assert links[0] == f"/rounds/{world.round()}"
    assert f"/rounds/{world.round('20261124-0000')}" in links
    assert f"/rounds/{world.round('20261123-2000')}" in links


def test_today_shows_a_technician_no_guards_rounds(sign_in: SignIn) -> None:
    assert "/rounds/" not in sign_in("technician").get("/today").text


def test_today_works_for_somebody_without_a_site(sign_in: SignIn) -> None:
    for address in ("/today", "/my-day", "/pack", "/me", "/scan", "/outbox"):
        assert sign_in("nowhere").get(address).status_code == 200, address


def test_a_person_sees_what_the_supervisor_sees_about_them(world: World, phone: Phone, walked: Any, sign_in: SignIn) -> None:
    mine = page(phone.browser.get("/my-day?day=2026-11-23")).text
    theirs = page(sign_in("supervisor").get(f"/people/{world.people['guard']}/day?day=2026-11-23")).text
    for words in ("22:10", "East gate", "On time", "23:05", "Roof", "6 min late", "hatch open"):
        assert words in mine, words
        assert words in theirs, words


@pytest.mark.parametrize("day", ["2019-12-31", "2027-06-01", "nonsense", "2026-02-30", ""])
def test_a_day_outside_the_products_life_is_404(phone: Phone, sign_in: SignIn, day: str) -> None:
    assert phone.browser.get(f"/my-day?day={day}").status_code == 404
    assert sign_in("supervisor").get(f"/log/garden/{day}").status_code == 404


# ---------------------------------------------------------------- the daily log


def test_the_log_tells_exceptions_first_and_every_round(world: World, walked: Any, sign_in: SignIn) -> None:
    office = sign_in("supervisor")
    text = page(office.get(LOG)).text
    for words in ("hatch open", "Pump room", "6 min late", "Roof", "missed", "Guard", "Night round 2/3"):
        assert words in text, words
    round_ = page(office.get(f"{LOG}/rounds/{world.round()}")).text
    for words in ("East gate", "On time", "22:10:00", "6 min late", "“hatch open”", "Missed", "Guard"):
        assert words in round_, words
    assert office.get(f"/log/garden/2026-11-22/rounds/{world.round()}").status_code == 404
    assert sign_in("elsewhere").get(f"{LOG}/rounds/{world.round()}").status_code == 404


def test_the_logs_fragment_and_page_share_an_address_and_caches_are_told(sign_in: SignIn, walked: Any) -> None:
    office = sign_in("supervisor")
    whole, part, boosted = office.get(LOG), office.get(LOG, HX_Request="true"), office.get(LOG, HX_Request="true", HX_Boosted="true")
    assert ["<html" in r.text for r in (whole, part, boosted)] == [True, False, True]
    assert all("HX-Request" in r.headers["Vary"] for r in (whole, part, boosted))


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-11-23", "Night round"), ("2026-11-22", "missed"), ("2026-11-24", "Not yet due"), ("2026-10-01", "No round on this day")],
)
def test_the_log_of_any_day_is_derived(sign_in: SignIn, walked: Any, day: str, words: str) -> None:
    assert words in page(sign_in("supervisor").get(f"/log/garden/{day}")).text


def test_log_leads_to_today_at_the_site(sign_in: SignIn, clock: Clock) -> None:
    clock.set(NOW + timedelta(hours=3))  # after midnight at the site, still the 23rd in UTC
    assert sign_in("supervisor").get("/log").location == "/log/garden/2026-11-24"
    assert sign_in("elsewhere").get("/log").location == "/log/river/2026-11-24"


def test_the_log_asks_the_database_a_fixed_number_of_times(app: Flask, world: World, phone: Phone, sign_in: SignIn, clock: Clock) -> None:
    """However many scans a day has."""
    import sqlalchemy as sa

    from webapp.core.db import db

    office = sign_in("supervisor")
    asked = 0

    def heard(*_args: Any) -> None:
        nonlocal asked
        asked += 1

    def questions() -> int:
        nonlocal asked
        office.get(LOG)
        asked = 0
        assert office.get(LOG).status_code == 200
        return asked

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", heard)
    first = [phone.scan(spot, NOW - timedelta(minutes=9 - i)) for i, spot in enumerate(world.spots)]
    phone.send(*first, phone.record("note", {"about": first[0].id, "result": "issue", "text": "x"}))
    few = questions()
    records = [phone.scan(world.spots[i % 3], NOW - timedelta(seconds=i)) for i in range(50)]
    phone.send(*records, *(phone.record("note", {"about": r.id, "result": "issue", "text": "x"}) for r in records[:50]))
    many = questions()
    with app.app_context():
        sa.event.remove(db.engine, "before_cursor_execute", heard)
    assert many <= few + 1  # more notes than databases take parameters for are asked for in lots


# ---------------------------------------------------------------- the pack


def test_the_pack_has_todays_work_in_the_persons_language(world: World, phone: Phone) -> None:
    pack = phone.browser.get("/pack").get_json()
    assert pack["person"] == {"id": str(world.people["guard"]), "name": "Guard"}
    assert pack["device"] == str(phone.device)
    assert pack["day"] == "2026-11-23"
    assert {"/today", "/scan", "/outbox", "/me", f"/rounds/{world.round()}"} <= set(pack["pages"])
    assert pack["sites"] == [{"slug": "garden", "name": "Garden"}]
    assert {c["name"] for c in pack["colleagues"]} >= {"Colleague", "Technician"}
    assert "Stranger" not in str(pack)
    rounds = {r["id"]: r for r in pack["rounds"]}
    now = rounds[world.round()]
    assert (now["starts_at"], now["early_from"], now["due_until"], now["closes_at"]) == (
        "2026-11-23T14:00:00.000Z",
        "2026-11-23T13:45:00.000Z",
        "2026-11-23T15:00:00.000Z",
        "2026-11-23T15:15:00.000Z",
    )
    assert [p["checkpoint"] for p in now["points"]] == [str(s.id) for s in world.spots]
    assert now["points"][2]["questions"][0]["text"] == "Is the pump room dry?"
    assert pack["checkpoints"][str(world.gate.id)] == {
        "name": "East gate",
        "place": "Lobby",
        "number": "B1-01",
        "instructions": "看东门",
        "site": "garden",
        "lat": 31.2304,
        "lon": 121.4737,
        "fence_m": 40,
    } | {
        k: v
        for k, v in pack["checkpoints"][str(world.gate.id)].items()
        if k not in ("name", "place", "number", "instructions", "site", "lat", "lon", "fence_m")
    }


def test_every_page_in_the_pack_is_there(phone: Phone) -> None:
    for address in phone.browser.get("/pack").get_json()["pages"]:
        response = phone.browser.get(address)
        assert response.status_code == 200, address
        assert response.headers["Rounds-Person"] == str(phone.person)


def test_the_pack_recognises_a_label_by_its_salted_digest(world: World, phone: Phone) -> None:
    pack = phone.browser.get("/pack").get_json()

    def find(code: str) -> Any:
        return pack["labels"].get(hashlib.sha256((pack["salt"] + code).encode()).hexdigest()[:8])

    assert find(world.gate.code) == {"checkpoint": str(world.gate.id), "version": 1, "current": True}
    assert find(world.pump.code) == {"checkpoint": str(world.pump.id), "version": 2, "current": True}
    assert find(world.old_code) == {"checkpoint": str(world.pump.id), "version": 1, "current": False}
    assert find(world.bridge.code) is None
    assert find("0000000000") is None


def test_packs_of_two_people_share_no_salt_and_no_digest(phone: Phone, sign_in: SignIn) -> None:
    mine, theirs = phone.browser.get("/pack").get_json(), sign_in("colleague").get("/pack").get_json()
    assert mine["salt"] != theirs["salt"]
    assert not mine["labels"].keys() & theirs["labels"].keys()


@pytest.mark.parametrize("who", ["guard", "colleague", "technician", "desk"])
def test_no_page_and_no_pack_gives_a_code_away_to_field_staff(world: World, sign_in: SignIn, walked: Any, who: str) -> None:
    """Who knows the code need not go there."""
    browser = sign_in(who)
    addresses = browser.get("/pack").get_json()["pages"]
    for address in [
        "/pack",
        *addresses,
        "/my-day",
        f"/rounds/{world.round()}",
        "/offline",
        "/",
        "/labels",
        "/sites/garden",
        "/labels.csv?site=garden",
    ]:
        text = browser.get(address).text
        for code in world.codes:
            assert code not in text, address
            assert f"{code[:5]}-{code[5:]}" not in text, address


def test_the_packs_revision_changes_with_its_content_only(world: World, phone: Phone, clock: Clock) -> None:
    first, again = phone.browser.get("/pack").get_json(), phone.browser.get("/pack").get_json()
    assert first["revision"] == again["revision"]
    phone.send(phone.scan(world.gate))
    changed = phone.browser.get("/pack").get_json()
    assert changed["revision"] != first["revision"]
    point = next(r for r in changed["rounds"] if r["id"] == world.round())["points"][0]
    assert point["scanned_at"] == "2026-11-23T14:30:00.000Z"


def test_a_round_is_on_the_phone_from_the_afternoon_until_it_closes(world: World, phone: Phone, clock: Clock) -> None:
    def has(moment: Any, wall: str) -> bool:
        clock.set(moment)
        return world.round(wall) in {r["id"] for r in phone.browser.get("/pack").get_json()["rounds"]}

    assert has(NOW - timedelta(hours=12), "20261123-2200")
    assert has(NOW, "20261124-0200")
    assert has(NOW + timedelta(hours=2, minutes=40), "20261124-0000")


def test_the_scanner_the_outbox_and_the_offline_page_hold_nothing_personal_but_the_frame(phone: Phone, browser: Browser) -> None:
    assert browser.get("/outbox").status_code == 200
    assert browser.get("/offline").status_code == 200
    assert browser.get("/scan").status_code == 302
    assert phone.browser.get("/scan?code=0000000000").status_code == 200


# ---------------------------------------------------------------- pictures: who may look


@pytest.fixture
def evidence(app: Flask, world: World, phone: Phone) -> str:
    """The address of a photo of a scan at the garden."""
    content = picture()
    phone.put_photo(content)
    scan = phone.scan(world.gate, photos=[named_photo(content)])
    phone.send(scan)
    return f"/records/{scan.id}/photos/{named_photo(content)['sha256']}"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guard", 200),
        ("supervisor", 200),
        ("manager", 200),
        ("admin", 200),
        ("colleague", 404),
        ("technician", 404),
        ("desk", 404),
        ("stranger", 404),
        ("elsewhere", 404),
        ("nowhere", 404),
    ],
)
def test_who_may_look_at_a_photo(evidence: str, sign_in: SignIn, who: str, status: int) -> None:
    response = sign_in(who).get(evidence)
    assert response.status_code == status
    if status == 200:
        assert response.data == picture()
        assert response.mimetype == "image/jpeg"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize(("who", "status"), [("guard", 200), ("supervisor", 200), ("colleague", 404), ("elsewhere", 404)])
def test_who_may_look_at_a_photo_of_a_held_record(app: Flask, phone: Phone, sign_in: SignIn, who: str, status: int) -> None:
    """The supervisor who decides must see it, though nobody knows yet which site it belongs to."""
    content = picture(colour="red")
    phone.put_photo(content)
    held = phone.record("scan", {"code": "nonsense"}, photos=[named_photo(content)])
    phone.send(held)
    with looking(app) as session:
        assert session.get(Record, held.uuid).site_id is None
    assert sign_in(who).get(f"/records/{held.id}/photos/{named_photo(content)['sha256']}").status_code == status


def test_a_photo_is_found_only_through_a_record_that_names_it(world: World, evidence: str, phone: Phone, app: Flask) -> None:
    record, sha256 = evidence.split("/")[2], evidence.split("/")[4]
    other = phone.scan(world.roof)
    phone.send(other)
    for address in (
        f"/records/{other.id}/photos/{sha256}",
        f"/records/{record}/photos/{'0' * 64}",
        f"/records/{record}/photos/..%2f..%2fsecret",
        f"/photos/{sha256}",
    ):
        assert phone.browser.get(address).status_code in (404, 405), address


def test_a_photo_that_is_named_but_never_came_is_404(world: World, phone: Phone) -> None:
    missing = named_photo(picture(colour="blue"))
    scan = phone.scan(world.gate, photos=[missing])
    phone.send(scan)
    assert phone.browser.get(f"/records/{scan.id}/photos/{missing['sha256']}").status_code == 404


def test_a_page_of_the_pack_that_breaks_still_says_whose_it_was_to_be(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone tells a page that we cannot make from a session that has ended: it keeps the others."""

    def broken() -> str:
        db.session.add(Site(slug="garden", name="A second one", zone="UTC"))
        db.session.flush()  # the slug is taken: on PostgreSQL nothing can be asked in this transaction any more
        return ""

    guard = Browser(app).sign_in("guard")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for stumble in (broken, lambda: 1 / 0):
        monkeypatch.setitem(app.view_functions, "people.own_page", stumble)
        response = guard.get("/me", Rounds_Pack="1")
        assert response.status_code == 500
        assert response.headers["Rounds-Person"] == str(world.people["guard"])
