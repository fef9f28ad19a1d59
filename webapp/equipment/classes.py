"""Classes of equipment, and what the law asks of each: defaults that a site switches on, with their source. Pure.

Only what is confirmed by a law's text or by press is here; local rules say of where. None of it holds before a site says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.equipment.due import Unit


@dataclass(frozen=True)
class EquipmentClass:
    """A class of equipment. `type_code`: the type of work that its maintenance raises; `criticality`: A (safety), B, C."""

    code: str
    name: str
    name_en: str
    type_code: str = "damage"
    criticality: str = "B"


CLASSES = {
    known.code: known
    for known in (
        EquipmentClass("lift", "电梯", "Lift", "lift", "A"),
        EquipmentClass("pump", "水泵", "Pump", "water"),
        EquipmentClass("tank", "水箱", "Water tank", "water", "A"),
        EquipmentClass("fire", "消防设施", "Fire equipment", "damage", "A"),
        EquipmentClass("power", "配电设备", "Power distribution", "power", "A"),
        EquipmentClass("generator", "发电机", "Generator", "power"),
        EquipmentClass("gate", "道闸、门禁", "Gate and entry system", "damage"),
        EquipmentClass("lamp", "公共照明", "Lighting", "light", "C"),
        EquipmentClass("air", "通风空调", "Ventilation", "damage"),
        EquipmentClass("cctv", "监控设备", "Cameras", "damage"),
        EquipmentClass("drain", "排水设施", "Drainage", "water"),
        EquipmentClass("play", "儿童、健身设施", "Playground and fitness", "damage"),
        EquipmentClass("building", "房屋本体", "Building", "damage", "C"),
        EquipmentClass("other", "其他", "Other", "damage", "C"),
    )
}


@dataclass(frozen=True)
class LegalRule:
    """A duty that comes back. `confidence`: A law text or maker, B press; `local`: where it holds, "" everywhere in mainland China; `only`,
    `only_en`: for whom, "" for everybody; `text`: what is to be done, as its order says it."""

    code: str
    class_code: str
    name: str
    name_en: str
    every: int
    unit: Unit
    source: str
    confidence: str = "A"
    local: str = ""
    lead_days: int = 3
    only: str = ""
    only_en: str = ""
    text: str = ""


LEGAL = {
    rule.code: rule
    for rule in (
        LegalRule("lift-15", "lift", "电梯维护保养（清洁、润滑、调整、检查）", "Lift maintenance: clean, lubricate, adjust, check", 15, "day", "《特种设备安全监察条例》第31条"),
        LegalRule("lift-month", "lift", "特种设备月度自行检查", "Monthly self-check of special equipment", 1, "month", "《特种设备安全监察条例》第27条"),
        LegalRule("lift-year", "lift", "电梯定期检验（届满前一个月申请）", "Periodic lift inspection, applied for a month before expiry", 1, "year", "《特种设备安全监察条例》第28条", lead_days=31),
        LegalRule("lift-drill", "lift", "电梯应急救援演练（使用单位）", "Lift rescue drill by the user", 1, "year", "淄博市电梯条例第42条", local="淄博", lead_days=14),
        LegalRule("lift-day", "lift", "电梯安全员日检", "Daily check by the lift safety officer", 1, "day", "台州市电梯安全规定", local="台州", lead_days=0),
        LegalRule("fire-year", "fire", "建筑消防设施全面检测", "Full test of fire facilities", 1, "year", "《消防法》第16条", lead_days=30),
        LegalRule("fire-patrol", "building", "高层住宅每日防火巡查", "Daily fire patrol of high residential buildings", 1, "day", "新乡、南阳高层建筑消防规定", local="新乡、南阳", lead_days=0),
        LegalRule("fire-key-units", "building", "每日防火巡查并填写记录", "Daily fire patrol with a record", 1, "day", "《消防法》第17条第二款第（三）项", lead_days=0, only="消防安全重点单位", only_en="key fire-safety units"),
        LegalRule("tank-notice", "tank", "清洗水箱停水前24小时通知用户", "24 hours' notice before the water is cut for cleaning", 6, "month", "济南市二次供水规定", local="济南", lead_days=8, text="停水前24小时以上张贴通知并告知用户；记录通知时间、方式和停水时段。"),
        LegalRule("tank-half", "tank", "二次供水水箱清洗消毒并检测公示", "Clean and disinfect water tanks, test and publish", 6, "month", "济南、青岛、烟台、东营二次供水规定", local="济南、青岛、烟台、东营", lead_days=7),
    )
}  # fmt: skip
