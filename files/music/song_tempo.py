"""Beats to seconds and back through the changes of tempo, for timelines that count in seconds.

The same formula as the server's (rule T3): the vectors of tests/files/music/test_song_tempo.py
hold both.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter

CONSTANT = 1e-9
"""A slope (relative to the tempo, per beat) below which a glide is as good as constant."""

SHORTEST_GLIDE = 1e-9
"""Beats: what is closer together is a jump, whose slope no number could hold."""


class SongTempo:
    """Tempos by beat; a `linear` one glides to the next. In front of the song nothing glides."""

    def __init__(self, tempos: Iterable[tuple[float, float, str]]) -> None:
        """Tempos (beat, bpm, interpolation); of two at one beat the left one first."""
        self._tempos = sorted(tempos, key=itemgetter(0))
        self._beats = [beat for beat, _, _ in self._tempos]
        self._seconds = [0.0]
        for index in range(1, len(self._tempos)):
            beats = self._beats[index] - self._beats[index - 1]
            self._seconds.append(self._seconds[-1] + self._lasting(index - 1, beats))

    def bpm_at(self, beat: float) -> float:
        """The tempo from this beat on."""
        index = max(0, bisect_right(self._beats, beat) - 1)
        time, bpm, _ = self._tempos[index]
        return bpm + self._slope(index) * max(0.0, beat - time)

    def seconds_at(self, beat: float) -> float:
        """When the beat sounds."""
        index = bisect_right(self._beats, beat) - 1
        if index < 0:
            return (beat - self._beats[0]) * 60 / self._tempos[0][1]
        return self._seconds[index] + self._lasting(index, beat - self._beats[index])

    def beat_at(self, seconds: float) -> float:
        """The beat that sounds after so many seconds."""
        index = bisect_right(self._seconds, seconds) - 1
        if index < 0:
            return self._beats[0] + seconds * self._tempos[0][1] / 60
        time, bpm, _ = self._tempos[index]
        minutes = (seconds - self._seconds[index]) / 60
        slope = self._slope(index)
        if abs(slope * minutes) < CONSTANT:
            return time + bpm * minutes
        return time + bpm * math.expm1(slope * minutes) / slope

    def _slope(self, index: int) -> float:
        """Change of tempo per beat."""
        if index + 1 >= len(self._tempos) or self._tempos[index][2] != "linear":
            return 0.0
        (start, bpm, _), (end, next_bpm, _) = self._tempos[index : index + 2]
        return (next_bpm - bpm) / (end - start) if end - start > SHORTEST_GLIDE else 0.0

    def _lasting(self, index: int, beats: float) -> float:
        """How many seconds so many beats after a tempo take."""
        _, bpm, _ = self._tempos[index]
        growth = self._slope(index) * beats / bpm
        if abs(growth) < CONSTANT:
            return beats * 60 / bpm
        return 60 / self._slope(index) * math.log1p(growth)


class SongClock:
    """A timeline in beats or seconds that lies in the song: its `time` sounds at `beat`."""

    __slots__ = ("_beat", "_seconds", "_tempo", "_time", "unit")

    def __init__(self, tempo: SongTempo, unit: str, time: float = 0.0, beat: float = 0.0) -> None:
        self.unit = "seconds" if unit == "seconds" else "beats"
        self._tempo = tempo
        self._time = time
        self._beat = beat
        self._seconds = tempo.seconds_at(beat) if self.unit == "seconds" else 0.0

    def beat_at(self, time: float) -> float:
        """Where in the song a time of this timeline sounds."""
        if self.unit == "beats":
            return self._beat + time - self._time
        return self._tempo.beat_at(self._seconds + time - self._time)

    def time_at(self, beat: float) -> float:
        """Which time of this timeline sounds there."""
        if self.unit == "beats":
            return self._time + beat - self._beat
        return self._time + self._tempo.seconds_at(beat) - self._seconds

    def aligned(self, unit: str | None) -> "SongClock":
        """A timeline in this unit (None: the same) whose beginning sounds where this one's does."""
        if unit is None or unit == self.unit:
            return self
        return SongClock(self._tempo, unit, 0.0, self.beat_at(0.0))


def beats_lasting(seconds: float, bpm: float, next_bpm: float) -> float:
    """Over how many beats a glide from `bpm` to `next_bpm` takes these seconds."""
    if abs(next_bpm - bpm) < CONSTANT * bpm:
        return seconds * bpm / 60
    return seconds / 60 * (next_bpm - bpm) / math.log(next_bpm / bpm)
