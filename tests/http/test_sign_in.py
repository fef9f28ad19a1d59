"""Signing in and out, shared phones, PINs, the throttle, and what ends a session."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.making import PASSWORD, Browser, Clock, Phone, World, looking, page
from webapp.core.db import db, writing
from webapp.people import actions
from webapp.people.models import Device, DevicePerson, Person, SignInTry
from webapp.people.rules import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS

SignIn = Callable[[str], Browser]


def attempt(browser: Browser, username: str, password: str = "wrong password") -> int:
    return browser.post("/login", {"username": username, "password": password}).status_code


@pytest.mark.parametrize("typed", ["guard", "GUARD", " guard ", "E-guard", "e-GUARD"])
def test_user_name_or_employee_number_in_any_letter_case(browser: Browser, typed: str) -> None:
    assert attempt(browser, typed, PASSWORD) == 302
    assert browser.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("username", "lands"),
    [("guard", "/today"), ("desk", "/today"), ("supervisor", "/log"), ("manager", "/log"), ("admin", "/log"), ("nowhere", "/today")],
)
def test_each_role_lands_on_its_first_page(sign_in: SignIn, username: str, lands: str) -> None:
    assert sign_in(username).get("/").location == lands


def test_nobody_lands_on_the_sign_in_page(browser: Browser) -> None:
    assert browser.get("/").location == "/login"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("guard", "wrong password"),
        ("nobody", PASSWORD),
        ("guard", PASSWORD.upper()),
        ("'; --", "x"),
        ("😀", "😀"),
    ],
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer_and_the_typed_name_stays(
    browser: Browser, username: str, password: str
) -> None:
    response = browser.post("/login", {"username": username, "password": password})
    assert response.status_code == 422
    assert "User name and password do not go together" in response.text
    assert page(response).values["username"] == username


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"username": "guard"},
        {"password": PASSWORD},
        {"username": "x" * 61, "password": "x"},
        {"username": "guard", "password": "x" * 201},
    ],
)
def test_an_incomplete_form_is_422(browser: Browser, data: dict[str, str]) -> None:
    assert browser.post("/login", data).status_code == 422


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    browser = sign_in("guard")
    browser.sign_out()
    assert browser.get("/me").status_code == 302
    assert browser.post("/logout").status_code == 302  # twice does no harm


def test_a_session_cookie_is_out_of_scripts_reach_and_of_other_sites(app: Flask, browser: Browser) -> None:
    response = browser.post("/login", {"username": "guard", "password": PASSWORD})
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_behind_https_cookies_are_secure(new_app: Callable[..., Flask], clock: Clock) -> None:
    app = new_app(SESSION_COOKIE_SECURE=True)
    response = Browser(app).post("/login", {"username": "guard", "password": PASSWORD})
    assert all("Secure" in cookie for cookie in response.headers.getlist("Set-Cookie"))


# ---------------------------------------------------------------- where to go next


@pytest.mark.parametrize("wanted", ["/c/7KQ2M4XPC9", "/log/garden/2026-11-23?x=1", "/", "/today#part"])
def test_after_signing_in_one_goes_where_one_wanted(browser: Browser, wanted: str) -> None:
    assert browser.post("/login", {"username": "guard", "password": PASSWORD, "next": wanted}).location == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/\n/evil.example",
        "/x\\y",
        "http:/evil.example",
        "///evil.example",
    ],
)
def test_but_never_to_another_website(browser: Browser, wanted: str) -> None:
    response = browser.post("/login", {"username": "guard", "password": PASSWORD, "next": wanted})
    assert response.location == "/"


def test_who_is_signed_in_needs_no_sign_in_page(sign_in: SignIn) -> None:
    assert sign_in("guard").get("/login?next=/scan").location == "/scan"


# ---------------------------------------------------------------- the throttle


def test_an_account_is_throttled_after_eight_wrong_tries_for_a_quarter_of_an_hour(app: Flask, clock: Clock) -> None:
    browser = Browser(app)
    assert [attempt(browser, "guard") for _ in range(TRIES_PER_ACCOUNT)] == [422] * TRIES_PER_ACCOUNT
    response = browser.post("/login", {"username": "guard", "password": PASSWORD})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert attempt(browser, "colleague", PASSWORD) == 302  # others are not hindered
    clock.forward(minutes=15, seconds=1)
    assert attempt(Browser(app), "guard", PASSWORD) == 302


def test_the_employee_number_is_no_way_round_the_throttle(app: Flask) -> None:
    browser = Browser(app)
    for i in range(TRIES_PER_ACCOUNT):
        attempt(browser, ["guard", "E-guard"][i % 2])
    assert {attempt(browser, "guard", PASSWORD), attempt(browser, "E-guard", PASSWORD)} == {429}


def test_an_address_is_throttled_after_sixty_wrong_tries_whatever_the_names(app: Flask) -> None:
    with app.app_context(), writing():
        db.session.add_all(SignInTry(account=f"name {i}", address="10.0.0.9") for i in range(TRIES_PER_ADDRESS))
    client = app.test_client()
    form = {"username": "guard", "password": PASSWORD}
    assert client.post("/login", data=form, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 429
    assert client.post("/login", data=form, environ_base={"REMOTE_ADDR": "10.0.0.8"}).status_code == 302


def test_right_tries_do_not_count(app: Flask) -> None:
    for _ in range(TRIES_PER_ACCOUNT + 2):
        assert attempt(Browser(app), "guard", PASSWORD) == 302
    with looking(app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignInTry)) == 0


def test_behind_a_proxy_the_callers_own_address_counts(new_app: Callable[..., Flask], clock: Clock) -> None:
    app = new_app(PROXIES=1)
    app.test_client().post("/login", data={"username": "guard", "password": "wrong"}, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"})
    with looking(app) as session:
        assert session.scalars(sa.select(SignInTry.address)).all() == ["203.0.113.7"]


# ---------------------------------------------------------------- what ends sessions


def test_disabling_an_account_ends_its_sessions_and_it_cannot_sign_in(app: Flask, world: World, sign_in: SignIn) -> None:
    guard, manager = sign_in("guard"), sign_in("manager")
    assert manager.post(f"/people/{world.people['guard']}/disable").status_code == 302
    assert guard.get("/me").status_code == 302
    assert attempt(Browser(app), "guard", PASSWORD) == 422
    assert manager.post(f"/people/{world.people['guard']}/disable").status_code == 409
    manager.post(f"/people/{world.people['guard']}/enable")
    assert attempt(Browser(app), "guard", PASSWORD) == 302
    assert guard.get("/me").status_code == 302  # the old session stays ended


def test_a_new_password_ends_every_other_session_but_not_this_one(app: Flask, sign_in: SignIn) -> None:
    here, there = sign_in("guard"), sign_in("guard")
    response = here.post("/me/password", {"old": PASSWORD, "new": "another good one", "again": "another good one"})
    assert response.status_code == 302
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302
    assert attempt(Browser(app), "guard", PASSWORD) == 422
    assert attempt(Browser(app), "guard", "another good one") == 302


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"old": "wrong", "new": "another good one", "again": "another good one"}, "not your present password"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "At least 8 characters"),
        ({"old": PASSWORD, "new": "another good one", "again": "another good two"}, "differ"),
        ({}, "Please fill this in"),
    ],
)
def test_a_password_that_does_not_do_is_refused_with_the_reason(sign_in: SignIn, form: dict[str, str], words: str) -> None:
    response = sign_in("guard").post("/me/password", form)
    assert response.status_code == 422
    assert words in response.text


def test_the_office_sets_a_password_and_all_phones_are_signed_out(app: Flask, world: World, sign_in: SignIn) -> None:
    guard = sign_in("guard")
    sign_in("manager").post(f"/people/{world.people['guard']}/password", {"password": "set by the office"})
    assert guard.get("/me").status_code == 302
    assert attempt(Browser(app), "guard", "set by the office") == 302


def test_a_blocked_device_is_signed_out_and_what_it_still_sends_is_held(world: World, phone: Phone, sign_in: SignIn) -> None:
    assert sign_in("supervisor").post(f"/devices/{phone.device}/revoke").status_code == 302
    assert phone.browser.get("/me").status_code == 302
    assert phone.one(phone.scan(world.gate))["reason"] == "revoked"
    phone.browser.sign_in("guard")  # the person is welcome, under a new device
    assert UUID(phone.browser.get("/ticket").get_json()["device"]) != phone.device


def test_one_blocks_ones_own_lost_phone_but_not_the_one_in_use(phone: Phone, sign_in: SignIn) -> None:
    other = sign_in("guard")
    assert phone.browser.post(f"/devices/{phone.device}/revoke").status_code == 409
    assert other.post(f"/devices/{phone.device}/revoke").status_code == 302
    assert phone.browser.get("/me").status_code == 302


@pytest.mark.parametrize("who", ["colleague", "desk", "stranger", "elsewhere"])
def test_a_colleague_does_not_block_ones_phone(phone: Phone, sign_in: SignIn, who: str) -> None:
    assert sign_in(who).post(f"/devices/{phone.device}/revoke").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "nonsense.nonsense.nonsense", "e30.e30.e30", "0" * 4000])
def test_a_made_up_session_or_device_is_nobody(app: Flask, cookie: str) -> None:
    browser = Browser(app)
    browser.client.set_cookie("rounds_session", cookie)
    browser.client.set_cookie("rounds_device", cookie)
    assert browser.get("/me").status_code == 302
    assert browser.get("/login").status_code == 200


# ---------------------------------------------------------------- shared phones and PINs


def set_pin(browser: Browser, pin: str = "482913") -> None:
    assert browser.post("/me/pin", {"pin": pin}).status_code == 302


def test_a_phone_lists_the_people_last_on_it(app: Flask, world: World, clock: Clock) -> None:
    browser = Browser(app).sign_in("guard")
    browser.sign_out()
    clock.forward(minutes=5)
    browser.sign_in("colleague")
    browser.sign_out()
    listed = page(browser.get("/login"))
    assert listed.text.index("Colleague") < listed.text.index("Guard")
    assert "Supervisor" not in listed.text
    assert "username" in page(browser.get("/login?form=1")).values
    assert "Guard" not in page(Browser(app).get("/login")).text


def test_one_takes_oneself_off_the_list(app: Flask, world: World) -> None:
    browser = Browser(app).sign_in("guard")
    browser.sign_out()
    assert browser.post(f"/login/{world.people['guard']}/forget").status_code == 302
    assert browser.get(f"/login/{world.people['guard']}").status_code == 404
    assert browser.post(f"/login/{world.people['guard']}/forget").status_code == 404


def test_a_disabled_person_is_not_listed(app: Flask, world: World, sign_in: SignIn) -> None:
    browser = sign_in("guard")
    browser.sign_out()
    sign_in("manager").post(f"/people/{world.people['guard']}/disable")
    assert f"/login/{world.people['guard']}" not in browser.get("/login").text
    assert browser.get(f"/login/{world.people['guard']}").status_code == 404


def test_a_pin_opens_this_phone_only(app: Flask, world: World) -> None:
    guard = world.people["guard"]
    browser = Browser(app).sign_in("guard")
    set_pin(browser)
    browser.sign_out()
    assert "pin" in page(browser.get(f"/login/{guard}")).values
    assert browser.post(f"/login/{guard}", {"pin": "482913", "next": "/scan"}).location == "/scan"
    assert browser.get("/me").status_code == 200
    elsewhere = Browser(app)
    assert elsewhere.post(f"/login/{guard}", {"pin": "482913"}).status_code == 404
    elsewhere.sign_in("colleague")
    elsewhere.sign_out()
    assert elsewhere.post(f"/login/{guard}", {"pin": "482913"}).status_code == 404


def test_five_wrong_pins_lock_it_until_the_password_was_used(app: Flask, world: World) -> None:
    guard = world.people["guard"]
    browser = Browser(app).sign_in("guard")
    set_pin(browser)
    browser.sign_out()
    answers = [browser.post(f"/login/{guard}", {"pin": "111222"}) for _ in range(5)]
    assert {r.status_code for r in answers} == {422}
    assert "use your password" in answers[-1].text
    assert browser.post(f"/login/{guard}", {"pin": "482913"}).status_code == 422
    browser.sign_in("guard")
    browser.sign_out()
    assert browser.post(f"/login/{guard}", {"pin": "482913"}).status_code == 302


def test_a_right_pin_forgets_the_wrong_ones_before_it(app: Flask, world: World) -> None:
    guard = world.people["guard"]
    browser = Browser(app).sign_in("guard")
    set_pin(browser)
    for _ in range(2):
        browser.sign_out()
        for _ in range(3):
            assert browser.post(f"/login/{guard}", {"pin": "111222"}).status_code == 422
        assert browser.post(f"/login/{guard}", {"pin": "482913"}).status_code == 302
    with looking(app) as session:
        assert session.scalar(sa.select(DevicePerson.pin_tries).where(DevicePerson.person_id == guard)) == 0


def test_a_new_password_makes_every_pin_useless(app: Flask, world: World, sign_in: SignIn) -> None:
    browser = sign_in("guard")
    set_pin(browser)
    sign_in("manager").post(f"/people/{world.people['guard']}/password", {"password": "set by the office"})
    assert browser.post(f"/login/{world.people['guard']}", {"pin": "482913"}).status_code == 422


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("12345", "six digits"),
        ("abcdef", "six digits"),
        ("", "fill this in"),
        ("123456", "too easy"),
        ("000000", "too easy"),
        ("１２３４５６", "six digits"),
    ],
)
def test_a_pin_that_does_not_do_is_refused(sign_in: SignIn, pin: str, words: str) -> None:
    response = sign_in("guard").post("/me/pin", {"pin": pin})
    assert response.status_code == 422
    assert words in response.text


def test_a_person_without_a_pin_is_asked_for_the_password(app: Flask, world: World) -> None:
    browser = Browser(app).sign_in("guard")
    browser.sign_out()
    asked = page(browser.get(f"/login/{world.people['guard']}")).values
    assert "password" in asked
    assert "pin" not in asked
    assert browser.post(f"/login/{world.people['guard']}", {"pin": "482913"}).status_code == 422
    assert browser.get(f"/login/{uuid4()}").status_code == 404


def test_secrets_are_kept_as_hashes(app: Flask, world: World) -> None:
    set_pin(Browser(app).sign_in("guard"))
    with looking(app) as session:
        password = session.get(Person, world.people["guard"]).password_hash
        pin = session.scalar(sa.select(DevicePerson.pin_hash).where(DevicePerson.pin_hash.isnot(None)))
    assert password.startswith("$argon2id$")
    assert pin.startswith("$argon2id$")


def test_a_device_keeps_its_number_and_says_what_it_is(app: Flask) -> None:
    client = app.test_client()
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
    for username in ("guard", "colleague"):
        client.post("/login", data={"username": username, "password": PASSWORD}, headers={"User-Agent": agent})
    with looking(app) as session:
        (device,) = session.scalars(sa.select(Device)).all()
        assert (device.number, device.platform) == (1, "Android Chrome")


# ---------------------------------------------------------------- language


@pytest.mark.parametrize(
    ("accept", "cookie", "lang"),
    [
        ("en", None, "en"),
        ("zh-CN,zh;q=0.9", None, "zh-CN"),
        ("fr", None, "en"),
        ("en", "zh_CN", "zh-CN"),
        ("zh", "en", "en"),
        ("en", "xx", "en"),
        ("", None, "en"),
        ("zh-TW", None, "zh-CN"),
    ],
)
def test_the_sign_in_page_speaks_the_browsers_language_or_the_chosen_one(app: Flask, accept: str, cookie: str | None, lang: str) -> None:
    browser = Browser(app, accept)
    if cookie:
        browser.client.set_cookie("language", cookie)
    assert f'<html lang="{lang}"' in browser.get("/login").text


def test_choosing_a_language_before_signing_in_is_remembered(browser: Browser) -> None:
    assert browser.post("/language", {"language": "zh_CN", "next": "/c/0000000000"}).location == "/c/0000000000"
    assert '<html lang="zh-CN"' in browser.get("/login").text
    browser.post("/language", {"language": "klingon"})
    assert '<html lang="zh-CN"' in browser.get("/login").text


def test_a_signed_in_persons_own_language_wins(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("guard")
    assert '<html lang="en"' in browser.get("/me").text
    assert browser.post("/me/settings", {"language": "zh_CN", "theme": "dark"}).status_code == 302
    shown = browser.get("/me").text
    assert '<html lang="zh-CN"' in shown
    assert 'data-theme="dark"' in shown


@pytest.mark.parametrize("form", [{"language": "xx", "theme": "dark"}, {"language": "en", "theme": "pink"}, {}])
def test_other_settings_are_refused(sign_in: SignIn, form: dict[str, str]) -> None:
    assert sign_in("guard").post("/me/settings", form).status_code == 422


# ---------------------------------------------------------------- accounts


def new_person(world: World, **more: str) -> dict[str, str]:
    return {
        "name": "赵六",
        "name_en": "Zhao Liu",
        "username": "zhao.liu",
        "password": "long enough",
        "trade": "guard",
        f"role-{world.garden}": "worker",
    } | more


def test_a_manager_opens_an_account_that_can_sign_in(app: Flask, world: World, sign_in: SignIn) -> None:
    assert sign_in("manager").post("/people/new", new_person(world)).location == "/people"
    assert attempt(Browser(app), "zhao.liu", "long enough") == 302


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"username": "guard"}, "taken"),
        ({"username": "GUARD"}, "taken"),
        ({"employee_number": "e-guard"}, "taken"),
        ({"username": "a b"}, "Use letters"),
        ({"username": "赵六"}, "Use letters"),
        ({"username": "x"}, "At least 2"),
        ({"password": "short"}, "At least 8"),
        ({"name": ""}, "fill this in"),
        ({"name": "x" * 81}, "At most 80"),
        ({"trade": "pirate"}, "not possible"),
        ({"role": "none"}, ""),
    ],
)
def test_an_account_that_does_not_do_is_refused_and_what_was_typed_stays(
    world: World, sign_in: SignIn, more: dict[str, str], words: str
) -> None:
    form = new_person(world, **more)
    if "role" in more:
        form = {k: v for k, v in form.items() if not k.startswith("role")}
        words = "Give a role"
    response = sign_in("manager").post("/people/new", form)
    assert response.status_code == 422
    assert words in response.text
    typed = page(response).values
    assert typed["name_en"] == "Zhao Liu"
    assert "long enough" not in response.text


@pytest.mark.parametrize("role", ["admin", "owner", ""])
def test_nobody_gives_a_role_that_is_not_to_be_given(world: World, sign_in: SignIn, role: str) -> None:
    assert sign_in("manager").post("/people/new", new_person(world) | {f"role-{world.garden}": role}).status_code == 422


def test_a_manager_of_one_site_gives_no_role_at_another(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context(), writing():
        actions.create_person("boss", "Boss", "management", PASSWORD, language="en", roles={world.garden: "manager"})
    boss = Browser(app).sign_in("boss")
    boss.post("/people/new", new_person(world) | {f"role-{world.river}": "manager"})
    with looking(app) as session:
        made = session.scalar(sa.select(Person).where(Person.username == "zhao.liu"))
        assert {m.site_id: m.role for m in made.memberships} == {world.garden: "worker"}
    assert boss.get(f"/people/{world.people['stranger']}").status_code == 404


def test_editing_a_person_leaves_roles_that_the_editor_does_not_see(app: Flask, world: World) -> None:
    with app.app_context(), writing():
        actions.create_person("boss", "Boss", "management", PASSWORD, language="en", roles={world.garden: "manager"})
    boss = Browser(app).sign_in("boss")
    form = {"name": "王", "trade": "guard", f"role-{world.garden}": "supervisor"}
    with app.app_context(), writing():
        guard = db.session.get_one(Person, world.people["guard"])
        actions.edit_person(guard, {}, {world.river: "worker"}, {world.river})
    assert boss.post(f"/people/{world.people['guard']}", form).status_code == 302
    with looking(app) as session:
        roles = {m.site_id: m.role for m in session.get(Person, world.people["guard"]).memberships}
    assert roles == {world.garden: "supervisor", world.river: "worker"}


def test_nobody_disables_themselves_or_an_administrator_above_them(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context(), writing():
        admin = db.session.get_one(Person, world.people["admin"])
        actions.edit_person(admin, {}, {world.garden: "worker"}, {world.garden})
    manager = sign_in("manager")
    for who in ("manager", "admin"):
        for verb in ("disable", "password"):
            assert manager.post(f"/people/{world.people[who]}/{verb}", {"password": "taken over"}).status_code == 403


def test_a_manager_of_one_site_does_not_open_an_account_that_reaches_another(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context(), writing():
        manager = db.session.get_one(Person, world.people["manager"])
        actions.edit_person(manager, {}, {world.garden: "manager"}, {world.garden, world.river})
        colleague = db.session.get_one(Person, world.people["colleague"])
        actions.edit_person(colleague, {}, {world.garden: "worker", world.river: "manager"}, {world.garden, world.river})
    boss = sign_in("manager")
    for verb in ("disable", "password"):
        assert boss.post(f"/people/{world.people['colleague']}/{verb}", {"password": "taken over"}).status_code == 403
    assert boss.post(f"/people/{world.people['guard']}/password", {"password": "set by the office"}).status_code == 302


@pytest.mark.parametrize(
    ("asked", "found"),
    [("guard", True), ("GUARD 先", True), ("E-GUA", True), ("Guard", True), ("river", False), ("'", False), ("%' OR 1=1", False)],
)
def test_people_are_found_by_any_of_their_names(sign_in: SignIn, asked: str, found: bool) -> None:
    response = sign_in("supervisor").client.get("/people", query_string={"q": asked}, headers={"Accept-Language": "en"})
    assert ("E-guard" in response.text) is found
    assert "E-colleague" not in response.text


def test_a_supervisor_sees_only_the_people_of_their_sites(sign_in: SignIn) -> None:
    shown = page(sign_in("supervisor").get("/people")).text
    assert "Colleague" in shown
    assert "Stranger" not in shown
    assert "Elsewhere" not in shown


# ---------------------------------------------------------------- the first run

FIRST = {"name": "林经理", "username": "lin", "password": "long enough", "site_name": "锦绣花园", "site_slug": "jinxiu"}


def test_a_new_installation_asks_for_its_first_manager(empty_app: Flask) -> None:
    browser = Browser(empty_app)
    assert browser.get("/").location == "/first-run"
    assert browser.get("/first-run").status_code == 200
    assert browser.post("/first-run", FIRST).location == "/sites/jinxiu"
    assert browser.get("/sites/jinxiu").status_code == 200
    for answer in (Browser(empty_app).get("/first-run"), Browser(empty_app).post("/first-run", FIRST)):
        assert answer.status_code == 404  # and never again


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"username": "林"}, {"site_slug": "Jin Xiu"}, {"site_slug": ""}, {"name": ""}, {"site_name": "x" * 81}]
)
def test_a_first_run_that_does_not_do_is_refused_and_makes_nothing(empty_app: Flask, wrong: dict[str, str]) -> None:
    browser = Browser(empty_app)
    response = browser.post("/first-run", FIRST | wrong)
    assert response.status_code == 422
    assert page(response).values.get("name") == (FIRST | wrong)["name"]
    assert browser.get("/first-run").status_code == 200
