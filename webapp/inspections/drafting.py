"""A checklist while it is edited: the form's fields as a list of items in order (a section's head, or a question), and back. Pure.

The order of the fields in the page is the order of the list: moving an item is moving its block, by button or by drag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import ValidationError

from webapp.inspections.content import MOST_QUESTIONS, Content

FIELDS = (
    "id", "kind", "text", "text_en", "guidance", "guidance_en", "picture", "weight", "unit", "low", "high", "photo", "raises", "severity", "meter", "role", "required",
    "choices", "choices_en", "good", "when_question", "when_equals",
)  # fmt: skip
LISTS = ("choices", "choices_en", "good")
NEW = {"kind": "pass", "weight": "1", "photo": "never", "severity": "minor", "required": "1"}
MOST_ITEMS = MOST_QUESTIONS + 100
KEY = re.compile(r"[0-9]{1,6}")

Item = dict[str, str]


class Fields(Protocol):
    """A form's fields."""

    def get(self, key: str, default: str, /) -> str: ...
    def getlist(self, key: str, /) -> list[str]: ...


def items_of(content: Content) -> list[Item]:
    """A checklist as items."""
    found: list[Item] = []
    for section in content.sections:
        found.append({"what": "section", "name": section.name, "name_en": section.name_en})
        for question in section.questions:
            value = question.model_dump(mode="json")
            item = {"what": "question"} | {name: _shown(value.get(name)) for name in FIELDS if name in value}
            for name in LISTS:
                item[name] = "\n".join(value[name])
            item["required"] = "1" if question.required else ""
            item["when_question"] = question.when.question if question.when else ""
            item["when_equals"] = "\n".join(_said(one) for one in question.when.equals) if question.when else ""
            found.append(item)
    return found


def _shown(value: Any) -> str:
    return "" if value is None else str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _said(value: str | bool | float) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else _shown(value)


def read_items(form: Fields) -> list[Item]:
    """The items as the form holds them, in its order."""
    found = []
    for mark in form.getlist("item")[:MOST_ITEMS]:
        what, _colon, key = mark.partition(":")
        if not KEY.fullmatch(key):
            continue
        names = ("name", "name_en") if what == "section" else FIELDS
        found.append(
            {"what": "section" if what == "section" else "question"}
            | {name: (form.get(f"{key}.{name}", "") or "").strip() for name in names}
        )
    return found


def placed(form: Fields, do: str) -> str:
    """A button names the key of its block; where that stands now, once blocks were moved in the page. `end`: behind the last."""
    verb, _colon, key = do.partition(":")
    keys = [mark.partition(":")[2] for mark in form.getlist("item")[:MOST_ITEMS]]
    keys = [one for one in keys if KEY.fullmatch(one)]
    if key == "end":
        return f"{verb}:{len(keys) - 1}"
    return f"{verb}:{keys.index(key)}" if key in keys else do


def apply(items: list[Item], do: str) -> list[Item]:
    """What a button asks for: up:n, down:n, remove:n, copy:n, unpicture:n, question:n and section:n (a new one behind n). Others change nothing."""
    verb, _colon, place = do.partition(":")
    n = int(place) if place.lstrip("-").isdigit() else -1
    items = [dict(item) for item in items]
    if verb in ("question", "section"):
        new = {"what": verb} | (NEW | {"id": free_id(items)} if verb == "question" else {"name": ""})
        return [*items[: n + 1], new, *items[n + 1 :]]
    if not 0 <= n < len(items):
        return items
    if verb == "remove":
        del items[n]
    elif verb == "copy":
        items.insert(n + 1, items[n] | ({"id": free_id(items)} if items[n]["what"] == "question" else {}))
    elif verb == "unpicture":
        items[n]["picture"] = ""
    elif verb in ("up", "down"):
        other = n - 1 if verb == "up" else n + 1
        if 0 <= other < len(items):
            items[n], items[other] = items[other], items[n]
    return items


def touched(do: str, count: int) -> int:
    """Which item a button was about, as they stand afterwards: there the page goes on."""
    verb, _colon, place = do.partition(":")
    n = int(place) if place.lstrip("-").isdigit() else -1
    moved = {"up": -1, "remove": -1, "down": 1, "copy": 1, "question": 1, "section": 1}.get(verb, 0)
    return max(0, min(n + moved, count - 1)) if ":" in do else -1


def free_id(items: list[Item]) -> str:
    """An id that no question has."""
    used = {item.get("id") for item in items}
    return next(f"q{number}" for number in range(1, len(items) + 2) if f"q{number}" not in used)


def content_from(items: list[Item], pass_score: str) -> tuple[Content | None, dict[int, dict[str, str]]]:
    """The checklist that the items make, or what is wrong: by item, by field, one of the words of `WRONG`; -1 is the whole list."""
    sections: list[dict[str, Any]] = []
    where: list[list[int]] = []
    wrong: dict[int, dict[str, str]] = {}
    used = {item["id"] for item in items if item.get("id")}
    for n, item in enumerate(items):
        if item["what"] == "section":
            sections.append({"name": item.get("name", ""), "name_en": item.get("name_en", ""), "questions": []})
            where.append([n])
            continue
        if not sections:
            wrong.setdefault(n, {})["text"] = "section"
            continue
        question, odd = question_from(item, used, {one.get("id", ""): one for one in items[:n] if one["what"] == "question"})
        if odd:
            wrong[n] = odd
        sections[-1]["questions"].append(question)
        where[-1].append(n)
    wrong |= {head[0]: {"name": "empty"} for head in where if len(head) == 1}
    if wrong:
        return None, wrong
    try:
        return Content.model_validate({"sections": sections, "pass_score": pass_score or 90}), {}
    except ValidationError as error:
        return None, _placed(error, where)


def question_from(item: Item, used: set[str], before: Mapping[str, Item]) -> tuple[dict[str, Any], dict[str, str]]:
    """A question's value from its fields; a new one gets the next free id, which it writes into the item."""
    if not item.get("id"):
        number = 1
        while f"q{number}" in used:
            number += 1
        item["id"] = f"q{number}"
        used.add(item["id"])
    odd: dict[str, str] = {}
    plain = ("id", "kind", "text", "text_en", "guidance", "guidance_en", "picture", "unit", "photo", "raises", "severity", "meter", "role")
    value: dict[str, Any] = {name: item[name] for name in plain if item.get(name)} | {"required": bool(item.get("required"))}
    for name in LISTS:
        value[name] = [line.strip() for line in item.get(name, "").splitlines() if line.strip()]
    for name in ("weight", "low", "high"):
        text = item.get(name, "")
        try:
            number_ = (int if name == "weight" else float)(text) if text else (1 if name == "weight" else None)
        except ValueError:
            odd[name] = "number"
        else:
            value[name] = number_
    asked = item.get("when_question", "")
    if asked:
        other = before.get(asked)
        if other is None:
            odd["when_question"] = "before"
        else:
            value["when"] = {
                "question": asked,
                "equals": [_equal(line.strip(), other["kind"]) for line in item.get("when_equals", "").splitlines() if line.strip()],
            }
    return value, odd


def _equal(text: str, kind: str) -> str | bool | float:
    """What the question before must have been answered, in that question's kind."""
    if kind == "yes_no":
        return text.casefold() in ("yes", "true", "是", "1")
    if kind in ("number", "reading"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _placed(error: ValidationError, where: list[list[int]]) -> dict[int, dict[str, str]]:
    """pydantic's complaints at the items they are about."""
    found: dict[int, dict[str, str]] = {}
    for one in error.errors():
        place, reason = one["loc"], str(one.get("ctx", {}).get("error", "")) or one["type"]
        if place[-1] == "questions":
            continue  # a question that is wrong is none to pydantic, which then misses it: that says nothing more
        if len(place) >= 2 and place[0] == "sections" and isinstance(place[1], int):
            head = where[place[1]]
            if len(place) >= 4 and isinstance(place[3], int):
                name = str(place[4]) if len(place) > 4 else {"range": "high"}.get(reason, reason)
                found.setdefault(head[place[3] + 1], {}).setdefault(name, _reason(reason))
            else:
                found.setdefault(head[0], {}).setdefault("name", _reason(reason))
        else:
            found.setdefault(-1, {}).setdefault("list", _reason(reason) if reason == "too_short" else reason)
    return {n: told for n, told in found.items() if n >= 0} or found


def _reason(text: str) -> str:
    """One of the words that `editing.WRONG` says in a sentence."""
    if text == "missing":
        return "too_short"
    for known in ("too_short", "too_long", "range", "choices_en", "choices", "good", "role", "pattern", "than_equal"):
        if known in text:
            return known
    return "odd"
