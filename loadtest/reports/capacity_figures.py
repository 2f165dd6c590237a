"""What the steps towards a capacity showed, as rows."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from loadtest.load.capacity_search import StepResult
from loadtest.load.generator_checks import (
    CURSOR_CPU_BOUND_PERCENT,
    CURSOR_LAG_BOUND_MS,
    CURSOR_SENT_PERCENT,
)
from loadtest.load.generators import Loaded
from loadtest.reports.cursor_figures import (
    ARRIVED_SHARE,
    DISTURBED_PERCENT,
    row_of,
)
from loadtest.reports.medians import medians

P99_BOUND_MS = 100.0
"""What an eye takes for at once."""

GATHERED_SHARE = 0.95
"""Of what is to be delivered; where several moves come as one, how many did is an estimate."""

FULL_PERCENT = 95.0
"""A server that took so much of its core was at its end itself, whoever else was."""

SHARES = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75}
"""Of a server's own capacity: the loads at which it is measured."""


def step_of(rooms: float, loaded: Loaded) -> dict[str, Any]:
    """One step: a row as `compare` has it, and what its result needs besides."""
    job, measurement = loaded.job, loaded.measured
    row = row_of(loaded)
    members = rooms * job.size
    timed = len(measurement.latency_ms) + len(measurement.across_ms)
    expected_updates = (
        measurement.due_in_all * (job.size - 1) * (1 - measurement.replaced / max(1, timed))
    )
    per_member = measurement.received_bytes / members / job.seconds
    return row | {
        "rooms": rooms,
        "delivered_share": round(measurement.delivered_in_all / expected_updates, 3)
        if expected_updates
        else 0.0,
        "sent_share": round(measurement.sent / max(1, measurement.due), 3),
        "bytes_per_member_s": round(per_member),
    }


def result_of(step: Mapping[str, Any]) -> StepResult:
    """Whether the server carried it; one that did not is not blamed for others."""
    if is_carried(step):
        return StepResult.PASSED
    is_full = step["cpu_percent"] >= FULL_PERCENT
    return StepResult.VOID if void_because(step) and not is_full else StepResult.FAILED


def is_carried(step: Mapping[str, Any]) -> bool:
    """Everything delivered, and in time."""
    share = ARRIVED_SHARE if not step["replaced_share"] else GATHERED_SHARE
    everything = (
        (step["arrived_share"] or 0.0) >= ARRIVED_SHARE
        and step["delivered_share"] >= share
        and step["sent_share"] * 100 >= CURSOR_SENT_PERCENT
        and not step["lost_connections"]
        and not step["problems"]
    )
    return everything and step["p99_ms"] is not None and step["p99_ms"] <= P99_BOUND_MS


def void_because(step: Mapping[str, Any]) -> str:
    """Why a step says nothing about the server, in words; empty: it does."""
    taken_by_others, busy_percent = step["taken_by_others_percent"], step["generator_cpu_percent"]
    lag_ms = step["generator_lag_p99_ms"] or 0.0
    if taken_by_others > DISTURBED_PERCENT:
        return f"other programs took {taken_by_others:g} % of the server's core"
    if busy_percent > CURSOR_CPU_BOUND_PERCENT:
        return f"the generator took {busy_percent:g} % of its core"
    if lag_ms > CURSOR_LAG_BOUND_MS:
        return f"the generator was {lag_ms:g} ms late (p99), on {busy_percent:g} % of a core"
    if step["sent_share"] * 100 < CURSOR_SENT_PERCENT:
        return f"the generator sent {step['sent_share']:.0%} of what it should have"
    return ""


def peer_row(
    capacities: Sequence[tuple[float, bool]],
    steps: Sequence[Mapping[str, Any]],
    at_shares: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """A server: its capacity (rooms of each search, and whether it is "at least"), and at parts.

    `steps` are all that were made; `at_shares` those at the parts named in `SHARES`.
    """
    rooms = median(room_count for room_count, _ in capacities)
    carried = [step for step in steps if is_carried(step)]
    at_capacity = min(carried, key=lambda step: abs(step["rooms"] - rooms), default=None)
    row: dict[str, Any] = {
        "rooms": round(rooms, 2),
        "at_least": sum(is_bounded for _, is_bounded in capacities) * 2 > len(capacities),
        "rooms_of_each": [room_count for room_count, _ in capacities],
    }
    if at_capacity is not None:
        row |= {
            "updates_per_s": at_capacity["offered_per_s"],
            "p99_ms": at_capacity["p99_ms"],
            "cpu_percent": at_capacity["cpu_percent"],
            "generator_cpu_percent": at_capacity["generator_cpu_percent"],
        }
    for name, runs_taken in at_shares.items():
        if runs_taken:
            middle = medians(runs_taken)
            row[f"latency_at_{name}_ms"] = {"p50": middle["p50_ms"], "p99": middle["p99_ms"]}
            row[f"cpu_at_{name}_percent"] = middle["cpu_percent"]
            row[f"bytes_per_member_s_at_{name}"] = middle["bytes_per_member_s"]
            row[f"rooms_at_{name}"] = middle["rooms"]
    row["bytes_per_member_s"] = row.get("bytes_per_member_s_at_half")
    return row


def curves(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """The median p50 and p99 at each load that was tried, by rooms; void steps say nothing."""
    valid_steps = [step for step in steps if result_of(step) is not StepResult.VOID]
    loads = sorted({step["rooms"] for step in valid_steps})
    return {
        name: [
            (load, median(values))
            for load in loads
            if (
                values := [
                    s[f"{name}_ms"] for s in valid_steps if s["rooms"] == load and s[f"{name}_ms"]
                ]
            )
        ]
        for name in ("p50", "p99")
    }
