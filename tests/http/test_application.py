"""What holds for the whole application: headers on every answer, static files, the installable app, health, host names."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.making import Browser, Clock, World
from webapp.core.gate import access_of
from webapp.core.headers import ALWAYS, PAGES, POLICY

SignIn = Callable[[str], Browser]


@pytest.mark.parametrize("who", ["nobody", "admin"])
def test_security_headers_stand_on_every_answer_whatever_its_status(app: Flask, world: World, sign_in: SignIn, who: str) -> None:
    browser = Browser(app) if who == "nobody" else sign_in(who)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            filled = re.sub(r"<[^>]*>", "x", str(rule))
            response = browser.get(filled)
            for name, value in (ALWAYS | PAGES).items():
                assert response.headers.get(name) == value, f"{filled}: {name}"
            policy = response.headers["Content-Security-Policy"]
            assert policy == POLICY or policy.startswith("default-src 'none'"), filled
            assert "'unsafe-inline'" not in policy
            assert access_of(app, rule.endpoint)
    for address in ("/nothing", "/login"):
        response = browser.post(address)
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline() -> None:
    assert "default-src 'none'" in POLICY
    assert "base-uri 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "form-action 'self'" in POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_pages_are_personal_no_shared_cache_keeps_them(sign_in: SignIn) -> None:
    response = sign_in("guard").get("/today")
    assert response.headers["Cache-Control"] == "no-cache, private"
    assert response.headers["Rounds-Person"]


def test_behind_https_browsers_are_told_to_stay_there(new_app: Callable[..., Flask], clock: Clock) -> None:
    app = new_app(SESSION_COOKIE_SECURE=True)
    assert "max-age=31536000" in app.test_client().get("/login", base_url="https://rounds.example.com").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in app.test_client().get("/login").headers


# ---------------------------------------------------------------- refusals in one voice


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/login", 405), ("GET", "/logout", 405), ("POST", "/today", 405), ("GET", "/sync", 405)],
)
def test_a_refusal_is_a_page_for_people_and_json_for_programs(app: Flask, method: str, address: str, status: int) -> None:
    person = app.test_client().open(address, method=method, headers={"Accept": "text/html", "Accept-Language": "en"})
    program = app.test_client().open(address, method=method, headers={"Accept": "application/json"})
    assert person.status_code == program.status_code == status
    assert set(program.get_json()) == {"error", "message"}
    if not address.startswith("/sync"):
        assert person.mimetype == "text/html"
        assert "<h1>" in person.text


def test_a_bug_says_that_what_was_recorded_is_safe_and_shows_no_inner_parts(new_app: Callable[[], Flask]) -> None:
    app = new_app()

    def stumble() -> str:
        raise ZeroDivisionError("secret detail")

    stumble.access = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/stumble", "stumble", stumble)
    response = Browser(app).get("/stumble")
    assert response.status_code == 500
    assert "on our side" in response.text
    assert "secret detail" not in response.text


def test_a_form_larger_than_a_form_is_is_413(sign_in: SignIn) -> None:
    assert sign_in("manager").post("/people/new", {"name": "x" * (21 * 1024 * 1024)}).status_code == 413


# ---------------------------------------------------------------- static files


def static(app: Flask, name: str) -> str:
    return str(app.extensions["bundle"].address(name))


@pytest.mark.parametrize(
    "name", ["css/app.css", "js/app.js", "icons/icon.svg", "icons/icon-192.png", "vendor/zxing-wasm/reader/zxing_reader.wasm"]
)
def test_a_static_file_is_kept_for_ever_by_caches(app: Flask, name: str) -> None:
    response = app.test_client().get(static(app, name))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.mimetype in ("text/css", "text/javascript", "image/svg+xml", "image/png", "application/wasm")


def test_text_is_packed_for_who_can_unpack_it(app: Flask) -> None:
    plain = app.test_client().get(static(app, "css/app.css"))
    packed = app.test_client().get(static(app, "css/app.css"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in app.test_client().get(static(app, "icons/icon-192.png"), headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize(
    "address",
    [
        "/static/0000000000/css/app.css",
        "/static/{build}/css/none.css",
        "/static/{build}/../webapp/config.py",
        "/static/{build}/%2e%2e/secret",
        "/static/{build}/.gitignore",
        "/static/{build}/",
        "/static/x",
    ],
)
def test_a_file_of_another_build_or_of_none_is_404_and_not_kept(app: Flask, address: str) -> None:
    response = app.test_client().get(address.format(build=app.extensions["bundle"].build))
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_only_the_decoders_worker_may_compile_webassembly(app: Flask) -> None:
    for name in app.extensions["bundle"].files:
        policy = app.test_client().get(static(app, name)).headers.get("Content-Security-Policy", "")
        assert ("wasm-unsafe-eval" in policy) is name.startswith("js/scan/decoder"), name


def test_every_module_that_a_script_imports_exists(app: Flask) -> None:
    from posixpath import dirname, join, normpath

    files = app.extensions["bundle"].files
    for name, content in files.items():
        if name.startswith("js/") and name.endswith(".js"):
            for target in re.findall(r"""(?:from|import\()\s*['"](\.[^'"]+\.js)['"]""", content.decode()):
                assert normpath(join(dirname(name), target)) in files, f"{name} imports {target}"


# ---------------------------------------------------------------- the installable app


def test_the_service_worker_is_never_from_a_cache_and_knows_its_files(app: Flask) -> None:
    response = app.test_client().get("/sw.js")
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert "__BUILD__" not in response.text
    assert "__SHELL__" not in response.text
    listed = re.findall(r'"(/static/[^"]+)"', response.text)
    assert len(listed) > 20
    for address in listed:
        assert app.test_client().get(address).status_code == 200, address


def test_the_manifest_makes_the_app_installable(app: Flask) -> None:
    response = app.test_client().get("/manifest.webmanifest")
    manifest = response.get_json(force=True)
    assert response.mimetype == "application/manifest+json"
    assert (manifest["id"], manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/today", "/", "standalone")
    assert {(i["sizes"], i["purpose"]) for i in manifest["icons"]} >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in [*manifest["icons"], *(i for s in manifest["shortcuts"] for i in s["icons"])]:
        assert app.test_client().get(icon["src"]).mimetype == "image/png"


# ---------------------------------------------------------------- health and hosts


def test_healthz_is_well(app: Flask) -> None:
    response = app.test_client().get("/healthz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ok", "version": "0.2.0", "database": "ok"}
    assert response.headers["Cache-Control"] == "no-store"


def test_healthz_is_503_when_the_database_does_not_answer(dead_database: Flask) -> None:
    response = dead_database.test_client().get("/healthz")
    assert response.status_code == 503
    assert response.get_json() == {"status": "error", "version": "0.2.0", "database": "unreachable"}


def test_e3_without_a_database_a_phone_is_told_to_come_again_and_keeps_everything(app: Flask, dead_database: Flask) -> None:
    from uuid import uuid4

    from tests.making import forged_ticket

    ticket = forged_ticket(dead_database, uuid4(), uuid4())
    client = dead_database.test_client()
    for address, body in (("/sync", {"sent_at": "2026-11-23T14:30:00Z", "records": []}), ("/sync/have", {"ids": []})):
        response = client.post(address, json=body, headers={"Authorization": f"Ticket {ticket}"})
        assert response.status_code == 503, address
        assert int(response.headers["Retry-After"]) > 0
        assert response.get_json()["error"] == "busy"
    assert client.get("/sync/ping").status_code == 503
    response = client.post("/login", data={"username": "guard", "password": "x"}, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert response.status_code == 503
    assert "stays on the phone" in response.text


@pytest.mark.parametrize(
    ("host", "status"), [("rounds.example.com", 200), ("evil.example", 400), ("rounds.example.com.evil.example", 400), ("", 400)]
)
def test_only_the_hosts_named_in_the_settings_are_answered(new_app: Callable[..., Flask], clock: Clock, host: str, status: int) -> None:
    app = new_app(TRUSTED_HOSTS=["rounds.example.com"])
    response = app.test_client().get("/login", headers={"Host": host})
    assert response.status_code == status
    assert host not in response.text or status == 200 or not host


def test_any_host_is_answered_when_none_is_named(app: Flask) -> None:
    assert app.test_client().get("/login", headers={"Host": "whatever.example"}).status_code == 200


def test_a_made_up_host_leads_nobody_away(app: Flask) -> None:
    response = app.test_client().get("/", headers={"Host": "evil.example"})
    assert response.location == "/login"


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Original-URL"])
def test_headers_of_a_proxy_that_is_not_there_are_ignored(app: Flask, header: str) -> None:
    response = app.test_client().get("/", headers={header: "evil.example"})
    assert response.status_code == 302
    assert "evil" not in str(response.headers)
