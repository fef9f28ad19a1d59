"""E1, E15: a server is killed again and again while eight phones write to it. `scripts/kills` does the same a thousand times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.__main__ import run, sound

KILLS = 40


@pytest.mark.slow
def test_e1_forty_kills_under_load_lose_nothing_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(KILLS, 20261123, tmp_path)
    assert sound(figures), figures
    assert figures["ends"]["signal"] > 0
    assert figures["ends"]["point"] > 0
    with capsys.disabled():
        print(
            f"\n[{figures['kills']} kills] {figures['records']} records, {figures['receipts']} receipts, none lost, none doubled", end=" "
        )


def test_a_loss_would_be_counted() -> None:
    """The counting can fail."""
    good = {"receipts without their record": 0, "losses": 0, "doubles": 0, "effects missing": 0, "trail": "intact"}
    assert sound(good)
    for name in good:
        assert not sound(good | {name: 1 if name != "trail" else "broken: …"})
