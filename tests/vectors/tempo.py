"""Vectors of the tempo map: beats and the seconds at which they sound."""

from typing import Any

from rooms.music.tempo_map import TempoMap
from schema.entities import defaults

HOLD, LINEAR = "hold", "linear"

MAPS: dict[str, list[tuple[float, float, str, int]]] = {
    "one tempo": [(0, 120, HOLD, 0)],
    "a step": [(0, 120, HOLD, 0), (8, 90, HOLD, 0)],
    "a line of bpm over beats, 60 to 120": [(0, 60, LINEAR, 0), (8, 120, HOLD, 0)],
    "down and up": [(0, 140, LINEAR, 0), (4, 70, LINEAR, 0), (12.5, 93.7, HOLD, 0)],
    "left and right": [(0, 60, LINEAR, 0), (4, 120, HOLD, 0), (4, 90, HOLD, 1), (8, 100, HOLD, 0)],
    "a line that is flat": [(0, 100, LINEAR, 0), (16, 100, LINEAR, 0), (32, 50, HOLD, 0)],
    "the last line leads nowhere": [(0, 100, HOLD, 0), (16, 50, LINEAR, 0)],
}
"""About -> beat, bpm, how it goes on, left (0) or right (1)."""

BEATS = (0.0, 0.5, 1.0, 3.999, 4.0, 4.001, 6.25, 8.0, 12.5, 16.0, 100.0, 4_096.0)


def tempo() -> dict[str, Any]:
    """The content of tempo.json."""
    return {"maps": [_map(about, rows) for about, rows in MAPS.items()]}


def _map(about: str, rows: list[tuple[float, float, str, int]]) -> dict[str, Any]:
    tempi = {f"tempo_{99 - n:03}": _entity(*row) for n, row in enumerate(rows)}
    times = TempoMap.of({"tempo": tempi})
    return {"about": about, "tempo": tempi, "times": [[b, times.seconds_at(b)] for b in BEATS]}


def _entity(time: float, bpm: float, interp: str, slot: int) -> dict[str, Any]:
    return defaults("tempo") | {"time": time, "bpm": bpm, "interp": interp, "slot": slot}
