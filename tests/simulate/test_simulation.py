"""The simulator, and that it can fail: I1–I5 of the failure list, through the lines that README.md names.

ROUNDS_SCHEDULES sets how many schedules are played: 300 in the usual run, 10,000 in the long one
(`ROUNDS_SCHEDULES=10000 scripts/test`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.simulate.running import DOUBLES, LOSSES, play
from tests.simulate.server import MUTANTS

HERE = Path(__file__).parent
SCHEDULES = int(os.environ.get("ROUNDS_SCHEDULES", "300"))
FIRST = int(os.environ.get("ROUNDS_TEST_SEED", "1"))
JOBS = os.cpu_count() or 1
LIKELY = {
    "photo-on-200": 40,
    "epoch-not-heeded": 24,
    "purge-at-once": 11,
    "receipt-without-digest": 25,
}  # where each was found last: looked at first
IN_SCRIPTS = re.findall(r"^  '([a-z0-9-]+)': \{$", (HERE / "mutants.mjs").read_text(), re.MULTILINE)

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="no node")


@pytest.mark.slow
def test_random_schedules_lose_nothing_and_double_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    account = play(list(range(FIRST, FIRST + SCHEDULES)), JOBS)
    assert account.violations == []
    assert account.counts["schedules"] == SCHEDULES
    for trouble in ("crashes", "killed", "restores", "lost-reply", "late", "twice", "cut", "portal", "stale", "jumps", "blocked"):
        assert account.counts[trouble] > SCHEDULES / 60, f"hardly any {trouble}: the schedules are too kind"
    with capsys.disabled():
        counts = account.counts
        print(f"\n[{counts['schedules']} schedules from seed {FIRST}] {counts['records']} records in {counts['calls']} calls, "
              f"{counts['crashes']} crashes, {counts['killed']} server kills, {counts['restores']} restores: no loss, no double", end=" ")  # fmt: skip


def test_what_was_found_once_is_not_found_again() -> None:
    seeds = [known["seed"] for known in json.loads((HERE / "seeds.json").read_text())]
    assert play(seeds, JOBS).violations == []


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*IN_SCRIPTS, *MUTANTS])
def test_the_simulator_finds_the_mistakes_that_others_made(mutant: str) -> None:
    account = play([LIKELY.get(mutant, 1), *range(1, 101)], 1, mutant, stop_at_first=True)
    assert account.of((*LOSSES, *DOUBLES)) > 0
