"""E1, B1–B3: the server dies at any step of the intake. What had a receipt is there; nothing is there twice; sending again mends it.

Set ROUNDS_TEST_SEED to repeat a run, or to try another.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Dying
from tests.databases import Engine
from tests.making import NOW, Phone, Sent, World, looking, named_photo, picture
from webapp.patrols.models import RoundStep, Scan
from webapp.people.models import Duty
from webapp.records.models import Correction, Note, Record

SEED = int(os.environ.get("ROUNDS_TEST_SEED", "20261123"))
ROOT = Path(__file__).parents[2]
KILLS = {"sqlite": 200, "postgresql": 50}
EFFECTS = (Scan, Note, RoundStep, Duty, Correction)

Ask = Callable[..., tuple[int, dict[str, Any] | None]]


@pytest.fixture
def ask(dying: Dying, tmp_path: Path) -> Ask:
    """Have a process take one call, and die; gives how it ended and what it had answered by then, if anything."""

    def call(phone: Phone, records: list[Sent], step: int = 0, after_ms: float | None = None) -> tuple[int, dict[str, Any] | None]:
        asked = {
            "data": str(tmp_path),
            "ticket": phone.ticket,
            "call": phone.call(records),
            "step": step,
            "point": None,
            "after_ms": after_ms,
        }
        return dying(asked)

    return call


class Ledger:
    """What the phone was told, against what is on the server's disk."""

    def __init__(self, app: Flask, chance: random.Random) -> None:
        self.app = app
        self.chance = chance
        self.receipts: dict[str, str] = {}
        self.sent: dict[str, Sent] = {}

    def hear(self, answer: dict[str, Any] | None, records: list[Sent]) -> None:
        """What came back from a call, if anything did."""
        self.sent |= {r.id: r for r in records}
        if answer is None:
            return
        assert answer["status"] == 200, answer
        self.believe(answer["answer"]["results"])

    def believe(self, results: list[dict[str, Any]]) -> None:
        """Note receipts; what is said twice must agree."""
        for result in results:
            assert self.receipts.setdefault(result["id"], result["receipt"]) == result["receipt"]

    def check(self) -> None:
        """I1–I4 for every record so far."""
        with looking(self.app) as session:
            kept = {str(r.id): r for r in session.execute(sa.select(Record.id, Record.payload, Record.status, Record.reason))}
            effects = Counter(str(found) for table in EFFECTS for found in session.scalars(sa.select(table.id)))
        assert self.receipts.keys() <= kept.keys(), "a receipt without its record"
        assert kept.keys() <= self.sent.keys()
        for own_id, record in kept.items():
            assert record.payload == self.sent[own_id].payload.encode()
            assert effects[own_id] == (record.status == "accepted"), f"{own_id} is {record.status}, with {effects[own_id]} effects"
            assert record.reason != "error"
        assert effects.keys() <= kept.keys(), "an effect without its record"


def some_records(phone: Phone, world: World, chance: random.Random) -> list[Sent]:
    """A few minutes of a shift: scans, notes about them, a step, a photo, something that will be held."""
    scan = phone.scan(chance.choice(world.spots), NOW)
    pool = [
        phone.record("note", {"about": scan.id, "result": "normal", "text": "水"}),
        phone.record("round-step", {"round": world.round(), "verb": "pause"}),
        phone.record("duty", {"verb": "on", "site": "garden"}),
        phone.record("correction", {"about": scan.id, "verb": "explain", "reason": "wet"}),
        phone.record("scan", {"code": "nonsense"}),
        phone.record("note", {"site": "garden", "text": "photo"}, photos=[named_photo(picture())]),
    ]
    return [scan, *chance.sample(pool, chance.randint(0, len(pool)))]


@pytest.mark.slow
def test_e1_hundreds_of_deaths_at_every_step_lose_nothing_and_double_nothing(
    app: Flask, engine: Engine, world: World, phone: Phone, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    ledger = Ledger(app, chance)
    ends: Counter[str] = Counter()
    goal = KILLS[engine.name]
    while ends["killed"] + ends["SIGKILL"] < goal:
        records = some_records(phone, world, chance)
        for _try in range(chance.randint(1, 4)):
            if chance.random() < 0.15:
                ended, answer = ask(phone, records, after_ms=chance.uniform(0, 40))
                ends["SIGKILL" if ended else "lived"] += 1
            else:
                ended, answer = ask(phone, records, step=chance.randint(1, 75))
                assert ended in (0, 9), "the process fell over by itself"
                ends["killed" if ended else "lived"] += 1
            ends["answered"] += answer is not None
            ledger.hear(answer, records)
        if chance.random() < 0.8:  # else this phone finds no signal again until the end
            ledger.believe(phone.send(*records))
        ledger.check()
    everything = list(ledger.sent.values())
    for start in range(0, len(everything), 100):
        ledger.believe(phone.send(*everything[start : start + 100]))
    ledger.check()
    assert len(ledger.receipts) == len(ledger.sent)
    again = [r for start in range(0, len(everything), 100) for r in phone.send(*everything[start : start + 100])]
    assert {r["status"] for r in again} == {"duplicate"}
    with capsys.disabled():
        print(f"\n[{engine.name}, seed {SEED}] {dict(ends)}; {len(everything)} records, none lost, none doubled", end=" ")


@pytest.mark.parametrize("step", [1, 5, 12, 20, 30])
def test_b2_b3_a_death_before_or_after_the_commit_is_mended_by_sending_again(
    app: Flask, world: World, phone: Phone, ask: Ask, step: int
) -> None:
    records = [phone.scan(world.gate, NOW), phone.scan(world.roof, NOW)]
    _ended, answer = ask(phone, records, step=step)
    with looking(app) as session:
        stored = session.scalar(sa.select(sa.func.count()).select_from(Record))
    assert stored in (0, 2)  # the whole call or nothing of it
    results = phone.send(*records)
    assert {r["status"] for r in results} == ({"duplicate"} if stored else {"accepted"})
    assert answer is None or [r["receipt"] for r in answer["answer"]["results"]] == [r["receipt"] for r in results]
