"""A supervisor makes a checklist without training: adds, moves by keyboard and by drag, puts a picture to it, looks at it as a phone; the cleaner sees it without signal."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from .conftest import MakePhone
from .serving import Server, World


def texts(page: Any) -> list[str]:
    found: list[str] = page.locator(".editor-question [name$='.text']").evaluate_all("fields => fields.map((field) => field.value)")
    return found


def test_a_list_is_made_with_a_picture_and_the_phone_shows_it_without_signal(
    new_phone: MakePhone, server: Server, world: World, photo: Path
) -> None:
    office = new_phone().sign_in("supervisor", then="/inspections")
    page = office.page
    page.set_viewport_size({"width": 1280, "height": 900})
    checklist_id = UUID(server.rows("SELECT id FROM checklist")[0]["id"])
    office.goto(f"/checklists/items/{checklist_id}")
    page.locator("form.can-drag").wait_for()
    before = texts(page)
    assert len(before) == 3

    page.locator(".editor-question").nth(2).get_by_role("button", name="Add a question below").click()
    office.until(lambda: len(texts(page)) == 4, "the new question")
    office.until(lambda: page.evaluate("document.activeElement.name?.endsWith('.text')"), "the cursor in it")
    page.keyboard.type("The mirror is clean")
    page.keyboard.press("Alt+ArrowUp")
    assert texts(page) == [before[0], before[1], "The mirror is clean", before[2]]

    page.set_viewport_size({"width": 1280, "height": 3000})  # all of them in sight: nothing scrolls while one is dragged
    mirror = page.locator(".editor-question").nth(2)
    handle, first = mirror.locator("[data-handle]"), page.locator(".editor-question").nth(0)
    handle.scroll_into_view_if_needed()
    box, target = handle.bounding_box(), first.bounding_box()
    assert box and target
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, target["y"] + 5, steps=8)
    page.mouse.up()
    assert texts(page) == ["The mirror is clean", *before]
    page.set_viewport_size({"width": 1280, "height": 900})

    at = 0
    mirror = page.locator(".editor-question").nth(at)
    mirror.get_by_text("More", exact=True).click()
    mirror.locator("[data-new-picture]").set_input_files(photo)
    mirror.locator("img.guide").wait_for()
    mirror.get_by_role("button", name="Copy this question").click()
    office.until(lambda: len(texts(page)) == 5, "the copy")
    page.locator(".editor-question").nth(at + 1).get_by_role("button", name="Remove", exact=True).click()
    office.until(lambda: len(texts(page)) == 4, "the copy is gone")
    page.get_by_role("button", name="Show on the phone").click()
    page.locator(".preview .guide img").wait_for()
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_text("Version 2 is saved.").wait_for()

    cleaner = new_phone().sign_in("cleaner").ready()
    cleaner.until_kept("/inspect/pictures/")
    cleaner.offline()
    cleaner.goto(f"/inspect/{checklist_id}?at={world.spots[0].id}")
    cleaner.page.locator("form[data-ready]").wait_for()
    picture = cleaner.page.locator(".guide img")
    picture.scroll_into_view_if_needed()
    cleaner.until(lambda: picture.evaluate("one => one.complete && one.naturalWidth > 0"), "the picture without signal")
