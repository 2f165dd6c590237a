"""When a generator must say that it measured itself."""

import asyncio
import time

from loadtest.load.generator_checks import (
    LAG_BOUND_OF_SECONDS_MS,
    LoopLag,
    disturbed,
    problems,
    verdict,
)


def test_a_generator_in_time_has_nothing_to_say() -> None:
    assert problems([0.1] * 100, 50.0, 1_000, 1_000) == []
    assert problems([], 0.0) == []
    assert verdict([]) == {"sustained": True, "not_sustained_because": []}


def test_each_bound_is_a_sentence_of_its_own() -> None:
    late, busy, few = problems([0.1] * 98 + [25.0] * 2, 97.2, 900, 1_000)
    assert "25.0 ms at p99, on 97 % of a core" in late
    assert "97 % of its core" in busy
    assert "900 of 1,000" in few
    assert verdict([late])["sustained"] is False


def test_where_seconds_are_measured_more_lag_is_forgiven() -> None:
    assert problems([240.0] * 100, 10.0, lag_bound_ms=LAG_BOUND_OF_SECONDS_MS) == []
    assert problems([260.0] * 100, 10.0, lag_bound_ms=LAG_BOUND_OF_SECONDS_MS) != []


def test_one_late_timer_in_a_hundred_is_forgiven() -> None:
    assert problems([0.1] * 99 + [500.0], 10.0, 950, 1_000) == []


def test_a_node_that_is_not_alone_on_its_core_is_told() -> None:
    assert disturbed(10.0) == []
    (said,) = disturbed(37.4)
    assert "37 % of the time" in said


async def test_a_pause_counts_for_every_timer_that_fell_into_it() -> None:
    async with LoopLag() as lag:
        await asyncio.sleep(0.03)
        time.sleep(0.2)  # noqa: ASYNC251 - a loop that is held up is what is measured
        await asyncio.sleep(0.03)
    late = sorted(ms for ms in lag.ms if ms > 20)
    assert len(late) >= 15  # 200 ms hold 20 timers of 10 ms each
    assert late[-1] >= 150
    assert lag.cpu_percent > 0
