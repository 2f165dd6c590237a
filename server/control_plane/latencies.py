"""Latencies of late: as a node tells them, of several nodes together, and their quantiles."""

from collections.abc import Sequence
from typing import Any

from schema.operating.health_calls import NOTHING_MEASURED, Latency
from server.metrics.durations import Durations


def histogram_map(*histograms: Durations) -> dict[str, Any]:
    """Histograms of the same bounds as one, as JSON has it."""
    counts = [
        sum(column)
        for column in zip(*(histogram.of_late() for histogram in histograms), strict=True)
    ]
    return {
        "upto_ms": [round(bound * 1_000, 3) for bound in histograms[0].bounds],
        "counts": counts,
    }


def latency(answers: Sequence[dict[str, Any]]) -> Latency:
    """What nodes told, together; of one with other bounds, which is of another version, nothing."""
    if not answers:
        return NOTHING_MEASURED
    same_bounds = [answer for answer in answers if answer["upto_ms"] == answers[0]["upto_ms"]]
    upto: list[float] = same_bounds[0]["upto_ms"]
    counts_of_each = [answer["counts"] for answer in same_bounds]
    counts = [sum(column) for column in zip(*counts_of_each, strict=True)]
    halves, most = quantile(upto, counts, 0.5), quantile(upto, counts, 0.99)
    return Latency(sum(counts), halves, most, upto, counts)


def quantile(upto: Sequence[float], counts: Sequence[int], part: float) -> float | None:
    """Of a histogram, straight between two bounds; past the last one, that one."""
    wanted_count, bound_below, seen_count = part * sum(counts), 0.0, 0
    if not wanted_count:
        return None
    for bound, count in zip(upto, counts[:-1], strict=True):
        if count and seen_count + count >= wanted_count:
            return round(
                bound_below + (bound - bound_below) * (wanted_count - seen_count) / count, 2
            )
        bound_below, seen_count = bound, seen_count + count
    return round(bound_below, 2)
