"""What lies between two beats (rule T1): content in beats and in seconds, and loops."""

from typing import Any

import pytest

from rooms.document.document import Document
from rooms.music.between_beats import between
from schema.ops import Insert, Set
from tests.rooms.songs import blank

STEP = (
    Insert("tempo", "tempo_two", {"time": 8, "bpm": 60}),
    Insert("tracks", "track_one", {"content": ["notes", "audio"]}),
)
"""120 up to beat 8 (at 4 s), and 60 from there on."""


def holding(time: float, duration: float, **props: Any) -> Document:
    document = blank()
    clip: dict[str, Any] = {"track": "track_one", "time": time, "duration": duration} | props
    ops = [*STEP, Insert("clips", "clip_one", clip)]
    assert document.apply(ops).drops == []
    return document


def starts(document: Document, start: float, end: float) -> list[tuple[str, float, float]]:
    found = between(document.frozen(), start, end, notes=True).found
    return [(f.col, f.start, f.end) for f in found if f.col in ("notes", "points")]


@pytest.mark.parametrize("unit", ["beats", "seconds"])
def test_T1_notes_and_points_count_in_beats_whatever_a_clip_s_own_times_do(unit: str) -> None:
    # The content begins at beat 5 (2.5 s): a beat, or half a second, in front of the clip.
    play_start = {"beats": 1.0, "seconds": 0.5}[unit]
    document = holding(6, 6, playStart=play_start, contentTimeUnit=unit)
    document.apply(
        [
            Insert("notes", "note_one", {"clip": "clip_one", "time": 2, "duration": 3, "key": 60}),
            Insert("lanes", "lane_one", {"clip": "clip_one", "target": "channels/ch_master/pan"}),
            Insert("points", "point_on", {"lane": "lane_one", "time": 4, "value": 0}),
        ]
    )
    assert starts(document, 0, 20) == [("notes", 7, 10), ("points", 9, 9)]


def test_T1_a_loop_in_seconds_turns_where_its_seconds_end() -> None:
    document = holding(6, 10, contentTimeUnit="seconds", loopStart=0.0, loopEnd=2.0)
    document.apply(
        [Insert("notes", "note_one", {"clip": "clip_one", "time": 0, "duration": 1, "key": 60})]
    )
    # Two seconds from beat 6 on (3 s) end at beat 9: the loop has 3 beats.
    assert starts(document, 6, 7) == [("notes", 6, 7)]
    assert starts(document, 8, 10) == [("notes", 9, 10)]


def test_T1_a_loop_of_almost_nothing_is_looked_through_once() -> None:
    document = holding(6, 10, loopStart=0.0, loopEnd=5e-324)
    note: dict[str, Any] = {"clip": "clip_one", "time": 0, "duration": 1, "key": 60}
    document.apply([Insert("notes", "note_one", note)])
    assert starts(document, 6, 7) == [("notes", 6, 7)]
    assert starts(document, 12, 13) == []
    document.apply([Set("clips", "clip_one", {"loopEnd": 1.0})])
    assert starts(document, 12, 13) == [("notes", 12, 13)]
