"""Reads many sockets on a timer: one system call for what came in some time.

Those whose latencies count are read as bytes come, by the event loop. For the others a wake-up per
small frame would cost the generator more than the frame did the server.
"""

import asyncio
import contextlib
import os
from collections.abc import Sequence

from loadtest.bare.bare_client import BareConnection

POLL_SECONDS = 0.005
BUFFER_BYTES = 1 << 18

SECONDS_PER_SOCKET = 4e-5
"""More sockets are read less often: a look at one that has nothing costs a system call, too."""

PART_SECONDS = 0.001
"""They are read part by part: all at once would keep what is timed waiting for a millisecond."""


class PolledReading:
    """Takes the reading of connections over from the event loop, until `stop`."""

    def __init__(self, connections: Sequence[BareConnection]) -> None:
        self._sockets = [(connection.fileno, connection) for connection in connections]
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._loop = asyncio.get_running_loop()
        seconds = max(POLL_SECONDS, len(self._sockets) * SECONDS_PER_SOCKET)
        self._parts = round(seconds / PART_SECONDS)
        self._next_part = 0
        """The sockets from this one on, in steps of so many parts, are read next."""
        self._timer: asyncio.TimerHandle | None = None
        for _, connection in self._sockets:
            connection.pause_reading()
        self._poll_again()

    def read(self) -> None:
        """Read all that is there now."""
        self._read_from(self._sockets)

    def stop(self) -> None:
        """Read once more, and leave the rest to the event loop."""
        if self._timer is not None:
            self._timer.cancel()
        self.read()
        for _, connection in self._sockets:
            connection.resume_reading()

    def _read_from(self, sockets: Sequence[tuple[int, BareConnection]]) -> None:
        for fd, connection in sockets:
            with contextlib.suppress(BlockingIOError, ConnectionError):
                self._read_all(fd, connection)

    def _read_all(self, fd: int, connection: BareConnection) -> None:
        size = BUFFER_BYTES
        while size == BUFFER_BYTES and connection.is_open:
            size = os.readv(fd, [self._buffer])
            if not size:
                connection.abort()
                return
            connection.receiver.received(bytes(self._view[:size]))

    def _poll_again(self) -> None:
        self._timer = self._loop.call_later(PART_SECONDS, self._poll)

    def _poll(self) -> None:
        self._read_from(self._sockets[self._next_part :: self._parts])
        self._next_part = (self._next_part + 1) % self._parts
        self._poll_again()
