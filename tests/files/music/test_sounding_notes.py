"""What an arrangement plays, against a play head that goes tick by tick."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files.music.sounding_notes import ArrangedNotes, TooMuch, windows
from schema.entities import defaults, empty_state

TICKS = 4
"""Of a beat; all times are whole in them."""

State = dict[str, dict[str, dict[str, Any]]]


def a_clip(duration: int, start: int, loop: tuple[int, int] | None) -> dict[str, Any]:
    clip = defaults("clips") | {"track": "track_01", "time": 3.0, "kind": "notes"}
    clip |= {"duration": duration / TICKS, "playStart": start / TICKS}
    if loop is not None:
        clip |= {"loopStart": loop[0] / TICKS, "loopEnd": loop[1] / TICKS}
    return clip


def played(
    duration: int, start: int, loop: tuple[int, int] | None, notes: list[tuple[int, int]]
) -> list[tuple[float, float]]:
    """When notes are struck and how long they sound, by a play head."""
    found = []
    at = start
    is_looped = loop is not None and start < loop[1]
    for tick in range(duration):
        end = min(at + duration - tick, loop[1]) if is_looped and loop else at + duration - tick
        for time, length in notes:
            if time == at:
                found.append((3.0 + tick / TICKS, min(length, end - at) / TICKS))
        at += 1
        if is_looped and loop and at == loop[1]:
            at = loop[0]
    return sorted(found)


loops = st.tuples(st.integers(0, 12), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))


@settings(max_examples=200, deadline=None)
@given(
    duration=st.integers(1, 60),
    start=st.integers(-8, 20),
    loop=st.none() | loops,
    notes=st.lists(st.tuples(st.integers(-4, 30), st.integers(1, 20)), max_size=6),
    is_alias=st.booleans(),
)
def test_windows_play_what_a_play_head_plays(
    duration: int,
    start: int,
    loop: tuple[int, int] | None,
    notes: list[tuple[int, int]],
    is_alias: bool,
) -> None:
    state: State = empty_state("")
    state["clips"]["clip_001"] = a_clip(duration, start, loop)
    for n, (time, length) in enumerate(notes):
        state["notes"][f"note_{n:03}"] = defaults("notes") | {
            "clip": "clip_001", "time": time / TICKS, "duration": length / TICKS, "key": 60,
        }  # fmt: skip
    clip = state["clips"]["clip_001"]
    if is_alias:
        clip = clip | {"ref": "clip_001"}
    arranged = ArrangedNotes(state, 10_000)
    heard = [
        (one.time, one.duration)
        for one in arranged.notes_of(clip, "clip_002" if is_alias else "clip_001")
    ]
    assert sorted(heard) == played(duration, start, loop, notes)
    assert sum(window.end - window.start for window in windows(clip)) == duration / TICKS


def test_an_arrangement_has_an_end() -> None:
    state: State = empty_state("")
    state["clips"]["clip_001"] = a_clip(400, 0, (0, 1))
    state["notes"]["note_001"] = defaults("notes") | {
        "clip": "clip_001", "time": 0.0, "duration": 1.0, "key": 60,
    }  # fmt: skip
    assert (
        len(list(ArrangedNotes(state, 800).notes_of(state["clips"]["clip_001"], "clip_001"))) == 400
    )
    with pytest.raises(TooMuch):
        list(ArrangedNotes(state, 799).notes_of(state["clips"]["clip_001"], "clip_001"))
