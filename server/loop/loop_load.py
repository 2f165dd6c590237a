"""How busy the event loop is: the part of a core that its thread takes."""

import asyncio
import time

LOOK_SECONDS = 0.1
SMOOTHING = 0.2
"""How much the newest look counts: half a second of load is believed."""


class LoopLoad:
    """`share` is from 0 (idle, or not measured) to 1 (a whole core)."""

    def __init__(self) -> None:
        self.share = 0.0
        self._latest_tick = 0.0

    def now(self) -> float:
        """The share."""
        return self.share

    def ticked_late(self, seconds: float) -> None:
        """A tick came so long after it was due."""
        self._latest_tick = max(self._latest_tick, seconds)

    def latest_tick_ms(self) -> float:
        """By how much the latest tick was late since it was last asked for."""
        latest, self._latest_tick = self._latest_tick, 0.0
        return latest * 1_000

    async def run(self) -> None:
        """For the life of the node, in the thread of the loop."""
        wall, cpu = time.monotonic(), time.thread_time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now, taken = time.monotonic(), time.thread_time()
            share = min(1.0, (taken - cpu) / max(now - wall, 1e-6))
            self.share += SMOOTHING * (share - self.share)
            wall, cpu = now, taken
