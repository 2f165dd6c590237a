"""Who sends what costs more than it holds is read a little at a time, beside all others who do.

Tiny TLS records, pings without end, short fragments: none of them can be refused by itself. So
whoever sends more of them than it may waits for turns that all such connections of a node share,
and that together take a small part of the processor, however many they are. What has not had its
turn stays with the kernel, and with the peer; of TLS it is not even deciphered.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

SHARE = 0.02
"""Of the processor, for all who are paced on a node."""

AT_ONCE = 512
"""Bytes of one read: so many TLS records at most, which take half a millisecond to decipher."""

APART_SECONDS = 0.001
"""Between two turns at least: what the first one reads comes in between."""


def _taken(place: "Place") -> float:
    return place.taken


class Place:
    """Of one connection, in the line of those that are paced."""

    __slots__ = {  # name -> what it holds
        "take_turn": "what it does in its turn",
        "taken": "seconds of the processor that went into it since it is paced",
    }

    def __init__(self, take_turn: Callable[[], None]) -> None:
        self.take_turn = take_turn
        self.taken = 0.0


class ReadPacing:
    """The turns of a node. `clock`: seconds of the processor that this thread has used.

    Every other turn is for whoever in the line has taken least, so who is new and small is through
    soon, however many hostile ones wait; between them it is for who has waited longest, so nobody
    waits for ever behind those who come anew.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._loop = loop
        self.clock = clock
        self._waiting: OrderedDict[Place, None] = OrderedDict()
        """Who is to have a turn, in the order in which they came."""
        self._was_for_least = False
        """Whether the last turn was for who had taken least."""
        self._free_at = 0.0
        """When what turns have taken so far is made up for, in seconds of the loop."""
        self._is_timed = False
        """The loop will call for the next turn."""

    def wait(self, place: Place) -> None:
        """It has its turn when what those before it took is made up for."""
        self._waiting[place] = None
        self._see_to_next()

    def leave(self, place: Place) -> None:
        """It is gone, and has no turn any more."""
        self._waiting.pop(place, None)

    def took(self, place: Place, seconds: float) -> None:
        """So much of the processor went into one who is paced."""
        place.taken += seconds
        self._make_up_for(seconds)

    def _make_up_for(self, seconds: float) -> None:
        self._free_at = max(self._loop.time(), self._free_at) + seconds / SHARE

    def _see_to_next(self) -> None:
        if self._waiting and not self._is_timed:
            self._is_timed = True
            wait = max(APART_SECONDS, self._free_at - self._loop.time())
            self._loop.call_later(wait, self._next)

    def _next(self) -> None:
        self._is_timed = False
        # Else those who waited are gone, or what was read meanwhile took more.
        if not self._waiting or self._loop.time() < self._free_at:
            self._see_to_next()
            return
        place = self._take_out_next()
        began_at = self.clock()
        try:
            place.take_turn()
        finally:  # whoever it was, those behind are not at fault
            self.took(place, self.clock() - began_at)
            self._see_to_next()

    def _take_out_next(self) -> Place:
        """To look for it takes 40 ns for each who waits: that too is made up for."""
        began_at = self.clock()
        self._was_for_least = not self._was_for_least
        least = self._was_for_least  # of several, the one of them who has waited longest
        place = min(self._waiting, key=_taken) if least else next(iter(self._waiting))
        del self._waiting[place]
        self._make_up_for(self.clock() - began_at)
        return place


class Paced(Protocol):
    """A connection, as `PacedReads` sees it."""

    def take_turn(self) -> None: ...

    def data_received(self, data: bytes) -> None: ...

    def note_read(self, *, all_of_it: bool) -> None: ...

    def eof_received(self) -> bool: ...

    def connection_lost(self, exc: Exception | None) -> None: ...

    def resume_writing(self) -> None: ...


class PacedReads(asyncio.BufferedProtocol):
    """Stands before a connection while it is paced: a read is short, and the last of its turn.

    A transport that deciphers does so while it fills the buffer, and no further.
    """

    def __init__(self, connection: Paced, pacing: ReadPacing, until: float) -> None:
        self.until = until
        """It is over when nothing too much comes until then, in seconds of the loop."""
        self._connection = connection
        self._pacing = pacing
        self._place = Place(connection.take_turn)
        self._buffer = memoryview(bytearray(AT_ONCE))
        self._began_at = 0.0
        """When the read began, by the clock of the pacing."""

    def wait_for_turn(self) -> None:
        """Until then nothing is read."""
        self._pacing.wait(self._place)

    def get_buffer(self, sizehint: int) -> memoryview:
        """For one read."""
        self._began_at = self._pacing.clock()
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes were read."""
        try:
            self._connection.data_received(bytes(self._buffer[:nbytes]))
        finally:
            self._pacing.took(self._place, self._pacing.clock() - self._began_at)
            self._connection.note_read(all_of_it=nbytes < AT_ONCE)

    def eof_received(self) -> bool:
        """The other side said its last."""
        return self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._pacing.leave(self._place)
        self._connection.connection_lost(exc)

    def resume_writing(self) -> None:
        """The socket's buffer has room again."""
        self._connection.resume_writing()
