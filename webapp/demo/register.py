"""The demo's register: forty items of equipment at the large community, their meters and plans, and weeks of readings."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from webapp.core import clock
from webapp.core.db import db
from webapp.demo.build import Town
from webapp.equipment import actions, register
from webapp.equipment.classes import LEGAL
from webapp.equipment.models import Equipment, Meter

# number, class, name, English name, place (key), checkpoint (number), parent (number), maker, model
ITEMS = (
    *((f"DT-{n:02}", "lift", f"{n}号楼电梯", f"Lift, tower {n}", f"t{n}", f"L-{n:02}" if n in (1, 3, 6, 8, 10, 12) else f"T-{n:02}", "", "上海三菱", "LEHY-II")
      for n in range(1, 13)),
    ("SB-01", "pump", "1号生活水泵", "Water pump 1", "plant", "P-01", "", "格兰富", "CR 32-5"),
    ("SB-02", "pump", "2号生活水泵", "Water pump 2", "plant", "P-01", "", "格兰富", "CR 32-5"),
    ("SB-03", "pump", "1号消防水泵", "Fire pump 1", "plant", "P-02", "", "连成", "XBD 8/30"),
    ("SB-04", "pump", "2号消防水泵", "Fire pump 2", "plant", "P-02", "", "连成", "XBD 8/30"),
    ("SX-01", "tank", "生活水箱", "Drinking water tank", "plant", "P-01", "", "", "不锈钢 60 m³"),
    ("SX-02", "tank", "消防水箱", "Fire water tank", "t12-roof", "R-12", "", "", "18 m³"),
    ("XF-01", "fire", "火灾报警主机", "Fire alarm panel", "club", "F-01", "", "海湾", "GST5000"),
    ("XF-02", "fire", "湿式报警阀组", "Alarm valve set", "b2", "F-07", "", "", "ZSFZ150"),
    ("XF-03", "fire", "室内消火栓（1号楼）", "Hydrants, tower 1", "t1", "F-03", "XF-02", "", "SN65"),
    ("XF-04", "fire", "室内消火栓（5号楼）", "Hydrants, tower 5", "t5", "F-04", "XF-02", "", "SN65"),
    ("XF-05", "fire", "室内消火栓（9号楼）", "Hydrants, tower 9", "t9", "F-05", "XF-02", "", "SN65"),
    ("XF-06", "fire", "排烟风机", "Smoke fan", "b2", "B2-05", "", "", "HTF-II-9"),
    ("PD-01", "power", "1号变压器", "Transformer 1", "plant", "P-03", "", "特变电工", "SCB13-1000"),
    ("PD-02", "power", "2号变压器", "Transformer 2", "plant", "P-03", "", "特变电工", "SCB13-1000"),
    ("PD-03", "power", "低压配电柜", "Low-voltage switchgear", "plant", "P-03", "PD-01", "施耐德", "Blokset"),
    ("FD-01", "generator", "柴油发电机", "Diesel generator", "plant", "P-04", "", "康明斯", "500 kW"),
    ("DZ-01", "gate", "东门道闸", "Barrier, east gate", "edge", "G-01", "", "捷顺", "JSDZ"),
    ("DZ-02", "gate", "西门道闸", "Barrier, west gate", "edge", "G-03", "", "捷顺", "JSDZ"),
    ("DZ-03", "gate", "南门门禁", "Entry system, south gate", "edge", "G-02", "", "海康威视", "K1T"),
    ("DZ-04", "gate", "北门门禁", "Entry system, north gate", "edge", "G-04", "", "海康威视", "K1T"),
    ("JK-01", "cctv", "监控主机", "Recorder", "club", "F-01", "", "海康威视", "96 路"),
    ("JK-02", "cctv", "地库摄像机组", "Cameras, garage", "b1", "B1-01", "JK-01", "海康威视", ""),
    ("LD-01", "lamp", "园区路灯", "Street lamps", "green", "Y-01", "", "", "LED 60 W"),
    ("LD-02", "lamp", "地库照明", "Garage lighting", "b1", "B1-02", "", "", "LED 18 W"),
    ("PS-01", "drain", "B2 集水井泵", "Sump pump B2", "b2", "B2-04", "", "凯泉", "WQ"),
    ("PS-02", "drain", "南坡道截水沟", "Drain, south ramp", "b1", "B1-03", "", "", ""),
    ("YL-01", "play", "儿童乐园设施", "Playground", "green", "Y-02", "", "", ""),
)  # fmt: skip
METERS = (  # number, name, English name, unit, digits, equipment, usage a day
    ("SB-总", "生活用水总表", "Water, main meter", "m³", 6, "SX-01", 310),
    ("DB-公", "公共用电总表", "Power, common areas", "kWh", 6, "PD-01", 1240),
    ("DB-电梯", "电梯用电表", "Power, lifts", "kWh", 5, "PD-03", 420),
    ("DB-充电", "充电区电表", "Power, charging bays", "kWh", 5, "PD-02", 265),
    ("FD-时", "发电机运行小时", "Generator hours", "h", 5, "FD-01", 0.1),
)
READ_AT = time(9, 20)
# Days after everything began on which each legal plan is due for the first time.
LEGAL_FROM = {"lift-15": 4, "lift-month": 13, "lift-year": 22, "fire-year": 31, "tank-half": 46}
COMMISSIONED = date(2019, 6, 30)


def build_register(town: Town, by: UUID, at: datetime) -> dict[str, UUID]:
    """The equipment, its meters, the legal plans switched on, and two plans of the community's own; ids of equipment by number."""
    made: dict[str, UUID] = {}
    for number, class_code, name, name_en, place, spot, parent, maker, model in ITEMS:
        facts = register.EquipmentFacts(
            number, class_code, name, name_en, town.places[place], checkpoint_id=town.checkpoint_id(spot), parent_id=made.get(parent), maker=maker,
            model=model, commissioned_on=COMMISSIONED, warranty_until=COMMISSIONED.replace(year=2027) if class_code == "lift" else None,
        )  # fmt: skip
        made[number] = register.add(town.site.id, facts, at).id
    for number, name, name_en, unit, digits, equipment, _usage in METERS:
        register.add_meter(town.site.id, register.MeterFacts(number, name, name_en, unit, digits, made[equipment]))
    begins = clock.local_day(at, town.site.zone)
    for code, days in LEGAL_FROM.items():
        register.switch_on(town.site.id, LEGAL[code], begins + timedelta(days=days), by, at)
    for plan in own_plans(made, begins):
        register.add_plan(town.site.id, plan, by, at)
    return made


def own_plans(made: dict[str, UUID], begins: date) -> list[register.PlanFacts]:
    """The community's own: a run of the generator every fortnight or twenty hours, and clearing the drains while it rains."""
    return [
        register.PlanFacts(
            "发电机空载试机", "Run the generator without load", 14, "day", begins + timedelta(days=8), "power", equipment_id=made["FD-01"], basis="maker",
            source="康明斯使用手册 4.2", meter_id=db.session.scalar(db.select(Meter.id).where(Meter.equipment_id == made["FD-01"])), per_usage=Decimal(20),
            text="空载运行15分钟，记录油压、水温、电压。",
        ),
        register.PlanFacts(
            "汛期清淤", "Clear the drains while it rains", 1, "month", begins.replace(month=5, day=5), "water", class_code="drain", months=(5, 6, 7, 8, 9),
            lead_days=7, text="清理篦子和集水井，试泵。",
        ),
    ]  # fmt: skip


def read_meters(town: Town, start: datetime, end: datetime, seed: int) -> list[tuple[datetime, UUID, Decimal]]:
    """What the meters showed each Monday: (when, meter, value). One jumped, one goes round."""
    chance = random.Random(f"meters {seed}")
    usage = {number: daily for number, _n, _e, _u, _d, _q, daily in METERS}
    digits = {number: count for number, _n, _e, _u, count, _q, _d in METERS}
    found = []
    for meter in db.session.scalars(db.select(Meter).where(Meter.site_id == town.site.id).order_by(Meter.number)):
        value = (
            Decimal(10) ** digits[meter.number] * Decimal("0.923") if meter.number == "DB-充电" else Decimal(chance.randint(4_000, 60_000))
        )
        day = start
        while day < end:
            if day.weekday() == 0:
                found.append((datetime.combine(day.date(), READ_AT, day.tzinfo), meter.id, value.quantize(Decimal("0.1"))))
            value = (value + Decimal(str(usage[meter.number] * chance.uniform(0.9, 1.1)))) % (Decimal(10) ** digits[meter.number])
            day += timedelta(days=1)
    return sorted(found)


def fault(made: dict[str, UUID], at: datetime, person_id: UUID) -> None:
    """One lift stood still for an afternoon, one pump is out of service since yesterday."""
    lift, pump = (db.session.get_one(Equipment, made[number]) for number in ("DT-06", "SB-02"))
    actions.set_status(lift, "fault", "轿厢平层不准，已贴停用告示", person_id, at - timedelta(days=6, hours=5))
    actions.set_status(lift, "running", "维保单位已调整", person_id, at - timedelta(days=6, hours=1))
    actions.set_status(pump, "repair", "机械密封漏水，拆检", person_id, at - timedelta(hours=20))
