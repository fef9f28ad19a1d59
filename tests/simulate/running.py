"""Runs schedules in processes of their own, some at once, and adds up what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOSSES = ("loss", "receipt", "stuck", "hidden")
DOUBLES = ("double", "order")


@dataclass
class Account:
    """What came of a run. Each violation has `seed`, `kind` and `message`."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def of(self, kinds: Iterable[str]) -> int:
        """How many violations of these kinds."""
        return sum(violation["kind"] in kinds for violation in self.violations)

    @property
    def others(self) -> int:
        """Schedules that could not be played to their end."""
        return len(self.violations) - self.of((*LOSSES, *DOUBLES))


def play(
    seeds: list[int], jobs: int = 1, mutant: str = "", stop_at_first: bool = False, tell: Callable[[Account], None] = lambda _: None
) -> Account:
    """Play these schedules. `mutant`: with that mistake put in. `tell` hears after each hundred. Raises RuntimeError when a process fails."""
    account = Account()
    parts = [seeds[part::jobs] for part in range(jobs) if seeds[part::jobs]]

    def one(part: list[int]) -> None:
        asked = {"python": sys.executable, "seeds": part, "mutant": mutant, "stopAtFirst": stop_at_first}
        with subprocess.Popen(
            ["node", "tests/simulate/play.mjs", json.dumps(asked)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            for line in process.stdout:
                said = json.loads(line)
                if "sums" in said:
                    account.counts.update(said["sums"])
                    tell(account)
                else:
                    account.violations.append(said)
        if process.returncode:
            raise RuntimeError(f"the simulator ended with {process.returncode}")

    with ThreadPoolExecutor(len(parts)) as pool:
        for done in [pool.submit(one, part) for part in parts]:
            done.result()
    return account
