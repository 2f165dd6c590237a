"""The scenario `capacity`: on simulated servers, and once, small, on real ones."""

import argparse
import asyncio
import json
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.load.cursor_job import Job, Measurement
from loadtest.load.generators import GeneratorFailed, Loaded
from loadtest.load.stepping.stepper import Offer
from loadtest.nodes.cores import Cores
from loadtest.nodes.server_watch import Cost, Watched
from loadtest.peers.catalogue import Peer
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import Running
from loadtest.scenarios.beside_peers import capacity
from tests.loadtest.scenarios.test_scenarios import loadtest

CARRIES = {"ws": 2.2, "uwebsockets": 5.6, "prime": 27.0}
"""Rooms of 50, and nothing else about these servers."""

GENERATOR = 33.0
SIZE, HZ = 50, 30.0


class Simulated:
    """A server of known capacity, and a generator that makes so much. No clock."""

    def __init__(self, job: Job, name: str, taken: list[str]) -> None:
        self._job = job
        self._name = name
        self._taken = taken

    async def step(self, offer: Offer) -> Loaded:
        self._taken.append(self._name)
        used = offer.rooms / CARRIES[self._name]
        in_time = used <= 1 and offer.rooms <= GENERATOR
        latency = 1.0 + 10 * used if in_time else 400.0
        due = round(offer.rooms * SIZE * HZ * offer.seconds)
        measured = Measurement(
            latency_ms=array("d", [latency] * 200),
            lag_ms=array("d", [1.0]),
            due=due,
            due_in_all=due,
            sent=due,
            delivered_in_all=due * (SIZE - 1.0),
            timed_of=200,
            received_bytes=due * 100,
            cpu_seconds=min(1.0, offer.rooms / GENERATOR) * offer.seconds,
        )
        job = replace(self._job, seconds=offer.seconds)
        return Loaded(job, measured, Cost(min(1.0, used) * offer.seconds), 1)


def simulate(monkeypatch: pytest.MonkeyPatch, broken: str = "") -> list[str]:
    """Servers that are none in place of real ones; returns whose steps were made, in order."""
    taken: list[str] = []
    by_url: dict[str, str] = {}

    @asynccontextmanager
    async def running(peer: Peer, _cores: Cores) -> AsyncIterator[Running]:
        if peer.name == broken:
            raise PeerFailed("needs Node.js")
        by_url[f"ws://{peer.name}"] = peer.name
        yield Running((f"ws://{peer.name}",), (), (), {peer.name: "1.0"})

    @asynccontextmanager
    async def stepping(job: Job, _watched: Watched) -> AsyncIterator[Simulated]:
        yield Simulated(job, by_url[job.urls[0]], taken)

    monkeypatch.setattr(capacity, "running", running)
    monkeypatch.setattr(capacity, "stepping", stepping)
    monkeypatch.setattr(capacity, "divide", lambda: Cores((), ()))
    return taken


def run(**changes: Any) -> dict[str, Any]:
    words: dict[str, Any] = {
        "size": SIZE,
        "hz": HZ,
        "peers": ["ws", "uwebsockets", "prime"],
        "repeat": 3,
        "quick": False,
        "most": None,
        "report": None,
    }
    return asyncio.run(capacity.run_capacity(argparse.Namespace(**words | changes)))


def test_known_capacities_are_found_and_looked_at_below(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate(monkeypatch)
    report = run(report=tmp_path / "page")
    rows = {row["peer"]: row for row in report["peers"]}
    for name, carries in CARRIES.items():
        row = rows[name]
        assert carries / 1.08 <= row["rooms"] <= carries
        assert not row["at_least"]
        assert len(row["rooms_of_each"]) == 3
        assert row["updates_per_s"] > row["rooms"] * 70_000
        assert row["latency_at_half_ms"]["p50"] == pytest.approx(6.0, rel=0.1)
        assert row["cpu_at_half_percent"] == pytest.approx(50, rel=0.1)
        assert row["latency_at_quarter_ms"]["p99"] < row["latency_at_three_quarters_ms"]["p99"]
        assert row["bytes_per_member_s"] == pytest.approx(HZ * 100, rel=0.01)
    assert json.loads((tmp_path / "page" / "figures.json").read_text()) == report
    page = (tmp_path / "page" / "index.html").read_text()
    assert page.count("<svg") == 1
    assert "Latency over load" in page
    assert (tmp_path / "page" / "latency_over_load.svg").read_text() in page
    told = capsys.readouterr().err
    assert "This takes about" in told
    assert "Node ws relay" in told


def test_servers_take_turns_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = simulate(monkeypatch)
    run(repeat=1)
    assert taken[:6] == ["ws", "uwebsockets", "prime"] * 2
    assert taken[-3:] == ["ws", "uwebsockets", "prime"]


def test_a_run_for_three_stays_under_about_six_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = simulate(monkeypatch)
    run()
    seconds = sum(capacity.STEP) + capacity.BETWEEN_SECONDS
    assert len(taken) * seconds + 3 * capacity.START_SECONDS < 380


def test_what_the_generator_bounds_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate(monkeypatch)
    monkeypatch.setitem(CARRIES, "prime", 60.0)
    report = run(peers=["prime"], repeat=1)
    (row,) = report["peers"]
    assert row["at_least"]
    assert 25 < row["rooms"] <= GENERATOR
    assert "at least" in capsys.readouterr().err
    assert any("it may carry more" in note for note in capacity.notes(report))


def test_a_server_that_cannot_be_started_or_gives_up_is_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulate(monkeypatch, broken="ws")

    async def gives_up(_self: Simulated, _offer: Offer) -> Loaded:
        raise GeneratorFailed("ValueError: nonsense")

    report = run(peers=["ws", "prime"], repeat=1)
    ws, prime = report["peers"]
    assert ws["error"] == "needs Node.js"
    assert prime["rooms"] > 20
    monkeypatch.setattr(Simulated, "step", gives_up)
    (prime,) = run(peers=["prime"], repeat=1)["peers"]
    assert prime["error"] == "ValueError: nonsense"


def test_capacity_explains_itself() -> None:
    done = loadtest("capacity", "--help")
    assert done.returncode == 0
    for shown in ("--quick", "--most", "at most 100", "--report"):
        assert shown in done.stdout
    done = loadtest("capacity", "--size", "1")
    assert done.returncode == 2
    assert "must be at least 2" in done.stderr


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_one_room_is_carried_by_real_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "divide", lambda: Cores((), ()))  # pytest is not to be pinned
    monkeypatch.setattr(capacity, "QUICK_STEP", (0.2, 0.4))
    report = run(size=4, hz=20.0, peers=["websockets", "prime"], repeat=1, quick=True, most=1)
    for row in report["peers"]:
        for step in report["steps"][row["peer"]]:
            assert step["problems"] == {}
            assert step["lost_connections"] == 0
            assert step["delivered_per_s"] > 0
            assert 0 < step["p50_ms"] <= step["p99_ms"]
            # A tenth of a room tells no share: three members moved a time or two.
            if step["rooms"] >= 0.5:
                assert step["arrived_share"] == pytest.approx(1.0, abs=0.05)
