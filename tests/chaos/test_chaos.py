"""Chaos, short: a few faults on real servers leave nothing to find, and a planted bug is found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadtest.history import What, read_history

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.hub,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(120),
]


def chaos(*words: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "chaos", "--json", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


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
        *("--seconds", "18", "--musicians", "6", "--keep", str(tmp_path)),
        *("--faults", ",".join(faults)),
    )
    assert code == 0, told
    assert (report["anomalies"], report["lost"], report["converged"]) == ([], 0, True)
    assert set(report["faults"]) == set(faults)
    assert all(fault["times"] >= 1 for fault in report["faults"].values())
    assert report["faults"]["node_killed"]["acked"] > 0
    assert report["reconnects"] > 0
    assert report["sent_again_acked"] > 0
    with Path(report["history"]).open() as lines:
        happenings = read_history(lines)
    assert len(happenings) == report["happenings"]
    assert {What.INVOKE, What.OK, What.READ, What.ROW_OK} <= {one.what for one in happenings}


@pytest.mark.parametrize(
    ("plant", "fault", "kind"),
    [
        ("ack_before_commit", "postgres_cut", "lost"),
        ("no_dedupe", "deltas_sent_again", "duplicate"),
    ],
)
def test_a_planted_bug_is_found(tmp_path: Path, plant: str, fault: str, kind: str) -> None:
    code, report, told = chaos(
        *("--seconds", "5", "--musicians", "6", "--keep", str(tmp_path)),
        *("--faults", fault, "--plant", plant),
    )
    assert code == 1, told
    assert kind in report["anomaly_kinds"], told


def test_a_run_too_short_for_its_faults_is_vacuous(tmp_path: Path) -> None:
    words = ("--seconds", "1", "--musicians", "3", "--nodes", "1", "--keep", str(tmp_path))
    code, report, _told = chaos(*words, "--faults", "redis_stalled,clients_cut,clients_delayed")
    assert code == 1
    assert "did not happen" in " ".join(report["vacuous"])
    assert report["anomalies"] == []
