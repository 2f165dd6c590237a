"""Who was read for long is read again in its turn, and others come in between.

A message of 1 MiB may take 20 ms to decode, and a second to judge. Had each of many connections one
of them decoded in each round of the loop, everyone else would wait for all of them at each step of
theirs; and had all been read before the first was judged, they would take twenty times as much
memory as they hold, where the kernel and the peer keep them for us.
"""

import asyncio
from collections import deque
from collections.abc import Callable

ROUND_SECONDS = 0.004
"""So long may those take, by what they took last, whose turn comes in one round of the loop. Who
takes longer alone has a turn of its own, and as long is left to others before the next."""

LOOK_SECONDS = 0.01
"""Between two looks at whether the node can take more."""

MOST_LOOKS = 200
"""In vain, before one has its turn all the same: rooms may be at work for as long as they like."""

TakeTurn = Callable[[], None]


class ReadTurns:
    """Those of a node. `is_behind`: so much waits to be judged that long messages are to wait."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, is_behind: Callable[[], bool] = lambda: False
    ) -> None:
        self._loop = loop
        self._is_behind = is_behind
        self._short: deque[tuple[TakeTurn, float]] = deque()
        """What each does in its turn, and how long it was read from last, in seconds."""
        self._long: deque[tuple[TakeTurn, float]] = deque()
        """The same of those who took long."""
        self._is_called = False
        """The loop will begin the next round of the short ones."""
        self._is_timed = False
        """The loop will see to the next of the long ones."""
        self._free_at = 0.0
        """When others have had as long as the last long one, in seconds of the loop."""
        self._looks = 0
        """In a row, since a long one could have had its turn but for the node."""

    def wait(self, take_turn: TakeTurn, took: float) -> None:
        """Its turn comes behind those who wait already."""
        if took > ROUND_SECONDS:
            self._long.append((take_turn, took))
            self._time_next_long()
        else:
            self._short.append((take_turn, took))
            self._call()

    def _call(self) -> None:
        if self._short and not self._is_called:
            self._is_called = True
            self._loop.call_soon(self._round)

    def _round(self) -> None:
        self._is_called = False
        left = ROUND_SECONDS
        try:
            for _ in range(len(self._short)):
                take_turn, took = self._short.popleft()
                left -= took
                take_turn()
                if left <= 0:
                    break
        finally:  # whoever it was, those behind are not at fault
            self._call()

    def _time_next_long(self, least: float = 0.0) -> None:
        if self._long and not self._is_timed:
            self._is_timed = True
            wait = max(least, self._free_at - self._loop.time())
            self._loop.call_later(wait, self._next_long)

    def _next_long(self) -> None:
        self._is_timed = False
        if self._is_behind() and self._looks < MOST_LOOKS:
            self._looks += 1
            self._time_next_long(LOOK_SECONDS)
            return
        self._looks = 0
        take_turn, took = self._long.popleft()
        self._free_at = self._loop.time() + took
        try:
            take_turn()
        finally:
            self._time_next_long()
