"""What a trace of Chromium says of a page's frames: how far apart, and how much script in each."""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CATEGORIES = ("devtools.timeline", "cc", "benchmark", "v8")

BEGUN = "Scheduler::BeginFrame"
DRAWN = "MainFrame.Draw"
FIRED = "FireAnimationFrame"
SCRIPT = (
    "EventDispatch",
    "EvaluateScript",
    FIRED,
    "FunctionCall",
    "MajorGC",
    "MinorGC",
    "RunMicrotasks",
    "TimerFire",
    "v8.run",
)
"""What runs script, or what script makes necessary; one may lie in another."""

NAMES = (BEGUN, DRAWN, *SCRIPT)

TraceEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frames:
    """Of a page that was watched for some seconds."""

    gaps_ms: Sequence[float]
    """From a frame that the page has drawn to the next one, by the clock of the screen."""
    script_ms: Sequence[float]
    """Processor time of script for each of them."""


def frames_of(events: Sequence[TraceEvent]) -> Frames:
    """`events`: those named `NAMES`."""
    begun_events = {_number(event): event for event in events if event["name"] == BEGUN}
    numbers = [_drawn_number(event) for event in events if event["name"] == DRAWN]
    drawn_events = sorted(
        (begun_events[number] for number in numbers if number in begun_events), key=_screen_time
    )
    times = [_screen_time(event) for event in drawn_events]
    starts = [float(event["ts"]) for event in drawn_events]
    script = [0.0] * max(0, len(starts) - 1)
    for event in _outermost(_script_of_page(events)):
        at = bisect_right(starts, event["ts"]) - 1
        if 0 <= at < len(script):
            script[at] += float(event["tdur"] if "tdur" in event else event["dur"]) / 1_000
    return Frames([(b - a) / 1_000 for a, b in itertools.pairwise(times)], script)


def _script_of_page(events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """On the thread that draws frames: workers have threads of their own."""
    threads = [_thread(event) for event in events if event["name"] == FIRED]
    page = max(set(threads), key=threads.count) if threads else None
    return [
        each
        for each in events
        if each["name"] in SCRIPT and each["ph"] == "X" and _thread(each) == page
    ]


def _outermost(events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """Those of one thread that lie in none of the others."""
    outermost: list[TraceEvent] = []
    end = float("-inf")
    for event in sorted(events, key=lambda each: (each["ts"], -each["dur"])):
        if event["ts"] >= end:
            outermost.append(event)
            end = event["ts"] + event["dur"]
    return outermost


def _thread(event: TraceEvent) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _number(event: TraceEvent) -> int:
    return int(event["args"]["args"]["sequence_number"])


def _screen_time(event: TraceEvent) -> float:
    """When the screen asked for the frame, in microseconds."""
    return float(event["args"]["args"]["frame_time_us"])


def _drawn_number(event: TraceEvent) -> int:
    """Of the frame in which what the page has drawn is seen first."""
    pipeline = event["args"]["main_frame_pipeline"]
    return int(pipeline["last_begin_frame_id_during_first_draw"]["sequence_number"])
