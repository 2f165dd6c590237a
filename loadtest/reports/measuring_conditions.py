"""How the numbers were made: what belongs beside every figure that is published."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtest.hub.cores import Cores

COUNTING = (
    "Some members of each room decode every message, check who moved, and time it; the others "
    "count: frames of one update each by their headers, Prime's ticks by the members they name, "
    "each different tick decoded once. An update delivered is one member's newer cursor at one "
    "other member. Where a server sends members their own updates back, these do not count."
)
LATENCY = (
    "From when the update was due by a schedule fixed before the run, not from when it was sent, "
    "to when a member that decodes had it, or a later one of the same member: none is left out "
    "because a server has gathered several (replaced_share). Updates due in the measured time "
    "are timed if they come within 5 s after it; arrived_share tells how many did."
)
GENERATOR = (
    "WebSocket client of our own on uvloop, in processes of their own. Those who count are read "
    "every 5 ms; more than 125 of them less often, 1,000 every 40 ms. Not sustained: the "
    "generator was late by more than 50 ms (p99), busy for more than 92 %, or sent less than "
    "95 %; then latencies are its own."
)
COST = (
    "Processor time of the server process and its children, from outside. Prime's PostgreSQL "
    "runs on the load's cores and is told apart (database_cpu_percent). "
    "taken_by_others_percent is what other programs took of the server's core meanwhile."
)


def how(cores: Cores, **other_conditions: Any) -> dict[str, Any]:
    """The surroundings of a run, in words."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.platform(terse=True)}",
        "pinning": cores.in_words,
        "python": platform.python_version(),
        "delivered": COUNTING,
        "latency": LATENCY,
        "generator": GENERATOR,
        "cost": COST,
        **other_conditions,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
