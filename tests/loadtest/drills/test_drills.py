"""Drills, short: one on real servers, and what is said of those that this machine cannot do."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loadtest.drills import full_disk, upgrading
from loadtest.drills.drills import DRILLS
from loadtest.drills.renewing_certificates import FIRST
from loadtest.drills.scene import MUSICIAN_COUNT, Skipped

ROOT = Path(__file__).parents[3]


def on_real_servers(test: Callable[[], None]) -> Callable[[], None]:
    """Marks it so."""
    mark = pytest.mark
    for each in (mark.node, mark.postgres, mark.redis, mark.slow, mark.longest(10)):
        test = each(test)
    return test


def drill(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "drill", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def lossless(name: str) -> dict[str, Any]:
    """The report of a short one, by which nothing was lost."""
    done = drill(name, "--seconds", "0.5", "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)["drills"][name]
    assert (report["lost"], report["equal"], report["problems"]) == (0, True, [])
    return report


@on_real_servers
def test_F4_nothing_is_lost_by_a_rolling_restart() -> None:
    report = lossless("rolling_restart")
    assert report["acknowledged"] >= 20
    assert report["longest_pause_ms"] > 0
    assert report["reconnects"] >= 2, "nobody was on the nodes that were stopped"


@on_real_servers
def test_H9_nothing_is_lost_while_a_certificate_is_renewed() -> None:
    report = lossless("certificate")
    assert report["served_meanwhile"] == [FIRST], "half a pair was taken"
    assert report["connections_before"] == report["reconnects"] == MUSICIAN_COUNT


def test_a_drill_that_there_is_not_is_told_with_those_that_there_are() -> None:
    refused = drill("fire")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert all(one.name in refused.stderr for one in DRILLS)


async def test_where_mount_is_not_allowed_the_drill_is_skipped_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_disk, "_ran", lambda *_words: "mount: permission denied")
    with pytest.raises(Skipped, match="cannot be mounted here: mount: permission denied"):
        async with full_disk.small_disk(tmp_path):
            pass


async def test_without_history_there_is_no_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "CHECKOUT", tmp_path)
    with pytest.raises(Skipped, match="this checkout has no commit"):
        async with upgrading.version_before(tmp_path):
            pass
