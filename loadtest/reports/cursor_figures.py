"""From what was measured to the figures of a report row."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.load.generator_checks import (
    CURSOR_CPU_BOUND_PERCENT,
    CURSOR_LAG_BOUND_MS,
    CURSOR_SENT_PERCENT,
)
from loadtest.load.generators import Loaded
from loadtest.percentiles import percentile

ARRIVED_SHARE = 0.99

DISTURBED_PERCENT = 10.0
"""Of the server's core, taken by others: past this the server was slower than it is."""


def row_of(loaded: Loaded) -> dict[str, Any]:
    """One run. Rates are per second of the measured time."""
    job, measurement, cost = loaded.job, loaded.measured, loaded.cost
    times = [*measurement.latency_ms, *measurement.across_ms]
    ordered = sorted(times)
    lag = _rounded(percentile(measurement.lag_ms, 99), 2)
    generator_percent = measurement.cpu_seconds / job.seconds / loaded.generators * 100
    return {
        "updates_per_cpu_s": _rate(measurement.delivered, cost.cpu_seconds),
        "delivered_per_s": round(measurement.delivered / job.seconds),
        "p50_ms": _rounded(percentile(ordered, 50), 2),
        "p99_ms": _rounded(percentile(ordered, 99), 2),
        "bytes_per_update": _rounded(_per(measurement.received_bytes, measurement.delivered), 1),
        "rss_mb": round(cost.rss_mb, 1),
        "cpu_percent": round(cost.cpu_seconds / job.seconds * 100, 1),
        "database_cpu_percent": round(cost.beside_cpu_seconds / job.seconds * 100, 1),
        "taken_by_others_percent": round(cost.others_cpu_seconds / job.seconds * 100, 1),
        "offered_per_s": round(measurement.due / job.seconds * (job.size - 1)),
        "moves_per_s": round(measurement.due / job.seconds),
        "sustained": _is_sustained(loaded, lag, generator_percent),
        "generator_lag_p99_ms": lag,
        "generator_cpu_percent": round(generator_percent, 1),
        "decoded_share": round(job.listeners / job.size, 3),
        "arrived_share": _rounded(_per(len(times), measurement.timed_of), 3),
        "replaced_share": _rounded(_per(measurement.replaced, len(times)), 3),
        "lost_connections": measurement.lost_connections,
        "unsent_bytes": measurement.unsent_bytes,
        "update_bytes": measurement.update_bytes,
        "problems": dict(measurement.problems.most_common(3)),
    }


def _is_sustained(loaded: Loaded, lag: float | None, generator_percent: float) -> bool:
    """Whether the generator kept its schedule with a core to spare, so that the rest is true."""
    measurement = loaded.measured
    sent_percent = measurement.sent / max(1, measurement.due) * 100
    in_time = lag is not None and lag <= CURSOR_LAG_BOUND_MS
    return (
        in_time
        and generator_percent <= CURSOR_CPU_BOUND_PERCENT
        and sent_percent >= CURSOR_SENT_PERCENT
    )


def notes_of(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """What makes figures less than they seem, row by row; `name` is the key of a row's name."""
    return [f"{row[name]}: {warning}" for row in rows for warning in _warnings(row)]


def _warnings(row: Mapping[str, Any]) -> list[str]:
    warnings = []
    if row.get("sustained") is False:
        warnings.append("the generator could not sustain this load: the latencies are its own")
    arrived_share = row.get("arrived_share", 1.0) or 0.0
    if arrived_share < ARRIVED_SHARE:
        warnings.append(
            f"{1 - arrived_share:.0%} of the updates had not arrived when the wait for them ended: "
            "the latencies are of the others, in truth they are longer"
        )
    taken_by_others = row.get("taken_by_others_percent", 0.0)
    if taken_by_others > DISTURBED_PERCENT:
        warnings.append(
            f"other programs took {taken_by_others:g} % of the server's core: disturbed"
        )
    if row.get("lost_connections"):
        warnings.append(f"{row['lost_connections']} connections were lost")
    if row.get("problems"):
        warnings.append(f"not understood: {row['problems']}")
    return warnings


def _rate(amount: float, seconds: float) -> int | None:
    return round(amount / seconds) if seconds > 0 else None


def _per(amount: float, whole: float) -> float | None:
    return amount / whole if whole else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
