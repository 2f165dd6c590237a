"""How long things take, counted in buckets: cheap enough to be told of each."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Upper bounds of the buckets, in seconds, where nothing else is said."""

CALL_BOUNDS = (0.005, 0.02, 0.1, 0.5, 1.0, 5.0)
"""The same of calls, which have many kinds."""

LATE_BOUNDS = (
    *(ms / 1_000 for ms in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)),
    *(0.1, 0.2, 0.5, 1.0, 2.0),
)
"""The same of the event loop's lateness, which musicians feel from some milliseconds on."""

PROBE_BOUNDS = (*(ms / 1_000 for ms in range(1, 61)), 0.08, 0.1, 0.15, 0.2, 0.5, 1.0, 2.0)
"""The same of stalls in load tests: a millisecond apart up to where musicians notice."""

Observe = Callable[[float], None]
"""Told how many seconds something took, each time."""


class Durations:
    """One histogram, of one thread; `bounds` in seconds, rising."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...] = BOUNDS) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        """How many were within each bound and not within the one before; at last the others."""
        self._sum = 0.0
        """All of them together, in seconds."""

    def observe(self, seconds: float) -> None:
        """It took so long."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """(upper bound, how many were within it) of each bucket, and the sum in seconds."""
        total, buckets = 0, []
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            total += count
            buckets.append(("+Inf" if bound == float("inf") else str(bound), float(total)))
        return buckets, self._sum


class DurationsOf(Collector):
    """One family: a histogram for each value of the label, or ("") the only one."""

    def __init__(self, name: str, meaning: str, label: str, each: Mapping[str, Durations]) -> None:
        self._name = name
        self._meaning = meaning
        self._label = label
        self._each = each

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As it is now."""
        labels = [self._label] if self._label else []
        family = HistogramMetricFamily(self._name, self._meaning, labels=labels)
        for value, durations in self._each.items():
            buckets, total = durations.buckets()
            family.add_metric([value] if self._label else [], buckets, total)
        yield family
