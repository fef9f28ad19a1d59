"""What the demo's residents reported and its rounds found, and what became of it: told, dispatched, done, signed, paid, rated.

Steps in the field go through a phone and the intake, like everything else there; the desk acts on its pages' actions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from webapp.core import clock
from webapp.core.db import db
from webapp.demo.build import ZONE, Town
from webapp.demo.jobs import HOME, Craft, Job
from webapp.demo.phones import Phone
from webapp.demo.roster import Roster
from webapp.people.models import Person
from webapp.service import actions
from webapp.service.forms import Answer, AnswerForm, ReportForm, TakeForm
from webapp.service.models import Request
from webapp.sites.models import Checkpoint
from webapp.work_orders.queries import types_of

Later = Callable[[datetime, Callable[[], object]], None]


@dataclass(frozen=True)
class Story:
    """What somebody reports, and what they hear of it."""

    type_code: str
    words: str
    first: str
    result: str
    answers: tuple[Answer, ...] = ()


# By the checkpoint's letter.
SAID = {
    "T": Story("light", "单元门口的灯不亮了，晚上看不清台阶", "已收到，电工今天上门", "灯管已更换，感谢您的反映"),
    "L": Story("lift", "电梯到三楼会顿一下，有点吓人", "已联系维保单位，请先乘另一台", "维保单位已调整平层，今天起恢复使用", ("outage",)),
    "B": Story("water", "地库车位顶上滴水，滴到车上了", "已收到，工程师傅马上去看", "顶板排水管接口已更换，请留意有无再渗", ("danger",)),
    "H": Story("dirt", "垃圾满出来了，味道很大", "已通知保洁，一小时内清运", "已清运并冲洗"),
    "Y": Story("green", "路边的树枝快碰到人了", "已安排绿化修剪", "树枝已修剪"),
    "G": Story("noise", "道闸旁边的喇叭半夜还在响", "已收到，正在核实", "夜间音量已调低"),
    "C": Story("damage", "活动室窗户关不上", "已收到，安排维修", "窗扇合页已更换"),
}
CALLS = (  # told to the desk
    Story("home", "厨房水龙头关不紧，一直滴水", "师傅今天上门", "龙头已更换，试水正常"),
    Story("home", "卫生间灯不亮，换过灯泡也不行", "电工下午上门", "线路接头已重接，灯具更换"),
    Story("home", "马桶水箱一直流水", "已安排师傅", "水箱配件已更换"),
    Story("conduct", "门岗保安说话很不客气", "非常抱歉，已向队长核实", "已当面致歉，并重新培训接待礼仪"),
    Story("parking", "有车一直停在消防通道", "已通知车主并巡查", "车辆已挪走，通道加装了隔离桩"),
    Story("fees", "这个月的水费比上个月多了一倍", "已收到，正在核对抄表记录", "抄表有误，已更正并退回差额"),
    Story("booking", "周六下午想借活动室办生日会", "已登记", "已预留14:00到17:00，钥匙在前台领取"),
)
LATE_SHARE, RATED_SHARE, REOPEN_SHARE = 0.12, 0.6, 0.04
BUSY = (time(7, 30), time(21, 30))
LONGEST_AWAY = timedelta(hours=8)  # a phone without signal brings a finding later, and its clock has run since
TAKEN_UP_EVERY = timedelta(minutes=12)  # so often the desk looks at what rounds found
# The last hours: hours before the end, and the step at which each of these jobs stands then.
STANDS_WITH = "technician2"  # whatever day it is
STANDS = (
    (30.0, "waiting_parts"), (26.0, "paused"), (22.0, "conflict"), (9.0, "finished"), (5.5, "unsigned"), (4.0, "running"), (3.2, "on_site"),
    (2.4, "on_the_way"), (1.6, "accepted"), (1.1, "assigned"), (0.7, "offered"), (0.3, "new"),
)  # fmt: skip


# Asked thousands of times, put together once.
FOUND = sa.select(Request.id).where(
    Request.site_id == sa.bindparam("site"), Request.received_at > sa.bindparam("since"), Request.channel == "inspection"
).order_by(Request.received_at, Request.id)  # fmt: skip


@dataclass
class Service:
    """Plays requests and work orders at the large community, among everything else that happens there."""

    seed: int
    start: datetime
    end: datetime
    town: Town
    staff: dict[str, Person]
    phones: dict[str, Phone]
    roster: Roster
    later: Later
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))
    taken_up: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.craft = Craft(self.town, self.staff, self.phones, self.roster, self.end, self.later)

    def events(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """What begins by itself; each puts what follows into the time to come."""
        chance = random.Random(f"reports {self.seed}")
        places = sorted((spot.number, SAID[spot.number[0]]) for spot in self.town.spots.values() if spot.number[0] in SAID)
        day, last = clock.local_day(self.start, ZONE), clock.local_day(self.end, ZONE)
        while day <= last:
            for _n in range(chance.choice((1, 1, 2))):
                number, story = chance.choice(places)
                yield self._at(day, chance), self._report(number, story, chance.random())
            if chance.random() < 0.55:
                yield self._at(day, chance), self._call(chance.choice(CALLS), chance.random())
            day += timedelta(days=1)
        at = self.start
        while at <= self.end:
            yield at, lambda at=at: self._take_up(at)  # type: ignore[misc]
            at += TAKEN_UP_EVERY
        for hours, stands in STANDS:
            at = self.end - timedelta(hours=hours)
            yield at, lambda at=at, stands=stands: self._stand(at, stands)  # type: ignore[misc]

    def _at(self, day: date, chance: random.Random) -> datetime:
        return datetime.combine(day, time(), self.zone) + timedelta(hours=chance.uniform(BUSY[0].hour, BUSY[1].hour))

    def _report(self, number: str, story: Story, seed: float) -> Callable[[], None]:
        def happen() -> None:
            at = clock.now()
            checkpoint = db.session.get_one(Checkpoint, self.town.checkpoint_id(number))
            form = ReportForm(type_code=story.type_code, text=story.words, answers=list(story.answers))
            self._follow(actions.report(form, checkpoint, "zh_CN", "", at), story, random.Random(seed))

        return happen

    def _call(self, story: Story, seed: float) -> Callable[[], None]:
        def happen() -> None:
            chance = random.Random(seed)
            tower = chance.randint(1, 12)
            place_id = self.town.places[f"t{tower}"]
            flat = f"{tower}-{chance.randint(1, 18)}0{chance.randint(1, 4)}"
            form = TakeForm(
                type_code=story.type_code, text=story.words, phone=f"138{chance.randint(10_000_000, 99_999_999)}", place_id=place_id, spot=flat,
                channel=chance.choice(("phone", "phone", "counter", "owners_group")),
            )  # fmt: skip
            self._follow(actions.take(form, self.town.site.id, self.staff["desk"].id, "zh_CN", clock.now()), story, chance)

        return happen

    def _follow(self, request: Request, story: Story, chance: random.Random) -> None:
        """The desk answers, dispatches what is to be done, and tells the result."""
        at = request.received_at
        type_ = types_of(request.site_id)[story.type_code]
        soon = (1, 4) if request.urgency == "urgent" else (2, 13) if type_.kind == "repair" else (3, 50)
        replied = at + timedelta(minutes=chance.uniform(70, 200) if chance.random() < LATE_SHARE else chance.uniform(*soon))
        self._soon(replied, lambda: actions.tell(request, "told", story.first, self.staff["desk"].id, clock.now()))
        if type_.kind == "repair":
            self._soon(replied + timedelta(seconds=40), lambda: self._dispatch(request, story, chance))
            return
        if type_.kind == "complaint":
            self._soon(replied + timedelta(hours=1), lambda: actions.investigate(request, "已现场核实", self.staff["desk"].id, clock.now()))
        self._soon(replied + timedelta(hours=chance.uniform(2, 20)), lambda: self._settle(request, story.result, chance))

    def _dispatch(self, request: Request, story: Story, chance: random.Random) -> None:
        order = actions.raise_order(request, self.staff["desk"].id, clock.now())
        self.craft.play(Job(order, chance, done=lambda: self._settle(request, story.result, chance)))

    def _settle(self, request: Request, result: str, chance: random.Random) -> None:
        self._soon(
            clock.now() + timedelta(minutes=chance.uniform(5, 90)),
            lambda: actions.tell(request, "resolved", result, self.staff["desk"].id, clock.now()),
        )
        if chance.random() < RATED_SHARE:
            stars = chance.choice((3, 4, 5, 5, 5))
            self._soon(clock.now() + timedelta(hours=chance.uniform(2, 9)), lambda: self._answer(request, verb="rated", stars=stars))
        elif chance.random() < REOPEN_SHARE / RATED_SHARE:
            self._soon(
                clock.now() + timedelta(hours=chance.uniform(8, 30)), lambda: self._answer(request, verb="reopened", text="又出现了")
            )

    def _answer(self, request: Request, **said: Any) -> None:
        actions.answer(request, AnswerForm(**said), clock.now())

    def _soon(self, at: datetime, happen: Callable[[], object]) -> None:
        self.later(at, happen)

    # ---------------------------------------------------------------- what rounds found

    def _take_up(self, at: datetime) -> None:
        """The desk turns each finding into a work order, or into a word that it is settled."""
        db.session.flush()
        for request_id in db.session.connection().scalars(FOUND, {"site": self.town.site.id, "since": at - LONGEST_AWAY}):
            if request_id not in self.taken_up:
                self.taken_up.add(request_id)
                chance = random.Random(f"finding {request_id.int & 0xFFFFFF} {self.seed}")
                request = db.session.get_one(Request, request_id)
                self._soon(at + timedelta(minutes=chance.uniform(0.5, 2)), self._finding(request, chance))

    def _finding(self, request: Request, chance: random.Random) -> Callable[[], None]:
        story = Story(request.type_code, request.text, "", "已处理")
        return lambda: self._dispatch(request, story, chance)

    # ---------------------------------------------------------------- what stands at the end

    def _stand(self, at: datetime, stands: str) -> None:
        """A job that whoever tries the demo finds in that state."""
        chance = random.Random(f"stands {stands} {self.seed}")
        type_code = HOME if stands in ("finished", "unsigned") else "damage"
        story = next(s for s in CALLS if s.type_code == HOME) if type_code == HOME else SAID["C"]
        tower = chance.randint(1, 12)
        form = TakeForm(
            type_code=type_code, text=story.words, phone="13800000000", place_id=self.town.places[f"t{tower}"], spot=f"{tower}-{chance.randint(2, 17)}01",
            channel="phone",
        )  # fmt: skip
        request = actions.take(form, self.town.site.id, self.staff["desk"].id, "zh_CN", at)
        actions.tell(request, "told", story.first, self.staff["desk"].id, at)
        self.craft.play(Job(actions.raise_order(request, self.staff["desk"].id, at), chance, stands=stands, who=STANDS_WITH))
