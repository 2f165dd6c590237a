"""The figures of a node, for Prometheus at /metrics: OpenMetrics' conventions, base units."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, Info, PlatformCollector
from prometheus_client.exposition import choose_encoder

from persistence.tables import audit_log
from schema.accounts.audit_events import AuditEvent
from server.events.events import Events, EventSubject
from server.metrics.counter_catalogue import COUNTERS, KINDS, CounterRow
from server.metrics.durations import BOUNDS, Durations, Observe, family
from server.metrics.exposition import ExpositionLines, series
from server.metrics.process_figures import ProcessFigures

AUDITED = "audit_entries."
"""What counts of entries of the audit begin with."""


class Count(Protocol):
    """`Metrics.count`, for who counts and need not know where."""

    def __call__(self, kind: str, amount: float = 1, about: EventSubject | None = None) -> None: ...


def uncounted(kind: str, amount: float = 1, about: EventSubject | None = None) -> None:
    """A `Count` for who has no metrics."""


class Metrics:
    """Counters of the catalogue; gauges are read when asked for, and asking changes nothing."""

    def __init__(self) -> None:
        self.events = Events()
        """What of it operators are shown one by one."""
        self.durations: dict[str, list[Durations]] = {}
        """Name of a histogram -> those of it, one for each value of its label."""
        self.registry = CollectorRegistry()
        """Of the library: gauges, the process, and what does not change."""
        PlatformCollector(registry=self.registry)
        self.process = ProcessFigures()
        self.registry.register(self.process)
        self._counts: dict[str, float] = dict.fromkeys(KINDS, 0.0)
        """Kind -> how often it happened, or how much of it; all are there from the start.

        A plain dict: some are counted with every message, in one thread.
        """
        self._families = [self._counter(counter) for counter in COUNTERS]
        """Counters and histograms, as they are shown."""

    def _counter(self, counter: CounterRow) -> ExpositionLines:
        kinds = counter.kinds
        name = f"{counter.family}_total"
        lines = [series(name, [(counter.label, value)]) for value in kinds.values()]

        def values() -> Iterator[float]:
            for kind in kinds:
                yield self.counted(kind)

        return ExpositionLines(counter.family, counter.meaning, "counter", lines, values)

    def count(self, kind: str, amount: float = 1, about: EventSubject | None = None) -> None:
        """Something happened; `kind` comes from code, never from input, and is in the catalogue.

        With `about` it is an event too, if it is of a kind that operators are shown.
        """
        counts = self._counts
        counts[kind] = counts.get(kind, 0.0) + amount
        if about is not None:
            self.events.note(kind, about, int(amount))

    def counted(self, kind: str) -> float:
        """How often it happened so far, or how much of it."""
        written_count = 0  # what is noted in transactions is counted where it is written
        if kind.startswith(AUDITED):
            written_count = audit_log.WRITTEN[AuditEvent(kind.removeprefix(AUDITED))]
        return self._counts.get(kind, 0.0) + written_count

    def undeclared(self) -> list[str]:
        """What was counted and is not in the catalogue, so that nobody sees it: our own mistake."""
        return sorted(self._counts.keys() - KINDS)

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """A figure that is read at each scrape."""
        Gauge(f"prime_{name}", meaning, registry=self.registry).set_function(read)

    def gauge_by(
        self, name: str, meaning: str, label: str, read: Mapping[str, Callable[[], float]]
    ) -> None:
        """One figure for each value of the label."""
        gauge = Gauge(f"prime_{name}", meaning, [label], registry=self.registry)
        for value, read_one in read.items():
            gauge.labels(value).set_function(read_one)

    def info(self, name: str, meaning: str, values: Mapping[str, str]) -> None:
        """What does not change while the node runs; shown as `prime_<name>_info`."""
        Info(f"prime_{name}", meaning, registry=self.registry).info(dict(values))

    def histogram(self, name: str, meaning: str, bounds: tuple[float, ...] = BOUNDS) -> Observe:
        """Where to say how many seconds something took, each time."""
        durations = Durations(bounds)
        self.durations[name] = [durations]
        self._families.append(family(f"prime_{name}", meaning, "", {"": durations}))
        return durations.observe

    def histogram_by(
        self, name: str, meaning: str, bounds: tuple[float, ...], label: str, values: Iterable[str]
    ) -> Mapping[str, Observe]:
        """The same for each value of the label."""
        durations_by_value = {value: Durations(bounds) for value in values}
        self.durations[name] = list(durations_by_value.values())
        self._families.append(family(f"prime_{name}", meaning, label, durations_by_value))
        return {value: durations.observe for value, durations in durations_by_value.items()}

    def text(self, accept: str = "") -> str:
        """All of it, in the format that `accept` (of HTTP) asks for: see `page`."""
        return self.page(accept)[0]

    def page(self, accept: str) -> tuple[str, str]:
        """(text, Content-Type): OpenMetrics for who accepts that, else Prometheus' classic text."""
        encode, content_type = choose_encoder(accept)
        is_open = content_type.startswith("application/openmetrics-text")
        own_metrics = "".join(family.text(is_open=is_open) for family in self._families)
        return f"{own_metrics}{encode(self.registry).decode()}", content_type  # the library ends it
