"""When rooms tick: one timer of the loop for all that are due in the same millisecond."""

import asyncio
import math
from collections.abc import Callable

GRID_SECONDS = 0.001
"""A timer costs as much as half a small room's tick; the loop's own clock has milliseconds."""

ROUNDING = 1e-3
"""Of a step: what is due by a step of the clock and a gap of whole ones is not due a step later."""

Tick = Callable[[float], None]
"""Is given when it was due."""


class TickTimers:
    """Those of a node. Times are the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[int, list[Tick]] = {}

    def at(self, due: float, tick: Tick) -> None:
        """Call `tick` when it is due, or up to a step of the grid later; in the past: soon."""
        now = self._loop.time()
        if due <= now:
            self._loop.call_soon(tick, now)
            return
        step = math.ceil(due / GRID_SECONDS - ROUNDING)
        ticks = self._waiting.get(step)
        if ticks is None:
            self._waiting[step] = [tick]
            self._loop.call_at(step * GRID_SECONDS, self._tick_all, step)
        else:
            ticks.append(tick)

    def _tick_all(self, step: int) -> None:
        for tick in self._waiting.pop(step):
            try:
                tick(step * GRID_SECONDS)
            except Exception as error:
                failed = {"message": "a tick failed", "exception": error}
                self._loop.call_exception_handler(failed)  # the other rooms tick all the same
