"""The server's tempo map and the importers' are two copies of one formula: the same vectors."""

import json
from pathlib import Path

import pytest

from files.music.song_tempo import SongTempo
from rooms.music.tempo_map import TempoMap

ROOT = Path(__file__).parents[3]
HOLD, LINEAR = "hold", "linear"

VECTORS: list[tuple[str, list[tuple[float, float, str]], list[tuple[float, float]]]] = [
    ("one tempo", [(0, 120, HOLD)], [(0, 0), (1, 0.5), (7.5, 3.75)]),
    ("a step", [(0, 120, HOLD), (4, 60, HOLD)], [(4, 2), (5, 3), (8, 6)]),
    (
        "a glide",
        [(0, 120, LINEAR), (8, 140, HOLD)],
        [(4, 1.92102498), (8, 3.69961632), (16, 7.12818774)],
    ),
    (
        "a glide, then a jump: left and right",
        [(0, 120, LINEAR), (8, 140, LINEAR), (8, 90, HOLD)],
        [(4, 1.92102498), (8, 3.69961632), (16, 9.03294965)],
    ),
    (
        "a jump at the start",
        [(0, 60, HOLD), (0, 120, LINEAR), (8, 140, HOLD)],
        [(0, 0), (8, 3.69961632)],
    ),
    (
        "a glide down",
        [(0, 160, HOLD), (2, 160, LINEAR), (6, 80, HOLD)],
        [(2, 0.75), (6, 2.82944154), (8, 4.32944154)],
    ),
    ("a glide to the same tempo", [(0, 99, LINEAR), (8, 99, HOLD)], [(8, 480 / 99)]),
    ("a glide with no end", [(0, 120, LINEAR)], [(8, 4)]),
    ("a glide too short for a number", [(0, 60, LINEAR), (5e-324, 90, HOLD)], [(3, 2), (0, 0)]),
    ("in front of the song", [(0, 120, LINEAR), (8, 140, HOLD)], [(-48, -24), (-1, -0.5)]),
]


@pytest.mark.parametrize(("name", "points", "times"), VECTORS, ids=[v[0] for v in VECTORS])
def test_T3_both_tempo_maps_are_the_formula(
    name: str, points: list[tuple[float, float, str]], times: list[tuple[float, float]]
) -> None:
    of_files = SongTempo(points)
    of_rooms = TempoMap([(beat, bpm, interp == LINEAR) for beat, bpm, interp in points])
    for beat, seconds in times:
        for tempo in (of_files, of_rooms):
            assert tempo.seconds_at(beat) == pytest.approx(seconds, abs=1e-7)
            assert tempo.beat_at(seconds) == pytest.approx(beat, abs=1e-6)


def test_T3_of_two_tempi_at_one_beat_the_right_one_counts_from_there() -> None:
    tempo = SongTempo([(0, 120, LINEAR), (8, 140, LINEAR), (8, 90, HOLD)])
    assert (tempo.bpm_at(4), tempo.bpm_at(8), tempo.bpm_at(9)) == (130, 90, 90)


def test_T3_the_importers_map_reads_the_vectors_that_clients_are_held_to() -> None:
    maps = json.loads((ROOT / "schema" / "vectors" / "tempo.json").read_text())["maps"]
    assert len(maps) > 5
    for vector in maps:
        tempi = sorted(vector["tempo"].values(), key=lambda e: (e["time"], e["slot"]))
        tempo = SongTempo((e["time"], e["bpm"], e["interp"]) for e in tempi)
        for beat, seconds in vector["times"]:
            assert tempo.seconds_at(beat) == pytest.approx(seconds, abs=1e-9), vector["about"]
            assert tempo.beat_at(seconds) == pytest.approx(beat, abs=1e-6), vector["about"]
