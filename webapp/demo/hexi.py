"""河西里 Hexi Lane: four old houses round a yard, a short walk from the large community."""

from __future__ import annotations

from webapp.demo.jinxiu import DOOR, FIRE, FIRE_QUESTIONS, GATE, GREEN, PLANT, PUMP_QUESTIONS, WASTE
from webapp.demo.shapes import Community, Node, Path, Spot, Times

HOUSES = range(1, 5)

NODES = (
    Node("yard", None, "outdoors", "院内", "Yard"),
    *(Node(f"h{n}", None, "building", f"{n}栋", f"House {n}") for n in HOUSES),
    Node("works", None, "room", "设备间", "Utility rooms"),
)

SPOTS = (
    Spot("G-01", "yard", "里弄大门", "Lane gate", *GATE, (0, -45)),
    Spot("G-02", "yard", "后门", "Back gate", *GATE, (0, 50)),
    *(Spot(f"H-{n:02}", f"h{n}", f"{n}栋门厅", f"House {n} entrance", *DOOR, (20 if n % 2 else -20, 15 * n - 40)) for n in HOUSES),
    Spot("S-01", "yard", "非机动车棚", "Bicycle shed", "看充电线路和消防通道。", "Charging cables and the fire lane.", (30, 40)),
    Spot("S-02", "yard", "消防器材点", "Fire equipment", *FIRE, (-25, -35)),
    Spot("S-03", "yard", "小花园", "Small garden", *GREEN, (-10, 10)),
    Spot("S-04", "yard", "垃圾房", "Refuse room", *WASTE, (-35, 45)),
    Spot("P-01", "works", "水泵房", "Pump room", *PLANT),
    Spot("P-02", "works", "配电间", "Switch room", *PLANT),
)

PATHS = (
    Path("lane", "里弄巡逻", "Lane patrol", "security", "guard", ("G-01", "H-01", "H-02", "S-01", "H-03", "H-04", "G-02"),
         Times(("08:40", "13:20", "20:30", "23:00"), window=60), fixed=True),
    Path("lane-fire", "消防与充电检查", "Fire and charging", "security", "guard", ("S-01", "S-02", "P-02", "H-02"),
         Times(("15:00",), ("TU", "SA"), window=90), questions=FIRE_QUESTIONS),
    Path("utilities", "设备间巡检", "Utility rooms", "repair", "technician", ("P-01", "P-02", "S-04"),
         Times(("14:00",), window=60), questions=PUMP_QUESTIONS),
)  # fmt: skip

HEXI = Community("hexi", "河西里", "Hexi Lane", (31.2368, 121.4655), NODES, SPOTS, PATHS)
