"""Who was read for long is read again in its turn, and others come in between.

A message of 1 MiB may take 20 ms to decode. Had each of many connections one of them decoded in
each round of the loop, everyone else would wait for all of them at each step of theirs.
"""

import asyncio
from collections import deque
from collections.abc import Callable

ROUND_SECONDS = 0.004
"""So long may those take, by what they took last, whose turn comes in one round; or one alone, and
what it took longer is left to others before the next."""


class ReadTurns:
    """Those of a node."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Callable[[], None], float]] = deque()
        """What each does in its turn, and how long it was read from last, in seconds."""
        self._is_called = False
        """The loop will begin the next round."""

    def wait(self, take_turn: Callable[[], None], took: float) -> None:
        """Its turn comes behind those who wait already."""
        self._waiting.append((take_turn, took))
        self._call()

    def _call(self, wait: float = 0.0) -> None:
        if not self._waiting or self._is_called:
            return
        self._is_called = True
        if wait > 0:
            self._loop.call_later(wait, self._round)
        else:
            self._loop.call_soon(self._round)

    def _round(self) -> None:
        left = ROUND_SECONDS
        try:
            for _ in range(len(self._waiting)):
                take_turn, took = self._waiting.popleft()
                left -= took
                take_turn()
                if left <= 0:
                    break
        finally:  # whoever it was, those behind are not at fault
            self._is_called = False
            self._call(-left)
