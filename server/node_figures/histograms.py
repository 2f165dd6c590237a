"""What a node measures how long it takes: each histogram, and who tells it."""

from collections.abc import Mapping
from dataclasses import dataclass

from schema.calls import METHODS
from server.commits.committer import Took, commit_times
from server.loop.stall_probe import StallProbe
from server.metrics.counter_catalogue import CALL_GROUPS
from server.metrics.durations import CALL_BOUNDS, LATE_BOUNDS, PROBE_BOUNDS, Observe
from server.metrics.metrics import Metrics

COMMITTED = "From a delta's coming to its COMMIT; of each transaction the longest."
ACKED = "From a delta's coming until its room is told to acknowledge it."
JOINED = "From a join's coming until its member is in the room."
ANSWERED = "From a call's coming to its answer, by the first part of its name."
LATE = "By how much the event loop came late; of each 50 ms the longest."
STALLED = "How long the event loop was kept from a timer (PRIME_STALL_PROBE)."
PROBED_LATE = "The same with the time in which the machine had no core to spare."


@dataclass(frozen=True, slots=True)
class Histograms:
    """Of one node: whom to tell how many seconds something took."""

    committed: Took
    joined: Observe
    answered: Mapping[str, Observe]
    """By method."""
    loop_late: Observe
    stalls: StallProbe | None
    """None: nobody asked for it."""


def add_histograms(metrics: Metrics, has_stall_probe: bool) -> Histograms:
    """Into the metrics."""
    add = metrics.histogram
    groups = metrics.histogram_by("call_seconds", ANSWERED, CALL_BOUNDS, "group", CALL_GROUPS)
    stalls = None
    if has_stall_probe:
        stalled = metrics.histogram("probe_stall_seconds", STALLED, PROBE_BOUNDS)
        lateness = metrics.histogram("probe_late_seconds", PROBED_LATE, PROBE_BOUNDS)
        stalls = StallProbe(stalled, lateness)
    return Histograms(
        committed=commit_times(add("commit_seconds", COMMITTED), add("ack_seconds", ACKED)),
        joined=add("join_seconds", JOINED),
        answered={method: groups[method.split(".")[0]] for method in METHODS},
        loop_late=add("loop_late_seconds", LATE, LATE_BOUNDS),
        stalls=stalls,
    )
