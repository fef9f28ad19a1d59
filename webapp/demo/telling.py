"""Who is sent the demo's signed log: the owners' committee by mail, the team's chat group by its robot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.demo.build import ZONE, Town
from webapp.demo.mornings import FIRST, LAST
from webapp.notices import actions, delivering
from webapp.people.models import Person

TOPIC = "signed-log"
SUBSCRIBED_AT = time(8, 0)
SENT_AT = time(9, 0)  # the mornings are signed by then
WANTED = (
    actions.Wanted(TOPIC, "mail", "committee@jinxiu.example", "zh_CN", 8),
    actions.Wanted(TOPIC, "robot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo-0000-0000-4aaa", "zh_CN", 9),
)


@dataclass
class Telling:
    """Subscribes before the first signed day, and sends each signed one the morning after."""

    end: datetime
    town: Town
    supervisor: Person

    def events(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """Subscribing, then a sending each morning."""
        today = clock.local_day(self.end, ZONE)

        def at(days_ago: int, wall: time) -> datetime:
            return datetime.combine(today - timedelta(days=days_ago), wall, ZoneInfo(ZONE))

        yield at(FIRST, SUBSCRIBED_AT), partial(self._subscribe, at(FIRST, SUBSCRIBED_AT))
        for days_ago in range(FIRST - 1, LAST - 2, -1):
            yield at(days_ago, SENT_AT), partial(self._send, at(days_ago, SENT_AT))

    def _subscribe(self, at: datetime) -> None:
        for wanted in WANTED:
            actions.subscribe(self.town.site, wanted, self.supervisor.id, at)

    def _send(self, at: datetime) -> None:
        """What the background does, without printing: a browser's start is long."""
        for key in delivering.put(delivering.due_rows(self.town.site.id, TOPIC, at)):
            delivering.hand_over(key, quick=True)
            delivering.note_sent(key, at)
