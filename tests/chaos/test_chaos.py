"""Chaos, short: a few faults on real servers leave nothing to find, and a planted bug is found."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from loadtest.broken_promises import BROKEN
from loadtest.checking.history import What, read_history

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.node,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.longest(15),
    pytest.mark.timeout(300),
]


def chaos(*words: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "chaos", "--json", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def promises(report: dict[str, Any]) -> dict[str, Any]:
    """What of a report must be nothing."""
    return {name: report[name] for name in BROKEN if name != "vacuous"}


def test_F1_F7_F13_F17_F22_faults_leave_no_anomaly(tmp_path: Path) -> None:
    faults = (
        "node_killed",
        "node_frozen",
        "postgres_restarted_immediate",
        "redis_killed",
        "clients_cut",
        "deltas_sent_again",
    )
    code, report, told = chaos(
        *("--seconds", "12", "--musicians", "6", "--keep", str(tmp_path)),
        *("--faults", ",".join(faults)),
    )
    assert code == 0, told
    assert not any(promises(report).values())
    assert report["converged"] is True
    assert set(report["faults"]) == set(faults)
    assert all(fault["times"] >= 1 for fault in report["faults"].values())
    assert report["faults"]["node_killed"]["acked"] > 0
    assert report["reconnects"] > 0
    assert report["sent_again_acked"] > 0
    assert report["copies_checked"] > report["acked"] > 0
    assert report["checkpoints_checked"] > 0
    assert set(report["memory"]) == {"node-1", "node-2", "node-3"}
    with Path(report["history"]).open() as lines:
        happenings = read_history(lines)
    assert len(happenings) == report["happenings"]
    assert {What.INVOKE, What.OK, What.READ, What.ROW_OK} <= {one.what for one in happenings}


def test_F31_strangers_and_a_synchronous_standby_take_nothing_away(tmp_path: Path) -> None:
    faults = (
        "postgres_row_locked",
        "postgres_failover_synchronous",
        "project_large",
        "hostile_client",
    )
    code, report, told = chaos(
        *("--seconds", "8", "--musicians", "4", "--nodes", "2", "--keep", str(tmp_path)),
        *("--faults", ",".join(faults)),
    )
    assert code == 0, told
    assert not any(promises(report).values())
    assert report["lost_by_failover"] == 0
    assert report["hostile_was_told"]


@pytest.mark.parametrize(
    ("plants", "faults", "found"),
    [
        # Which anomaly it is that shows a bug first is up to the machine: some is what must be.
        (
            ("ack_before_commit", "false_alarm", "leak"),
            "postgres_cut",
            ("anomalies", "false_alarms", "memory_problems"),
        ),
        (
            ("no_dedupe", "wrong_copy", "wrong_checkpoint"),
            "deltas_sent_again",
            ("anomalies", "copies_wrong", "checkpoints_wrong"),
        ),
    ],
)
def test_planted_bugs_are_found(
    tmp_path: Path, plants: Sequence[str], faults: str, found: Sequence[str]
) -> None:
    """Each by a figure of its own; the anomalies of the second run are those of the first plant."""
    code, report, told = chaos(
        *("--seconds", "5", "--musicians", "6", "--nodes", "2", "--keep", str(tmp_path)),
        *("--faults", faults, "--plant", ",".join(plants)),
    )
    assert code == 1, told
    assert {name: bool(report[name]) for name in found} == dict.fromkeys(found, True), told
    if "no_dedupe" in plants:  # what was stored twice has an id that nobody sent
        assert {"phantom", "duplicate"} & set(report["anomaly_kinds"]), told


def test_a_run_too_short_for_its_faults_is_vacuous(tmp_path: Path) -> None:
    words = ("--seconds", "0.01", "--musicians", "3", "--nodes", "1", "--keep", str(tmp_path))
    code, report, _told = chaos(*words, "--faults", "redis_stalled,clients_cut,clients_delayed")
    assert code == 1
    assert "did not happen" in " ".join(report["vacuous"])
    assert report["anomalies"] == []
