"""What the records of a connection by TLS hold: each costs a microsecond, be it a byte or 16 KiB.

What comes is read by the kernel's buffer, so one read may be thousands of records.
"""

import asyncio

from server.sockets.tcp_info import taken_bytes

SMALL_READ = 4_096
"""A shorter one, in the middle of a frame, may be many records, and is the last of its turn."""

READ_AHEAD = 16_384
"""Bytes as they come that wait at most, beside one read, while a connection is not read."""

LEAST_WEIGHED = 262_144
"""Bytes as they come: fewer are not judged."""

MOST_AROUND = 8
"""So many times what they hold may records be: the shortest frame of its own is five times."""


class TlsRecords:
    """Those of one connection, from the first small read on that ends in the middle of a frame."""

    __slots__ = {  # name -> what it holds
        "_bytes_held_since": "bytes that the records since have held",
        "_socket_bytes_at_start": "bytes read of the socket by then; None: no such read",
        "_transport": "what is asked how much has come",
    }

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._socket_bytes_at_start: int | None = None
        self._bytes_held_since = 0

    def at_start(self) -> None:
        """A read has ended with a frame: what comes now may be read past us."""
        self._socket_bytes_at_start = None

    def are_empty(self, size: int) -> bool:
        """Whether they hold next to nothing, with a read of so many bytes in the middle of a
        frame."""
        self._bytes_held_since += size
        if size >= SMALL_READ:
            return False
        taken = taken_bytes(self._transport)
        if self._socket_bytes_at_start is None or taken is None:
            self._socket_bytes_at_start, self._bytes_held_since = taken, 0
            return False
        return taken - self._socket_bytes_at_start > max(
            LEAST_WEIGHED, MOST_AROUND * self._bytes_held_since
        )
