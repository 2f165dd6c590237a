"""Stalls of the event loop: a timer every millisecond, for load tests."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

PROBE_SECONDS = 0.001
SCHEDSTAT = Path("/proc/thread-self/schedstat")
"""Of Linux: ns that this thread ran, ns that it was ready and other threads had the cores."""


class StallProbe:
    """Where the timer comes late, something had the loop or the interpreter: that is a stall.

    Or the machine had no core to spare: that time, where the kernel tells it, is lateness alone.
    """

    def __init__(self, stalled: Callable[[float], None], on_late: Callable[[float], None]) -> None:
        self._stalled = stalled
        """Told, in seconds, for each timer how long the loop was kept from it."""
        self._on_late = on_late
        """The same with the time in which the machine had no core to spare."""
        self._has_schedstat = SCHEDSTAT.exists()
        self._schedstat: int | None = None
        """The file, open in the thread of the loop; None: not opened yet, or none is there."""

    async def run(self) -> None:
        """For the life of the server."""
        if self._has_schedstat:
            self._schedstat = os.open(SCHEDSTAT, os.O_RDONLY)
        clock = time.perf_counter
        while True:
            before, waited = clock(), self._core_wait_seconds()
            await asyncio.sleep(PROBE_SECONDS)
            lateness = max(0.0, clock() - before - PROBE_SECONDS)
            self._on_late(lateness)
            waited_for_cpu = self._core_wait_seconds() - waited if lateness > PROBE_SECONDS else 0.0
            self._stalled(max(0.0, lateness - waited_for_cpu))

    def _core_wait_seconds(self) -> float:
        """Seconds that this thread has waited for a core so far."""
        if self._schedstat is None:
            return 0.0
        return int(os.pread(self._schedstat, 100, 0).split()[1]) / 1e9
