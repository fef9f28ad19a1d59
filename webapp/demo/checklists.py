"""The demo's checklists and plans, after standards that can be looked up: what is asked, where and how often.

Frequencies of cleaning: 中物协《普通住宅小区物业管理服务等级标准》(2004), grade 2, as reposts have it (confidence C: the manager took it over).
Greening: the same standard names the tasks without figures; months and intervals are the project's own.
Lifts: 特种设备安全监察条例 art. 31, at least every 15 days, cleaned, lubricated, adjusted and checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.inspections.content import Content
from webapp.inspections.grades import CPMI_2

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
    purpose: str = "check"

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
    area: tuple[str, int | None] | None = None  # kind and grade of the areas; `points` are where those are
    source: str = ""
    confidence: str = ""
    offset: int = 0  # days after the others


SPOT = ("choice", ["好", "一般", "差"], ["good", "fair", "poor"], ["好", "一般"])


def rated(own_id: str, text: str, text_en: str) -> Q:
    """A spot check's question: good, fair or poor."""
    _kind, choices, english, good = SPOT
    return ask("choice", own_id, text, text_en, choices=choices, choices_en=english, good=good, weight=2)


LISTS = (
    Listed("stairs", "楼道每日保洁", "Daily cleaning of stairs", "cleaning", "cleaner", GRADE_2, (
        ("大堂与楼道", "Lobby and stairs", (
            check("swept", "电梯厅、楼道已清扫，无垃圾", "Lift hall and stairs swept, no litter", weight=3, raises="dirt", photo="fail",
                  guidance="看墙角、门后和电梯门槽，地面无烟头、纸屑、积尘。", guidance_en="Look into corners, behind doors and into the lift's sill: no butts, paper or dust."),
            check("rubbish", "生活垃圾已清运，桶位干净", "Rubbish taken away, bins clean", weight=2, raises="dirt", photo="fail"),
            check("light", "楼道灯都亮", "All lights work", raises="light"),
        )),
        ("发现问题", "Found besides", (
            ask("yes_no", "clear", "通道无堆放、无充电车辆", "No things or charging bikes in the way", severity="major"),
            ask("text", "who", "堆放在哪一层、是谁的", "On which floor, whose", when={"question": "clear", "equals": [False]}, weight=0, required=False),
        )),
    ), purpose="work"),
    Listed("mopped", "楼道拖洗、扶手、门窗", "Mopping, handrails, windows", "cleaning", "cleaner", GRADE_2, (
        ("作业", "Work", (
            check("mop", "楼道地面已拖洗（每半月）", "Floors mopped (every half month)", weight=3, photo="fail"),
            check("rail", "扶手、信报箱已擦拭", "Handrails and letter boxes wiped", weight=2),
            check("glass", "共用门窗玻璃明亮（每月）", "Shared windows clean (monthly)"),
        )),
    ), purpose="work"),
    Listed("washed", "垃圾房冲洗消毒", "Refuse rooms washed and disinfected", "cleaning", "cleaner", OWN, (
        ("作业", "Work", (
            ask("photo", "before", "冲洗前", "Before", role="before", required=False, weight=0),
            check("floor", "地面、墙面、桶身已冲洗", "Floor, walls and bins washed", weight=3, raises="dirt"),
            check("smell", "已消毒，无异味、无蚊蝇", "Disinfected, no smell, no flies", weight=2),
            ask("photo", "after", "冲洗后", "After", role="after", required=False, weight=0),
        )),
    ), purpose="work"),
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
    ), purpose="spot"),
    Listed("green-spot", "绿化质量抽查", "Spot check of greening", "greening", "management", GREEN_2, (
        ("现场", "On the spot", (
            rated("lawn", "草坪、绿篱整齐", "Lawns and hedges neat"), rated("alive", "无枯死、无缺株", "Nothing dead, nothing missing"), rated("clean", "绿地无杂物", "No litter"),
        )),
    ), target="area", purpose="spot"),
    Listed("water", "浇水", "Watering", "greening", "gardener", GREEN_2, (
        ("作业", "Work", (
            check("soaked", "浇足浇透，不冲刷根部", "Soaked, roots not washed out", weight=2),
            ask("number", "minutes", "浇灌时间", "How long", low=10, unit="min", weight=0),
        )),
    ), target="area", purpose="work"),
    Listed("prune", "修剪", "Pruning", "greening", "gardener", GREEN_2, (
        ("作业", "Work", (
            ask("photo", "before", "修剪前", "Before", role="before", required=False, weight=0),
            check("shape", "草坪、绿篱、灌木已修剪成形", "Lawn, hedges and shrubs trimmed to shape", weight=2),
            check("cleared", "枝叶已清运", "Cuttings taken away"),
            ask("photo", "after", "修剪后", "After", role="after", required=False, weight=0),
        )),
    ), target="area", purpose="work"),
    Listed("feed", "施肥", "Feeding", "greening", "gardener", GREEN_2, (
        ("作业", "Work", (
            ask("choice", "with", "肥料", "With", choices=["有机肥", "复合肥"], choices_en=["organic", "compound"]),
            check("spread", "撒施均匀、浇水溶入", "Spread evenly, watered in"),
        )),
    ), target="area", purpose="work"),
    Listed("frost", "防寒防冻", "Protection from frost", "greening", "gardener", GREEN_2, (
        ("作业", "Work", (
            check("wrapped", "树干已缠绕、涂白", "Trunks wrapped or limewashed", weight=2), check("pipes", "浇灌管道已排空", "Pipes drained"),
        )),
    ), target="area", purpose="work"),
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
            ask("choice", "agent", "药剂", "Agent", choices=["吡虫啉", "苦参碱", "石硫合剂", "多菌灵"], choices_en=["imidacloprid", "matrine", "lime sulphur", "carbendazim"], role="agent"),
            ask("number", "dose", "稀释倍数", "Dilution", low=300, high=3000, unit="×", role="dose"),
            ask("number", "area", "施药面积", "Area treated", low=1, unit="m²", role="area"),
            ask("number", "interval", "安全间隔期（人员勿入）", "Keep off for", low=24, unit="h", role="keep_off", guidance="按药剂标签，取较长者。", guidance_en="As the agent's label says; the longer one counts."),
            ask("yes_no", "sign", "已设警示牌、已告知业主", "Warning signs set, owners told", severity="danger"),
            ask("yes_no", "gear", "穿戴防护用品", "Protective clothing worn", severity="major"),
            ask("signature", "by", "施药人签名", "Signature of who treated", weight=0),
        )),
    ), target="area", purpose="work"),
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
REFUSE = ("H-01", "H-02")
DRAINS = ("B1-03", "B1-04")
ALL_DAY = ("00:00", "23:59")
GARDEN_HOURS = ("08:00", "17:00")
COLD, WARM = (11, 12, 1, 2), (3, 4, 5, 6, 7, 8, 9, 10, 11)
AREAS = (  # where, kind, grade, size in m²
    *((point, "stairs", 2, 640.0) for point in TOWERS), ("C-01", "lobby", 2, 210.0), *((point, "refuse", 2, 48.0) for point in REFUSE),
    *((point, "drain", 2, None) for point in DRAINS),
    ("Y-01", "beds", 2, 1_850.0), ("Y-02", "beds", 2, 620.0), ("Y-03", "water", 2, 2_400.0), ("Y-04", "trees", 2, 980.0), ("Y-05", "lawn", 2, 3_300.0),
)  # fmt: skip
PLANS = (
    Asked(
        "stairs", "电梯厅、楼道清扫", "Lift halls and corridors swept", TOWERS, 1, "day", area=("stairs", 2), source=CPMI_2, confidence="C"
    ),
    Asked("mopped", "拖洗（每半月）", "Mopped every half month", TOWERS, 15, "day", area=("stairs", 2), source=CPMI_2, confidence="C"),
    Asked("wells", "雨污水井检查", "Wells checked", DRAINS, 3, "month", area=("drain", 2), source=CPMI_2, confidence="C"),
    Asked("washed", "垃圾房冲洗", "Washing of refuse rooms", REFUSE, 1, "week", ("07:00", "12:00"), area=("refuse", 2)),
    Asked("spot", "保洁抽查", "Spot checks", ("T-01", "T-07", "C-01", "H-01"), 1, "week", ("08:30", "18:00")),
    Asked("green", "绿地巡查", "Care of green areas", GREENS, 1, "week", GARDEN_HOURS),
    Asked(
        "water",
        "浇水（花坛、草坪）",
        "Watering of beds and lawn",
        ("Y-01", "Y-02"),
        1,
        "week",
        GARDEN_HOURS,
        months=WARM,
        area=("beds", None),
    ),
    Asked(
        "prune", "绿篱灌木修剪", "Pruning of shrubs", ("Y-01", "Y-02"), 3, "week", GARDEN_HOURS, months=WARM, area=("beds", None), offset=3
    ),
    Asked(
        "feed", "春秋施肥", "Feeding in spring and autumn", ("Y-05",), 1, "month", GARDEN_HOURS, months=(3, 4, 10, 11), area=("lawn", None)
    ),
    Asked("frost", "防寒防冻", "Protection from frost", ("Y-04",), 2, "week", GARDEN_HOURS, months=COLD, area=("trees", None)),
    Asked("pest", "病虫害防治", "Pest control", ("Y-01", "Y-02"), 1, "month", GARDEN_HOURS, months=WARM, area=("beds", None), offset=8),
    Asked("green-spot", "绿化抽查", "Spot checks of greening", GREENS, 2, "week", ("08:30", "18:00"), offset=4),
    Asked("lift", "电梯半月维保", "Half-monthly lift maintenance", LIFTS, 15, "day", ("08:30", "17:30"), from_completion=True),
    Asked("storm", "暴雨积水巡查", "Storm: water watch", ("B1-03", "B1-04", "B2-04"), 1, "day", ALL_DAY, mode="storm"),
)
# The small community has agreed on nothing yet: its areas show what the standard of their grade would ask for. It is scored every week.
HEXI_LISTS = ("stairs", "spot", "green")
HEXI_AREAS = (*((f"H-{n:02}", "stairs", 3, 160.0) for n in range(1, 5)), ("S-04", "refuse", 2, 18.0), ("S-03", "beds", 3, 240.0))
HEXI_PLANS = (Asked("spot", "保洁抽查", "Spot checks", ("H-01", "H-03", "S-04"), 1, "week", ("08:30", "18:00")),)
