"""`./run recall-demo`: the whole of it, small, as a program reads it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.node]


def test_the_report_says_rates_seeds_and_what_was_lost(tmp_path: Path) -> None:
    plot = tmp_path / "weeks.svg"
    words = ["--days", "15", "--producers", "1", "--seed", "4", "--plot", str(plot), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "recall-demo", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["seeds"], report["lost_counts"], report["days"]) == ([4], 0, 15)
    for way in ("mixx recall", "most frequent", "most recent", "truth"):
        at = report["hit_rate_at"][way]
        assert 0 < at["1"] <= at["3"] <= at["5"] < 1
    assert plot.read_text().startswith("<svg")
