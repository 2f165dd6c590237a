"""What a demo shows: a picture within 80 columns, plain lines, and the proof."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType

from loadtest.demo.live_view import (
    Figures,
    live,
    place,
    plain_line,
    proof,
    sparkline,
)
from loadtest.people.participant import MemberFigures

ADA = MemberFigures("Ada", "#e0556b", "knife", 33.0, "Warm Bass of the Night", True, 2)
BEN = MemberFigures("Ben 2", "#4f9fe8", "pencil", 9_999.0, "x" * 200, False, 0)
FIGURES = Figures(
    song="Harbour Lights " * 10,
    elapsed=7.25,
    seconds=20,
    members=[ADA, BEN],
    song_beats=128,
    deltas_acked=123,
    deltas_per_second=[0, 3, 12, 7],
    ack_ms={"p50": 3.21, "p99": 9.87},
    cursor_ms={"p50": 1.5, "p99": 8.0},
    head=456,
    kills=1,
)
LIBRARY = {
    "preset": "Reese",
    "presets_used": 4,
    "shared_with": 4,
    "pending_for": 4,
    "live_for": 4,
}
REPORT: dict[str, Any] = {
    "recall": {"uses": 40, "suggested": 9, "taken": 5},
    "lost_uses": 0,
    "library": LIBRARY,
    "musicians": 4,
    "deltas_acked": 321,
    "lost": 0,
    "converged": True,
    "refused": 0,
    "dropped_ops": 2,
    "kills": 3,
    "reconnects": 12,
    "resent": 5,
    "digest": "0123456789abcdef0123456789abcdef",
    "ack_ms": {"p50": 3.2, "p99": 9.9},
    "cursor_ms": {"p50": None, "p99": None},
    "hub_rss_mb": 61.2,
    "ready_s": 2.4,
}


def drawn(picture: RenderableType) -> str:
    console = Console(width=80, record=True, file=StringIO())
    console.print(picture)
    text = console.export_text()
    assert all(len(line.rstrip()) <= 80 for line in text.splitlines())
    return text


def test_the_picture_fits_80_columns_and_says_who_is_where() -> None:
    text = drawn(live(FIGURES))
    for shown in ("Ada", "knife", "9.2", "Warm Bass", "offline", "123 deltas", "7/s", "456"):
        assert shown in text
    assert "3.2 / 9.9 ms" in text
    assert "1.5 / 8.0 ms" in text
    assert "restarts 1" in text


def test_a_killed_node_is_seen() -> None:
    assert "killed" in drawn(live(replace(FIGURES, node_is_up=False)))


def test_a_plain_line_is_one_line() -> None:
    line = plain_line(FIGURES)
    assert "\n" not in line
    assert "1/2 live" in line
    assert "acked 123" in line
    assert "ack -" in plain_line(replace(FIGURES, ack_ms={}))


@pytest.mark.parametrize(
    ("time", "beats_per_bar", "beat_length", "said"),
    [(0, 4, 1, "1.1"), (5.5, 4, 1, "2.2"), (3.5, 3, 0.5, "2.2"), (-1, 4, 1, "1.1")],
)
def test_a_place_is_bar_and_beat_from_one(
    time: float, beats_per_bar: float, beat_length: float, said: str
) -> None:
    assert place(time, beats_per_bar, beat_length) == said


def test_sparkline_scales_to_its_highest() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    line = sparkline([0, 1, 4, 8])
    assert line[0] == "▁"
    assert line[-1] == max(line)
    assert len(sparkline(list(range(100)))) == 30


def test_the_proof_marks_what_was_kept_and_what_was_not() -> None:
    kept = drawn(proof(REPORT))
    assert "✗" not in kept
    assert "321 deltas acknowledged and seen, 0 of them lost" in kept
    assert "killed 3 x" in kept
    assert "40 uses told to Mixx Recall, 0 of them lost; 5 of 9 first suggestions taken" in kept
    broken = drawn(proof(REPORT | {"lost": 1, "converged": False, "kills": 0, "lost_uses": 1}))
    assert broken.count("✗") == 3
    unheard = drawn(proof(REPORT | {"library": LIBRARY | {"live_for": 3, "shared_with": 0}}))
    assert unheard.count("✗") == 2
