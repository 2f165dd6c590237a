"""What the peers are made of is pinned, and a peer that is not there is told, not a crash."""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.peers.catalogue import GROUPS, KNOWN, LAYERS, PEERS
from loadtest.peers.installing import HERE
from loadtest.scenarios.beside_peers.command import add_to

ROOT = Path(__file__).parents[3]


def loadtest(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
    )


@pytest.mark.parametrize("folder", [HERE / "node", ROOT / "tests" / "javascript"])
def test_the_locks_of_node_pin_everything_and_name_no_index(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text())
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("integrity" in entry and "version" in entry for entry in packages.values())
    assert "resolved" not in json.dumps(lock)
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_the_lock_of_python_pins_everything_and_names_no_index() -> None:
    python = (HERE / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==\S+", python, re.MULTILINE)
    wanted = {"picows", "websockets", "pycrdt-websocket", "socketify", "uvicorn", "uvloop"}
    assert wanted <= set(pins)
    assert python.count("--hash=sha256:") >= len(pins)
    assert "://" not in python


def test_every_peer_has_its_script() -> None:
    for peer in KNOWN.values():
        if peer.runtime != "prime":
            assert (HERE / peer.runtime / peer.script).is_file()


def peers_of(*words: str) -> list[str]:
    """The peers that a command line of `compare` names."""
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    peers: list[str] = parser.parse_args(["compare", *words]).peers
    return peers


def test_socket_layers_are_no_peers_and_come_only_when_asked_for() -> None:
    assert set(LAYERS) == {"sansio", "cutter", "picows"}
    assert not set(LAYERS) & set(PEERS)
    assert peers_of() == peers_of("--peers", "all") == list(PEERS)
    assert peers_of("--peers", "layers") == ["websockets", "sansio", "cutter", "picows"]
    assert peers_of("--peers", "prime, picows,layers") == [
        *("prime", "picows", "websockets", "sansio", "cutter")
    ]
    assert all(name in KNOWN for names in GROUPS.values() for name in names)


def test_a_flame_graph_needs_prime_a_report_and_one_node(tmp_path: Path) -> None:
    page = ("--report", str(tmp_path))
    for words, complaint in (
        (("compare", "--profile"), "say --report DIR"),
        (("compare", "--peers", "ws", "--profile", *page), "Prime is not among --peers"),
        (("cursors", "--nodes", "2", "--profile", *page), "of one server"),
    ):
        done = loadtest(*words)
        assert done.returncode == 2
        assert complaint in done.stderr


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


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.longest(43)
@pytest.mark.timeout(180)
def test_a_small_comparison_delivers_all_that_a_relay_can(tmp_path: Path) -> None:
    words = ("--rooms", "2", "--size", "4", "--hz", "10", "--seconds", "2", "--warm-up", "0.5")
    peers = ("--peers", "websockets,prime,layers", "--json")
    page = ("--profile", "--report", str(tmp_path / "page"))
    done = loadtest("compare", *words, *peers, *page)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    relay, prime, *layers = report["results"]
    assert [row["peer"] for row in layers] == list(LAYERS)
    for row in report["results"]:
        assert "error" not in row, row
        assert row["problems"] == {}
        assert row["lost_connections"] == 0
        assert row["offered_per_s"] == 240
        measured = row["updates_per_cpu_s"]  # None: less than the 10 ms in which Linux counts it
        assert measured is None or measured > 0
        assert 0 < row["p50_ms"] <= row["p99_ms"]
    for row in (relay, *layers):
        assert row["delivered_per_s"] == pytest.approx(240, rel=0.1)
        assert row["arrived_share"] == 1.0
    assert prime["delivered_per_s"] == pytest.approx(240, rel=0.2)
    text = (tmp_path / "page" / "index.html").read_text()
    assert "<svg" in text
    assert "Where the server's time goes" in text
    assert report["profile"].get("samples", 0) > 0 or report["profile"]["error"]


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_connections_cost_something_to_open_and_to_keep() -> None:
    words = ("--peers", "websockets,picows", "--connections", "300", "--json")
    done = loadtest("connections", *words)
    assert done.returncode == 0, done.stderr
    for row in json.loads(done.stdout)["results"]:
        assert "error" not in row, row
        assert 20 < row["handshake_us"] < 20_000
        assert 1 < row["kb_per_connection"] < 200
