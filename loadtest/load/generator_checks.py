"""Whether the generator could make the load it says it made: its own lag, and its own processor."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self

from loadtest.percentiles import percentile, summary
from loadtest.stopping import cancel_and_wait

LAG_BOUND_MS = 20.0
LAG_BOUND_OF_SECONDS_MS = 250.0
"""Where what is measured takes seconds: how long until all have joined, or are back."""

CPU_BOUND_PERCENT = 90.0
RATE_BOUND = 0.95
"""Past these a generator measured itself, not the server."""

CURSOR_LAG_BOUND_MS = 25.0
CURSOR_CPU_BOUND_PERCENT = 92.0
CURSOR_SENT_PERCENT = 95.0
"""The same for the generators of `cursors`, `compare` and `capacity`: processes of their own."""

WAITING_BOUND_PERCENT = 10.0
"""A server that has work and no core for longer is not alone there: its figures are too low."""

PROBE_SECONDS = 0.01


def problems(
    lag_ms: Sequence[float],
    cpu_percent: float,
    sent_count: float = 1.0,
    wanted_count: float = 1.0,
    lag_bound_ms: float = LAG_BOUND_MS,
) -> list[str]:
    """Why the load was not what it should have been, in sentences; none: it was."""
    problems_found = []
    lag_p99_ms = percentile(lag_ms, 99) or 0.0
    if lag_p99_ms > lag_bound_ms:
        problems_found.append(
            f"the generator was late by {lag_p99_ms:.1f} ms at p99, on {cpu_percent:.0f} % of a "
            "core: the latencies are its own too"
        )
    if cpu_percent > CPU_BOUND_PERCENT:
        problems_found.append(
            f"the generator took {cpu_percent:.0f} % of its core: it could not have offered more"
        )
    if sent_count < wanted_count * RATE_BOUND:
        problems_found.append(f"only {sent_count:,.0f} of {wanted_count:,.0f} messages were sent")
    return problems_found


def disturbed(waiting_percent: float) -> list[str]:
    """Whether something else had the server's core, as a sentence; none: it had not."""
    if waiting_percent <= WAITING_BOUND_PERCENT:
        return []
    share = f"{waiting_percent:.0f} % of the time"
    return [f"the server had work and no core for {share}: something else runs on its core"]


def verdict(problems_found: Sequence[str]) -> dict[str, Any]:
    """As reports have it."""
    return {"sustained": not problems_found, "not_sustained_because": list(problems_found)}


class LoopLag:
    """How late this process' event loop runs its timers, from `async with` to its end."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self._cpu = self._began_at = 0.0
        self._at_end: float | None = None

    async def __aenter__(self) -> Self:
        self._cpu, self._began_at = time.process_time(), time.perf_counter()
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await cancel_and_wait(self._task)
        self._at_end = self.cpu_percent

    @property
    def cpu_percent(self) -> float:
        """What this process took of one core so far, or until the end."""
        if self._at_end is not None:
            return self._at_end
        seconds_passed = time.perf_counter() - self._began_at
        return (
            (time.process_time() - self._cpu) / seconds_passed * 100 if seconds_passed > 0 else 0.0
        )

    @property
    def summary(self) -> dict[str, float | None]:
        """Median and p99, in ms."""
        return summary(self.ms)

    async def _run(self) -> None:
        due_at = time.perf_counter()
        while True:
            due_at += PROBE_SECONDS
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
            # After a pause every timer that fell into it counts, each by its own lateness.
            self.ms.append(max(0.0, time.perf_counter() - due_at) * 1_000)
