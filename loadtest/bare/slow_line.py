"""A line of so many bytes a second: the reader at its end takes no more."""

import asyncio
import os
import socket
from typing import TYPE_CHECKING

from loadtest.bare.bare_client import BareConnection

if TYPE_CHECKING:
    from loadtest.bare.frames import Receiver

SOCKET_BYTES = 65_536
"""What the reader's socket may hold: the line has little room of its own."""

LONGEST_PAUSE_SECONDS = 0.25


class SlowLine:
    """The receiver of a connection that is read at `bytes_per_second`."""

    def __init__(self, connection: BareConnection, bytes_per_second: float) -> None:
        self.received_bytes = 0
        self._connection = connection
        self._receiver_behind: Receiver = connection.receiver
        self._rate = bytes_per_second
        self._loop = asyncio.get_running_loop()
        self._free_at = self._loop.time()  # when the line has carried all that came
        connection.receiver = self
        with socket.socket(fileno=os.dup(connection.fileno)) as copied_socket:
            copied_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)

    def received(self, data: bytes) -> None:
        """Bytes are here; the next are read when the line would have carried these."""
        self.received_bytes += len(data)
        now = self._loop.time()
        self._free_at = max(self._free_at, now) + len(data) / self._rate
        self._connection.pause_reading()
        pause = min(self._free_at - now, LONGEST_PAUSE_SECONDS)
        self._loop.call_later(pause, self._connection.resume_reading)
        self._receiver_behind.received(data)
