"""What is flat is told from what grows; and a planted leak is named."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.soak.growth import GROWTH_MB_PER_HOUR, NodeSample, grown, growth, log_rates, slope

ROOT = Path(__file__).parents[3]


def looks(
    rss_mb: list[float], tasks: list[float] | None = None, lines: list[int] | None = None
) -> list[NodeSample]:
    """One idle look a minute."""
    count = itertools.count()
    return [
        NodeSample(n * 60.0, "node-1", True, mb, t, 30, 10, 0, some, 0, 0)
        for n, mb, t, some in zip(
            count,
            rss_mb,
            tasks or [20.0] * len(rss_mb),
            lines or [10 * n for n in range(len(rss_mb))],
            strict=False,
        )
    ]


def test_the_slope_is_that_of_most_points() -> None:
    assert slope([(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]) == 1.0
    assert slope([(float(n), 5.0 + 100.0 * (n == 4)) for n in range(10)]) == 0.0
    assert slope([(0.0, 1.0)]) == 0.0


def test_a_node_that_stays_as_it_is_is_flat() -> None:
    level = [80.0, 80.1, 80.0, 80.2, 80.0, 80.1, 80.0, 80.1, 80.0]
    assert growth(looks(level), 0.0)["node-1"] < GROWTH_MB_PER_HOUR
    assert grown(looks(level), 0.0) == []


def test_memory_that_grows_is_named() -> None:
    found = grown(looks([80.0 + n / 10 for n in range(9)]), 0.0)
    assert found == ["node-1: resident memory grows by 6 MiB an hour"]


def test_what_grew_before_the_node_was_warm_does_not_count() -> None:
    assert grown(looks([10.0, 40.0, 70.0, *[80.0] * 9]), warm_at=180.0) == []


def test_tasks_that_stay_are_named() -> None:
    found = grown(looks([80.0] * 9, [20.0 + 4 * n for n in range(9)]), 0.0)
    assert found == ["node-1: tasks went from 24 to 48"]


def test_a_log_that_swells_is_named() -> None:
    lines = [n**3 for n in range(9)]
    assert log_rates(looks([80.0] * 3, lines=[0, 5, 25])) == [5.0, 20.0]
    assert "log lines" in " ".join(grown(looks([80.0] * 9, lines=lines), 0.0))


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.longest(75)
@pytest.mark.timeout(300)
def test_a_planted_leak_is_named() -> None:
    words = ("--minutes", "1.1", "--cycle", "3", "--rooms", "1", "--size", "4")
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "soak", "--json", *words, "--plant", "leak"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert "node-1: resident memory grows" in " ".join(report["problems"])
    assert report["vacuous"] == []
    assert report["growth_mb_per_hour"] > 100
    assert report["lost"] == 0
    assert report["acked"] > 0
    assert all(report["done"][kind] > 0 for kind in ("rove", "knock", "log_in_wrongly", "call"))
