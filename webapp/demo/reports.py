"""What the demo's residents reported by label, and what the desk told them: most in time, some late, a few still open."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.core.db import db
from webapp.demo.build import ZONE, Town
from webapp.service import actions
from webapp.service.forms import Answer, AnswerForm, ReportForm, Topic
from webapp.service.models import Request
from webapp.sites.models import Checkpoint

# By the checkpoint's letter: topic, the resident's words, the desk's first words, the result.
SAID: dict[str, tuple[Topic, str, str, str]] = {
    "T": ("light", "单元门口的灯不亮了，晚上看不清台阶", "已收到，电工今天上门", "灯管已更换，感谢您的反映"),
    "L": ("lift", "电梯到三楼会顿一下，有点吓人", "已联系维保单位，请先乘另一台", "维保单位已调整平层，今天起恢复使用"),
    "B": ("water", "地库车位顶上滴水，滴到车上了", "已收到，工程师傅马上去看", "顶板排水管接口已更换，请留意有无再渗"),
    "H": ("dirt", "垃圾满出来了，味道很大", "已通知保洁，一小时内清运", "已清运并冲洗"),
    "Y": ("green", "路边的树枝快碰到人了", "已安排绿化修剪", "树枝已修剪"),
    "G": ("noise", "道闸旁边的喇叭半夜还在响", "已收到，正在核实", "夜间音量已调低"),
    "C": ("damage", "活动室窗户关不上", "已收到，安排维修", "窗扇合页已更换"),
}
ANSWERS: dict[str, list[Answer]] = {"lift": ["outage"], "water": ["danger"]}
LATE_SHARE = 0.12
RATED_SHARE = 0.6
STILL_OPEN = timedelta(hours=36)  # what came later than this before the end has no result yet
BUSY = (time(7, 30), time(21, 30))


def play_reports(seed: int, start: datetime, end: datetime, town: Town, desk_id: UUID) -> None:
    """One or two reports a day, and what came of them."""
    chance = random.Random(f"reports {seed}")
    places = [(spot.number, SAID[spot.number[0]]) for spot in town.spots.values() if spot.number[0] in SAID]
    places.sort()
    zone = ZoneInfo(ZONE)
    for day in range((end - start).days + 1):
        for _n in range(chance.choice((1, 1, 2))):
            hours = chance.uniform(BUSY[0].hour, BUSY[1].hour)
            at = datetime.combine(start.astimezone(zone).date() + timedelta(days=day), time(), zone) + timedelta(hours=hours)
            number, said = chance.choice(places)
            if at < end:
                _play_one(town.checkpoint_id(number), said, at, end, desk_id, chance)


def _play_one(
    checkpoint_id: UUID, said: tuple[Topic, str, str, str], at: datetime, end: datetime, desk_id: UUID, chance: random.Random
) -> None:
    topic, words, first, result = said
    replied = at + timedelta(minutes=chance.uniform(70, 200) if chance.random() < LATE_SHARE else chance.uniform(3, 50))
    settled = replied + timedelta(hours=chance.uniform(1, 20))
    with clock.at(at):
        checkpoint = db.session.get_one(Checkpoint, checkpoint_id)
        form = ReportForm(topic=topic, text=words, answers=ANSWERS.get(topic, []))
        request = actions.report(form, checkpoint, "zh_CN", "", at)
    _tell(request, "told", first, desk_id, replied, end)
    if at < end - STILL_OPEN:
        _tell(request, "resolved", result, desk_id, settled, end)
        _rate(request, settled + timedelta(hours=chance.uniform(0.2, 9)), end, chance)


def _rate(request: Request, at: datetime, end: datetime, chance: random.Random) -> None:
    if at < end and chance.random() < RATED_SHARE:
        with clock.at(at):
            actions.answer(request, AnswerForm(verb="rated", stars=chance.choice((3, 4, 5, 5, 5))), at)


def _tell(request: Request, verb: str, words: str, desk_id: UUID, at: datetime, end: datetime) -> None:
    if at < end:
        with clock.at(at):
            actions.tell(request, verb, words, desk_id, at)
