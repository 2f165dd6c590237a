"""What we write ourselves is what the library writes, in both formats."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.registry import Collector

from server.metrics.durations import Durations, family
from server.metrics.exposition import ExpositionLines, series


class OfTheLibrary(Collector):
    """The same two families."""

    def collect(self) -> Iterator[Any]:
        counter = CounterMetricFamily("prime_calls", "Calls, by method.", labels=["method"])
        counter.add_metric(["auth.login"], 3.0)
        counter.add_metric(["auth.logout"], 0.0)
        yield counter
        histogram = HistogramMetricFamily("prime_took", "So long.", labels=["group"])
        histogram.add_metric(["a"], [("0.1", 1.0), ("0.5", 1.0), ("+Inf", 2.0)], 7.25)
        yield histogram


def test_it_is_what_the_library_writes() -> None:
    registry: Any = CollectorRegistry()
    registry.register(OfTheLibrary())
    took = Durations((0.1, 0.5))
    took.observe(0.0)
    took.observe(7.25)
    methods = ("auth.login", "auth.logout")
    lines = [series("prime_calls_total", [("method", method)]) for method in methods]
    ours = (
        ExpositionLines(
            "prime_calls", "Calls, by method.", "counter", lines, lambda: iter((3.0, 0.0))
        ),
        family("prime_took", "So long.", "group", {"a": took}),
    )
    classic = "".join(one.text(is_open=False) for one in ours)
    in_open = "".join(one.text(is_open=True) for one in ours)
    write: Any = generate_latest
    write_open: Any = generate_open
    assert classic == write(registry).decode()
    assert in_open + "# EOF\n" == write_open(registry).decode()
