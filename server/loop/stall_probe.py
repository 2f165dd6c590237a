"""The longest stall of the event loop: a timer every millisecond, for load tests."""

import asyncio
import os
import time
from pathlib import Path

PROBE_SECONDS = 0.001
SCHEDSTAT = Path("/proc/thread-self/schedstat")
"""Of Linux: ns that this thread ran, ns that it was ready and other threads had the cores."""


class StallProbe:
    """Where the timer comes late, something had the loop or the interpreter: that is a stall.

    Or the machine had no core to spare: that time, where the kernel tells it, is lateness alone.
    """

    def __init__(self) -> None:
        self._stall = 0.0
        """The longest since it was last asked for, in seconds; so is the next."""
        self._lateness = 0.0
        self._has_schedstat = SCHEDSTAT.exists()
        self._schedstat: int | None = None
        """The file, open in the thread of the loop; None: not opened yet, or none is there."""

    async def run(self) -> None:
        """For the life of the server."""
        if self._has_schedstat:
            self._schedstat = os.open(SCHEDSTAT, os.O_RDONLY)
        clock = time.perf_counter
        while True:
            before, waited = clock(), self._waited()
            await asyncio.sleep(PROBE_SECONDS)
            late = clock() - before - PROBE_SECONDS
            if late > self._lateness or late > self._stall:
                self._lateness = max(self._lateness, late)
                self._stall = max(self._stall, late - (self._waited() - waited))

    def longest_stall(self) -> float:
        """In ms, since it was last asked for."""
        longest, self._stall = self._stall, 0.0
        return longest * 1_000

    def longest_lateness(self) -> float:
        """In ms, since it was last asked for; whoever was the cause."""
        longest, self._lateness = self._lateness, 0.0
        return longest * 1_000

    def _waited(self) -> float:
        """Seconds that this thread has waited for a core so far."""
        if self._schedstat is None:
            return 0.0
        return int(os.pread(self._schedstat, 100, 0).split()[1]) / 1e9
