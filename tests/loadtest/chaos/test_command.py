"""The command line of chaos, without running any."""

import subprocess
import sys
from pathlib import Path

from loadtest.faults.faults import FAULTS

ROOT = Path(__file__).parents[3]


def test_an_unknown_fault_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "chaos", "--faults", "earthquake"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 2
    assert "'earthquake' is none of node_killed" in done.stderr


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
