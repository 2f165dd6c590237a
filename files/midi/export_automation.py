"""Automation as the controllers of MIDI: volume and pan of a track's strip, in steps."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from files.losses import Losses
from files.midi.midi_values import LOUDEST, PAN, VOLUME, pan_value, volume_of, volume_value
from files.music.sounding_notes import NEAR, PlayWindow, windows
from files.readable_state import Entity, State

Moves = Mapping[int, list[tuple[float, int]]]
"""Controller -> (beat, value)."""

_CONTROLLERS: Mapping[str, tuple[int, Callable[[float], int]]] = {
    "volume": (VOLUME, volume_value),
    "pan": (PAN, pan_value),
}
_HIGHEST: Mapping[str, float] = {"volume": volume_of(LOUDEST), "pan": 1.0}
"""What the highest value of each controller means; the lowest means 0."""

_FINEST = 1 / 16
"""Beats between two steps of a ramp."""

MOST_STEPS = 100_000
"""Of one lane."""


class Automation:
    """The automation of a state by the strip that it moves."""

    def __init__(self, state: State, losses: Losses) -> None:
        self._state = state
        self._losses = losses
        self._points: dict[str, list[Entity]] = {}
        for point in state["points"].values():
            self._points.setdefault(str(point["lane"]), []).append(point)
        for points in self._points.values():
            points.sort(key=lambda point: (_float(point["time"]), _float(point["slot"])))
        # Strip and property -> its lanes.
        self._lanes: dict[tuple[str, str], list[str]] = {}
        for lane_id, lane in state["lanes"].items():
            self._keep_or_note(lane_id, lane)

    def _keep_or_note(self, lane_id: str, lane: Entity) -> None:
        collection, entity, prop = (*str(lane["target"]).split("/"), "", "")[:3]
        if collection == "channels" and prop in _CONTROLLERS and lane["enable"]:
            self._lanes.setdefault((entity, prop), []).append(lane_id)
            self._note_ramps(lane_id)
            self._note_beyond(lane_id, _HIGHEST[prop])
            return
        why = (
            "automation lanes that are off"
            if not lane["enable"]
            else "automation lanes of what MIDI cannot automate"
        )
        self._losses.note("lanes", "", why, lane)
        for point in self._points.get(lane_id, ()):
            self._losses.note("points", "", "automation points of lanes that are left out", point)

    def _note_ramps(self, lane_id: str) -> None:
        for point, next_point in pairwise(self._points.get(lane_id, ())):
            if point["interp"] == "linear" and point["value"] != next_point["value"]:
                loss_text = "ramps of automation were written as steps, a point for each"
                self._losses.note("points", "interp", loss_text, point)

    def _note_beyond(self, lane_id: str, highest: float) -> None:
        for point in self._points.get(lane_id, ()):
            if not -NEAR <= _float(point["value"]) <= highest + NEAR:
                loss_text = "automation points beyond what MIDI holds became the nearest it has"
                self._losses.note("points", "value", loss_text, point)

    def of(self, strip: str) -> Moves:
        """The moves of one strip's volume and pan, by time."""
        moves_by_controller: dict[int, list[tuple[float, int]]] = {}
        for prop, (controller, value_of) in _CONTROLLERS.items():
            moves = [
                (beat, value_of(level))
                for lane_id in self._lanes.get((strip, prop), ())
                for beat, level in self._lane(lane_id)
            ]
            if moves:
                moves_by_controller[controller] = _changes(sorted(moves, key=lambda move: move[0]))
        return moves_by_controller

    def _lane(self, lane_id: str) -> Iterator[tuple[float, float]]:
        lane, points = self._state["lanes"][lane_id], self._points.get(lane_id, [])
        if lane["clip"] is None:
            yield from _levels_within(points, PlayWindow(0.0, 0.0, float("inf")))
            return
        repeats = [
            clip
            for clip_id, clip in self._state["clips"].items()
            if lane["clip"] in (clip_id, clip["ref"]) and clip["slot"] is None and clip["enable"]
        ]
        for clip in sorted(repeats, key=lambda clip: _float(clip["time"])):
            for number, window in enumerate(windows(clip)):
                if number * max(len(points), 1) > MOST_STEPS:
                    self._losses.note(
                        "lanes", "", "automation lanes with too many loops to write all", lane
                    )
                    break
                yield from _levels_within(points, window)


def _levels_within(points: list[Entity], window: PlayWindow) -> Iterator[tuple[float, float]]:
    """Levels at beats of the song; a ramp is many."""
    for point, next_point in zip(points, [*points[1:], None], strict=False):
        start, level = _float(point["time"]), _float(point["value"])
        end = window.end if next_point is None else min(_float(next_point["time"]), window.end)
        if start > window.end or end < window.start:
            continue
        is_ramp = point["interp"] == "linear" and next_point is not None
        if is_ramp and next_point is not None and next_point["value"] != level and end > start:
            ramp_beats = _float(next_point["time"]) - start
            rise = _float(next_point["value"]) - level
            count = min(MOST_STEPS, max(1, round((end - start) / _FINEST)))
            for step in range(count):
                at = start + (end - start) * step / count
                if at >= window.start:
                    yield (
                        window.time + at - window.start,
                        level + rise * ((at - start) / ramp_beats),
                    )
        else:
            yield window.time + max(0.0, start - window.start), level


def _changes(moves: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Without those that change nothing."""
    changes: list[tuple[float, int]] = []
    for beat, value in moves:
        if not changes or changes[-1][1] != value:
            changes.append((beat, value))
    return changes


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
