"""Looking at pages: the product's server on the demo, browsers in which its people have signed in, and what every page owes."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

from .phone import ARGS, SHELL, listens
from .serving import REPOSITORY, Server, World

AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = REPOSITORY / "test-results" / "pages"
PASSWORD = "demo-rounds"
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
PHONE: Any = {"width": 360, "height": 780}
SMALL: Any = {"width": 320, "height": 640}
DESK: Any = {"width": 1280, "height": 800}
LANGUAGES = {"zh": "zh_CN", "en": "en"}
NO_SIGN_OF_PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

AXE_RUN = """async (rules) => {
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}) };
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}"""
QUIET = """() => new Promise((resolve) => {
  const wait = () => setTimeout(() => { watching.disconnect(); resolve(); }, 60);
  let last = wait();
  const watching = new MutationObserver(() => { clearTimeout(last); last = wait(); });
  watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})"""
HAS_SCRIPTS = "() => Boolean(document.querySelector('script[src$=\"/js/app.js\"]'))"
WIDER = "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
TEXTS = """() => {
  const found = [];
  const seen = (element) => element.checkVisibility() && !element.closest('pre, .code, [lang]:not(html), option, textarea');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (seen(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
  for (const option of document.querySelectorAll('option')) found.push(option.text);
  for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
    for (const element of document.querySelectorAll(`[${name}]`)) if (seen(element)) found.push(element.getAttribute(name));
  found.push(document.title.split(' · ')[0]);
  return found.map((text) => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
TOO_LOW = """(least) => [...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden]), label.choice')]
  .filter((element) => element.checkVisibility() && !element.matches('.skip, .unseen, .pill, .choice > input, :disabled'))
  .filter((element) => getComputedStyle(element).display !== 'inline')
  .map((element) => [element.getBoundingClientRect(), element])
  .filter(([box]) => box.width && box.height < least)
  .map(([box, element]) => `${Math.round(box.height)} px: ${element.outerHTML.slice(0, 120)}`)"""


def make_demo(factory: pytest.TempPathFactory) -> Server:
    """The demo's forty days, served: made once a run, whichever of its processes comes first, and copied."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-of-all"
    with open(shared.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            half = shared.with_suffix(".half")
            half.mkdir()
            for command in ("migrate", "demo"):
                run_command(command, half, 600)
            with closing(sqlite3.connect(half / "rounds.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            half.rename(shared)
    folder = factory.mktemp("demo") / "data"
    shutil.copytree(shared, folder)
    return serve(folder)


def make_empty(folder: Path) -> Server:
    """A database in which nobody has an account."""
    run_command("migrate", folder, 60)
    return serve(folder)


def run_command(command: str, folder: Path, seconds: float) -> None:
    """The product's own command on the data in that folder; fails with what it said."""
    settings = {**os.environ, "ROUNDS_DATA": str(folder), "DATABASE_URL": ""}
    words = [sys.executable, "-m", "webapp", command]
    done = subprocess.run(words, cwd=REPOSITORY, env=settings, check=False, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-3000:]


def serve(folder: Path) -> Server:
    """The product's server on the database in that folder."""
    made = folder / "made.db"
    with closing(sqlite3.connect(folder / "rounds.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (folder / "rounds.db").rename(made)
    return Server(World(made), folder).start()


OF_JINXIU = "SELECT id FROM inspection WHERE site_id = (SELECT id FROM site WHERE slug = 'jinxiu')"
AREA = "SELECT area.id FROM area JOIN checkpoint ON checkpoint.id = checkpoint_id WHERE number = '%s' AND kind = '%s' ORDER BY area.id"
GUARDS_LIST = "SELECT id FROM checklist WHERE trade = 'guard' ORDER BY id"


def addresses(people: People) -> dict[str, str]:
    """Where the demo's pages are: read off its own lists, as a person finds them."""
    supervisor, manager = people.of("supervisor"), people.of("manager")
    today = supervisor.address_after("/log").rsplit("/", 1)[1]
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    rows = people.server.rows
    label, old = (
        rows(f"SELECT code FROM label WHERE superseded_at IS {which} NULL ORDER BY code LIMIT 1")[0]["code"] for which in ("", "NOT")
    )
    homes = rows(
        "SELECT o.id, r.token, (SELECT count(*) FROM work_signature s WHERE s.order_id = o.id) AS signed FROM work_order o"
        " JOIN request r ON r.id = o.request_id WHERE o.payer = 'resident' AND o.finished_at IS NOT NULL ORDER BY o.finished_at DESC"
    )

    def own_id(table: str, number: str) -> UUID:
        return UUID(rows(f"SELECT id FROM {table} WHERE number = '{number}'")[0]["id"])

    signed, unsigned = (next(row for row in homes if bool(row["signed"]) == wanted) for wanted in (True, False))
    return {
        "today": today,
        "month": yesterday[:7],
        "signed": signed["token"],
        "unsigned": unsigned["token"],
        "signed_order": f"/work-orders/{UUID(signed['id'])}",
        "statement": statement_of(rows, signed["id"]),
        "order_by_link": f"/work-orders/{UUID(unsigned['id'])}",
        "by_link": made_link(supervisor, f"/work-orders/{UUID(unsigned['id'])}"),
        "yesterday": yesterday,
        "round": people.of("guard").first_link("/today", "/rounds/"),
        "past_round": supervisor.first_link(f"/log/jinxiu/{yesterday}", "/rounds/"),
        "evidence": supervisor.first_link(f"/log/jinxiu/{yesterday}", f"/log/jinxiu/{yesterday}/rounds/"),
        "exception": f"/log/jinxiu/{yesterday}#{supervisor.page.locator('details.item').nth(1).get_attribute('id')}",
        "signed_day": f"/log/jinxiu/{date.fromisoformat(today) - timedelta(days=2)}",
        "person": manager.first_link("/people", "/people/0"),
        "checkpoint": manager.first_link("/sites/jinxiu", "/checkpoints/"),
        "schedule": manager.first_link("/patrols/jinxiu", "/schedules/"),
        "route": manager.first_link("/patrols/jinxiu", "/routes/"),
        "held": manager.first_link("/held", "/held/"),
        "floor_plan": manager.first_link("/sites/jinxiu/plans", "/sites/jinxiu/plans/"),
        "request": supervisor.first_link("/requests?state=all", "/requests/"),
        "order_new": supervisor.first_link("/work-orders?group=new", "/work-orders/0"),
        "order_disputed": supervisor.first_link("/work-orders?group=disputed", "/work-orders/0"),
        "order_finished": supervisor.first_link("/work-orders?group=finished", "/work-orders/0"),
        "token": rows("SELECT token FROM request ORDER BY id LIMIT 1")[0]["token"],
        "inspect": f"/inspect/{UUID(one_id(rows, GUARDS_LIST))}",
        "inspection_failed": f"/inspections/{UUID(one_id(rows, OF_JINXIU + ' AND findings > 0 AND again_of_id IS NULL ORDER BY at DESC'))}",
        "inspection_good": f"/inspections/{UUID(one_id(rows, OF_JINXIU + ' AND again_of_id IS NOT NULL ORDER BY at DESC'))}",
        "area_cleaned": f"/areas/items/{UUID(one_id(rows, AREA % ('H-01', 'refuse')))}",
        "area_green": f"/areas/items/{UUID(one_id(rows, AREA % ('Y-01', 'beds')))}",
        "checklist": f"/checklists/items/{UUID(one_id(rows, 'SELECT id FROM checklist ORDER BY id'))}",
        "plan": f"/inspections/plans/items/{UUID(one_id(rows, 'SELECT id FROM inspection_plan ORDER BY id'))}",
        "label": label,
        "old_label": old,
        "lift": f"/equipment/items/{own_id('equipment', 'DT-06')}",
        "here": f"/here?at={UUID(one_id(rows, 'SELECT e.checkpoint_id AS id FROM equipment e JOIN meter m ON m.checkpoint_id = e.checkpoint_id'))}",
        "settle": "/meters/items/{}?reading={}".format(*(UUID(key) for key in rows(DOUBTED)[0].values())),
        "meter": f"/meters/items/{own_id('meter', 'DB-充电')}",
    } | jobs(people)


def statement_of(rows: Any, order_id: str) -> str:
    """The statement of the flat where an order was signed."""
    (order,) = rows(f"SELECT spot, place_id, finished_at FROM work_order WHERE id = '{order_id}'")
    place = f"&place={UUID(order['place_id'])}" if order["place_id"] else ""
    return f"/charges/jinxiu/statement?spot={order['spot']}{place}&year={order['finished_at'][:4]}"


def made_link(desk: Visitor, order: str) -> str:
    """The address for signing that the desk makes on an order's page."""
    desk.page.goto(order)
    with desk.page.expect_navigation():
        desk.page.click(f"form[action='{order}/link'] button")
    return "/sign/" + desk.page.locator("[data-copy-text]").inner_text().rsplit("/", 1)[1]


def jobs(people: People) -> dict[str, str]:
    """A technician's work orders, one in each of some states; `conflict`: with two versions."""
    found = people.server.rows(
        "SELECT o.id, CASE WHEN o.conflicts THEN 'conflict' ELSE o.state END AS state FROM work_order o LEFT JOIN person p ON p.id = o.assignee_id "
        "WHERE o.closed_at IS NULL AND (p.username = 'technician2' OR o.offered_trade = 'technician') ORDER BY o.raised_at"
    )
    return {f"job_{row['state']}": f"/work-orders/{UUID(row['id'])}" for row in found}


DOUBTED = "SELECT r.meter_id, r.id FROM reading r JOIN meter m ON m.id = r.meter_id WHERE r.doubt IS NOT NULL AND m.retired_at IS NULL"


def one_id(rows: Any, question: str) -> str:
    """The first id that it finds."""
    return str(rows(question)[0]["id"])


class People:
    """Browsers of the demo's people, made when first asked for."""

    def __init__(self, playwright: Any, server: Server) -> None:
        self.server = server
        self.origin = f"http://127.0.0.1:{server.port}"
        self.chromium = playwright.chromium.launch(executable_path=SHELL, args=[*ARGS, *CAMERA])
        self.known: dict[str, Visitor] = {}

    def of(self, person: str) -> Visitor:
        """That person's browser; `nobody` has not signed in, `known` is a phone whose user has signed out."""
        if person not in self.known:
            self.known[person] = Visitor(self, person)
        return self.known[person]

    def close(self) -> None:
        self.chromium.close()


class Visitor:
    """One browser, and everything it complained of."""

    def __init__(self, people: People, person: str) -> None:
        self.origin = people.origin
        self.context = people.chromium.new_context(base_url=people.origin, viewport=PHONE, locale="zh-CN", service_workers="block")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._stranger(request.url))
        self.signed_in = person not in ("nobody", "known")
        self.language = ""
        if person == "known":
            self._leave_a_pin()
        elif self.signed_in:
            self._sign_in(person)

    def _stranger(self, address: str) -> None:
        if not address.startswith((self.origin, "data:", "blob:")):
            self.strangers.append(address)

    def _sign_in(self, person: str) -> None:
        self.page.goto("/login?form=1")
        self.page.fill("[name=username]", person)
        self.page.fill("[name=password]", PASSWORD)
        with self.page.expect_navigation():
            self.page.click("form[action='/login'] [type=submit]")
        assert "/login" not in self.page.url

    def _leave_a_pin(self) -> None:
        """The phone of somebody who signs in with a PIN."""
        self._sign_in("technician")
        self._post("/me/pin", pin="730152")
        self._post("/logout")

    def _post(self, address: str, **form: str) -> None:
        answer = self.context.request.post(address, form=form, headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin"})
        assert answer.ok, answer.status

    def speak(self, language: str) -> None:
        """Choose the language as this person does."""
        if language == self.language:
            return
        self.language = language
        if self.signed_in:
            self._post("/me/settings", language=LANGUAGES[language], theme="auto")
        else:
            self.context.add_cookies([{"name": "language", "value": LANGUAGES[language], "url": self.origin}])

    def address_after(self, address: str) -> str:
        """Where an address leads."""
        self.page.goto(address)
        return str(self.page.url)

    def first_link(self, address: str, start: str) -> str:
        """The first link on a page that begins so."""
        self.page.goto(address)
        return str(self.page.locator(f"a[href^='{start}']").first.get_attribute("href"))

    def look(self, address: str) -> None:
        """Open a page afresh, by day on a phone, with nothing held against it."""
        self.page.set_viewport_size(PHONE)
        self.page.emulate_media(color_scheme="light")
        self.complaints.clear()
        self.strangers.clear()
        self.page.goto(address)
        if self.page.evaluate(HAS_SCRIPTS):
            listens(self.page)
        self.page.evaluate(QUIET)  # what the scripts add once they have read the phone's memory
        self.page.evaluate(AXE.read_text())

    def violations(self, *rules: str) -> list[str]:
        """What axe finds; all its rules, or only these."""
        return list(self.page.evaluate(AXE_RUN, list(rules) or None))

    def shoot(self, name: str) -> None:
        """Keep a picture for people to look at: ROUNDS_SHOTS=1."""
        if not os.environ.get("ROUNDS_SHOTS"):
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@cache
def english() -> list[re.Pattern[str]]:
    """Every English sentence of the product that has a Chinese one, as a pattern."""
    with (REPOSITORY / "webapp/translations/zh_CN/LC_MESSAGES/messages.po").open("rb") as file:
        pairs = [(m.id, m.string) for m in read_po(file) if m.id]
    sentences = {text for ids, ours in pairs for text in ([ids] if isinstance(ids, str) else ids) if ours != text}
    own, theirs = (_script_words(language) for language in ("zh_CN", "en"))
    sentences |= {text for key, text in theirs.items() if own.get(key) != text}
    return [_pattern(text) for text in sorted(sentences) if re.search(r"[A-Za-z]{3}", NO_SIGN_OF_PLACEHOLDERS.sub("", text))]


def _script_words(language: str) -> dict[str, str]:
    text = (REPOSITORY / f"static/js/words/{language}.js").read_text()
    return dict(re.findall(r"^\s+'([^']+)': '(.*)',$", text, re.MULTILINE))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in NO_SIGN_OF_PLACEHOLDERS.split(text)))


def left_in_english(texts: list[str]) -> list[str]:
    """Texts of a Chinese page that are one of our English sentences, or read like any."""
    prose = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
    return [text for text in texts if prose.search(text) or any(pattern.fullmatch(text) for pattern in english())]
