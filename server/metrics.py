"""The few figures worth watching, for Prometheus at /metrics."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """Counters by name, made on first use; gauges are read when asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter(
            "prime_events_total", "What happened, by kind.", ["kind"], registry=self.registry
        )
        self._children: dict[str, Counter] = {}

    def count(self, kind: str, amount: float = 1) -> None:
        """Something happened; `kind` comes from code, never from input."""
        child = self._children.get(kind)
        if child is None:
            child = self._children[kind] = self._events.labels(kind)
        child.inc(amount)

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """A figure that is read at each scrape."""
        Gauge(f"prime_{name}", meaning, registry=self.registry).set_function(read)

    def text(self) -> str:
        """Prometheus' text format."""
        return generate_latest(self.registry).decode()
