"""What a demo shows: a picture within 80 columns, and plain lines."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from loadtest.demo.live_view import (
    Figures,
    live,
    place,
    plain_line,
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
