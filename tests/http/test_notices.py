"""The signed log goes out by itself: to whom, when, in which form, once; and what did not go out is seen and tried again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext
from werkzeug.test import TestResponse

from tests.http.settling import LOG, decide_all, sign
from tests.making import NOW, ZONE, Browser, Clock, Phone, World, looking, page
from webapp.core.db import db, writing
from webapp.core.tasks import Task, Worker
from webapp.daily_log.lines import ORDER
from webapp.daily_log.paper import BROWSERS
from webapp.daily_log.words import KINDS
from webapp.notices import delivering
from webapp.notices.models import Notice, Subscription
from webapp.notices.rules import Event
from webapp.notices.topics import Topic, Words
from webapp.sites.models import Site

SignIn = Callable[[str], Browser]
PAGE = "/notices/garden"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef"
NINE = NOW + timedelta(hours=10, minutes=30)  # 09:00 of the next day


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser prints, unless a test wants it: the paper goes along as a page."""
    monkeypatch.setattr("webapp.daily_log.paper.BROWSERS", ())


@pytest.fixture
def office(sign_in: SignIn) -> Browser:
    return sign_in("supervisor")


def subscribe(browser: Browser, address: str = "owners@example.com", **more: Any) -> TestResponse:
    way = "robot" if address.startswith("https") else "mail"
    return browser.post(more.pop("at", PAGE), {"way": way, "address": address, "language": "en", "hour": "8"} | more)


def work(app: Flask, look: bool = False) -> int:
    """Let the background do what is due; `look`: as every ten minutes. Gives how many tasks ran."""
    with app.app_context():
        if look:
            with writing():
                delivering.look_soon()
        worker, count = Worker(app), 0
        while worker.run_one():
            count += 1
        return count


def notices(app: Flask) -> list[Notice]:
    with looking(app) as session:
        found = list(session.scalars(sa.select(Notice).order_by(Notice.made_at, Notice.id)))
        session.expunge_all()
        return found


def sign_day(office: Browser, address: str = LOG) -> None:
    decide_all(office, address=address)
    assert sign(office, address).status_code == 303


@pytest.fixture
def walked(world: World, phone: Phone) -> None:
    """One point of three was seen, with a problem there, whose words would like to be more than words."""
    scan = phone.scan(world.gate)
    phone.send(scan, phone.record("note", {"about": scan.id, "result": "issue", "text": "<@all> [x](https://evil.example)"}))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "notices").rglob("*") if path.is_file())


def mails(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in files(folder) if path.suffix == ".eml"]
    assert all(isinstance(mail, EmailMessage) for mail in found)
    return found  # type: ignore[return-value]


def of_one(folder: Path) -> EmailMessage:
    (mail,) = mails(folder)
    return mail


def told(app: Flask) -> list[tuple[str, str]]:
    return [(each.subject, each.state) for each in notices(app)]


# ---------------------------------------------------------------- what goes out


def test_a_signed_day_goes_out_by_mail_with_its_words_and_its_paper(
    app: Flask, world: World, office: Browser, walked: None, clock: Clock, tmp_path: Path
) -> None:
    assert subscribe(office).status_code == 303
    clock.set(NINE)
    sign_day(office)
    work(app)
    (notice,) = notices(app)
    (file,) = files(tmp_path)
    assert file == tmp_path / "notices" / "2026-11-24" / f"{notice.id}.eml"
    assert (notice.state, notice.attempts, notice.error, notice.sent_at) == ("sent", 1, "", clock.now)
    assert file.read_bytes().isascii()
    mail = of_one(tmp_path)
    assert (mail["To"], mail["From"]) == ("owners@example.com", "Rounds <rounds@rounds.example.com>")
    assert mail["Subject"] == notice.subject == "Garden daily log 2026-11-23"
    assert mail["Message-ID"] == f"<{notice.id}@rounds.example.com>"
    assert mail["Date"].datetime == clock.now.astimezone(ZONE).replace(microsecond=0)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/html",
    ]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for words in (
        "points missed",
        "Accepted as it is",
        "Problem 1",
        "Signed by Supervisor, 24 Nov 09:00",
        "https://rounds.example.com/log/garden/2026-11-23",
    ):
        assert words in text
        assert words in html
    (paper,) = mail.iter_attachments()
    assert paper.get_filename() == "garden-2026-11-23.html"
    assert 'lang="en"' in paper.get_content()
    assert "&lt;@all&gt;" in paper.get_content()


def test_every_kind_of_exception_has_a_word_to_be_counted_by() -> None:
    assert tuple(KINDS) == ORDER


def test_each_is_told_in_the_subscriptions_language_whatever_the_signers(
    app: Flask, office: Browser, walked: None, clock: Clock, tmp_path: Path
) -> None:
    subscribe(office, language="zh_CN")
    subscribe(office, "english@example.com", language="en")
    clock.set(NINE)
    sign_day(office)  # in English
    work(app)
    by_address = {mail["To"]: mail for mail in mails(tmp_path)}
    for address, subject, words, lang in (
        ("owners@example.com", "锦绣花园 工作日志 2026-11-23", "supervisor 先生", "zh-CN"),
        ("english@example.com", "Garden daily log 2026-11-23", "Signed by", "en"),
    ):
        mail = by_address[address]
        (paper,) = mail.iter_attachments()
        assert (mail["Subject"], mail["Content-Language"]) == (subject, lang)
        assert words in mail.get_body(("plain",)).get_content()
        assert f'<html lang="{lang}"' in paper.get_content()
        assert ("异常" in paper.get_content()) == (lang == "zh-CN")


def test_a_robot_is_told_in_its_own_form_words_and_a_link(app: Flask, office: Browser, walked: None, clock: Clock, tmp_path: Path) -> None:
    subscribe(office, WECOM)
    subscribe(office, DINGTALK)
    clock.set(NINE)
    sign_day(office)
    work(app)
    calls = {each.id: each.address for each in notices(app)}
    by_address = {calls[key]: json.loads(file.read_bytes()) for file in files(tmp_path) for key in calls if file.name == f"{key}.json"}
    assert by_address.keys() == {WECOM, DINGTALK}
    wecom, dingtalk = by_address[WECOM], by_address[DINGTALK]
    assert wecom.keys() == dingtalk.keys() == {"msgtype", "markdown"}
    assert wecom["msgtype"] == "markdown"
    assert wecom["markdown"].keys() == {"content"}
    assert dingtalk["markdown"].keys() == {"title", "text"}
    assert dingtalk["markdown"]["title"] == "Garden daily log 2026-11-23"
    for content in (wecom["markdown"]["content"], dingtalk["markdown"]["text"]):
        assert content.startswith("### Garden daily log 2026-11-23\n")
        assert content.endswith("[Open this day](https://rounds.example.com/log/garden/2026-11-23)")
        assert re.findall(r"[<>]|\]\(", content) == ["]("]
        assert len(content.encode()) <= 4096


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no browser to print with")
def test_the_paper_is_a_pdf_where_a_browser_can_print_it(
    app: Flask, office: Browser, walked: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.daily_log.paper.BROWSERS", BROWSERS)
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    work(app)
    (paper,) = of_one(tmp_path).iter_attachments()
    assert (paper.get_content_type(), paper.get_filename()) == ("application/pdf", "garden-2026-11-23.pdf")
    assert paper.get_content().startswith(b"%PDF")


def test_no_name_makes_a_header_or_a_path(app: Flask, world: World, office: Browser, walked: None, clock: Clock, tmp_path: Path) -> None:
    with app.app_context(), writing():
        db.session.get_one(Site, world.garden).name_en = "G\r\nBcc: x@evil.example\n\n<b>../../x"
    subscribe(office)
    subscribe(office, WECOM)
    clock.set(NINE)
    sign_day(office)
    work(app)
    mail = of_one(tmp_path)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "G Bcc: x@evil.example <b>../../x daily log 2026-11-23"
    assert "<b>" not in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    names = {str(each.id) for each in notices(app)}
    assert {path.stem for path in files(tmp_path)} == names
    assert {path.parent for path in files(tmp_path)} == {tmp_path / "notices" / "2026-11-24"}


# ---------------------------------------------------------------- when


def test_a_day_signed_before_the_hour_waits_for_it(app: Flask, office: Browser, clock: Clock, walked: None) -> None:
    subscribe(office, hour="9")
    clock.set(NINE - timedelta(hours=2))
    sign_day(office)
    assert work(app) == 1  # it looked
    assert told(app) == []
    clock.set(NINE - timedelta(seconds=1))
    work(app, look=True)
    assert told(app) == []
    clock.set(NINE)
    work(app, look=True)
    assert told(app) == [("Garden daily log 2026-11-23", "sent")]
    for _again in range(3):
        clock.forward(minutes=10)
        work(app, look=True)
    assert len(told(app)) == 1


def test_the_background_looks_by_itself_every_ten_minutes(app: Flask) -> None:
    assert app.extensions["periodic_tasks"][delivering.LOOK] == timedelta(minutes=10)


def test_an_unsigned_day_is_not_told(app: Flask, office: Browser, clock: Clock, walked: None) -> None:
    subscribe(office)
    clock.set(NINE + timedelta(days=2))
    work(app, look=True)
    assert told(app) == []


def test_a_new_subscription_does_not_send_the_past(app: Flask, office: Browser, clock: Clock, walked: None) -> None:
    clock.set(NINE)
    sign_day(office)
    subscribe(office)
    work(app, look=True)
    assert told(app) == []
    clock.set(NINE + timedelta(days=1))
    sign_day(office, "/log/garden/2026-11-24")
    work(app)
    assert told(app) == [("Garden daily log 2026-11-24", "sent")]


def test_an_addendum_that_is_signed_goes_out_once_more(
    app: Flask, world: World, office: Browser, phone: Phone, clock: Clock, walked: None, tmp_path: Path
) -> None:
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    work(app)
    phone.send(phone.scan(world.roof, NOW + timedelta(minutes=1)))
    clock.forward(minutes=30)
    work(app, look=True)
    assert len(told(app)) == 1
    sign_day(office)
    work(app)
    assert told(app) == [("Garden daily log 2026-11-23", "sent"), ("Garden daily log 2026-11-23 (addendum)", "sent")]
    text = mails(tmp_path)[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Addendum signed by Supervisor, 24 Nov 09:30" in text


def test_another_community_is_not_told(app: Flask, office: Browser, sign_in: SignIn, clock: Clock, walked: None) -> None:
    assert subscribe(sign_in("elsewhere"), at="/notices/river").status_code == 303
    clock.set(NINE)
    sign_day(office)
    work(app)
    assert told(app) == []


# ---------------------------------------------------------------- once


def test_a_task_that_runs_twice_sends_the_same_file_once(app: Flask, office: Browser, clock: Clock, walked: None, tmp_path: Path) -> None:
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    work(app)
    (notice,), (file,) = notices(app), files(tmp_path)
    before = file.read_bytes()
    clock.forward(minutes=5)
    with app.app_context(), writing():
        delivering.deliver({"notice": str(notice.id)})
    assert files(tmp_path) == [file]
    assert file.read_bytes() == before
    (after,) = notices(app)
    assert (after.sent_at, after.attempts) == (notice.sent_at, 1)


def test_a_crash_between_the_file_and_the_word_that_it_is_there_rewrites_that_file(
    app: Flask, office: Browser, clock: Clock, walked: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "note_sent", lambda *_args: (_ for _ in ()).throw(KeyError("gone")))
        work(app)
    (file,) = files(tmp_path)
    first = of_one(tmp_path)
    assert [each.state for each in notices(app)] == ["waiting"]
    clock.forward(seconds=30)
    work(app)
    assert [each.state for each in notices(app)] == ["sent"]
    assert files(tmp_path) == [file]
    assert [of_one(tmp_path)[name] for name in ("Message-ID", "Date", "Subject")] == [
        first[name] for name in ("Message-ID", "Date", "Subject")
    ]


def test_two_that_look_at_once_put_one(app: Flask, world: World, office: Browser, clock: Clock, walked: None) -> None:
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    with app.app_context():
        first, second = (delivering.due_rows(world.garden, "signed-log", clock.now) for _each in range(2))
        db.session.rollback()
        for rows, count in ((first, 1), (second, 0)):
            with writing():
                assert len(delivering.put(rows)) == count
    work(app)
    assert len(told(app)) == 1


# ---------------------------------------------------------------- what fails


def test_what_cannot_be_delivered_is_tried_again_by_itself(app: Flask, office: Browser, clock: Clock, walked: None, tmp_path: Path) -> None:
    (tmp_path / "notices").write_text("in the way")
    subscribe(office)
    clock.set(NINE)
    sign_day(office)
    work(app)
    (notice,) = notices(app)
    assert (notice.state, notice.attempts) == ("failed", 1)
    assert "notices" in notice.error
    (tmp_path / "notices").unlink()
    clock.forward(seconds=30)
    work(app)
    assert [(each.state, each.attempts, each.error) for each in notices(app)] == [("sent", 2, "")]


def test_what_failed_for_good_stands_on_the_page_and_can_be_tried_again(
    app: Flask, office: Browser, clock: Clock, walked: None, tmp_path: Path
) -> None:
    (tmp_path / "notices").write_text("in the way")
    subscribe(office, WECOM)
    clock.set(NINE)
    sign_day(office)
    for _try in range(8):
        work(app)
        clock.forward(minutes=2)
    (notice,) = notices(app)
    assert (notice.state, notice.attempts) == ("failed", 5)
    shown = office.get(PAGE)
    assert "Not sent" in page(shown).text
    assert "5 tries" in page(shown).text
    (address,) = re.findall(r'action="([^"]+/again)"', shown.text)
    (tmp_path / "notices").unlink()
    for _twice in range(2):
        assert office.post(address).status_code == 303
    assert work(app) == 1
    assert [each.state for each in notices(app)] == ["sent"]
    assert len(files(tmp_path)) == 1
    assert office.post(address).status_code == 409
    assert "has been sent in the meantime" in page(office.post(address)).text
    assert "/again" not in office.get(PAGE).text


def test_a_bug_while_a_message_is_made_is_seen_too(
    app: Flask, office: Browser, clock: Clock, walked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(office, WECOM)
    clock.set(NINE)
    sign_day(office)

    def fail(message: Any) -> None:
        raise RuntimeError(f"no answer from {message.to}")

    monkeypatch.setitem(delivering.ways.BACK_ENDS, "file", fail)
    work(app)
    (notice,) = notices(app)
    assert notice.state == "failed"
    assert notice.error == "RuntimeError: no answer from qyapi.weixin.qq.com/…5aaa"


def test_what_is_wrong_with_one_community_holds_up_no_other(
    app: Flask, world: World, office: Browser, sign_in: SignIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(site: Site, event: Event, mark: str) -> Words:
        if site.slug == "garden":
            raise RuntimeError("no words")
        return Words(f"{site.slug} {event.day}", ["said"], "https://rounds.example.com/", "Open")

    day = clock.now.date()
    topic = Topic("weather", lazy_gettext("What"), lambda _site, _since: [Event(day, 1, clock.now)], say, lambda *_args: [])
    monkeypatch.setitem(app.extensions["notice_topics"], "weather", topic)
    subscribe(office, WECOM, topic="weather")
    subscribe(sign_in("elsewhere"), WECOM, topic="weather", at="/notices/river")
    clock.set(NINE)
    work(app, look=True)
    assert told(app) == [(f"river {day}", "sent")]
    with looking(app) as session:
        (task,) = session.scalars(sa.select(Task).where(Task.kind == delivering.LOOK))
        assert (task.state, task.error) == ("ready", "RuntimeError('no words')")


# ---------------------------------------------------------------- a trial


def test_a_trial_sends_the_last_signed_day_in_the_subscriptions_language(
    app: Flask, sign_in: SignIn, office: Browser, clock: Clock, walked: None, tmp_path: Path
) -> None:
    clock.set(NINE)
    sign_day(office)
    subscribe(office, language="zh_CN")
    (address,) = re.findall(r'action="([^"]+/trial)"', office.get(PAGE).text)
    for _twice in range(2):
        assert office.post(address).status_code == 303  # a double tap
    work(app)
    assert of_one(tmp_path)["Subject"] == "试发：锦绣花园 工作日志 2026-11-23"
    assert len(told(app)) == 1
    clock.forward(minutes=1)
    office.post(address)
    work(app, look=True)
    assert len(told(app)) == 2


def test_a_trial_does_not_stand_for_the_day_itself(app: Flask, office: Browser, clock: Clock, walked: None) -> None:
    subscribe(office, hour="12")
    clock.set(NINE)
    sign_day(office)
    office.post(re.findall(r'action="([^"]+/trial)"', office.get(PAGE).text)[0])
    work(app)
    clock.set(NINE + timedelta(hours=3))
    work(app, look=True)
    assert told(app) == [("Trial: Garden daily log 2026-11-23", "sent"), ("Garden daily log 2026-11-23", "sent")]


def test_without_a_signed_day_there_is_nothing_to_try(app: Flask, office: Browser) -> None:
    subscribe(office)
    response = office.post(re.findall(r'action="([^"]+/trial)"', office.get(PAGE).text)[0])
    assert response.status_code == 409
    assert "no day has been signed" in page(response).text
    assert told(app) == []


# ---------------------------------------------------------------- subscribing


def subscriptions(app: Flask) -> list[tuple[str, str, int, bool]]:
    with looking(app) as session:
        rows = session.scalars(sa.select(Subscription).order_by(Subscription.added_at, Subscription.id))
        return [(row.way, row.address, row.hour, row.ended_at is None) for row in rows]


def test_a_subscription_stands_on_the_page_with_who_and_when(app: Flask, office: Browser) -> None:
    assert "Nobody is sent the log yet" in page(office.get(PAGE)).text
    assert subscribe(office, "Owners@Example.com ", hour="7").status_code == 303
    assert subscriptions(app) == [("mail", "owners@example.com", 7, True)]
    text = page(office.get(PAGE)).text
    for words in ("owners@example.com", "07:00", "English", "added by Supervisor, 23 Nov 22:30"):
        assert words in text


def test_a_robots_address_is_never_shown_whole(app: Flask, office: Browser, sign_in: SignIn, clock: Clock, walked: None) -> None:
    subscribe(office, WECOM)
    clock.set(NINE)
    sign_day(office)
    work(app)
    for reader in (office, sign_in("manager")):
        shown = reader.get(PAGE).text
        assert "qyapi.weixin.qq.com/…5aaa" in shown
        assert "693a91f6" not in shown


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("address", "", "Please fill this in."), ("address", "not an address", "This is not a mail address."), ("address", "a@b.cn\r\nBcc: x@evil.example", "This is not a mail address."),
        ("address", "业委会@example.com", "This is not a mail address."), ("address", "x" * 501, "At most 500 characters."), ("hour", "24", "Not more than 23."), ("hour", "-1", "Not less than 0."),
        ("hour", "eight", "Please give a number."), ("way", "pigeon", "This is not possible here."), ("way", "", "Please fill this in."), ("language", "fr", "This is not possible here."),
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_told_and_keeps_what_was_typed(app: Flask, office: Browser, field: str, value: str, words: str) -> None:
    response = subscribe(office, **{field: value}) if field != "address" else subscribe(office, value)
    assert response.status_code == 422
    assert words in page(response).text
    if field != "address":
        assert 'value="owners@example.com"' in response.text
    assert subscriptions(app) == []


def test_a_mail_address_is_no_robot_and_a_robot_no_mail_address(app: Flask, office: Browser) -> None:
    assert "is not a robot’s address" in page(subscribe(office, way="robot")).text
    assert "is not a mail address" in page(subscribe(office, WECOM, way="mail")).text
    assert "is not a robot’s address" in page(subscribe(office, "https://10.0.0.1/hook")).text
    assert subscriptions(app) == []


def test_an_unknown_topic_is_refused(app: Flask, office: Browser) -> None:
    assert subscribe(office, topic="secrets").status_code == 400
    assert subscriptions(app) == []


def test_the_same_subscription_twice_is_one_and_another_hour_a_conflict(app: Flask, office: Browser, sign_in: SignIn) -> None:
    assert subscribe(office).status_code == 303
    assert subscribe(sign_in("manager"), "OWNERS@example.com").status_code == 303
    response = subscribe(office, hour="9")
    assert response.status_code == 409
    assert "End that subscription first." in page(response).text
    assert subscriptions(app) == [("mail", "owners@example.com", 8, True)]


def test_an_ended_subscription_gets_nothing_more_and_stays_on_record(
    app: Flask, world: World, office: Browser, clock: Clock, walked: None
) -> None:
    subscribe(office)
    shown = office.get(PAGE).text
    ((end,), (trial,)) = (re.findall(rf'action="([^"]+/{verb})"', shown) for verb in ("end", "trial"))
    clock.set(NINE)
    sign_day(office)
    with app.app_context(), writing():
        delivering.put(delivering.due_rows(world.garden, "signed-log", clock.now))  # it waits to be sent
    for _twice in range(2):
        assert office.post(end).status_code == 303
    work(app)
    assert told(app) == [("Garden daily log 2026-11-23", "failed")]
    assert office.post(trial).status_code == 409
    assert office.post(f"{PAGE}/sent/{notices(app)[0].id}/again").status_code == 409
    text = page(office.get(PAGE)).text
    assert "ended by Supervisor" in text
    assert "subscription ended" in text
    assert subscribe(office).status_code == 303  # begins anew
    assert [in_force for *_facts, in_force in subscriptions(app)] == [False, True]


def test_a_stranger_finds_nothing_and_a_number_of_another_community_neither(app: Flask, office: Browser, sign_in: SignIn) -> None:
    subscribe(office)
    elsewhere = sign_in("elsewhere")
    (end,) = re.findall(r'action="([^"]+/end)"', office.get(PAGE).text)
    for address in (end, end.replace("garden", "river")):
        assert elsewhere.post(address).status_code == 404
    assert elsewhere.get(PAGE).status_code == 404
    assert subscribe(elsewhere).status_code == 404
    assert sign_in("guard").get(PAGE).status_code == 404
    assert subscriptions(app) == [("mail", "owners@example.com", 8, True)]


def test_the_page_says_it_in_chinese(app: Flask, sign_in: SignIn, office: Browser, clock: Clock, walked: None) -> None:
    subscribe(office, language="zh_CN")
    clock.set(NINE)
    sign_day(office)
    work(app)
    office.post("/me/settings", {"language": "zh_CN", "theme": "auto"})
    text = page(office.get(PAGE)).text
    for words in ("订阅", "邮件", "已发送", "锦绣花园 工作日志 2026-11-23", "supervisor 先生"):
        assert words in text


def test_the_page_does_not_grow_with_what_was_sent(app: Flask, world: World, office: Browser, clock: Clock) -> None:
    subscribe(office)
    with app.app_context(), writing():
        one = db.session.scalars(sa.select(Subscription)).one()
        words = Words("Log", ["said"], "https://rounds.example.com/x", "Open")
        for n in range(60):
            event = Event(clock.now.date() - timedelta(days=n), 1, clock.now)
            delivering.put([delivering.row_of(one, event, words, clock.now)])
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Task).where(Task.kind == delivering.DELIVER)) == 60
    assert office.get(PAGE).text.count("/again") == 0
    assert len(re.findall(r'<b dir="auto">Log</b>', office.get(PAGE).text)) == 25
