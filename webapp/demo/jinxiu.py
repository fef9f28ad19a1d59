"""锦绣花园 Jinxiu Garden: twelve towers in three rows, an underground garage on two floors, four gates."""

from __future__ import annotations

from webapp.demo.shapes import Community, Node, Path, Spot, Times, question

TOWERS = range(1, 13)


def tower_at(tower: int) -> tuple[int, int]:
    """Metres east and north of the centre: three rows of four, 70 m and 75 m apart."""
    row, column = divmod(tower - 1, 4)
    return 70 * column - 105, 75 - 75 * row


NODES = (
    Node("edge", None, "outdoors", "出入口与围墙", "Gates and walls"),
    *(Node(f"t{n}", None, "building", f"{n}号楼", f"Tower {n}") for n in TOWERS),
    *(Node(f"t{n}-roof", f"t{n}", "floor", "屋面", "Roof") for n in TOWERS),
    Node("club", None, "building", "会所", "Club house"),
    Node("garage", None, "building", "地下车库", "Underground garage"),
    Node("b1", "garage", "floor", "地下一层", "Level B1"),
    Node("b2", "garage", "floor", "地下二层", "Level B2"),
    Node("plant", "b2", "room", "设备区", "Plant rooms"),
    Node("green", None, "green", "园区绿化", "Gardens"),
    Node("waste", None, "outdoors", "垃圾分类点", "Refuse stations"),
)

GATE = (
    "查看道闸、门禁和监控，与值班人员核对访客登记。",
    "Look at barrier, entry system and cameras; check the visitors' book with the post.",
)
WALL = ("沿墙查看红外对射和护栏，注意翻越痕迹。", "Walk along the wall: infrared beams, railings, traces of climbing.")
DOOR = ("推拉单元门确认闭合，看门禁面板和高空坠物。", "Pull the door to see that it locks; look at the entry panel and for fallen objects.")
ROOF = ("确认屋面门上锁，排水口无堵塞，避雷带完好。", "Roof door locked, drains free, lightning conductor whole.")
LIFT = (
    "记录机房温度，听曳引机声音，确认空调开启、门上锁。",
    "Note the temperature, listen to the machine, air conditioning on, door locked.",
)
GARAGE = ("查看车辆异常、渗漏、照明和疏散指示灯。", "Look for damaged cars, leaks, dark lamps and exit signs.")
FIRE = ("看压力表、铅封、箱门和周边通道，有遮挡立即清除。", "Gauge, seal, door and the way to it; clear anything in front at once.")
PLANT = ("抄记仪表，听异响，看地面积水，保持门窗关闭。", "Read the gauges, listen, look for water on the floor, keep the door shut.")
CLUB = ("查看门窗、用电和地面湿滑情况。", "Doors and windows, anything left switched on, wet floors.")
GREEN = ("看支撑、浇灌和病虫害，路面落叶清扫。", "Stakes, watering, pests; leaves on the path.")
WASTE = ("看桶满溢、地面清洁和分类情况。", "Full bins, clean ground, sorting.")

SPOTS = (
    Spot("G-01", "edge", "东大门", "East gate", *GATE, (150, 0)),
    Spot("G-02", "edge", "南门", "South gate", *GATE, (0, -130)),
    Spot("G-03", "edge", "西门车行口", "West vehicle gate", *GATE, (-150, 0)),
    Spot("G-04", "edge", "北门", "North gate", *GATE, (0, 130)),
    Spot("W-01", "edge", "东北角围墙", "North-east wall", *WALL, (150, 130)),
    Spot("W-02", "edge", "东南角围墙", "South-east wall", *WALL, (150, -130)),
    Spot("W-03", "edge", "西南角围墙", "South-west wall", *WALL, (-150, -130)),
    Spot("W-04", "edge", "西北角围墙", "North-west wall", *WALL, (-150, 130)),
    *(Spot(f"T-{n:02}", f"t{n}", f"{n}号楼单元门", f"Tower {n} entrance", *DOOR, tower_at(n)) for n in TOWERS),
    *(Spot(f"R-{n:02}", f"t{n}-roof", f"{n}号楼屋面", f"Tower {n} roof", *ROOF, tower_at(n), 80) for n in (1, 4, 9, 12)),
    *(Spot(f"L-{n:02}", f"t{n}-roof", f"{n}号楼电梯机房", f"Tower {n} lift machine room", *LIFT) for n in (1, 3, 6, 8, 10, 12)),
    Spot("B1-01", "b1", "B1 东区", "B1 east", *GARAGE),
    Spot("B1-02", "b1", "B1 西区", "B1 west", *GARAGE),
    Spot("B1-03", "b1", "南坡道口", "South ramp", *GARAGE, (20, -95), 150),
    Spot("B1-04", "b1", "北坡道口", "North ramp", *GARAGE, (-20, 100), 150),
    Spot("B1-05", "b1", "电动汽车充电区", "Charging bays", *GARAGE),
    Spot("B2-01", "b2", "B2 东区", "B2 east", *GARAGE),
    Spot("B2-02", "b2", "B2 西区", "B2 west", *GARAGE),
    Spot("B2-03", "b2", "人防门", "Shelter door", *GARAGE),
    Spot("B2-04", "b2", "集水井", "Sump", *GARAGE),
    Spot("B2-05", "b2", "排烟风机房", "Smoke fan room", *GARAGE),
    Spot("P-01", "plant", "生活水泵房", "Water pump room", *PLANT),
    Spot("P-02", "plant", "消防水泵房", "Fire pump room", *PLANT),
    Spot("P-03", "plant", "低压配电房", "Switch room", *PLANT),
    Spot("P-04", "plant", "柴油发电机房", "Generator room", *PLANT),
    Spot("P-05", "plant", "换热站", "Heat exchanger room", *PLANT),
    Spot("F-01", "club", "消防控制室", "Fire control room", *FIRE),
    Spot("F-02", "edge", "微型消防站", "Fire post", *FIRE, (140, -10)),
    Spot("F-03", "t1", "1号楼大堂消火栓", "Hydrant, tower 1 lobby", *FIRE, tower_at(1), 80),
    Spot("F-04", "t5", "5号楼大堂消火栓", "Hydrant, tower 5 lobby", *FIRE, tower_at(5), 80),
    Spot("F-05", "t9", "9号楼大堂消火栓", "Hydrant, tower 9 lobby", *FIRE, tower_at(9), 80),
    Spot("F-06", "b1", "B1 灭火器箱", "Extinguishers, B1", *FIRE),
    Spot("F-07", "b2", "湿式报警阀间", "Alarm valve room", *FIRE),
    Spot("F-08", "edge", "室外消火栓", "Street hydrant", *FIRE, (0, -110)),
    Spot("C-01", "club", "会所大堂", "Club house lobby", *CLUB, (70, 35)),
    Spot("C-02", "club", "泳池机房", "Pool machine room", *CLUB),
    Spot("C-03", "club", "健身房", "Gym", *CLUB, (80, 40), 80),
    Spot("Y-01", "green", "中心花园", "Central garden", *GREEN, (0, 35)),
    Spot("Y-02", "green", "儿童乐园", "Playground", *GREEN, (35, -40)),
    Spot("Y-03", "green", "景观湖", "Lake", *GREEN, (-40, 35)),
    Spot("Y-04", "green", "樱花大道", "Cherry avenue", *GREEN, (-70, -40)),
    Spot("Y-05", "green", "北苑草坪", "North lawn", *GREEN, (60, 110)),
    Spot("H-01", "waste", "东侧垃圾房", "East refuse room", *WASTE, (135, 60)),
    Spot("H-02", "waste", "西侧垃圾房", "West refuse room", *WASTE, (-135, -60)),
)

FIRE_QUESTIONS = (
    question("gauge", "yes_no", "压力表指针在绿区", "Is the gauge in the green?"),
    question("state", "choice", "器材状态", "Equipment", choices=("完好", "缺失", "损坏")),
    question("clear", "yes_no", "通道畅通无遮挡", "Is the way to it free?", required=False),
)
PUMP_QUESTIONS = (
    question("pressure", "number", "出口压力", "Outlet pressure", unit="MPa"),
    question("mode", "choice", "运行方式", "Mode", choices=("自动", "手动", "停用")),
    question("dry", "yes_no", "地面无积水", "Is the floor dry?"),
)
LIFT_QUESTIONS = (
    question("temperature", "number", "机房温度", "Temperature", unit="°C"),
    question("locked", "yes_no", "机房门已上锁", "Is the door locked?"),
)

EVEN_HOURS = tuple(f"{hour:02}:00" for hour in range(0, 24, 2))

PATHS = (
    # A window nearly as long as the gap to the next: whenever somebody looks, a round is open or about to be.
    Path("perimeter", "楼栋外围巡逻", "Tower perimeter", "security", "guard", ("T-01", "T-04", "T-06", "T-07", "T-09", "T-12"),
         Times(EVEN_HOURS, window=105)),
    Path("gates", "大门与围墙巡逻", "Gates and walls", "security", "guard",
         ("G-01", "W-01", "G-04", "W-04", "G-03", "W-03", "G-02", "W-02"),
         Times(("04:40", "08:40", "12:40", "18:20"), window=70), fixed=True, pace=7, not_before={"W-02": 10}),
    Path("garage", "地下车库夜巡", "Garage at night", "security", "guard",
         ("B1-01", "B1-02", "B1-03", "B1-04", "B1-05", "B2-01", "B2-02", "B2-03", "B2-04", "B2-05"),
         Times(("22:30", "00:30", "02:30"), window=80, random_start=30, random_order=True)),
    Path("fire", "消防设施夜查", "Fire equipment", "security", "guard",
         tuple(f"F-{n:02}" for n in range(1, 9)), Times(("20:40",), window=75), questions=FIRE_QUESTIONS),
    Path("lifts", "电梯机房与屋面检查", "Lift machine rooms and roofs", "repair", "technician",
         ("L-01", "R-01", "L-03", "R-04", "L-06", "L-08", "R-09", "L-10", "L-12", "R-12"),
         Times(("10:00",), ("TU", "FR"), window=120), questions=LIFT_QUESTIONS),
    Path("pumps", "泵房与配电巡检", "Pump and switch rooms", "repair", "technician", tuple(f"P-{n:02}" for n in range(1, 6)),
         Times(("09:00", "16:00"), window=50), min_interval=20, questions=PUMP_QUESTIONS),
    Path("cleaning", "公共区域早间保洁", "Morning cleaning", "cleaning", "cleaner",
         ("H-01", "C-01", "C-03", "Y-01", "Y-02", "T-03", "T-08", "H-02"), Times(("07:00",), window=120, grace=30)),
    Path("greening", "绿化养护巡查", "Green areas", "greening", "gardener", tuple(f"Y-{n:02}" for n in range(1, 6)),
         Times(("08:30",), ("MO", "WE", "FR"), window=150, early=30, grace=30)),
)  # fmt: skip

JINXIU = Community("jinxiu", "锦绣花园", "Jinxiu Garden", (31.2310, 121.4720), NODES, SPOTS, PATHS)
