"""Beats to seconds and back, through a project's tempo map."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from rooms.document.document import Entity, State
from rooms.pauses import Pause, no_pause, walked

CONSTANT = 1e-9
"""A slope (relative to the tempo, per beat) below which a ramp is as good as constant."""

SHORTEST_GLIDE = 1e-9
"""Beats: what is closer together is a jump, whose slope no number could hold."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From `beat` (at `seconds`) on: `bpm` that grows by `slope` bpm a beat."""

    beat: float
    seconds: float
    bpm: float
    slope: float

    def seconds_after(self, beats: float) -> float:
        """Integral of 60 / (bpm + slope x) over x from 0 to `beats`."""
        growth = self.slope * beats / self.bpm
        if abs(growth) < CONSTANT:
            return 60.0 * beats / self.bpm
        return 60.0 / self.slope * math.log1p(growth)

    def beats_after(self, seconds: float) -> float:
        """The inverse of `seconds_after`."""
        if abs(self.slope * seconds / 60.0) < CONSTANT:
            return seconds * self.bpm / 60.0
        return self.bpm / self.slope * math.expm1(self.slope * seconds / 60.0)


class TempoMap:
    """Times in quarter notes and seconds, both from 0. What lies before 0 has the first tempo."""

    def __init__(
        self, points: Iterable[tuple[float, float, bool]], pause: Pause = no_pause
    ) -> None:
        """Points (beat, bpm, whether the tempo goes to the next one in a line), in order.

        Of two at one beat a line ends at the first, and the second counts from there on.
        """
        self.points = list(points)
        # In front of the song nothing glides.
        self._stretches = [_Stretch(beat, 0.0, bpm, 0.0) for beat, bpm, _ in self.points[:1]]
        seconds = 0.0
        end_points = [*self.points[1:], (math.inf, 0.0, False)]
        pairs = zip(self.points, end_points, strict=True)
        for (beat, bpm, is_ramp), (next_beat, next_bpm, _) in walked(pairs, pause):
            rises = is_ramp and SHORTEST_GLIDE < next_beat - beat < math.inf
            slope = (next_bpm - bpm) / (next_beat - beat) if rises else 0.0
            stretch = _Stretch(beat, seconds, bpm, slope)
            self._stretches.append(stretch)
            if math.isfinite(next_beat):
                seconds += stretch.seconds_after(next_beat - beat)
        self._beats = [stretch.beat for stretch in self._stretches]
        self._seconds = [stretch.seconds for stretch in self._stretches]

    @classmethod
    def of(cls, state: State, pause: Pause = no_pause) -> "TempoMap":
        """Of a state's `tempo`; of two at one time the left one comes first (rule O12)."""
        tempi = sorted(state["tempo"].items(), key=_sort_key)
        points = ((e["time"], e["bpm"], e["interp"] == "linear") for _, e in tempi)
        return cls(walked(points, pause), pause)

    def seconds_at(self, beat: float) -> float:
        """When the beat sounds."""
        stretch = self._stretches[max(0, bisect_right(self._beats, beat) - 1)]
        return stretch.seconds + stretch.seconds_after(beat - stretch.beat)

    def beat_at(self, seconds: float) -> float:
        """Which beat sounds then."""
        stretch = self._stretches[max(0, bisect_right(self._seconds, seconds) - 1)]
        return stretch.beat + stretch.beats_after(seconds - stretch.seconds)


def _sort_key(tempo: tuple[str, Entity]) -> tuple[float, int, str]:
    entity_id, entity = tempo
    return entity["time"], entity["slot"], entity_id
