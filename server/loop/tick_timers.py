"""When rooms tick: one timer of the loop for all that are due in the same millisecond.

Rooms with many members are spread over the milliseconds: their writes would wait for each other.
"""

import asyncio
import math
from collections.abc import Callable

GRID_SECONDS = 0.001
"""A timer costs as much as half a small room's tick; the loop's own clock has milliseconds."""

ROUNDING = 1e-3
"""Of a step: what is due by a step of the clock and a gap of whole ones is not due a step later."""

STEP_WRITES = 64
"""So many writes take half a step; a room that would make it more waits for the next."""

LATER_STEPS = 2
"""So many steps a room waits for that, at most."""

Tick = Callable[[float], None]
"""Is given when it was due."""


class TickTimers:
    """Those of a node. Times are the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ticks_by_step: dict[int, list[Tick]] = {}
        """Step of the grid -> who ticks then; a timer of the loop stands for each step."""
        """By step of the grid."""
        self._writes: dict[int, int] = {}
        """What the ticks of a step will write, in all."""

    def at(self, due_at: float, tick: Tick, writes: int = 1) -> None:
        """Call `tick`, which makes so many writes, when it is due; in the past: soon.

        Up to a step of the grid later, or up to three, if others have many writes then.
        """
        now = self._loop.time()
        if due_at <= now:
            self._loop.call_soon(tick, now)
            return
        step = math.ceil(due_at / GRID_SECONDS - ROUNDING)
        for _ in range(LATER_STEPS):
            before = self._writes.get(step, 0)
            if not before or before + writes <= STEP_WRITES:
                break
            step += 1
        self._writes[step] = self._writes.get(step, 0) + writes
        ticks = self._ticks_by_step.get(step)
        if ticks is None:
            self._ticks_by_step[step] = [tick]
            self._loop.call_at(step * GRID_SECONDS, self._tick_all, step)
        else:
            ticks.append(tick)

    def _tick_all(self, step: int) -> None:
        del self._writes[step]
        for tick in self._ticks_by_step.pop(step):
            try:
                tick(step * GRID_SECONDS)
            except Exception as error:  # the other rooms tick all the same
                error_context = {"message": "a tick failed", "exception": error}
                self._loop.call_exception_handler(error_context)
