"""The demo's checklists and plans, after standards that can be looked up: what is asked, where and how often.

Frequencies of cleaning: 中物协《普通住宅小区物业管理服务等级标准》(2004), grade 2. Greening: the same standard asks for it without figures.
Lifts: 特种设备安全监察条例 art. 31, at least every 15 days, cleaned, lubricated, adjusted and checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.inspections.content import Content

GRADE_2 = "中物协《普通住宅小区物业管理服务等级标准》（2004）二级 · 保洁服务"
GREEN_2 = "中物协《普通住宅小区物业管理服务等级标准》（2004）二级 · 绿化养护管理"
LIFT_LAW = "《特种设备安全监察条例》第三十一条：至少每15日进行一次清洁、润滑、调整和检查"
OWN = "本项目自定"
Q = dict[str, Any]


def check(own_id: str, text: str, text_en: str, **more: Any) -> Q:
    """A question to pass, flag or fail."""
    return {"id": own_id, "kind": "pass", "text": text, "text_en": text_en} | more


def ask(kind: str, own_id: str, text: str, text_en: str, **more: Any) -> Q:
    """A question of another kind."""
    return {"id": own_id, "kind": kind, "text": text, "text_en": text_en} | more


@dataclass(frozen=True)
class Listed:
    """A checklist of the demo."""

    key: str
    name: str
    name_en: str
    service: str
    trade: str
    source: str
    sections: tuple[tuple[str, str, tuple[Q, ...]], ...]
    target: str = "place"
    class_code: str | None = None

    @property
    def content(self) -> Content:
        """What it asks."""
        sections = [{"name": name, "name_en": name_en, "questions": questions} for name, name_en, questions in self.sections]
        return Content.model_validate({"sections": sections})


@dataclass(frozen=True)
class Asked:
    """A plan of the demo: which list, where, how often, in which hours."""

    listed: str
    name: str
    name_en: str
    points: tuple[str, ...]
    every: int
    unit: str
    hours: tuple[str, str] = ("07:00", "15:30")
    weekdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    from_completion: bool = False
    mode: str = "always"


SPOT = ("choice", ["好", "一般", "差"], ["good", "fair", "poor"], ["好", "一般"])


def rated(own_id: str, text: str, text_en: str) -> Q:
    """A spot check's question: good, fair or poor."""
    _kind, choices, english, good = SPOT
    return ask("choice", own_id, text, text_en, choices=choices, choices_en=english, good=good, weight=2)


LISTS = (
    Listed("stairs", "楼道每日保洁", "Daily cleaning of stairs", "cleaning", "cleaner", GRADE_2, (
        ("大堂与楼道", "Lobby and stairs", (
            check("swept", "电梯厅、楼道已清扫，无垃圾", "Lift hall and stairs swept, no litter", weight=3, raises="dirt", photo="fail"),
            check("rubbish", "生活垃圾已清运，桶位干净", "Rubbish taken away, bins clean", weight=2, raises="dirt", photo="fail"),
            check("light", "楼道灯都亮", "All lights work", raises="light"),
        )),
        ("发现问题", "Found besides", (
            ask("yes_no", "clear", "通道无堆放、无充电车辆", "No things or charging bikes in the way", severity="major"),
            ask("text", "who", "堆放在哪一层、是谁的", "On which floor, whose", when={"question": "clear", "equals": [False]}, weight=0, required=False),
        )),
    )),
    Listed("mopped", "楼道拖洗、扶手、门窗", "Mopping, handrails, windows", "cleaning", "cleaner", GRADE_2, (
        ("作业", "Work", (
            check("mop", "楼道地面已拖洗（每半月）", "Floors mopped (every half month)", weight=3, photo="fail"),
            check("rail", "扶手、信报箱已擦拭", "Handrails and letter boxes wiped", weight=2),
            check("glass", "共用门窗玻璃明亮（每月）", "Shared windows clean (monthly)"),
        )),
    )),
    Listed("wells", "雨污水井、化粪池检查", "Drains and septic tank", "cleaning", "cleaner", GRADE_2, (
        ("检查", "Check", (
            check("cover", "井盖完好、平稳", "Covers whole and firm", severity="danger", raises="damage", photo="fail"),
            check("flow", "管井通畅，无外溢", "Flows freely, nothing overflows", raises="water"),
            ask("number", "level", "化粪池液位距盖板", "Septic tank: from level to cover", low=30, unit="cm", raises="dirt"),
        )),
    )),
    Listed("spot", "保洁质量抽查", "Spot check of cleaning", "cleaning", "management", GRADE_2, (
        ("现场", "On the spot", (
            rated("floor", "地面", "Floor"), rated("wall", "墙面、天花", "Walls and ceiling"), rated("lift", "电梯轿厢", "Lift car"), rated("bins", "垃圾桶", "Bins"),
        )),
    )),
    Listed("green", "绿地养护巡查", "Care of green areas", "greening", "gardener", GREEN_2, (
        ("养护", "Care", (
            check("cut", "草坪、绿篱、树木已按时修剪", "Lawns, hedges and trees pruned in time", weight=2, raises="green"),
            check("weeds", "绿地无杂草、杂物", "No weeds, no litter", raises="green", photo="fail"),
            check("water", "浇水、施肥适时，无枯死", "Watered and fed in time, nothing dead", weight=2, raises="green"),
            check("pests", "无明显病虫害", "No visible pests", raises="green", photo="fail"),
            check("frost", "防冻措施到位（冬季）", "Protected from frost (in winter)", required=False),
        )),
    ), target="area"),
    Listed("pest", "病虫害防治记录", "Pest control record", "greening", "gardener", GREEN_2, (
        ("用药", "Treatment", (
            ask("choice", "agent", "药剂", "Agent", choices=["吡虫啉", "苦参碱", "石硫合剂", "多菌灵"], choices_en=["imidacloprid", "matrine", "lime sulphur", "carbendazim"]),
            ask("number", "dose", "稀释倍数", "Dilution", low=300, high=3000, unit="倍"),
            ask("number", "area", "施药面积", "Area treated", low=1, unit="m²"),
            ask("number", "interval", "安全间隔期（人员勿入）", "Keep off for", low=24, unit="h"),
            ask("yes_no", "sign", "已设警示牌、已告知业主", "Warning signs set, owners told", severity="danger"),
            ask("yes_no", "gear", "穿戴防护用品", "Protective clothing worn", severity="major"),
            ask("signature", "by", "施药人签名", "Signature of who treated", weight=0),
        )),
    ), target="area"),
    Listed("lift", "电梯半月维护保养", "Half-monthly lift maintenance", "repair", "technician", LIFT_LAW, (
        ("清洁", "Cleaning", (
            ask("instruction", "safe", "两人作业，基站与各层设护栏，断电挂牌", "Two people, barriers at the doors, switched off and tagged"),
            check("room", "机房清洁，照明、通风正常", "Machine room clean, light and air in order", photo="fail"),
            check("pit", "轿顶、底坑清洁，无积水", "Car top and pit clean and dry", raises="lift"),
        )),
        ("润滑与调整", "Lubrication and adjustment", (
            check("oil", "导轨、门机润滑适量", "Rails and door drive lubricated"),
            check("doors", "开关门平稳，平层准确", "Doors run smoothly, levels exactly", weight=2, raises="lift"),
        )),
        ("检查", "Checks", (
            check("brake", "制动可靠，无异响", "Brake holds, no noise", weight=3, severity="danger", raises="lift"),
            check("call", "轿内报警、对讲有效", "Alarm and intercom work", weight=2, severity="danger", raises="lift"),
            check("curtain", "门防夹保护有效", "Door protection works", weight=2, severity="danger", raises="lift"),
            ask("signature", "by", "维保人员签名", "Signature of who maintained", weight=0),
        )),
    ), target="equipment", class_code="lift"),
    Listed("storm", "暴雨积水巡查", "Storm: water watch", "security", "guard", OWN, (
        ("汛情", "Water", (
            ask("number", "depth", "积水深度", "Depth of water", low=0, high=10, unit="cm", raises="water", severity="major"),
            check("sandbags", "沙袋、挡水板就位", "Sandbags and boards in place"),
            check("pump", "集水井水泵运转", "Sump pump runs", severity="danger", raises="water"),
        )),
    )),
)  # fmt: skip
TOWERS = tuple(f"T-{n:02}" for n in (1, 3, 5, 7, 9, 11))
LIFTS = tuple(f"L-{n:02}" for n in (1, 3, 6, 8, 10, 12))
GREENS = tuple(f"Y-{n:02}" for n in range(1, 6))
ALL_DAY = ("00:00", "23:59")
PLANS = (
    Asked("stairs", "楼道每日保洁", "Daily cleaning of stairs", TOWERS, 1, "day"),
    Asked("mopped", "楼道拖洗", "Mopping of stairs", TOWERS, 15, "day"),
    Asked("wells", "雨污水井检查", "Check of drains", ("B1-03", "B1-04", "H-01"), 3, "month"),
    Asked("spot", "保洁抽查", "Spot checks", ("T-01", "T-07", "C-01"), 1, "week", ("08:30", "18:00")),
    Asked("green", "绿地巡查", "Care of green areas", GREENS, 1, "week", ("08:00", "17:00")),
    Asked("pest", "病虫害防治", "Pest control", GREENS[:2], 1, "month", ("08:00", "17:00"), months=(3, 4, 5, 6, 7, 8, 9, 10, 11)),
    Asked("lift", "电梯半月维保", "Half-monthly lift maintenance", LIFTS, 15, "day", ("08:30", "17:30"), from_completion=True),
    Asked("storm", "暴雨积水巡查", "Storm: water watch", ("B1-03", "B1-04", "B2-04"), 1, "day", ALL_DAY, mode="storm"),
)
