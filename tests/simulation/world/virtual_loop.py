"""An event loop whose time passes only while everybody waits: hours in milliseconds, no sockets."""

import asyncio
import heapq
from collections import deque
from collections.abc import Coroutine
from typing import Any


class Stuck(Exception):
    """Everybody waits, and nothing will ever happen."""


class VirtualLoop(asyncio.BaseEventLoop):
    """For coroutines that wait for each other and for time, and for nothing else."""

    _ready: deque[Any]
    """Asyncio's handles, to be run now."""
    _scheduled: list[Any]
    """Asyncio's timers, a heap: what is due first is first."""
    _clock_resolution: float

    def __init__(self) -> None:
        super().__init__()
        self._now = 1_000.0
        """Virtual seconds."""

    def time(self) -> float:
        """Virtual seconds."""
        return self._now

    def _run_once(self) -> None:
        """What is ready, else what is due next: asyncio's own would ask a selector in between."""
        ready, timers = self._ready, self._scheduled
        if not ready:
            self._now = max(self._now, self._next_timer()._when)
        end = self._now + self._clock_resolution
        while timers and timers[0]._when < end:
            timer = heapq.heappop(timers)
            timer._scheduled = False
            ready.append(timer)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _next_timer(self) -> Any:
        timers = self._scheduled
        while timers and timers[0]._cancelled:
            heapq.heappop(timers)._scheduled = False
        if not timers:
            raise Stuck("nothing is scheduled and nothing is ready")
        return timers[0]

    def _write_to_self(self) -> None:
        """Nobody waits in a selector that could be woken."""


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end in virtual time; what is still under way then is cancelled."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_cancel_the_rest())
        loop.close()


async def _cancel_the_rest() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
