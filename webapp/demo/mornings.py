"""The demo's supervisors at their desks: each of the last mornings they go through the day before and sign it. Yesterday is left to the visitor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.core import clock
from webapp.core.db import db
from webapp.core.i18n import LANGUAGES, speaking
from webapp.daily_log import actions, settling
from webapp.daily_log.day import Day, day_of
from webapp.daily_log.models import DayRemark, ExceptionDecision
from webapp.daily_log.settling import Item
from webapp.daily_log.signing import signing_of
from webapp.demo.build import ZONE, Town
from webapp.people.models import Person

FIRST, LAST = 3, 2  # days ago that are signed
AT_DESK = time(8, 40)
SIGNS = {"jinxiu": "supervisor", "hexi": "supervisor2"}
SAID = {
    "unsigned": ("从这天起开始签字",),
    "missed": ("已核实，当时协助业主", "与本人谈过，下不为例"),
    "late": ("交接晚了，情况属实", "电梯故障，走楼梯"),
    "doubtful": ("看过扫码画面，人在现场", "两个标签相邻，属实"),
    "clock": ("已向业主说明", "人手不足，已调整排班"),
}
REMARK = "夜间降温，地库入口注意防滑。"


@dataclass
class Mornings:
    """Signs the days of each community."""

    seed: int
    end: datetime
    towns: dict[str, Town]
    staff: dict[str, Person]

    def events(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """A morning for each day, and the question that one of the guards finds on the phone."""
        today = clock.local_day(self.end, ZONE)
        for slug, town in self.towns.items():
            for days_ago in range(FIRST, LAST - 1, -1):
                day = today - timedelta(days=days_ago)
                at = datetime.combine(day + timedelta(days=1), AT_DESK, ZoneInfo(ZONE))
                yield at, partial(self._sign, town, day, self.staff[SIGNS[slug]], days_ago)

    def _sign(self, town: Town, day: date, person: Person, days_ago: int) -> None:
        """Settle everything, carry over what cannot be settled, and sign."""
        chance = random.Random(f"{self.seed}:sign:{town.community.slug}:{days_ago}")
        now = clock.now()
        with current_app.test_request_context():
            shown, words = in_every_language(town, day, now)
            for number, item in enumerate(shown.items):
                if not item.is_done:
                    db.session.add(decision(shown, item, person, now + timedelta(seconds=20 * number), words, chance))
            if days_ago == LAST:
                db.session.add(DayRemark(site_id=town.site.id, day=day, person_id=person.id, text=REMARK, at=now))
            db.session.flush()
            shown = day_of(town.site, day, now)
            signing = signing_of(shown)
            actions.sign(shown, signing, signing.seen, person, now + timedelta(seconds=20 * len(shown.items) + 40))
            db.session.flush()


Words = dict[str, dict[str, dict[str, object]]]


def in_every_language(town: Town, day: date, now: datetime) -> tuple[Day, Words]:
    """The day, and what each of its exceptions says, by key and language."""
    found: Words = {}
    for language in LANGUAGES:
        with speaking(language):
            shown = day_of(town.site, day, now)
        for line in shown.lines:
            found.setdefault(line.key, {})[language] = line.as_shown()
    return shown, found


def decision(shown: Day, item: Item, person: Person, at: datetime, words: Words, chance: random.Random) -> ExceptionDecision:
    """Most things are accepted; a held record waits for another day."""
    verb = "carry" if item.line.kind == "held" and item.since is None else "accept"
    kept = settling.shown_of(item.line, words[item.key]) if item.key in words else item.decisions[-1].shown
    reason = chance.choice(SAID[item.line.kind]) if item.line.kind in SAID and verb == "accept" else ""
    return ExceptionDecision(
        site_id=shown.site.id, day=shown.day, key=item.key, number=item.highest + 1, verb=verb, reason=reason, person_id=person.id, at=at, shown=kept
    )  # fmt: skip
