"""Each scenario once, small, against a real node; and command lines that are none."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtest.songs.large_song import full_song, size_in_state
from rooms.document.document import Document
from schema.entities import empty_state
from schema.ops import Op
from tests.loadtest.test_command_line import ended_here

ROOT = Path(__file__).parents[3]
NAMES = ("deltas", "join", "idle", "herd", "feed", "session", "auth")


def real_hub(test: Any) -> Any:
    """A whole node, for some seconds."""
    for mark in (
        pytest.mark.node,
        pytest.mark.postgres,
        pytest.mark.slow,
        pytest.mark.timeout(120),
    ):
        test = mark(test)
    return test


def loadtest(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def report_of(*words: str) -> dict[str, Any]:
    done = loadtest(*words, "--json")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    report: dict[str, Any] = json.loads(done.stdout)
    assert isinstance(report["sustained"], bool)
    assert report["sustained"] == (not report["not_sustained_because"])
    for name in ("sustained", "cores"):
        assert name in done.stderr
    return report


@real_hub
def test_deltas() -> None:
    sizes = ("--rooms", "3", "--writers", "6", "--in-flight", "10", "--rate", "100")
    report = report_of("deltas", *sizes, "--seconds", "0.4")
    assert report["lost"] == 0
    assert report["refused"] == {}
    assert report["durable_per_s"] > 100
    alone = report["postgres_alone_per_s"]
    assert report["ratio"] == pytest.approx(report["durable_per_s"] / alone, abs=0.001)
    assert 0 < report["ack_ms"]["p50"] <= report["ack_p99_ms"] <= report["ack_ms"]["max"]
    assert report["tick_delay_ms"] >= 0
    assert set(report["hub_stall_ms"]) == {"quiet", "at_rate", "saturated"}
    assert report["hub_stall_ms"]["saturated"] > 0
    assert 0 < report["cursor_quiet_ms"]["p50"] <= report["cursor_quiet_ms"]["max"]


@real_hub
def test_join() -> None:
    report = report_of("join", "--clients", "12", "--inside", "3", "--entities", "1000")
    assert (report["failed"], report["wrong_states"]) == (0, 0)
    assert report["fully_decoded"] >= 5
    assert report["entities"] >= 1_000
    assert 0 < report["joined_s"]["p50"] <= report["joined_p95_s"] <= report["joined_s"]["last"]
    assert report["cursor_p99_ms"] > 0
    assert report["encodings"] >= 1


@real_hub
def test_H6_idle() -> None:
    report = report_of("idle", "--connections", "40", "--per-room", "16")
    assert (report["connections"], report["failed"], report["lost_connections"]) == (40, 0, 0)
    assert report["open_at_hub"] == 40
    assert report["rooms"] == 3
    assert report["heartbeats_answered"] >= 38
    assert report["hub_uss_before_mb"] > 10
    assert report["kb_per_connection"] < 1_000


@real_hub
def test_V1_V8_feed() -> None:
    sizes = ("--watchers", "30", "--per-list", "5", "--rate", "20", "--seconds", "1.5")
    report = report_of("feed", *sizes)
    assert (report["missed"], report["watchers"], report["lists"]) == (0, 30, 6)
    assert report["resumed"] + report["told_the_whole_list"] >= 30
    assert report["changes_per_s"] > 1
    assert report["told_per_s"] > report["changes_per_s"]
    assert 0 < report["change_to_watcher_p50_ms"] <= report["change_to_watcher_p99_ms"]
    assert set(report["queries_per_s"]) == {"tenth", "all"}


@real_hub
def test_D16_neighbours() -> None:
    done = loadtest("neighbours", "--size", "0.3", "--seconds", "0.5", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report["ack_ms"]) == {"rest", "edited", "checkpointed", "undone", "read", "locked"}
    for figures in report["ack_ms"].values():
        assert 0 < figures["p50"] <= figures["p99"]
        assert figures["acks"] > 10
    assert report["ratio"] == max(report["ratios"].values())
    assert report["project_mb"] > 0.1
    assert "the other project is" in done.stderr


@real_hub
def test_P1_P4_herd() -> None:
    report = report_of("herd", "--clients", "24", "--per-room", "8")
    assert (report["lost"], report["holes"], report["unanswered"]) == (0, 0, 0)
    assert report["missing"] == 0
    assert report["resumed"] + report["fresh_states"] == 24
    assert report["deltas_acked"] > 8
    assert report["attempts_that_failed"]
    assert 0 < report["returned_s"]["p50"] <= report["resumed_within_s"]


@real_hub
def test_P1_P4_session(tmp_path: Path) -> None:
    sizes = ("--rooms", "1", "--size", "10", "--seconds", "11")
    report = report_of("session", *sizes, "--report", str(tmp_path / "page"))
    assert (report["lost"], report["holes"], report["unanswered"]) == (0, 0, 0)
    assert report["converged"] is True
    assert report["refused"] == {}
    assert report["drops"] >= 1
    assert report["reconnects"] == report["drops"]
    assert report["gestures"] > 5
    assert report["previews_per_s"] > 0
    assert report["deltas_acked"] > report["edits"] > 10
    assert 0 < report["cursor_ms"]["p50"] <= report["cursor_ms"]["p99"]
    assert report["updates_per_s"] > report["moves_per_s"] > 0
    assert json.loads((tmp_path / "page" / "figures.json").read_text()) == report
    page = (tmp_path / "page" / "index.html").read_text()
    assert page.count("<svg") == 3
    for shown in ("people as they are", "updates_per_s", "at most 0", "percent of a core"):
        assert shown in page


@pytest.mark.parametrize("name", NAMES)
def test_each_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_here("loadtest", (name, "--help"), monkeypatch) == 0
    told = capsys.readouterr().out
    assert "--json" in told
    assert len(told.splitlines()) > 8


@pytest.mark.parametrize(
    "words",
    [
        ("deltas", "--in-flight", "257"),
        ("deltas", "--rate", "0"),
        ("join", "--inside", "1"),
        ("idle", "--per-room", "501"),
        ("herd", "--clients", "none"),
        ("session", "--seconds", "inf"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_here("loadtest", words, monkeypatch) == 2
    assert words[1] in capsys.readouterr().err


@real_hub
def test_J11_join_over_slow_lines() -> None:
    report = report_of(
        "join", "--clients", "3", "--inside", "2", "--entities", "2000", "--line", "0.05"
    )
    assert report["all_in"]
    assert (report["line_mb_per_s"], report["cut_off"], report["wrong_states"]) == (0.05, 0, 0)


def test_a_full_song_is_as_much_as_a_project_holds() -> None:
    ops = full_song(3_000, 1)
    assert len(ops) == 3_000 - 100
    assert len({op["id"] for op in ops}) == len(ops)
    document = Document(empty_state("full"))
    before = document.size
    assert not document.apply([msgspec.convert(op, Op) for op in ops]).drops
    assert document.size - before == sum(size_in_state(op) for op in ops)


@real_hub
def test_calls() -> None:
    report = report_of("calls", "--rows", "200", "--callers", "2", "--seconds", "0.05")
    assert report["failed"] == {}
    assert {row["kind"] for row in report["calls"]} >= {"get", "create", "recall: suggest"}
    for row in report["calls"]:
        rounding = 0.001 + 0.05 / row["asyncpg_per_s"]  # rates are told to a tenth
        ratio = row["per_s"] / row["asyncpg_per_s"]
        assert row["ratio"] == pytest.approx(ratio, abs=rounding)
        assert 0 < row["p50_ms"] <= row["p99_ms"]
