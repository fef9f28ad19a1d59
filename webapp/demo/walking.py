"""How a round of the demo is walked: mostly well, now and then late, with gaps, ended early, handed over, with doubtful scans."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.demo import pictures, words
from webapp.demo.build import Town
from webapp.demo.phones import Phone, Picture
from webapp.demo.shapes import METRES_PER_DEGREE, Path, Spot
from webapp.patrols.rules import Point, Round
from webapp.sites.labels import address

# Out of a thousand rounds, and out of a thousand scans.
FATES = {"complete": 885, "late": 32, "gap": 36, "missed": 13, "ended": 10, "handed": 12, "paused": 12}
QUIRKS = {"": 970, "too_fast": 8, "outside": 6, "typed": 8, "link": 4, "double": 4}
ISSUE_SHARE = 0.014
NOTE_SHARE = 0.5  # of scans at points without questions: on many nobody taps "all normal"
EXPLAIN_SHARE = 0.4
NO_SIGNAL_SHARE = 0.05
PACE_M_PER_S = 1.15
INDOOR_LEG_S = 70  # stairs, doors, lifts: no distance to go by
MOST_PHOTOS, MOST_FRAMES = 15, 20


@dataclass
class Album:
    """How many pictures may still be taken: evidence to look at, without making the demo heavy."""

    from_at: datetime
    photos: int = MOST_PHOTOS
    frames: int = MOST_FRAMES

    def photo(self, spot: Spot, at: datetime, chance: random.Random) -> tuple[Picture, ...]:
        """A photo of a problem, while there are some left. `at` is the phone's local time: it is burnt in."""
        if at < self.from_at or not self.photos:
            return ()
        self.photos -= 1
        return (pictures.scene(spot, f"{at:%Y-%m-%d %H:%M}", chance),)

    def frame(self, code: str, at: datetime, chance: random.Random) -> tuple[Picture, ...]:
        """A scan frame, while there are some left."""
        if at < self.from_at or not self.frames:
            return ()
        self.frames -= 1
        return (pictures.scan_frame(address(code), chance),)


def drawn(weights: dict[str, int], chance: random.Random) -> str:
    """One key, by its weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


@dataclass
class Walk:
    """One round, walked from `begin` on. `stop`: the end of history; nothing happens after it."""

    round: Round
    town: Town
    path: Path
    phone: Phone
    album: Album
    chance: random.Random
    begin: datetime
    stop: datetime
    old_label_at: str | None = None  # checkpoint number where the replaced label still hangs
    before: Spot | None = None
    scans: list[tuple[UUID, str]] = field(default_factory=list)  # (record, quirk) worth an explanation

    def go(self, hand_over: Callable[[], Phone]) -> None:
        """Walk the round to its end. `hand_over` gives the colleague's phone."""
        fate = drawn(FATES, self.chance)
        if fate == "missed":
            return
        at = max(self.begin, self.phone.busy_until + timedelta(seconds=40))
        if fate == "late":
            at = max(at, self.round.due_until - timedelta(minutes=self.chance.randint(1, 6)))
        if fate in ("handed", "paused") or self.chance.random() < 0.25:
            self._step("start", at)
        turning = self.chance.randint(2, max(2, len(self.round.points) - 2))
        skipped = self._skipped() if fate == "gap" else set()
        for i, point in enumerate(self._in_order()):
            if i == turning and fate in ("ended", "handed", "paused"):
                at = self._turn(fate, at + timedelta(seconds=50), hand_over)
                if fate == "ended":
                    break
            if point.checkpoint_id in skipped:
                continue
            quirk = drawn(QUIRKS, self.chance) if i else ""
            at += self._leg(self.town.spots[point.checkpoint_id], quirk)
            if at > min(self.stop, self.round.closes_at):
                break
            at = self._visit(point, at, quirk)
        self._finish(at, fate)

    def _in_order(self) -> list[Point]:
        """Most walk in the order given, some the other way round."""
        points = sorted(self.round.points, key=lambda p: p.rank)
        return points if self.path.fixed or self.chance.random() < 0.7 else points[::-1]

    def _skipped(self) -> set[UUID]:
        return {p.checkpoint_id for p in self.chance.sample(self.round.points, self.chance.randint(1, 2))}

    def _leg(self, spot: Spot, quirk: str) -> timedelta:
        """The way from the last point, and a look round there."""
        seconds: float = INDOOR_LEG_S
        if self.before and self.before.at and spot.at:
            seconds = ((self.before.at[0] - spot.at[0]) ** 2 + (self.before.at[1] - spot.at[1]) ** 2) ** 0.5 / PACE_M_PER_S
        self.before = spot
        return timedelta(
            seconds=self.chance.randint(3, 6)
            if quirk == "too_fast"
            else seconds * self.chance.uniform(0.9, 1.4) + self.chance.uniform(15, 45)
        )

    def _visit(self, point: Point, at: datetime, quirk: str) -> datetime:
        """Scan, and say what was found. Gives the time when that is done."""
        spot = self.town.spots[point.checkpoint_id]
        scan = self._scan(spot, at, quirk)
        if quirk in words.HINTS:
            self.scans.append((scan, quirk))
        if quirk == "double":
            return self._scan_twice(spot, at)
        is_issue = self.chance.random() < ISSUE_SHARE
        if is_issue or point.questions or self.chance.random() < NOTE_SHARE:
            at += timedelta(seconds=self.chance.randint(6, 50 if is_issue else 14))
            self._note(point, spot, scan, at, is_issue)
        return at

    def _scan(self, spot: Spot, at: datetime, quirk: str) -> UUID:
        code = self.town.codes[spot.number]
        if spot.number == self.old_label_at:
            code, quirk = self.town.old_codes[spot.number], "old_label"
        pictured = self.album.frame(code, at, self.chance) if quirk and quirk != "typed" else ()
        body = {
            "code": address(code) if quirk != "typed" else code,
            "method": quirk if quirk in ("typed", "link") else "camera",
            "round": self.round.id,
            "frame": pictured[0].sha256 if pictured else None,
        }
        return self.phone.record("scan", body, at, position=self._position(spot, at, 450 if quirk == "outside" else 0), pictures=pictured)

    def _position(self, spot: Spot, at: datetime, astray_m: int) -> dict[str, Any] | None:
        """What the phone believes, a few metres off, or far astray; nothing under ground."""
        if spot.at is None:
            return None
        lat, lon = self.town.community.degrees(spot.at)
        off = astray_m / METRES_PER_DEGREE
        return {
            "lat": round(lat + off + self.chance.gauss(0, 5) / METRES_PER_DEGREE, 6),
            "lon": round(lon + off + self.chance.gauss(0, 5) / METRES_PER_DEGREE, 6),
            "accuracy_m": self.chance.randint(5, 18) if spot.fence_m is None else self.chance.randint(15, 40),
            "at": self.phone.wall(at - timedelta(seconds=2)).isoformat(timespec="milliseconds"),
        }

    def _scan_twice(self, spot: Spot, at: datetime) -> datetime:
        """A slip: the same label once more, taken back a moment later."""
        again = at + timedelta(seconds=self.chance.randint(15, 50))
        slip = self._scan(spot, again, "")
        withdrawn_at = again + timedelta(seconds=self.chance.randint(10, 60))
        reason = self.chance.choice(words.HINTS["double"])
        self.phone.record("correction", {"about": str(slip), "verb": "withdraw", "reason": reason}, withdrawn_at, after=(slip,))
        return withdrawn_at

    def _note(self, point: Point, spot: Spot, scan: UUID, at: datetime, is_issue: bool) -> None:
        body = {
            "about": str(scan), "round": self.round.id, "checkpoint": str(point.checkpoint_id), "site": self.town.community.slug,
            "result": "issue" if is_issue else "normal", "answers": dict(self._answers(point, is_issue)),
            "text": words.issue(spot, self.chance) if is_issue else "",
        }  # fmt: skip
        pictured = self.album.photo(spot, self.phone.wall(at), self.chance) if is_issue else ()
        self.phone.record("note", body, at, pictures=pictured, after=(scan,))

    def _answers(self, point: Point, is_issue: bool) -> Iterator[tuple[str, Any]]:
        """Answers to the point's questions; a problem shows in the first."""
        for i, question in enumerate(point.questions):
            wrong = is_issue and i == 0
            if question["kind"] == "number":
                low, high = (0.38, 0.46) if question["unit"] == "MPa" else (24.0, 29.0)
                value = self.chance.uniform(low, high) * (0.55 if wrong and question["unit"] == "MPa" else 1.4 if wrong else 1)
                yield question["id"], round(value, 2 if question["unit"] == "MPa" else 1)
            else:
                yield question["id"], question["choices"][-1 if wrong else 0] if question["kind"] == "choice" else not wrong

    def _turn(self, fate: str, at: datetime, hand_over: Callable[[], Phone]) -> datetime:
        """What happens half-way; gives the time when the walk goes on."""
        if at > self.stop:
            return at
        if fate == "paused":
            self._step("pause", at, self.chance.choice(words.PAUSED))
            at += timedelta(minutes=self.chance.randint(6, 14))
            self._step("resume", at)
        elif fate == "ended":
            self._step("end", at, self.chance.choice(words.ENDED))
        else:
            colleague = hand_over()
            self._step("hand_over", at, self.chance.choice(words.HANDED), colleague.person.id)
            self.phone.contact(at + timedelta(seconds=5))
            self.phone = colleague
            at = max(at + timedelta(minutes=3), colleague.busy_until + timedelta(seconds=40))
        return at

    def _step(self, verb: str, at: datetime, reason: str = "", to: UUID | None = None) -> None:
        if at <= self.stop:
            body = {"round": self.round.id, "verb": verb, "reason": reason, "to": str(to) if to else None}
            self.phone.record("round-step", body, at)

    def _finish(self, at: datetime, fate: str) -> None:
        """Explain what was odd, and hand in unless the phone has lost its signal."""
        odd = [(scan, quirk) for scan, quirk in self.scans if quirk != "double"]
        at = max(at, self.phone.busy_until)
        if odd and self.chance.random() < EXPLAIN_SHARE:
            at = min(self.stop, at + timedelta(seconds=self.chance.randint(40, 200)))
            scan, quirk = odd[0]
            reason = self.chance.choice(words.HINTS["late" if fate == "late" else quirk])
            self.phone.record("correction", {"about": str(scan), "verb": "explain", "reason": reason}, at, after=(scan,))
        if self.chance.random() < NO_SIGNAL_SHARE:
            self.phone.lose_signal(at, self.chance)
        self.phone.contact(at + timedelta(seconds=self.chance.randint(3, 25)))
