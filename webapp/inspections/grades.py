"""Kinds of areas, their grades, and how often standards that can be looked up ask for what: proposals, with source and confidence. Pure.

Grade 1 is the highest here, as in 中物协's standard of 2004; Beijing counts the other way round, so the pages say which end is which.
Confidence: A law text or the maker's own, B press or a named product's page, C a repost. None is in force by itself: a supervisor makes a
plan of it, and so takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.equipment.due import Unit

GRADES = (1, 2, 3, 4, 5)
CPMI_2 = "中物协《普通住宅小区物业管理服务等级标准》（2004）二级"
RULE_1 = "某市一级住宅物业服务细则"
RULE_3 = "某市三级住宅物业服务细则"


@dataclass(frozen=True)
class Kind:
    """A kind of area. `service`: cleaning or greening."""

    code: str
    service: str
    name: str
    name_en: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind("stairs", "cleaning", "楼道、电梯厅", "Stairs and lift halls"),
        Kind("lobby", "cleaning", "大堂、会所", "Lobby, club house"),
        Kind("lift-car", "cleaning", "电梯轿厢", "Lift cars"),
        Kind("road", "cleaning", "道路、广场", "Roads and squares"),
        Kind("garage", "cleaning", "车库", "Garage"),
        Kind("refuse", "cleaning", "垃圾收集点", "Refuse station"),
        Kind("drain", "cleaning", "雨污水井、化粪池", "Drains and septic tank"),
        Kind("lawn", "greening", "草坪", "Lawn"),
        Kind("beds", "greening", "灌木、花坛", "Shrubs and flower beds"),
        Kind("trees", "greening", "乔木、行道树", "Trees"),
        Kind("water", "greening", "水景", "Water"),
    )
}
SERVICES = ("cleaning", "greening")


@dataclass(frozen=True)
class Rate:
    """How often a standard asks for something at areas of a kind and grade. `weekdays`: 0 is Monday; `hours`: in which, where it says."""

    kind: str
    grade: int
    task: str
    task_en: str
    every: int
    unit: Unit
    source: str
    confidence: str = "C"
    weekdays: tuple[int, ...] = ()
    hours: tuple[str, str] = ("07:00", "18:00")


TWICE = (("06:30", "11:00"), ("13:00", "17:30"))
RATES = (
    *(Rate(kind, 1, "公共区域清扫（每日2次）", "Public areas, twice a day", 1, "day", RULE_1, hours=hours) for kind in ("road", "lobby") for hours in TWICE),
    Rate("lobby", 1, "擦拭标识、信报箱（每周2次）", "Signs and letter boxes wiped, twice a week", 1, "day", RULE_1, weekdays=(0, 3)),
    Rate("refuse", 2, "清运生活垃圾", "Rubbish taken away", 1, "day", CPMI_2),
    Rate("road", 2, "道路清扫", "Roads swept", 1, "day", CPMI_2),
    Rate("stairs", 2, "电梯厅、楼道清扫", "Lift halls and corridors swept", 1, "day", CPMI_2),
    Rate("stairs", 2, "拖洗（每半月）", "Mopped every half month", 15, "day", CPMI_2),
    Rate("stairs", 2, "擦扶手（每周2次）", "Handrails wiped, twice a week", 1, "day", CPMI_2, weekdays=(1, 4)),
    Rate("stairs", 2, "共用门窗玻璃", "Shared windows", 1, "month", CPMI_2),
    Rate("stairs", 2, "路灯、楼道灯清洁", "Lamps cleaned", 3, "month", CPMI_2),
    Rate("drain", 2, "雨污水井检查", "Wells checked", 3, "month", CPMI_2),
    Rate("drain", 2, "化粪池检查", "Septic tank checked", 2, "month", CPMI_2),
    Rate("drain", 2, "雨污水管道疏通", "Pipes cleared", 1, "year", CPMI_2),
    Rate("drain", 2, "化粪池清掏", "Septic tank emptied", 1, "year", CPMI_2),
    Rate("road", 3, "公共场所清扫", "Public areas swept", 1, "day", RULE_3),
    Rate("stairs", 3, "楼道清扫", "Corridors swept", 1, "day", RULE_3),
    Rate("stairs", 3, "拖洗", "Mopped", 1, "month", RULE_3),
    Rate("stairs", 3, "擦扶手", "Handrails wiped", 1, "week", RULE_3),
    Rate("stairs", 3, "共用门窗玻璃", "Shared windows", 1, "month", RULE_3),
    Rate("stairs", 3, "楼道灯清洁", "Lamps cleaned", 6, "month", RULE_3),
    Rate("drain", 3, "雨污水井检查", "Wells checked", 6, "month", RULE_3),
    Rate("drain", 3, "化粪池检查", "Septic tank checked", 3, "month", RULE_3),
    Rate("drain", 3, "化粪池清掏", "Septic tank emptied", 1, "year", RULE_3),
)  # fmt: skip


def rates_of(kind: str, grade: int) -> list[Rate]:
    """What is proposed for areas of that kind and grade, in the order of the list."""
    return [rate for rate in RATES if (rate.kind, rate.grade) == (kind, grade)]


def kinds_of(service: str) -> list[Kind]:
    """The kinds of areas of a service."""
    return [kind for kind in KINDS.values() if kind.service == service]
