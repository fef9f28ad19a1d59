"""What tests are made of: a small world built through the product's own actions, a browser, and a phone that keeps to the contract.

Everything here hands out plain values (ids, codes, names), never rows: a test keeps no application context open around
its calls, because `g` would then be shared between them.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from webapp.core import clock, ids
from webapp.core.db import db, writing
from webapp.patrols import planning
from webapp.people import actions as people
from webapp.people import tickets
from webapp.sites import actions as sites
from webapp.sites.models import Label, Site

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # a Monday, 22:30 at the site: the 22:00 round is under way
OPENED = NOW - timedelta(days=30)
PASSWORD = "a good password"
WEAK_HASHES = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
SEED = 20261123


class Clock:
    """The product's clock in the test's hand."""

    def __init__(self, moment: datetime = NOW) -> None:
        self._stack = ExitStack()
        self.set(moment)

    def set(self, moment: datetime) -> datetime:
        """Set the clock."""
        self._stack.close()
        self._stack.enter_context(clock.at(moment))
        self.now = moment
        return moment

    def forward(self, **by: float) -> datetime:
        """Let time pass (`minutes=5`)."""
        return self.set(self.now + timedelta(**by))

    def release(self) -> None:
        """Let the clock run."""
        self._stack.close()


# ---------------------------------------------------------------- the world


@dataclass
class Spot:
    """A checkpoint."""

    id: UUID
    number: str
    name: str
    code: str
    position: dict[str, Any] | None


@dataclass
class World:
    """Two communities. `garden` has staff of every role and a round every two hours at night; `river` has the strangers."""

    garden: UUID
    river: UUID
    lobby: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    gate: Spot = None  # type: ignore[assignment]
    roof: Spot = None  # type: ignore[assignment]
    pump: Spot = None  # type: ignore[assignment]
    cellar: Spot = None  # type: ignore[assignment]  # on no route
    bridge: Spot = None  # type: ignore[assignment]  # at the river
    old_code: str = ""  # the pump's first label, superseded
    route: UUID = None  # type: ignore[assignment]
    schedule: UUID = None  # type: ignore[assignment]
    schedule_code: str = ""

    @property
    def spots(self) -> tuple[Spot, Spot, Spot]:
        """The points of the route, in order."""
        return self.gate, self.roof, self.pump

    def round(self, wall: str = "20261123-2200") -> str:
        """The id of a round."""
        return f"{self.schedule_code}-{wall}"

    @property
    def codes(self) -> list[str]:
        """Every label code there is."""
        return [*(spot.code for spot in (*self.spots, self.cellar, self.bridge)), self.old_code]


QUESTIONS = [
    {"id": "q1", "text": "水泵房干燥吗？", "text_en": "Is the pump room dry?", "kind": "yes_no", "required": True, "raises": "water"},
    {"id": "q2", "text": "压力", "text_en": "Pressure", "kind": "number", "unit": "MPa"},
]
STAFF = {
    # username: (trade, roles)
    "guard": ("guard", {"garden": "worker"}),
    "colleague": ("guard", {"garden": "worker"}),
    "technician": ("technician", {"garden": "worker"}),
    "desk": ("service", {"garden": "desk"}),
    "supervisor": ("management", {"garden": "supervisor"}),
    "manager": ("management", {"garden": "manager", "river": "manager"}),
    "stranger": ("guard", {"river": "worker"}),
    "elsewhere": ("management", {"river": "supervisor"}),
    "nowhere": ("guard", {}),
    "admin": ("management", {}),
}


def make_world() -> World:
    """Fill an empty, migrated database. Call inside an application context."""
    with writing(), clock.at(OPENED), ids.seeded(SEED):
        garden = sites.create_site("garden", "锦绣花园", "Garden", "Asia/Shanghai")
        river = sites.create_site("river", "河西", None, "Asia/Shanghai")
        building = sites.create_place(garden, "building", "1栋", "Building 1")
        lobby = sites.create_place(garden, "floor", "大堂", "Lobby", building.id)
        bank = sites.create_place(river, "outdoors", "河边")
        world = World(garden.id, river.id, lobby.id)
        by_slug = {"garden": garden.id, "river": river.id}
        for username, (trade, roles) in STAFF.items():
            person = people.create_person(
                username,
                f"{username} 先生",
                trade,
                PASSWORD,
                name_en=username.title(),
                employee_number=f"E-{username}",
                language="en",
                is_admin=username == "admin",
                roles={by_slug[slug]: role for slug, role in roles.items()},
            )
            world.people[username] = person.id
        world.gate = make_spot(garden, lobby.id, "B1-01", "东门", "East gate", 31.2304, 121.4737)
        world.roof = make_spot(garden, lobby.id, "B1-02", "屋顶", "Roof", 31.2310, 121.4745)
        world.pump = make_spot(garden, lobby.id, "B1-03", "水泵房", "Pump room", None, None)
        world.cellar = make_spot(garden, building.id, "B1-04", "地下室", "Cellar", 31.2300, 121.4730)
        world.bridge = make_spot(river, bank.id, "R-01", "桥头", "Bridge", 31.3, 121.5)
        world.old_code = world.pump.code
        world.pump.code = reissue(world.pump.id)
        route = planning.create_route(garden, "夜巡", "Night round")
        points: list[dict[str, Any]] = [{"checkpoint_id": spot.id} for spot in world.spots]
        points[2]["questions"] = QUESTIONS
        planning.set_points(route, points, world.people["manager"], OPENED)
        schedule = planning.create_schedule(
            garden,
            route,
            planning.rule_of(["20:00", "22:00", "00:00", "02:00"]),
            OPENED.date(),
            world.people["manager"],
            OPENED,
            trade="guard",
        )
        world.route, world.schedule, world.schedule_code = route.id, schedule.id, schedule.code
    return world


def make_spot(site: Site, place_id: UUID, number: str, name: str, name_en: str, lat: float | None, lon: float | None) -> Spot:
    """A checkpoint with its first label."""
    made = sites.create_checkpoint(
        site, place_id, number, name, clock.now(), name_en=name_en, instructions=f"看{name}", lat=lat, lon=lon, fence_m=40
    )
    code = db.session.scalars(db.select(Label.code).where(Label.checkpoint_id == made.id)).one()
    position = None if lat is None else {"lat": lat, "lon": lon, "accuracy_m": 8}
    return Spot(made.id, number, name, code, position)


def reissue(checkpoint_id: UUID) -> str:
    """Print a checkpoint's label anew; gives the new code."""
    from webapp.sites.models import Checkpoint

    return sites.issue_label(db.session.get_one(Checkpoint, checkpoint_id), clock.now()).code


# ---------------------------------------------------------------- a browser


class Page(HTMLParser):
    """The parts of a page that tests ask about: its text, the values typed into its fields, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.values: dict[str, str] = {}
        self.links: list[str] = []
        self._area: str | None = None
        self._choice: str | None = None
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.values[name] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""
        elif tag == "select":
            self._choice = name
        elif tag == "option" and "selected" in given and self._choice:
            self.values[self._choice] = given.get("value") or ""
        elif tag == "a":
            self.links.append(given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values[self._area] += data
        self.words.append(data)


def page(response: TestResponse) -> Page:
    """A page that came with status 200, 409, 422 or 429."""
    assert response.status_code in (200, 409, 422, 429), response.status
    return Page(response.text)


class Browser:
    """One browser with its cookies. Language English unless said otherwise."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": language, "Accept": "text/html"}

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(
            address, buffered=True, headers=self.headers | {key.replace("_", "-"): value for key, value in headers.items()}
        )

    def post(self, address: str, data: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        return self.client.post(address, data=data or {}, buffered=True, headers=self.headers | (headers or {}))

    def sign_in(self, username: str, password: str = PASSWORD) -> Browser:
        """Sign in with the password. The device stays the same from the second time on."""
        response = self.post("/login", {"username": username, "password": password})
        assert response.status_code == 302, response.text
        return self

    def sign_out(self) -> None:
        assert self.post("/logout").status_code == 302


# ---------------------------------------------------------------- a phone


def canonical(value: object) -> str:
    """JSON as phones write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def digest(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


@dataclass
class Sent:
    """One element of a call's `records`."""

    id: str
    sha256: str
    payload: str

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "sha256": self.sha256, "payload": self.payload}

    @property
    def uuid(self) -> UUID:
        return UUID(self.id)

    @classmethod
    def of(cls, own_id: object, payload: str) -> Sent:
        return cls(str(own_id), digest(payload), payload)


class Phone:
    """A phone as the contract describes one: it makes ids, counts `seq`, freezes bytes, and sends under a ticket.

    `ahead` is by how much its clock is wrong.
    """

    def __init__(self, app: Flask, person: str | None = None, browser: Browser | None = None) -> None:
        self.app = app
        self.browser = browser or Browser(app)
        if person:
            self.browser.sign_in(person)
        answer = self.browser.get("/ticket").get_json()
        self.ticket, self.person, self.device = answer["ticket"], UUID(answer["person"]), UUID(answer["device"])
        self.client = app.test_client(use_cookies=False)
        self.ahead = timedelta(0)
        self.seq = 0
        self.boot = "b1"
        self.zone = ZONE

    # -- recording

    def wall(self, at: datetime | None = None) -> datetime:
        """What the phone's clock says."""
        return ((at or clock.now()) + self.ahead).astimezone(self.zone)

    def payload(self, kind: str, body: dict[str, Any], at: datetime | None = None, **more: Any) -> str:
        """The JSON text of a record. `more` overrides any field of the envelope."""
        self.seq += 1
        moment = at or clock.now()
        return canonical(
            {
                "env": 1,
                "kind": kind,
                "schema": 1,
                "seq": self.seq,
                "occurred_at": self.wall(at).isoformat(timespec="milliseconds"),
                "zone": self.zone.key,
                "mono": round((moment - OPENED).total_seconds(), 1),
                "boot": self.boot,
                "position": None,
                "photos": [],
                "note": "",
                "supersedes": None,
                "after": [],
                "body": body,
            }
            | more
        )

    def record(self, kind: str, body: dict[str, Any], at: datetime | None = None, **more: Any) -> Sent:
        """Record something: frozen from here on."""
        return Sent.of(ids.new_id(), self.payload(kind, body, at, **more))

    def scan(self, spot: Spot | str, at: datetime | None = None, **more: Any) -> Sent:
        """Read a label with the camera, standing there."""
        code = spot if isinstance(spot, str) else spot.code
        position = None if isinstance(spot, str) else spot.position
        body = {"code": code, "method": "camera"} | more.pop("body", {})
        return self.record("scan", body, at, position=position, **more)

    # -- sending

    def call(self, records: Iterable[Sent]) -> dict[str, Any]:
        """The JSON of one call."""
        return {"sent_at": self.wall().isoformat(timespec="milliseconds"), "records": [r.as_json() for r in records]}

    def post(self, address: str, content: bytes | str | object, ticket: str | None = None, **headers: str) -> TestResponse:
        """POST to the intake without any cookie."""
        data = content if isinstance(content, (bytes, str)) else canonical(content)
        own = {"Authorization": f"Ticket {ticket or self.ticket}", "Content-Type": "application/json"}
        return self.client.post(address, data=data, headers=own | {key.replace("_", "-"): value for key, value in headers.items()})

    def send(self, *records: Sent) -> list[dict[str, Any]]:
        """Hand records in; gives the results."""
        response = self.post("/sync", self.call(records))
        assert response.status_code == 200, response.text
        results: list[dict[str, Any]] = response.get_json()["results"]
        assert [r["id"] for r in results] == [r.id for r in records]
        return results

    def one(self, record: Sent) -> dict[str, Any]:
        """Hand one record in; gives its result."""
        return self.send(record)[0]

    def put_photo(self, content: bytes, sha256: str | None = None) -> TestResponse:
        """Send a picture to its address."""
        return self.client.put(
            f"/photos/{sha256 or hashlib.sha256(content).hexdigest()}", data=content, headers={"Authorization": f"Ticket {self.ticket}"}
        )


def picture(kind: str = "JPEG", size: tuple[int, int] = (32, 24), colour: str = "green") -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def named_photo(content: bytes, mime: str = "image/jpeg") -> dict[str, Any]:
    """How a record names a photo."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "mime": mime}


def forged_ticket(app: Flask, person_id: UUID, device_id: UUID) -> str:
    """A ticket signed by this server for anybody."""
    with app.app_context():
        return tickets.issue(person_id, device_id)[0]


@contextmanager
def looking(app: Flask) -> Iterator[Any]:
    """The database's session, to look behind the scenes. Nothing else may happen inside."""
    with app.app_context():
        yield db.session
        db.session.rollback()


RECEIPT = re.compile(r"[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}")
