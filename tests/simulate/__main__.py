"""`scripts/simulate`: prints what came of many schedules; ends with 1 when a promise was broken, and names the seed."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.simulate.running import DOUBLES, LOSSES, Account, play

HAPPENED = {
    "crashes": "pages, workers or phones died", "killed": "servers killed at work", "restores": "backups restored",
    "lost": "connections to the phone's memory lost", "full": "phones full", "jumps": "clocks set", "updates": "apps updated",
    "blocked": "people or phones blocked", "lost-reply": "replies lost", "late": "requests late", "again-later": "requests doubled, one late",
    "twice": "requests doubled", "cut": "replies cut", "spoilt": "replies spoilt", "damaged": "requests damaged", "portal": "answers of a portal",
    "stale": "answers of a cache", "status": "answers of a proxy",
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first; the next ones count up")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="J", help="so many at once (default: one a core)")
    parser.add_argument("--mutant", default="", help="put this mistake into the product first (tests/simulate/mutants.mjs)")
    asked = parser.parse_args()
    begun = time.monotonic()

    def tell(account: Account) -> None:
        if sys.stderr.isatty():
            print(f"\r{account.counts['schedules']:,} of {asked.schedules:,}", end="", file=sys.stderr, flush=True)

    account = play(list(range(asked.seed, asked.seed + asked.schedules)), max(1, asked.jobs), asked.mutant, tell=tell)
    print(f"\rschedules {account.counts['schedules']:>9,}   seeds {asked.seed} to {asked.seed + asked.schedules - 1}")
    print(f"records   {account.counts['records']:>9,}")
    print(f"losses    {account.of(LOSSES):>9,}")
    print(f"doubles   {account.of(DOUBLES):>9,}")
    if account.others:
        print(f"unplayed  {account.others:>9,}")
    print(f"seconds   {time.monotonic() - begun:>9.0f}")
    print(f"calls     {account.counts['calls']:>9,}   of which {account.counts['fine']:,} went well; on the way:")
    print(", ".join(f"{account.counts[name]:,} {words}" for name, words in HAPPENED.items() if account.counts[name]) + ".")
    for violation in sorted(account.violations, key=lambda each: each["seed"]):
        print(f"seed {violation['seed']}: {violation['message']}   (again: scripts/simulate --schedules 1 --seed {violation['seed']})")
        if "stack" in violation:
            print(violation["stack"])
    return 1 if account.violations else 0


if __name__ == "__main__":
    sys.exit(main())
