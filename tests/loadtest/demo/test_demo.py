"""The demo, short: musicians at work, the hub killed, and the proof."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.hub, pytest.mark.postgres, pytest.mark.slow]

ROOT = Path(__file__).parents[3]


def demo(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "demo", "--json", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def kills(least: int) -> tuple[str, ...]:
    """One every other second, and play on until there were so many: a clock decides nothing."""
    return "--kill-every", "2", "--least-kills", str(least)


def assert_library_was_shared(report: dict[str, Any], everyone: int) -> None:
    """Presets and a take, seen by all (rules L2, L3, L8, L9)."""
    library = report["library"]
    assert library.pop("preset")
    assert library == dict.fromkeys(
        ("presets_used", "shared_with", "pending_for", "live_for"), everyone
    )


def test_P1_P4_nothing_is_lost_when_the_hub_is_killed() -> None:
    report = demo("--seconds", "6", "--musicians", "3", *kills(1))
    assert (report["lost"], report["converged"], report["refused"]) == (0, True, 0)
    assert report["kills"] >= 1
    assert report["reconnects"] >= report["kills"] * 3
    assert 0 < report["deltas_acked"] <= report["deltas_in_journal"]
    assert report["cursors_seen"] > 0
    assert report["recall"]["uses"] > 0 == report["lost_uses"]
    assert "nodes" not in report
    assert_library_was_shared(report, 3)


@pytest.mark.redis
def test_each_kill_takes_one_of_several_nodes_and_nothing_is_lost() -> None:
    report = demo("--nodes", "3", "--seconds", "8", "--musicians", "6", *kills(2))
    assert (report["lost"], report["converged"], report["refused"]) == (0, True, 0)
    assert report["nodes"] == 3
    assert report["kills"] >= 2
    assert report["killed"] == [f"node-{n % 3 + 1}" for n in range(report["kills"])]
    assert 0 < report["reconnects"] < report["kills"] * 6
    assert_library_was_shared(report, 6)
    assert 0 < report["deltas_acked"] <= report["deltas_in_journal"]
