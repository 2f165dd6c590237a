"""The demo, short: musicians at work, the node killed, and the proof."""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from files.importing import read_song
from loadtest.demo.demo import Demo
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.songs.demo_song import demo_song_path
from machine.local_node import LocalNode
from prime_client.client import Client
from prime_client.failures import CallFailed

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.slow]

ROOT = Path(__file__).parents[3]


def demo(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "demo", "--json", *words],
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


def test_P1_P4_nothing_is_lost_when_the_node_is_killed() -> None:
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


async def test_who_came_by_a_browser_looks_on_once_it_is_proved_and_nobody_else_comes(
    tmp_path: Path,
) -> None:
    arguments = argparse.Namespace(
        musicians=1, seed=3, seconds=0.5, kill_every=0.0, least_kills=0, project=None
    )
    async with LocalNode(tmp_path / "data", environment=WITHOUT_LIMITS) as node:
        demo = Demo(arguments, read_song(demo_song_path()), node)
        try:
            await demo.set_up()
            async with Client(node.url, device="mia") as mia, Client(node.url, device="noa") as noa:
                await mia.accept_as_guest(demo.address, "Mia")
                room = await mia.join(demo.participants[0].room.project)
                assert room.role == "editor"
                await demo.run(asyncio.Event())
                report = await demo.prove()
                assert (report["lost"], report["converged"]) == (0, True)
                project = demo.participants[0].room.project
                row = await mia.call("projects.get", project=project)
                assert (row["role"], row["bpm"]) == ("viewer", 88), "lists tell the song's tempo"
                with pytest.raises(CallFailed, match="auth_failed"):
                    await noa.accept_as_guest(demo.address, "Noa")
        finally:
            await demo.close()


def test_a_demo_that_stays_says_that_its_server_has_ended_and_fails() -> None:
    words = [
        sys.executable,
        "-m",
        "machine.starting",
        "loadtest",
        "demo",
        "--stay",
        "--musicians",
        "1",
    ]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        said = ""
        while "in a browser to take part" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        [server] = [
            child.pid
            for child in psutil.Process(process.pid).children(recursive=True)
            if child.cmdline()[1:3] == ["-m", "server"]
        ]
        os.kill(server, signal.SIGKILL)
        said = process.stderr.read()
        assert process.wait() == 1
    assert "prime: the server has ended; " in said
    assert "node.log" in said
