"""How the numbers were made: what belongs beside every figure that is published."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtest.load import generator_checks
from loadtest.nodes.cores import Cores

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
GENERATOR_OF_CURSORS = (
    "WebSocket client of our own on uvloop, in processes of their own. Those who count are read "
    "every 5 ms; more than 125 of them less often, 1,000 every 40 ms. Not sustained: the "
    f"generator was late by more than {generator_checks.CURSOR_LAG_BOUND_MS:g} ms (p99), busy for "
    f"more than {generator_checks.CURSOR_CPU_BOUND_PERCENT:g} %, or sent less than "
    f"{generator_checks.CURSOR_SENT_PERCENT:g} %; then latencies are its own."
)
COST = (
    "Processor time of the server process and its children, from outside. Prime's PostgreSQL "
    "runs on the load's cores and is told apart (database_cpu_percent). "
    "taken_by_others_percent is what other programs took of the server's core meanwhile."
)
GENERATOR_OF_SCENARIOS = (
    "Bare WebSocket clients on uvloop, beside the server's core. Latencies run from when a message "
    "was due, and moves that a later one replaced count when that one was seen. Not sustained: "
    f"the generator was late by more than {generator_checks.LAG_BOUND_MS:g} ms at p99 "
    f"({generator_checks.LAG_BOUND_OF_SECONDS_MS:g} ms where seconds are measured), busy for more "
    f"than {generator_checks.CPU_BOUND_PERCENT:g} % of its core, or sent less than "
    f"{generator_checks.RATE_BOUND * 100:g} %: then latencies are its own; or the server had work "
    f"and no core for more than {generator_checks.WAITING_BOUND_PERCENT:g} % of the time: then its "
    "figures are too low."
)


def cursor_conditions(cores: Cores, **other_conditions: Any) -> dict[str, Any]:
    """Of a run in which rooms of cursors load servers, in words."""
    return {
        **_surroundings(cores.in_words),
        "delivered": COUNTING,
        "latency": LATENCY,
        "generator": GENERATOR_OF_CURSORS,
        "cost": COST,
        **other_conditions,
    }


def scenario_conditions(pinning: str) -> dict[str, Any]:
    """Of a run whose generator `loadtest.load.generator_checks` judges, in words."""
    return {**_surroundings(pinning), "generator": GENERATOR_OF_SCENARIOS}


def _surroundings(pinning: str) -> dict[str, Any]:
    """When, on what, and by which Python."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.platform(terse=True)}",
        "pinning": pinning,
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
