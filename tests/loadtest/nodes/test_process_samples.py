"""Processor time and memory over time."""

import asyncio
import itertools

import pytest

from loadtest.nodes.process_samples import Samples


class Used:
    """Processor seconds that go by as fast as told."""

    def __init__(self, *reads: float) -> None:
        self._reads = list(reads)

    def __call__(self) -> float:
        return self._reads.pop(0) if len(self._reads) > 1 else self._reads[0]


async def test_busy_is_percent_of_a_core_between_two_reads() -> None:
    async with Samples({"node": Used(1.0, 1.05)}, {"mb": lambda: 7.0}, every=0.1) as samples:
        await asyncio.sleep(0.15)
    first, *others = samples.series["node"]
    assert first == pytest.approx(100 * 0.05 / samples.seconds[0], rel=0.2)
    assert set(others) == {0}
    assert set(samples.series["mb"]) == {7.0}
    assert samples.highest("node") == round(first, 1)
    assert samples.mean("mb") == 7.0


async def test_a_process_that_was_started_anew_counts_from_nothing() -> None:
    async with Samples({"node": Used(30.0, 0.5, 0.5)}, every=10) as samples:
        pass
    assert samples.series["node"] == [0.0]


async def test_a_mean_is_of_the_time_asked_for() -> None:
    levels = itertools.chain([1.0, 3.0], itertools.repeat(100.0))
    async with Samples({}, {"mb": lambda: next(levels)}, every=0.05) as samples:
        await asyncio.sleep(0.12)
    first, second, *_ = samples.seconds
    assert samples.mean("mb", until=second) == 2.0
    assert samples.mean("mb", since=first, until=second) == 3.0
    assert samples.mean("mb", since=1e9) == 0.0
