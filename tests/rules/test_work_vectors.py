"""What the phone works out for itself (static/js/work) and what is worked out here are the same: `tests/js/vectors/work.json`.

The file is written by `python -m tests.rules.test_work_vectors`; here it is compared with the code, in tests/js with the phone's.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from webapp.work_orders import rules
from webapp.work_orders.bodies import StepVerb
from webapp.work_orders.charges import BadQuantity, CallOut, Charge, Item, Line, Price, call_out, line_of, quantity_of
from webapp.work_orders.signature import digest as signature_digest
from webapp.work_orders.states import fold
from webapp.work_orders.steps import VERBS, Order, Step
from webapp.work_orders.words import money

FILE = Path(__file__).parents[1] / "js" / "vectors" / "work.json"
BEGIN = datetime(2026, 11, 23, 1, tzinfo=UTC)
ME, OFFICE = UUID(int=1), UUID(int=2)
OWN = [verb for verb in StepVerb.__args__ if verb in VERBS]
TO_ME = {"to": ME, "person_id": OFFICE}
BEFORE: dict[str, list[dict[str, Any]]] = {
    "new": [],
    "offered": [{"verb": "offer", "person_id": OFFICE, "trade": "technician"}],
    "assigned": [{"verb": "assign", **TO_ME}],
    "accepted": [{"verb": "assign", **TO_ME}, {"verb": "accept"}],
    **{
        state: [{"verb": "assign", **TO_ME}, {"verb": "start"}, {"verb": verb}]
        for state, verb in (("running", "resume"), ("paused", "pause"), ("waiting_parts", "need_parts"), ("finished", "finish"))
    },
    "on_the_way": [{"verb": "assign", **TO_ME}, {"verb": "on_the_way"}],
    "on_site": [{"verb": "assign", **TO_ME}, {"verb": "on_site"}],
}
TYPED = [
    "1",
    " 2.5 ",
    "0.125",
    "10000",
    "0",
    "-1",
    "0.0001",
    "10000.001",
    "abc",
    "",
    "1e9",
    "NaN",
    "007",
    "1.2345",
    "3.",
    "0.1000",
    "99999999999",
]


def _step(n: int, fields: dict[str, Any]) -> Step:
    return Step(UUID(int=100 + n), **({"person_id": ME, "at": BEGIN + timedelta(minutes=n)} | fields))


def walks() -> list[dict[str, Any]]:
    """One person's steps after each state: where they lead, and what is offered then."""
    chance = random.Random(20261123)
    found = []
    for before, steps in BEFORE.items():
        for length in (0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5):
            verbs = [chance.choice(OWN) for _ in range(length)]
            added = [{"verb": verb} | ({"to": OFFICE} if verb == "hand_over" else {}) for verb in verbs]
            standing = fold(Order(UUID(int=9), BEGIN), (_step(n, fields) for n, fields in enumerate([*steps, *added], 1)))
            if "decline" in verbs and before == "offered":
                continue  # a phone does not know to whom it was offered before
            mine = standing.assignee_id == ME
            found.append(
                {
                    "before": {"state": before, "mine": before not in ("new", "offered")}, "verbs": verbs,
                    "after": {"state": standing.state, "mine": mine}, "next": rules.allowed(standing, mine, 0, "technician"),
                }
            )  # fmt: skip
    return found


def quantities() -> list[dict[str, Any]]:
    """What is typed as a quantity, and what it is taken for. A phone is stricter with "1e9" and the like."""
    found = []
    for typed in TYPED:
        try:
            found.append({"typed": typed, "milli": int(quantity_of(typed) * 1000)})
        except BadQuantity as wrong:
            found.append({"typed": typed, "why": "number" if "e" in typed else wrong.why})
    return found


def fees() -> list[dict[str, Any]]:
    """The fee for coming, through nights, holidays and a change of terms."""
    versions = [
        CallOut(BEGIN + timedelta(days=2), 3000, 6000, 9000, time(20), time(7, 30), frozenset({date(2026, 11, 26)})),
        CallOut(BEGIN, 2000, 4000, 8000, holidays=frozenset({date(2026, 11, 24)})),
    ]
    terms = [
        {
            "from_at": v.from_at.isoformat(), "currency": "CNY", "day": v.day, "night": v.night, "holiday": v.holiday,
            "night_from": f"{v.night_from:%H:%M}", "night_until": f"{v.night_until:%H:%M}", "holidays": sorted(day.isoformat() for day in v.holidays),
        }
        for v in versions
    ]  # fmt: skip
    moments = [BEGIN + timedelta(minutes=30 * n) for n in range(-2, 200, 3)] + [datetime(2026, 11, 23, 22, tzinfo=UTC)]
    found = []
    for zone in ("Asia/Shanghai", "Europe/Lisbon"):
        for at in moments:
            line = call_out(versions, at, zone)
            found.append({"at": at.isoformat(), "zone": zone, "fee": line.minor if line else 0})
    return [{"terms": terms, "moments": found}]


def charges() -> list[dict[str, Any]]:
    """Whole charges with their lines, sums and digest."""
    chance = random.Random(7)
    found = []
    for n, (payer, waived) in enumerate([("resident", ""), ("property", ""), ("warranty", ""), ("resident", "老客户 “减免”\n<b>")] * 3):
        lines = []
        for k in range(n % 5):
            item = Item(
                UUID(int=1000 + k), chance.choice(("labour", "material")), "piece", (Price(BEGIN, chance.choice((1, 333, 4500, 12345, 0))),)
            )
            lines.append(line_of(item, quantity_of(chance.choice(("1", "0.5", "2.25", "0.125", "10000", "3.333"))), BEGIN))
        if n % 2:
            lines.append(Line("call_out", None, Decimal(1), 5000, 5000))
        charge = Charge(UUID(int=500 + n), chance.choice(("CNY", "JPY")), payer, tuple(lines), waived)
        found.append(
            {
                "order": str(charge.order_id), "currency": charge.currency, "payer": payer, "waived": waived,
                "lines": [[line.part, str(line.item_id or ""), int(line.quantity * 1000), line.minor, line.amount] for line in lines],
                "cost": charge.cost, "due": charge.due, "digest": charge.digest(),
            }
        )  # fmt: skip
    return found


def vectors() -> str:
    """Everything, as the file has it."""
    kinds = {
        "walks": walks(), "quantities": quantities(), "fees": fees(), "charges": charges(),
        "money": [[minor, currency, money(minor, currency)] for minor, currency in ((0, "CNY"), (1250, "CNY"), (-5, "EUR"), (1250, "JPY"), (99, "CHF"), (123_456_789, "CNY"), (-100_000, "CNY"))],
        "signatures": [signature_digest((((1, 2), (300, 400)),), "00" * 32)],
    }  # fmt: skip
    return json.dumps(kinds, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{") + "\n"


def test_the_phones_vectors_are_what_the_rules_say() -> None:
    assert FILE.read_text() == vectors(), "run: python -m tests.rules.test_work_vectors"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(vectors())
