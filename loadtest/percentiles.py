"""Exact percentiles by nearest rank: every number reported was measured once."""

import math
from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that so many percent of the values do not exceed; None of nothing."""
    if not values:
        return None
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def summary(values: Sequence[float], digits: int = 2) -> dict[str, float | None]:
    """The median and the tail, as reports have them."""
    ordered = sorted(values)
    points = {"p50": percentile(ordered, 50), "p99": percentile(ordered, 99)}
    return {name: None if at is None else round(at, digits) for name, at in points.items()}


def in_words(figures: Mapping[str, float | None]) -> str:
    """Such a summary of milliseconds, for people."""
    p50, p99 = figures.get("p50"), figures.get("p99")
    return "-" if p50 is None or p99 is None else f"{p50:.1f} / {p99:.1f} ms"
