"""The demo, short: musicians at work, the hub killed, and the proof."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.hub, pytest.mark.postgres, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def test_P1_P4_nothing_is_lost_when_the_hub_is_killed() -> None:
    words = ("demo", "--seconds", "6", "--musicians", "3", "--kill-every", "2", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["lost"], report["converged"], report["refused"]) == (0, True, 0)
    assert report["kills"] >= 1
    assert report["reconnects"] >= report["kills"] * 3
    assert 0 < report["deltas_acked"] <= report["deltas_in_journal"]
    assert report["cursors_seen"] > 0
