"""The few figures worth watching, for Prometheus at /metrics."""

from collections import Counter as Counts
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from persistence.tables import audit_log


class Count(Protocol):
    """`Metrics.count`, for who counts and need not know where."""

    def __call__(self, kind: str, amount: float = 1) -> None: ...


def uncounted(kind: str, amount: float = 1) -> None:
    """A `Count` for who has no metrics."""


ALARMING = (
    "bus_forged",
    "bus_malformed",
    "calls_failed",
    "diverged",
    "entries_quarantined",
    "journal_went_back",
    "nodes_diverged",
    "room_loaded_anew",
    "rows_hidden",
    "task_failed",
)
"""Events that must not happen without a fault to explain them."""

FROM_THE_START = (*ALARMING, "aborted_stopping", "append_failed", "closed_overloaded")
"""Events that are there from the start, at 0: an alarm on an increase must see the first."""


DURATIONS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Upper bounds of a histogram's buckets, in seconds."""


class _Events(Collector):
    """Counted in a plain dict: some are counted with every message, in one thread."""

    def __init__(self) -> None:
        self.counts: dict[str, float] = dict.fromkeys(FROM_THE_START, 0.0)
        """Kind of event -> how often it happened, or how much of it."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("prime_events", "What happened, by kind.", labels=["kind"])
        counts = Counts(self.counts)  # what is noted in transactions is counted where it is written
        counts.update({f"audit_{event}": count for event, count in audit_log.WRITTEN.items()})
        for kind, count in counts.items():
            family.add_metric([kind], count)
        yield family


class Metrics:
    """Events counted by kind; gauges are read when asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events = _Events()
        self.registry.register(self._events)

    def count(self, kind: str, amount: float = 1) -> None:
        """Something happened; `kind` comes from code, never from input."""
        counts = self._events.counts
        counts[kind] = counts.get(kind, 0.0) + amount

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """A figure that is read at each scrape."""
        Gauge(f"prime_{name}", meaning, registry=self.registry).set_function(read)

    def gauge_by(
        self, name: str, meaning: str, label: str, read: Mapping[str, Callable[[], float]]
    ) -> None:
        """One figure for each value of the label."""
        gauge = Gauge(f"prime_{name}", meaning, [label], registry=self.registry)
        for value, each in read.items():
            gauge.labels(value).set_function(each)

    def counter(self, name: str, meaning: str) -> Callable[[float], None]:
        """Where to say how much more there was; at 0 from the start. Its name ends in `_total`."""
        return Counter(f"prime_{name}", meaning, registry=self.registry).inc

    def histogram(self, name: str, meaning: str) -> Callable[[float], None]:
        """Where to say how many seconds something took, each time."""
        buckets = DURATIONS
        return Histogram(f"prime_{name}", meaning, buckets=buckets, registry=self.registry).observe

    def text(self) -> str:
        """Prometheus' text format."""
        return generate_latest(self.registry).decode()
