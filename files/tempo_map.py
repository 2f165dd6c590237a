"""From seconds to beats through the changes of tempo, for timelines that count in seconds."""

import math
from bisect import bisect_right
from collections.abc import Iterable


class TempoMap:
    """Tempos by beat; a `linear` one glides to the next."""

    def __init__(self, tempos: Iterable[tuple[float, float, str]]) -> None:
        self._tempos = sorted(tempos)
        self._seconds = [0.0]
        for index in range(1, len(self._tempos)):
            beats = self._tempos[index][0] - self._tempos[index - 1][0]
            self._seconds.append(self._seconds[-1] + self._lasting(index - 1, beats))

    def bpm_at(self, beat: float) -> float:
        index = max(0, bisect_right([time for time, _, _ in self._tempos], beat) - 1)
        time, bpm, _ = self._tempos[index]
        return bpm + self._slope(index) * max(0.0, beat - time)

    def beat_at(self, seconds: float) -> float:
        """The beat that sounds after so many seconds."""
        index = max(0, bisect_right(self._seconds, seconds) - 1)
        time, bpm, _ = self._tempos[index]
        minutes = (seconds - self._seconds[index]) / 60
        slope = self._slope(index)
        if abs(slope) < 1e-9 or minutes < 0:  # nothing glides in front of the song
            return time + bpm * minutes
        return time + bpm * math.expm1(slope * minutes) / slope

    def _slope(self, index: int) -> float:
        """Change of tempo per beat."""
        if index + 1 >= len(self._tempos) or self._tempos[index][2] != "linear":
            return 0.0
        (start, bpm, _), (end, next_bpm, _) = self._tempos[index : index + 2]
        return (next_bpm - bpm) / (end - start) if end > start else 0.0

    def _lasting(self, index: int, beats: float) -> float:
        """How many seconds so many beats after a tempo take."""
        _, bpm, _ = self._tempos[index]
        slope = self._slope(index)
        if abs(slope) < 1e-9:
            return beats * 60 / bpm
        return 60 / slope * math.log((bpm + slope * beats) / bpm)
