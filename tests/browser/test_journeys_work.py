"""E10 and more: a technician's job from "my work orders" to the resident's signature, all of it in a basement without signal; two technicians
who finish the same job; and what a label offers to those who have work there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from webapp.work_orders.charges import CallOut, Charge, Item, Price, call_out, line_of, quantity_of

from .conftest import MakePhone
from .label_pictures import camera_file, render
from .phone import Phone, moment
from .serving import ZONE, Server, World

TAP = ("水龙头", "Tap")  # of the price list, in Chinese and in English
# No clock of the page that runs for two seconds or longer ever comes, neither a form's patience nor the outbox's next try.
ENDLESS = (
    "const later = window.setTimeout; window.setTimeout = (what, ms, ...rest) => later(what, ms >= 2_000 ? 2 ** 31 - 1 : ms, ...rest);"
)
OFFER = CallOut(datetime(2026, 1, 1, tzinfo=UTC), 2000, 5000)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the technician's camera sees."""
    path = tmp_path_factory.mktemp("film") / "tap.mjpeg"
    return camera_file(
        [render(f"https://rounds.example/{n}", n, noise=12, size=(1280, 720)) for n in range(2)], path, seconds_each=1, gap=1
    )


def hex_of(order_id: str) -> str:
    return UUID(order_id).hex


def body(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["payload"])["body"]
    return found


def steps(phone: Phone, order_id: str) -> list[dict[str, Any]]:
    """The order's steps in the outbox."""
    return [item for item in phone.items() if item["kind"] == "work-step" and body(item)["order"] == order_id]


def tap(phone: Phone, name: str, order_id: str) -> None:
    """The big button; then the page says what comes after it."""
    before = len(steps(phone, order_id))
    with phone.page.expect_navigation():
        phone.page.locator("[data-next]").get_by_role("button", name=phone.says(name), exact=True).click()
    phone.until(lambda: len(steps(phone, order_id)) == before + 1, f"{name} is saved")


def photograph(phone: Phone, name: str) -> None:
    """One photo; closing the camera saves it."""
    phone.page.get_by_role("button", name=phone.says(name)).click()
    phone.page.locator('[data-part="shutter"]:not(:disabled)').click()
    phone.page.get_by_role("button", name=phone.says("Use this photo")).click()
    phone.page.get_by_text(phone.says("1 photo kept")).wait_for()
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name=phone.says("Done")).click()


def drawn(phone: Phone, selector: str) -> None:
    """Wait until that photo is to be seen."""
    image = phone.page.locator(selector).first
    image.scroll_into_view_if_needed()  # it is loaded once it is to be seen
    phone.until(lambda: image.evaluate("(image) => image.complete && image.naturalWidth > 100"), f"{selector} is drawn")


def sign(phone: Phone, pad: str = "#d-sign [data-pad]") -> None:
    """With a finger on the pad."""
    mouse = phone.page.mouse
    phone.page.locator(pad).scroll_into_view_if_needed()
    box = phone.page.locator(pad).bounding_box()
    assert box
    mouse.move(box["x"] + 20, box["y"] + 30)
    mouse.down()
    for n in range(1, 12):
        mouse.move(box["x"] + 20 + 15 * n, box["y"] + 30 + (n % 3) * 20)
    mouse.up()


def expected(order_id: str, items: dict[str, str], on_site: datetime) -> Charge:
    """What one hour and a half and two taps come to, by the server's own rules."""
    past = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [
        line_of(Item(UUID(items["Labour"]), "labour", "hour", (Price(past, 6000),)), quantity_of("1.5"), on_site),
        line_of(Item(UUID(items["Tap"]), "material", "piece", (Price(past, 8500),)), quantity_of("2"), on_site),
    ]
    fee = call_out([OFFER], on_site, ZONE.key)
    assert fee
    return Charge(UUID(order_id), "CNY", "resident", (*lines, fee))


def look_before_and_after(phone: Phone, order_id: str) -> None:
    """Both photos, with the start between them; the first lies over the viewfinder of the second."""
    photograph(phone, "Before photo")
    drawn(phone, '[data-stage="before"] img')
    tap(phone, "Start", order_id)
    phone.page.locator("[data-order-mark]", has_text=f"{phone.says('Being done')} · {phone.says('On this phone')}").wait_for()
    phone.page.get_by_role("button", name=phone.says("After photo")).click()
    drawn(phone, "img.under")
    phone.page.get_by_role("button", name=phone.says("Lay the before photo over the picture")).click()
    phone.page.locator("img.under").wait_for(state="hidden")
    phone.page.get_by_role("button", name=phone.says("Close the camera")).click()
    photograph(phone, "After photo")
    drawn(phone, '[data-stage="after"] img')


def list_what_was_used(phone: Phone) -> None:
    """A slip of the thumb is said; then an hour and a half, and two taps."""
    labour = phone.page.get_by_role("textbox", name=re.compile(f"^{phone.says('Labour')}"))
    phone.page.get_by_role("button", name=phone.says("List what was used")).click()
    labour.fill("-3")
    phone.page.get_by_role("button", name=phone.says("Save the list")).click()
    phone.page.get_by_text(phone.says("Please write more than 0, or leave it empty.")).wait_for()
    labour.fill("1.5")
    for _ in range(2):
        phone.page.get_by_role("button", name=phone.says("More: %(name)s") % {"name": TAP[phone.says is str]}).click()
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name=phone.says("Save the list")).click()


def let_the_resident_sign(phone: Phone) -> None:
    """Nothing is signed by a tap; then with a name, stars and words."""
    phone.page.locator("[data-next]").get_by_role("button", name="Let the resident sign").click()
    phone.page.get_by_role("button", name="I agree and sign").click()
    phone.page.get_by_text("Please sign in the field above.").wait_for()
    sign(phone)
    phone.page.get_by_role("radio", name="4 stars").check(force=True)
    phone.page.get_by_label("Who signs").fill("Ms Li")
    phone.page.get_by_label("A few words").fill("Quick and clean")
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="I agree and sign").click()
    phone.page.get_by_text("Signed by the resident").first.wait_for()


def is_done_on_the_server(server: Server, order_id: str) -> None:
    """One of each step, and a signature under exactly the charge that the server works out."""
    (order,) = server.rows("SELECT * FROM work_order WHERE id = ?", hex_of(order_id))
    assert (order["state"], order["conflicts"]) == ("finished", 0)
    told = server.rows("SELECT verb FROM work_step WHERE order_id = ? AND verb != 'assign' ORDER BY at, id", hex_of(order_id))
    assert [row["verb"] for row in told] == ["accept", "on_the_way", "on_site", "photo", "start", "photo", "use", "finish", "sign"]
    items = {row["name_en"]: row["id"] for row in server.rows("SELECT id, name_en FROM price_item")}
    charge = expected(order_id, items, moment(order["on_site_at"]).replace(tzinfo=UTC))
    (signed,) = server.rows("SELECT * FROM work_signature WHERE order_id = ?", hex_of(order_id))
    assert (signed["charge"], signed["stars"], signed["name"], signed["words"]) == (charge.digest(), 4, "Ms Li", "Quick and clean")
    assert json.loads(signed["shown"])["due"] == charge.due


def test_a_whole_job_in_the_basement_photos_bill_and_signature(new_phone: MakePhone, server: Server, world: World, film: Path) -> None:
    order_id = world.jobs[0]
    phone = new_phone(film=film).sign_in("technician", then="/work-orders/mine").ready()
    timeline = phone.page.locator("[data-timeline]")
    with server.down():
        phone.goto("/work-orders/mine")
        phone.page.get_by_text("The kitchen tap drips").click()
        assert phone.page.get_by_role("link", name="Call 13800000000").get_attribute("href") == "tel:13800000000"
        for name in ("Accept", "On my way", "I am there"):
            tap(phone, name, order_id)
        look_before_and_after(phone, order_id)
        list_what_was_used(phone)
        tap(phone, "Finish", order_id)
        let_the_resident_sign(phone)
        phone.until(lambda: timeline.get_by_text("On this phone").count() == 9, "all nine steps are marked")
        phone.goto("/work-orders/mine")
        phone.page.locator("[data-order-mark]", has_text="Finished · On this phone").wait_for()
        made = steps(phone, order_id)

    phone.send_now()
    phone.until_received([item["id"] for item in made])
    is_done_on_the_server(server, order_id)
    phone.fresh(f"/work-orders/{order_id}")  # the server's page says the same, and nothing twice
    phone.page.get_by_text("Signed by the resident").first.wait_for()
    phone.until(lambda: timeline.locator("li").count() == 10, "the office's step and nine of the phone's")
    phone.until(lambda: timeline.get_by_text("On this phone").count() == 0, "nothing waits")
    for stage in ("before", "after"):
        drawn(phone, f'[data-stage="{stage}"] img')
        phone.until(lambda stage=stage: phone.page.locator(f'[data-stage="{stage}"] li').count() == 1, "one photo each")
    speak(phone, "zh_CN")
    phone.fresh(f"/work-orders/{order_id}")
    phone.page.get_by_text("业主已签字").first.wait_for()
    phone.page.locator("[data-order-mark]", has_text="已完工").wait_for()
    speak(phone, "en")


def speak(phone: Phone, language: str) -> None:
    """What the person chooses under "Me"."""
    form = {"language": language, "theme": "auto"}
    phone.context.request.post(f"{phone.origin}/me/settings", form=form, headers={"Origin": phone.origin, "Sec-Fetch-Site": "same-origin"})


def test_two_who_take_and_finish_the_same_job_offline_make_one_history_one_conflict_and_one_decision(
    new_phone: MakePhone, server: Server, world: World
) -> None:
    order_id = world.jobs[1]
    phones = [new_phone().sign_in(name, then="/work-orders/mine").ready() for name in ("technician", "technician2")]
    with server.down():
        for phone in phones:
            phone.context.add_init_script(ENDLESS)  # a tap leads on by the courier's word that nothing leaves, not after a wait
            phone.goto("/work-orders/mine")
            offered = phone.page.locator(f'[data-order="{order_id}"]')
            with phone.page.expect_navigation():
                offered.get_by_role("button", name="Take it").click()
            offered.get_by_text("Accepted · On this phone").wait_for()
            offered.get_by_role("link").click()
            phone.page.get_by_role("button", name="Before photo").wait_for()  # it is theirs now, as far as this phone knows
            for name in ("On my way", "I am there", "Start", "Finish"):
                tap(phone, name, order_id)
    for phone in phones:
        phone.send_now()
        phone.until_received([item["id"] for item in steps(phone, order_id)])
    (order,) = server.rows("SELECT state, conflicts FROM work_order WHERE id = ?", hex_of(order_id))
    assert order == {"state": "finished", "conflicts": 1}
    assert server.rows("SELECT count(*) AS n FROM work_step WHERE order_id = ? AND verb = 'finish'", hex_of(order_id)) == [{"n": 2}]
    for phone in phones:
        phone.fresh(f"/work-orders/{order_id}")
        card = phone.page.locator("[data-conflict]")
        phone.until(lambda card=card: card.count() == 1, "the conflict")
        words = card.inner_text()
        assert "Two people finished it" in words and "The supervisor decides" in words
        assert re.search(r"Technician\b", words) and "Technician2" in words
    decide(new_phone().sign_in("supervisor", then="/work-orders?group=disputed"), server, order_id)
    for phone in phones:
        phone.fresh(f"/work-orders/{order_id}")
        phone.page.get_by_text("Does not count: decided otherwise").first.wait_for()
        expect(phone.page.locator("[data-conflict]")).to_have_count(0)


def decide(boss: Phone, server: Server, order_id: str) -> None:
    """The board leads to both versions side by side, with the photos of each; one press decides, and the other version stays to be read."""
    boss.page.locator(f'a[href="/work-orders/{order_id}"]').first.click()
    question = boss.page.locator("section.card", has=boss.page.get_by_role("heading", name="Two people finished it"))
    question.wait_for()
    versions = question.locator(".version")
    expect(versions).to_have_count(2)
    expect(versions.nth(0).get_by_role("heading")).to_have_text("Technician")
    expect(versions.nth(1).get_by_role("heading")).to_have_text("Technician2")
    for n in range(2):
        expect(versions.nth(n)).to_contain_text("Finished")
    versions.nth(1).get_by_role("button", name="This one counts").click()
    boss.page.get_by_text("Decided. The other version stays in the history.").wait_for()
    expect(boss.page.get_by_role("button", name="This one counts")).to_have_count(0)
    (order,) = server.rows("SELECT state, conflicts FROM work_order WHERE id = ?", hex_of(order_id))
    assert order == {"state": "finished", "conflicts": 0}
    rows = server.rows(
        "SELECT verb, person_id FROM work_step WHERE order_id = ? AND verb IN ('finish', 'decide') ORDER BY at", hex_of(order_id)
    )
    assert [row["verb"] for row in rows] == ["finish", "finish", "decide"]  # nothing of either is gone, and one person decided once
    boss.goto(f"/work-orders/{order_id}")
    history = boss.page.locator("main").inner_text()
    assert history.count("Decided") >= 1 and history.count("Does not count: decided otherwise") >= 1


def test_photos_of_a_job_are_there_without_signal(new_phone: MakePhone, server: Server, world: World, film: Path) -> None:
    order_id = world.jobs[2]
    phone = new_phone(film=film).sign_in("technician", then=f"/work-orders/{order_id}").ready()
    phone.goto(f"/work-orders/{order_id}")
    photograph(phone, "Before photo")
    phone.until_received([item["id"] for item in steps(phone, order_id)])
    photo = steps(phone, order_id)[0]["photos"][0]["sha256"]
    phone.goto(f"/work-orders/{order_id}")
    drawn(phone, f'img[src$="{photo}"]')
    phone.page.evaluate(
        "async () => (await import(`/static/${document.documentElement.dataset.build}/js/pack.js`)).refreshPack({ now: true })"
    )
    phone.until_kept(f"/work-orders/{order_id}/photos/{photo}")
    with server.down():
        phone.goto(f"/work-orders/{order_id}")
        drawn(phone, f'img[src$="{photo}"]')


def test_the_history_of_the_place_is_there_in_flight_mode(new_phone: MakePhone, server: Server, world: World) -> None:
    order_id = world.jobs[3]
    phone = new_phone().sign_in("technician", then="/work-orders/mine").ready()
    phone.until_kept(f"/work-orders/{order_id}")
    phone.offline()
    try:
        phone.goto("/work-orders/mine")
        phone.page.locator(f'[data-order="{order_id}"]').get_by_role("link").click()
        phone.page.wait_for_url(f"**/work-orders/{order_id}")
        phone.page.locator("summary", has_text="Earlier at this place").click()
        earlier = phone.page.locator("details[open]", has_text="Earlier at this place")
        for text in ("The kitchen tap drips", "The stairs are dark", "The balcony door jams"):
            expect(earlier.get_by_text(text)).to_be_visible()
        expect(earlier.get_by_text("The window is loose")).to_have_count(0)  # the order itself is no history
    finally:
        phone.offline(False)


def test_a_label_where_there_is_work_offers_to_be_there_and_to_report(new_phone: MakePhone, server: Server, world: World) -> None:
    order_id = world.jobs[2]
    phone = new_phone().sign_in("technician", then="/work-orders/mine").ready(decoder=True)
    with server.down():
        phone.scan_page()
        phone.type_code(world.spots[6])
        sheet = phone.page.locator(".scan-sheet")
        sheet.get_by_role("button", name="I am there: The balcony door jams").click()
        sheet.get_by_text("On site · Saved on this phone").wait_for()
        (arrived,) = [item for item in steps(phone, order_id) if body(item)["verb"] == "on_site"]
        assert body(arrived)["code"] == world.spots[6].code
        sheet.get_by_role("link", name="Open the work order").click()
        phone.page.locator("[data-order-mark]", has_text="On site · On this phone").wait_for()
        phone.page.locator("[data-next]").get_by_role("button", name="Start").wait_for()

        phone.scan_page()
        phone.type_code(world.spots[7])
        sheet.get_by_role("link", name="Report a problem here").click()
        phone.page.get_by_text(re.compile(f"{world.spots[7].name} · ")).wait_for()
        phone.page.get_by_label("Place").wait_for(state="hidden")
        phone.page.get_by_text("Light is out").click()
        phone.page.get_by_text("Somebody may get hurt").click()
        phone.page.get_by_label("In your own words").fill("The stairs are dark")
        with phone.page.expect_navigation():
            phone.page.get_by_role("button", name="Report it").click()
        (reported,) = [item for item in phone.items() if item["kind"] == "request"]
    phone.send_now()
    phone.until_received([arrived["id"], reported["id"]])
    (request,) = server.rows("SELECT text, urgency, checkpoint_id FROM request WHERE record_id = ?", hex_of(reported["id"]))
    assert request == {"text": "The stairs are dark", "urgency": "urgent", "checkpoint_id": hex_of(world.spots[7].id)}


def more(phone: Phone, order_id: str, fold: str, button: str, fill: Callable[[Any], None]) -> None:
    """A step that lies under "More"."""
    before = len(steps(phone, order_id))
    phone.page.get_by_role("button", name="More", exact=True).click()
    form = phone.page.locator("#d-more details", has=phone.page.locator("summary", has_text=fold))
    form.locator("summary").click()
    fill(form)
    with phone.page.expect_navigation():
        form.get_by_role("button", name=button, exact=True).click()
    phone.until(lambda: len(steps(phone, order_id)) == before + 1, f"{button} is saved")


def pause_until(form: Any) -> None:
    form.get_by_text("An appointment was made").click()
    form.get_by_label("Until when").fill("2030-01-02T09:30")


def test_waiting_and_what_remains_lie_under_more_and_all_of_it_counts(new_phone: MakePhone, server: Server, world: World) -> None:
    order_id = world.jobs[3]
    phone = new_phone().sign_in("technician", then="/work-orders/mine").ready()
    with server.down():
        phone.goto(f"/work-orders/{order_id}")
        phone.page.get_by_role("button", name="More", exact=True).click()
        with phone.page.expect_navigation():
            phone.page.locator("#d-more").get_by_role("button", name="I am there").click()
        tap(phone, "Start", order_id)
        more(phone, order_id, "Pause", "Pause", pause_until)
        tap(phone, "Go on", order_id)
        more(phone, order_id, "Parts are missing", "Parts are missing", lambda form: form.get_by_label("Which parts?").fill("A hinge"))
        tap(phone, "Go on", order_id)
        more(phone, order_id, "Write a note", "Save", lambda form: form.get_by_label("Note").fill("The door is heavy"))
        more(phone, order_id, "Done in part", "Finish this part", lambda form: form.get_by_label("What is still").fill("The lower hinge"))
        phone.page.locator("[data-order-mark]", has_text="Finished · On this phone").wait_for()
        phone.page.locator("[data-timeline]").get_by_text("The lower hinge").wait_for()
        made = steps(phone, order_id)
    phone.send_now()
    received = phone.until_received([item["id"] for item in made])
    assert {item["receipt"]["status"] for item in received} == {"accepted"}
    (pause,) = server.rows("SELECT cause, until FROM work_step WHERE order_id = ? AND verb = 'pause'", hex_of(order_id))
    assert (pause["cause"], moment(pause["until"]).strftime("%Y-%m-%d %H:%M")) == ("appointment", "2030-01-02 01:30")
    (rest,) = server.rows("SELECT text, state FROM work_order WHERE part_of_id = ?", hex_of(order_id))
    assert rest["text"] == "The lower hinge"
    phone.fresh(f"/work-orders/{order_id}")
    phone.page.get_by_role("link", name=re.compile("What remains")).wait_for()


def test_a_guard_reports_from_the_day_without_a_label(
    old_phone: Phone, server: Server, world: World, photo: Callable[[], Path] | Path
) -> None:
    phone = old_phone
    with server.down():
        phone.goto("/today")
        phone.page.get_by_role("link", name="Report a problem").click()
        phone.page.get_by_text("Water or a leak").click()
        phone.page.get_by_label("Place").select_option(label="Tower 1")
        phone.page.get_by_label("Where exactly").fill("by the letter boxes")
        phone.page.locator("input[type=file]").set_input_files(str(photo))
        phone.page.locator("[data-photo-list] img").wait_for()
        with phone.page.expect_navigation():
            phone.page.get_by_role("button", name="Report it").click()
        (reported,) = [item for item in phone.items() if item["kind"] == "request"]
    phone.send_now()
    phone.until_received([reported["id"]])
    (request,) = server.rows("SELECT spot, phone FROM request WHERE record_id = ?", hex_of(reported["id"]))
    assert request == {"spot": "by the letter boxes", "phone": ""}
