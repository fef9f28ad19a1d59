"""Trust: doubtful scans are looked at, their people are asked and heard, and everybody reads the same; all communities' days on one page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.settling import LOG, NEXT, decide, decide_all, row, rows_of, sign
from tests.http.test_work_board import counting
from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, named_photo, page, picture
from webapp.core.db import db, writing
from webapp.daily_log.models import Answer, ExceptionDecision

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
REVIEW = "/review/garden"


@pytest.fixture
def doubtful(world: World, phone: Phone, clock: Clock) -> Sent:
    """A scan of a label that had been replaced; it is an hour later."""
    scan = phone.scan(world.old_code, NOW - timedelta(minutes=10))
    phone.send(scan)
    clock.forward(hours=1)
    return scan


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


@pytest.fixture
def asked(office: Browser, doubtful: Sent) -> Sent:
    decide(office, row(office, "doubtful"), "ask", "Was that the old label?")
    return doubtful


def question(app: Flask) -> str:
    with looking(app) as session:
        return str(session.scalars(sa.select(ExceptionDecision.id).where(ExceptionDecision.verb == "ask")).one())


def answer(app: Flask, phone: Phone, verb: str = "explain", **more: Any) -> Sent:
    return phone.record("answer", {"question": question(app), "verb": verb} | more)


# ---------------------------------------------------------------- the stream


def test_doubtful_scans_stand_in_the_review_with_their_reasons(office: Browser, doubtful: Sent) -> None:
    (only,) = rows_of(office.get(REVIEW))
    assert only.key == f"doubtful:{doubtful.id}"
    for words in ("Pump room", "23 November 22:20:00", "Guard", "An old label that has been replaced"):
        assert words in only.text, words


def test_a_scan_frame_is_shown_where_it_has_arrived(world: World, office: Browser, phone: Phone) -> None:
    content = picture()
    sha256 = named_photo(content)["sha256"]
    scan = phone.scan(world.old_code, photos=[named_photo(content)], body={"frame": sha256})
    phone.send(scan)
    address = f"/records/{scan.id}/photos/{sha256}"
    assert address not in office.get(REVIEW).text
    phone.put_photo(content)
    assert address in office.get(REVIEW).text


def test_a_decision_in_the_review_is_the_days_own(office: Browser, doubtful: Sent) -> None:
    (only,) = rows_of(office.get(REVIEW))
    response = decide(office, only, "accept", "the new one had fallen off", then="review")
    assert (response.status_code, response.location) == (303, REVIEW)
    assert rows_of(office.get(REVIEW)) == []
    assert "No doubtful scan waits" in office.get(REVIEW).text
    assert row(office, "doubtful").state == "accept"


def test_what_is_wrong_with_a_decision_is_said_in_the_review(office: Browser, doubtful: Sent) -> None:
    (only,) = rows_of(office.get(REVIEW))
    response = decide(office, only, "aside", then="review")
    assert response.status_code == 422
    assert "Please say why." in response.text
    assert "Doubtful scans" in response.text


def test_withdrawn_and_signed_ones_are_no_ones_business_any_more(
    world: World, office: Browser, phone: Phone, doubtful: Sent, clock: Clock
) -> None:
    clock.set(NOW + timedelta(hours=10))
    decide_all(office, "carry")
    sign(office)
    slip = phone.scan(world.old_code)
    phone.send(slip)
    assert len(rows_of(office.get(REVIEW))) == 1
    phone.send(phone.record("correction", {"about": slip.id, "verb": "withdraw"}))
    assert rows_of(office.get(REVIEW)) == []
    assert row(office, "doubtful", NEXT).state == "open"  # carried over: it stands on the next day's page


def test_what_comes_back_is_said_and_that_it_is_no_proof(world: World, office: Browser, phone: Phone) -> None:
    phone.send(*(phone.scan(world.old_code, NOW - timedelta(hours=n)) for n in range(3)))
    text = page(office.get(REVIEW)).text
    assert "3 of 3 scans of “Pump room” were doubtful" in text
    assert "never a proof" in text


def test_the_review_asks_the_database_a_fixed_number_of_times(app: Flask, world: World, office: Browser, phone: Phone) -> None:
    phone.send(phone.scan(world.old_code, NOW - timedelta(hours=3)))
    office.get(REVIEW)
    with counting(app) as few:
        office.get(REVIEW)
    phone.send(*(phone.scan(world.old_code, NOW - timedelta(minutes=7 * n)) for n in range(20)))
    with counting(app) as many:
        office.get(REVIEW)
    assert len(rows_of(office.get(REVIEW))) == 21
    assert len(many) <= len(few) + 1  # the names of points that come back


def test_a_stranger_reviews_nothing(sign_in: SignIn, doubtful: Sent) -> None:
    assert sign_in("elsewhere").get(REVIEW).status_code == 404
    assert sign_in("guard").get(REVIEW).status_code == 404
    assert sign_in("elsewhere").get("/review").location == "/review/river"


# ---------------------------------------------------------------- asking and answering


def test_who_is_asked_reads_it_on_the_phone_and_nobody_else_does(phone: Phone, asked: Sent, sign_in: SignIn) -> None:
    text = page(phone.browser.get("/today")).text
    for words in (
        "Supervisor asks you",
        "Pump room",
        "An old label that has been replaced",
        "Was that the old label?",
        "I do not agree",
        "Monday, 23 November · ",
    ):
        assert words in text, words
    assert "asks you" not in sign_in("colleague").get("/today").text


@pytest.mark.parametrize(
    ("verb", "more", "words"),
    [
        ("explain", {"choice": "label"}, "Explains Guard · 23 Nov 23:30 Label damaged or misplaced"),
        ("appeal", {"text": "It hung there"}, "Does not agree Guard · 23 Nov 23:30 “It hung there”"),
        ("explain", {"choice": "phone", "text": "flat"}, "Phone did not work “flat”"),
    ],
)
def test_an_answer_comes_back_to_the_supervisor(
    app: Flask, office: Browser, phone: Phone, asked: Sent, verb: str, more: dict[str, str], words: str
) -> None:
    assert row(office, "doubtful").state == "asked"
    assert phone.one(answer(app, phone, verb, **more))["status"] == "accepted"
    doubtful = row(office, "doubtful")
    assert doubtful.state == "answered"
    assert words in doubtful.text
    assert "asks you" not in phone.browser.get("/today").text
    decide(office, doubtful, "accept", "I have looked")
    assert row(office, "doubtful").state == "accept"


def test_a_second_answer_takes_the_firsts_place_and_both_are_kept(
    app: Flask, office: Browser, phone: Phone, asked: Sent, clock: Clock
) -> None:
    first = answer(app, phone, text="no idea")
    clock.forward(minutes=1)
    phone.send(first, answer(app, phone, text="now I remember"))
    assert "now I remember" in row(office, "doubtful").text
    with looking(app) as session:
        assert len(session.scalars(sa.select(Answer)).all()) == 2


def test_nobody_answers_for_somebody_else(app: Flask, asked: Sent, phone_of: PhoneOf, office: Browser) -> None:
    colleague = phone_of("colleague")
    result = colleague.one(answer(app, colleague, text="it was me"))
    assert (result["status"], result["reason"]) == ("held", "no-access")
    assert row(office, "doubtful").state == "asked"


def test_a_decision_is_not_a_question(app: Flask, office: Browser, phone: Phone, doubtful: Sent) -> None:
    decide(office, row(office, "doubtful"), "accept")
    with looking(app) as session:
        decision = str(session.scalars(sa.select(ExceptionDecision.id)).one())
    assert phone.one(phone.record("answer", {"question": decision, "verb": "explain"}))["reason"] == "unknown-question"


@pytest.mark.parametrize(("verb", "still_asked"), [("carry", True), ("accept", False), ("aside", False), ("again", False)])
def test_a_question_ends_with_a_decision_but_not_with_the_day(
    office: Browser, phone: Phone, asked: Sent, verb: str, still_asked: bool
) -> None:
    doubtful = row(office, "doubtful")
    decide(office, doubtful, verb, "enough")
    assert ("asks you" in phone.browser.get("/today").text) == still_asked


def test_what_was_answered_is_on_the_paper_and_in_its_file(app: Flask, office: Browser, phone: Phone, asked: Sent) -> None:
    phone.send(answer(app, phone, "appeal", choice="label", text="The new one fell off"))
    said = "Does not agree: Label damaged or misplaced “The new one fell off”"
    assert said in page(office.get(f"{LOG}/paper")).text
    assert said in [row["said"] for row in office.get(f"{LOG}/paper?as=json").get_json()["rows"]]


def test_an_answer_to_what_was_carried_over_shows_on_the_next_day(
    app: Flask, office: Browser, phone: Phone, asked: Sent, clock: Clock
) -> None:
    decide(office, row(office, "doubtful"), "carry")
    clock.forward(days=1)
    assert row(office, "doubtful", NEXT).state == "asked"
    phone.send(answer(app, phone, choice="label"))
    assert row(office, "doubtful", NEXT).state == "answered"


def test_the_asked_person_reads_in_their_own_language(app: Flask, phone: Phone, asked: Sent) -> None:
    phone.browser.post("/me/settings", {"language": "zh_CN", "theme": "light"})
    text = page(phone.browser.get("/today")).text
    assert "水泵房" in text
    assert "已被替换的旧标签" in text or "旧标签" in text


# ---------------------------------------------------------------- the person's own page


def test_a_person_reads_what_was_asked_and_decided_and_what_is_kept(
    app: Flask, world: World, office: Browser, phone: Phone, asked: Sent
) -> None:
    phone.send(answer(app, phone, "appeal", text="It hung there"))
    decide(office, row(office, "doubtful"), "accept", "right, sorry")
    mine = page(phone.browser.get("/my-day?day=2026-11-23")).text
    theirs = page(office.get(f"/people/{world.people['guard']}/day?day=2026-11-23")).text
    for words in (
        "Asked and decided",
        "“Was that the old label?”",
        "Does not agree: “It hung there”",
        "Accepted as it is · Supervisor",
        "“right, sorry”",
        "1 scan: which label",
        "0 positions, taken at a scan, a step or an inspection and at no other time",
        "0 of what the camera saw when it read a label, 0 photos",
        "nothing is changed or deleted",
    ):
        assert words in mine, words
        assert words in theirs, words


def test_who_was_asked_reads_it_although_they_scanned_nothing_that_day(
    app: Flask, world: World, sign_in: SignIn, office: Browser, asked: Sent
) -> None:
    with app.app_context(), writing():
        db.session.execute(sa.update(ExceptionDecision).values(to_id=world.people["colleague"]))
    mine = page(sign_in("colleague").get("/my-day?day=2026-11-23")).text
    for words in ("Asked and decided", "“Was that the old label?”", "0 scans: which label"):
        assert words in mine, words


# ---------------------------------------------------------------- all communities


def test_a_manager_sees_where_every_communitys_day_stands(sign_in: SignIn, office: Browser, doubtful: Sent, clock: Clock) -> None:
    manager = sign_in("manager")
    assert "Still going on" in page(manager.get("/days/2026-11-23")).text
    clock.set(NOW + timedelta(hours=10))
    shown = manager.get("/days")
    assert shown.location == "/days/2026-11-23"
    open_ = len([each for each in rows_of(office.get(LOG)) if each.state == "open"])
    text = page(manager.get("/days/2026-11-23")).text
    assert f"Garden {open_} to decide" in text
    assert "河西" in text
    decide_all(office)
    assert "Garden Ready to sign" in page(manager.get("/days/2026-11-23")).text
    sign(office)
    text = page(manager.get("/days/2026-11-23")).text
    assert "Garden Day signed" in text
    assert "13 of the days before are not signed · signed by Supervisor" in text
    assert "河西" not in page(office.get("/days/2026-11-23")).text


def test_the_days_before_say_whether_they_are_signed(office: Browser, doubtful: Sent, clock: Clock) -> None:
    clock.set(NOW + timedelta(hours=10))
    decide_all(office)
    sign(office)
    assert "23 November: Day signed" in page(office.get("/days/2026-11-24")).text
    assert "22 November: Not signed" in page(office.get("/days/2026-11-24")).text
