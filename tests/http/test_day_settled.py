"""The supervisor's day: every exception is decided about, once, by somebody, with a reason; then the day is signed and stays as it was signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.http.settling import LOG, NEXT, decide, decide_all, row, rows_of, sign
from tests.http.test_work_office import do, raised
from tests.making import NOW, Browser, Clock, Phone, Sent, World, looking, page, reissue
from webapp.core.db import db, writing
from webapp.daily_log import rules
from webapp.daily_log.models import DaySignature, ExceptionDecision
from webapp.patrols import planning
from webapp.patrols.models import Schedule
from webapp.people import actions as people
from webapp.people.models import Person, SignInTry
from webapp.sites.models import Site
from webapp.work_orders.models import WorkOrder

SignIn = Callable[[str], Browser]
PhoneOf = Callable[[str], Phone]
MISSED = "missed:{}"


@pytest.fixture
def walked(world: World, phone: Phone, clock: Clock) -> dict[str, Sent]:
    """The 22:00 round: the gate on time, the roof late with a problem, the pump room missed; the others missed altogether. It is 23:30."""
    gate, roof = phone.scan(world.gate, NOW - timedelta(minutes=20)), phone.scan(world.roof, NOW + timedelta(minutes=35))
    issue = phone.record("note", {"about": roof.id, "result": "issue", "text": "hatch open"}, NOW + timedelta(minutes=36))
    clock.forward(hours=1)
    assert {r["status"] for r in phone.send(gate, roof, issue)} == {"accepted"}
    return {"gate": gate, "roof": roof, "issue": issue}


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


@pytest.fixture
def morning(walked: dict[str, Sent], clock: Clock) -> dict[str, Sent]:
    """The day is over: 09:00 of the next."""
    clock.set(NOW + timedelta(hours=10, minutes=30))
    return walked


@pytest.fixture
def signed(morning: dict[str, Sent], office: Browser) -> dict[str, Sent]:
    """Everything is accepted, and the day is signed."""
    decide_all(office)
    assert sign(office).status_code == 303
    return morning


def decisions(app: Flask) -> list[Any]:
    with looking(app) as session:
        rows = session.scalars(sa.select(ExceptionDecision).order_by(ExceptionDecision.at, ExceptionDecision.number)).all()
        return [(d.key.split(":")[0], d.verb, d.number, d.reason) for d in rows]


# ---------------------------------------------------------------- exceptions and decisions


def test_every_exception_has_a_stable_key_and_stands_once(world: World, office: Browser, walked: Any) -> None:
    keys = [each.key for each in rows_of(office.get(LOG))]
    assert keys == [
        "unsigned:2026-11-22",
        *(MISSED.format(world.round(f"20261123-{wall}")) for wall in ("0000", "0200", "2000", "2200")),
        f"late:{world.round()}",
        f"problem:{walked['issue'].id}",
        keys[-1],
    ]
    assert keys[-1].startswith("clock:") and ":dispatch:" in keys[-1]  # nobody was sent for the problem
    again = office.get(LOG, HX_Request="true", Accept_Language="zh-CN")
    assert [each.key for each in rows_of(again)] == keys


def test_what_is_known_of_an_exception_stands_in_its_row(office: Browser, walked: Any, world: World) -> None:
    late = row(office, "late")
    for words in ("6 min late", "Roof", "22:00 Night round", "Guard", "“hatch open”", "Ask Guard"):
        assert words in late.text, words
    assert f"/rounds/{world.round()}" in late.html


@pytest.mark.parametrize(
    ("verb", "reason", "state", "words"),
    [
        ("accept", "", "accept", "Accepted as it is"),
        ("accept", "helped a resident", "accept", "“helped a resident”"),
        ("ask", "Where were you?", "asked", "Asked: Guard"),
        ("aside", "the clock was wrong", "aside", "“the clock was wrong”"),
        ("carry", "", "carry", "Carried over"),
        ("job", "Mend the hatch", "job", "Open the work order"),
    ],
)
def test_a_decision_is_kept_with_who_when_and_why(
    app: Flask, office: Browser, walked: Any, verb: str, reason: str, state: str, words: str
) -> None:
    response = decide(office, row(office, "late"), verb, reason)
    assert response.status_code == 303
    late = row(office, "late")
    assert late.state == state
    assert words in late.text
    assert "Supervisor · 23 Nov 23:30" in late.text
    assert decisions(app) == [("late", verb, 1, reason)]


def test_nothing_of_a_decision_is_changed_by_the_next_one(app: Flask, office: Browser, walked: Any) -> None:
    decide(office, row(office, "late"), "accept", "fine")
    decide(office, row(office, "late"), "again")
    assert row(office, "late").state == "open"
    decide(office, row(office, "late"), "aside", "no, the phone was broken")
    assert decisions(app) == [("late", "accept", 1, "fine"), ("late", "again", 2, ""), ("late", "aside", 3, "no, the phone was broken")]


def test_setting_aside_wants_a_reason_and_keeps_what_was_typed(app: Flask, office: Browser, walked: Any) -> None:
    late = row(office, "late")
    response = decide(office, late, "aside", "  ")
    assert response.status_code == 422
    assert "Please say why." in response.text
    assert response.text.count("Please say why.") == 1  # where it was typed, not at the top of a long page
    (refused,) = [each for each in rows_of(response) if "Please say why." in each.html]
    assert (refused.kind, 'aria-invalid="true"' in refused.html) == ("late", True)
    assert decisions(app) == []
    response = decide(office, late, "accept", "x" * 2001)
    assert response.status_code == 422
    assert "x" * 2001 in response.text


@pytest.mark.parametrize(
    "form", [{}, {"key": "late:x", "verb": "forgive"}, {"key": "", "verb": "accept"}, {"key": "late:x", "verb": "accept", "seen": "-1"}]
)
def test_nonsense_decides_nothing(app: Flask, office: Browser, walked: Any, form: dict[str, str]) -> None:
    assert office.post(f"{LOG}/decide", form).status_code == 400
    assert decisions(app) == []


def test_an_exception_that_has_gone_meanwhile_is_said_to_have_gone(
    app: Flask, world: World, office: Browser, walked: Any, phone: Phone
) -> None:
    missed = next(each for each in rows_of(office.get(LOG)) if each.key == MISSED.format(world.round()))
    phone.send(phone.scan(world.pump, NOW + timedelta(minutes=10)))
    response = decide(office, missed, "accept")
    assert response.status_code == 409
    assert "no exception any more" in response.text
    assert decisions(app) == []


def test_of_two_supervisors_the_second_is_told_and_loses_nothing(app: Flask, office: Browser, sign_in: SignIn, walked: Any) -> None:
    manager = sign_in("manager")
    mine, theirs = row(office, "late"), row(manager, "late")
    assert decide(manager, theirs, "accept", "talked to him").status_code == 303
    response = decide(office, mine, "aside", "a long reason of my own")
    assert response.status_code == 409
    assert "A colleague has decided about this in the meantime." in response.text
    assert "talked to him" in response.text
    assert decisions(app) == [("late", "accept", 1, "talked to him")]
    decide(office, row(office, "late"), "again")
    assert decide(office, row(office, "late"), "aside", "a long reason of my own").status_code == 303


def test_at_the_very_same_moment_only_one_decision_is_kept(app: Flask, world: World, office: Browser, walked: Any) -> None:
    decide(office, row(office, "late"), "accept")
    with app.app_context(), writing():
        kept = db.session.scalars(sa.select(ExceptionDecision)).one()
        twin = ExceptionDecision(
            site_id=kept.site_id, day=kept.day, key=kept.key, number=kept.number, verb="carry", person_id=kept.person_id, shown=kept.shown
        )
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            db.session.add(twin)


def test_a_job_is_raised_and_linked(app: Flask, world: World, office: Browser, walked: Any) -> None:
    decide(office, row(office, "problem"), "job", type_code="light")
    with looking(app) as session:
        order = session.scalars(sa.select(WorkOrder)).one()
        assert (order.type_code, order.checkpoint_id, order.origin, order.raised_by_id) == (
            "light",
            world.roof.id,
            "log",
            world.people["supervisor"],
        )
        assert "hatch open" in order.text
        order_id = order.id
    assert f"/work-orders/{order_id}" in row(office, "problem").html
    assert office.post(f"{LOG}/decide", {"key": row(office, "late").key, "verb": "job", "type_code": "nonsense"}).status_code == 400


def test_a_fragment_gives_the_day_as_it_stands_after_the_decision(office: Browser, walked: Any) -> None:
    late = row(office, "late")
    response = office.post(f"{LOG}/decide", {"key": late.key, "seen": late.seen, "verb": "accept"}, {"HX-Request": "true"})
    assert response.status_code == 200
    assert "<html" not in response.text
    assert next(each for each in rows_of(response) if each.anchor == late.anchor).state == "accept"


# ---------------------------------------------------------------- carried over


def test_what_is_carried_over_is_open_on_the_next_day_until_somebody_settles_it(office: Browser, walked: Any, clock: Clock) -> None:
    decide(office, row(office, "late"), "carry", "ask him tomorrow")
    clock.forward(days=1)
    carried = row(office, "late", NEXT)
    assert carried.state == "open"
    for words in ("from 23 November", "6 min late", "Roof", "ask him tomorrow"):
        assert words in carried.text, words
    assert row(office, "late", LOG).state == "carry"
    decide(office, carried, "accept", "his shoe broke", address=NEXT)
    assert row(office, "late", NEXT).state == "accept"
    clock.forward(days=1)
    assert [each for each in rows_of(office.get("/log/garden/2026-11-25")) if each.kind == "late"] == []
    assert row(office, "late", LOG).state == "carry"


def test_what_is_carried_over_speaks_the_readers_language(office: Browser, walked: Any, clock: Clock) -> None:
    decide(office, row(office, "late"), "carry")
    clock.forward(days=1)
    office.post("/me/settings", {"language": "zh_CN", "theme": "light"})
    text = row(office, "late", NEXT).text
    assert "屋顶" in text
    assert "late" not in text


def test_carried_over_twice_it_still_says_where_it_comes_from(office: Browser, walked: Any, clock: Clock) -> None:
    decide(office, row(office, "late"), "carry")
    clock.forward(days=1)
    decide(office, row(office, "late", NEXT), "carry", address=NEXT)
    clock.forward(days=1)
    assert "from 23 November" in row(office, "late", "/log/garden/2026-11-25").text


# ---------------------------------------------------------------- signing


def test_a_day_is_signed_when_it_is_over_and_everything_is_decided(app: Flask, office: Browser, walked: Any, clock: Clock) -> None:
    assert "Sign this day" not in office.get(LOG).text
    decide_all(office, "carry")
    assert sign(office, seen="0" * 64).status_code == 409  # the day goes on
    clock.set(NOW + timedelta(hours=10))
    shown = office.get(LOG)
    assert "Sign this day" in shown.text
    assert sign(office).status_code == 303
    text = page(office.get(LOG)).text
    for words in ("Day signed", "Signatures", "Supervisor", "the day"):
        assert words in text, words
    with looking(app) as session:
        signature = session.scalars(sa.select(DaySignature)).one()
        assert rules.digest_of(signature.content) == signature.digest
        assert signature.content["figures"] == {"due": 12, "seen": 2, "missed": 10, "late": 1, "doubtful": 0}
        assert len(signature.content["exceptions"]) == 8
        assert {e["state"] for e in signature.content["exceptions"]} == {"carry"}


def test_the_head_of_the_sealed_trail_stands_under_the_signature(app: Flask, world: World, office: Browser, morning: Any) -> None:
    from webapp.records import sealing

    with app.app_context(), writing():
        sealing.seal_all()
    decide_all(office)
    sign(office)
    with looking(app) as session:
        signature, head = session.scalars(sa.select(DaySignature)).one(), sealing.head(world.garden)
        assert head is not None
        assert (signature.seal_n, signature.seal_hash) == (head.n, head.hash)


def test_what_waits_keeps_the_day_from_being_signed(app: Flask, office: Browser, morning: Any) -> None:
    assert sign(office, seen="0" * 64).status_code == 409
    decide_all(office)
    decide(office, row(office, "late"), "again")
    decide(office, row(office, "late"), "ask", "why?")  # asked is not settled
    response = sign(office, seen="0" * 64)
    assert response.status_code == 409
    assert "Something still waits for a decision" in response.text
    with looking(app) as session:
        assert session.scalars(sa.select(DaySignature)).all() == []


def test_a_wrong_password_signs_nothing_and_is_throttled_as_at_the_sign_in(app: Flask, office: Browser, morning: Any) -> None:
    decide_all(office)
    for _try in range(8):
        response = sign(office, password="a wrong guess")
        assert response.status_code == 422
        assert "This is not your password." in response.text
        assert "data-open-again" in response.text  # the dialog stands as it was left, the words at its field
        assert 'aria-invalid="true"' in response.text
    assert "data-open-again" not in office.get(LOG).text
    assert sign(office).status_code == 429  # the right one, too
    with looking(app) as session:
        assert len(session.scalars(sa.select(SignInTry)).all()) == 8
        assert session.scalars(sa.select(DaySignature)).all() == []


def test_a_day_that_changed_since_it_was_looked_at_is_looked_at_again(
    app: Flask, world: World, office: Browser, morning: Any, phone: Phone
) -> None:
    decide_all(office)
    before = page(office.get(LOG)).values["seen"]
    phone.send(phone.record("note", {"site": "garden", "text": "late note"}, NOW))
    phone.send(phone.scan(world.pump, NOW + timedelta(minutes=10)))
    response = sign(office, seen=before)
    assert response.status_code == 409
    assert "The day has changed since you looked at it" in response.text


def test_of_two_who_sign_at_once_the_second_is_told(office: Browser, sign_in: SignIn, morning: Any) -> None:
    manager = sign_in("manager")
    decide_all(office)
    seen = page(manager.get(LOG)).values["seen"]
    assert sign(office).status_code == 303
    response = sign(manager, seen=seen)
    assert response.status_code == 409
    assert "This day is signed already." in response.text


def test_a_signed_day_is_locked(app: Flask, office: Browser, signed: Any) -> None:
    late = row(office, "late")
    before = decisions(app)
    assert late.key == ""  # no form any more
    response = office.post(f"{LOG}/decide", {"key": f"late:{late.anchor[7:]}", "seen": "1", "verb": "again"})
    assert response.status_code == 409
    assert office.post(f"{LOG}/remarks", {"text": "one more word"}).status_code == 409
    assert decisions(app) == before


def test_remarks_are_part_of_what_is_signed(app: Flask, office: Browser, morning: Any) -> None:
    assert office.post(f"{LOG}/remarks", {"text": "A quiet night otherwise."}).status_code == 303
    assert office.post(f"{LOG}/remarks", {"text": " "}).status_code == 422
    assert "A quiet night otherwise." in office.get(LOG).text
    decide_all(office)
    sign(office)
    with looking(app) as session:
        content = session.scalars(sa.select(DaySignature.content)).one()
    assert [each["text"] for each in content["remarks"]] == ["A quiet night otherwise."]


# ---------------------------------------------------------------- the addendum


def test_a_late_record_appears_as_an_addendum_and_asks_for_a_second_signature(
    app: Flask, world: World, office: Browser, signed: Any, phone_of: PhoneOf, clock: Clock
) -> None:
    assert "Addendum" not in office.get(LOG).text
    clock.forward(minutes=30)
    colleague = phone_of("colleague")
    colleague.send(colleague.scan(world.pump, NOW + timedelta(minutes=10), body={"method": "typed"}))
    text = page(office.get(LOG)).text
    for words in (
        "Sign the addendum",
        "22:40 Scan of a label · Colleague received 24 Nov 09:30",
        "Points seen 2 when it was signed, 3 now",
        "1 exception is none any more",
    ):
        assert words in text, words
    assert decide_all(office) == 0
    assert sign(office).status_code == 303
    with looking(app) as session:
        first, second = session.scalars(sa.select(DaySignature).order_by(DaySignature.number)).all()
        assert (first.content["figures"]["seen"], second.content["figures"]["seen"]) == (2, 3)
        assert rules.digest_of(first.content) == first.digest
    assert "ddendum came after" not in page(office.get(LOG)).text


def test_an_exception_that_says_more_after_the_signature_asks_for_another(
    world: World, office: Browser, signed: Any, phone_of: PhoneOf
) -> None:
    colleague = phone_of("colleague")
    colleague.send(colleague.scan(world.pump, NOW + timedelta(minutes=35)))
    late = row(office, "late")
    assert "Pump room" in late.text
    assert late.state == "accept"  # the round's lateness says something else now; what was decided stands
    text = page(office.get(LOG)).text
    assert "1 exception says something else now" in text
    assert sign(office).status_code == 303


def test_a_held_record_that_comes_late_waits_for_a_decision(office: Browser, signed: Any, phone: Phone) -> None:
    phone.send(phone.scan("0000000000", NOW + timedelta(minutes=5)))
    held = row(office, "held")
    assert held.state == "open"
    assert sign(office, seen="0" * 64).status_code == 409
    decide(office, held, "aside", "a test label")
    assert sign(office).status_code == 303


def test_a_word_said_on_the_next_day_is_no_addendum(office: Browser, signed: Any, phone: Phone) -> None:
    phone.send(phone.record("correction", {"about": signed["roof"].id, "verb": "explain", "reason": "the ladder was gone"}))
    assert "Addendum" not in office.get(LOG).text
    assert "the ladder was gone" in office.get(LOG).text


def test_a_late_step_of_a_work_order_is_an_addendum(
    app: Flask, world: World, office: Browser, morning: Any, phone_of: PhoneOf, clock: Clock
) -> None:
    clock.set(NOW)
    order = raised(app, world)
    clock.set(NOW + timedelta(hours=10, minutes=30))
    decide_all(office)
    sign(office)
    clock.forward(minutes=1)
    technician = phone_of("technician")
    technician.send(technician.record("work-step", {"order": str(order), "verb": "finish"}, NOW + timedelta(minutes=20)))
    assert "22:50 Step of a work order · Technician" in page(office.get(LOG)).text


def test_a_late_step_of_an_order_that_came_before_and_goes_on_is_an_addendum(
    app: Flask, world: World, office: Browser, morning: Any, phone_of: PhoneOf, clock: Clock
) -> None:
    clock.set(NOW - timedelta(days=3))
    order = raised(app, world)
    clock.set(NOW + timedelta(hours=10, minutes=30))
    decide_all(office)
    sign(office)
    clock.forward(minutes=1)
    technician = phone_of("technician")
    technician.send(technician.record("work-step", {"order": str(order), "verb": "accept"}, NOW + timedelta(minutes=20)))
    assert "22:50 Step of a work order · Technician" in page(office.get(LOG)).text


def test_a_handover_that_comes_late_is_an_addendum_and_so_is_a_late_word_about_one(
    world: World, office: Browser, signed: Any, phone: Phone, phone_of: PhoneOf, clock: Clock
) -> None:
    clock.forward(minutes=30)
    given = phone.record("handover", {"verb": "give", "site": "garden", "to": str(world.people["colleague"])}, NOW + timedelta(minutes=20))
    phone.send(given)
    assert "22:50 Handover · Guard" in page(office.get(LOG)).text
    decide_all(office)
    assert sign(office).status_code == 303
    clock.forward(minutes=1)
    colleague = phone_of("colleague")
    colleague.send(colleague.record("handover", {"verb": "object", "about": given.id, "text": "Ten keys"}, NOW + timedelta(minutes=25)))
    assert "22:55 Handover · Colleague" in page(office.get(LOG)).text


# ---------------------------------------------------------------- unsigned days, all communities


def test_an_unsigned_day_is_an_exception_of_the_next(office: Browser, morning: Any, clock: Clock) -> None:
    assert row(office, "unsigned", NEXT).key == "unsigned:2026-11-23"
    decide_all(office)
    sign(office)
    assert [each for each in rows_of(office.get(NEXT)) if each.kind == "unsigned"] == []


# ---------------------------------------------------------------- midnight, daylight saving, people and labels that change


def test_a_day_of_twenty_five_hours_is_signed_after_its_last_one(
    app: Flask, world: World, office: Browser, phone: Phone, clock: Clock
) -> None:
    with app.app_context(), writing():
        db.session.get_one(Site, world.garden).zone = "Europe/Berlin"
    day, after = "/log/garden/2026-10-25", datetime(2026, 10, 25, 23, 0, tzinfo=UTC)  # midnight: the clocks went back at three
    clock.set(after - timedelta(seconds=1))
    assert "Still going on" in page(office.get(day)).text
    late = phone.record("note", {"site": "garden", "text": "in the last hour"}, after - timedelta(minutes=30))
    next_day = phone.record("note", {"site": "garden", "text": "after midnight"}, after + timedelta(minutes=1))
    clock.set(after + timedelta(minutes=5))
    decide_all(office, address=day)
    assert sign(office, day).status_code == 303
    with looking(app) as session:
        assert session.scalars(sa.select(DaySignature)).one().content["figures"]["due"] == 12  # two o'clock came twice, its round once
    clock.forward(minutes=5)
    phone.send(late, next_day)
    text = page(office.get(day)).text
    assert "00:30 Note · Guard" not in text and "23:30 Note · Guard received 26 Oct 00:10" in text
    assert "after midnight" not in text and "after midnight" in office.get("/log/garden/2026-10-26").text


def test_a_round_over_midnight_is_an_exception_of_the_day_it_began(app: Flask, world: World, office: Browser, clock: Clock) -> None:
    with app.app_context(), writing():
        schedule = db.session.get_one(Schedule, world.schedule)
        planning.change_schedule(schedule, planning.rule_of(["23:30"]), NOW.date(), world.people["manager"], NOW - timedelta(hours=9))
    clock.set(NOW + timedelta(hours=2))  # 00:30: the round runs until 00:45
    assert "Still going on" in page(office.get(LOG)).text
    clock.set(NOW + timedelta(hours=10))
    assert f"missed:{world.round('20261123-2330')}" in [each.key for each in rows_of(office.get(LOG))]
    assert f"missed:{world.round('20261123-2330')}" not in [each.key for each in rows_of(office.get(NEXT))]


def test_a_signed_day_stays_when_labels_and_people_change(app: Flask, world: World, office: Browser, signed: Any, clock: Clock) -> None:
    clock.forward(hours=1)
    with app.app_context(), writing():
        reissue(world.roof.id)
        guard = db.session.get_one(Person, world.people["guard"])
        people.edit_person(guard, {}, {world.river: "worker"}, {world.garden, world.river})
    text = page(office.get(LOG)).text
    assert "Addendum" not in text
    assert "Guard" in text and "6 min late" in text


# ---------------------------------------------------------------- induction, clause 2.3.2


def begin(app: Flask, world: World, who: str, day: date) -> None:
    with app.app_context(), writing():
        db.session.get_one(Person, world.people[who]).began_on = day


@pytest.mark.parametrize(
    ("began", "is_breach"), [(date(2026, 11, 23), True), (date(2026, 10, 25), True), (date(2026, 10, 24), False), (None, False)]
)
def test_who_walks_alone_in_the_first_thirty_days_stands_in_the_log(
    app: Flask, world: World, office: Browser, walked: Any, began: date | None, is_breach: bool
) -> None:
    if began:
        begin(app, world, "guard", began)
    found = [each for each in rows_of(office.get(LOG)) if each.kind == "induction"]
    assert [each.key for each in found] == ([f"induction:{world.round()}"] if is_breach else [])
    if began == date(2026, 10, 25):
        assert "day 30 of induction, clause 2.3.2" in found[0].text


def test_with_an_experienced_colleague_it_is_no_breach(app: Flask, world: World, office: Browser, walked: Any, phone_of: PhoneOf) -> None:
    begin(app, world, "guard", date(2026, 11, 20))
    colleague = phone_of("colleague")
    colleague.send(colleague.scan(world.pump, NOW))
    assert not [each for each in rows_of(office.get(LOG)) if each.kind == "induction"]
    begin(app, world, "colleague", date(2026, 11, 20))  # two beginners are no company
    assert [each for each in rows_of(office.get(LOG)) if each.kind == "induction"]


def test_a_job_done_alone_in_induction(app: Flask, world: World, office: Browser, phone_of: PhoneOf, clock: Clock) -> None:
    begin(app, world, "technician", date(2026, 11, 20))
    order = raised(app, world)
    do(phone_of("technician"), order, "on_site", "start", "finish")
    assert row(office, "induction").key == f"induction:{order}"


def test_the_agreement_says_how_long_the_induction_is(app: Flask, world: World, office: Browser, walked: Any) -> None:
    from webapp.standards.actions import agree
    from webapp.standards.rules import Agreement

    begin(app, world, "guard", date(2026, 11, 16))
    with app.app_context(), writing():
        agree(world.garden, Agreement(NOW - timedelta(days=1), induction_days=7), world.people["manager"], NOW - timedelta(days=1))
    assert not [each for each in rows_of(office.get(LOG)) if each.kind == "induction"]


def test_a_managers_form_keeps_the_first_day_of_work(app: Flask, world: World, sign_in: SignIn) -> None:
    manager, address = sign_in("manager"), f"/people/{world.people['guard']}"
    form = page(manager.get(address)).values | {"began_on": "2026-11-01"}
    assert manager.post(address, form).status_code == 302
    assert page(manager.get(address)).values["began_on"] == "2026-11-01"
    with looking(app) as session:
        assert session.get(Person, world.people["guard"]).began_on == date(2026, 11, 1)


def test_the_mentor_is_named_where_somebody_new_was_alone_and_on_their_own_page(
    app: Flask, world: World, office: Browser, sign_in: SignIn, walked: Any
) -> None:
    manager = sign_in("manager")
    address = f"/people/{world.people['guard']}"
    facts = {"name": "Guard", "trade": "guard", "language": "en", "began_on": "2026-11-20", f"role-{world.garden}": "worker"}
    assert manager.post(address, facts | {"mentor_id": str(world.people["nowhere"])}).status_code == 422, "nobody of one's people"
    assert manager.post(address, facts | {"mentor_id": str(world.people["guard"])}).status_code == 422, "not oneself"
    assert manager.post(address, facts | {"mentor_id": str(world.people["colleague"])}).status_code == 302
    found = row(office, "induction")
    assert "day 4 of induction, clause 2.3.2 · mentor: Colleague" in found.text
    assert "Ask Guard" in found.text
    mine = page(sign_in("guard").get("/my-day?day=2026-11-23")).text
    assert "Day 4 of the induction" in mine
    assert "Mentor: Colleague" in mine
    assert manager.post(address, facts | {"mentor_id": ""}).status_code == 302
    assert "no mentor named" in row(office, "induction").text
