"""Who sends what costs more than it holds is read a little at a time, beside all others who do.

Tiny TLS records, pings without end, short fragments: none of them can be refused by itself. So
whoever sends more of them than it may waits for turns that all such connections of a node share,
and that together take a small part of the processor, however many they are. What has not had its
turn stays with the kernel, and with the peer; of TLS it is not even deciphered.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

SHARE = 0.02
"""Of the processor, for all who are paced on a node."""

AT_ONCE = 512
"""Bytes of one read: so many TLS records at most, which take half a millisecond to decipher."""

APART_SECONDS = 0.001
"""Between two turns at least: what the first one reads comes in between."""


class ReadPacing:
    """The turns of a node. `clock`: seconds of the processor that this thread has used."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._loop = loop
        self.clock = clock
        self._waiting: deque[Callable[[], None]] = deque()
        """What is to have its turn, in this order."""
        self._free_at = 0.0
        """When what turns have taken so far is made up for, in seconds of the loop."""
        self._is_timed = False
        """The loop will call for the next turn."""

    def wait(self, turn: Callable[[], None]) -> None:
        """Do this when those before it have had their turns, and what they took is made up for."""
        self._waiting.append(turn)
        self._see_to_next()

    def took(self, seconds: float) -> None:
        """So much of the processor went into one who is paced."""
        self._free_at = max(self._loop.time(), self._free_at) + seconds / SHARE

    def _see_to_next(self) -> None:
        if self._waiting and not self._is_timed:
            self._is_timed = True
            wait = max(APART_SECONDS, self._free_at - self._loop.time())
            self._loop.call_later(wait, self._next)

    def _next(self) -> None:
        self._is_timed = False
        if self._loop.time() >= self._free_at:  # else what was read meanwhile took more
            began_at, turn = self.clock(), self._waiting.popleft()
            try:
                turn()
            finally:  # whoever it was, those behind are not at fault
                self.took(self.clock() - began_at)
                self._see_to_next()
        else:
            self._see_to_next()


class Paced(Protocol):
    """A connection, as `PacedReads` sees it."""

    def data_received(self, data: bytes) -> None: ...

    def was_read(self, *, all_of_it: bool) -> None: ...

    def eof_received(self) -> bool: ...

    def connection_lost(self, exc: Exception | None) -> None: ...

    def resume_writing(self) -> None: ...


class PacedReads(asyncio.BufferedProtocol):
    """Stands before a connection while it is paced: a read is short, and the last of its turn.

    A transport that deciphers does so while it fills the buffer, and no further.
    """

    def __init__(self, connection: Paced, pacing: ReadPacing) -> None:
        self._connection = connection
        self._pacing = pacing
        self._buffer = memoryview(bytearray(AT_ONCE))
        self._began_at = 0.0
        """When the read began, by the clock of the pacing."""

    def get_buffer(self, sizehint: int) -> memoryview:
        """For one read."""
        self._began_at = self._pacing.clock()
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes were read."""
        try:
            self._connection.data_received(bytes(self._buffer[:nbytes]))
        finally:
            self._pacing.took(self._pacing.clock() - self._began_at)
            self._connection.was_read(all_of_it=nbytes < AT_ONCE)

    def eof_received(self) -> bool:
        """The other side said its last."""
        return self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._connection.connection_lost(exc)

    def resume_writing(self) -> None:
        """The socket's buffer has room again."""
        self._connection.resume_writing()
