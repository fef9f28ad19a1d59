"""When the phone's memory cannot be had at all, or only for as long as this window lives: the person is told, and nothing is deleted.

Names carry the lines of the failure list (A8, A10).
"""

from __future__ import annotations

from typing import Any

from .conftest import MakePhone
from .phone import SHELL, SIZE, Phone, listens
from .proxy import Proxy
from .serving import PASSWORD, Server, World

# As Chromium answers when its store is damaged or locked. The flag is the test's: with it gone the store opens again.
UNREADABLE = """(() => {
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...given) {
    if (!localStorage.getItem('broken')) return open.apply(this, given);
    const asked = open.call(this, `nothing ${Math.random()}`);
    asked.addEventListener('upgradeneeded', (event) => {
      event.stopImmediatePropagation();
      asked.transaction.abort();
    });
    return asked;
  };
})()"""


def type_and_record(phone: Phone, code: str) -> None:
    """A typed code, without waiting for what becomes of it."""
    phone.page.get_by_role("button", name="Type the code").first.click()
    phone.page.get_by_label("The ten characters under the label").fill(code)
    phone.page.get_by_role("button", name="Record").click()


def test_A8_a_store_that_does_not_open_is_said_and_never_deleted(new_phone: MakePhone, server: Server, world: World) -> None:
    phone = new_phone(prepare=UNREADABLE).sign_in().ready()
    phone.scan_page(world.main)
    phone.offline()
    id = phone.type_code(world.spots[0])["id"]
    phone.page.evaluate("() => localStorage.setItem('broken', '1')")
    phone.page.reload()
    phone.page.locator("[data-storage-warning]").get_by_text("memory cannot be read").wait_for()
    type_and_record(phone, world.spots[1].code)
    phone.page.get_by_text("Not saved").first.wait_for()
    phone.page.evaluate("() => localStorage.removeItem('broken')")
    phone.page.reload()
    phone.until(lambda: [item["id"] for item in phone.items()] == [id], "what was saved is there again")
    phone.offline(False)
    phone.until_received([id])
    assert list(server.records([id])) == [id]
    # The browser's own word on a store that does not open, which no part of the page waited for.
    phone.complaints = [words for words in phone.complaints if "Version change transaction" not in words]


def test_A10_in_a_private_window_the_person_is_warned(playwright: Any, proxy: Proxy, server: Server, world: World) -> None:
    browser = playwright.chromium.launch(executable_path=SHELL, args=["--no-sandbox"])
    try:
        page = browser.new_context(viewport=SIZE, locale="en-US").new_page()
        page.goto(f"{proxy.origin}/login?form=1&next=/outbox")
        page.get_by_label("User name").fill("guard")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/outbox")
        listens(page)  # no worker keeps the scripts for it
        page.context.set_offline(True)
        page.evaluate(
            """async () => {
              const { record } = await import(`/static/${document.documentElement.dataset.build}/js/outbox/queue.js`);
              await record('note', { site: 'garden', text: 'in a window that forgets' });
            }"""
        )
        page.locator("[data-storage-warning]").get_by_text("may delete unsent records").wait_for()
    finally:
        browser.close()
