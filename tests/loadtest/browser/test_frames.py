"""Frames and script as a trace of Chromium tells them."""

from typing import Any

import pytest

from loadtest.browser.frames import frames_of

VSYNC = 16_666
PAGE, WORKER = 7, 8


def begun(number: int) -> dict[str, Any]:
    args = {"args": {"sequence_number": number, "frame_time_us": number * VSYNC}}
    return {"name": "Scheduler::BeginFrame", "ts": number * VSYNC + 200, "args": args}


def drawn(number: int) -> dict[str, Any]:
    pipeline = {"last_begin_frame_id_during_first_draw": {"sequence_number": number}}
    args = {"main_frame_pipeline": pipeline}
    return {"name": "MainFrame.Draw", "ts": number * VSYNC + 9_000, "args": args}


def ran(name: str, at: float, took: int, thread: int = PAGE) -> dict[str, Any]:
    """At a time in frames, on the processor for half of what it took."""
    event = {"name": name, "ts": at * VSYNC, "dur": took, "tdur": took // 2}
    return {**event, "ph": "X", "pid": 1, "tid": thread}


def test_frames_are_as_far_apart_as_the_screen_showed_what_the_page_has_drawn() -> None:
    events = [*map(begun, range(1, 8)), *map(drawn, (1, 2, 5, 6))]
    assert frames_of(events).gaps_ms == pytest.approx([16.666, 3 * 16.666, 16.666])


def test_script_is_counted_once_and_only_that_of_the_page() -> None:
    events = [
        *map(begun, (1, 2, 3)),
        *map(drawn, (1, 2, 3)),
        ran("FireAnimationFrame", 1.2, 4_000),
        ran("FunctionCall", 1.25, 3_000),  # within the one before
        ran("MinorGC", 1.8, 1_000),
        ran("FunctionCall", 1.3, 9_000, thread=WORKER),
        ran("FireAnimationFrame", 2.3, 600),
    ]
    assert frames_of(events).script_ms == pytest.approx([2.5, 0.3])


def test_a_page_that_draws_nothing_has_no_frames() -> None:
    frames = frames_of([begun(1), begun(2)])
    assert (frames.gaps_ms, frames.script_ms) == ([], [])
