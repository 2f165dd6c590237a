"""Quantiles of what nodes tell of their histograms."""

from schema.operating.health_calls import NOTHING_MEASURED
from server.control_plane.latencies import histogram_map, latency, quantile
from server.metrics.durations import Durations


def test_a_quantile_lies_straight_between_two_bounds() -> None:
    upto = [10.0, 20.0, 40.0]
    assert quantile(upto, [0, 0, 0, 0], 0.5) is None
    assert quantile(upto, [10, 0, 0, 0], 0.5) == 5.0
    assert quantile(upto, [5, 0, 5, 0], 0.99) == 39.6
    assert quantile(upto, [0, 0, 0, 7], 0.5) == 40.0


def test_several_nodes_are_one_histogram_but_for_other_bounds() -> None:
    one, other, old = Durations((0.01, 0.02)), Durations((0.01, 0.02)), Durations((1.0,))
    for durations, seconds in ((one, 0.005), (other, 0.015), (other, 5.0), (old, 0.5)):
        durations.observe(seconds)
    both = latency([histogram_map(one), histogram_map(other), histogram_map(old)])
    assert (both.count, both.upto_ms, both.counts) == (3, [10.0, 20.0], [1, 1, 1])
    assert (both.p50_ms, both.p99_ms) == (15.0, 20.0)
    assert histogram_map(one, other)["counts"] == [1, 1, 1]
    assert latency([]) == NOTHING_MEASURED
