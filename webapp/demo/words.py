"""What the demo's people write."""

from __future__ import annotations

import random

from webapp.demo.shapes import Spot

ISSUES = {
    "T": ("{name}门禁读卡无反应，业主反映进不了门", "{name}闭门器漏油，门关不严", "{name}旁发现外卖电动车占用消防通道", "{name}雨棚灯不亮"),
    "G": ("{name}道闸抬杆慢，早高峰排队", "{name}对讲机杂音大，听不清", "{name}岗亭玻璃有裂纹"),
    "W": ("{name}红外对射误报，疑似树枝遮挡", "{name}护栏松动一处，已用铁丝临时固定"),
    "B": ("{name}顶板渗水，地面有积水约2平方米", "{name}两盏照明灯不亮", "{name}疏散指示灯脱落", "{name}有业主堆放纸箱"),
    "F": ("{name}压力偏低，指针在黄区", "{name}箱门玻璃破损", "{name}封条缺失，疑似有人动用"),
    "P": ("{name}出口压力偏低，水泵频繁启停", "{name}有轻微异响，建议尽快检修", "{name}地面有渗水"),
    "L": ("{name}温度偏高，空调不制冷", "{name}曳引机有异响"),
    "R": ("{name}落水口被树叶堵塞，已清理一部分", "{name}门锁损坏，关不上"),
    "Y": ("{name}两棵树支撑松动", "{name}地砖翘起，有绊倒风险", "{name}发现红蜘蛛，需要打药"),
    "C": ("{name}地面湿滑，已放警示牌", "{name}一扇窗户关不上"),
    "H": ("{name}垃圾满溢，有异味", "{name}门口有建筑垃圾未清运"),
    "S": ("{name}飞线充电一处，已劝离", "{name}灭火器过期一具"),
}
HINTS = {
    "double": ("重复扫码", "手滑多扫了一次"),
    "too_fast": ("两个标签挨着贴的，顺手一起扫了", "刚才网卡，前一个补扫的"),
    "outside": ("手机定位飘了，人在现场", "地库刚出来，定位还没更新"),
    "typed": ("标签被雨淋花了，扫不出来，手输的", "夜里反光扫不上，手输编号"),
    "late": ("上一班交接晚了", "中途协助业主搬运，耽误了"),
}
ENDED = ("配合消防演练，提前结束", "业主突发疾病，协助送医", "暴雨地库进水，先去堵水")
HANDED = ("临时去南门处理车辆纠纷，交接给同事", "身体不适，交给同事继续")
PAUSED = ("协助业主抬轮椅", "处理车辆剐蹭", "引导救护车")
LEFT_OPEN = (
    "东门道闸偶尔抬不起来，已报修", "5号楼1单元电梯有异响，请留意", "地下车库B2照明正在更换", "3栋快递柜待取件较多", "夜间注意9号楼装修材料堆放",
)  # fmt: skip
SHORT = "对讲机少一台，清点只有3台"
LOOSE = ("南门外修路，货车绕行西门，今天车流大", "今晚有台风预警，已通知各岗加固", "3号楼有住户装修超时，已劝停")


def issue(spot: Spot, chance: random.Random) -> str:
    """A problem that such a checkpoint has now and then."""
    return chance.choice(ISSUES[spot.number[0]]).format(name=spot.name)
