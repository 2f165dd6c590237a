"""The notes of an arrangement as they sound: loops unrolled, repetitions resolved, edges cut."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from files.readable_state import Entity, State

NEAR = 1e-6
"""Beats below which two times are one."""


class TooMuch(Exception):
    """With all loops written out there are more notes than a file may hold."""


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note, at a beat of the song."""

    time: float
    duration: float
    note: Entity


@dataclass(frozen=True, slots=True)
class PlayWindow:
    """A stretch of a clip's content, and where it lies in the song."""

    time: float
    start: float
    end: float


def windows(clip: Entity) -> Iterator[PlayWindow]:
    """What a clip plays of its content, one after the other."""
    time, duration_left, at = (
        _number(clip["time"]),
        _number(clip["duration"]),
        _number(clip["playStart"]),
    )
    is_looped = clip["loopEnd"] is not None and at < _number(clip["loopEnd"])
    while duration_left > NEAR:
        end = min(at + duration_left, _number(clip["loopEnd"])) if is_looped else at + duration_left
        yield PlayWindow(time, at, end)
        time += end - at
        duration_left -= end - at
        at = _number(clip["loopStart"]) if is_looped else end


class ArrangedNotes:
    """The notes of a state by track; at most so many of them."""

    def __init__(self, state: State, most: int) -> None:
        self._state = state
        self._notes_left = most
        self._notes: Mapping[str, list[tuple[float, Entity]]] = _by_clip(state)
        # Notes that begin before the edge of a clip, and would sound into it.
        self.cut_off_count = 0

    def notes_of(self, clip: Entity, clip_id: str) -> Iterator[HeardNote]:
        """What one clip of notes plays, itself or what it repeats; raises `TooMuch`."""
        notes = self._notes.get(str(clip["ref"] or clip_id), [])
        times = [time for time, _ in notes]
        if not notes:
            return
        for window in windows(clip):
            first = bisect_left(times, window.start - NEAR)
            last = bisect_left(times, window.end - NEAR)
            self._notes_left -= 1 + last - first
            if self._notes_left < 0:
                raise TooMuch
            if window.time == clip["time"]:
                self.cut_off_count += sum(
                    time + _number(note["duration"]) > window.start + NEAR
                    for time, note in notes[:first]
                )
            for time, note in notes[first:last]:
                at = window.time + max(0.0, time - window.start)
                longest = window.time + window.end - window.start - at
                yield HeardNote(at, min(_number(note["duration"]), longest), note)


def _by_clip(state: State) -> Mapping[str, list[tuple[float, Entity]]]:
    notes_by_clip: dict[str, list[tuple[float, Entity]]] = defaultdict(list)
    for note in state["notes"].values():
        notes_by_clip[str(note["clip"])].append((_number(note["time"]), note))
    for notes in notes_by_clip.values():
        notes.sort(key=lambda timed: (timed[0], str(timed[1]["key"])))
    return notes_by_clip


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
