"""The demo's phones: they keep records and pictures as a real one does, and hand them in at the intake when they have signal."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core import clock, ids
from webapp.core.db import db
from webapp.people import tickets
from webapp.people.actions import know_device, remember_on_device, tell_state
from webapp.people.models import Device, Person
from webapp.photos.actions import store
from webapp.sync import intake
from webapp.sync.calls import MOST_RECORDS, Parcel, read_call

BUILD = "demo"
REBOOT_EVERY = timedelta(days=9)


@dataclass(frozen=True)
class Picture:
    """A picture's bytes and how a record names it."""

    content: bytes
    mime: str = "image/jpeg"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def as_named(self) -> dict[str, object]:
        """As an element of a payload's `photos`."""
        return {"sha256": self.sha256, "bytes": len(self.content), "mime": self.mime}


@dataclass(frozen=True)
class WrongClock:
    """A stretch of time in which a phone's clock is ahead."""

    start: datetime
    stop: datetime
    ahead: timedelta


@dataclass
class Phone:
    """One person's phone. `busy_until` is when its owner has done the last thing it recorded; `seen_at` its last contact."""

    person: Person
    device: Device
    ticket: tickets.Ticket
    zone: ZoneInfo
    made_at: datetime
    busy_until: datetime
    seen_at: datetime
    seq: int = 0
    no_signal_until: datetime | None = None
    wrong_clocks: list[WrongClock] = field(default_factory=list)
    records: list[dict[str, str]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    @classmethod
    def hand_out(cls, person: Person, zone: ZoneInfo, at: datetime) -> Phone:
        """A new phone on which the person signs in with the password."""
        with clock.at(at):
            device = know_device(None, "Android Chrome")
            remember_on_device(device, person, by_password=True)
            _text, ticket = tickets.issue(person.id, device.id)
        return cls(person, device, ticket, zone, made_at=at, busy_until=at, seen_at=at)

    def wall(self, at: datetime) -> datetime:
        """What the phone's clock says at that moment."""
        ahead = next((w.ahead for w in self.wrong_clocks if w.start <= at < w.stop), timedelta(0))
        return (at + ahead).astimezone(self.zone)

    def record(
        self,
        kind: str,
        body: dict[str, Any],
        at: datetime,
        *,
        position: dict[str, Any] | None = None,
        pictures: tuple[Picture, ...] = (),
        after: tuple[UUID, ...] = (),
    ) -> UUID:
        """Keep a record on the phone; gives its id."""
        with clock.at(at):
            own_id = ids.new_id()
        self.seq += 1
        boots, running = divmod(at - self.made_at, REBOOT_EVERY)
        payload = json.dumps(
            {
                "env": 1, "kind": kind, "schema": 1, "seq": self.seq, "occurred_at": self.wall(at).isoformat(timespec="milliseconds"),
                "zone": self.zone.key, "mono": round(running.total_seconds(), 1), "boot": f"b{boots}", "position": position,
                "photos": [p.as_named() for p in pictures], "note": "", "supersedes": None, "after": [str(a) for a in after], "body": body,
            },
            ensure_ascii=False, separators=(",", ":"),
        )  # fmt: skip
        self.records.append({"id": str(own_id), "sha256": hashlib.sha256(payload.encode()).hexdigest(), "payload": payload})
        self.pictures += pictures
        self.busy_until = max(self.busy_until, at)
        return own_id

    def lose_signal(self, at: datetime, chance: random.Random) -> None:
        """From now on nothing leaves the phone for some hours."""
        self.no_signal_until = at + timedelta(minutes=chance.randint(120, 360))

    def contact(self, at: datetime) -> None:
        """Hand everything in, unless there is no signal."""
        if self.no_signal_until is None or at >= self.no_signal_until:
            self.hand_in(at)

    def hand_in(self, at: datetime) -> None:
        """Hand everything in, in calls as large as the intake takes them."""
        self.no_signal_until, self.seen_at = None, at
        with clock.at(at):
            for start in range(0, len(self.records), MOST_RECORDS):
                lot = self.records[start : start + MOST_RECORDS]
                call = read_call({"sent_at": self.wall(at).isoformat(timespec="milliseconds"), "records": lot})
                intake.take([Parcel(self.ticket, call, at)])
            for picture in self.pictures:
                store(picture.sha256, picture.content, self.person.id)
        self.records, self.pictures = [], []

    def tell(self, at: datetime, owes: int = 0) -> None:
        """The phone's word about itself, as it gives it at each contact; `owes`: records it has not handed in."""
        oldest = (at - timedelta(hours=2)).isoformat() if owes else None
        with clock.at(at):
            tell_state(
                self.device,
                {
                    "max_seq": self.seq + owes,
                    "unsent": owes,
                    "oldest_unsent_at": oldest,
                    "persisted": True,
                    "installed": True,
                    "build": BUILD,
                },
            )
            db.session.flush()
