"""Cases of the table of bounds: what is held between us and a reader that does not read."""

import array
import asyncio
import contextlib
import fcntl
import socket
from collections.abc import Iterator
from typing import Any

from machine.balancer import LinkSide
from schema.bounds import Instead, Past
from schema.server_limits import BALANCER_BUFFER_BYTES, UNSENT_BYTES
from server.sockets.connection import limit_unsent
from tests.bounds.cases import Seen, case

SIOCOUTQNSD = 0x894B
"""Linux: how many bytes of a TCP socket have not been sent for the first time."""


@contextlib.contextmanager
def _line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a TCP connection on loopback; neither blocks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
    with near, far:
        near.setblocking(False)
        far.setblocking(False)
        yield near, far


def _unsent(near: socket.socket) -> int:
    held = array.array("i", [0])
    fcntl.ioctl(near, SIOCOUTQNSD, held)
    return held[0]


@case("UNSENT_BYTES")
def unsent() -> Seen:
    with _line() as (near, _):
        limit_unsent(near)
        at: Past | None = None
        while (before := _unsent(near)) < UNSENT_BYTES:
            try:
                near.send(bytes(min(1_024, UNSENT_BYTES - before)))
            except BlockingIOError:
                at = Instead.WAITS
                break
        try:
            near.send(b"x")
        except BlockingIOError:
            return Seen(at, Instead.WAITS)
        return Seen(at, None)


class _Peer:
    """The other side of a link: whether it is read from."""

    def __init__(self) -> None:
        self.is_paused = False

    def pause_reading(self) -> None:
        self.is_paused = True

    def is_closing(self) -> bool:
        return False


async def _paused(size: int) -> Past | None:
    """What happens to the one side when so much waits for the other."""
    loop = asyncio.get_running_loop()
    with _line() as (near, _):
        side, peer = LinkSide(), LinkSide()
        reading: Any = _Peer()
        peer._transport = reading
        transport, _ = await loop.create_connection(lambda: side, sock=near)
        side._peer = peer
        chunk = bytes(8_192)
        while not transport.get_write_buffer_size():
            transport.write(chunk)  # into the kernel, until it takes no more
        transport.write(bytes(size - transport.get_write_buffer_size()))
        assert transport.get_write_buffer_size() == size
        transport.abort()
        return Instead.WAITS if reading.is_paused else None


@case("BALANCER_BUFFER_BYTES")
def balancer() -> Seen:
    at, past = BALANCER_BUFFER_BYTES, BALANCER_BUFFER_BYTES + 1
    return Seen(asyncio.run(_paused(at)), asyncio.run(_paused(past)))
