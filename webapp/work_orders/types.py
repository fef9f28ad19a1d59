"""Types of requests and work orders: what each is about, who does it, and how it finds its person. Pure.

A site changes or adds types as its own data (`models.SiteType`, by code); where it says nothing, these hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KINDS = ("repair", "complaint", "enquiry", "booking", "suggestion")
SERVICES = ("repair", "cleaning", "greening", "security", "order", "service")  # the six of clause 1.2
DISPATCHES = ("assign", "offer", "rotate")  # by the desk; to all of the trade 抢单; in turn 轮派


@dataclass(frozen=True)
class WorkType:
    """A type. `trade`: the team that does it; `payer`: who bears its cost unless said otherwise; `public`: residents may choose it."""

    code: str
    name: str
    name_en: str
    kind: str
    service: str
    trade: str
    dispatch: str = "assign"
    payer: str = "property"
    public: bool = True
    rank: int = 0
    retired: bool = False


HANDBOOK_TYPES = (
    WorkType("light", "灯不亮", "Light is out", "repair", "repair", "technician", "offer", rank=1),
    WorkType("water", "漏水、没水", "Water or a leak", "repair", "repair", "technician", "offer", rank=2),
    WorkType("power", "停电、电路", "Power", "repair", "repair", "technician", rank=3),
    WorkType("lift", "电梯", "Lift", "repair", "repair", "technician", rank=4),
    WorkType("dirt", "脏、垃圾", "Dirt or rubbish", "repair", "cleaning", "cleaner", "rotate", rank=5),
    WorkType("damage", "东西坏了", "Something is broken", "repair", "repair", "technician", rank=6),
    WorkType("green", "绿化", "Plants", "repair", "greening", "gardener", "rotate", rank=7),
    WorkType("noise", "噪音", "Noise", "complaint", "order", "guard", rank=8),
    WorkType("other", "其他", "Something else", "enquiry", "service", "service", rank=9),
    WorkType("home", "入户维修", "Repair in a home", "repair", "repair", "technician", payer="resident", public=False, rank=10),
    WorkType("parking", "停车、车辆", "Parking and vehicles", "complaint", "order", "guard", public=False, rank=11),
    WorkType("conduct", "服务态度", "Conduct of our staff", "complaint", "service", "management", public=False, rank=12),
    WorkType("fees", "收费问题", "Fees", "complaint", "service", "management", public=False, rank=13),
    WorkType("booking", "预约、借用", "Booking", "booking", "service", "service", public=False, rank=14),
    WorkType("praise", "表扬、建议", "Praise or suggestion", "suggestion", "service", "service", public=False, rank=15),
)


def types_with(own: Iterable[WorkType]) -> dict[str, WorkType]:
    """The types of a site by code, in the order to show them: the handbook's, with the site's own in their place."""
    found = {known.code: known for known in HANDBOOK_TYPES} | {changed.code: changed for changed in own}
    return {known.code: known for known in sorted(found.values(), key=lambda each: (each.rank, each.code))}
