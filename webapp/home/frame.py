"""What stands round every page: who is signed in, the bottom bar, the side bar, the language and the look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from flask import Flask, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.core import clock
from webapp.core.gate import RANKS
from webapp.core.i18n import html_lang, language, named
from webapp.home.today import JOB_TRADES
from webapp.inspections.queries import storms_over
from webapp.people.models import DevicePerson, Person
from webapp.people.queries import rank_of
from webapp.people.session import me_or_none, my_device
from webapp.people.words import ADMIN_WORD, ROLE_WORDS, TRADE_WORDS
from webapp.service.warn import count_unseen
from webapp.sites.queries import sites_for
from webapp.sync.held import count_held

DEFAULT_ZONE = "Asia/Shanghai"

TABS: tuple[tuple[str, str, LazyString, str], ...] = (
    ("today", "/today", lazy_gettext("Today"), "home"),
    ("log", "/log", lazy_gettext("Daily log"), "log"),
    ("scan", "/scan", lazy_gettext("Scan"), "scan"),
    ("outbox", "/outbox", lazy_gettext("Outbox"), "outbox"),
    ("me", "/me", lazy_gettext("Me"), "me"),
)
OFFICE: tuple[tuple[str, str, LazyString, str], ...] = (
    ("log", "/log", lazy_gettext("Daily log"), "log"),
    ("live", "/live", lazy_gettext("Live"), "play"),
    ("today", "/today", lazy_gettext("Today"), "home"),
    ("requests", "/requests", lazy_gettext("Requests"), "inbox"),
    ("work-orders", "/work-orders", lazy_gettext("Work orders"), "work"),
    ("warnings", "/warnings", lazy_gettext("Warnings"), "bell"),
    ("charges", "/charges", lazy_gettext("Charges"), "chart"),
    ("equipment", "/equipment", lazy_gettext("Equipment"), "briefcase"),
    ("patrols", "/patrols", lazy_gettext("Routes and schedules"), "route"),
    ("inspections", "/inspections", lazy_gettext("Inspections"), "list"),
    ("sites", "/sites", lazy_gettext("Checkpoints and labels"), "label"),
    ("types", "/types", lazy_gettext("Types and times"), "settings"),
    ("held", "/held", lazy_gettext("Held records"), "eye"),
    ("people", "/people", lazy_gettext("People"), "people"),
    ("devices", "/devices", lazy_gettext("Devices"), "device"),
)
DESK: tuple[tuple[str, str, LazyString, str], ...] = (
    ("requests", "/requests", lazy_gettext("Requests"), "inbox"),
    ("work-orders", "/work-orders", lazy_gettext("Work orders"), "work"),
    ("warnings", "/warnings", lazy_gettext("Warnings"), "bell"),
    ("charges", "/charges", lazy_gettext("Charges"), "chart"),
    ("today", "/today", lazy_gettext("Today"), "home"),
)
BARS = {"desk": DESK, "tabs": TABS, "office": OFFICE}
ALSO = {
    "review": "log",
    "days": "log",
    "notices": "log",
    "rounds": "today",
    "labels": "sites",
    "checkpoints": "sites",
    "routes": "patrols",
    "schedules": "patrols",
    "report": "today",
    "meters": "equipment",
    "maintenance": "equipment",
    "flow": "requests",
    "prices": "charges",
    "agreements": "types",
    "checklists": "inspections",
    "areas": "inspections",
}


@dataclass(frozen=True)
class Face:
    """The signed-in person, as pages show them."""

    id: UUID
    name: str
    role_word: str
    trade_word: str
    is_office: bool
    is_manager: bool
    is_admin: bool

    @classmethod
    def of(cls, person: Person) -> Face:
        rank = rank_of(person)
        role = next((name for name, number in RANKS.items() if number == rank), "worker")
        word = ADMIN_WORD if person.is_admin else ROLE_WORDS.get(role, "")
        return cls(
            person.id, named(person), str(word), str(TRADE_WORDS[person.trade]),
            rank >= RANKS["supervisor"], rank >= RANKS["manager"], person.is_admin,
        )  # fmt: skip


@lru_cache
def _worded(bar: str, _language: str) -> list[tuple[str, str, str, str]]:
    """A bar's places with their words in that language, the one of this request: put together once."""
    return [(key, href, str(word), icon) for key, href, word, icon in BARS[bar]]


def _items(bar: str, here: str) -> list[dict[str, object]]:
    return [
        {"key": key, "href": href, "word": word, "icon": icon, "active": key == here} for key, href, word, icon in _worded(bar, language())
    ]


def frame() -> dict[str, object]:
    """Values that every page's layout wants."""
    person = me_or_none()
    first = request.path.strip("/").split("/")[0]
    here = ALSO.get(first, first)
    values: dict[str, object] = {"locale": html_lang(), "theme": person.theme if person else "auto", "me": None, "zone": DEFAULT_ZONE}
    if person is None:
        return values
    face = Face.of(person)
    reach = sites_for(person)
    sites = {site.id: site for site in reach}
    tabs = _items("tabs", here)
    if not face.is_office:
        if person.trade in JOB_TRADES:  # their day is made of work orders; "My day" is to be found under "Me"
            tabs[1] = {"key": "jobs", "href": "/work-orders/mine", "word": _("Jobs"), "icon": "work", "active": first == "work-orders"}
        else:
            tabs[1] = {"key": "my-day", "href": "/my-day", "word": _("My day"), "icon": "calendar", "active": first == "my-day"}
    nav = _items("office" if face.is_office else "desk", here) if rank_of(person) >= RANKS["desk"] else None
    warned = count_unseen(person)
    for item in (i for i in nav or () if i["key"] == "warnings"):
        item["count"] = warned
    if nav and not face.is_office:
        tabs[1] = nav[0]
    elif nav:  # a held record is seen wherever its supervisor is
        count = count_held(person)
        for item in (*(i for i in nav if i["key"] == "held"), *(i for i in tabs if i["key"] == "log")):
            item["count"] = count
    return values | {
        "me": face,
        "device": str(my_device().id),
        "tabs": tabs,
        "nav": nav,
        "warned": warned,
        "storms": [
            (sites[mode.site_id], mode) for mode in storms_over(list(sites), clock.now())
        ],  # the phone fetches its pack anew when they change
        "zone": reach[0].zone if reach else DEFAULT_ZONE,
    }


def people_chips(known: Iterable[DevicePerson], next_: str) -> list[dict[str, object]]:
    """The people last on this phone, for the sign-in page."""
    return [
        {"name": named(k.person), "sub": str(TRADE_WORDS[k.person.trade]), "href": f"/login/{k.person.id}?next={quote(next_)}"}
        for k in known
    ]


def init_frame(app: Flask) -> None:
    """Give templates the frame."""
    app.context_processor(frame)
    app.jinja_env.globals.update(people_chips=people_chips, trade_word=lambda person: str(TRADE_WORDS[person.trade]))
