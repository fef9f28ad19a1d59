"""The people of the demo. All of them sign in with PASSWORD."""

from __future__ import annotations

from webapp.demo.shapes import Member

PASSWORD = "demo-rounds"  # noqa: S105  # known to everybody, so it is set by the demo only, and only in an empty database

STAFF = (
    Member("guard", "JX-1001", "李建国", "Li Jianguo", "guard", {"jinxiu": "worker"}),
    Member("guard2", "JX-1002", "王大勇", "Wang Dayong", "guard", {"jinxiu": "worker", "hexi": "worker"}),
    Member("guard3", "JX-1003", "刘志强", "Liu Zhiqiang", "guard", {"jinxiu": "worker"}),
    Member("guard4", "HX-1001", "马跃进", "Ma Yuejin", "guard", {"hexi": "worker"}),
    Member("technician", "JX-2001", "陈志远", "Chen Zhiyuan", "technician", {"jinxiu": "worker", "hexi": "worker"}),
    Member("technician2", "JX-2002", "赵海波", "Zhao Haibo", "technician", {"jinxiu": "worker", "hexi": "worker"}),
    Member("cleaner", "JX-3001", "孙桂芳", "Sun Guifang", "cleaner", {"jinxiu": "worker"}),
    Member("gardener", "JX-4001", "周长青", "Zhou Changqing", "gardener", {"jinxiu": "worker"}),
    Member("desk", "JX-5001", "吴晓敏", "Wu Xiaomin", "service", {"jinxiu": "desk"}),
    Member("supervisor", "JX-0101", "郑卫东", "Zheng Weidong", "management", {"jinxiu": "supervisor"}),
    Member("supervisor2", "HX-0101", "何丽华", "He Lihua", "management", {"hexi": "supervisor"}, language="en"),
    Member("manager", "JX-0001", "林秀英", "Lin Xiuying", "management", {"jinxiu": "manager", "hexi": "manager"}),
    Member("admin", "JX-0000", "系统管理员", "Administrator", "management", {}, is_admin=True),
    Member("guard5", "JX-1005", "韩小龙", "Han Xiaolong", "guard", {"jinxiu": "worker"}, began_days_ago=11, mentor="guard"),
)


def as_table() -> str:
    """The accounts as text for a terminal."""
    return "\n".join([f"Demo accounts, password {PASSWORD}:", *(_line(member) for member in STAFF)])


def _line(member: Member) -> str:
    roles = ", ".join(f"{role} at {slug}" for slug, role in member.roles.items()) or "everything"
    return f"  {member.username:<12} {member.name_en:<16} {member.trade:<11} {roles}"
