"""What lies between two beats of a project state."""

from collections.abc import Iterator
from math import floor

from rooms.byte_bounded_page import first_that_fit
from rooms.document.document import Entity, State
from rooms.music.musical_context import is_arranged
from rooms.music.tempo_map import TempoMap
from rooms.pauses import Pause, no_pause, walked
from schema.calling.projects.timeline_calls import Found, Range
from schema.entities import SIDED

SHORTEST_LOOP = 1e-6
"""Beats; of a shorter loop only the first round is looked through."""

POINTS_OF_THE_SONG = ("markers", "tempo", "signatures")


def between(
    state: State,
    start: float,
    end: float,
    tracks: set[str] | None = None,
    notes: bool = False,
    limit: int = 1_000,
    pause: Pause = no_pause,
) -> Range:
    """What overlaps [start, end), in order of its start; of a looped note its first occurrence."""
    search = _Search(state, start, end, tracks, pause)
    items = [*search.points_of_the_song(), *search.clips(), *search.automation()]
    if notes:
        items.extend(search.notes())
    items.sort(key=lambda f: (f.start, f.col, f.entity["slot"] if f.col in SIDED else 0, f.id))
    return Range(first_that_fit(items[:limit], pause=pause), len(items))


class _Search:
    def __init__(
        self, state: State, start: float, end: float, tracks: set[str] | None, pause: Pause
    ) -> None:
        self._state = state
        self._start = start
        self._end = end
        self._pause = pause
        self._tempo = TempoMap.of(state, pause)
        self._clips = {
            clip_id: clip
            for clip_id, clip in self._all("clips")
            if is_arranged(clip) and (tracks is None or clip["track"] in tracks)
        }
        self._tracks = tracks

    def points_of_the_song(self) -> Iterator[Found]:
        """Markers, tempo and signatures."""
        for collection in POINTS_OF_THE_SONG:
            for entity_id, entity in self._all(collection):
                if self._start <= entity["time"] < self._end:
                    time = float(entity["time"])
                    yield Found(collection, entity_id, time, time, entity)

    def clips(self) -> Iterator[Found]:
        """Clips of the arrangement."""
        for clip_id, clip in walked(self._clips.items(), self._pause):
            begin, end = float(clip["time"]), float(clip["time"] + clip["duration"])
            if begin < self._end and end > self._start:
                yield Found("clips", clip_id, begin, end, clip)

    def automation(self) -> Iterator[Found]:
        """Points of the lanes of tracks, and of clips where those sound."""
        lanes = dict(self._all("lanes"))
        for point_id, point in self._all("points"):
            lane = lanes[point["lane"]]
            time = self._point_time(lane, point)
            if time is not None and self._start <= time < self._end:
                yield Found("points", point_id, time, time, point)

    def notes(self) -> Iterator[Found]:
        """Notes, where they sound first."""
        for note_id, note in self._all("notes"):
            clip = self._clips.get(note["clip"])
            if clip is None:
                continue
            begin = self._sounds_at(clip, note["time"], note["duration"])
            if begin is not None:
                end = float(clip["time"] + clip["duration"])
                stop = min(begin + note["duration"], end)
                yield Found("notes", note_id, max(begin, float(clip["time"])), stop, note)

    def _all(self, collection: str) -> Iterator[tuple[str, Entity]]:
        return walked(self._state.get(collection, {}).items(), self._pause)

    def _point_time(self, lane: Entity, point: Entity) -> float | None:
        if lane["clip"] is not None:
            clip = self._clips.get(lane["clip"])
            return None if clip is None else self._sounds_at(clip, point["time"], 0.0)
        if self._tracks is not None and lane["track"] not in self._tracks:
            return None
        return float(point["time"])

    def _sounds_at(self, clip: Entity, time: float, length: float) -> float | None:
        """The first beat of the song at which content of a clip overlaps what is asked for.

        `time` and `length` are in beats, as those of notes and points always are.
        """
        begin, end = clip["time"], clip["time"] + clip["duration"]
        origin = self._origin(clip)
        at = origin + time
        if self._overlaps(clip, at, length, begin, end):
            return float(at)
        start, stop = self._loop(clip, origin)
        if not start <= time < stop or stop - start < SHORTEST_LOOP:
            return None
        turn = stop - start
        earliest = max(self._start, begin) - length
        turns = max(1, floor((earliest - at) / turn))
        for n in (turns, turns + 1, turns + 2):
            if self._overlaps(clip, at + n * turn, length, begin, end):
                return float(at + n * turn)
        return None

    def _overlaps(self, clip: Entity, at: float, length: float, begin: float, end: float) -> bool:
        is_in_window = at < end and (at + length > begin or at >= begin)
        is_in_range = at < self._end and (at + length > self._start or at >= self._start)
        return is_in_window and is_in_range

    def _origin(self, clip: Entity) -> float:
        """Where in the song the clip's content begins, as it plays at first."""
        if clip["contentTimeUnit"] == "beats":
            return float(clip["time"] - clip["playStart"])
        return self._tempo.beat_at(self._tempo.seconds_at(clip["time"]) - clip["playStart"])

    def _loop(self, clip: Entity, origin: float) -> tuple[float, float]:
        """The clip's loop in beats of its content; none: an empty one."""
        if clip["loopStart"] is None:
            return 0.0, 0.0
        if clip["contentTimeUnit"] == "beats":
            return clip["loopStart"], clip["loopEnd"]
        at = self._tempo.seconds_at(origin)
        start, end = (self._tempo.beat_at(at + clip[name]) for name in ("loopStart", "loopEnd"))
        return start - origin, end - origin
