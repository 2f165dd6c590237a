"""The jobs of all rooms share a little of each turn of the event loop: ticks go between."""

import asyncio
from collections import deque
from collections.abc import Callable

JOB_SECONDS = 0.001
"""What all jobs together may take of one turn."""

GoOn = Callable[[float], bool]
"""Works until the given time of the loop; whether something is left."""


class Turns:
    """First come, first served; who is not done goes to the end of the line."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[GoOn] = deque()
        self._deadline: float | None = None

    def take(self, go_on: GoOn) -> None:
        """Go on at once if this turn has time left, and then in one of the next."""
        deadline = self._deadline_of_turn()
        if self._waiting or self._loop.time() >= deadline or go_on(deadline):
            self._waiting.append(go_on)

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
            go_on = self._waiting.popleft()
            if go_on(deadline):
                self._waiting.append(go_on)
