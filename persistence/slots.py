"""Slots of which there are so many: who finds one free takes it at once, the others wait in turn.

`asyncio.Semaphore` takes a microsecond for each that is free, and every call takes two.
"""

import asyncio
from collections import deque


class Slots:
    """Of one event loop."""

    def __init__(self, count: int) -> None:
        self._free_count = count
        """Those that nobody has; while somebody waits, none."""
        self._waiting_futures: deque[asyncio.Future[None]] = deque()
        """Who waits, the first one first."""

    def take(self) -> bool:
        """Whether one was free; it is the caller's now."""
        if not self._free_count:
            return False
        self._free_count -= 1
        return True

    async def wait(self) -> None:
        """Until one is the caller's."""
        if self.take():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting_futures.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()  # it came in the same moment
            raise

    def give(self) -> None:
        """One that was taken: it is the next one's who waits."""
        while self._waiting_futures:
            turn = self._waiting_futures.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free_count += 1
