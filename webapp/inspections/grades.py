"""Kinds of areas, their grades, and how often standards that can be looked up ask for what: proposals, with source and confidence. Pure.

Grade 1 is the highest here, as in 中物协's standard of 2004 and in Zhuhai's; Beijing, and Zhanjiang's stars, count the other way round, so the
pages say which end is which. "At least n times a year" becomes the interval of months that keeps it.
Confidence: A law text or the maker's own, B press or a named product's page, C a repost. None is in force by itself: a supervisor makes a
plan of it, and so takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.equipment.due import Unit

GRADES = (1, 2, 3, 4, 5)
CPMI_1 = "中物协《普通住宅小区物业管理服务等级标准》（2004）一级"
CPMI_2 = "中物协《普通住宅小区物业管理服务等级标准》（2004）二级"
CPMI_3 = "中物协《普通住宅小区物业管理服务等级标准》（2004）三级"
SHANGHAI_1 = "2022年上海物业收费标准（北文网转载）一级"
SHANGHAI_3 = "上海市住宅物业服务分等收费标准（转载）三级"
ZHUHAI_4 = "珠海市住宅物业服务收费参考标准（试行，转载）四级"
ZHUHAI_5 = "珠海市住宅物业服务收费参考标准（试行，转载）五级"
ZHANJIANG_2 = "湛江市普通住宅区清洁、绿化服务标准（转载）二星级"  # its first star is the lowest: here grade 5, the second grade 4
ZHANJIANG_1 = "湛江市普通住宅区清洁、绿化服务标准（转载）一星级"


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
    *(Rate(kind, 1, "公共区域清扫（每日2次）", "Public areas, twice a day", 1, "day", SHANGHAI_1, hours=hours) for kind in ("road", "lobby") for hours in TWICE),
    Rate("lobby", 1, "擦拭标识、信报箱（每周2次）", "Signs and letter boxes wiped, twice a week", 1, "day", SHANGHAI_1, weekdays=(0, 3)),
    *(Rate("stairs", 1, "楼道清扫（每日2次）", "Corridors swept, twice a day", 1, "day", SHANGHAI_1, hours=hours) for hours in TWICE),
    *(Rate("stairs", 1, "擦扶手（每日2次）", "Handrails wiped, twice a day", 1, "day", SHANGHAI_1, hours=hours) for hours in TWICE),
    Rate("stairs", 1, "公共区域玻璃", "Shared windows", 1, "week", SHANGHAI_1),
    *(Rate("refuse", 1, "收集清运垃圾（每日2次）", "Rubbish collected, twice a day", 1, "day", SHANGHAI_1, hours=hours) for hours in TWICE),
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
    Rate("road", 3, "公共场所清扫", "Public areas swept", 1, "day", CPMI_3),
    Rate("stairs", 3, "楼道清扫", "Corridors swept", 1, "day", CPMI_3),
    Rate("stairs", 3, "拖洗", "Mopped", 1, "month", CPMI_3),
    Rate("stairs", 3, "擦扶手", "Handrails wiped", 1, "week", CPMI_3),
    Rate("stairs", 3, "共用门窗玻璃", "Shared windows", 1, "month", CPMI_3),
    Rate("stairs", 3, "楼道灯清洁", "Lamps cleaned", 6, "month", CPMI_3),
    Rate("drain", 3, "雨污水井检查", "Wells checked", 6, "month", CPMI_3),
    Rate("drain", 3, "化粪池检查", "Septic tank checked", 3, "month", CPMI_3),
    Rate("drain", 3, "化粪池清掏", "Septic tank emptied", 1, "year", CPMI_3),
    Rate("refuse", 4, "清运生活垃圾", "Rubbish taken away", 1, "day", ZHUHAI_4),
    Rate("road", 4, "道路等公共部位清洁", "Roads and shared places cleaned", 1, "day", ZHUHAI_4),
    Rate("stairs", 4, "楼道清洁", "Corridors cleaned", 1, "day", ZHUHAI_4),
    Rate("lift-car", 4, "轿厢、操作板、地面清洁", "Car, panel and floor cleaned", 1, "day", ZHUHAI_4),
    Rate("drain", 4, "雨污水井检查", "Wells checked", 3, "month", ZHUHAI_4),
    Rate("drain", 4, "化粪池检查", "Septic tank checked", 2, "month", ZHUHAI_4),
    Rate("drain", 4, "雨污水管道疏通", "Pipes cleared", 1, "year", ZHUHAI_4),
    Rate("refuse", 5, "清运生活垃圾", "Rubbish taken away", 1, "day", ZHUHAI_5),
    Rate("road", 5, "道路等公共部位清洁", "Roads and shared places cleaned", 1, "day", ZHUHAI_5),
    Rate("stairs", 5, "楼道清洁", "Corridors cleaned", 1, "day", ZHUHAI_5),
    Rate("lift-car", 5, "轿厢、操作板、地面清洁", "Car, panel and floor cleaned", 1, "day", ZHUHAI_5),
    Rate("drain", 5, "雨污水井检查", "Wells checked", 6, "month", ZHUHAI_5),
    Rate("drain", 5, "化粪池检查", "Septic tank checked", 3, "month", ZHUHAI_5),
    Rate("drain", 5, "雨污水管道疏通", "Pipes cleared", 1, "year", ZHUHAI_5),
    Rate("stairs", 4, "擦扶手、窗台（每月2次）", "Handrails and sills wiped, twice a month", 15, "day", ZHANJIANG_2),
    Rate("stairs", 4, "共用门窗玻璃", "Shared windows", 2, "month", ZHANJIANG_2),
    Rate("stairs", 4, "楼道灯清洁", "Lamps cleaned", 3, "month", ZHANJIANG_2),
    Rate("stairs", 5, "擦扶手、窗台", "Handrails and sills wiped", 1, "month", ZHANJIANG_1),
    Rate("stairs", 5, "共用门窗玻璃", "Shared windows", 3, "month", ZHANJIANG_1),
    Rate("stairs", 5, "楼道灯清洁", "Lamps cleaned", 6, "month", ZHANJIANG_1),
    Rate("lawn", 3, "草坪普修（每年4遍以上）", "Lawn mown, at least 4 times a year", 3, "month", SHANGHAI_3),
    Rate("lawn", 3, "普除杂草（每年5遍以上）", "Weeded all over, at least 5 times a year", 2, "month", SHANGHAI_3),
    Rate("lawn", 3, "普施有机肥", "Fed with organic fertiliser", 1, "year", SHANGHAI_3),
    Rate("beds", 3, "绿篱、球类修剪（每年4遍以上）", "Hedges and balls pruned, at least 4 times a year", 3, "month", SHANGHAI_3),
    Rate("beds", 3, "灌木修剪（每年2遍以上）", "Shrubs pruned, at least twice a year", 6, "month", SHANGHAI_3),
    Rate("beds", 3, "中耕除草（每年5次以上）", "Soil loosened and weeded, at least 5 times a year", 2, "month", SHANGHAI_3),
    Rate("beds", 3, "普施基肥", "Fed all over", 1, "year", SHANGHAI_3),
    Rate("beds", 3, "花坛换花（每年2次以上）", "Flower beds planted anew, at least twice a year", 6, "month", SHANGHAI_3),
    Rate("trees", 3, "乔木修剪（每年2遍以上）", "Trees pruned, at least twice a year", 6, "month", SHANGHAI_3),
    Rate("trees", 3, "普施基肥", "Fed all over", 1, "year", SHANGHAI_3),
    Rate("lawn", 4, "清理绿地垃圾（每周2次）", "Litter picked up, twice a week", 1, "day", ZHANJIANG_2, weekdays=(0, 3)),
    Rate("lawn", 5, "清理绿地垃圾", "Litter picked up", 1, "week", ZHANJIANG_1),
    Rate("beds", 4, "清理绿地垃圾（每周2次）", "Litter picked up, twice a week", 1, "day", ZHANJIANG_2, weekdays=(0, 3)),
    Rate("beds", 5, "清理绿地垃圾", "Litter picked up", 1, "week", ZHANJIANG_1),
)  # fmt: skip


@dataclass(frozen=True)
class Standard:
    """What a standard asks of green areas of a grade without saying how often: words to judge them by, and to make plans from."""

    grade: int
    text: str
    text_en: str
    source: str
    confidence: str = "C"


GREEN = ("lawn", "beds", "trees")  # water is another matter
STANDARDS = (
    Standard(1, "草坪生长良好，及时修剪、补栽补种，无杂草杂物；花木按品种和长势及时修剪整形，保持观赏效果；定期浇灌、施肥、松土，防涝防冻；定期喷药防治病虫害。",
             "Lawns thrive, are mown and replanted in time and free of weeds and litter; plants are pruned into shape by kind and growth; watered, fed and loosened regularly, kept from flood and frost; sprayed regularly against pests.", CPMI_1),
    Standard(2, "草坪、花卉、绿篱、树木定期修剪养护；定期清除杂草杂物；适时浇灌、施肥、松土，防涝防冻；适时喷药防治病虫害。",
             "Lawns, flowers, hedges and trees are pruned and cared for regularly; weeds and litter cleared regularly; watered, fed and loosened when needed, kept from flood and frost; sprayed when needed.", CPMI_2),
    Standard(3, "草坪、花卉、绿篱、树木定期修剪养护，清除杂草杂物；预防病虫害。",
             "Lawns, flowers, hedges and trees are pruned and cared for, weeds and litter cleared; pests prevented.", CPMI_3),
    Standard(4, "定期修剪养护草坪、花卉、绿篱；定期清除杂草杂物；无大面积病虫害。",
             "Lawns, flowers and hedges are pruned and cared for regularly; weeds and litter cleared regularly; no pests over large areas.", ZHANJIANG_2),
    Standard(5, "定期修剪养护草坪、花卉、绿篱；定期清除杂草杂物；无大面积病虫害。",
             "Lawns, flowers and hedges are pruned and cared for regularly; weeds and litter cleared regularly; no pests over large areas.", ZHANJIANG_1),
)  # fmt: skip


def standards_of(kind: str, grade: int) -> list[Standard]:
    """What is asked in words of areas of that kind and grade."""
    return [one for one in STANDARDS if kind in GREEN and one.grade == grade]


def rates_of(kind: str, grade: int) -> list[Rate]:
    """What is proposed for areas of that kind and grade, in the order of the list."""
    return [rate for rate in RATES if (rate.kind, rate.grade) == (kind, grade)]


def kinds_of(service: str) -> list[Kind]:
    """The kinds of areas of a service."""
    return [kind for kind in KINDS.values() if kind.service == service]
