"""What the peers are made of is pinned, and a peer that is not there is told, not a crash."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.peers.catalogue import PEERS
from loadtest.peers.installing import HERE

ROOT = Path(__file__).parents[2]


def loadtest(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "loadtest", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
    )


def test_the_locks_pin_everything_and_name_no_index() -> None:
    lock = json.loads((HERE / "node" / "package-lock.json").read_text())
    wanted = json.loads((HERE / "node" / "package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("integrity" in entry and "version" in entry for entry in packages.values())
    assert "resolved" not in json.dumps(lock)
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    python = (HERE / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==\S+", python, re.MULTILINE)
    assert {"websockets", "pycrdt-websocket", "socketify", "uvicorn", "uvloop"} <= set(pins)
    assert python.count("--hash=sha256:") >= len(pins)
    assert "://" not in python


def test_every_peer_has_its_script() -> None:
    for peer in PEERS.values():
        if peer.runtime != "prime":
            assert (HERE / peer.runtime / peer.script).is_file()


def test_a_peer_nobody_knows_is_a_wrong_command_line() -> None:
    done = loadtest("compare", "--peers", "ws,netscape")
    assert done.returncode == 2
    assert "netscape is no peer" in done.stderr


def test_a_peer_that_cannot_be_installed_is_a_row_with_its_reason(tmp_path: Path) -> None:
    done = loadtest("compare", "--peers", "ws", "--seconds", "1", "--json", PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["results"]
    assert row["peer"] == "ws"
    assert "Node.js" in row["error"]


@pytest.mark.hub
@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_small_comparison_delivers_all_that_a_relay_can(tmp_path: Path) -> None:
    words = ("--rooms", "2", "--size", "4", "--hz", "10", "--seconds", "2", "--warm-up", "0.5")
    peers = ("--peers", "websockets,prime", "--report", str(tmp_path / "page"), "--json")
    done = loadtest("compare", *words, *peers)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    relay, prime = report["results"]
    for row in (relay, prime):
        assert "error" not in row, row
        assert row["problems"] == {}
        assert row["lost_connections"] == 0
        assert row["offered_per_s"] == 240
        assert row["updates_per_cpu_s"] > 0
        assert 0 < row["p50_ms"] <= row["p99_ms"]
    assert relay["delivered_per_s"] == pytest.approx(240, rel=0.1)
    assert relay["arrived_share"] == 1.0
    assert prime["delivered_per_s"] == pytest.approx(240, rel=0.2)
    assert "<svg" in (tmp_path / "page" / "index.html").read_text()
