"""Forty days of the demo, in the order of time: clocking on and off, rounds, and the oddities a supervisor meets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core import clock, ids
from webapp.demo import words
from webapp.demo.build import ZONE, Town
from webapp.demo.inspecting import Inspecting
from webapp.demo.mornings import Mornings
from webapp.demo.phones import Phone, WrongClock
from webapp.demo.reports import Service
from webapp.demo.roster import GUARDS, Clocking, Roster
from webapp.demo.telling import Telling
from webapp.demo.upkeep import Upkeep
from webapp.demo.walking import Album, Walk
from webapp.patrols import queries, walking
from webapp.patrols.rules import Round
from webapp.people.models import Person
from webapp.records.sealing import seal_all
from webapp.sites.rules import make_code

REISSUED = ("jinxiu", "G-03")  # this label was printed anew …
REISSUED_DAYS_AGO, OLD_HANGS_DAYS = 12, 2  # … and the old one was taken down only two days later
THREE_HOURS = timedelta(hours=3)
ALBUM_DAYS = 5
LATELY = timedelta(hours=20)
OWES = "technician2"  # this one's phone still has some records
LEAVES_AFTER = timedelta(minutes=6)  # at the most, from a round's start to the first step out of the door

# Days ago: what a phone brought that could not be counted as it was, or belonged to no round.
ODDITIES = {33: "unknown_code", 27: "loose", 21: "foreign", 17: "loose", 15: "unknown_kind", 9: "loose", 6: "foreign",
            4: "unknown_code", 3: "loose", 2: "unknown_kind", 1: "foreign"}  # fmt: skip
NOVICE, NOVICES_DAYS, WALKED_ALONGSIDE, ALONGSIDE_HOURS = "guard5", 11, "gates", (8, 12)
WALKED_ALONE = (1, 18)  # days ago, and the hour: that stands in the log (clause 2.3.2)
SHORT_OF_A_RADIO = 0.05  # of handovers
# Who meets it, by trade; a label of the other community only one who has no duty there.
FINDERS = {"unknown_code": "guard", "foreign": "cleaner", "unknown_kind": "technician", "loose": "guard"}
ODD_HOUR = time(15, 10)
SEALED_AT = time(23, 58)


@dataclass
class History:
    """Plays the days from `start` to `end`."""

    seed: int
    start: datetime
    end: datetime
    towns: dict[str, Town]
    phones: dict[str, Phone]
    staff: dict[str, Person]
    machines: dict[str, UUID]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))
    queue: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)  # of equal moments, the first put comes first
    count: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.roster = Roster(self.end, self.zone)
        self.album = Album(self.end - timedelta(days=ALBUM_DAYS))
        self.reissued_at = self._ago(REISSUED_DAYS_AGO, time(15, 30))
        self._set_wrong_clocks()
        self.service = Service(self.seed, self.start, self.end, self.towns["jinxiu"], self.staff, self.phones, self.roster, self.later)
        self.upkeep = Upkeep(
            self.seed, self.start, self.end, self.towns["jinxiu"], self.staff, self.phones, self.roster, self.later, self.machines
        )
        self.mornings = Mornings(self.seed, self.end, self.towns, self.staff)
        self.telling = Telling(self.end, self.towns["jinxiu"], self.staff["supervisor"])
        self.inspecting = [
            Inspecting(self.seed, self.start, self.end, town, self.staff, self.phones, self.service.craft) for town in self.towns.values()
        ]

    def play(self) -> None:
        """Let everything happen, in order, and bring every phone back to the office at the end."""
        for moment, happen in self._events():
            self.later(moment, happen)
        while self.queue:
            moment, _n, happen = heappop(self.queue)
            with clock.at(moment):
                happen()
        for phone in self.phones.values():
            if phone.records:
                phone.hand_in(self.end)
        self._learn()
        for username, phone in self.phones.items():
            lately = self.end - LATELY * self._chance("seen", username).random()  # most have opened the app, if only to look
            phone.tell(max(phone.seen_at, lately), owes=3 if username == OWES else 0)

    def later(self, moment: datetime, happen: Callable[[], object]) -> None:
        """Let something happen at that moment, if it is one of these days."""
        if self.start <= moment <= self.end:
            heappush(self.queue, (moment, next(self.count), happen))

    def _events(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        day, last = clock.local_day(self.start, ZONE), clock.local_day(self.end, ZONE)
        yield self.start + (self.end - self.start) / 2, self._learn
        yield self.reissued_at, lambda: self.towns[REISSUED[0]].reissue(REISSUED[1], self.reissued_at)
        yield from self.service.events()
        yield from self.upkeep.events()
        for inspecting in self.inspecting:
            yield from inspecting.events()
        yield from self.mornings.events()
        yield from self.telling.events()
        for days_ago, oddity in ODDITIES.items():
            yield self._ago(days_ago, ODD_HOUR), partial(self._oddity, oddity, self._ago(days_ago, ODD_HOUR))
        while day <= last:
            for clocking in self.roster.clockings(day):
                yield clocking.at, partial(self._clock, clocking)
            for town in self.towns.values():
                for round_ in queries.rounds_on(town.site, day):
                    yield round_.starts_at, partial(self._walk, town, round_)
            night = datetime.combine(day, SEALED_AT, self.zone)
            yield night, partial(self._seal, night)
            day += timedelta(days=1)

    def _seal(self, at: datetime) -> None:
        """What the server does every minute, here once a day."""
        with clock.at(at):
            seal_all()

    def _ago(self, days: int, at: time) -> datetime:
        """That time of day, so many days before the last one."""
        return datetime.combine(clock.local_day(self.end, ZONE) - timedelta(days=days), at, self.zone)

    def _chance(self, *about: object) -> random.Random:
        """Chance that depends on the seed and on what it is about only: one round more or less changes no other."""
        return random.Random(":".join(map(str, (self.seed, *about))))

    def _walk(self, town: Town, round_: Round) -> None:
        """Somebody walks the round, unless it is still open at the end: those are left for whoever tries the demo."""
        if round_.closes_at > self.end:
            return
        path = town.paths[round_.route_id]
        days_ago = (clock.local_day(self.end, ZONE) - round_.day).days
        chance = self._chance(days_ago, path.key, round_.id.rpartition("-")[2])
        hour = round_.starts_at.astimezone(self.zone).hour
        is_novices = path.key == WALKED_ALONGSIDE and town.community.slug == "jinxiu"
        alone = is_novices and (days_ago, hour) == WALKED_ALONE
        walker = NOVICE if alone else self.roster.worker(town.community.slug, path.trade, round_.starts_at)
        begin = round_.starts_at + LEAVES_AFTER * chance.random()
        old_label = REISSUED[1] if chance.random() < 0.6 and self._old_label_hangs(town, begin) else None
        walk = Walk(round_, town, path, self.phones[walker], self.album, chance, begin, self.end, old_label)
        walk.go(lambda: self.phones[self.roster.colleague(walker)])
        if is_novices and hour in ALONGSIDE_HOURS and 0 < days_ago < NOVICES_DAYS:
            self._accompany(town, round_, begin + timedelta(minutes=chance.randint(1, 3)))

    def _accompany(self, town: Town, round_: Round, at: datetime) -> None:
        """Somebody in the induction walks along and scans two points after the mentor."""
        phone = self.phones[NOVICE]
        for point in sorted(round_.points, key=lambda point: point.rank)[:2]:
            code = town.codes[town.spots[point.checkpoint_id].number]
            phone.record("scan", {"code": code, "method": "camera", "round": round_.id, "frame": None}, at)
            at += timedelta(minutes=4)
        phone.contact(at)

    def _old_label_hangs(self, town: Town, at: datetime) -> bool:
        return REISSUED[1] in town.old_codes and at < self.reissued_at + timedelta(days=OLD_HANGS_DAYS)

    def _clock(self, clocking: Clocking) -> None:
        phone, town = self.phones[clocking.username], self.towns[clocking.site]
        at = max(clocking.at, phone.busy_until + timedelta(seconds=20))
        if at < self.end:
            code = town.codes[clocking.post] if clocking.post else None
            phone.record("duty", {"verb": clocking.verb, "code": code, "site": clocking.site}, at)
            if clocking.verb == "off":  # clocking on leaves with the first round
                if clocking.username in GUARDS:
                    self._hand_over(phone, clocking, at)
                phone.contact(at + timedelta(seconds=2))

    def _hand_over(self, phone: Phone, clocking: Clocking, at: datetime) -> None:
        """The guard of the shift gives the post to the next one, who counts again: now and then a radio is missing."""
        chance = self._chance("handover", (self.end - at).days, clocking.at.hour)
        relief = self.phones[self.roster.guard_at(clocking.at + timedelta(hours=1))]
        short = chance.random() < SHORT_OF_A_RADIO
        counts = {"keys": 14, "radios": 3 if short else 4, "cards": 6}
        text = chance.choice(words.LEFT_OPEN) if chance.random() < 0.7 else ""
        body = {"verb": "give", "site": "jinxiu", "to": str(relief.person.id), "counts": counts, "text": text}
        given = phone.record("handover", body, at - timedelta(minutes=1))
        taken_at = max(at + timedelta(minutes=2), relief.busy_until + timedelta(seconds=30))
        if relief is phone or taken_at >= self.end:
            return
        said = {"verb": "object" if short else "take", "about": str(given), "text": words.SHORT if short else ""}
        relief.record("handover", said, taken_at, after=(given,))

    def _oddity(self, oddity: str, at: datetime) -> None:
        """Somebody at work meets something odd."""
        chance = self._chance(oddity, (self.end - at).days)
        phone = self.phones[self.roster.worker("jinxiu", FINDERS[oddity], at)]
        at = max(at, phone.busy_until + timedelta(seconds=20))
        if oddity == "foreign":
            code = chance.choice(sorted(self.towns["hexi"].codes.values()))
            phone.record("scan", {"code": code, "method": "camera", "round": None, "frame": None}, at)
        elif oddity == "unknown_code":
            phone.record("scan", {"code": make_code(ids.random_bits(40)), "method": "typed", "round": None, "frame": None}, at)
        elif oddity == "unknown_kind":
            phone.record("meter-photo", {"meter": "W-7", "value": 1284}, at)
        else:
            phone.record("note", {"site": "jinxiu", "result": "issue", "answers": {}, "text": chance.choice(words.LOOSE)}, at)
        phone.contact(at + timedelta(seconds=4))

    def _learn(self) -> None:
        walking.learn_walking_times({})

    def _set_wrong_clocks(self) -> None:
        """One phone three hours ahead for some days; another for an evening, until its owner sets it right on a round."""
        technician = self.phones["technician2"]
        technician.wrong_clocks.append(WrongClock(self._ago(6, time(6)), self._ago(2, time(6)), THREE_HOURS))
        set_right = self._ago(8, time(20, 12))
        guard = self.phones[self.roster.guard_at(set_right)]
        guard.wrong_clocks.append(WrongClock(set_right - timedelta(minutes=80), set_right, THREE_HOURS))
