"""Every page as its people see it: both languages, day and night, phone and desk; without violations, noise or overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .pages_support import (
    AXE,
    DESK,
    PHONE,
    SMALL,
    TEXTS,
    TOO_LOW,
    WIDER,
    People,
    Visitor,
    addresses,
    left_in_english,
    make_demo,
    make_empty,
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: npm ci")]

FIELD = {
    "today": "/today",
    "round": "{round}",
    "past-round": "{past_round}",
    "scan": "/scan",
    "outbox": "/outbox",
    "copies": "/copies",
    "me": "/me",
    "field-search": "/search?q=1",
    "handover": "/handover",
    "my-day": "/my-day",
    "inspect": "{inspect}",
    "my-yesterday": "/my-day?day={yesterday}",
    "field-equipment": "/equipment/jinxiu",
    "field-lift": "{lift}",
    "field-meters": "/meters/jinxiu",
    "field-meter": "{meter}",
    "field-maintenance": "/maintenance/jinxiu",
}
TECHNICIAN = {
    "jobs": "/work-orders/mine",
    "today-jobs": "/today",
    "job-offered": "{job_offered}",
    "job-assigned": "{job_assigned}",
    "job-running": "{job_running}",
    "job-paused": "{job_paused}",
    "job-conflict": "{job_conflict}",
    "here": "{here}",
    "report-here": "/report",
}
SUPERVISOR = {
    "log": "/log/jinxiu/{today}",
    "log-yesterday": "/log/jinxiu/{yesterday}",
    "log-empty": "/log/jinxiu/2026-01-01",
    "log-opened": "{exception}",
    "log-signed": "{signed_day}",
    "log-table": "/log/jinxiu/{yesterday}/table",
    "evidence": "{evidence}",
    "review": "/review/jinxiu",
    "days": "/days/{yesterday}",
    "person-day": "{person}/day?day={yesterday}",
    "log-round": "{past_round}",
    "held-list": "/held",
    "requests": "/requests",
    "requests-all": "/requests?state=all",
    "request": "{request}",
    "requests-found": "/requests?state=all&kind=complaint&q=1",
    "new-request": "/requests/new",
    "prices": "/prices/jinxiu",
    "ledger": "/charges/jinxiu/{month}",
    "statement": "{statement}",
    "payments": "{signed_order}/payments",
    "order-sign-link": "{order_by_link}",
    "receipt": "{signed_order}/receipt",
    "complaints": "/requests/complaints",
    "flow": "/flow/jinxiu",
    "board": "/work-orders",
    "board-list": "/work-orders?group=finished",
    "board-all": "/work-orders?group=all&q=1",
    "new-order": "/work-orders/new",
    "order-new": "{order_new}",
    "order-disputed": "{order_disputed}",
    "order-finished": "{order_finished}",
    "warnings": "/warnings",
    "equipment": "/equipment/jinxiu",
    "equipment-found": "/equipment/jinxiu?status=repair&class=pump",
    "lift": "{lift}",
    "lift-edit": "{lift}/edit",
    "new-equipment": "/equipment/jinxiu/new",
    "binder": "/equipment/jinxiu/binder?class=fire",
    "binder-whole": "/equipment/jinxiu/binder?class=all",
    "meters": "/meters/jinxiu",
    "meter": "{meter}",
    "new-meter": "/meters/jinxiu/new",
    "settle": "{settle}",
    "maintenance": "/maintenance/jinxiu",
    "maintenance-overdue": "/maintenance/jinxiu?show=overdue",
    "new-plan": "/maintenance/jinxiu/new",
    "legal": "/maintenance/jinxiu/legal",
    "types": "/types/jinxiu",
    "type": "/types/jinxiu/light",
    "new-type": "/types/jinxiu/new",
    "inspections": "/inspections",
    "inspections-failed": "/inspections?site=jinxiu&passed=no",
    "inspection-failed": "{inspection_failed}",
    "inspection-again": "{inspection_good}",
    "checklists": "/checklists/jinxiu",
    "checklist": "{checklist}",
    "inspection-plans": "/inspections/plans/jinxiu",
    "inspection-plan": "{plan}",
    "coverage": "/inspections/coverage/jinxiu",
    "new-inspection-plan": "/inspections/plans/jinxiu/new?rate=4",
    "cleaning": "/areas/cleaning/jinxiu",
    "greening": "/areas/greening/jinxiu",
    "area-cleaned": "{area_cleaned}",
    "area-green": "{area_green}",
    "calendar": "/areas/greening/jinxiu/calendar",
    "notices": "/notices/jinxiu",
    "handovers": "/handovers/jinxiu",
    "office-inspect": "{inspect}",
    "office-today": "/today",
    "office-me": "/me",
}
MANAGER = {
    "plans": "/patrols/jinxiu",
    "schedule": "{schedule}",
    "new-schedule": "/patrols/jinxiu/schedules/new",
    "route": "{route}",
    "new-route": "/patrols/jinxiu/routes/new",
    "sites": "/sites",
    "site": "/sites/jinxiu",
    "new-place": "/sites/jinxiu/places/new",
    "checkpoint": "{checkpoint}",
    "new-checkpoint": "/sites/jinxiu/checkpoints/new",
    "labels-large": "/labels?site=hexi",
    "labels-medium": "/labels?site=hexi&size=medium",
    "labels-small": "/labels?site=hexi&size=small",
    "people": "/people",
    "paper": "/log/jinxiu/{yesterday}/paper",
    "live": "/live/jinxiu",
    "live-wall": "/live/jinxiu?wall=1",
    "month": "/log/jinxiu/month/{month}",
    "heat": "/log/jinxiu/{yesterday}/heat",
    "day-plan": "/log/jinxiu/{yesterday}/plan",
    "day-plan-today": "/log/hexi/{today}/plan?zoom=2",
    "floor-plans": "/sites/jinxiu/plans",
    "floor-plan": "{floor_plan}",
    "log-zoomed": "/log/jinxiu/{yesterday}?zoom=4",
    "search": "/search?q=1",
    "search-empty": "/search",
    "person": "{person}",
    "new-person": "/people/new",
    "devices": "/devices",
    "held": "{held}",
    "held-fix": "{held}/fix",
    "held-aside": "/held?state=aside",
    "agreement": "/agreements/jinxiu",
    "notices-none": "/notices/hexi",
}
NOBODY = {
    "login": "/login",
    "label": "/c/{label}",
    "old-label": "/c/{old_label}",
    "report": "/c/{label}/report",
    "resident": "/r/{token}",
    "resident-signed": "/r/{signed}",
    "resident-signs": "/r/{unsigned}",
    "sign-by-link": "{by_link}",
    "unknown-label": "/c/0000000000",
    "offline": "/offline",
    "not-found": "/nowhere",
}
KNOWN = {"login-known": "/login", "login-pin": "{pin}"}
BY_PERSON = {"guard": FIELD, "technician2": TECHNICIAN, "supervisor": SUPERVISOR, "manager": MANAGER, "nobody": NOBODY, "known": KNOWN}
PAGES = [(person, name, address) for person, pages in BY_PERSON.items() for name, address in pages.items()]
FOR_A_DESK = ("supervisor", "manager")
# What else axe asks of the same markup, it has asked on the phone.
LAID_OUT = ("color-contrast", "target-size", "scrollable-region-focusable")
REFUSALS = {"unknown-label", "not-found"}  # the browser itself notes their status as an error


@pytest.fixture(scope="module")
def people(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The demo's people, each with a browser."""
    server = make_demo(tmp_path_factory)
    found = People(playwright, server)
    yield found
    found.close()
    server.kill()


@pytest.fixture(scope="module")
def places(people: People) -> dict[str, str]:
    """Addresses that only the demo knows."""
    return addresses(people) | {"pin": people.of("known").first_link("/login", "/login/")}


@pytest.fixture
def visit(people: People, places: dict[str, str]) -> Callable[[str, str, str], Visitor]:
    """Opens a page as a person, in a language."""

    def open_(person: str, address: str, language: str) -> Visitor:
        visitor = people.of(person)
        visitor.speak(language)
        visitor.look(address.format(**places))
        return visitor

    return open_


def owes_nothing(visitor: Visitor, name: str, language: str, for_desk: bool) -> None:
    """Day and night, phone and desk: no violation, no overflow, no English in Chinese; pictures are kept for who asks for them."""
    page = visitor.page
    found = {"phone by day": visitor.violations(), "wider on a phone": page.evaluate(WIDER)}
    if language == "zh":
        found["left in English"] = left_in_english(page.evaluate(TEXTS))
    visitor.shoot(f"{name}-{language}-phone-light")
    page.emulate_media(color_scheme="dark")
    found["phone by night"] = visitor.violations("color-contrast")
    visitor.shoot(f"{name}-{language}-phone-dark")
    page.set_viewport_size(DESK)
    found["wider on a desk"] = page.evaluate(WIDER)
    # Colours do not depend on the language: the desk's by night are asked for once.
    found["desk by night"] = visitor.violations("color-contrast") if for_desk and language == "zh" else []
    visitor.shoot(f"{name}-{language}-desk-dark")
    page.emulate_media(color_scheme="light")
    found["desk by day"] = visitor.violations(*LAID_OUT) if for_desk else []
    visitor.shoot(f"{name}-{language}-desk-light")
    page.set_viewport_size(SMALL)
    found["wider on a small phone"] = page.evaluate(WIDER)
    page.set_viewport_size(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found["wider in large print"] = page.evaluate(WIDER)
    assert {what: wrong for what, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("person", "name", "address"), PAGES, ids=[name for _person, name, _address in PAGES])
def test_page(visit: Callable[..., Visitor], person: str, name: str, address: str, language: str) -> None:
    visitor = visit(person, address, language)
    complaints = [line for line in visitor.complaints if not (name in REFUSALS and "404" in line)]
    assert complaints == []
    assert visitor.strangers == []
    if person in ("guard", "technician2"):
        assert visitor.page.evaluate(TOO_LOW, 48) == []
    owes_nothing(visitor, name, language, person in FOR_A_DESK)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_log_with_its_lists_unfolded(visit: Callable[..., Visitor], language: str) -> None:
    visitor = visit("supervisor", SUPERVISOR["log-yesterday"], language)
    visitor.page.evaluate("document.querySelectorAll('details').forEach((fold, n) => { fold.open = n < 4; })")
    owes_nothing(visitor, "log-unfolded", language, for_desk=True)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("dialog", ["d-pause", "d-more"])
def test_dialogs_of_a_round(visit: Callable[..., Visitor], dialog: str, language: str) -> None:
    visitor = visit("guard", FIELD["round"], language)
    visitor.page.evaluate(f"document.getElementById('{dialog}').showModal()")
    visitor.page.evaluate(f"document.querySelectorAll('#{dialog} details').forEach((fold) => {{ fold.open = true; }})")
    assert visitor.page.evaluate(TOO_LOW, 48) == []
    owes_nothing(visitor, dialog, language, for_desk=False)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("dialog", ["d-more", "d-use", "d-sign"])
def test_dialogs_of_a_work_order(visit: Callable[..., Visitor], dialog: str, language: str) -> None:
    visitor = visit("technician2", TECHNICIAN["job-running"], language)
    visitor.page.evaluate(f"document.getElementById('{dialog}').showModal()")
    visitor.page.evaluate(f"document.querySelectorAll('#{dialog} details').forEach((fold) => {{ fold.open = true; }})")
    assert visitor.page.evaluate(TOO_LOW, 48) == []
    owes_nothing(visitor, f"job-{dialog}", language, for_desk=False)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_that_is_refused(visit: Callable[..., Visitor], language: str) -> None:
    visitor = visit("manager", MANAGER["new-schedule"], language)
    with visitor.page.expect_navigation():
        visitor.page.click("main .btn.next")
    visitor.page.evaluate(AXE.read_text())
    assert visitor.page.locator("[role=alert], .error").count()
    owes_nothing(visitor, "refused-schedule", language, for_desk=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_first_run(playwright: Any, tmp_path_factory: pytest.TempPathFactory, language: str) -> None:
    server = make_empty(tmp_path_factory.mktemp("empty"))
    people = People(playwright, server)
    try:
        visitor = people.of("nobody")
        visitor.speak(language)
        visitor.look("/first-run")
        assert visitor.complaints == []
        owes_nothing(visitor, "first-run", language, for_desk=False)
    finally:
        people.close()
        server.kill()
