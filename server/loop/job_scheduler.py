"""The jobs of all rooms share a little of each turn of the event loop: ticks go between."""

import asyncio
from collections import deque
from collections.abc import Callable

JOB_SECONDS = 0.001
"""What all jobs together may take of one turn."""

RunUntil = Callable[[float], bool]
"""Runs jobs until the given time of the loop; whether some are left."""


class JobScheduler:
    """First come, first served; who is not done goes to the end of the line."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[RunUntil] = deque()
        """Those who have more to do in a later turn, the next one first."""
        self._deadline: float | None = None
        """When this turn's share is used up, in seconds of the loop; None: none is begun."""

    def schedule(self, run_until: RunUntil) -> None:
        """Run now if this turn has time left; otherwise, or if unfinished, in a later turn."""
        deadline = self._deadline_of_turn()
        if self._waiting or self._loop.time() >= deadline or run_until(deadline):
            self._waiting.append(run_until)

    def _deadline_of_turn(self) -> float:
        if self._deadline is None:
            self._deadline = self._loop.time() + JOB_SECONDS
            self._loop.call_soon(self._next_turn)
        return self._deadline

    def _next_turn(self) -> None:
        self._deadline = None
        if not self._waiting:
            return
        deadline = self._deadline_of_turn()
        while self._waiting and self._loop.time() < deadline:
            run_until = self._waiting.popleft()
            if run_until(deadline):
                self._waiting.append(run_until)
